"""Times in the unit in which a paper prints them: the one place where a result is converted."""

from __future__ import annotations

from dataclasses import replace

from ..base.snapping import snapped
from .model import Record


def in_print_unit(record: Record) -> Record:
    """Return a record with value and limits in the unit in which it prints; the same one where that is its own unit.

    >>> from lockstep.catalogue.catalogue import SURVIVAL_MEDIAN
    >>> from lockstep.catalogue.keys import Key
    >>> from lockstep.results.records import Population, number
    >>> words = {"of": "OS", "conf_type": "log", "options": ""}
    >>> days = number(SURVIVAL_MEDIAN, Key(endpoint="os"), 365.25, Population(9, "all"), words)
    >>> months = in_print_unit(replace(days, unit="days", print_unit="months", per_print_unit=30.4375))
    >>> months.value, months.unit
    (12.0, 'months')
    """
    per = record.per_print_unit
    if record.print_unit is None or per is None:
        return record
    low, high = (None if limit is None else snapped(limit / per) for limit in (record.conf_low, record.conf_high))
    value = None if record.value is None else snapped(float(record.value) / per)
    return replace(
        record,
        value=value,
        conf_low=low,
        conf_high=high,
        unit=record.print_unit,
        print_unit=None,
        per_print_unit=None,
    )
