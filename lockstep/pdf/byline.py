"""Authors and affiliations of a Typst document, the same whichever renderer wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ..base.escape import typst_string
from ..references.authors import ADDRESS, Byline

_BYLINE: Final = re.compile(r"(?<=// byline)([^\n]*\n).*?(?=\n *// end of byline)", re.DOTALL)


def with_byline(source: str, people: Byline) -> str:
    """Return a Typst document in which these people are the authors.

    Where the template has no place for them (a line ``// byline``, another ``// end of byline``), nothing changes.

    Notes
    -----
    Quarto reads names in its own way: the family name of "Max Planck, PhD" is "PhD" there. So what is printed above
    the text is written anew, as in the Word file.
    """
    if not people.authors:
        return source
    affiliations = (
        f"(number: {typst_string(str(item.number))}, "
        f"parts: {_list(item.parts[key] for key in ADDRESS if key in item.parts)})"
        for item in people.affiliations
    )
    authors = (
        f"(name: {typst_string(author.name)}, family: {typst_string(author.parts.short or author.name)}, "
        f"degrees: {_list(author.degrees)}, affiliations: {_list(map(str, author.affiliations))}, "
        f"corresponding: {_flag(author.corresponding)}, equal: {_flag(author.equal_contributor)}, "
        f"deceased: {_flag(author.deceased)}, email: {typst_string(author.email or '')}, "
        f"orcid: {typst_string(author.orcid or '')})"
        for author in people.authors
    )
    written = f"  affiliations: ({''.join(f'{item}, ' for item in affiliations)}),\n"
    written += "  authors: (" + "".join(f"\n    {author}," for author in authors) + "\n  ),"
    return _BYLINE.sub(lambda met: met[1] + written, source, count=1)


def _list(texts: Iterable[str]) -> str:
    return f"({''.join(f'{typst_string(text)}, ' for text in texts)})"


def _flag(value: bool) -> str:
    return "true" if value else "false"
