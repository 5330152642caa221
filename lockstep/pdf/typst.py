"""Typst to PDF, by the typst package: bundled fonts only, a fixed time, accessible where Typst certifies it."""

from __future__ import annotations

import re
import tempfile
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from ..base.boundaries import show
from ..base.clock import epoch
from ..base.errors import ReportError
from ..base.escape import typst_string
from ..base.files import write_whole
from ..text.eastern import font_folder, has_eastern_letters
from .typesetter import Refusal, Typesetter, TypesetterEndedError

USUAL: Final = re.compile(
    "[ -~\u00a0-\u024f\u0388-\u038a\u038e-\u03a1\u03a3-\u03ce\u0400-\u045f\u2010-\u2015\u2018-\u201e\u2020-\u2022\u2026"
    "\u2030\u2039\u203a\u2060\u2122\u2212\u2264\u2265]"
)
"""Characters that the fonts of every document have."""

STANDARD: Final = "ua-1"  # PDF/UA-1: every page's content tagged, alt texts, a title, a language

_FETCHED: Final = re.compile(r"^(failed to (download|load) package|package not found)", re.IGNORECASE)
_PACKAGE: Final = re.compile(r"@[\w-]+/[\w-]+:[\w.-]+")
_NO_MEMORY: Final = (
    "it needed more memory than there is. Where raw Typst makes a text or a list longer and longer, mend that; else "
    "close other programs, or raise the limit (ulimit -v), then run again."
)
_NOT_STARTED: Final = "Typst did not start. Is there enough memory (ulimit -v), and is .venv as make set it up?"


class _TypesettingError(Exception):
    """What Typst said, and its `diagnostic`, which has more lines."""

    def __init__(self, said: str, diagnostic: str) -> None:
        super().__init__(said)
        self.diagnostic = diagnostic


def missing_characters(text: str, *, fonts: Path) -> tuple[str, ...]:
    """Return the characters of a text that no font has: neither Typst's own, nor those in a folder or of East Asia.

    Notes
    -----
    Typst itself is asked, by a document with a line for each character that is not among the `USUAL` ones.
    """
    unusual = [char for char in sorted(set(text)) if char.isprintable() and not USUAL.match(char)]
    if not unusual:
        return ()
    lines = [typst_string(f"a{char}" if unicodedata.combining(char) else char) for char in unusual]
    document = "\n".join(["#set document(title: [T])", *(f"#{line}" for line in lines)])
    try:
        _compiled(document, fonts, fonts, certified=True)
    except _TypesettingError as error:
        said = error.diagnostic
        found = {int(line) for line in re.findall(r"could not be displayed.*?\.typ:(\d+):", said, re.DOTALL)}
        return tuple(char for line, char in enumerate(unusual, start=2) if line in found)
    return ()


def compile_pdf(source: str, pdf: Path, *, root: Path, fonts: Path, released: str | None = None) -> list[str]:
    """Compile a Typst document and return its warnings, one line each.

    Parameters
    ----------
    source : the document's text; paths in it are relative to `root`. Nothing outside of it can be read, whatever links
        lead there, nor what is hidden in it.
    pdf : the file to write.
    fonts : folder of the fonts to be used besides those that Typst brings, and that of East Asia where its letters
        are; the system's are never used.
    released : the text of released.json, which travels inside the PDF as an attachment.

    Raises
    ------
    ReportError
        If Typst cannot compile it; with what it said.

    Notes
    -----
    The result is a PDF/UA-1 file. Where the content does not allow it (an image without a description, say), it is a
    tagged PDF without the certificate, and a warning says why.
    """
    if released is not None:
        source += _attachment(released)
    try:
        made, warnings = _compiled(source, root, fonts, certified=True), []
    except _TypesettingError as error:
        said = str(error)
        if "PDF/UA" not in said:
            raise ReportError(f"Typst could not set the document: {said}") from None
        made = _compiled(source, root, fonts, certified=False)
        # Typst's own advice on the title is for authors of Typst.
        why = "it has no title; write `title: ...` in the front matter" if "missing document title" in said else said
        warnings = [f"{pdf.name} is tagged, but not certified as PDF/UA-1: {why}"]
    write_whole(pdf, made)
    return warnings


@contextmanager
def prepared(source: str, *, root: Path, fonts: Path) -> Iterator[None]:
    """Set a Typst document for nothing: in the ``with`` block, one much like it is set in a tenth of the time.

    Raises
    ------
    OSError
        If this system has no symbolic links.
    """
    with tempfile.TemporaryDirectory(prefix="lockstep-") as folder, Typesetter() as typesetter:
        _PREPARED[root, fonts] = _Prepared(root, _folders(source, fonts), Path(folder).resolve(), typesetter)
        try:
            with suppress(_TypesettingError):  # reported by the actual compilation
                _compiled(source, root, fonts, certified=True)
            yield
        finally:
            del _PREPARED[root, fonts]


class _Prepared:
    """A compiler that sees a study's files, and remembers what it has laid out.

    Typst follows links wherever they lead, so it is shown a folder with links to what belongs to the study alone. It
    knows what is the same again only in a file, where it takes new text for an edit of the old one.
    """

    def __init__(self, root: Path, folders: list[Path], folder: Path, typesetter: Typesetter) -> None:
        self._root, self._shown, self.folders, self._typesetter = root, folder, folders, typesetter
        self._main = folder / f"{uuid.uuid4()}.typ"
        self._main.touch()

    def compile(self, source: str, pdf: Path, *, standards: list[str]) -> None:
        """Compile a document, from the files of the root as they are now."""
        show(self._root, self._shown, keep=self._main.name)
        self._main.write_text(source, encoding="utf-8")
        _set(self._typesetter, self._main, pdf, self._root, self._shown, self.folders, standards)


_PREPARED: Final[dict[tuple[Path, Path], _Prepared]] = {}


def _compiled(source: str, root: Path, fonts: Path, *, certified: bool) -> bytes:
    """Return the PDF of a document.

    Raises
    ------
    _TypesettingError
        With what Typst said.
    """
    standards = [STANDARD] if certified else []
    folders = _folders(source, fonts)
    prepared = _PREPARED.get((root, fonts))
    with tempfile.TemporaryDirectory(prefix="lockstep-") as place:
        pdf = Path(place) / "made.pdf"
        if prepared and prepared.folders == folders:
            prepared.compile(source, pdf, standards=standards)
        else:
            shown = Path(place).resolve() / "shown"
            shown.mkdir()
            show(root, shown)
            with Typesetter() as typesetter:
                _set(typesetter, source, pdf, root, shown, folders, standards)
        return pdf.read_bytes()


def _set(
    typesetter: Typesetter,
    source: str | Path,
    pdf: Path,
    root: Path,
    shown: Path,
    folders: list[Path],
    standards: list[str],
) -> None:
    """Have a document set; raise _TypesettingError with what is wrong with it, in the paths that an author knows."""
    try:
        refusal = typesetter.set(source, pdf, root=shown, fonts=folders, standards=standards, time=epoch())
    except TypesetterEndedError as error:
        said = _NO_MEMORY if error.began else _NOT_STARTED
        raise _TypesettingError(said, "") from None
    if refusal:
        raise _TypesettingError(_said(refusal, shown=shown, root=root), refusal.diagnostic)


def _folders(source: str, fonts: Path) -> list[Path]:
    """Return the folders of fonts that a document needs."""
    eastern = font_folder() if has_eastern_letters(source) else None
    return [fonts, eastern] if eastern else [fonts]


def _attachment(text: str) -> str:
    """Return the end of a Typst document that attaches released.json; it prints nothing."""
    return (
        f'\n#pdf.attach("released.json", bytes({typst_string(text)}), relationship: "supplement", '
        f'mime-type: "application/json", description: "The results that this document prints, as it prints them")\n'
    )


def _said(refusal: Refusal, *, shown: Path, root: Path) -> str:
    """Return Typst's message in one line, with its hints."""
    message = re.sub(r"\s+", " ", "; ".join([refusal.message, *refusal.hints])).strip()
    if _FETCHED.search(message):
        named = _PACKAGE.search(f"{refusal.diagnostic} {message}")
        return (
            f"it imports {named[0] if named else 'a package'}, and packages are neither fetched nor taken from "
            "elsewhere on this machine. Put the file that it needs into the study's folder, and import that."
        )
    return message.replace(str(shown), str(root))
