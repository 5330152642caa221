"""Text that prints literally inside Markdown, HTML and Typst, whatever the data or the study definition hold."""

from __future__ import annotations

import html
import json
import re
from typing import Final

# What pandoc's Markdown could read as markup, smart punctuation, a citation, a cross-reference or a shortcode.
_MARKDOWN_SPECIAL: Final = re.compile(r"""([\\`*_{}\[\]<>#$@~^|&"'+!:-]|\.(?=\.))""")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]+")


def markdown(text: str) -> str:
    """Escape text for Markdown: what could be read as markup gets a backslash, control characters become a space."""
    return _MARKDOWN_SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", text))


def markdown_p_value(text: str) -> str:
    """Escape a printed P value for Markdown, with its letter in italics as journals set it."""
    return f"*{text[0]}*{markdown(text[1:])}"


def html_text(text: str) -> str:
    """Escape text for an HTML table: entities for markup and for braces (Quarto reads ``{{<`` as a shortcode)."""
    escaped = html.escape(_CONTROL.sub(" ", text))
    return escaped.replace("{", "&#123;").replace("}", "&#125;")


def typst_string(text: str) -> str:
    """Return text as a string of Typst's language, which has the escapes of JSON as far as printed text needs them."""
    return json.dumps(text, ensure_ascii=False)
