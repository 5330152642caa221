"""Whatever the data hold is printed literally: no markup, citation, shortcode or cross-reference is made of it."""

from __future__ import annotations

import json
import subprocess

import pypandoc
import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.base import escape

HOSTILE = [
    "{{ 7*7 }}", '#read("x")', "| a |", "<script>", "@fig-1", "=cmd()", "*a* _b_", "a--b...c", "{{< pagebreak >}}",
    "$x$", "[a](b)", "^sup^ ~sub~", "`code`", "\\", "it's \"so\"", "a & b",
]  # fmt: skip


def words(markdown: str, reader: str) -> str:
    """Return the text that pandoc reads from a source, failing on anything but words and spaces."""
    command = [pypandoc.get_pandoc_path(), "-f", reader, "-t", "json"]
    out = subprocess.run(command, input=markdown.encode(), capture_output=True, check=True)
    blocks = json.loads(out.stdout)["blocks"]
    assert [block["t"] for block in blocks] == ["Para"]
    pieces = {"Space": " ", "SoftBreak": " "}
    return "".join(inline["c"] if inline["t"] == "Str" else pieces[inline["t"]] for inline in blocks[0]["c"])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_literal_in_markdown(text: str) -> None:
    """The escaped text is read by pandoc's Markdown as the very same characters, smart punctuation included."""
    shown = words(f"x {escape.markdown(text)} x", "markdown").replace("\N{NO-BREAK SPACE}", " ")  # after "c.", "Mr."
    assert shown == f"x {text} x"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_literal_in_html(text: str) -> None:
    """The escaped text is read by pandoc's HTML reader as the very same characters."""
    assert words(f"<p>x {escape.html_text(text)} x</p>", "html") == f"x {text} x"


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_any_ascii_is_literal_in_markdown(text: str) -> None:
    """No sequence of printable characters becomes markup."""
    shown = words(f"x {escape.markdown(text)} x", "markdown").replace("\N{NO-BREAK SPACE}", " ")  # after "c.", "Mr."
    assert shown == f"x {text} x"


def test_no_shortcode_and_no_control_character_survives() -> None:
    """Quarto looks for ``{{<`` before pandoc reads anything; a line break could end a table cell."""
    assert "{{" not in escape.markdown("{{< include x >}}")
    assert "{{" not in escape.html_text("{{< include x >}}")
    assert escape.markdown("a\r\nb\x00c") == "a b c"


def test_hostile_text_is_literal_in_typst() -> None:
    """Typst reads a string back as the very same characters, line breaks and tabs among them."""
    for text in [*HOSTILE, "a\r\n\tb", "Müller 张"]:
        codes = "".join(f"{ord(character)}, " for character in text)
        source = f"#assert.eq({escape.typst_string(text)}.codepoints().map(str.to-unicode), ({codes}))"
        assert typst.compile(source.encode())
