"""What the user says of a new study, and the columns that are named so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..base.errors import DataError
from ..base.wording import hint, listing, shown
from ..syntax.names import slug
from .observed import PlannedColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user has said, each as typed; "" for what was not said. `second` is another time with its event."""

    time: str = ""
    event: str = ""
    by: str = ""
    id: str = ""
    title: str = ""
    unit: str = ""
    header_row: int | None = None
    sheet: str = ""
    second: tuple[str, str] | None = None


def named_column(text: str, columns: Sequence[PlannedColumn], option: str) -> PlannedColumn:
    """Return the column that the user names, as the file or as study.toml calls it.

    Raises
    ------
    DataError
        If there is none, or it is left out.
    """
    wanted = text.strip()
    for same in (lambda c: c.header == wanted, lambda c: c.name == wanted, lambda c: slug(c.name) == slug(wanted)):
        found = [column for column in columns if same(column)]
        if found:
            if not found[0].used:
                why = found[0].guess.why_left_out
                raise DataError(f"{option}: the column {shown(wanted)} cannot be used: {why}.")
            return found[0]
    known = [column.header for column in columns if column.header]
    raise DataError(
        f"{option}: there is no column {shown(wanted)}; the file has {listing(known, word='and', most=30)}"
        f"{hint(wanted, known) or '.'}"
    )
