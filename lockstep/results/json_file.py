"""results.json: results as its text and back, checked against its schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import fastjsonschema

from ..base.errors import ResultsError
from ..base.invocation import called
from ..catalogue.keys import Key
from ..survival.risk_table import RiskTable
from .model import Curve, Record, Results, Source

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


SCHEMA_VERSION: Final = 2

PRIVATE: Final = 0o600
"""The permissions of results.json, and of every copy of it."""

SCHEMA_FILE: Final = Path(__file__).with_name("results.schema.json")


def read_results(path: Path) -> Results:
    """Read results.json.

    Raises
    ------
    ResultsError
        If there is no such file, or it is not valid.

    Examples
    --------
    >>> results = read_results(folder / "build" / "results.json")  # the folder of a study
    >>> median = results["bmi.median"]
    >>> median.value, median.unit, median.n
    (27.0, 'kg/m²', 58)
    >>> results["retention.median.p_value"]
    Traceback (most recent call last):
    lockstep.base.errors.ResultsError: no result 'retention.median.p_value'; ...
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ResultsError(f"{path} does not exist; run {called('report')} to compute it") from None
    return from_json(text, name=str(path))


@lru_cache(maxsize=4)  # a run reads the same results several times, those of a study and of its stages
def from_json(text: str, *, name: str = "results.json") -> Results:
    """Read the text of results.json; floats come back exactly as they were written.

    Raises
    ------
    ResultsError
        If the text is not JSON, is of another schema version, or does not fit ``results.schema.json``.
    """
    raw = checked_json(
        text, _validator(), name=name, version=SCHEMA_VERSION, advice=f"; run {called('report')} to compute it again"
    )
    return Results(
        source=Source(**raw["source"]),
        records=tuple(Record(**with_key(item)) for item in raw["records"]),
        curves=tuple(Curve(**curve_values(item)) for item in raw["curves"]),
    )


def to_json(results: Results) -> str:
    """Return the text of results.json: one record or curve a line, optional fields only where they say something."""
    records = ",\n".join(f"    {_line(record)}" for record in results.records)
    curves = ",\n".join(f"    {_line(curve)}" for curve in results.curves)
    return (
        "{\n"
        f'  "schema": {SCHEMA_VERSION},\n'
        f'  "source": {_line(results.source)},\n'
        f'  "records": [\n{records}\n  ],\n'
        f'  "curves": [\n{curves}\n  ]\n'
        "}\n"
    )


def checked_json(
    text: str, validate: Callable[[Any], Any], *, name: str, version: int, advice: str = ""
) -> dict[str, Any]:
    """Return what a JSON text holds, of the schema version that this program reads; errors end with `advice`.

    Raises
    ------
    ResultsError
        If the text is not JSON, is of another schema version, or is not valid.
    """
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise ResultsError(f"{name} is damaged (line {error.lineno}){advice}") from None
    found = raw.get("schema") if isinstance(raw, dict) else None
    if found != version:
        raise ResultsError(f"{name} has schema version {found}, this program reads {version}{advice}")
    try:
        validate(raw)
    except fastjsonschema.JsonSchemaValueException as error:
        raise ResultsError(f"{name} does not fit its schema: {error.message}{advice}") from None
    return dict(raw)


def with_key(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what JSON says of a record or curve, with its key as a value, and without the id that follows from it."""
    values = dict(item)
    del values["id"]
    values["key"] = Key(**values["key"])
    return values


def curve_values(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what JSON says of a curve as the fields of one: lists as tuples, the numbers at risk as a table."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in with_key(item).items()
    }
    values["risk_table"] = RiskTable(**{name: tuple(counts) for name, counts in values["risk_table"].items()})
    return values


def without_defaults(item: DataclassInstance) -> dict[str, Any]:
    """Return what JSON says of a record, curve or source: fields that equal their default left out."""
    values: dict[str, Any] = {}
    for part in fields(item):
        value = getattr(item, part.name)
        if isinstance(value, Key):
            values[part.name] = value.parts()
        elif part.default_factory is not MISSING and value == part.default_factory():
            continue
        elif part.default is MISSING or value != part.default:
            values[part.name] = asdict(value) if isinstance(value, RiskTable) else value
    return values


def _line(item: Record | Curve | Source) -> str:
    """Return one dataclass as a line of JSON, leaving out fields that equal their default."""
    return json.dumps(without_defaults(item), ensure_ascii=False, allow_nan=False)


@cache
def _validator() -> Any:
    return fastjsonschema.compile(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
