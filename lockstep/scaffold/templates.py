"""The templates of a new study's documents; their delimiters differ: {{, {% and {# mean something in a document."""

from __future__ import annotations

import json
import re
from typing import Any

import jinja2

from ..base.escape import markdown
from ..base.resources import TEMPLATES


def _title(text: str) -> str:
    r"""Return a title for the front matter, whose texts are Markdown: escaped, but for signs that are none of it.

    >>> print(_title("Disease-free survival by arm: a `cohort` study"))
    Disease-free survival by arm: a \`cohort\` study
    """
    escaped = re.sub(r"(?<=[^\W_])\\(:(?= )|-(?=[^\W_]))", r"\1", markdown(text))
    return re.sub(r"^(\\?\(?\w{1,9})([.)])(?=\s)", r"\1\\\2", escaped)  # "1. " would begin a list


def _yaml(text: str) -> str:
    """Return a text in quotes of YAML, which are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def filled_in(name: str, **context: Any) -> str:
    """Return the text of a template of the folder study with what it takes."""
    environment = jinja2.Environment(  # noqa: S701 (a document, no HTML; labels are escaped by the filter md)
        loader=jinja2.FileSystemLoader(TEMPLATES / "study"),
        undefined=jinja2.StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"md": markdown, "title": _title, "yaml": _yaml}
    return environment.get_template(name).render(context)
