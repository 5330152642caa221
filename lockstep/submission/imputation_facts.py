"""What the study definition says of multiple imputation, for the item of STROBE on missing data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..base.wording import in_series
from ..study.model import Study
from ..study.models import MULTIVARIABLE
from ..text import numbers
from ..text.style import Style


def imputation_sentences(study: Study, style: Style) -> Iterator[str]:
    """Yield which variables are imputed in which analyses, given what, how, and under which assumption."""
    asked = study.imputation
    if asked is None:
        return
    analyses = [model.label or MULTIVARIABLE for model in study.models if model.imputation]
    analyses += [f"comparison {item.name}" for item in study.comparisons if item.imputation]

    def labels(names: Iterable[str]) -> str:
        return in_series([study.unique_label(name) for name in names])

    given = [*asked.predictors, *asked.auxiliary]
    further = f"; given {labels(given)} too" if given else ""
    outcomes = in_series([study.measured[name].label for name in (*asked.endpoints, *asked.outcomes)])
    yield (
        f"Multiple imputation by chained equations in {in_series(analyses)}: {labels(asked.imputed)}{further}; "
        f"outcomes that predict: {outcomes}."
    )
    sets, rounds = (numbers.count_text(number, style) for number in (asked.sets, asked.iterations))
    yield (
        f"{sets} data sets, {rounds} iterations each, seed {asked.seed}; pooled by Rubin’s rules; assumed missing "
        "at random; models of patients without missing values beside them."
    )
