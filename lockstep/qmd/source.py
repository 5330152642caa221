"""A Quarto document read into its parts: front matter, prose, inline expressions and cells, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..base.files import utf8_text
from ..base.invocation import option
from .fences import closes_fence, opened_fence
from .front_matter import split_front_matter
from .yaml_text import read_mapping

CELL_OPTIONS: Final = ("label", "echo", "include", "output", "eval", "warning", "error")
PAGE_BREAK: Final = (
    '\n```{=openxml}\n<w:p><w:r><w:br w:type="page"/></w:r></w:p>\n```\n\n```{=typst}\n#pagebreak()\n```\n'
)

_CELL_START: Final = re.compile(r"^(\s*)(```+)\s*\{([=A-Za-z][=A-Za-z0-9._]*)( *[ ,].*)?\}\s*$")  # as Quarto has it
_DIV: Final = re.compile(r"^\s*:{3,}(?:\s*(?P<opens>\{.*\}|[\w.-]+)\s*:*)?\s*$")  # without words it closes one
_LABEL: Final = re.compile(r"#((?:fig|tbl)-[\w-]+)")
_OPTION: Final = re.compile(r"^#\|\s?(.*)$")
_TOKEN: Final = re.compile(
    r"\\[\s\S]"  # an escaped character
    r"|(?P<shortcode>\{\{\{?<.*?>\}?\}\})"
    r"|(?<!`)(?P<ticks>`+)(?!`)(?P<span>(?:(?!\n[ \t]*\n)[\s\S])+?)(?<!`)(?P=ticks)(?!`)"
)
_INLINE: Final = re.compile(r"\{(python|r|julia|ojs)\}[ \t]+([\s\S]+)")


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown that stays as it is; `line` is its first line in the file."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Inline:
    """An inline expression, `` `{python} expression` ``."""

    expression: str
    line: int


@dataclass(frozen=True, slots=True)
class CodeCell:
    """A fenced Python cell: its code, the line of the code's first line, its ``#|`` options."""

    code: str
    line: int
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A .qmd file. `name` is how error messages call it; `parts` are in document order."""

    path: Path
    name: str
    front_matter: Mapping[str, Any]
    parts: tuple[Prose | Inline | CodeCell, ...]
    lines: tuple[str, ...]

    def at(self, *texts: str) -> str:
        """Return "report.qmd:41" for the first of these texts that is found in a line, else the name."""
        for text in texts:
            # A label, class or key is found as a whole: @fig-a is not in @fig-ab.
            pattern = re.escape(text) + (r"(?![\w-])" if text.startswith(("@", "#", ".")) else "")
            for number, line in enumerate(self.lines, start=1):
                if re.search(pattern, line):
                    return f"{self.name}:{number}"
        return self.name

    def label_around(self, number: int) -> str:
        """Return the label of the table or figure whose div encloses a line, the innermost; empty where none does."""
        around: list[str] = []
        code = ""  # the fence of code that is not closed yet
        for line in self.lines[: number - 1]:
            if code:
                code = "" if closes_fence(line, code) else code
            elif fence := opened_fence(line):
                code = fence
            elif div := _DIV.match(line):
                label = _LABEL.search(div["opens"] or "")
                around = [*around, label[1] if label else ""] if div["opens"] else around[:-1]
        return next(filter(None, reversed(around)), "")

    def line(self, number: int) -> str:
        """Return a line of the file, for an error message."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""


def needs_quarto(where: str, what: str, instead: str) -> ReportError:
    """Return the error for a feature that only Quarto has: what, where, and what to do without it."""
    return ReportError(f"{where}: {what} need Quarto: install it and use {option('renderer', 'quarto')}, or {instead}.")


def read_qmd(path: Path) -> Document:
    """Read a Quarto document.

    Raises
    ------
    ReportError
        If the file is missing, is not UTF-8, has invalid front matter, or uses what the built-in renderer cannot show
        (cells of another language, shortcodes other than pagebreak, unknown cell options); names the line.
    """
    return parse(_text(path), path=path)


def read_front_matter(path: Path) -> Document:
    """Read a document's front matter and lines, and nothing of its body; errors as `read_qmd`."""
    front_matter, _, lines = split_front_matter(_text(path), name=path.name)
    return Document(path=path, name=path.name, front_matter=front_matter, parts=(), lines=lines)


def parse(text: str, *, path: Path) -> Document:
    """Parse the text of a Quarto document; see `read_qmd`."""
    front_matter, start, lines = split_front_matter(text, name=path.name)
    for number, line in enumerate(lines[:start], start=1):
        if "`{python}" in line:
            where = f"{path.name}:{number}"
            raise needs_quarto(where, "inline expressions in the front matter", "move them to the body")
    parts = tuple(_parts(lines, start, path.name))
    return Document(path=path, name=path.name, front_matter=front_matter, parts=parts, lines=lines)


def _text(path: Path) -> str:
    return utf8_text(path, needed="a study folder holds study.toml, report.qmd and its data")


def _parts(lines: tuple[str, ...], start: int, name: str) -> Iterator[Prose | Inline | CodeCell]:
    """Yield the parts of the body: prose is cut at fences, so that code in them is neither read nor run by mistake."""
    prose_from = index = start
    while index < len(lines):
        line = lines[index]
        cell = _CELL_START.match(line)
        fence = opened_fence(line)
        if not fence:
            _refuse_yaml_block(lines, index, start, name)
            index += 1
            continue
        end = _fence_end(lines, index, fence, name)
        yield from _prose("\n".join(lines[prose_from:index]) + "\n", prose_from + 1, name)
        if cell and not cell[3].startswith("="):
            _check_cell(cell, f"{name}:{index + 1}")
            yield _cell(lines[index + 1 : end], index + 2, name)
        else:
            yield Prose("\n".join(lines[index : end + 1]) + "\n", index + 1)
        prose_from = index = end + 1
    yield from _prose("\n".join(lines[prose_from:]) + "\n", prose_from + 1, name)


def _fence_end(lines: tuple[str, ...], start: int, ticks: str, name: str) -> int:
    for index in range(start + 1, len(lines)):
        if closes_fence(lines[index], ticks):
            return index
    raise ReportError(f"{name}:{start + 1}: this fence is never closed; end it with a line of {ticks}.")


def _check_cell(cell: re.Match[str], where: str) -> None:
    indent, _, language, rest = cell.groups()
    if language != "python":
        raise needs_quarto(where, f"{{{language}}} cells", "write the cell in Python")
    if indent:
        raise needs_quarto(where, "indented cells", "move the cell to the margin")
    if rest:
        raise needs_quarto(where, f"options in the cell's braces ({rest.strip(' ,')})", "write them as `#| key: value`")


def _cell(lines: tuple[str, ...], number: int, name: str) -> CodeCell:
    """Return a cell; its option lines stay in the code as comments, so that line numbers hold."""
    yaml = []
    for line in lines:
        option = _OPTION.match(line)
        if not option:
            break
        yaml.append(option[1])
    options = read_mapping("\n".join(yaml), name=name, first_line=number)
    for key in options:
        if key not in CELL_OPTIONS:
            where = number + next((i for i, line in enumerate(yaml) if line.startswith(key)), 0)
            instead = "write the caption as the last paragraph of a `::: {#fig-x}` or `::: {#tbl-x}` block"
            if not key.endswith("-cap"):
                instead = f"use one of {', '.join(CELL_OPTIONS)}{nearest(key, CELL_OPTIONS)}".rstrip("?")
            raise needs_quarto(f"{name}:{where}", f"cells with the option '{key}'", instead)
    return CodeCell(code="\n".join(lines), line=number, options=options)


def _refuse_yaml_block(lines: tuple[str, ...], index: int, start: int, name: str) -> None:
    """Refuse three hyphens beside text: Quarto reads them as a second front matter, pandoc as an underline."""
    if lines[index].rstrip() != "---":
        return
    before = lines[index - 1].strip() if index > start else ""
    after = lines[index + 1].strip() if index + 1 < len(lines) else ""
    if before or after:
        raise ReportError(
            f"{name}:{index + 1}: three hyphens beside text start a second front matter in Quarto. "
            "For a rule, put an empty line before and after; for a heading, write `## Heading`."
        )


def _prose(text: str, line: int, name: str) -> Iterator[Prose | Inline]:
    """Cut prose at its inline expressions, which are code spans and nothing else."""
    done = 0
    written: list[str] = []
    written_from = line
    for token in _TOKEN.finditer(text):
        here = line + text.count("\n", 0, token.start())
        replacement: str | Inline
        if token["shortcode"]:
            replacement = _shortcode(text, token, f"{name}:{here}")
        elif token["span"] and (inline := _INLINE.fullmatch(token["span"])) and len(token["ticks"]) == 1:
            replacement = _inline(inline, here, name)
        else:
            continue
        written.append(text[done : token.start()])
        done = token.end()
        if isinstance(replacement, str):
            written.append(replacement)
            continue
        yield Prose("".join(written), written_from)
        yield replacement
        written, written_from = [], here
    yield Prose("".join(written) + text[done:], written_from)


def _shortcode(text: str, token: re.Match[str], where: str) -> str:
    """Return the Markdown of a page break; refuse every other shortcode."""
    words = token[0].strip("{<>} ").split()
    if words != ["pagebreak"] or token[0].startswith("{{{"):
        raise needs_quarto(where, f"shortcodes such as {token[0]}", "leave it out ({{< pagebreak >}} is supported)")
    line_start = text.rfind("\n", 0, token.start()) + 1
    line_end = text.find("\n", token.end())
    if text[line_start : token.start()].strip() or text[token.end() : line_end].strip():
        raise ReportError(f"{where}: a page break is written on a line of its own, between empty lines.")
    return PAGE_BREAK


def _inline(inline: re.Match[str], line: int, name: str) -> Inline:
    language, expression = inline.groups()
    if language != "python":
        raise needs_quarto(f"{name}:{line}", f"inline {{{language}}} expressions", "write them in Python")
    if "\n" in expression:
        raise ReportError(
            f"{name}:{line}: this inline expression runs over the end of the line, where Quarto would print it as it "
            "stands. Write it on one line."
        )
    if inline[0] != f"{{{language}}} {expression.strip()}":
        raise ReportError(
            f"{name}:{line}: `{inline[0]}` would be printed literally by Quarto. Write one space after {{python}}, "
            "and none at the end."
        )
    return Inline(expression, line)
