"""Where a document prints which results: found in its text without running it, so that a lock's text can be asked too.

What is found are calls such as ``r.value("os.median")`` in inline expressions and cells, with arguments that are
written out. They are answered by a report over any results, which notes the records that each one looks up.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from analysis.errors import LockstepError
from analysis.results import Curve, Record, Results
from analysis.study import Study

from . import numbers
from .document import Report, style_of
from .inline import Phrase, Phrases
from .panels import figure_content
from .render.qmd import Cell, Document, Inline, Prose

_PHRASES: Final = frozenset(
    name
    for home in (Phrases, Report)
    for name, member in vars(home).items()
    if inspect.isfunction(member) and not name.startswith("_")
) - {"claim", "table", "figure", "audit_table", "audit_score"}
_FLOATS: Final = ("table", "figure")
_DIV: Final = re.compile(r"^:::+ *\{[^}\n]*#((?:tbl|fig)-[\w-]+)", re.MULTILINE)
# What a call raises that these results cannot answer, or that nothing could: the lock's text may be of another time,
# and what is wrong with the text of now is told when it is run.
_UNANSWERED: Final = (LockstepError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the document that prints results: "report.qmd:41" or the label "tbl-baseline", and the call there.

    `computed` tells that an argument is not written out, so that nobody knows what is printed without running it.
    """

    where: str
    method: str
    arguments: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    computed: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """What a place prints over some results: its text, and the records and curves that it looked up.

    The text of a table or figure is empty: what it prints of a record is the record's own text.
    """

    text: str
    ids: tuple[str, ...]
    curves: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Watched(Results):
    """Results that note what is looked up in them."""

    seen: dict[str, None] = field(default_factory=dict)
    drawn: dict[str, None] = field(default_factory=dict)

    def __getitem__(self, record_id: str) -> Record:
        record = super().__getitem__(record_id)
        self.seen[record_id] = None
        return record

    def curve(self, curve_id: str) -> Curve:
        curve = super().curve(curve_id)
        self.drawn[curve_id] = None
        return curve


def places_in(document: Document) -> tuple[Place, ...]:
    """Return the places of a document that print results, in its order; a label is that of the div around a cell."""
    return tuple(_places(document))


def labels_in(document: Document) -> tuple[str, ...]:
    """Return the labels of a document's tables and figures, in its order."""
    return tuple(label for part in document.parts if isinstance(part, Prose) for label in _DIV.findall(part.text))


def printed_at(place: Place, study: Study, results: Results) -> Printed | None:
    """Return what a place prints over some results; None where these cannot answer it."""
    watched = _Watched(source=results.source, records=results.records, curves=results.curves)
    report = Report(watched, style_of(study), study)
    try:
        if place.method == "figure":
            figure_content(study.figures[place.arguments[0]], study, watched, report.style)
            return Printed("", tuple(watched.seen), tuple(watched.drawn))
        answer = getattr(report, place.method)(*place.arguments, **dict(place.options))
        return Printed(str(answer) if isinstance(answer, Phrase) else "", tuple(watched.seen))
    except _UNANSWERED:
        return None


def answer(expression: str, study: Study, results: Results) -> str | None:
    """Return what an inline expression prints over some results.

    None where it is not one call that is answered without running the document, such as ``r.value("os.median")``.
    """
    try:
        call = ast.parse(expression.strip(), mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    if call.func.attr not in _PHRASES | {"claim"}:
        return None
    place = _place(call, call.func.attr, "")
    printed = None if place.computed else printed_at(place, study, results)
    return None if printed is None else printed.text


def texts_of(record: Record | None, study: Study) -> str:
    """Return a record as the document prints it where no place says otherwise; a dash where there is none."""
    return numbers.text(record, style_of(study)) if record is not None else "\N{EN DASH}"


def _places(document: Document) -> Iterator[Place]:
    for part in document.parts:
        match part:
            case Inline(expression=expression, line=line):
                yield from _calls(expression, f"{document.name}:{line}", _PHRASES)
            case Cell(code=code, line=line):
                label = document.label_around(line)
                for place in _calls(code, f"{document.name}:{line}", _PHRASES.union(_FLOATS)):
                    yield replace(place, where=label) if place.method in _FLOATS and label else place


def _calls(code: str, where: str, methods: frozenset[str]) -> Iterator[Place]:
    try:
        tree = ast.parse(code.strip())
    except SyntaxError:
        return  # what cannot be read fails when it is run, with its line
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            yield _place(node, node.func.attr, where)


def _place(call: ast.Call, method: str, where: str) -> Place:
    try:
        arguments = tuple(ast.literal_eval(argument) for argument in call.args)
        options: Mapping[str, Any] = {str(item.arg): ast.literal_eval(item.value) for item in call.keywords}
    except (ValueError, TypeError):  # computed, or what no value can be, such as {[]: 1}
        return Place(where, method, computed=True)
    if method in _FLOATS and not arguments and "name" in options:
        arguments, options = (options["name"],), {}
    return Place(where, method, arguments, tuple(options.items()))
