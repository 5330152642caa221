"""Formats of dates: what looks like a date is what the formats can read."""

from __future__ import annotations

from datetime import datetime

import pytest

from lockstep.data.date_formats import DATE, KNOWN, fitting, parsed


@pytest.mark.parametrize("form", [*KNOWN, "%Y-%m-%d"])
def test_every_date_looks_like_one(form: str) -> None:
    """No column of dates is passed over because of its look."""
    for moment in (datetime(2001, 2, 3, 4, 5, 6), datetime(1999, 9, 30, 13, 14, 15)):
        assert DATE.fullmatch(moment.strftime(form))


@pytest.mark.parametrize("text", ["12.5", "1214", "1,214.5", "text 0.123", "P00123", "stage 2", "2"])
def test_numbers_and_texts_do_not(text: str) -> None:
    """They are seen at once to be no dates."""
    assert not DATE.fullmatch(text)


@pytest.mark.parametrize("form", [*KNOWN, "%j %Y", "%A %d %B %Y", "%%%d.%m.%Y", "(%d) %m*%Y"])
def test_a_date_is_what_strptime_reads(form: str) -> None:
    """What a text looks like decides at once only where `strptime` would refuse it as well."""
    texts = ["3/ 5/2010", "28.  February 2010", "2010-03-04 14:05", "text", ""]
    for moment in (datetime(2001, 2, 3, 4, 5, 6), datetime(1999, 9, 30, 13, 14, 15)):
        text = moment.strftime(form)
        texts += [text, text.lower(), text.replace("0", "", 1), f"{text} ", text[:-1]]
    for text in texts:
        try:
            expected = datetime.strptime(text, form)
        except ValueError:
            expected = None
        if expected is not None and "%Y%m" in form.replace("%Y%m%d", "%Y%m") and expected.strftime(form) != text:
            expected = None  # which could be cut in two ways
        found = parsed(text, form, cutoff=datetime(2199, 12, 31).date())
        assert (found is None) == (expected is None)
        if expected is not None and "%Y" in form:
            assert found == expected.date()


def test_a_format_that_one_date_has_not_does_not_fit() -> None:
    """Wherever it is among the others; and no date fits no format."""
    assert fitting(["3/4/2010", "13/4/2010"]) == ["%d/%m/%Y"]
    assert fitting(["3/4/2010", "13/4/2010", "4/13/2010"]) == []
    assert fitting([]) == []
