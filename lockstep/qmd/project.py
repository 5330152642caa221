"""The _quarto.yml files and the front matter, merged for one output format as Quarto merges them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..base.files import utf8_text
from ..base.resources import HOME, TEMPLATES
from ..journals.active import PROFILES, active_profiles
from .csl import STYLES, bring_style
from .source import Document
from .yaml_text import as_list, read_mapping

PROJECT_FILE: Final = "_quarto.yml"

EXECUTE: Final = ("echo", "include", "output", "eval", "warning", "error")

HIGHLIGHTING: Final = ("highlight-style", "syntax-highlighting")
"""Quarto's two names of one key; the built-in renderer knows its value ``none``."""

# Keys that name files: relative to the file that holds the key.
PATHS: Final = ("bibliography", "csl", "filters", "template", "reference-doc", "font-paths")
_PROGRAM: Final = PurePosixPath("lockstep/templates")
"""What a project names there comes with the program, also where the program is installed elsewhere."""

# Sections of a project's file that are read here, each with its possible content.
_SECTIONS: Final = {"project": "output-dir: build", "profile": "default: draft", "format": "docx: default"}

_NOT_METADATA: Final = (
    *("project", "profile", "format", "execute", "jupyter", "engine", "editor", "crossref", "number-sections"),
    *("citeproc", "default-image-extension", "keep-typ", "keep-md", *HIGHLIGHTING, *PATHS, *EXECUTE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The project of a document.

    `folder` is the one of _quarto.yml, `files` are it and the active profiles', `config` the merged content, its
    paths absolute. `own`: whether it is in the document's folder, where Quarto finds it by itself; `made` are
    the profiles of journals, of which there is no file that Quarto could find.
    """

    folder: Path
    files: tuple[Path, ...]
    config: Mapping[str, Any]
    profiles: tuple[str, ...]
    own: bool
    made: Mapping[str, Any] = field(default_factory=dict)


def read_project(folder: Path, *, fallback: Path = TEMPLATES, profiles: Sequence[str] = ()) -> Project:
    """Read the project of the documents in a folder.

    Parameters
    ----------
    folder : the document's.
    fallback : folder whose _quarto.yml serves where `folder` has none, the program's; the bibliography is the
        document's own then, by the same name, where it has one.
    profiles : names of active profiles, each the name of a journal or of a file _quarto-<name>.yml; of two the first
        wins. Without any, those of QUARTO_PROFILE, else those that _quarto.yml names as default.

    Raises
    ------
    ReportError
        If a file is not valid YAML, says nothing that Quarto understands, or is not there though its profile was asked
        for.
    """
    own = (folder / PROJECT_FILE).exists()
    place = folder if own else fallback
    files = [place / PROJECT_FILE]
    config = _read(files[0])
    wanted = config.pop("profile", {})
    names = list(profiles) or active_profiles() or [str(name) for name in as_list(wanted.get("default"))]
    made: dict[str, Any] = {}
    for name in reversed(names):  # the first gets the last word
        file, said, of_journal = _profile(name, folder, place)
        files.append(file)
        config = merged(config, said)
        made = merged(made, said) if of_journal else made
    if not own:
        bibliography = as_list(config.pop("bibliography", None))
        config["bibliography"] = [str(folder / name) for name in bibliography if (folder / name).is_file()]
    config = _absolute(config, place)
    for csl in (config.get("csl"), *(_for_format(config, name).get("csl") for name in config.get("format", {}))):
        if isinstance(csl, str) and Path(csl).parent == place / STYLES:
            bring_style(Path(csl))
    return Project(folder=place, files=tuple(files), config=config, profiles=tuple(names), own=own, made=made)


def _profile(name: str, folder: Path, place: Path) -> tuple[Path, dict[str, Any], bool]:
    """Return the file of a profile, what it says, its paths absolute, and whether it is that of a journal.

    A study's own file wins over the journal of that name.
    """
    from ..journals.profiles import journals_for  # inside, since most runs know of no profile
    from .journal_profile import journal_profile, own_profile

    for home in dict.fromkeys((folder, place)):
        if (file := own_profile(name, home)) is not None:
            return file, _absolute(_read(file), home), False
    journals = journals_for(folder)
    if name in journals:
        return journals[name], journal_profile(name, folder), True
    files = {path.stem.removeprefix("_quarto-") for home in (folder, place) for path in home.glob("_quarto-*.yml")}
    known = sorted(files | journals.keys())
    raise ReportError(
        f"no profile '{name}': {place / f'_quarto-{name}.yml'} does not exist{nearest(name, known) or '.'} "
        f"Profiles here: {', '.join(known) or 'none'}."
    )


@contextmanager
def profiles_in_environment(project: Project) -> Iterator[None]:
    """Set the variable of active profiles while code runs, as Quarto does; restore it afterwards."""
    before = os.environ.pop(PROFILES, None)
    if project.profiles:
        os.environ[PROFILES] = ",".join(project.profiles)
    try:
        yield
    finally:
        os.environ.pop(PROFILES, None)
        if before is not None:
            os.environ[PROFILES] = before


def config_for(target: str, project: Project, document: Document) -> dict[str, Any]:
    """Merge project and front matter for one format ("docx" or "typst"); paths are absolute.

    Notes
    -----
    As in Quarto: in the project and in the front matter alike, a key under ``format`` takes precedence over one at
    the top; then the front matter wins over the project. Lists are joined, mappings merged.
    """
    own = _absolute(document.front_matter, document.path.parent)
    return merged(_for_format(project.config, target), _for_format(own, target))


def borrowed_config(target: str, project: Project, document: Document) -> dict[str, Any]:
    """Return the settings to pass to Quarto for a document whose project it does not find: in another folder.

    Passed like this, a key takes precedence over the front matter; so each has the value after the front matter's.
    """
    front_matter = document.front_matter
    names = set(_for_format(project.config, target)) - {"project", "jupyter"}
    names -= {"bibliography"} if "bibliography" in front_matter else set()  # else each is named twice
    config = config_for(target, project, document)
    config["filters"] = _for_format(project.config, target).get("filters")  # for the same reason
    passed = {key: config[key] for key in sorted(names)}
    return {"jupyter": config.get("jupyter", "python3"), "format": {target: passed}}


def journals_config(target: str, project: Project, document: Document) -> dict[str, Any]:
    """Return the settings to pass to Quarto for a project whose journals' profiles it does not find."""
    names = _for_format(project.made, target)
    config = config_for(target, project, document)
    return {"format": {target: {key: config[key] for key in sorted(names)}}} if names else {}


def metadata_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that describe the document and its look, not the making of it."""
    return {key: value for key, value in config.items() if key not in _NOT_METADATA}


def files_named(config: Mapping[str, Any]) -> list[Path]:
    """Return the files that a configuration names: bibliography, citation style, filters, templates."""
    return [Path(name) for key in PATHS for name in as_list(config.get(key)) if isinstance(name, str)]


def bibliography_of(config: Mapping[str, Any]) -> list[Path]:
    """Return the files of references that a configuration names and that are there."""
    return [path for name in as_list(config.get("bibliography")) if (path := Path(str(name))).is_file()]


def merged(base: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return two configurations as one: mappings merged, lists joined without repeats, else the other wins."""
    new = dict(base)
    for key, value in other.items():
        old = new.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            new[key] = merged(old, value)
        elif (isinstance(old, list) or isinstance(value, list)) and old and value:
            joined = [*as_list(old), *as_list(value)]
            new[key] = list({json.dumps(item, sort_keys=True): item for item in joined}.values())
        elif isinstance(old, list) and not value:
            continue
        else:
            new[key] = value
    return new


def _for_format(config: Mapping[str, Any], target: str) -> dict[str, Any]:
    formats = config.get("format")
    own = formats.get(target) if isinstance(formats, dict) else None
    common = {key: value for key, value in config.items() if key != "format"}
    return merged(common, own if isinstance(own, dict) else {})


def _absolute(config: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return a configuration with its paths absolute, those under ``format`` as well."""

    def absolute(key: str, value: Any) -> Any:
        if isinstance(value, list):
            return [absolute(key, item) for item in value]
        if key == "filters" and not (isinstance(value, str) and value.endswith(".lua")):
            return value  # one that comes with Quarto or an extension
        return str(of_program(str(value), folder) or folder / str(value))

    new = {key: absolute(key, value) if key in PATHS and value else value for key, value in config.items()}
    formats = new.get("format")
    if isinstance(formats, dict):
        new["format"] = {key: _absolute(own, folder) if isinstance(own, dict) else own for key, own in formats.items()}
    return new


def _read(path: Path) -> dict[str, Any]:
    """Return what a project's file says; of sections, only those that say something."""
    said = read_mapping(utf8_text(path, needed="it holds the formats of the documents"), name=path.name)
    if isinstance(said.get("format"), str):  # `format: docx`, in short
        said["format"] = {said["format"]: "default"}
    for section, example in _SECTIONS.items():
        if said.get(section) is None:
            said.pop(section, None)
        elif not isinstance(said[section], dict):
            raise ReportError(
                f"{path.name}: `{section}` is '{said[section]}'; expected keys below it, such as `{example}`."
            )
    return said


def of_program(name: str, folder: Path) -> Path | None:
    """Return the program's file that a study means by ``lockstep/templates/...``, None where it has its own there."""
    ours = PurePosixPath(name)
    return HOME / ours if ours.is_relative_to(_PROGRAM) and not (folder / name).exists() else None
