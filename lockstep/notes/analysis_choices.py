"""Choices that the data made for the author, of which P values do not know: cuts, screened covariates, many tests."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ..base.wording import in_series
from ..catalogue.catalogue import (
    CHI_SQUARE_P,
    FISHER_P,
    GROUP_TEST_P,
    HAZARD_RATIO_P,
    INTERACTION_P,
    LIKELIHOOD_RATIO_P,
    LOG_RANK_P,
    MEDIAN,
    MODEL_LIKELIHOOD_RATIO_P,
    MODEL_RATIO_P,
    MODEL_WALD_P,
    Q1,
    Q3,
    THRESHOLD,
)
from ..catalogue.competing_catalogue import GRAY_P
from ..catalogue.keys import Key
from ..catalogue.outcome_catalogue import MEAN_TEST_P
from ..results.model import Results
from ..study.analysis import Cutoff
from ..study.model import Study
from ..study.models import ADJUSTED, Model
from ..variables.derived import Derived

LEVELS: Final = (0.05, 0.1, 0.2)
"""The P values below which covariates are said to be kept where they are screened."""

FEWEST_SCREENED: Final = 5
"""Candidates of a screening: of fewer, a model that has those with the smallest P values has them by chance."""

MOST_TESTS: Final = 40
"""Tests of groups above which a study names what it is about."""

_EACH_SIDE: Final = 2
_TESTS: Final = (LOG_RANK_P, GRAY_P, CHI_SQUARE_P, MEAN_TEST_P, INTERACTION_P, GROUP_TEST_P)


def choice_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each choice that these data seem to have made, with what to do."""
    yield from _found_cuts(study, results)
    yield from _screened(study, results)
    yield from _many_tests(study, results)


def _found_cuts(study: Study, results: Results) -> Iterator[str]:
    """Yield numbers that are cut where these data have their best cut-off, their median or their quartiles."""
    for name, derived in study.categories.items():
        if derived.cut is None or derived.reason is not None:
            continue
        where = _where_it_is_from(study, results, derived)
        if where:
            yield (
                f"study.toml: [derived.{name}] cuts {study.unique_label(derived.cut)} at {where}. Keep the number as "
                "it is (`spline` in a model), or take a cut-off that others have published; where the cut was fixed "
                f"before, say why, by `reason` under [derived.{name}]."
            )


def _where_it_is_from(study: Study, results: Results, derived: Derived) -> str:
    """Say which value of these data a number is cut at; "" where it is none."""
    at = [f"{value:g}" for value in derived.at]
    for cutoff in study.analysis.cutoffs.values():
        if cutoff.marker == derived.cut and any(_is_threshold(value, cutoff, results) for value in derived.at):
            return (
                f"{in_series(at)}, where [cutoff.{cutoff.name}] finds that it separates best in these data: P "
                "values and ratios of groups that are chosen so are too good"
            )
    lower, middle, upper = (
        results[key].value if (key := statistic.of(variable=derived.cut)) in results else None
        for statistic in (Q1, MEDIAN, Q3)
    )
    if len(derived.at) == 1 and _alike(derived.at[0], middle) and not _is_round(derived.at[0]):
        return (
            f"{at[0]}, the median of these data: another sample has another one, so that nobody can compare with these "
            "groups, and patients on either side of it are taken to differ"
        )
    quartiles = (lower, middle, upper)
    if len(derived.at) == len(quartiles) and all(map(_alike, derived.at, quartiles)):
        return f"{in_series(at)}, the quartiles of these data, which another sample has elsewhere"
    return ""


def _is_threshold(value: float, cutoff: Cutoff, results: Results) -> bool:
    """Return whether a cut is a cut-off of these data, as it prints."""
    key = THRESHOLD.of(analysis=cutoff.name)
    if key not in results or not isinstance(results[key].value, int | float):
        return False
    record = results[key]
    return abs(value - float(record.value or 0)) <= 0.5 * 10.0 ** -(record.decimals or 0) * (1 + 1e-9)


def _alike(one: float, other: object) -> bool:
    return isinstance(other, int | float) and math.isclose(one, float(other), rel_tol=1e-9)


def _is_round(value: float) -> bool:
    """Return whether a number is one that people choose: 60, 65, 0.5 or 250, but not 61, 4.7 or 47.5."""
    digits = Decimal(repr(float(value))).normalize().as_tuple().digits
    return len(digits) == 1 or (len(digits) == 2 and digits[-1] == 5)


def _screened(study: Study, results: Results) -> Iterator[str]:
    """Yield models whose covariates are just those that have the smallest P values by themselves."""
    exposures = {study.analysis.exposure}
    for name in study.measured:
        alone = _alone(study, results, name)
        for model in study.models:
            if name not in model.of or model.each or model.reason is not None or model.complete_cases is not None:
                continue
            kept = {_number(study, variable) for variable in model.variables} - exposures
            candidates = {variable: p for variable, p in alone.items() if variable not in exposures}
            if not kept <= candidates.keys():
                continue
            inside = [p for variable, p in candidates.items() if variable in kept]
            outside = [p for variable, p in candidates.items() if variable not in kept]
            if len(candidates) < FEWEST_SCREENED or min(len(inside), len(outside)) < _EACH_SIDE:
                continue
            if any(max(inside) < level <= min(outside) for level in LEVELS):
                yield _of_screening(study, name, model, len(inside), len(candidates))


def _of_screening(study: Study, name: str, model: Model, kept: int, candidates: int) -> str:
    of = f"{study.unique_endpoint_label(name)}, {model.label or 'multivariable model'}"
    where = "[analysis]" if model.name == ADJUSTED else f"[models.{model.name}]"
    return (
        f"{of}: it has just the {kept} of {candidates} variables with the smallest P values of their own. Screening by "
        "P values leaves out confounders, and makes the P values of those kept too small. Choose covariates by what is "
        "known of the disease, before looking at P values; where they were chosen so, say it, by `reason` under "
        f"{where}."
    )


def _alone(study: Study, results: Results, name: str) -> dict[str, float]:
    """Return the P value of each variable by itself; a number that is cut has that of its groups."""
    keys = list[tuple[str, Key]]()
    for item in study.comparisons:
        if item.name is None and name in (*item.endpoints, *item.outcomes):
            key = Key(endpoint=name, by=item.groups)
            second = [*study.levels(item.groups)][1]
            of_groups = (LIKELIHOOD_RATIO_P, FISHER_P, MEAN_TEST_P)
            tests = [statistic.of(key) for statistic in of_groups]
            keys += [(item.groups, test) for test in (*tests, HAZARD_RATIO_P.of(key, level=second))]
    for model in study.models:
        for term in model.terms if model.each and name in model.of else ():
            key = Key(endpoint=name, analysis=model.name, variable=term.name)
            levels = [*study.levels(term.name)]
            tests = [MODEL_LIKELIHOOD_RATIO_P.of(key), MODEL_WALD_P.of(key)]
            ratio = MODEL_RATIO_P.of(key, level=levels[1] if levels else None)
            keys += [(term.name, test) for test in (*tests, ratio)]
    found: dict[str, float] = {}
    for variable, test in keys:
        value = results[test].value if test in results else None
        if isinstance(value, int | float):
            found.setdefault(_number(study, variable), float(value))
    return found


def _number(study: Study, variable: str) -> str:
    """Return the number that a category cuts, else the variable itself."""
    derived = study.categories.get(variable)
    return variable if derived is None or derived.cut is None else derived.cut


def _many_tests(study: Study, results: Results) -> Iterator[str]:
    """Yield that groups are compared very often where nothing says which comparison the study was made for."""
    if study.analysis.primary is not None:
        return
    paths = {statistic.path for statistic in _TESTS}
    tests = sum(record.kind == "p_value" and record.key.statistic in paths for record in results)
    if tests > MOST_TESTS:
        by_chance = tests * study.analysis.alpha
        yield (
            f"study.toml: groups are compared by {tests} tests; where nothing differs, about {by_chance:.0f} of them "
            "are significant by chance. Say which endpoint or outcome the study is about, by `primary` under "
            "[analysis], and call all other comparisons exploratory; leave out those that answer no question."
        )
