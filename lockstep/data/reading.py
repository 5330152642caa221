"""The data file: read as study.toml describes it, into one typed frame, with all that is wrong in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import DataError, row_list
from ..base.wording import shown
from ..readers.files import TableReader, read_data_table
from ..readers.table import TextColumn, TextTable
from ..study.model import Study
from ..variables.columns import Column
from ..variables.data_file import ROW_ID, DataFile
from . import columns
from .categories import categories
from .described import recoded_by_label, refuse_identifiers
from .findings import DataFinding, refuse_errors
from .joins import FileCounts, join_counts, matched, row_counts, unknown_patients, unmatched_patients
from .row_rules import NO_ID, Flags, PatientRows, one_row_each, patient_rows, taken

_READ: Final = {"category": categories, "number": columns.numbers, "date": columns.dates}


@dataclass(frozen=True, slots=True, eq=False)
class TextRows:
    """The rows of a file as texts, and the id of each."""

    table: TextTable
    ids: TextColumn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Data:
    """The declared columns of the data file, typed.

    Attributes
    ----------
    frame : a row for each patient (index 0 to n - 1), a column for each of ``study.columns``: categories as Categorical
        with the declared levels in their order, numbers as float, dates as datetime64; NaN or NaT where missing.
    rows : (n,) the row of each patient in the file, the first of several, as a spreadsheet counts them: the header is
        row 1.
    sha256 : of the file's bytes.
    n_columns : columns in the file, declared or not.
    missing : cells without a value, by column.
    findings : what is wrong with columns, cells and ids; faulty cells are missing in the frame, but for those that are
        only out of range.
    faulty : (n,) by column: True where its cell has an error of its own; only where there is one.
    counts : of rows and patients, where a patient has several rows or there are several files.
    ids : of the patients.
    files : the cells of each file as texts; that of the data file under None, of joined ones by name.
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    sha256: str
    n_columns: int
    missing: Mapping[str, int]
    ids: TextColumn
    files: Mapping[str | None, TextRows]
    findings: tuple[DataFinding, ...] = ()
    faulty: Mapping[str, Flags] = field(default_factory=dict)
    counts: tuple[FileCounts, ...] = ()

    @property
    def table(self) -> TextTable:
        """The cells of the data file as texts."""
        return self.files[None].table

    @property
    def n_patients(self) -> int:
        """Number of patients in the file."""
        return len(self.frame)


def read_data(study: Study) -> Data:
    """Read and check the data file of a study.

    Raises
    ------
    DataError
        For what is wrong, the first three faults: what was found, in which rows, what is allowed, what to do. Of the
        values in the file only what is like a declared level of a category is ever shown.

    Notes
    -----
    All cells are read as text and compared as text: the level ``1`` is not ``01``. Outer spaces do not count.
    """
    data = examine_data(study)
    refuse_errors(data.findings)
    return data


def examine_data(study: Study, *, read: TableReader = read_data_table) -> Data:
    """Read the data file of a study and look for everything that is wrong with its cells.

    Parameters
    ----------
    read : what reads each of its files, or has read it.

    Raises
    ------
    DataError
        If the file cannot be read, has no table of patients, or none of the columns.
    """
    main = _examined_file(study, study.data, None, read)
    found, several = main.rows, study.data.rows is not None
    ids = TextColumn(list(found.ids), np.arange(len(found.ids), dtype=np.intp)) if several else main.ids
    values, faulty, findings = main.of_patients(study.columns)
    joins = {}
    files: dict[str | None, TextRows] = {None: TextRows(main.table, main.ids)}
    for name, data in study.joins.items():
        other = _examined_file(study, data, name, read)
        positions = matched(found, other.rows, needed=main.has_ids and other.has_ids)
        own, faulty_there, found_there = other.of_patients(study.columns, reduced=True)
        # A data file with one row a patient keeps all its rows: blank or repeated ids in it are errors already.
        at = positions if several else np.append(positions, -1)[found.patient]
        values |= {variable: taken(cells, at) for variable, cells in own.items()}
        faulty |= {variable: np.append(cells, False)[at] for variable, cells in faulty_there.items()}
        joins[name] = join_counts(other.rows, positions, name)
        files[name] = TextRows(other.table, other.ids)
        findings += unmatched_patients(found, other.rows, positions)
        findings += [replace(item, join=name) for item in (*found_there, *unknown_patients(found, other.rows))]
    frame = pd.DataFrame({name: values[name] for name in study.columns}, copy=False)
    return Data(
        frame=frame,
        rows=main.table.rows[found.first] if several else main.table.rows,
        sha256=main.sha256,
        n_columns=len(main.table.header),
        missing={str(name): int(count) for name, count in frame.isna().sum().items()},
        findings=_each_once(findings),
        faulty=faulty,
        counts=(*([row_counts(found)] if several else []), *joins.values()),
        ids=ids,
        files=files,
    )


def _each_once(findings: Iterable[DataFinding]) -> tuple[DataFinding, ...]:
    """Return findings without those that only repeat what was said of a column, of which two variables are made."""
    found: dict[tuple[Any, ...], DataFinding] = {}
    for item in findings:
        what, _, _ = item.message.partition("\n")
        found.setdefault((item.kind, item.severity, item.rows, what, item.join), item)
    return tuple(found.values())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _File:
    """A file of the data: as texts, its hash, its rows with their values, and what is wrong with its cells and ids."""

    table: TextTable
    sha256: str
    ids: TextColumn
    has_ids: bool
    rows: PatientRows
    join: str | None
    findings: tuple[DataFinding, ...]

    def of_patients(
        self, declared: Mapping[str, Column], *, reduced: bool = False
    ) -> tuple[dict[str, pd.Series[Any]], dict[str, Flags], list[DataFinding]]:
        """Return the values of the file's columns that describe patients, which of them are faulty, and the findings.

        Parameters
        ----------
        declared : the columns of the study; those of other files are passed over.
        reduced : a row for each patient also where the file is to have one for each.
        """
        found, columns = self.rows, {name: item for name, item in declared.items() if item.join == self.join}
        if found.data.rows is None and not reduced:
            errors = _errors(self.findings, columns)
            return (
                {name: found.frame[name] for name in columns},
                {name: _in_rows(items, found.rows) for name, items in errors.items()},
                list(self.findings),
            )
        frame, contradictions = one_row_each(found, columns)
        findings = [*self.findings, *(contradictions if found.data.rows is not None else ())]
        faulty = {}
        for name, items in _errors(findings, columns).items():
            patients = found.patient[_in_rows(items, found.rows)]
            faulty[name] = np.isin(np.arange(len(found.ids)), patients)
        return {name: frame[name] for name in columns}, faulty, findings


def _errors(findings: Iterable[DataFinding], columns: Mapping[str, Column]) -> dict[str, list[DataFinding]]:
    """Return the errors about each of some columns, where it has any."""
    errors = [item for item in findings if item.severity == "error"]
    found = {name: [item for item in errors if item.column == column.header] for name, column in columns.items()}
    return {name: items for name, items in found.items() if items}


def _in_rows(findings: Iterable[DataFinding], rows: npt.NDArray[np.int64]) -> Flags:
    """Return (n,) True for the rows of some findings; for all, where one is about the whole column."""
    masks = [np.isin(rows, item.rows) if item.rows else np.ones(len(rows), dtype=bool) for item in findings]
    return np.asarray(np.logical_or.reduce(masks), dtype=bool)


def _examined_file(study: Study, data: DataFile, join: str | None, read: TableReader) -> _File:
    declared = study.columns_of(join)
    expected = {data.id, *(column.header for column in declared.values())}
    table, sha256 = read(study.folder, data, expected=expected)
    refuse_identifiers(declared.values(), table)
    absent = _absent(table, data, declared)
    ids = _rows_as_ids(table) if data.id in absent else id_column(table, data)
    findings = [*absent.values(), *_about_ids(ids, table, data)]
    typed = {}
    for name, column in declared.items():
        typed[name], found = _typed(table, column, data, is_there=column.header not in absent)
        findings += found
    frame = pd.DataFrame(typed, index=range(len(table.rows)), copy=False)
    return _File(
        table=table,
        sha256=sha256,
        ids=ids,
        has_ids=data.id not in absent,
        rows=patient_rows(data, frame, table.rows, ids),
        join=join,
        findings=tuple(findings),
    )


def id_column(table: TextTable, data: DataFile) -> TextColumn:
    """Return the patients' ids; where the file has no column of them, the numbers of its rows.

    Raises
    ------
    DataError
        If there is no such column.
    """
    if data.id == ROW_ID and ROW_ID not in table.header:
        return _rows_as_ids(table)
    return table.column(data.id, key=f"{data.section}.id")


def _rows_as_ids(table: TextTable) -> TextColumn:
    return TextColumn([str(row) for row in table.rows], np.arange(len(table.rows), dtype=np.intp))


def _absent(table: TextTable, data: DataFile, declared: Mapping[str, Column]) -> dict[str, DataFinding]:
    """Return the errors about columns that are not in the file, or twice, by their names in the file.

    Raises
    ------
    DataError
        If there is none of them, or the first line may be a patient's row: there is nothing else to be found then.
    """
    keys = {data.id: f"{data.section}.id"} if data.id != ROW_ID or ROW_ID in table.header else {}
    keys |= {column.header: f"columns.{name}" for name, column in declared.items()}
    found = {}
    for header, key in keys.items():
        try:
            table.column(header, key=key)
        except DataError as error:
            if not table.are_names:
                raise
            kind = "a column twice" if header in table.header else "no such column"
            found[header] = DataFinding(kind=kind, severity="error", column=header, rows=(), message=str(error))
    if keys and len(found) == len(keys):
        raise DataError(next(iter(found.values())).message)
    return found


def _typed(table: TextTable, column: Column, data: DataFile, *, is_there: bool) -> tuple[Any, list[DataFinding]]:
    blank = TextColumn([""], np.zeros(len(table.rows), dtype=np.intp))
    found = table.column(column.header, key=f"columns.{column.name}") if is_there else blank
    described = table.descriptions.get(column.header)
    return _READ[column.type](
        columns.Cells(
            file=table.file,
            column=recoded_by_label(column, found.texts, described),
            texts=found.texts,
            codes=found.codes,
            rows=table.rows,
            typed=table.typed,
            decimal=data.decimal,
            separator=table.separator,
            cutoff=data.cutoff,
            labels=described.levels if described else {},
            section=data.section,
        )
    )


def _about_ids(ids: TextColumn, table: TextTable, data: DataFile) -> list[DataFinding]:
    """Return missing and repeated patient ids; an id may identify a person and is never shown."""
    column = f"{table.file}: column {shown(data.id)}"
    findings = []

    def add(kind: str, rows: Collection[int], message: str) -> None:
        findings.append(DataFinding(kind=kind, severity="error", column=data.id, rows=tuple(rows), message=message))

    blank = [position for position, text in enumerate(ids.texts) if text in NO_ID]
    if blank:
        rows = table.rows[np.isin(ids.codes, blank)].tolist()
        add(
            "no id",
            rows,
            f"{column} has no value in {row_list(rows)}; expected an id for each patient.\nMend the file.",
        )
    counts = np.bincount(ids.codes, minlength=len(ids.texts))
    repeated = [int(code) for code in dict.fromkeys(ids.codes) if counts[code] > 1 and code not in blank]
    if repeated and data.rows is None:
        rows = table.rows[ids.codes == repeated[0]].tolist()
        more = len(repeated) - 1
        where = row_list(rows) + (f" ({more} other {'id repeats' if more == 1 else 'ids repeat'})" if more else "")
        add(
            "a repeated id",
            table.rows[np.isin(ids.codes, repeated)].tolist(),
            f"{column} has the same id in {where}; expected one row for each patient.\n"
            f'Mend the file; or where patients have several rows, write rows = "{_rows_of(table)}" under '
            f"[{data.section}] in study.toml, and under its columns which of them counts (`take`, `where`).",
        )
    return findings


def _rows_of(table: TextTable) -> str:
    """Return what the rows of a file with several a patient may be called."""
    return "events" if "redcap_event_name" in table.header else "visits"
