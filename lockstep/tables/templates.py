"""Rendering of the jinja2 templates; the only module that imports jinja2.

A template receives text only, no number, so it has nothing to compute. Its HTML part is escaped by jinja2, its notes by
the filters `md` and `p_value`; whatever a level or label holds is printed literally.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2
from jinja2.bccache import Bucket
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from ..base import escape
from ..base.errors import ReportError
from ..base.resources import TEMPLATES
from ..text.provenance import PrintedText, marked_html, marked_markdown
from ..text.style import Style


class _Compiled(jinja2.BytecodeCache):
    """The compiled templates of this run: a document asks for the same ones many times."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@cache
def _compiled(_style: str) -> _Compiled:
    """Return the templates compiled in a style: jinja2 already applies its filters to what is constant in them."""
    return _Compiled()


def render_template(
    template: str,
    folder: Path,
    context: Mapping[str, Any],
    style: Style | None = None,
    *,
    printed: list[PrintedText] | None = None,
    marked: bool = False,
) -> str:
    """Render a template of `folder`/templates, or of the templates that come with the program, escaping what it prints.

    Parameters
    ----------
    style : how P values and marks of notes are set: by the filters `p_value`, `mark` and `mark_md`, and as `p_html`
        and `p_md`, the letter of P values; `count_name` is what tables call a number of patients.
    printed : takes the texts from results that the template prints, in its order.
    marked : put each of them into a span with its ids.

    Raises
    ------
    ReportError
        If there is no such template, or it is faulty (named with its line).
    """
    style = style or Style()
    environment = SandboxedEnvironment(  # a study may come from somebody else: its templates are no programs
        loader=jinja2.FileSystemLoader([folder / "templates", TEMPLATES]),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=partial(_literal, printed=printed, marked=marked),
        bytecode_cache=_compiled(repr(style)),
    )
    p_value = escape.markdown_p_value if style.p.italic else escape.markdown
    for name, escaped in (("md", escape.markdown), ("p_value", p_value)):
        environment.filters[name] = _filter(escaped, printed=printed, marked=marked)
    letter = escape.html_text(style.p.letter)
    environment.globals["p_html"] = Markup(f"<em>{letter}</em>" if style.p.italic else letter)  # noqa: S704 (escaped)
    environment.globals["p_md"] = Markup(p_value(style.p.letter))  # noqa: S704 (escaped)
    environment.globals["count_name"] = style.count_name
    raised = ("<sup>{}</sup>", "^{}^") if style.marks_raised else ("{}", "{}")
    environment.filters["mark"] = partial(_mark, form=raised[0], escaped=escape.html_text)
    environment.filters["mark_md"] = partial(_mark, form=raised[1], escaped=escape.markdown)
    environment.filters["breakable"] = _breakable
    try:
        return environment.get_template(template).render(context)
    except jinja2.TemplateNotFound as error:
        by = f"templates/{template} includes it"
        by = "study.toml names it as a table's template" if error.name == template else by
        raise ReportError(f"templates/{error.name} does not exist; {by}") from None
    except jinja2.TemplateSyntaxError as error:
        raise ReportError(f"templates/{error.name}:{error.lineno}: {error.message}") from None
    except jinja2.exceptions.SecurityError as error:
        raise ReportError(f"templates/{template}: {error}; a template only prints what it is given") from None
    except jinja2.UndefinedError as error:
        line = next((f":{number}" for path, number in _lines(error) if path.endswith(template)), "")
        raise ReportError(f"templates/{template}{line}: {error.message}") from None


def _lines(error: Exception) -> Iterator[tuple[str, int]]:
    """Yield file and line of where an error passed, innermost first; jinja2 puts the lines of templates there."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    yield from reversed(frames)


def _filter(
    escaped: Callable[[str], str], *, printed: list[PrintedText] | None, marked: bool
) -> Callable[[Any], Markup]:
    def apply(text: Any) -> Markup:
        markdown = escaped(str(text))
        if isinstance(text, PrintedText):
            _note(text, printed)
            markdown = marked_markdown(markdown, text.ids) if marked else markdown
        return Markup(markdown)  # noqa: S704 (escaped here)

    return apply


def _mark(mark: str, *, form: str, escaped: Callable[[str], str]) -> Markup:
    """Return the mark of a note in its form; nothing for none."""
    return Markup(form.format(escaped(mark)) if mark else "")  # noqa: S704 (escaped here)


def _breakable(text: str) -> Markup:
    """Return an id, or a condition on ids, that can go over several lines of a page after each of its parts."""
    return Markup(re.sub(r"(?<=\w)([._])(?=[^\W\d])", r"\1<wbr>", escape.html_text(text)))  # noqa: S704 (escaped here)


def _note(text: PrintedText, printed: list[PrintedText] | None) -> None:
    if printed is not None and text.ids:
        printed.append(text)


def _literal(value: Any, *, printed: list[PrintedText] | None, marked: bool) -> Any:
    """Escape what jinja2's own escaping leaves: braces, which Quarto would read as a shortcode."""
    if isinstance(value, PrintedText):
        _note(value, printed)
        return Markup(marked_html(value, value.ids) if marked else escape.html_text(value))  # noqa: S704 (escaped here)
    return Markup(escape.html_text(value)) if type(value) is str else value  # noqa: S704 (escaped here)
