"""A journal as a profile of Quarto: made from the journal's file, unless the study has a file of its own for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ..base.errors import ReportError
from ..base.files import write_whole
from ..journals.profiles import quarto_profile, read_journal
from .csl import STYLES, bring_style, shipped_style
from .yaml_text import write_mapping

_MADE: Final = "# Made by `lockstep profile "
"""How a file begins that `write_profile` wrote; the journal's file says it too, and of today."""


def own_profile(name: str, folder: Path) -> Path | None:
    """Return the file that somebody wrote for a profile in a folder, None where there is none."""
    path = folder / f"_quarto-{name}.yml"
    return path if path.is_file() and not _is_made(path) else None


def journal_profile(name: str, folder: Path) -> dict[str, Any]:
    """Return the settings for Quarto of a journal; the path of its citation style is absolute.

    Parameters
    ----------
    folder : the study's, which may have journals of its own, and styles.

    Raises
    ------
    ReportError
        If there is no such journal, its file is not valid, or there is no style of the name that it gives.
    """
    profile = quarto_profile(read_journal(name, folder))
    if style := profile.get("csl"):
        profile["csl"] = str(_style(style, folder))
    return profile


def write_profile(name: str, folder: Path) -> Path:
    """Write ``_quarto-<name>.yml`` for renders by hand; its citation style is put into ``build/csl``.

    Raises
    ------
    ReportError
        If the journal is not known or valid, or somebody wrote the file.
    """
    journal = read_journal(name, folder)
    path = folder / f"_quarto-{name}.yml"
    if own_profile(name, folder) is not None:
        raise ReportError(f"{path.name}: somebody wrote this file, and it stays. Move it away to have it made.")
    profile = quarto_profile(journal)
    style = str(profile.get("csl", ""))
    if style and not style.endswith(".csl"):
        profile["csl"] = (STYLES / f"{style}.csl").as_posix()
        bring_style(folder / profile["csl"])
    head = f"{_MADE}{name}`: {journal.title} for Quarto. When the journal's file changes, make it again.\n"
    write_whole(path, f"{head}{write_mapping(profile)}".encode())
    return path


def _style(style: str, folder: Path) -> Path:
    """Return the file of a citation style: one of the study's by its path, else by its name."""
    if style.endswith(".csl"):
        return folder / style
    if (shipped := shipped_style(style)) is not None:
        return shipped
    bring_style(brought := folder / STYLES / f"{style}.csl")
    return brought


def _is_made(path: Path) -> bool:
    with path.open("rb") as file:
        return file.readline().startswith(_MADE.encode())
