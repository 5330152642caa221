"""The hint for a typed number names results that print exactly so, best first, and few."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lockstep.catalogue.keys import Key
from lockstep.results.model import Record, Results
from lockstep.text.printed_as import MOST, prints
from lockstep.text.style import Style


def hint(results: Results, number: str, before: str = "", after: str = "") -> tuple[str, ...]:
    """Return the ids that are named for a number between two texts."""
    return prints(results, Style()).ids(number, before=before, after=after)


@pytest.mark.parametrize(
    ("number", "before", "after", "first"),
    [
        ("6.61", "", " years", "os.median"),
        ("68.4", "", "% of", "response.by_local_treatment.yes.cr.percent"),
        ("0.012", "P = ", "", "response.by_local_treatment.chi_square.p_value"),
        ("0.001", "P < ", "", "os.adjusted.local_treatment.yes.p_value"),
        ("142", "", " patients", "flow.analysed"),
        ("60", "", " years", "setting.age_group.cut"),
        ("0.34", "", "", "os.adjusted.local_treatment.yes.hazard_ratio"),
    ],
)
def test_the_result_that_is_meant_is_among_the_few_named(
    results: Results, number: str, before: str, after: str, first: str
) -> None:
    """Unit, sign and noun around the number show what it is."""
    named = hint(results, number, before, after)
    assert first in named
    assert len(named) <= MOST


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        ("68", "", "%"),  # 68.4 is printed
        ("6.613", "", ""),  # 6.61 is
        ("2411", "", ""),
        ("0.8", "", ""),  # 0.783 is
        ("0.9999", "P = ", ""),
        ("6.61", "", " patients"),
        ("6.61", "", "%"),
        ("0.012", "", " days"),
    ],
)
def test_what_only_resembles_it_is_not_named(results: Results, number: str, before: str, after: str) -> None:
    """A number with other digits, in another precision or of another unit is another number."""
    assert hint(results, number, before, after) == ()


def test_5_names_results_that_print_5_and_nothing_else(results: Results) -> None:
    """None merely contains a 5: each is the whole number."""
    for number in ("5", "five"):
        named = hint(results, number)
        assert 0 < len(named) <= MOST
        for record_id in named:
            stem, _, bound = record_id.rpartition(".")
            record = results[stem if bound.startswith("conf_") else record_id]
            value = getattr(record, bound) if bound.startswith("conf_") else record.value
            assert round(float(value), 0) == 5  # 4.97 may print so
    counts = hint(results, "5", "", " patients")
    assert counts
    assert all(results[record_id].kind == "count" for record_id in counts)


def test_a_value_comes_before_a_bound_and_all_patients_before_a_group(results: Results) -> None:
    """What is named first is what most authors mean; a number with groups of digits is found without them."""
    records = [
        Record(key=key, kind="count", value=1214, label="", population="", n=2000, method="count")
        for key in (Key("count", variable="a", by="x", by_level="y"), Key("count", variable="a"))
    ]
    found = replace(results, records=tuple(records), curves=())
    assert hint(found, "1,214", "", " patients") == ("a.count", "a.by_x.y.count")
