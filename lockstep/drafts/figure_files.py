"""Files of the figures for upload: named by their numbers in the document, in the formats that a journal takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..base.errors import ReportError
from ..base.files import write_whole
from ..document.printed_places import places_in
from ..document.report import Report
from ..figures.illustrations import Upload, upload_files
from ..journals.file import Journal
from ..preflight.draft_files import FIGURE_SUFFIXES
from ..qmd.calls import MethodCall, calls_in
from ..qmd.front_matter import split_front_matter
from ..qmd.source import CodeCell, Document
from .placement import SourceFloat, find_floats, is_hidden

if TYPE_CHECKING:
    from ..graphics.drawing import Format

BEST_DPI: Final = 600
LEAST_DPI: Final = 300
_STEPS: Final = (600, 500, 450, 400, 350, 300)  # which a smaller file may have

# The formats that are written, by the names that journals have for them.
_FORMATS: Final[dict[str, Format]] = {"TIFF": "tif", "TIF": "tif", "PDF": "pdf", "EPS": "eps"}
_LABEL: Final = re.compile(r"#(fig-[\w-]+)|^#\|\s*label:\s*[\"']?(fig-[\w-]+)", re.MULTILINE)
_IMAGE: Final = re.compile(r"!\[(?:[^\]\\]|\\.)*\]\(\s*<?(?P<file>[^)>\s]+)")
_SUFFIXES: Final = (".tif", ".tiff", ".pdf", ".eps", ".png", ".jpg", ".jpeg", ".svg")


@dataclass(frozen=True, slots=True)
class NumberedFigure:
    """A figure of the document: its label, and its name in study.toml, or else the image file that it shows."""

    number: int
    label: str
    name: str = ""
    image: str = ""


def numbered_figures(document: Document, *, profile: str = "") -> tuple[NumberedFigure, ...]:
    """Return the figures of a document in its order, which is that of their numbers.

    Parameters
    ----------
    profile : in which it is rendered: a figure that this hides has no number, as one in a comment has none.

    Raises
    ------
    ReportError
        If the name of a figure is not written out, or a figure is neither of study.toml nor an image file for upload.
    """
    _, start, lines = split_front_matter("\n".join(document.lines))
    floats = [
        found for found in find_floats(lines, start) if found.kind == "fig" and not is_hidden(found, lines, profile)
    ]
    return tuple(_numbered(number, found, document) for number, found in enumerate(floats, start=1))


def figures_in_legends_alone(document: Document) -> tuple[str, ...]:
    """Return the names of figures that are within labelled floats only, where a document may show legends alone.

    There are none where the name of a figure is computed: it may be any.
    """
    _, start, lines = split_front_matter("\n".join(document.lines))
    floats = [found for found in find_floats(lines, start) if found.kind == "fig"]
    within: list[str] = []
    elsewhere: list[str] = []
    for part, call in calls_in(document):
        if call.method != "figure":
            continue
        if call.computed:
            return ()
        is_within = isinstance(part, CodeCell) and any(found.start < part.line <= found.end for found in floats)
        names = (*call.arguments, *dict(call.options).values())
        (within if is_within else elsewhere).extend(map(str, names))
    return tuple(name for name in dict.fromkeys(within) if name not in elsewhere)


def write_figure_files(document: Document, report: Report, journal: Journal | None, folder: Path) -> tuple[Path, ...]:
    """Write the files of each figure of a document, and return them: Fig1.tif, Fig1.pdf, Fig1.eps, Fig2.tif ...

    Parameters
    ----------
    document, report : the text, and what it prints from; its style is the journal's.
    journal : whose rules `figure_formats`, `figure_dpi` and `figure_megabytes` are followed.
    folder : to which the files are written.

    Raises
    ------
    ReportError
        If the journal takes none of the formats that can be written, or a figure cannot be drawn or found.

    Notes
    -----
    TIFF is RGB with LZW and without transparency, in 600 dpi where the journal allows it, in less where the file would
    be too large. A figure that is an image file of the study is copied as it is: `measure_figure` describes it.
    """
    written = []
    for number, source in figure_sources(document, report, journal):
        path = folder / f"Fig{number}{source.suffix.lower()}"
        write_whole(path, source.read_bytes())
        written.append(path)
    return tuple(written)


def figure_sources(document: Document, report: Report, journal: Journal | None) -> Iterator[tuple[int, Path]]:
    """Draw the files that `write_figure_files` copies, where they are not current; yield each with its number."""
    upload = upload_for(journal)
    for figure in numbered_figures(document, profile=journal.name if journal else ""):
        found = [document.path.parent / figure.image]
        if figure.name:
            study = report.study
            files = upload_files(figure.name, study, report.results, study.folder, report.style, upload)
            found = list(files.values())
        yield from ((figure.number, path) for path in found)


def upload_for(journal: Journal | None) -> Upload:
    """Return the files that a journal wants of each figure; where no rule is known, TIFF of 600 dpi, PDF and EPS.

    Raises
    ------
    ReportError
        If it takes none of these formats.
    """
    rules = (
        {rule: journal.value(rule) for rule in ("figure_formats", "figure_dpi", "figure_megabytes")} if journal else {}
    )
    taken = rules.get("figure_formats") or list(_FORMATS)
    names = {name.upper().lstrip(".") for name in taken}
    formats = tuple(dict.fromkeys(extension for name, extension in _FORMATS.items() if name in names))
    if journal is not None and not formats:
        raise ReportError(
            f"{journal.name}: figure_formats has {', '.join(taken)}, none of which can be written.\n"
            "Figures are written as TIFF, PDF and EPS: add one that the journal takes, or leave out the rule."
        )
    limits = rules.get("figure_dpi") or {}
    best = round(max(min(BEST_DPI, limits.get("max", BEST_DPI)), limits.get("min", 0)))
    least = min(best, round(limits.get("min", LEAST_DPI)))
    dpi = sorted({best, least, *(step for step in _STEPS if least < step < best)}, reverse=True)
    megabytes = rules.get("figure_megabytes") or {}
    return Upload(formats=formats, dpi=tuple(dpi), most_bytes=megabytes.get("max", float("inf")) * 1e6)


def _numbered(number: int, found: SourceFloat, document: Document) -> NumberedFigure:
    """Return a figure of the document with its number: what a cell in it draws, else the image in it."""
    text = "\n".join(document.lines[found.start : found.end])
    label = next((own or of_cell for own, of_cell in _LABEL.findall(text)), "")
    cells = tuple(
        part for part in document.parts if isinstance(part, CodeCell) and found.start < part.line <= found.end
    )
    calls = [place for place in places_in(replace(document, parts=cells)) if place.method == "figure"]
    if calls:
        return NumberedFigure(number, label, _name(calls[0], f"{document.name}:{cells[0].line}"))
    shown = _IMAGE.search(text)
    return NumberedFigure(number, label, image=_image(label, shown["file"] if shown else "", document))


def _name(place: MethodCall, where: str) -> str:
    if place.computed or not place.arguments:
        raise ReportError(
            f"{where}: the name of the figure is computed, so that its number is not known without running it.\n"
            'Write it out, as in r.figure("name").'
        )
    return str(place.arguments[0])


def _image(label: str, image: str, document: Document) -> str:
    """Return the image file of a figure that is not of study.toml."""
    names = [image] if Path(image).suffix else [f"{image}{suffix}" for suffix in _SUFFIXES]
    there = next((name for name in names if image and (document.path.parent / name).is_file()), None)
    if there is not None and Path(there).suffix.lower() in FIGURE_SUFFIXES:
        return there
    if there is not None:
        raise ReportError(
            f"{document.at('#' + label)}: the figure '{label}' is {there}, a file of a kind that is not for upload.\n"
            "Save it as TIFF, PNG, JPEG, PDF or EPS, and show that file."
        )
    raise ReportError(
        f"{document.at('#' + label)}: the figure '{label}' is neither of study.toml nor an image file that is there.\n"
        'Show it with r.figure("name") or as ![](file).'
    )
