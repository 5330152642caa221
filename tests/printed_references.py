"""Every entry type in every style as it prints.

``PYTHONPATH=. .venv/bin/python tests/printed_references.py`` writes tests/references/printed.txt anew; read the diff.
"""

from __future__ import annotations

from pathlib import Path

from lockstep.base.resources import TEMPLATES
from lockstep.references.bibliography import MENDED, reference_keys
from lockstep.render import pandoc

HERE = Path(__file__).parent / "references"
ENTRIES = HERE / "entry_types.bib"
PRINTED = HERE / "printed.txt"
STYLES = TEMPLATES / "csl"


def styles() -> list[str]:
    """Return the names of the styles that the project has."""
    return sorted(path.stem for path in STYLES.glob("*.csl"))


def printed(style: str, entries: Path = ENTRIES) -> dict[str, str]:
    """Return each reference of a file as a style prints it, without its number, by key."""
    arguments = ["--lua-filter", str(MENDED), "--citeproc", f"--bibliography={entries}", "--to=plain", "--wrap=none"]
    arguments.append(f"--csl={STYLES / style}.csl")
    text, warnings = pandoc.pandoc(arguments, '---\nnocite: "@*"\n---\n', folder=HERE)
    assert not warnings
    lines = [line.split(" ", 1)[1].strip() for line in text.splitlines() if line.strip()]
    return dict(zip(reference_keys([entries]), lines, strict=True))


def table() -> str:
    """Return all entries in all styles, a line each below the entry's key."""
    columns = {style: printed(style) for style in styles()}
    rows = []
    for key in reference_keys([ENTRIES]):
        rows.append(f"{key}\n" + "".join(f"  {style}: {columns[style][key]}\n" for style in columns))
    return "\n".join(rows)


if __name__ == "__main__":
    PRINTED.write_text(table(), encoding="utf-8")
