"""Keyed digests of the data file's cells, by which two versions are compared without either holding a value.

Every digest is an HMAC-SHA-256, truncated, under a key that stays with the study. A cell's digest covers its column and
its patient too, so that equal values have different digests: without the key these disclose not even frequencies.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ..base.errors import DataError
from ..readers.files import read_data_table
from ..readers.table import unique_names
from ..study.model import Study
from ..variables.columns import Column
from ..variables.data_file import DataFile
from . import date_formats
from .reading import id_column

KEY_FILE: Final = Path(".lockstep-key")
"""The file of a study's key, relative to its folder; it is never part of a lock."""

SCHEMA_VERSION: Final = 2
"""Of rows.json. In version 1 cells were compared as they are written: 5.0 was not 5."""

_DECIMALS: Final = re.compile(r"([+-]?[0-9]+)[.,]([0-9]*)")
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 8
_CELL_BYTES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A data file as digests.

    Attributes
    ----------
    schema : version of what is digested.
    key : digest that distinguishes keys.
    columns : names of the compared columns, in the order of the file.
    rows : the digests of each patient's cells, in the order of `columns`, by digest of the id.
    """

    schema: int = SCHEMA_VERSION
    key: str
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChanges:
    """What differs between two versions of a data file, in counts.

    Attributes
    ----------
    added, removed, changed : patients that are new, gone, or have another value in a column that both versions have.
    cells : changed cells by column, of the patients in both versions.
    columns_added, columns_removed : columns that only one version has.
    added_ids, changed_ids : their ids, where they were asked for; an id that is gone cannot be read from its digest.
    """

    added: int
    removed: int
    changed: int
    cells: Mapping[str, int]
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    added_ids: tuple[str, ...] = ()
    changed_ids: tuple[str, ...] = ()


def ensure_key(folder: Path) -> bytes:
    """Return the key of a study, made when it is first asked for, readable by its owner alone.

    Raises
    ------
    DataError
        If the file there is no key.
    OSError
        If a new one cannot be written; none is left then.
    """
    path = folder / KEY_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = read_key(folder)
        if key is None:
            raise DataError(f"{path}: is not a key; remove it, and the next lock makes another") from None
        return key
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.token_hex(_KEY_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())  # a lock that survives a crash without its key could never be compared
    except BaseException as error:
        path.unlink(missing_ok=True)  # half a key would be refused from now on
        if isinstance(error, OSError):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    return ensure_key(folder)


def read_key(folder: Path) -> bytes | None:
    """Return the key of a study, or None where there is none."""
    try:
        key = bytes.fromhex((folder / KEY_FILE).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    return key if len(key) == _KEY_BYTES else None


def fingerprint(study: Study, key: bytes, *, schema: int = SCHEMA_VERSION) -> tuple[Fingerprint, Mapping[str, str]]:
    """Digest the data of a study; return the digests, and the patients' ids by their digest.

    Cells are compared as text, in a form in which two files have the same text for the same value: 5.0 and 5,0 are 5, a
    date of a declared format is YYYY-MM-DD, and what means a missing value is blank. Columns whose name is blank or not
    unique are left out. Of a patient with several rows all cells of a column count as one, in the order of the file;
    the columns of a joined file go by its name as well ("labs: crp").

    Parameters
    ----------
    schema : that of the fingerprint with which it is to be compared.

    Raises
    ------
    DataError
        If a file cannot be read as a table with the id column.
    """
    names, cells = _cells(study, None, schema)
    for join in study.joins:
        more, found = _cells(study, join, schema)
        names = (*names, *(f"{join}: {name}" for name in more))
        absent = [("",)] * len(more)
        cells = {patient: [*own, *found.get(patient, absent)] for patient, own in cells.items()}
    digests = {patient: _digest(key, _ID_BYTES, "id", patient) for patient in cells}
    rows = {
        digests[patient]: tuple(
            _digest(key, _CELL_BYTES, "cell", name, patient, *texts) for name, texts in zip(names, own, strict=True)
        )
        for patient, own in cells.items()
    }
    return (
        Fingerprint(schema=schema, key=key_mark(key), columns=names, rows=dict(sorted(rows.items()))),
        {digest: patient for patient, digest in digests.items()},
    )


def _cells(study: Study, join: str | None, schema: int) -> tuple[tuple[str, ...], dict[str, list[tuple[str, ...]]]]:
    """Return the names of a file's compared columns, and their cells by patient: the texts of all of the rows."""
    data = study.data if join is None else study.joins[join]
    table, _ = read_data_table(study.folder, data, expected={data.id}, every=True)
    ids = id_column(table, data)
    names = tuple(name for name in unique_names(table.header) if name != data.id)
    declared = {column.header: column for column in study.columns_of(join).values()}
    columns = []
    for name in names:
        texts, codes = table.columns[name].texts, table.columns[name].codes
        if schema > 1:
            texts = [_compared(text, declared.get(name), data) for text in texts]
        columns.append([texts[code] for code in codes])
    rows: dict[str, list[int]] = {}
    for row, code in enumerate(ids.codes.tolist()):
        rows.setdefault(ids.texts[code], []).append(row)
    cells = {
        patient: [_of_patient([column[row] for row in own]) for column in columns] for patient, own in rows.items()
    }
    return names, cells


def _of_patient(texts: list[str]) -> tuple[str, ...]:
    """Return what is compared of a patient's cells: a further row changes no column that is blank or the same in it."""
    while len(texts) > 1 and not texts[-1]:
        texts.pop()
    return tuple(texts[:1] if len(set(texts)) == 1 else texts)


def _compared(text: str, column: Column | None, data: DataFile) -> str:
    """Return the text by which a cell is compared."""
    if text in (data.missing if column is None else column.missing):
        return ""
    if column is not None and column.format is not None:
        found = date_formats.parsed(text, column.format, cutoff=data.cutoff)
        return text if found is None else found.isoformat()
    if number := _DECIMALS.fullmatch(text):
        decimals = number[2].rstrip("0")
        return f"{number[1]}.{decimals}" if decimals else number[1]
    return text


def key_mark(key: bytes) -> str:
    """Return a digest that distinguishes keys and discloses nothing else of one."""
    return _digest(key, _ID_BYTES, "key")


def compare(old: Fingerprint, new: Fingerprint, *, ids: Mapping[str, str] | None = None) -> RowChanges:
    """Compare two versions of a data file that were digested under the same key.

    Parameters
    ----------
    ids : the ids of the new version's patients by digest, where they are to be listed.
    """
    here = {name: position for position, name in enumerate(new.columns)}
    pairs = [(position, here[name], name) for position, name in enumerate(old.columns) if name in here]
    cells: Counter[str] = Counter()
    changed = []
    for patient in new.rows.keys() & old.rows.keys():
        then, now = old.rows[patient], new.rows[patient]
        moved = [name for before, after, name in pairs if then[before] != now[after]]
        cells.update(moved)
        if moved:
            changed.append(patient)
    added = new.rows.keys() - old.rows.keys()
    return RowChanges(
        added=len(added),
        removed=len(old.rows.keys() - new.rows.keys()),
        changed=len(changed),
        cells={name: cells[name] for name in new.columns if cells[name]},
        columns_added=tuple(name for name in new.columns if name not in old.columns),
        columns_removed=tuple(name for name in old.columns if name not in here),
        added_ids=tuple(sorted(ids[patient] for patient in added)) if ids else (),
        changed_ids=tuple(sorted(ids[patient] for patient in changed)) if ids else (),
    )


def fingerprint_json(found: Fingerprint) -> str:
    """Return the text of rows.json: one patient a line."""
    lines = ((json.dumps(patient), json.dumps(" ".join(cells))) for patient, cells in found.rows.items())
    rows = ",\n".join(f"    {patient}: {cells}" for patient, cells in lines)
    columns = json.dumps(found.columns, ensure_ascii=False)
    return (
        f'{{\n  "schema": {found.schema},\n  "key": {json.dumps(found.key)},\n  "columns": {columns},\n'
        f'  "rows": {{\n{rows}\n  }}\n}}\n'
    )


def read_fingerprint(path: Path) -> Fingerprint:
    """Read a rows.json.

    Raises
    ------
    DataError
        If there is no such file, or it is damaged.
    """
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        rows = {patient: tuple(cells.split()) for patient, cells in raw["rows"].items()}
        found = Fingerprint(schema=raw["schema"], key=raw["key"], columns=tuple(raw["columns"]), rows=rows)
        fits = raw["schema"] in (1, SCHEMA_VERSION) and all(len(cells) == len(found.columns) for cells in rows.values())
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise DataError(f"{path}: is damaged or of another version; restore the lock from your backup or repository")
    return found


def changes_since(study: Study, path: Path, *, list_ids: bool = False) -> RowChanges | None:
    """Compare the data file of now with the rows.json of a lock; None where the lock's key is not here."""
    old, key = read_fingerprint(path), read_key(study.folder)
    if key is None or key_mark(key) != old.key:
        return None
    new, ids = fingerprint(study, key, schema=old.schema)
    return compare(old, new, ids=ids if list_ids else None)


def changes_json(changes: RowChanges | None) -> str:
    """Return what changed as JSON on one line; null where it cannot be known."""
    return json.dumps(None if changes is None else asdict(changes), ensure_ascii=False) + "\n"


def _digest(key: bytes, size: int, *parts: str) -> str:
    # Lengths before the parts: no two lists of parts make the same message.
    message = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.digest(key, message.encode(), hashlib.sha256)[:size].hex()
