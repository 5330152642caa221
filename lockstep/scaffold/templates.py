"""The templates of a new study's documents; their delimiters differ: {{, {% and {# mean something in a document."""

from __future__ import annotations

import json
from typing import Any

import jinja2

from ..base.escape import markdown
from ..base.resources import TEMPLATES


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
    environment.filters |= {"md": markdown, "yaml": json.dumps}
    return environment.get_template(name).render(context)
