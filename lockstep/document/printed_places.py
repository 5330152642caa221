"""Where a document prints which results: found in its text without running it, so that a lock's text can be asked too.

What is found are calls such as ``r.value("os.median")`` in inline expressions and cells, with arguments that are
written out. They are answered by a report over any results, which notes the records that each one looks up.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..base.errors import LockstepError
from ..figures.kinds import figure_content
from ..qmd.calls import MethodCall, call_that_is, calls_in
from ..qmd.source import CodeCell, Document, Prose
from ..results.lookups import watched
from ..results.model import Results
from ..study.model import Study
from ..text.phrases import Phrase, Phrases
from ..text.provenance import PrintedText
from ..text.style import Style
from .report import Report, number_style

_PHRASES: Final = frozenset(
    name
    for home in (Phrases, Report)
    for name, member in vars(home).items()
    if inspect.isfunction(member) and not name.startswith("_")
) - {"claim", "table", "figure", "audit_table", "audit_score"}
_FLOATS: Final = ("table", "figure")
_DIV: Final = re.compile(r"^:::+ *\{[^}\n]*#((?:tbl|fig)-[\w-]+)", re.MULTILINE)
# What a call raises that these results cannot answer, or that nothing could: the lock's text may be of another time,
# and faults of the current text are reported when it is run.
_UNANSWERED: Final = (LockstepError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class PrintedResults:
    """What a place prints over some results: its text, the records that it prints, and the curves that it draws.

    The text of a table or figure is empty. `texts` are, for each record, the texts that print it, such as a cell, which
    may be a `PrintedText` in decimals of its own.
    """

    text: str
    ids: tuple[str, ...]
    curves: tuple[str, ...] = ()
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def places_in(document: Document) -> tuple[MethodCall, ...]:
    """Return the places of a document that print results, in its order; a label is that of the div around a cell."""
    return tuple(_places(document))


def labels_in(document: Document) -> tuple[str, ...]:
    """Return the labels of a document's tables and figures, in its order."""
    return tuple(label for part in document.parts if isinstance(part, Prose) for label in _DIV.findall(part.text))


def figures_of(places: tuple[MethodCall, ...]) -> tuple[str, ...]:
    """Return the names of the figures that a document prints."""
    return tuple(
        dict.fromkeys(
            str(place.arguments[0])
            for place in places
            if place.method == "figure" and place.arguments and not place.computed
        )
    )


def printed_at(place: MethodCall, study: Study, results: Results, style: Style | None = None) -> PrintedResults | None:
    """Return what a place prints over some results, in the study's style or another; None where these cannot answer it.

    What a table looks up and its template leaves out is not printed.
    """
    looked_up = watched(results)
    report = Report(looked_up, style or number_style(study), study)
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
                found[record_id].append(text)
    return {record_id: tuple(own) for record_id, own in found.items() if own}


def decimals_of(place: MethodCall) -> int | None:
    """Return the decimals that a call asks for; None where it leaves them to the record."""
    method = inspect.signature(getattr(Report, place.method))
    try:
        asked = method.bind_partial(None, *place.arguments, **dict(place.options)).arguments.get("decimals")
    except TypeError:
        return None
    return asked if isinstance(asked, int) else None


def call_in(expression: str) -> MethodCall | None:
    """Return the call that an inline expression is.

    None where it is not one call that is answered without running the document, such as ``r.value("os.median")``.
    """
    call = call_that_is(expression)
    return call if call is not None and call.method in _PHRASES | {"claim"} and not call.computed else None


def _places(document: Document) -> Iterator[MethodCall]:
    for part, call in calls_in(document):
        if call.method in _PHRASES:
            yield call
        elif isinstance(part, CodeCell) and call.method in _FLOATS:
            yield replace(_with_name(call), where=document.label_around(part.line) or call.where)


def _with_name(call: MethodCall) -> MethodCall:
    """Return the call of a table or figure with its name as the first argument, also where it is given as `name`."""
    options = dict(call.options)
    if call.arguments or "name" not in options:
        return call
    return replace(call, arguments=(options["name"],), options=())
