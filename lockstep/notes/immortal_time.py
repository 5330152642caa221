"""Immortal time bias: exposures that began during follow-up, compared as if they were there from its beginning."""

from __future__ import annotations

from collections.abc import Iterator

from ..base.wording import listing
from ..catalogue.time_catalogue import KNOWN_LATER, MODEL_KNOWN_LATER
from ..results.model import Record, Results
from ..study.model import Study
from .empty_landmarks import nobody_is_compared, nobody_is_modelled


def immortal_time_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each endpoint and exposure: in how many patients it began only later, and what answers it."""
    found: dict[tuple[str, str], Record] = {}
    for record in results:
        if record.key.statistic in (KNOWN_LATER.path, MODEL_KNOWN_LATER.path) and record.warning:
            variable = record.key.variable or record.key.by
            found.setdefault((str(record.key.endpoint), str(variable)), record)
    for (endpoint, variable), record in found.items():
        label = study.unique_label(variable)
        answers = list(_answers(study, results, endpoint, variable))
        yield (
            f"{study.unique_endpoint_label(endpoint)} by {label}: immortal time bias. In {record.value} of "
            f"{record.denominator} patients it was known only after they came under observation. They had to be free "
            "of the event until then, and this time counts for their group, which makes it look better than it is. "
            + (f"Report {listing(answers, word='and')} beside it." if answers else _remedy(variable))
        )


def _remedy(variable: str) -> str:
    return (
        "Compare from a landmark (`landmark` under [comparisons.*] or [models.*]), let it begin on its day "
        f'({{ variable = "{variable}", time_dependent = true }} among `terms`, or time_dependent = true under '
        "[comparisons.*]), or begin follow-up when it is known (`start` or `entry` of the endpoint)."
    )


def _answers(study: Study, results: Results, endpoint: str, variable: str) -> Iterator[str]:
    """Yield the comparisons and models of an endpoint in which an exposure has no immortal time and somebody is."""
    for comparison in study.comparisons:
        later = comparison.landmark is not None or comparison.time_dependent
        if not later or comparison.groups != variable or endpoint not in comparison.endpoints:
            continue
        if not nobody_is_compared(comparison, endpoint, study, results):
            yield str(comparison.name)
    for model in study.models:
        begins = {term.name for term in model.terms if term.time_dependent or model.landmark is not None}
        if variable in begins and endpoint in model.endpoints and not nobody_is_modelled(model, endpoint, results):
            yield model.name
