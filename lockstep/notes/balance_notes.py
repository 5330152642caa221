"""Weights and matchings that leave groups apart: covariates out of balance, large weights, scores of many terms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..catalogue import adjustment_catalogue as catalogue
from ..catalogue.keys import Key
from ..results.model import Record, Results
from ..study.confounding import Matching, ScoreModel
from ..study.model import Study
from ..text import numbers
from ..text.level_names import named_level
from ..text.style import Style

_STYLE: Final = Style()


def balance_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each of [weights.*] and [matching.*] that an author should know more of before printing it."""
    for model in study.score_models.values():
        yield from _unstable(model, results)
        yield from _large(model, results)
        yield from _unbalanced(model, study, results)


def _find(results: Results, key: Key) -> Record | None:
    """Return a result; None in those of a lock that does not have it."""
    if key not in results:
        return None
    return results[key]


def _section(model: ScoreModel) -> str:
    return f"study.toml: [{'matching' if isinstance(model, Matching) else 'weights'}.{model.name}]"


def _unstable(model: ScoreModel, results: Results) -> Iterator[str]:
    record = _find(results, catalogue.PATIENTS_PER_PARAMETER.of(analysis=model.name))
    if record is not None and record.warning:
        yield (
            f"{_section(model)} has {numbers.bare_text(record, _STYLE)} patients of the smaller group for each "
            "parameter of the propensity score; fewer than 10 make it unstable. Take fewer `terms`, chosen for "
            "clinical reasons"
        )


def _large(model: ScoreModel, results: Results) -> Iterator[str]:
    record = _find(results, catalogue.LARGE_WEIGHTS.of(analysis=model.name))
    if record is not None and record.value:
        yield (
            f"{_section(model)} has {record.value} weights above {catalogue.LARGE_WEIGHT}: few patients stand for "
            "many. `truncate = [1, 99]` limits them, `trim` leaves out extreme scores, and overlap weights "
            '(`estimand = "overlap"`) are never large'
        )


def _unbalanced(model: ScoreModel, study: Study, results: Results) -> Iterator[str]:
    found = []
    for variable in model.covariates:
        for level in study.levels(variable) or [None]:
            key = catalogue.SMD_AFTER.of(analysis=model.name, variable=variable, level=level)
            record = _find(results, key)
            if record is not None and isinstance(record.value, float) and abs(record.value) > catalogue.BALANCED:
                name = study.unique_label(variable) if level is None else named_level(study, variable, level)
                found.append(f"{name} ({numbers.bare_text(record, _STYLE)})")
    if found:
        how = "matching" if isinstance(model, Matching) else "weighting"
        yield (
            f"{_section(model)}: after {how} the groups still differ by more than {catalogue.BALANCED:g} standard "
            f"deviations in {', '.join(found)}. Let the score bend (`spline`), add products, or adjust for them besides"
        )
