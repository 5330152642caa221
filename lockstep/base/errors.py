"""The errors that a user of Lockstep can meet; each message says what, where, what is allowed and what to do.

LockstepError
├── StudyError        study.toml is not valid
├── DataError         the data file cannot be read as study.toml describes it
├── StatisticError    a statistic of the study's own, in analysis/, is faulty
├── PublishedError    a file of published statements cannot be read
├── ResultsError      results.json is missing, of another version, or has no such record
└── ReportError       report.qmd, a template or a document could not be rendered
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from typing import Final

# A disk, a quota, and a limit on the size of files.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# A library that cannot be loaded, a thread that cannot be started.
_NO_MEMORY_SIGNS: Final = ("annot allocate memory", "failed to map segment", "can't start new thread")

NO_MEMORY: Final = "There is not enough memory. Close other programs, or raise the limit (ulimit -v), then run again."

_MOST_ROWS: Final = 5

_IN_THE_WAY: Final = {
    errno.EEXIST: ("there is a file where a folder is needed", "Move it away, or name another folder"),
    errno.EISDIR: ("there is a folder where a file is needed", "Move it away"),
}


class LockstepError(Exception):
    """Base of all errors that are reported as one message, without a traceback."""


class StudyError(LockstepError):
    """study.toml is not valid: an unknown key, a wrong type, a reference to nothing."""


class DataError(LockstepError):
    """The data file is not what study.toml says it is."""


class StatisticError(LockstepError):
    """A statistic of the study's own, in its folder `analysis`, is faulty; names file, line and function."""


class PublishedError(LockstepError):
    """A file of published statements is missing, is no such file, or has no audit that can be read."""


class ResultsError(LockstepError):
    """results.json is missing, damaged, of another version, or lacks a record."""


class ReportError(LockstepError):
    """The document could not be rendered."""


def is_full(error: OSError) -> bool:
    """Return whether there was no room to write."""
    return error.errno in _FULL


def is_out_of_memory(error: BaseException | None) -> bool:
    """Return whether an error, or one that led to it, is that there was not enough memory."""
    while error is not None:
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
            return True
        if isinstance(error, (ImportError, RuntimeError)) and any(sign in str(error) for sign in _NO_MEMORY_SIGNS):
            return True
        error = error.__cause__ or error.__context__
    return False


def explained(error: OSError) -> str:
    """Say why a file could not be read or written, and what to do where that is known."""
    reason = error.strerror or str(error)
    if is_full(error):
        return f"could not be written, there is no room left ({reason}). Make room on the disk, then run again"
    if error.errno in _IN_THE_WAY:
        what, advice = _IN_THE_WAY[error.errno]
        return f"{what} ({reason}). {advice}, then run again"
    return reason


def system_message(error: OSError, *, file: str = "") -> str:
    """Return one message for an error of the system: which file, why, and what to do, which ends in a full stop.

    `file` is what the user knows it by, where that is not the name that the system had.
    """
    name = file or error.filename
    said = f"{name}: {explained(error)}" if name else explained(error)
    return f"{said}." if said.endswith("then run again") else said


def nearest(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return a hint such as "; did you mean 'os.median'?" or an empty string where nothing is near."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=cutoff)
    if not near:
        return ""
    return "; did you mean " + " or ".join(f"'{item}'" for item in near) + "?"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: "1 patient", "1,204 patients"; `many` where the plural is more than an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def row_list(rows: Iterable[int]) -> str:
    """Name data rows for an error message: "row 3", "rows 3 and 17", "rows 3, 17, 20 and 9 more"."""
    numbers = list(rows)
    shown = [str(row) for row in numbers[:_MOST_ROWS]]
    if len(numbers) > _MOST_ROWS:
        return f"rows {', '.join(shown)} and {len(numbers) - _MOST_ROWS} more"
    if len(shown) == 1:
        return f"row {shown[0]}"
    return f"rows {', '.join(shown[:-1])} and {shown[-1]}"
