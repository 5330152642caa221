"""Where a document prints which results: found in its text without running it, so that a lock's text can be asked too.

What is found are calls such as ``r.value("os.median")`` in inline expressions and cells, with arguments that are
written out. They are answered by a report over any results, which notes the records that each one looks up.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ..base.errors import LockstepError
from ..figures.kinds import figure_content
from ..qmd.source import CodeCell, Document, Inline, Prose
from ..results.lookups import watched
from ..results.model import Results
from ..study.model import Study
from ..text.phrases import Phrase, Phrases
from ..text.provenance import PrintedText
from ..text.style import Style
from .report import Report, style_of

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
class PrintedPlace:
    """A place of the document that prints results: "report.qmd:41" or the label "tbl-baseline", and the call there.

    `computed` tells that an argument is not written out, so that nobody knows what is printed without running it.
    """

    where: str
    method: str
    arguments: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    computed: bool = False

    @property
    def key(self) -> str:
        """The call as it could be written, wherever it stands: ``value('os.median', 1)``."""
        options = (f"{name}={value!r}" for name, value in self.options)
        return f"{self.method}({', '.join([*map(repr, self.arguments), *options])})"


@dataclass(frozen=True, slots=True)
class PrintedResults:
    """What a place prints over some results: its text, the records that it prints, and the curves that it draws.

    The text of a table or figure is empty. `texts` are, for each record, the texts that print it, such as a cell.
    """

    text: str
    ids: tuple[str, ...]
    curves: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def places_in(document: Document) -> tuple[PrintedPlace, ...]:
    """Return the places of a document that print results, in its order; a label is that of the div around a cell."""
    return tuple(_places(document))


def labels_in(document: Document) -> tuple[str, ...]:
    """Return the labels of a document's tables and figures, in its order."""
    return tuple(label for part in document.parts if isinstance(part, Prose) for label in _DIV.findall(part.text))


def printed_at(
    place: PrintedPlace, study: Study, results: Results, style: Style | None = None
) -> PrintedResults | None:
    """Return what a place prints over some results, in the study's style or another; None where these cannot answer it.

    What a table looks up and its template leaves out is not printed.
    """
    looked_up = watched(results)
    report = Report(looked_up, style or style_of(study), study)
    try:
        if place.method == "figure":
            content = figure_content(place.arguments[0], study, looked_up, report.style)
            texts = _of_each((*content.printed(), *content.described()), looked_up.seen)
            return PrintedResults("", tuple(texts), tuple(looked_up.drawn), texts)
        answer = getattr(report, place.method)(*place.arguments, **dict(place.options))
        if place.method == "table":
            texts = _of_each(answer.printed, looked_up.seen)
            return PrintedResults("", tuple(texts), (), texts)
        text = str(answer) if isinstance(answer, Phrase) else ""
    except _UNANSWERED:
        return None
    return PrintedResults(text, tuple(looked_up.seen), (), dict.fromkeys(looked_up.seen, (text,)))


def _of_each(texts: Iterable[PrintedText], ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return, for each of these results, the texts that print it; without those that none does."""
    found: dict[str, list[str]] = {record_id: [] for record_id in ids}
    for text in texts:
        for record_id in text.ids:
            if record_id in found:
                found[record_id].append(str(text))
    return {record_id: tuple(own) for record_id, own in found.items() if own}


def decimals_of(place: PrintedPlace) -> int | None:
    """Return the decimals that a call asks for; None where it leaves them to the record."""
    method = inspect.signature(getattr(Report, place.method))
    try:
        asked = method.bind_partial(None, *place.arguments, **dict(place.options)).arguments.get("decimals")
    except TypeError:
        return None
    return asked if isinstance(asked, int) else None


def call_in(expression: str) -> PrintedPlace | None:
    """Return the call that an inline expression is.

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
    return None if place.computed else place


def _places(document: Document) -> Iterator[PrintedPlace]:
    for part in document.parts:
        match part:
            case Inline(expression=expression, line=line):
                yield from _calls(expression, f"{document.name}:{line}", _PHRASES)
            case CodeCell(code=code, line=line):
                label = document.label_around(line)
                for place in _calls(code, f"{document.name}:{line}", _PHRASES.union(_FLOATS)):
                    yield replace(place, where=label) if place.method in _FLOATS and label else place


def _calls(code: str, where: str, methods: frozenset[str]) -> Iterator[PrintedPlace]:
    try:
        tree = ast.parse(code.strip())
    except SyntaxError:
        return  # what cannot be read fails when it is run, with its line
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            yield _place(node, node.func.attr, where)


def _place(call: ast.Call, method: str, where: str) -> PrintedPlace:
    try:
        arguments = tuple(ast.literal_eval(argument) for argument in call.args)
        options: Mapping[str, Any] = {str(item.arg): ast.literal_eval(item.value) for item in call.keywords}
    except (ValueError, TypeError):  # computed, or what no value can be, such as {[]: 1}
        return PrintedPlace(where, method, computed=True)
    if method in _FLOATS and not arguments and "name" in options:
        arguments, options = (options["name"],), {}
    return PrintedPlace(where, method, arguments, tuple(options.items()))
