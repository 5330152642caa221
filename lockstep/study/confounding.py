"""[weights.*] and [matching.*] of study.toml: groups made comparable by a propensity score, and who may use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from ..base.wording import hint, listing, shown
from ..endpoints.endpoints import Endpoint
from ..syntax.conditions import VariableType
from ..syntax.names import default_label
from ..syntax.sections import Section
from ..variables.eligibility import StudyPopulation, optional_population
from ..variables.named_variables import groups
from .terms import Term, read_terms

Estimand: TypeAlias = Literal["ATE", "ATT", "ATC", "overlap"]
"""Whom weighted patients stand for: all; those with the second level; those with the first; who might be either."""

CALIPER: Final = 0.2
"""The usual caliper, in standard deviations of the logit of the score (Austin, Pharm Stat 2011;10:150-161)."""

WITHOUT_IMPUTATION: Final = (
    "does not go with weights or a matching: propensity scores are of patients with a value of all covariates; take "
    "one out"
)
"""Why weighted and matched patients have no imputed values."""

WITHOUT_CALIPER: Final = "none"
_COMMON: Final = ("label", "exposure", "terms", "population")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreModel:
    """The propensity score behind weights or matched sets: of the second level of `exposure`, by logistic regression.

    Attributes
    ----------
    label : what tables, figures and methods call it.
    terms : of the logistic regression, as of models.
    population : whose patients have a score; None for all that are analysed.
    """

    name: str
    label: str
    exposure: str
    terms: tuple[Term, ...]
    population: str | None = None

    @property
    def is_weighted(self) -> bool:
        """Whether patients may count more or less than once."""
        return False

    @property
    def covariates(self) -> tuple[str, ...]:
        """The variables of its terms, each once."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term.variables))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighting(ScoreModel):
    """Weights of the propensity score.

    Attributes
    ----------
    estimand : whom the weighted patients stand for.
    stabilised : whether weights are multiplied by the share of the patient's group.
    truncate : the percentiles of the weights beyond which they are set to these; None where they are left alone.
    trim : the range of scores outside of which patients are left out; None where all stay.
    """

    estimand: Estimand = "ATE"
    stabilised: bool = False
    truncate: tuple[float, float] | None = None
    trim: tuple[float, float] | None = None

    @property
    def is_weighted(self) -> bool:
        """Whether patients may count more or less than once: they do."""
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching(ScoreModel):
    """Matched sets: each patient with the second level of the exposure, and up to `ratio` with the first.

    `caliper` is how far their scores may be apart, in standard deviations of the logit; None: any distance.
    """

    ratio: int = 1
    caliper: float | None = CALIPER

    @property
    def is_weighted(self) -> bool:
        """Whether patients may count more or less than once: where several are matched to one."""
        return self.ratio > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSets:
    """Whose patients analyses can be of: populations and matchings, which share their names; and weights."""

    populations: Mapping[str, StudyPopulation]
    weights: Mapping[str, Weighting]
    matchings: Mapping[str, Matching]

    @property
    def named(self) -> Mapping[str, StudyPopulation | Matching]:
        """The populations and matchings."""
        return {**self.populations, **self.matchings}

    def weighting(self, section: Section) -> Weighting | None:
        """Read the key `weights`; None where it is absent.

        Raises
        ------
        StudyError
            If there are no such weights, or `population` names other patients than those who have them.
        """
        if not section.has("weights"):
            return None
        name = section.text("weights")
        if section.flag("imputation"):
            raise section.error("imputation", WITHOUT_IMPUTATION)
        if name not in self.weights:
            known = listing(self.weights, word="and") or "none is declared under [weights]"
            raise section.error("weights", f"names {shown(name)}; the weights are: {known}{hint(name, self.weights)}")
        found = self.weights[name]
        if section.has("population") and section.text("population") != found.population:
            raise section.error(
                "population",
                f"does not go with the weights {shown(name)}, which are of other patients; leave it out, and name it "
                f"under [weights.{name}], since weights balance the patients that they are computed in",
            )
        return found

    @property
    def models(self) -> Mapping[str, ScoreModel]:
        """All weights and matchings, by their names, of which no two are alike."""
        return {**self.weights, **self.matchings}

    def balanced(self, section: Section) -> str:
        """Read `weights` or `matching`, one of which a table or figure of balance names.

        Raises
        ------
        StudyError
            If neither or both are there, or there are no such weights or matching.
        """
        keys = [key for key in ("weights", "matching") if section.has(key)]
        if len(keys) != 1:
            known = listing(self.models, word="and") or "none"
            raise section.error("", f"expected `weights` or `matching`, whose balance it shows; there are: {known}")
        name, known_names = section.text(keys[0]), self.weights if keys[0] == "weights" else self.matchings
        if name not in known_names:
            known = listing(known_names, word="and") or f"none is declared under [{keys[0]}]"
            raise section.error(keys[0], f"names {shown(name)}; expected one of: {known}{hint(name, known_names)}")
        return name

    def population(self, section: Section) -> str | None:
        """Read the key `population`: the name of a population or a matching, None where it is absent.

        Raises
        ------
        StudyError
            If there is no such one, or it is a matching and missing values are to be imputed.
        """
        found = optional_population(section, self.named)
        if self.matched(found) is not None and section.has("imputation") and section.flag("imputation"):
            raise section.error("imputation", WITHOUT_IMPUTATION)
        return found

    def matched(self, population: str | None) -> Matching | None:
        """Return the matching that a population is; None where it is no matching."""
        return None if population is None else self.matchings.get(population)


def read_patient_sets(
    top: Section, types: Mapping[str, VariableType], populations: Mapping[str, StudyPopulation], exposure: str | None
) -> PatientSets:
    """Read [weights.*] and [matching.*]; `exposure` is that of [analysis], which both have where they name none.

    Raises
    ------
    StudyError
        If an exposure has not two levels, is among the terms, or a key is wrong; or if two sets of patients have one
        label, by which tables and figures distinguish them.
    """
    owners = {population.label: f"populations.{name}" for name, population in populations.items()}
    weights, matchings = dict[str, Weighting](), dict[str, Matching]()
    for name, section in top.sections("weights").items():
        section.allow(*_COMMON, "estimand", "stabilised", "truncate", "trim", of="weights")
        weights[name] = _weighting(_score_model(name, section, types, populations, exposure), section)
    for name, section in top.sections("matching").items():
        section.allow(*_COMMON, "ratio", "caliper", of="a matching")
        matchings[name] = _matching(_score_model(name, section, types, populations, exposure), section)
    declared: tuple[tuple[str, Mapping[str, ScoreModel]], ...] = (("weights", weights), ("matching", matchings))
    for outer, found in declared:
        for name, item in found.items():
            if item.label in owners:
                other = f"is {shown(item.label)}, as of [{owners[item.label]}]"
                raise top.section(outer).section(name).error("label", f"{other}; give each its own")
            owners[item.label] = f"{outer}.{name}"
    return PatientSets(populations=populations, weights=weights, matchings=matchings)


def _score_model(
    name: str,
    section: Section,
    types: Mapping[str, VariableType],
    populations: Mapping[str, StudyPopulation],
    usual: str | None,
) -> dict[str, Any]:
    """Read what weights and matchings have in common."""
    exposure = groups(section, "exposure", types) or usual
    if exposure is None:
        raise section.error("exposure", "is missing; expected the category whose groups are made comparable, as 'arm'")
    levels = types[exposure].levels
    if len(levels) != 2:
        raise section.error(
            "exposure",
            f"is {shown(exposure)}, which has {len(levels)} levels; a propensity score is the probability of one of "
            "two treatments. Make a category of the two under [derived], and compare others in weights of their own",
        )
    terms = read_terms(section, types)
    for term in terms:
        if exposure in term.variables:
            raise section.error("terms", f"has {shown(term.name)}: the exposure cannot predict itself; take it out")
        if term.time_dependent:
            raise section.error(
                "terms", f"has {shown(term.name)} with `time_dependent`; a score is of what is known at the start"
            )
    return {
        "name": name,
        "label": section.text("label", default_label(name)),
        "exposure": exposure,
        "terms": terms,
        "population": optional_population(section, populations),
    }


def _weighting(common: dict[str, Any], section: Section) -> Weighting:
    estimand: Any = section.choice("estimand", get_args(Estimand), "ATE")
    stabilised = section.flag("stabilised")
    if stabilised and estimand != "ATE":
        raise section.error("stabilised", f"is for `estimand = 'ATE'`, and it is {shown(estimand)}; leave it out")
    if section.has("truncate") and estimand == "overlap":
        raise section.error("truncate", "does not go with overlap weights, none of which is above 1; leave it out")
    return Weighting(
        **common,
        estimand=estimand,
        stabilised=stabilised,
        truncate=_range(section, "truncate", 100, "two percentiles of the weights, such as [1, 99]"),
        trim=_range(section, "trim", 1, "the lowest and the highest score that stays, such as [0.05, 0.95]"),
    )


def _range(section: Section, key: str, most: float, expected: str) -> tuple[float, float] | None:
    if not section.has(key):
        return None
    found = section.numbers(key)
    if len(found) != 2 or found[0] < 0 or found[1] > most:
        raise section.error(key, f"is {list(found)}; expected {expected}")
    return found[0], found[1]


def _matching(common: dict[str, Any], section: Section) -> Matching:
    ratio = section.number("ratio", 1)
    if ratio < 1 or ratio != int(ratio):
        raise section.error("ratio", f"is {ratio:g}; expected how many patients are matched to each, such as 1")
    caliper: float | None = CALIPER
    if section.values.get("caliper") == WITHOUT_CALIPER:
        caliper = None
    elif section.has("caliper"):
        if isinstance(section.values["caliper"], str):
            found = f"is {shown(section.text('caliper'))}"
            raise section.error(
                "caliper", f"{found}; expected standard deviations, such as 0.2, or '{WITHOUT_CALIPER}'"
            )
        caliper = section.number("caliper")
        if caliper <= 0:
            raise section.error("caliper", f"is {caliper:g}; expected standard deviations of the logit, such as 0.2")
    return Matching(**common, ratio=int(ratio), caliper=caliper)


def check_robust(section: Section, key: str, endpoints: Iterable[Endpoint]) -> None:
    """Refuse endpoints of which weighted or matched patients have no curves.

    Parameters
    ----------
    key : what makes them weighted or matched: "weights" or "population".

    Raises
    ------
    StudyError
        If an endpoint has a competing event, or delayed entry.
    """
    for endpoint in endpoints:
        found = f"does not go with endpoint {shown(endpoint.name)}"
        if endpoint.competing is not None:
            raise section.error(
                key,
                f"{found}, which has a competing event: there is no cumulative incidence of weighted or matched "
                "patients. Take a Cox model under [models], whose ratio is cause-specific, or name other endpoints",
            )
        if endpoint.entry is not None:
            raise section.error(
                key,
                f"{found}, which has delayed entry: there are no curves of weighted or matched patients who enter "
                "later. Take a Cox model under [models], or name other endpoints",
            )
