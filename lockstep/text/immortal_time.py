"""Immortal time bias: exposures that began during follow-up, compared as if they were there from its beginning."""

from __future__ import annotations

from collections.abc import Iterator

from ..results.model import Record, Results
from ..results.time_catalogue import KNOWN_LATER, MODEL_KNOWN_LATER
from ..study.model import Study


def immortal_time_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each endpoint and exposure: in how many patients it began only later, and what to do."""
    found: dict[tuple[str, str], Record] = {}
    for record in results:
        if record.key.statistic in (KNOWN_LATER.path, MODEL_KNOWN_LATER.path) and record.warning:
            variable = record.key.variable or record.key.by
            found.setdefault((str(record.key.endpoint), str(variable)), record)
    for (endpoint, variable), record in found.items():
        label = study.unique_label(variable)
        yield (
            f"{study.unique_endpoint_label(endpoint)} by {label}: immortal time bias. In {record.value} of "
            f"{record.denominator} patients it was known only after they came under observation. They had to be free "
            "of the event until then, and this time counts for their group, which makes it look better than it is. "
            "Compare from a landmark (`landmark` under [comparisons.*] or [models.*]), let it begin on its day "
            f'({{ variable = "{variable}", time_dependent = true }} among `terms`, or time_dependent = true under '
            "[comparisons.*]), or begin follow-up when it is known (`start` or `entry` of the endpoint)."
        )
