"""What the built-in renderer needs to know for one output format; what only Quarto could do is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from ..base.boundaries import is_hidden_way_out
from ..base.errors import ReportError
from ..qmd.project import EXECUTE, HIGHLIGHTING, Project, config_for, metadata_of
from ..qmd.source import Document, needs_quarto
from ..qmd.yaml_text import as_list
from ..references.bibliography import ABBREVIATIONS, MENDED, refuse_repeated
from .floats import KINDS, Wording

_ONLY_QUARTO: Final = (
    *("shortcodes", "metadata-files", "brand", "params", "knitr", "shift-heading-level-by", "number-depth"),
    *("toc", "lof", "lot", "include-in-header", "include-before-body", "include-after-body", "template-partials"),
    *("from", "reader", "html-table-processing", "fig-cap-location", "tbl-cap-location", "date-format"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one output format needs to know. Paths are absolute; `metadata` are all other keys, as written."""

    target: str
    metadata: Mapping[str, Any]
    execute: Mapping[str, Any]
    wording: Wording
    image_extension: str
    bibliography: tuple[Path, ...] = ()
    csl: Path | None = None
    template: Path | None = None
    reference_doc: Path | None = None


def settings_for(target: str, project: Project, document: Document) -> Settings:
    """Return what the built-in renderer needs to know for one format.

    Raises
    ------
    ReportError
        If a key would change the document in Quarto and cannot here, a file that is named does not exist, or two
        references have one key.
    """
    config = config_for(target, project, document)
    refuse_unfit(config, document)
    _refuse(config, document)
    execute = config.get("execute") or {}
    metadata = metadata_of(config)
    if config.get("number-sections") and target == "typst":
        metadata.setdefault("section-numbering", "1.1.a")
    return Settings(
        target=target,
        metadata=metadata,
        execute={key: value for key, value in {**config, **execute}.items() if key in EXECUTE},
        wording=_wording(config, document),
        image_extension=str(config.get("default-image-extension") or {"docx": "png"}.get(target, "svg")),
        bibliography=tuple(map(Path, as_list(config.get("bibliography")))),
        csl=_optional_file(config, "csl", document),
        template=_optional_file(config, "template", document),
        reference_doc=_reference_doc(config, document),
    )


def refuse_unfit(config: Mapping[str, Any], document: Document) -> None:
    """Refuse settings that are forbidden in both renderers.

    Raises
    ------
    ReportError
        If outputs could be stale or change day by day, a file that is named does not exist or is a link out of the
        study, or two references have one key.
    """
    execute = config.get("execute") or {}
    for key in ("freeze", "cache"):
        if isinstance(execute, dict) and execute.get(key):
            raise ReportError(
                f"{document.at(f'{key}:')}: `{key}` keeps outputs when data change, so that a report could be stale. "
                "Leave it out: what has not changed is not made again anyway."
            )
    if config.get("date") in ("today", "now", "last-modified"):
        raise ReportError(
            f"{document.at('date:')}: `date: {config['date']}` changes the document day by day. Write the date out."
        )
    refuse_repeated([_file(path, document) for path in as_list(config.get("bibliography"))])
    for key in ("csl", "template"):
        _optional_file(config, key, document)
    _reference_doc(config, document)
    reference_filters(config, document)


def reference_filters(config: Mapping[str, Any], document: Document) -> list[Path]:
    """Return the filters of a configuration that are the one of the references, or copies in a study's templates.

    Raises
    ------
    ReportError
        If the file of a filter does not exist, or a copy lacks the abbreviations that it reads.
    """
    found = []
    for name in map(str, as_list(config.get("filters"))):
        if not name.endswith(".lua"):  # one that comes with Quarto or an extension
            continue
        path = _file(name, document)
        if path.name != MENDED.name or path.read_bytes() != MENDED.read_bytes():
            continue
        if not (path.parent / ABBREVIATIONS).is_file():
            raise ReportError(
                f"{document.at('filters:', path.name)}: {path} does not find {ABBREVIATIONS.as_posix()} beside it, the "
                "abbreviations of journals. Copy it too, or leave the filter out: every report has it by itself."
            )
        found.append(path)
    return found


def _refuse(config: Mapping[str, Any], document: Document) -> None:
    """Refuse keys that would change the document in Quarto and cannot here."""
    for key in _ONLY_QUARTO:
        if config.get(key):
            raise needs_quarto(document.at(f"{key}:"), f"documents with `{key}`", "leave the key out")
    if len(reference_filters(config, document)) < len(as_list(config.get("filters"))):
        raise needs_quarto(document.at("filters:"), "documents with `filters`", "leave the key out")
    for key in HIGHLIGHTING:
        if config.get(key) not in (None, False, "none"):
            raise needs_quarto(document.at(f"{key}:"), f"documents with `{key}: {config[key]}`", f"write `{key}: none`")
    execute = config.get("execute") or {}
    if not isinstance(execute, dict):
        raise needs_quarto(document.at("execute:"), f"documents with `execute: {execute}`", "leave it out")
    if config.get("engine") not in (None, "jupyter"):
        raise needs_quarto(document.at("engine:"), f"documents with `engine: {config['engine']}`", "use Python")
    if config.get("abbreviations"):
        raise ReportError(
            f"{document.at('abbreviations:')}: `abbreviations` means another thing to Quarto, which would refuse the "
            "document. Abbreviations that need no explanation are listed under `known-abbreviations`."
        )


def _wording(config: Mapping[str, Any], document: Document) -> Wording:
    """Return the words of captions and references, from ``crossref`` where it has some."""
    crossref = config.get("crossref") or {}
    if not isinstance(crossref, dict):
        where = document.at("crossref:")
        raise ReportError(f"{where}: `crossref` is '{crossref}'; expected keys below it, such as `fig-title: Figure`.")
    titles = {kind: crossref.get(f"{kind}-title", name) for kind, name in KINDS.items()}
    prefixes = {kind: crossref.get(f"{kind}-prefix", name) for kind, name in KINDS.items()}
    known = {f"{kind}-{what}" for kind in KINDS for what in ("title", "prefix")} | {"title-delim"}
    for key in crossref:
        if key not in known:
            raise needs_quarto(document.at(f"{key}:"), f"documents with `crossref: {key}`", "leave the key out")
    return Wording(
        titles=titles,
        prefixes=prefixes,
        delimiter=crossref.get("title-delim", ":"),
        number_sections=bool(config.get("number-sections")),
    )


def _optional_file(config: Mapping[str, Any], key: str, document: Document) -> Path | None:
    if isinstance(config.get(key), list):
        raise ReportError(f"{document.at(f'{key}:')}: `{key}` names several files. Name one.")
    return _file(config[key], document) if config.get(key) else None


def _reference_doc(config: Mapping[str, Any], document: Document) -> Path | None:
    path = _optional_file(config, "reference-doc", document)
    if path is not None:
        try:
            with ZipFile(path) as archive:
                archive.getinfo("word/document.xml")
        except (BadZipFile, KeyError, OSError):
            where = document.at("reference-doc:", path.name)
            raise ReportError(
                f"{where}: {path} is not a Word file. `reference-doc` names a .docx, whose styles the Word file takes."
            ) from None
    return path


def _file(path: str, document: Document) -> Path:
    if not Path(path).is_file():
        what = "is a folder, a pipe or a device, where a file is expected" if Path(path).exists() else "does not exist"
        raise ReportError(f"{document.at(Path(path).name)}: {path} {what}. Mend the name, or add the file.")
    if is_hidden_way_out(Path(path), document.path.parent):
        raise ReportError(
            f"{document.at(Path(path).name)}: {path} is a link that leads out of the study's folder. Put the file "
            "itself there, or name its own path."
        )
    return Path(path)
