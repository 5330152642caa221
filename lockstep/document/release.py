"""What may leave the machine with a document: decided here, once, for attachments, locks, traces and pages.

Released is what the document prints or draws, at the precision in which it does. Of a result that only decides a claim,
the record leaves, and whether the condition was met, but no number. Every number is read back from the text that prints
it, so that no second rule of rounding can differ from the first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ..base.errors import LockstepError, ReportError
from ..catalogue.keys import bound_name
from ..figures.kinds import figure_content
from ..journals.file import Journal
from ..journals.profiles import active_journal
from ..qmd.calls import MethodCall
from ..qmd.source import Document, Inline, read_qmd
from ..results.curves import PrintedCurve
from ..results.json_file import read_results
from ..results.lookups import watched
from ..results.model import Record, Results
from ..results.print_units import in_print_unit
from ..results.released import NOT_PRINTED, RELEASED, Call, Form, Released, released_json, released_number
from ..results.source import RESULTS_FILE
from ..study.definition import read_study
from ..study.model import Study
from ..syntax.expressions import Expression, parse_expression
from ..syntax.sections import STUDY_FILE
from ..text import numbers
from ..text.phrases import holds_for
from ..text.provenance import PrintedText
from ..text.style import Style
from . import claims
from .printed_places import call_in, decimals_of, places_in, printed_at
from .report import number_style

CLAIM: Final = "claim"
MISSING: Final = "missing"
EITHER: Final = "either"
"""The phrase that prints words only: the results that it chooses them by are not printed."""

NUMBERS: Final = ("value", "conf_low", "conf_high")
"""The numbers of a record that can be printed."""

_MONTH: Final = 7  # characters of "2014-12"
_NUDGE: Final = Decimal("0.4")  # of the last printed digit: it still rounds to that

Decimals = dict[int | None, None]  # the decimals that places ask for, in their order


@dataclass(slots=True)
class _Printed:
    """Which numbers of a record are printed, each in which decimals."""

    numbers: dict[str, Decimals] = field(default_factory=dict)

    def add(self, names: Collection[str], decimals: int | None) -> None:
        for name in NUMBERS:
            if name in names:
                self.numbers.setdefault(name, {})[decimals] = None

    @property
    def decimals(self) -> tuple[int | None, ...]:
        return tuple(dict.fromkeys(places for asked in self.numbers.values() for places in asked))


def release(document: Document, study: Study, results: Results, style: Style) -> Released:
    """Return what a document prints of its results.

    What calls print is known for those whose arguments are written out, in whichever of a journal's variants of the
    text they stand; what the document computes itself is not released.
    """
    printed: dict[str, _Printed] = {}
    calls: dict[str, Call] = {}
    curves: dict[str, PrintedCurve] = {}
    for place in places_in(document):
        found = None if place.computed else printed_at(place, study, results, style)
        if found is None:
            continue
        calls[place.key] = Call(text=found.text, ids=found.ids)
        for record_id in found.ids if place.method != EITHER else ():
            for decimals, texts in _by_decimals(found.texts[record_id], decimals_of(place)).items():
                names = _numbers_in(texts, results[record_id], style, decimals)
                names |= {"value"} if place.method == MISSING else set()  # "no value was missing": 0 of each variable
                if names:
                    printed.setdefault(record_id, _Printed()).add(names, decimals)
        if place.method == "figure":
            curves |= figure_content(place.arguments[0], study, results, style).curves()
    for place in _claims_in(document):
        if found := printed_at(place, study, results, style):
            calls[place.key] = Call(text=found.text, ids=found.ids)
    conditions = dict(_conditions(document, results, style, printed))
    rewritten = [_printed_record(record, printed[record.id], style) for record in results if record.id in printed]
    return Released(
        source=results.source,
        records=tuple(item.record for item in rewritten),
        style=style.name,
        forms={item.record.id: item.form for item in rewritten},
        calls=calls,
        conditions=conditions,
        printed_curves=tuple(curves.values()),
        signs={name: text for item in rewritten for name, text in item.signs.items()},
    )


def current_release(document: Document, folder: Path, journal: Journal | None = None) -> Released:
    """Return what a document prints of the results in its study's folder as they are, in a journal's style of numbers.

    Raises
    ------
    LockstepError
        If study or results are not valid.
    """
    study = read_study(folder)
    return release(document, study, read_results(folder / RESULTS_FILE), number_style(study, journal))


def attachment(path: Path) -> tuple[str | None, tuple[str, ...]]:
    """Return the text of released.json for the document at a path, and warnings.

    There is none where the document is in no study folder with results, or cannot be read without Quarto; the style
    is that of the active Quarto profile.

    Raises
    ------
    LockstepError
        If study, results or the journal's file are not valid.
    """
    folder = path.parent
    if not ((folder / STUDY_FILE).is_file() and (folder / RESULTS_FILE).is_file()):
        return None, ()
    try:
        document = read_qmd(path)
    except ReportError as error:
        return None, (f"{path.stem}.pdf carries no {RELEASED}: {error}",)
    return released_json(current_release(document, folder, active_journal(folder))), ()


def in_form_of(record: Record, other: Record, form: Form, style: Style) -> tuple[Record, str]:
    """Return a record with the numbers that another one has, at the precision of its form, and as they print then."""
    names = {name for name in NUMBERS[1:] if other.conf_level is not None}
    names |= {"value"} if other.reason != NOT_PRINTED else set()
    printed = _Printed()
    for places in form.decimals:
        printed.add(names, places)
    item = _printed_record(record, printed, style)
    return item.record, item.form.text


def _conditions(
    document: Document, results: Results, style: Style, printed: dict[str, _Printed]
) -> Iterator[tuple[str, bool]]:
    """Yield the conditions of a document and whether they are met; note the results that they are held against.

    The document prints words by them, and not their numbers.
    """
    for condition in _conditions_in(document):
        looked_up = watched(results)
        try:
            met, ids = holds_for(condition, looked_up, style)
        except LockstepError:
            continue  # reported with its line when the document is run
        for record_id in ids:
            printed.setdefault(record_id, _Printed())
        yield condition.text, met


def _claims_in(document: Document) -> Iterator[MethodCall]:
    calls = (call_in(part.expression) for part in document.parts if isinstance(part, Inline))
    return (place for place in calls if place is not None and place.method == CLAIM)


def _conditions_in(document: Document) -> Iterator[Expression]:
    for claim in claims.claims_in(document):
        yield claim.condition
    for place in places_in(document):
        if place.method == EITHER and not place.computed:
            condition = [*place.arguments[:1], *(value for name, value in place.options if name == "condition")]
            with suppress(LockstepError):
                yield from (parse_expression(text) for text in condition if isinstance(text, str))


def _by_decimals(texts: Sequence[str], asked: int | None) -> dict[int | None, list[str]]:
    """Return texts by the decimals in which they print: those of a table's row, or those that the place asks for."""
    found: dict[int | None, list[str]] = {}
    for text in texts:
        own = text.decimals if isinstance(text, PrintedText) else None
        found.setdefault(asked if own is None else own, []).append(text)
    return found


def _numbers_in(texts: Sequence[str], record: Record, style: Style, decimals: int | None) -> set[str]:
    """Return which numbers of a record some texts print: the value, both limits of the interval, or all."""
    value = (
        numbers.p_number(record.value, style)
        if record.kind == "p_value"
        else numbers.bare_text(record, style, decimals=decimals)
    )
    names = {"value"} if any(_is_in(value, text) for text in texts) else set()
    if record.conf_level is not None:
        limits = numbers.limits_text(record, style, decimals=decimals)
        if any(all(_is_in(limit, text) for limit in limits) for text in texts):
            names |= {"conf_low", "conf_high"}
    return names


def _is_in(number: str, text: str) -> bool:
    """Return whether a text holds a number as a whole: "5" is not in "0.5" or "56"."""
    return re.search(rf"(?<![\d.·]){re.escape(number)}(?!\w|[.·]\d)", text) is not None


# ---- the numbers of a record ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Item:
    """A record as it is printed, its form, and the texts of those numbers that print as limits."""

    record: Record
    form: Form
    signs: dict[str, str]


def _printed_record(record: Record, printed: _Printed, style: Style) -> _Item:
    """Return a record with the numbers that are printed of it, as they are printed, in the unit in which they are."""
    record = in_print_unit(record)
    kept: dict[str, Any] = {}
    signs: dict[str, str] = {}
    for name in NUMBERS:
        value = getattr(record, name)
        if name not in printed.numbers or value is None:
            kept[name] = None
        elif isinstance(value, str):
            kept[name] = value[:_MONTH] if record.kind == "date" else value
        else:
            texts = {places: _digits(record, name, style, places) for places in printed.numbers[name]}
            number = _consistent(record, name, texts, style)
            kept[name] = int(number) if isinstance(value, int) else number
            finest = max(texts.values(), key=len)
            if finest[0] in "<>":
                signs[bound_name(record.id, name)] = finest
    interval = not {"conf_low", "conf_high"}.isdisjoint(printed.numbers)
    reason = NOT_PRINTED if kept["value"] is None and record.value is not None else record.reason
    rewritten = replace(record, **kept, reason=reason, conf_level=record.conf_level if interval else None)
    decimals = printed.decimals or (None,)
    return _Item(rewritten, Form(text=_text(record, printed, decimals, style), decimals=decimals), signs)


def _text(record: Record, printed: _Printed, decimals: Sequence[int | None], style: Style) -> str:
    """Print those numbers of a record that are printed, in the most informative decimals."""
    if not printed.numbers:
        return NOT_PRINTED
    interval = record.conf_level is not None and not {"conf_low", "conf_high"}.isdisjoint(printed.numbers)
    printer = numbers.value_text if not interval else numbers.text
    if interval and "value" not in printed.numbers:
        printer = numbers.interval_text
    return max((printer(record, style, decimals=places) for places in decimals), key=len)


def _digits(record: Record, name: str, style: Style, decimals: int | None) -> str:
    """Return a number of a record as it is printed, with a point for its decimal mark and nothing else but a sign."""
    if record.kind == "p_value":
        text = numbers.p_number(record.value, style)
    elif name == "value":
        text = numbers.bare_text(record, style, decimals=decimals)
    else:
        text = numbers.limits_text(record, style, decimals=decimals)[name == "conf_high"]
    return numbers.plain_digits(text, style)


def _consistent(record: Record, name: str, texts: dict[int | None, str], style: Style) -> float:
    """Return a number that prints as each of the texts does.

    It follows from the texts alone: the finest of them, or, where that would round to another coarser one ("49" and
    "49.5"), a number just beside it.
    """
    finest = max(texts.values(), key=len)
    number = released_number(finest)
    if finest[0] not in "<>":
        unit = Decimal(1).scaleb(int(Decimal(finest).as_tuple().exponent))
        for candidate in (Decimal(0), -_NUDGE * unit, _NUDGE * unit):
            beside = float(Decimal(finest) + candidate)
            changed: dict[str, Any] = {name: beside}
            rewritten = replace(record, **changed)
            if all(_digits(rewritten, name, style, places) == text for places, text in texts.items()):
                return beside
    return number
