"""In which unit times print: records carry it, and the decimals that they have in it; no number is converted here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from numpy.typing import ArrayLike

from ..base.snapping import snapped
from ..catalogue.catalogue import SURVIVAL_MEDIAN
from ..endpoints.endpoints import Endpoint
from ..results.model import Curve, Record
from ..results.precision import time_decimals
from ..study.model import Study


def per_print_unit(study: Study, unit: str | None) -> float:
    """Return how many follow-up units make one unit in which times print; 1 where study.toml asks for none."""
    return 1.0 if unit is None else study.time.per(unit)


def in_unit_of(record: Record, study: Study, unit: str | None) -> Record:
    """Return a record of a time in the study's unit that prints in another one; the same where it is no other."""
    if unit is None or unit == record.unit or record.unit != study.time.unit:
        return record
    return replace(record, print_unit=unit, per_print_unit=per_print_unit(study, unit))


def with_printed_times(
    found: Iterable[Record | Curve], study: Study, endpoint: Endpoint, times: ArrayLike
) -> Iterator[Record | Curve]:
    """Yield the results of an endpoint, its survival times with their print unit and decimals, which all share."""
    items = list(found)
    medians = [
        float(item.value)
        for item in items
        if isinstance(item, Record) and item.key.statistic == SURVIVAL_MEDIAN.path and item.value is not None
    ]
    decimals = time_decimals(study, endpoint, times, medians)
    for item in items:
        if isinstance(item, Record) and item.kind in ("time", "difference") and item.unit == study.time.unit:
            places = decimals if item.decimals is None else item.decimals
            yield in_unit_of(replace(item, decimals=places), study, endpoint.print_unit)
        else:
            yield item


def follow_up_decimals(study: Study) -> int:
    """Return the decimals in which the description of follow-up is given, in the unit in which it prints."""
    return 0 if study.follow_up_print_unit == "days" else study.time.decimals


def printed_follow_up(record: Record, study: Study) -> Record:
    """Return a record of follow-up, which is in months, with the unit in which it prints, and its decimals."""
    record, unit = replace(record, decimals=follow_up_decimals(study)), study.follow_up_print_unit
    if unit == record.unit:
        return record
    return replace(record, print_unit=unit, per_print_unit=snapped(study.time.per(unit) / study.time.month))
