"""A study laid out for a journal in a folder of its own, where the ordinary build makes the draft's documents."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ..anonymisation.document import Removed, anonymised_front_matter, anonymised_source
from ..anonymisation.files import (
    anonymised_bibliography,
    anonymised_pictures,
    anonymised_study,
    new_keys,
    read_bibliographies,
)
from ..anonymisation.identity import identifying_words
from ..anonymisation.registrations import registrations
from ..base.errors import StudyError
from ..base.files import utf8_text, write_whole
from ..base.resources import TEMPLATES
from ..base.stamp import stamp_of
from ..base.wording import dotted
from ..figures.illustrations import FOLDER as FIGURES
from ..journals.file import Journal
from ..qmd.csl import STYLES
from ..qmd.front_matter import DOCUMENT, split_front_matter, with_front_matter
from ..qmd.journal_profile import journal_profile, own_profile
from ..qmd.project import PATHS, PROJECT_FILE, merged, of_program
from ..qmd.source import read_front_matter
from ..qmd.yaml_text import as_list, read_mapping, write_mapping
from ..references.own_references import people_of
from ..render.result import FORMATS
from ..results.copies import bring, copy_files
from ..results.json_file import PRIVATE
from ..results.source import RESULTS_FILE
from ..results.verdicts import AUDIT_FILE
from ..study.definition import read_study
from ..syntax.sections import STUDY_FILE
from .placement import Placement, placement_of, rearranged

REMOVED: Final = "build/removed.txt"
"""The file of an anonymised workspace that lists what was removed from its text word by word."""

LOOK: Final = ("look", "figures", "linestretch", "line-numbers", "fontsize", "attach-results")
"""What a draft decides of the look of its documents: neither report.qmd nor a profile has a say in it."""

_FORMATS: Final = "it holds the formats of the documents"


def make_workspace(folder: Path, journal: Journal, place: Path, *, anonymised: bool = False) -> Path:
    """Lay a study out as a journal wants its manuscript; return the folder to build in.

    ``build(place, profiles=(journal.name,), ...)`` makes the documents there, with either renderer.

    Parameters
    ----------
    folder : the study's; nothing in it is written.
    place : the folder to make; what was built there before is kept, for what is unchanged in it.
    anonymised : whether authors, and all that identifies them, are left out.

    Raises
    ------
    LockstepError
        If report.qmd or a _quarto file is missing or not valid, or the data are found from the study's folder only.

    Notes
    -----
    Results, audit and figures are brought along, so that only what is not current is made again. The journal's rules
    decide on line spacing, line numbers and the places of floats, whatever ``_quarto-<journal>.yml`` says of them. An
    anonymised one has a list of what was removed word by word, ``build/removed.txt``; where a label of study.toml
    identifies the authors, it is another one there, and the analysis runs once more.
    """
    folder, place = folder.resolve(), place.resolve()
    for key, file in read_study(folder).data_files.items():
        if ".." in PurePosixPath(file).parts:
            raise StudyError(
                f"study.toml: {dotted(key)} is '{file}'; a draft is made in another folder, where it is not found. "
                "Put the data in the study's folder, or name their whole path."
            )
    source = _read(folder, journal, place)
    text, project, profile = source.text, source.project, source.profile
    placement = placement_of(journal)
    profile_name = _profile_name(journal)
    written: dict[str, str] = {}
    removed: tuple[Removed, ...] = ()
    if anonymised:
        texts, words = source.references, source.words
        keys = new_keys(texts, words)
        people = people_of(source.authors)
        written = {name: anonymised_bibliography(content, people, keys) for name, content in texts.items()}
        written[STUDY_FILE] = anonymised_study(source.study, words)
        copy = anonymised_source(text, words, renamed=keys)
        text, removed = copy.text, copy.removed
        project, profile = anonymised_front_matter(project, words), anonymised_front_matter(profile, words)
    text = with_front_matter(text, _without_look)
    text = rearranged(text, placement, bibliography=bool(source.cited), profile=journal.name)
    written |= {PROJECT_FILE: write_mapping(project)}
    written |= {profile_name: write_mapping(merged(profile, look_of(journal, placement, anonymised=anonymised)))}
    bring(folder, place, but=[Path(name) for name in (DOCUMENT, *written)])
    _bring_built(folder, place, journal)
    if anonymised:
        text = anonymised_pictures(text, folder, place)
        written[REMOVED] = "".join(f"{DOCUMENT}:{item.line}: {item.what}\n" for item in removed)
    (place / REMOVED).parent.mkdir(exist_ok=True)
    for name, content in {DOCUMENT: text, **written}.items():
        (place / name).write_text(content, encoding="utf-8")
    return place


def study_identifying_words(folder: Path, journal: Journal) -> tuple[str, ...]:
    """Return the words of a study that would identify its authors; see `identifying_words`.

    Raises
    ------
    LockstepError
        If report.qmd, a _quarto file or a list of references is missing or not valid.
    """
    return _read(folder.resolve(), journal, folder.resolve()).words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """What a workspace is made from: text, project and profile, the lists of references that they name, study."""

    text: str
    project: dict[str, Any]
    profile: dict[str, Any]
    authors: Mapping[str, Any]
    cited: tuple[str, ...]
    references: Mapping[str, str]
    study: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words that identify the authors."""
        words = identifying_words(self.authors, "\n".join(self.references.values()), text=self.text)
        return tuple(dict.fromkeys((*words, *registrations(self.study))))


def _read(folder: Path, journal: Journal, place: Path) -> _Source:
    """Read the sources of a study; paths in project and profile are as seen from a place."""
    text = "\n".join(read_front_matter(folder / DOCUMENT).lines)
    project = _without_look(_project(folder, place))
    profile = _without_look(_profile(folder, place, journal))
    front, _, _ = split_front_matter(text)
    cited = _bibliographies(project, profile, front)
    return _Source(
        text=text,
        project=project,
        profile=profile,
        authors=merged(project, front),  # authors may be named in either
        cited=tuple(cited),
        references=read_bibliographies(folder, cited),
        study=(folder / STUDY_FILE).read_text(encoding="utf-8"),
    )


def _profile_name(journal: Journal) -> str:
    return f"_quarto-{journal.name}.yml"


def _bibliographies(*configs: Mapping[str, Any]) -> list[str]:
    """Return the files of references that are named anywhere, for one format as well."""
    names = []
    for config in configs:
        formats = config.get("format")
        own = [one for one in formats.values() if isinstance(one, dict)] if isinstance(formats, dict) else []
        names += [str(name) for one in (config, *own) for name in as_list(one.get("bibliography"))]
    return list(dict.fromkeys(names))


def look_of(journal: Journal, placement: Placement, *, anonymised: bool = False) -> dict[str, Any]:
    """Return the settings of the documents' look, for both formats.

    Where the journal has no rule: double spacing, continuous line numbers, 12 points.
    """
    look: dict[str, Any] = {
        "look": "manuscript",
        "fontsize": "12pt",
        "linestretch": journal.value("line_spacing", 2),
        "line-numbers": journal.value("line_numbers", "continuous") == "continuous",
    }
    if not placement.pictures:
        look["figures"] = "legends"
    if anonymised:
        look["attach-results"] = False
    return {"format": {target: dict(look) for target in FORMATS}}


def _without_look(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration or front matter without what a draft decides itself, in formats as well."""
    kept = {key: value for key, value in config.items() if key not in LOOK}
    if isinstance(formats := kept.get("format"), dict):
        kept["format"] = {name: _without_look(own) if isinstance(own, dict) else own for name, own in formats.items()}
    return kept


def _project(folder: Path, place: Path) -> dict[str, Any]:
    """Return the study's project, or the program's with its paths as seen from the workspace; no hook runs there."""
    own = (folder / PROJECT_FILE).is_file()
    home = folder if own else TEMPLATES
    project = read_mapping(utf8_text(home / PROJECT_FILE, needed=_FORMATS), name=PROJECT_FILE)
    settings = project.get("project")
    if isinstance(settings, dict):
        project["project"] = {key: value for key, value in settings.items() if key in ("type", "render")}
    if own:
        return _seen_from(place, project, lambda name: of_program(name, folder))
    bibliography = [name for name in as_list(project.pop("bibliography", None)) if (folder / name).is_file()]
    return _seen_from(place, project, _in_templates) | ({"bibliography": bibliography} if bibliography else {})


def _in_templates(name: str) -> Path | None:
    """Return the file that the program's own project names; a style by name is put where the project is."""
    return None if Path(name).parent == STYLES else TEMPLATES / name


def _seen_from(place: Path, config: Mapping[str, Any], elsewhere: Callable[[str], Path | None]) -> dict[str, Any]:
    """Return a configuration with the paths of files as seen from a folder, those that are `elsewhere` than it says."""

    def seen(value: Any) -> Any:
        if isinstance(value, list):
            return [seen(item) for item in value]
        path = elsewhere(str(value))
        return value if path is None else os.path.relpath(path, place)

    new = {key: seen(value) if key in PATHS and value else value for key, value in config.items()}
    if isinstance(formats := new.get("format"), dict):
        new["format"] = {
            name: _seen_from(place, one, elsewhere) if isinstance(one, dict) else one for name, one in formats.items()
        }
    return new


def _profile(folder: Path, place: Path, journal: Journal) -> dict[str, Any]:
    """Return what a journal's profile says: the file that the study has for it, else what its rules make of it."""
    if (own := own_profile(journal.name, folder)) is not None:
        return read_mapping(utf8_text(own, needed=_FORMATS), name=own.name)
    return _seen_from(place, journal_profile(journal.name, folder), Path)


def _bring_built(folder: Path, place: Path, journal: Journal) -> None:
    """Bring results, audit and the journal's figures; each is used only where it is current, by content."""
    for file in (RESULTS_FILE, stamp_of(RESULTS_FILE), AUDIT_FILE, stamp_of(AUDIT_FILE)):
        if (folder / file).is_file():
            write_whole(place / file, (folder / file).read_bytes(), mode=PRIVATE)
    for drawn in (FIGURES / journal.name, FIGURES / ".matplotlib"):
        if (folder / drawn).is_dir():
            copy_files(folder / drawn, place / drawn)
