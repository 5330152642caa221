"""What a study compares, in whatever form study.toml says it: [analysis], [comparisons.*], figures and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..base.wording import listing, shown
from ..endpoints.endpoints import Endpoint, endpoint_names
from ..endpoints.exposure_times import ExposureTimes, Landmark
from ..endpoints.outcomes import Outcome, outcome_names
from ..syntax.conditions import VariableType
from ..syntax.sections import Section
from ..variables.named_variables import groups, varying
from .analysis import Analysis
from .confounding import PatientSets, check_robust

BOTH: Final = (
    "does not go with `time_dependent`: at a landmark exposures are as known then, else they begin on their day; take "
    "one out"
)
"""Why a comparison or model has no landmark where exposures begin on their day."""

TOGETHER: Final = (
    "does not go with weights or a matching, which make the groups comparable by themselves; name the variable among "
    "the `terms` of these"
)
"""Why weighted or matched patients are not compared within strata too."""

FROM_THE_START: Final = (
    "does not go with weights or a matching: they make groups comparable as these are at the start of follow-up; take "
    "one out"
)
"""Why weighted or matched patients have neither a landmark nor exposures that begin on their day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupComparison:
    """The groups that a category makes, compared in some endpoints and outcomes.

    Attributes
    ----------
    name : of [comparisons.*]; None where [analysis] asks for it, by `exposure` or `univariate`, or a figure or a table.
    label : what results and tables call it; None where study.toml does not say it.
    within : the categories in whose levels the groups are compared again.
    strata : the categories within whose levels patients are compared: of the log-rank test and of Cox models, and by
        Mantel and Haenszel of binary outcomes.
    adjust_for : the variables that the ratios, and the differences of means, are adjusted for.
    population : whose patients are compared, of a population or a matching; None for all that are analysed.
    weights : by which the groups are made comparable.
    e_value : whether ratios have E-values.
    landmark : from when on the patients are compared who are still at risk then, in the groups that are known then.
    time_dependent : whether patients are in the first group until their own is known.
    imputation : whether missing values of what the ratios are adjusted for are imputed.
    differences : whether survival, or cumulative incidence, is also compared at each landmark.
    """

    name: str | None = None
    label: str | None = None
    groups: str
    endpoints: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    adjust_for: tuple[str, ...] = ()
    population: str | None = None
    weights: str | None = None
    e_value: bool = False
    landmark: Landmark | None = None
    time_dependent: bool = False
    imputation: bool = False
    differences: bool = False

    @property
    def rank_test(self) -> str:
        """What the test of its groups is called where no events compete: "stratified log-rank"."""
        return rank_test(stratified=bool(self.strata), time_dependent=self.time_dependent)

    def adjusted_within(self, category: str) -> tuple[str, ...]:
        """Return what ratios are adjusted for in the levels of a category, whose patients are alike in it."""
        return tuple(name for name in self.adjust_for if name != category)


def rank_test(*, stratified: bool = False, time_dependent: bool = False) -> str:
    """Return what the test of survival curves is called.

    >>> rank_test(), rank_test(stratified=True), rank_test(time_dependent=True)
    ('log-rank', 'stratified log-rank', 'Mantel–Byar')
    """
    return ("stratified " if stratified else "") + ("Mantel–Byar" if time_dependent else "log-rank")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What comparisons and models can be of."""

    endpoints: Mapping[str, Endpoint]
    outcomes: Mapping[str, Outcome]


def comparisons_of(analysis: Analysis, measured: Measured) -> Iterator[GroupComparison]:
    """Yield what `exposure`, `subgroup` and `univariate` of [analysis] compare: in all endpoints and outcomes."""
    exposure, subgroup = analysis.exposure, analysis.subgroup
    endpoints, outcomes = tuple(measured.endpoints), tuple(measured.outcomes)
    if exposure is not None:
        yield GroupComparison(
            groups=exposure,
            endpoints=endpoints,
            outcomes=outcomes,
            within=(subgroup,) if subgroup else (),
            differences=analysis.differences,
        )
    for name in analysis.univariate:
        yield GroupComparison(groups=name, endpoints=endpoints, outcomes=outcomes)


def read_comparisons(
    top: Section,
    types: Mapping[str, VariableType],
    measured: Measured,
    patients: PatientSets,
    exposures: ExposureTimes,
) -> Iterator[GroupComparison]:
    """Yield the comparisons of [comparisons.*]."""
    for name, section in top.sections("comparisons").items():
        yield _in_time(_comparison(name, section, types, measured, patients), section, measured, exposures)


def _comparison(
    name: str,
    section: Section,
    types: Mapping[str, VariableType],
    measured: Measured,
    patients: PatientSets,
) -> GroupComparison:
    section.allow(
        "groups", "endpoints", "outcomes", "within", "strata", "adjust_for", "population", "landmark", "time_dependent",
        "label", "weights", "e_value", "imputation", of="a comparison",
    )  # fmt: skip
    compared = groups(section, "groups", types)
    if compared is None:
        raise section.error("groups", "is missing; expected the category whose levels are compared, such as 'arm'")
    endpoints, outcomes = _measured(section, measured)
    weighting = patients.weighting(section)
    found = GroupComparison(
        name=name,
        label=section.optional_text("label"),
        groups=compared,
        endpoints=endpoints,
        outcomes=outcomes,
        within=_others(section, "within", compared, types, "category"),
        strata=_others(section, "strata", compared, types, "category"),
        adjust_for=_others(section, "adjust_for", compared, types, "number", "category"),
        population=patients.population(section) if weighting is None else weighting.population,
        weights=None if weighting is None else weighting.name,
        e_value=section.flag("e_value"),
        imputation=section.flag("imputation"),
        differences=True,
    )
    _check_robust(found, section, measured, patients)
    if found.imputation and not found.adjust_for:
        raise section.error(
            "imputation",
            "imputes what ratios are adjusted for, and never groups; expected `adjust_for`, or leave it out",
        )
    number = next((name for name in outcomes if not measured.outcomes[name].is_binary), None)
    if found.strata and number is not None:
        raise section.error(
            "strata",
            f"is for endpoints and binary outcomes, and {shown(number)} is a number. Take `adjust_for` for it, in a "
            "comparison of its own",
        )
    if found.strata and found.adjust_for and outcomes:
        raise section.error(
            "strata",
            "of an outcome gives Mantel-Haenszel estimates, which nothing else is adjusted for; take all variables "
            "into `adjust_for`, or compare endpoints and outcomes by themselves",
        )
    for key, ones, others in (
        ("adjust_for", found.adjust_for, found.strata),
        ("within", found.within, found.strata),
    ):
        for twice in (one for one in ones if one in others):
            raise section.error(key, f"has {shown(twice)}, which is in `strata` too; take one out")
    for category in found.within if found.imputation else ():
        if not found.adjusted_within(category):
            raise section.error(
                "imputation", f"has nothing to impute within {shown(category)}, the only variable in `adjust_for`"
            )
    return found


def _check_robust(found: GroupComparison, section: Section, measured: Measured, patients: PatientSets) -> None:
    """Refuse what there is no valid result of where patients are weighted or matched, and E-values of no ratio."""
    ratios = [*found.endpoints, *(name for name in found.outcomes if measured.outcomes[name].is_binary)]
    if found.e_value and not ratios:
        raise section.error("e_value", "is of ratios, and a number has none; take it out")
    key = "weights" if found.weights is not None else "population"
    score = patients.weights[found.weights] if found.weights is not None else patients.matched(found.population)
    if score is None:
        return
    if found.groups != score.exposure:
        raise section.error(
            key,
            f"names {shown(score.name)}, which makes the groups of {shown(score.exposure)} comparable, and "
            f"{shown(found.groups)} is compared; expected one whose `exposure` is {shown(found.groups)}",
        )
    for other in ("strata", "landmark", "time_dependent"):
        if section.has(other):
            raise section.error(other, TOGETHER if other == "strata" else FROM_THE_START)
    check_robust(section, key, (measured.endpoints[name] for name in found.endpoints))


def _in_time(found: GroupComparison, section: Section, measured: Measured, exposures: ExposureTimes) -> GroupComparison:
    """Return a comparison with its landmark, or with groups that patients enter when these are known."""
    landmark, time_dependent = exposures.landmark(section), section.flag("time_dependent")
    if landmark is None and not time_dependent:
        return found
    key = "time_dependent" if time_dependent else "landmark"
    if landmark is not None and time_dependent:
        raise section.error("landmark", BOTH)
    if found.outcomes:
        raise section.error(key, "is for endpoints; name these, by `endpoints`, and compare outcomes by themselves")
    endpoints = [measured.endpoints[name] for name in found.endpoints]
    if time_dependent:
        exposures.check_incidence(section, endpoints)
        exposures.check_time_dependent(section, "groups", found.groups)
    names = (found.groups, *found.within, *found.strata, *found.adjust_for)
    exposures.check(section, key, names, endpoints)
    return replace(found, landmark=landmark, time_dependent=time_dependent)


def _measured(section: Section, measured: Measured) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Read `endpoints` and `outcomes`; without either, a comparison is in all of both."""
    if not (section.has("endpoints") or section.has("outcomes")):
        if not (measured.endpoints or measured.outcomes):
            raise section.error("", "compares groups in endpoints or outcomes, and study.toml declares none")
        of_endpoints = any(section.has(key) for key in ("strata", "landmark", "time_dependent"))
        return tuple(measured.endpoints), () if of_endpoints else tuple(measured.outcomes)
    return (
        endpoint_names(section, measured.endpoints) if section.has("endpoints") else (),
        outcome_names(section, measured.outcomes) if section.has("outcomes") else (),
    )


def _others(
    section: Section, key: str, compared: str, types: Mapping[str, VariableType], *kinds: str
) -> tuple[str, ...]:
    """Read the names of further variables, each once and none the one whose groups are compared."""
    names = tuple(varying(section, key, value, types, *kinds) for value in section.texts(key))
    if compared in names:
        raise section.error(key, f"has {shown(compared)}, whose groups are compared")
    return names


def named_comparison(section: Section, comparisons: Iterable[GroupComparison]) -> GroupComparison:
    """Read the key `comparison`, the name of one of [comparisons.*]."""
    found = {item.name: item for item in comparisons if item.name is not None}
    name = section.text("comparison")
    if name not in found:
        known = listing(found, word="and") or "none"
        raise section.error("comparison", f"names {shown(name)}; the comparisons are: {known}")
    return found[name]


def with_shown(
    comparisons: Iterable[GroupComparison], shown_ones: Iterable[GroupComparison]
) -> tuple[GroupComparison, ...]:
    """Return comparisons with what figures and tables show besides, without a name and only where it is new.

    Parameters
    ----------
    shown_ones : what they show, each of its groups in some endpoints and outcomes, and within some categories.
    """
    found = list(comparisons)
    for item in shown_ones:
        position = next((i for i, known in enumerate(found) if _is_alike(known, item)), None)
        if position is None:
            found.append(item)
            continue
        known = found[position]
        found[position] = replace(
            known,
            endpoints=_united(known.endpoints, item.endpoints),
            outcomes=_united(known.outcomes, item.outcomes),
            within=_united(known.within, item.within),
            differences=known.differences or item.differences,
        )
    return tuple(found)


def _is_alike(one: GroupComparison, other: GroupComparison) -> bool:
    """Return whether two comparisons have the same ids: both without a name, of the same groups."""
    return one.name is None and one.groups == other.groups


def _united(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
