"""Parquet files: each type becomes text in the form of the other formats, and nothing readable is left on the disk."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest

from lockstep.base.errors import DataError
from lockstep.readers.formats import parse_table
from lockstep.readers.table import TextTable
from lockstep.variables.data_file import DataFile


def parquet(folder: Path, select: str) -> bytes:
    """Return the bytes of a file with the rows of a query."""
    path = folder / "made.parquet"
    with duckdb.connect() as base:
        base.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")
    content = path.read_bytes()
    path.unlink()
    return content


def read(content: bytes, *names: str) -> TextTable:
    """Read a file, and of its columns those named."""
    return parse_table(content, DataFile(file="cohort.parquet", id="id", missing=("",)), expected=names or ("id", "x"))


def cells(table: TextTable, name: str = "x") -> list[str]:
    """Return the texts of a column's cells."""
    found = table.columns[name]
    return [found.texts[code] for code in found.codes]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("'a'", "a"),
        ("' é '", "é"),
        ("7.3::DOUBLE", "7.3"),
        ("7.3::FLOAT", "7.3"),
        ("2::DOUBLE", "2"),
        ("'nan'::DOUBLE", ""),
        ("7.30::DECIMAL(10, 2)", "7.3"),
        ("100::DECIMAL(10, 0)", "100"),
        ("9007199254740993::BIGINT", "9007199254740993"),
        ("true", "TRUE"),
        ("DATE '1935-09-03'", "1935-09-03"),
        ("DATE 'infinity'", "infinity"),
        ("DATE '0044-03-15'", "0044-03-15"),
        ("TIMESTAMP '2010-04-03 00:00:00'", "2010-04-03"),
        ("TIMESTAMP_NS '2010-04-03 14:05:00'", "2010-04-03 14:05:00"),
        ("TIME '14:05:00'", "14:05:00"),
        ("'a'::ENUM('a', 'b')", "a"),
    ],
)
def test_a_cell_becomes_text_in_one_form(tmp_path: Path, value: str, text: str) -> None:
    """As in the other formats; what is null is missing."""
    table = read(parquet(tmp_path, f"SELECT 'p' AS id, {value} AS x UNION ALL SELECT 'q', NULL ORDER BY id"))
    assert (cells(table), table.typed, table.rows.tolist()) == ([text, ""], True, [2, 3])
    assert sorted(table.columns["x"].texts) == sorted({text, ""})


def test_a_column_of_lists_is_refused_where_it_is_used(tmp_path: Path) -> None:
    """Others are no matter."""
    content = parquet(tmp_path, "SELECT 'p' AS id, [1, 2] AS x, 1 AS y")
    with pytest.raises(DataError) as error:
        read(content)
    assert str(error.value) == (
        "cohort.parquet: column 'x' holds lists or other compound values; expected one value in each cell.\n"
        "Split it into columns, or leave it out of study.toml."
    )
    assert cells(read(content, "id", "y"), "y") == ["1"]


def test_blank_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    """Only those in which every column is blank."""
    rows = "FROM (VALUES ('a', 1, ''), (NULL, NULL, ''), (NULL, NULL, 'z'), ('d', NULL, '')) t(id, x, y)"
    assert read(parquet(tmp_path, rows)).rows.tolist() == [2, 4, 5]


def test_names_are_quoted(tmp_path: Path) -> None:
    """A column may be called anything."""
    content = parquet(tmp_path, """SELECT 'p' AS id, 5 AS "tumor ""size"", cm" """)
    assert cells(read(content, "id", 'tumor "size", cm'), 'tumor "size", cm') == ["5"]


@pytest.mark.parametrize("memory", [True, False])
def test_the_data_are_nowhere_that_others_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: bool) -> None:
    """They are in memory, or in a file for the eyes of its owner that is gone when they are read."""
    content = parquet(tmp_path, "SELECT 'p' AS id, 1 AS x")
    modes = []
    connect = duckdb.connect

    def watched(**options: object) -> duckdb.DuckDBPyConnection:
        modes.extend(path.stat().st_mode & 0o077 for path in tmp_path.iterdir())
        return connect(**options)  # type: ignore[arg-type]

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(duckdb, "connect", watched)
    if not memory:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    assert cells(read(content)) == ["1"]
    assert modes == ([] if memory and sys.platform == "linux" else [0])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damaged", [lambda c: c[:20] + b"PAR1", lambda c: c[:-30] + b"\xff" * 26 + b"PAR1"])
def test_a_damaged_file_is_refused(tmp_path: Path, damaged: object) -> None:
    """In one message."""
    with pytest.raises(DataError, match=r"^cohort\.parquet: is a Parquet file that is damaged"):
        read(damaged(parquet(tmp_path, "SELECT 'p' AS id, 1 AS x")))  # type: ignore[operator]


def test_what_reads_it_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, which the message says how to install."""
    content = parquet(tmp_path, "SELECT 'p' AS id, 1 AS x")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(DataError) as error:
        read(content)
    assert str(error.value) == (
        "cohort.parquet: is a Parquet file, and what reads it is not installed.\n"
        'Install it: pip install "lockstep-manuscript[parquet]". Or export the file as CSV UTF-8.'
    )
