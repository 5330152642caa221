"""Formats of dates: what looks like a date is what the formats can read."""

from __future__ import annotations

from datetime import datetime

import pytest

from lockstep.data.date_formats import DATE, KNOWN


@pytest.mark.parametrize("form", [*KNOWN, "%Y-%m-%d"])
def test_every_date_looks_like_one(form: str) -> None:
    """No column of dates is passed over because of its look."""
    for moment in (datetime(2001, 2, 3, 4, 5, 6), datetime(1999, 9, 30, 13, 14, 15)):
        assert DATE.fullmatch(moment.strftime(form))


@pytest.mark.parametrize("text", ["12.5", "1214", "1,214.5", "text 0.123", "P00123", "stage 2", "2"])
def test_numbers_and_texts_do_not(text: str) -> None:
    """They are seen at once to be no dates."""
    assert not DATE.fullmatch(text)
