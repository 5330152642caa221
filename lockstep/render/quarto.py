"""The Quarto program, where it is installed: finding it, running it, reading its log."""

from __future__ import annotations

import filecmp
import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ..base.errors import ReportError, nearest
from ..base.invocation import called, option
from ..base.resources import HOME, PACKAGE
from ..journals.active import PROFILES
from ..qmd.project import Project, bibliography_of, borrowed_config, config_for, journals_config, metadata_of
from ..qmd.reads import NOTED, noted_reads
from ..qmd.source import Document, read_front_matter
from ..references.authors import byline
from ..references.bibliography import MENDED, reference_keys
from . import pandoc
from .front_matter import normalised, plain_metadata
from .result import FORMATS, RenderResult
from .settings import reference_filters, refuse_unfit
from .subset import refuse_html_in_metadata

OLDEST: Final = (1, 4)
FINISHED_BY_US: Final = "LOCKSTEP_FINISHES"  # set for the post-render hook: `make report` does its work

_ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")
_LOCKSTEP_ERROR: Final = re.compile(r"(?:Results|Report)Error\b")
_ERROR: Final = re.compile(r"^(?:ERROR|error|Error|[A-Za-z]+Error|[A-Za-z]+Exception)\b.*:")
_NOISE: Final = re.compile(r"^(WARN|Stack trace|\[IPKernelApp\])")
_CELL: Final = "An error occurred while executing the following cell:"
_INVALID: Final = re.compile(
    r"^(?:ERROR: )?In file (?P<file>.+)\n\(line (?P<line>\d+), column [^)]*\) (?P<what>(?:(?!\d+: ).*\n)+)",
    re.MULTILINE,
)
_MOST_LINES: Final = 20  # of what Quarto says
_NO_LABEL: Final = re.compile(r"Unable to resolve crossref @(\S+)")
_NO_CITATION: Final = re.compile(r"Citeproc: citation (\S+) not found")
_TYPST_IMAGE: Final = re.compile(r'image\("((?:[^"\\]|\\.)*)", alt: "((?:[^"\\]|\\.)*)"')

# Tables that Quarto has read from HTML: it has each entity escaped once more, and "<" would print as "&lt;".
_TYPST_TABLE: Final = re.compile(r"^#table\(\n.*?^\)", re.MULTILINE | re.DOTALL)
_ENTITY: Final = re.compile(r"&(?:[A-Za-z]+|\\#[xX]?[0-9A-Fa-f]+);")
_TYPST_SPECIAL: Final = re.compile(r"""[\\*_`$#@<>~"'\[\]]""")


def find_quarto() -> Path | None:
    """Return the Quarto program: QUARTO_PATH (program or folder), else PATH, else beside this Python.

    Raises
    ------
    ReportError
        If QUARTO_PATH is set and leads to nothing.
    """
    given = os.environ.get("QUARTO_PATH")
    if given:
        for path in (Path(given), Path(given) / "quarto", Path(given) / "bin" / "quarto"):
            if path.is_file():
                return path.resolve()
        raise ReportError(f"QUARTO_PATH is '{given}', where there is no quarto. Mend or unset it.")
    found = shutil.which("quarto") or shutil.which("quarto", path=str(Path(sys.executable).parent))
    return Path(found) if found else None


def check_version(quarto: Path) -> str:
    """Return Quarto's version.

    Raises
    ------
    ReportError
        If it is too old or does not run; says what to use instead.
    """
    run = subprocess.run([quarto, "--version"], capture_output=True, text=True, check=False)
    version = run.stdout.strip()
    numbers = re.match(r"(\d+)\.(\d+)", version)
    if run.returncode != 0 or numbers is None:
        said = (run.stderr or run.stdout).strip().split("\n")[0]
        raise ReportError(f"{quarto} does not run ({said}). Mend the installation, or use {_instead()}.")
    if (int(numbers[1]), int(numbers[2])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise ReportError(f"{quarto} is version {version}; {oldest} or newer is needed. Use it, or {_instead()}.")
    return version


def _instead() -> str:
    return option("renderer", "builtin")


def render(path: Path, project: Project, folder: Path, *, quarto: Path) -> RenderResult:
    """Render a document into a folder with Quarto.

    Raises
    ------
    ReportError
        If Quarto fails, or leaves a reference unresolved; with the lines of its log that say why.
    """
    check_version(quarto)
    document = read_front_matter(path)
    for target in FORMATS:
        refuse_unfit(config_for(target, project, document), document)
    byline(metadata_of(config_for("docx", project, document)), at=document.at)  # before Quarto takes its time
    kept = path.with_suffix(".typ")
    drafts = {"docx": folder / f"{path.stem}.docx", "typst": folder / f"{path.stem}.typ"}
    reads = folder / "reads.txt"
    environment = _environment(project, reads)
    with _without_leftovers(path, own=project.own), _with_program(project, path):
        for target in FORMATS:
            _run(path, target, project, document, folder, quarto=quarto, environment=environment)
        if not kept.is_file():
            raise ReportError(f"Quarto left no {kept.name}; set `keep-typ: true` under `typst:` in _quarto.yml.")
        shutil.move(kept, drafts["typst"])
    draft = draft_of(drafts["docx"], drafts["typst"], project, document)
    return replace(draft, inputs=draft.inputs | noted_reads(reads, path.parent))


def draft_of(docx: Path, typst: Path | None, project: Project, document: Document) -> RenderResult:
    """Return what Quarto has made as a draft, with all that the finishing step needs to know.

    The descriptions of figures are in the Typst file alone. It is None where none was made together with the Word file:
    one of another day may hold other numbers. Entities that its tables print literally are mended in it.
    """
    text = ""
    if typst is not None and typst.is_file():
        text = with_characters(typst.read_text(encoding="utf-8"))
        typst.write_text(text, encoding="utf-8")
    images = {_unquoted(source): _unquoted(alt) for source, alt in _TYPST_IMAGE.findall(text)}
    here = document.path.parent
    metadata = normalised(metadata_of(config_for("docx", project, document)), at=document.at)
    read = pandoc.read_markdown("", metadata, folder=here)["meta"]
    refuse_html_in_metadata(read, document)
    return RenderResult(
        docx=docx,
        typst=typst or docx.with_suffix(".typ"),
        metadata=plain_metadata(read),
        alt_texts={Path(source).stem: alt for source, alt in images.items()},
        inputs=frozenset(here / source for source in images if (here / source).is_file()),
        warnings=(),
    )


def with_characters(typst: str) -> str:
    """Return Quarto's Typst document with characters in its tables in place of "&lt;" and other entities."""

    def character(entity: re.Match[str]) -> str:
        return _TYPST_SPECIAL.sub(r"\\\g<0>", html.unescape(entity[0].replace("\\", "")))

    return _TYPST_TABLE.sub(lambda table: _ENTITY.sub(character, table[0]), typst)


def remove_copies(folder: Path, built: Path) -> None:
    """Remove the pictures that Quarto has copied from the output folder into that folder: build/build/figures.

    It brings the pictures of a document to its outputs by their paths in the project, which lead there already. What is
    no copy stays.
    """
    if built == folder or not built.is_relative_to(folder):
        return
    copies = built / built.relative_to(folder)
    if not copies.is_dir():
        return
    for copy in sorted(copies.rglob("*"), reverse=True):  # files before the folder that holds them
        original = built / copy.relative_to(copies)
        if copy.is_file() and original.is_file() and filecmp.cmp(copy, original, shallow=False):
            copy.unlink()
        elif copy.is_dir() and not any(copy.iterdir()):
            copy.rmdir()
    if not any(copies.iterdir()):
        copies.rmdir()


def _run(
    path: Path,
    target: str,
    project: Project,
    document: Document,
    folder: Path,
    *,
    quarto: Path,
    environment: Mapping[str, str],
) -> None:
    """Run Quarto for one format; its output lands in `folder`."""
    output = path.with_name(f".{folder.name}").with_suffix(".docx" if target == "docx" else ".pdf")
    # Without the kernel that Quarto keeps running in some editors: it holds modules as they were when first imported.
    arguments = [str(quarto), "render", path.name, "--to", target, "--no-execute-daemon"]
    settings: dict[str, Any] = {}
    if project.own:
        arguments += ["--output-dir", str(folder)]
        settings = journals_config(target, project, document)
        if not reference_filters(config_for(target, project, document), document):
            settings |= {"filters": [str(MENDED)]}
    else:
        settings = borrowed_config(target, project, document)
        arguments += ["--output", output.name]
    if settings:
        configuration = folder / "quarto.yml"
        configuration.write_text(json.dumps(settings), encoding="utf-8")
        arguments += ["--metadata-file", str(configuration)]
    run = subprocess.run(arguments, cwd=path.parent, env=environment, capture_output=True, text=True, check=False)
    log = _ANSI.sub("", f"{run.stdout}\n{run.stderr}")
    if run.returncode != 0:
        raise ReportError(_why(log, document, target))
    _refuse_unresolved(log, document, bibliography_of(config_for(target, project, document)))
    if output.is_file():
        shutil.move(output, folder / f"{path.stem}{output.suffix}")


def _environment(project: Project, reads: Path) -> dict[str, str]:
    """Return the environment for Quarto: cells run in this Python, find our packages, and note what they read."""
    search = [str(HOME), *filter(None, [os.environ.get("PYTHONPATH")])]
    added = {
        "QUARTO_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(search),
        FINISHED_BY_US: "1",
        NOTED: str(reads),
    }
    if project.profiles:
        added[PROFILES] = ",".join(project.profiles)
    return {**os.environ, **added}


@contextmanager
def _without_leftovers(path: Path, *, own: bool) -> Iterator[None]:
    """Remove what Quarto leaves beside a document: the kept .typ and, when it fails, half-made outputs.

    Where the document has no project of its own, Quarto's folder of caches is removed as well.
    """
    names = [path.with_name(f"{path.stem}{end}") for end in (".typ", ".docx", ".pdf", ".quarto_ipynb", "_files")]
    if not own:
        names.append(path.with_name(".quarto"))
    before = {name for name in names if name.exists()}
    try:
        yield
    finally:
        for name in names:
            if name not in before and name.is_dir():
                shutil.rmtree(name)
            elif name not in before:
                name.unlink(missing_ok=True)


@contextmanager
def _with_program(project: Project, path: Path) -> Iterator[None]:
    """Let Quarto find what a project or document calls ``lockstep/...`` in a folder that does not hold the program."""
    named = b"\n".join(file.read_bytes() for file in {*project.files, path})
    home = path.parent / PACKAGE.name
    links = [home / name for name in ("templates", "runs") if f"{home.name}/{name}/".encode() in named]
    made = [link for link in links if not link.exists()]
    for link in made:
        link.parent.mkdir(exist_ok=True)
        link.symlink_to(PACKAGE / link.name, target_is_directory=True)
    try:
        yield
    finally:
        for link in made:
            link.unlink(missing_ok=True)
        if made:
            with suppress(OSError):  # where there is something else in it
                home.rmdir()


def _refuse_unresolved(log: str, document: Document, files: Sequence[Path]) -> None:
    """Refuse what Quarto only warns of: a reference that would be printed as it was typed."""
    labels = re.findall(r"#((?:fig|tbl|sec|eq)-[\w-]+)", "\n".join(document.lines))
    for pattern, what, known in ((_NO_LABEL, "label", labels), (_NO_CITATION, "reference", reference_keys(files))):
        if missing := pattern.search(log):
            hint = nearest(missing[1], known) or "."
            raise ReportError(f"{document.at(f'@{missing[1]}')}: no {what} '{missing[1]}'{hint} Mend or add it.")


def _why(log: str, document: Document, target: str) -> str:
    """Return the lines of a log that report an error: of a setting that is not valid, of a cell, else its end."""
    if invalid := _INVALID.search(log):
        said = [line for line in invalid["what"].split("\n") if line.strip()]
        return f"{invalid['file']}:{invalid['line']}: Quarto does not take this:\n" + "\n".join(
            f"    {line}" for line in said[:_MOST_LINES]
        )
    lines = [line.rstrip() for line in log.split("\n") if line.strip() and not _NOISE.match(line)]
    raised = [line for line in lines if _ERROR.match(line)]
    where, cell = document.name, []
    if _CELL in lines:
        start = lines.index(_CELL) + 1
        dashes = [i for i, line in enumerate(lines[start:], start) if set(line) == {"-"}]
        cell = lines[dashes[0] + 1 : dashes[1]] if len(dashes) > 1 else []
        where = document.at(*cell[:1]) if cell else where
    shown = [*cell, *(raised or lines[-_MOST_LINES:])][-_MOST_LINES:]
    message = f"{where}: Quarto could not render it as {target}:\n" + "\n".join(f"    {line}" for line in shown)
    if any(map(_LOCKSTEP_ERROR.match, raised)):  # Quarto stops at the first
        message += f"\n{called('check')} lists every place that cannot be printed."
    return message


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
