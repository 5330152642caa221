"""The one time that documents carry, so that the same input gives the same bytes."""

from __future__ import annotations

import os
from typing import Final

from .errors import ReportError

EPOCH_VARIABLE: Final = "SOURCE_DATE_EPOCH"  # https://reproducible-builds.org/specs/source-date-epoch/
_DEFAULT: Final = 946_684_800  # 2000-01-01T00:00:00Z


def source_date_epoch() -> int | None:
    """Return SOURCE_DATE_EPOCH where it is set, else None: for what would rather show no time than the constant.

    Raises
    ------
    ReportError
        As `epoch`.
    """
    return epoch() if os.environ.get(EPOCH_VARIABLE) else None


def epoch() -> int:
    """Return SOURCE_DATE_EPOCH where it is set, else a constant: seconds since 1970.

    Raises
    ------
    ReportError
        If the variable is not a whole number of seconds that a zip archive or PDF can hold (1980 to 2107).
    """
    text = os.environ.get(EPOCH_VARIABLE, "")
    if not text:
        return _DEFAULT
    if text.isascii() and text.isdigit() and 315_532_800 <= int(text) < 4_354_819_200:
        return int(text)
    raise ReportError(f"{EPOCH_VARIABLE} is '{text}'; expected seconds since 1970 (1980 to 2107). Unset or mend it.")
