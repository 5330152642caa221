"""A file of published statements: what a publication prints, row by row, each with the result to compare with."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from ..base.errors import LockstepError, PublishedError, counted
from ..base.files import read_file
from ..base.wording import are_names, listing, shown
from ..syntax.expressions import Expression, parse_expression
from .printed import MOST_DECIMALS, PrintedNumber, parse_month, parse_printed
from .proofs import CheckCall, Proof, ProofError, carry_out, parse_proofs

REQUIRED: Final = ("id", "quantity", "value")
OPTIONAL: Final = (
    "where", "precision", "unit", "definition", "denominator", "record", "condition", "reading", "reading_record",
    "proof", "note",
)  # fmt: skip

_ID: Final = re.compile(r"[A-Za-z]\w*", re.ASCII)
_ID_OR_COUNT: Final = re.compile(r"[A-Za-z]\w*|[1-9][0-9]{0,8}", re.ASCII)
Parsed = TypeVar("Parsed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One printed statement of a publication.

    Attributes
    ----------
    id : by which proofs name it.
    where, quantity, value, unit, note : as in the file; `value` is the printed text.
    number : the printed number, None where the text is none.
    month : the printed year and month, None where the text is none.
    record : the result that it should be a print of.
    condition : what should hold of the results, for a statement in words.
    reading, reading_record : another way to read it, in words, and the result that it is a print of then.
    proofs : checks on printed statements that were carried out for it.
    """

    id: str
    where: str
    quantity: str
    value: str
    unit: str
    note: str
    number: PrintedNumber | None
    month: tuple[int, int] | None
    record: str | None
    condition: Expression | None
    reading: str | None
    reading_record: str | None
    proofs: tuple[Proof, ...]

    @property
    def tied(self) -> bool:
        """Whether it can be compared with results."""
        return bool(self.record or self.condition)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out, counted as a spreadsheet does (the header is row 1), and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Published:
    """The statements of a file that can be used, and the rows that cannot."""

    file: str
    statements: tuple[Statement, ...]
    bad_rows: tuple[BadRow, ...]

    def refusal(self) -> str | None:
        """Return one message that names every bad row with its reason; None where there is none."""
        if not self.bad_rows:
            return None
        rows = "\n".join(f"  row {bad.row}: {bad.reason}" for bad in self.bad_rows)
        count = "1 row was" if len(self.bad_rows) == 1 else f"{len(self.bad_rows)} rows were"
        return f"{self.file}: {count} left out of the audit:\n{rows}\nMend them, then run again."


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as text, with what its own cells say; `calls` are not carried out yet."""

    row: int
    cells: Mapping[str, str]
    number: PrintedNumber | None
    condition: Expression | None
    calls: tuple[CheckCall, ...]


class _RowError(Exception):
    """Why a row cannot be used."""


def read_published(path: Path, *, name: str | None = None) -> Published:
    """Read a CSV file of published statements; `name` is how messages and the audit call it.

    Only the columns id, quantity and value must be there; those unknown to docs/audit.md are not looked at. A row that
    is wrong is left out and reported in `bad_rows`; the others are not affected.

    Raises
    ------
    PublishedError
        If there is no such file, or it is not a table with these columns.
    """
    name = name or str(path)
    header, records = _records(_text(path, name), name)
    rows: list[_Row] = []
    bad: list[BadRow] = []
    first_rows: dict[str, int] = {}
    refused: dict[str, int] = {}
    numbers: dict[str, PrintedNumber | None] = {}
    for position, cells in records:
        try:
            row = _row(position, header, cells)
            if row.cells["id"] in first_rows:
                raise _RowError(f"the id {shown(row.cells['id'])} is in row {first_rows[row.cells['id']]} as well")
        except _RowError as error:
            bad.append(BadRow(position, str(error)))
            refused.setdefault(_id_of(header, cells), position)
            continue
        first_rows[row.cells["id"]] = position
        numbers[row.cells["id"]] = row.number
        rows.append(row)
    statements: list[Statement] = []
    for row in rows:
        try:
            if above := [refused[name] for call in row.calls for name in call.ids if name in refused.keys() - numbers]:
                raise _RowError(f"it depends on row {above[0]}, which was refused")
            statements.append(_statement(row, numbers))
        except _RowError as error:
            bad.append(BadRow(row.row, str(error)))
        except ProofError as error:
            bad.append(BadRow(row.row, f"proof: {error}"))
    return Published(name, tuple(statements), tuple(sorted(bad, key=lambda item: item.row)))


# ---- the file ------------------------------------------------------------------------------------------------------


def _text(path: Path, name: str) -> str:
    try:
        content = read_file(path)
    except OSError as error:
        raise PublishedError(
            f"{name}: cannot be read ({error.strerror}). Name a CSV file with the columns "
            f"{listing(REQUIRED, word='and')}: a published statement a row, with its number as printed."
        ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PublishedError(f"{name}: line {line} is not UTF-8. Save the file as CSV UTF-8.") from None


def _records(text: str, file: str) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """Return the header, and each row that is not blank with its place in the file."""
    first_line = text.partition("\n")[0]
    separator = max(",;\t", key=first_line.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise PublishedError(f"{file}: is not a CSV file ({error}). Save it as CSV UTF-8.") from None
    header = tuple(rows[0]) if rows else ()
    absent = [column for column in REQUIRED if column not in header]
    if absent:
        found = "its first line is blank"
        if are_names(header, REQUIRED):
            found = f"it has {listing(filter(None, header), word='and', most=20)}"
        elif any(header):  # it may be a patient's row, of another file
            found = "its first line holds other names, or none"
        raise PublishedError(
            f"{file}: there is no column {listing(absent)}; {found}.\n"
            f"Needed are {listing(REQUIRED, word='and')}; there may be {listing(OPTIONAL, word='and', most=20)}."
        )
    twice = [column for column in (*REQUIRED, *OPTIONAL) if header.count(column) > 1]
    if twice:
        raise PublishedError(f"{file}: there are two columns {shown(twice[0])}. Remove or rename one of them.")
    return header, [(place, row) for place, row in enumerate(rows[1:], start=2) if any(row)]


def _id_of(header: Sequence[str], texts: Sequence[str]) -> str:
    """Return the id of a row, also of one that has too few or too many cells."""
    place = header.index("id")
    return texts[place] if place < len(texts) else ""


# ---- a row ---------------------------------------------------------------------------------------------------------


def _row(position: int, header: Sequence[str], texts: Sequence[str]) -> _Row:
    if len(texts) != len(header):
        raise _RowError(
            f"it has {counted(len(texts), 'cell')}, the header has {len(header)}; put quotes around text with commas"
        )
    cells = dict.fromkeys(OPTIONAL, "") | dict(zip(header, texts, strict=True))
    if not _ID.fullmatch(cells["id"]):
        raise _RowError(f"the id {shown(cells['id'])} is not a letter followed by letters, digits and _")
    if not cells["quantity"]:
        raise _RowError("the quantity is blank; say in words what is printed")
    number = _number(cells["value"], cells["precision"])
    _check_ties(cells, number)
    calls = _own(parse_proofs, "proof", cells["proof"]) or ()
    if calls and not any(cells["id"] in call.ids for call in calls):
        raise _RowError(f"proof: it does not name {cells['id']} itself, so it says nothing of it")
    return _Row(
        row=position,
        cells=cells,
        number=number,
        condition=_own(parse_expression, "condition", cells["condition"]),
        calls=(*calls, *_implied(cells, number)),
    )


def _number(value: str, precision: str) -> PrintedNumber | None:
    number = parse_printed(value)
    if not precision:
        return number
    if not precision.isdecimal() or int(precision) > MOST_DECIMALS:
        raise _RowError(f"the precision {shown(precision)} is not a number of decimals from 0 to {MOST_DECIMALS}")
    if number is not None and number.decimals > int(precision):
        raise _RowError(f"the precision is {precision}, but {shown(value)} is printed with {number.decimals} decimals")
    return parse_printed(value, decimals=int(precision))


def _check_ties(cells: Mapping[str, str], number: PrintedNumber | None) -> None:
    """Refuse a row that says two things at once, or half of one."""
    if cells["record"] and cells["condition"]:
        raise _RowError("it has both a record and a condition; one of them says what it is compared with")
    if bool(cells["reading"]) != bool(cells["reading_record"]):
        absent = "reading" if cells["reading_record"] else "reading_record"
        raise _RowError(f"{absent} is blank; another reading needs both its words and its record")
    if cells["reading"] and not cells["record"]:
        raise _RowError("it has another reading but no record for the plain one")
    if cells["record"] and number is None and parse_month(cells["value"]) is None:
        raise _RowError(
            f"the value {shown(cells['value'])} is no number (16.4, < 0.001) and no month (July 1965), so it cannot be "
            "compared with a record; write a condition instead"
        )


def _implied(cells: Mapping[str, str], number: PrintedNumber | None) -> Iterator[CheckCall]:
    """Yield the check that a denominator asks for: that some count out of it prints this percentage."""
    if not cells["denominator"]:
        return
    if number is None or "%" not in (cells["unit"], cells["value"][-1:]):
        raise _RowError("it has a denominator, but is not a percentage; only those have one here")
    if not _ID_OR_COUNT.fullmatch(cells["denominator"]):
        raise _RowError(f"the denominator {shown(cells['denominator'])} is neither a count nor the id of a statement")
    yield from parse_proofs(f"percent_of_some_count({cells['id']}, {cells['denominator']})")


def _own(parse: Callable[[str], Parsed], column: str, text: str) -> Parsed | None:
    """Parse a cell that may be blank; say of which column what is wrong with it."""
    try:
        return parse(text) if text else None
    except LockstepError as error:
        raise _RowError(f"{column}: {error}") from None


def _statement(row: _Row, numbers: Mapping[str, PrintedNumber | None]) -> Statement:
    cells = row.cells
    return Statement(
        id=cells["id"],
        where=cells["where"],
        quantity=cells["quantity"],
        value=cells["value"],
        unit=cells["unit"],
        note=cells["note"],
        number=row.number,
        month=parse_month(cells["value"]),
        record=cells["record"] or None,
        condition=row.condition,
        reading=cells["reading"] or None,
        reading_record=cells["reading_record"] or None,
        proofs=tuple(carry_out(call, numbers) for call in row.calls),
    )
