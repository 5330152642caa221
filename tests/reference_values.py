"""The reference values that R wrote (tests/reference), and how they are compared.

``python tests/reference_values.py FOLDER`` compares the committed files with those that R has just written to FOLDER
(`make reference-check`), number by number: builds of R differ in the last bit.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

REFERENCE: Final = Path(__file__).resolve().parent / "reference"
STALE: Final = 1e-9
"""Relative difference beyond which a committed value is not the one that R gives now."""

NOTHING: Final = 1e-12
"""What is closer to zero than this is zero."""

Cell = float | str | None
Row = tuple[Cell, ...]
Rows = dict[str, Row]


def read_rows(path: Path) -> Rows:
    """Return the rows of a file by id (a curve's points by curve and time): numbers, dates, None for NA.

    An empty cell is left out: there is no interval.
    """
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    header, *rows = csv.reader(lines)
    if header[:2] == ["curve", "time"]:
        return {point(row[0], float(row[1])): tuple(map(_cell, row[2:])) for row in rows}
    return {row[0]: tuple(_cell(cell) for cell in row[1:] if cell) for row in rows}


def point(curve: str, time: float) -> str:
    """Return the name of a curve's point: "os at 1825"."""
    return f"{curve} at {time:.12g}"


def differences(expected: Mapping[str, Row], found: Mapping[str, Row], *, relative: float) -> list[str]:
    """Return, in words, where two sets of values differ: ids in one only, and values apart by more than `relative`."""
    return [
        f"{name}: R has {_shown(expected.get(name))}, found is {_shown(found.get(name))}"
        for name in sorted(expected.keys() | found.keys())
        if not _same(expected.get(name), found.get(name), relative)
    ]


def _cell(text: str) -> Cell:
    if text == "NA":
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _same(expected: Row | None, found: Row | None, relative: float) -> bool:
    if expected is None or found is None or len(expected) != len(found):
        return False
    for one, other in zip(expected, found, strict=True):
        if isinstance(one, float) and isinstance(other, int | float):
            if not math.isclose(one, other, rel_tol=relative, abs_tol=NOTHING):
                return False
        elif one != other:
            return False
    return True


def _shown(row: Row | None) -> str:
    return "none" if row is None else " ".join(_cell_text(cell) for cell in row)


def _cell_text(cell: Cell) -> str:
    return "NA" if cell is None else f"{cell:.12g}" if isinstance(cell, int | float) else cell


def _stale(folder: Path) -> Iterable[str]:
    """Yield what a committed file holds that a new one does not, or the other way round."""
    for kind in ("values", "data"):
        names = {path.name for root in (REFERENCE, folder) for path in (root / kind).glob("*.csv")}
        for name in sorted(names):
            committed, fresh = REFERENCE / kind / name, folder / kind / name
            if not (committed.exists() and fresh.exists()):
                yield f"{kind}/{name}: {'not written by R any more' if committed.exists() else 'not committed'}"
            elif kind == "values":
                found = differences(read_rows(fresh), read_rows(committed), relative=STALE)
                yield from (f"{kind}/{name}: {line}" for line in found)
            elif committed.read_bytes() != fresh.read_bytes():
                yield f"{kind}/{name}: the data are others"


def main(folder: Path) -> int:
    """Say which committed values are stale; return the exit code."""
    stale = list(_stale(folder))
    for line in stale:
        sys.stderr.write(f"stale: {line}\n")
    if stale:
        sys.stderr.write(
            f"{len(stale)} reference values are not those of R now; run `make reference` and commit them.\n"
        )
        return 1
    sys.stdout.write("The committed reference values are those of R now.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
