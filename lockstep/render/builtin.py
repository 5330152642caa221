"""The built-in renderer: a Quarto document to Word and Typst by Python and pandoc alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from ..base.errors import ReportError, nearest
from ..qmd.project import Project, profiles_in_environment
from ..qmd.source import Document, read_qmd
from ..references.bibliography import MENDED, reference_keys
from . import pandoc
from .cells import run_cells
from .crossref import cross_reference
from .front_matter import normalised, plain_metadata
from .pictures import picture_files, resolve_pictures
from .result import FORMATS, RenderResult
from .settings import Settings, settings_for
from .subset import refuse_unsupported, resolve_conditions, tables_of, without_comments
from .tree import Node, citation_keys, rewrite, walk

_HTML_TABLE: Final = re.compile(r"<table[\s>]", re.IGNORECASE)
_HEADER_CELL: Final = re.compile(r"<(/?)th(?=[\s>])", re.IGNORECASE)
_BOUNDARY: Final = "lockstep-boundary-between-tables"
_NOT_FOUND: Final = re.compile(r"Citeproc: citation (\S+) not found")


def render(path: Path, project: Project, folder: Path) -> RenderResult:
    """Render a document into a folder.

    Raises
    ------
    ReportError
        If code fails or the document holds what the built-in renderer does not know; names the line.
    """
    document = read_qmd(path)
    settings = [settings_for(target, project, document) for target in FORMATS]
    if settings[0].execute != settings[1].execute:
        raise ReportError(f"{document.at('execute:')}: `execute` options per format need Quarto; set them for both.")
    with profiles_in_environment(project):
        ran = run_cells(document, settings[0].execute)
    tree = read_tree(ran.markdown, settings, document)
    outputs = [folder / f"{path.stem}.docx", folder / f"{path.stem}.typ"]
    with ThreadPoolExecutor(len(FORMATS)) as pool:
        written = list(
            pool.map(lambda setting, out: write_format(tree, setting, out, project, document), settings, outputs)
        )
    return RenderResult(
        docx=outputs[0],
        typst=outputs[1],
        metadata=plain_metadata(tree["meta"]["docx"]),
        alt_texts={},
        inputs=ran.files_read.union(*(files for files, _ in written)),
        warnings=tuple(dict.fromkeys(warning for _, warnings in written for warning in warnings)),
    )


def read_tree(markdown: str, settings: Sequence[Settings], document: Document) -> Node:
    """Return the tree of the whole document, its metadata by format, the HTML tables of its cells read as tables."""
    metadata = {setting.target: normalised(setting.metadata, at=document.at) for setting in settings}
    tree = pandoc.read_markdown(markdown, metadata, folder=document.path.parent)
    html = [node["c"][1] for node in walk(tree["blocks"]) if _is_html_table(node)]
    if html:
        tables = iter(_read_tables(html, document))
        tree = rewrite(tree, lambda node: next(tables) if _is_html_table(node) else node)
    refuse_unsupported(tree, document)
    return without_comments(tree)


def _is_html_table(node: Node) -> bool:
    return node["t"] == "RawBlock" and node["c"][0] == "html" and _HTML_TABLE.search(node["c"][1]) is not None


def _read_tables(html: Sequence[str], document: Document) -> list[list[Node]]:
    """Return the tables of each piece of HTML, all read by one run of pandoc."""
    # As in Quarto, header cells are those of <thead>: pandoc would make columns of headers from <th> in a row.
    pieces = [_HEADER_CELL.sub(r"<\1td", piece) for piece in html]
    blocks = pandoc.read_html(f"<p>{_BOUNDARY}</p>".join(pieces), folder=document.path.parent)
    groups: list[list[Node]] = [[]]
    for block in blocks:
        if block == {"t": "Para", "c": [{"t": "Str", "c": _BOUNDARY}]}:
            groups.append([])
        else:
            groups[-1].append(block)
    if len(groups) != len(html):
        raise ReportError(f"{document.name}: a cell gives HTML that is not well formed. Close all its elements.")
    return [tables_of(group, document.name) for group in groups]


def write_format(
    tree: Node,
    settings: Settings,
    output: Path,
    project: Project,
    document: Document,
    *,
    extra: Sequence[str] = (),
) -> tuple[set[Path], list[str]]:
    """Write one format, with `extra` arguments for pandoc; return its image files and pandoc's warnings.

    Raises
    ------
    ReportError
        If the document cites without a bibliography, or has a float or reference that cannot be shown.
    """
    tree = {**tree, "meta": tree["meta"][settings.target]["c"]}
    tree = resolve_conditions(tree, settings.target, project.profiles, document)
    tree = cross_reference(tree, target=settings.target, wording=settings.wording, document=document)
    files = picture_files(tree, extension=settings.image_extension, document=document)
    tree = resolve_pictures(tree, target=settings.target, extension=settings.image_extension, document=document)
    if not settings.bibliography and (keys := citation_keys(tree)):
        raise ReportError(
            f"{document.at(*(f'@{key}' for key in keys))}: cites '{keys[0]}', but the document has no bibliography. "
            "Name a .bib file under `bibliography:`, or write \\@ for a plain @."
        )
    arguments = ["--to", settings.target, "--standalone", "--wrap=none", "--syntax-highlighting=none", *extra]
    if settings.bibliography:
        arguments += [
            f"--lua-filter={MENDED}",
            "--citeproc",
            *(f"--bibliography={path}" for path in settings.bibliography),
        ]
        arguments += [f"--csl={settings.csl}"] if settings.csl else []
    if settings.target == "docx" and settings.reference_doc:
        arguments.append(f"--reference-doc={settings.reference_doc}")
    if settings.target == "typst":
        arguments += [f"--template={settings.template}"] if settings.template else []
        if not any(node["t"] == "Header" and node["c"][0] == 1 for node in walk(tree["blocks"])):
            arguments.append("--shift-heading-level-by=-1")  # as Quarto does for PDFs
    warnings = pandoc.write(tree, arguments, output, folder=document.path.parent)
    for warning in warnings:
        if missing := _NOT_FOUND.search(warning):
            key, keys = missing[1], reference_keys(settings.bibliography)
            names = ", ".join(path.name for path in settings.bibliography)
            hint = nearest(key, keys) or "."
            raise ReportError(f"{document.at(f'@{key}')}: no reference '{key}' in {names}{hint} Mend or add it.")
    return files, warnings
