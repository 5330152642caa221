"""released.json: what may leave the machine with a document, and nothing that the document does not print or draw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import fastjsonschema

from ..base.errors import ResultsError, nearest
from ..catalogue.keys import Key, bound_name
from .curves import PrintedCurve
from .json_file import checked_json, curve_values, with_key, without_defaults
from .model import Record, Results, Source

RELEASED: Final = "released.json"
"""What the file is called, in a lock and in a PDF."""

NOT_PRINTED: Final = "not printed"
"""The reason of a record whose value is not printed, and the printed text of one of which no number is."""

SCHEMA_VERSION: Final = 2
SCHEMA_FILE: Final = Path(__file__).with_name("released.schema.json")

_NUMBERS: Final = ("value", "conf_low", "conf_high")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a document prints a record: the most informative text, and the decimals that it asks for.

    None among the decimals means those of the record itself.
    """

    text: str
    decimals: tuple[int | None, ...] = (None,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a call in the document prints, such as ``value("os.median")``: its text, and the records that it prints.

    The text of a table or figure is empty.
    """

    text: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Released(Results):
    """What a document prints of its results; a `Results` whose numbers are those of the printed texts.

    Attributes
    ----------
    style : the journal's name, "" for the style of the study.
    forms : for each record, how it is printed.
    calls : what each call prints.
    conditions : for each condition of the document, whether the exact results met it. Rounded ones might not.
    printed_curves : the curves that the figures draw, as they draw them; there are no others.
    signs : for a number that prints as a limit, its text ("<0.001"), by record and name: "os.log_rank.p_value.value".
    """

    style: str = ""
    forms: Mapping[str, Form] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    conditions: Mapping[str, bool] = field(default_factory=dict)
    printed_curves: tuple[PrintedCurve, ...] = ()
    signs: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _printed(self) -> dict[str, PrintedCurve]:
        return {curve.id: curve for curve in self.printed_curves}

    def curve(self, name: str | Key) -> PrintedCurve:  # type: ignore[override]  # what draws a curve takes either kind
        """Return the curve with this id or key, as it is drawn; raise ResultsError where none is."""
        curve_id = name if isinstance(name, str) else name.id
        try:
            return self._printed[curve_id]
        except KeyError:
            raise ResultsError(f"no curve '{curve_id}' is drawn{nearest(curve_id, self._printed)}") from None

    def met(self, condition: str) -> bool:
        """Return whether the exact results met a condition; raise ResultsError where the document had no such one."""
        try:
            return self.conditions[condition]
        except KeyError:
            raise ResultsError(f"'{condition}' was no condition of the document") from None


def released_number(text: str) -> float:
    """Return the number in a text such as "<0.001" or "0.012", with a point for its decimal mark.

    For a limit it is one beyond that limit, which prints as the limit again: 0.0004, and 99.96 for ">99.9".
    """
    sign, digits = (text[0], text[1:]) if text[:1] in ("<", ">") else ("", text)
    number = Decimal(digits)
    if sign == "<":
        number -= abs(number) * Decimal("0.6")
    elif sign == ">":
        number += Decimal("0.6").scaleb(int(number.as_tuple().exponent))
    return float(number)


def released_json(released: Released) -> str:
    """Return the text of released.json: one record, curve or call a line."""
    source = without_defaults(released.source)
    head = {"schema": SCHEMA_VERSION, "kind": "released", "style": released.style, "source": source}
    parts = [f"  {json.dumps(name)}: {_dumps(value)}" for name, value in head.items()]
    parts += [_block("records", [_dumps(_record(record, released)) for record in released.records])]
    parts += [_block("curves", [_dumps(without_defaults(curve)) for curve in released.printed_curves])]
    parts += [_block("calls", [_dumps({"call": key} | asdict(call)) for key, call in released.calls.items()])]
    lines = [_dumps({"condition": key, "met": met}) for key, met in released.conditions.items()]
    parts += [_block("conditions", lines)]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def released_from_json(text: str, *, name: str = RELEASED) -> Released:
    """Read the text of released.json.

    Raises
    ------
    ResultsError
        If the text is not JSON, is of another schema version, or does not fit ``released.schema.json``.
    """
    raw = checked_json(text, _validator(), name=name, version=SCHEMA_VERSION)
    signs: dict[str, str] = {}
    forms: dict[str, Form] = {}
    return Released(
        source=Source(**raw["source"]),
        style=raw["style"],
        records=tuple(_read_record(item, forms, signs) for item in raw["records"]),
        printed_curves=tuple(PrintedCurve(**curve_values(item)) for item in raw["curves"]),
        calls={item["call"]: Call(text=item["text"], ids=tuple(item["ids"])) for item in raw["calls"]},
        conditions={item["condition"]: item["met"] for item in raw["conditions"]},
        forms=forms,
        signs=signs,
    )


def read_released(path: Path) -> Released:
    """Read released.json; raise ResultsError where there is none or it is not valid."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ResultsError(f"{path} does not exist") from None
    return released_from_json(text, name=str(path))


def _block(name: str, lines: list[str]) -> str:
    return f"  {json.dumps(name)}: [\n" + ",\n".join(f"    {line}" for line in lines) + "\n  ]"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _record(record: Record, released: Released) -> dict[str, Any]:
    """Return a record as it is written: fields that equal their default left out, limits as texts."""
    values = without_defaults(record)
    for number in _NUMBERS:
        if sign := released.signs.get(bound_name(record.id, number)):
            values[number] = sign
    form = released.forms[record.id]
    asked = {} if form.decimals == (None,) else {"asked": list(form.decimals)}
    return {"id": record.id, "printed": form.text} | asked | values


def _read_record(item: Mapping[str, Any], forms: dict[str, Form], signs: dict[str, str]) -> Record:
    values = with_key(item)
    forms[item["id"]] = Form(text=values.pop("printed"), decimals=tuple(values.pop("asked", (None,))))
    for number in _NUMBERS:
        if values["kind"] not in ("date", "setting") and isinstance(text := values.get(number), str):
            signs[bound_name(item["id"], number)] = text
            values[number] = released_number(text)
    return Record(**values)


@cache
def _validator() -> Any:
    return fastjsonschema.compile(json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))
