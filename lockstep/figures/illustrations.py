"""Figures in the document: files that are drawn anew only when what they show has changed, alt text, Markdown."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..base.files import sha256_of_all
from ..base.resources import FONTS, PACKAGE
from ..base.stamp import MadeFrom, is_current, stamp_of, versions, write_stamped
from ..graphics.kind import FigureContent
from ..results.model import Results
from ..study.model import Study
from ..text.provenance import PrintedText
from ..text.style import Style
from .kinds import figure_content

if TYPE_CHECKING:
    from ..graphics.drawing import Format

FOLDER: Final = Path("build/figures")
"""The folder of a study's figures, relative to the study's."""

# SVG for the PDF, PNG for Word; the document names the file without its extension, and each format takes its own.
FORMATS: Final[tuple[Format, ...]] = ("svg", "png")
PAGE_WIDTH: Final = 174.0  # mm: the text of a page; the document shows what is wider on this width

# The code and the packages that make the drawing from the content; what only makes the content is seen in that.
_CODE: Final = (
    *("figures/*.py", "graphics/*.py", "results/curves.py"),
    *("text/figure_*.py", "text/decimals.py", "text/eastern.py", "text/numbers.py"),
)
_PACKAGES: Final = ("matplotlib", "noto-cjk-sans-otc", "pillow")

_WIDTH: Final = re.compile(r'<svg [^>]*?\bwidth="([\d.]+)pt"')
_PLAIN: Final = re.compile(r"[^\w ,.;:()%/–-]")

_APART: Final = "The figure is in a file of its own."
_SVG_OF_WORDS: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="240pt" height="36pt" viewBox="0 0 240 36">'
    f'<text x="12" y="22" font-family="Liberation Sans" font-size="12">{_APART}</text></svg>\n'
)


@dataclass(frozen=True, slots=True)
class Illustration:
    """A figure as the document shows it: its file without extension, as seen from the document, alt text and width."""

    path: str
    alt: str
    width_mm: float
    printed: tuple[PrintedText, ...] = ()

    def _repr_markdown_(self) -> str:
        return f'![]({self.path}){{fig-alt="{_attribute(self.alt)}" width={self.width_mm:g}mm}}'


def illustrate(name: str, study: Study, results: Results, folder: Path, style: Style) -> Illustration:
    """Return a figure of study.toml for the document in `folder`, its files in ``build/figures`` there up to date.

    Files are drawn where what they show, the code that draws it or they themselves have changed since they were drawn;
    each is written atomically.

    Raises
    ------
    ReportError
        If study.toml has no such figure, or it cannot be drawn (see `graphics.drawing.draw`).
    ResultsError
        If the results lack a curve or record of it.
    """
    content = figure_content(name, study, results, style)
    place = FOLDER / style.name  # each journal's figures in a folder of their own
    path = folder / place / name
    _keep_current(path, _made_from(content), FORMATS, lambda: load_drawing(folder)(content, formats=FORMATS))
    width = min(_drawn_width(path.with_suffix(".svg")), PAGE_WIDTH)
    return Illustration((place / name).as_posix(), content.alt_text(), width, tuple(content.printed()))


def stand_in(name: str, study: Study, results: Results, folder: Path, style: Style) -> None:
    """Put a picture of a few words where `illustrate` looks for a figure of a document that shows its legend alone.

    Both renderers want a picture's file, and take the picture out again: it need not be drawn. Should it be shown all
    the same, its words are true.

    Parameters
    ----------
    folder : of the document, a copy of the study that is made for it.

    Raises
    ------
    LockstepError
        As `illustrate`.
    """
    from ..graphics import raster  # loads Pillow

    content = figure_content(name, study, results, style)
    path = folder / FOLDER / style.name / name
    files = {
        path.with_suffix(".svg"): _SVG_OF_WORDS.encode(),
        path.with_suffix(".png"): raster.png_of_words(_APART, font=FONTS / "LiberationSans-Regular.ttf", size=60),
    }
    write_stamped(stamp_of(path), _made_from(content), files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The files that a journal wants of a figure: formats, resolutions from the best on, most bytes of a file."""

    formats: tuple[Format, ...]
    dpi: tuple[int, ...]
    most_bytes: float = math.inf


def upload_files(
    name: str, study: Study, results: Results, folder: Path, style: Style, upload: Upload
) -> dict[Format, Path]:
    """Return the files of a figure for upload, of the same drawing as in the document, up to date as `illustrate` does.

    Pixels have the best resolution with which their file is not too large; the least one if none is.

    Raises
    ------
    ReportError
        As `illustrate`.
    """
    content = figure_content(name, study, results, style)

    def drawn() -> dict[Format, bytes]:
        draw = load_drawing(folder)
        files = draw(content, formats=upload.formats, dpi=upload.dpi[0])
        for dpi in upload.dpi[1:]:
            if "tif" not in files or len(files["tif"]) <= upload.most_bytes:
                break
            files |= draw(content, formats=("tif",), dpi=dpi)
        return files

    path = folder / FOLDER / style.name / "upload" / name
    _keep_current(path, _made_from(content, repr(upload)), upload.formats, drawn)
    return {extension: path.with_suffix(f".{extension}") for extension in upload.formats}


def _drawn_width(svg: Path) -> float:
    """Return the width in millimetres of a drawing, which is another than asked for where that leaves no room."""
    found = _WIDTH.search(svg.read_text(encoding="utf-8"))
    return round(float(found[1]) / 72 * 25.4, 2) if found else PAGE_WIDTH


def _keep_current(
    path: Path, made_from: MadeFrom, formats: Sequence[Format], drawn: Callable[[], Mapping[Format, bytes]]
) -> None:
    """Write the files of a figure, where they are not there, whole, and of this content."""
    if not is_current(stamp_of(path), made_from, outputs=[path.with_suffix(f".{extension}") for extension in formats]):
        files = {path.with_suffix(f".{extension}"): content for extension, content in drawn().items()}
        write_stamped(stamp_of(path), made_from, files)


def load_drawing(folder: Path) -> Callable[..., dict[Format, bytes]]:
    """Return `graphics.drawing.draw`, loaded when first needed: importing matplotlib takes longer than all the rest."""
    with _own_font_list(folder / FOLDER):
        from ..graphics.drawing import draw
    return draw


def _made_from(content: FigureContent, options: str = "") -> MadeFrom:
    """Return all that decides how a figure looks, and what else decides its files."""
    return MadeFrom(
        contents={
            "content": hashlib.sha256(f"{content!r}{options}".encode()).hexdigest(),
            "code": sha256_of_all([path for names in _CODE for path in PACKAGE.glob(names)], base=PACKAGE),
            "fonts": sha256_of_all(FONTS.glob("*.ttf"), base=FONTS),
        },
        environment=versions(_PACKAGES),
    )


@contextmanager
def _own_font_list(folder: Path) -> Iterator[None]:
    """Let matplotlib, when first imported, keep its list of fonts beside the figures and pass by the machine's fonts.

    Else it would search the machine for fonts, which can take seconds, and write the list to the home folder, which may
    not be there. The figures use none of these fonts. A list kept elsewhere by the user's own setting stays there.
    """
    ours = {"MPLCONFIGDIR": str(folder / ".matplotlib"), "MPL_IGNORE_SYSTEM_FONTS": "1"}
    added = {name: value for name, value in ours.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _attribute(text: str) -> str:
    """Escape text for a quoted attribute in Markdown: what is not plain becomes an entity.

    So no quote ends the attribute, and Quarto finds no shortcode in it.
    """
    return _PLAIN.sub(lambda found: f"&#{ord(found[0])};", text)
