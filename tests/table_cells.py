"""How tests read a printed table."""

from __future__ import annotations

import lxml.html

from lockstep.text.style import NBSP


def cells(markdown: str) -> list[list[str]]:
    """Return the cells of the HTML table in a source, row by row, in plain text."""
    html = markdown.split("```{=html}")[1].split("```")[0]
    table = lxml.html.fromstring(html)
    return [[cell.text_content().replace(NBSP, " ") for cell in row.xpath("./td|./th")] for row in table.xpath(".//tr")]
