"""What cells and inline expressions leave in a document: Python objects to Markdown."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ..base.errors import ReportError
from ..base.escape import markdown as escape
from ..base.invocation import option

_FORMS: Final[tuple[tuple[Literal["markdown", "html"], str], ...]] = (
    ("markdown", "_repr_markdown_"),
    ("html", "_repr_html_"),
)
_MARKED: Final[tuple[Literal["markdown"], str]] = ("markdown", "_repr_marked_")
_PICTURES: Final = ("_repr_png_", "_repr_svg_", "_repr_jpeg_", "_repr_mimebundle_")


@dataclass(frozen=True, slots=True)
class Output:
    """One thing that a cell or an inline expression shows: what it printed, or an object in its form for a document.

    `value` is the object; None for what was printed.
    """

    kind: Literal["stdout", "stderr", "markdown", "html", "text"]
    text: str
    value: object = None


def inline_markdown(value: object, *, marked: bool = False) -> str:
    """Return the Markdown of an inline value.

    An object prints by its ``_repr_markdown_`` (with `marked`, by ``_repr_marked_`` where it has one), text literally,
    numbers as Python prints them.

    Raises
    ------
    ValueError
        If the value must not reach a document: nothing, nan, a NumPy scalar, anything without a printed form.
    """
    if value is None:
        raise ValueError("gives None, which must not be printed. Does a function forget its `return`?")
    if type(value).__module__ == "numpy":
        raise ValueError(f"gives a NumPy value, which Quarto would print as {value!r}. Print it through a phrase.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"gives {value}, which must not be printed. Print the result through a phrase.")
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        text = escape(value)
    elif marked and hasattr(value, "_repr_marked_"):
        text = str(value._repr_marked_())
    elif hasattr(value, "_repr_markdown_"):
        text = str(value._repr_markdown_())
    else:
        kind = f"{type(value).__module__}.{type(value).__qualname__}".removeprefix("builtins.")
        raise ValueError(f"gives a {kind}, which has no form for a sentence. Print a phrase, a text or a number.")
    if not text.strip():
        raise ValueError("gives an empty text, for which Quarto would print the expression itself. Leave it out.")
    if half := half_character(text):
        raise ValueError(f"gives {half}")
    return text


def half_character(text: str) -> str:
    """Return what is wrong with a text that no file can hold, empty where nothing is."""
    found = re.search("[\ud800-\udfff]", text)
    return f"half of a character (U+{ord(found[0]):04X}), which no file can hold. Mend the text." if found else ""


def output_of(value: object, *, marked: bool = False) -> Output:
    """Return an object as a cell shows it: its Markdown, else its HTML, else its repr; `marked` as in inline values.

    Raises
    ------
    ReportError
        If the object shows itself only as a picture.
    """
    for kind, name in (_MARKED, *_FORMS) if marked else _FORMS:
        form = getattr(value, name, None)
        if form is not None and (text := form()) is not None:
            return Output(kind, str(text), value)
    if any(hasattr(value, name) for name in _PICTURES) or type(value).__module__.startswith("matplotlib."):
        raise ReportError(
            f"a {type(value).__name__} is shown as a picture, which needs Quarto: install it and use "
            f"{option('renderer', 'quarto')}, "
            "or save the picture and show it as `![](file){fig-alt=...}`."
        )
    return Output("text", repr(value), value)


def cell_markdown(code: str, outputs: Sequence[Output], *, echo: bool, output: bool | Literal["asis"]) -> str:
    """Return what a cell leaves in the document: its code if echoed, and its outputs."""
    pieces = []
    if echo:
        pieces.append(_fenced(code.strip("\n"), "{.python .cell-code}"))
    for item in outputs if output else ():
        if item.kind == "html":
            pieces.append(_fenced(item.text.strip("\n"), "{=html}"))
        elif item.kind == "markdown" or output == "asis":
            pieces.append(item.text.rstrip("\n") + ("" if output == "asis" else "\n"))
        else:
            pieces.append(_fenced(item.text.rstrip("\n"), ""))
    return "\n" + "\n".join(pieces) + "\n\n"


def _fenced(text: str, attributes: str) -> str:
    """Return text between fences that nothing in it can close."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{attributes}\n{text}\n{fence}\n"
