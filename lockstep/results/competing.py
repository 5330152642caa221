"""What is said of a result by Kaplan-Meier that a competing event makes meaningless."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

from ..catalogue.keys import Key, id_parts, id_with

_OVERESTIMATES: Final = (
    "has a competing event, so that nothing is estimated by Kaplan-Meier, which would count patients with the "
    "competing event as censored and overestimate '{endpoint}'"
)
_IGNORED: Final = (
    '; or say `competing = "ignored"` with a `reason` under [endpoints.{endpoint}] in study.toml, for Methods to print'
)


def instead_of(record_id: str, known: Container[str]) -> str:
    """Say what to print in place of a result of an endpoint that competing events are declared of; "" of any other.

    Parameters
    ----------
    record_id : of a result that there is not.
    known : the ids that there are.
    """
    endpoint, *rest = id_parts(record_id)
    if Key("competing_events", endpoint=endpoint).id not in known:
        return ""
    if "rate" in rest:
        remedy = f"; print '{id_with(record_id, 'rate', 'incidence')}', the cumulative incidence"
    elif "log_rank" in rest:
        gray = id_with(record_id, "log_rank", "gray")
        remedy = f"; print '{gray}', Gray's test of cumulative incidence, or the cause-specific hazard ratio (`cox`)"
    elif rest[-1:] == ["median"]:
        remedy = "; print the cumulative incidence at a landmark ('incidence' in place of 'median')"
    else:
        return ""
    return f": '{endpoint}' {_OVERESTIMATES}{remedy}{_IGNORED}".replace("{endpoint}", endpoint)
