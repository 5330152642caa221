"""`make trace`: each number that the document prints, followed back to its result and to the data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final

from ..base.errors import counted
from ..base.files import write_whole
from ..base.terminal import wrapped
from ..qmd.front_matter import DOCUMENT
from ..qmd.outputs import Output
from ..qmd.source import CodeCell, Document, Inline, Prose, read_qmd
from ..results.model import Curve, Record, Results
from ..results.released import Form
from ..text.phrases import Phrase
from ..text.provenance import PrintedText
from ..text.style import NBSP
from .computed import Outputs, run_document, typed_words, visible_text
from .literals import has_number
from .release import release
from .report import open_study

TRACE_FILE: Final = Path("build/trace.json")
"""The path of the trace of a study's document, relative to its folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEntry:
    """One printed text and one result that it prints or depends on; `id` is empty where it comes from no result.

    `result` is what the document prints of the result, where it prints most of it: "2411 days (95% CI 2160–6262)" where
    `printed` is "2411"; "curve" of a curve, empty where it is not printed anywhere, or by a call whose arguments are
    computed. `reason` is why a value cannot be estimated, or lacks a limit.

    Without `id`, `method` is the file that it comes from, such as build/audit.json, or empty: the document computed it.
    """

    line: int
    label: str
    place: str
    printed: str
    id: str
    result: str = ""
    n: int | None = None
    population: str = ""
    method: str = ""
    reason: str | None = None

    @property
    def unsourced(self) -> bool:
        """Whether it has a number that comes from no result, nor from the audit."""
        return not (self.id or self.method) and has_number(self.printed)

    @property
    def where(self) -> str:
        """The line, or the table or figure and the place in it."""
        return f"{self.label}, {self.place}" if self.label and self.place else self.label or f"line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """All that a document prints from results, in its order, and the ids that it neither prints nor depends on."""

    document: str
    data_file: str
    data_sha256: str
    further_files: Mapping[str, str]
    entries: tuple[TraceEntry, ...]
    unprinted: tuple[str, ...]
    records: int

    def lines(self) -> list[str]:
        """Return the trace as lines for a terminal: the data, then each printed text with its results below it."""
        ids = {entry.id for entry in self.entries if entry.id}
        places = [line for _, group in groupby(self.entries, _printed_at) for line in _lines(tuple(group))]
        own = sum(entry.unsourced for entry in self.entries)
        without = f", {own} without a result behind {'it' if own == 1 else 'them'}" if own else ""
        end = f"{counted(len(self.entries), 'line')}, {counted(len(ids), 'result')}{without}; {self.unprinted_line()}"
        more = "".join(f", {key} (SHA-256 {digest})" for key, digest in self.further_files.items())
        return [f"{self.document}, from {self.data_file} (SHA-256 {self.data_sha256}){more}", "", *places, "", end]

    def unprinted_line(self) -> str:
        """Say how many results the document leaves out."""
        are = "is" if len(self.unprinted) == 1 else "are"
        return f"{len(self.unprinted):,} of {counted(self.records, 'result')} {are} nowhere in {self.document}"

    def to_json(self) -> str:
        """Return the trace as JSON."""
        content = asdict(self)
        if not self.further_files:
            del content["further_files"]
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def trace(folder: Path) -> Trace:
    """Run the code of a study's document, its results brought up to date first, and follow what it prints.

    Raises
    ------
    LockstepError
        If study, data or document are not valid.
    """
    report = open_study(folder)
    read = read_qmd(report.study.folder / DOCUMENT)
    outputs = run_document(read)
    found = trace_of(read, report.results, outputs)
    forms = release(read, report.study, report.results, report.style).forms
    return replace(found, entries=tuple(_with_result(entry, forms) for entry in found.entries))


def trace_of(document: Document, results: Results, outputs: Outputs) -> Trace:
    """Follow what a document's code prints, without what each result is; see `trace`."""
    entries = tuple(
        entry
        for place, part in enumerate(document.parts)
        if not isinstance(part, Prose)
        for output in outputs.get(place, ())
        for entry in _entries(part, output, document, results)
    )
    used = {entry.id for entry in entries}
    return Trace(
        document=document.name,
        data_file=results.source.data_file,
        data_sha256=results.source.data_sha256,
        further_files=results.source.further_files,
        entries=entries,
        unprinted=tuple(record.id for record in results if record.id not in used),
        records=len(results.records),
    )


def write_trace(folder: Path) -> Trace:
    """Trace a study's document and write build/trace.json."""
    found = trace(folder)
    write_whole(folder.resolve() / TRACE_FILE, found.to_json().encode())
    return found


def _entries(part: Inline | CodeCell, output: Output, document: Document, results: Results) -> Iterator[TraceEntry]:
    label = document.label_around(part.line) if isinstance(part, CodeCell) else ""
    if isinstance(output.value, Phrase) and output.value.source:
        yield TraceEntry(
            line=part.line, label=label, place="", printed=str(output.value), id="", method=output.value.source
        )
        return
    for text in _texts(part, output):
        for record_id in text.ids or ("",):
            plain = text.replace(NBSP, " ")
            yield _entry(part.line, label, text.place, plain, record_id, results)


def _texts(part: Inline | CodeCell, output: Output) -> Iterable[PrintedText]:
    """Return what an output prints: the texts that know their results, or else each line that holds a number."""
    if typed_words(output.value) is not None:
        return getattr(output.value, "printed", ())
    text = visible_text(output)
    if isinstance(part, Inline):
        return (PrintedText(text),)
    return [PrintedText(line.strip()) for line in text.splitlines() if has_number(line)]


def _entry(line: int, label: str, place: str, printed: str, record_id: str, results: Results) -> TraceEntry:
    if not record_id:
        return TraceEntry(line=line, label=label, place=place, printed=printed, id="")
    source: Record | Curve = results[record_id] if record_id in results else results.curve(record_id)
    return TraceEntry(
        line=line,
        label=label,
        place=place,
        printed=printed,
        id=record_id,
        n=source.n,
        population=source.population,
        method=source.method,
        reason=source.reason if isinstance(source, Record) else None,
    )


def _with_result(entry: TraceEntry, forms: Mapping[str, Form]) -> TraceEntry:
    form = forms.get(entry.id)
    return replace(entry, result="curve" if entry.printed == "curve" else form.text.replace(NBSP, " ") if form else "")


def _printed_at(entry: TraceEntry) -> tuple[int, str, str]:
    return entry.line, entry.where, entry.printed


def _lines(entries: Sequence[TraceEntry]) -> Iterator[str]:
    """Yield a printed text with its place, then each of its results, then how they were computed."""
    yield from wrapped(f"{entries[0].where}: {entries[0].printed}", indent=8)
    for entry in entries:
        yield from wrapped(
            f"    {entry.id}{_value(entry)}, n = {entry.n}" if entry.id else f"    {_no_result(entry)}", indent=8
        )
    for method in dict.fromkeys(entry.method for entry in entries if entry.method):
        yield from wrapped(f"    method: {method}", indent=12)


def _no_result(entry: TraceEntry) -> str:
    return "a number without a result behind it" if entry.unsourced else "not a result"


def _value(entry: TraceEntry) -> str:
    result = f": {entry.result}" if entry.result else ""
    return f"{result} ({entry.reason})" if entry.result and entry.reason else result
