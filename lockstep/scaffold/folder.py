"""The folder of a new study: written beside its place, and moved there when it is complete; nothing is overwritten."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..analyses.pipeline import compute_endpoints
from ..base.errors import DataError, LockstepError
from ..base.files import is_mark, new_workspace, read_file, remove_workspaces
from ..base.invocation import by_make, option
from ..base.resources import TEMPLATES
from ..base.wording import are_names
from ..readers.files import parse_new_data
from ..readers.table import TextTable
from ..results.json_file import PRIVATE
from ..results.model import Record
from ..study.definition import read_study
from ..variables.data_file import ROW_ID, DataFile
from .manuscript import report_text
from .plan import StudyPlan, plan_study
from .study_file import study_text
from .templates import filled_in
from .wishes import Wishes

_OF_TEXT: Final = "cp1252"
"""The encoding of text that is not Unicode: that of Windows in Western Europe and America."""

_BEGIN: Final = 40  # characters of a name that show whether it is one
_AS_THEY_ARE: Final = ("Makefile", "gitignore")
_ENTRY: Final = re.compile(r"@\w+\{([^,]+),")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudy:
    """A study that has been written: its plan, and what is wrong with its data ("" where nothing is)."""

    folder: Path
    plan: StudyPlan
    faults: str


def new_study(
    folder: Path, data: Path, wishes: Wishes, *, dictionary: Path | None = None, link: bool = False
) -> NewStudy:
    """Write the folder of a study of the patients in a data file.

    Parameters
    ----------
    folder : does not exist, or is empty.
    dictionary : REDCap's data dictionary of the data file, where it is a raw export of REDCap.
    link : whether the data file is named by its whole path, in place of a copy in the study's data/.

    Raises
    ------
    LockstepError
        If the folder is there, the data file cannot be read, or what was said names no such column. Nothing is
        written then.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 (a link at the end is seen below, not followed)
    _refuse_what_is_there(folder)
    files = {data: _bytes(data, "--data")}
    if dictionary is not None:
        files[dictionary] = _bytes(dictionary, "--dictionary")
    table, said = _table(data, dictionary, files, wishes)
    content = {_name(path, link=link): found for path, found in files.items()}
    file, *others = content
    said = replace(said, file=file, dictionary="".join(others) or None)
    plan = plan_study(table, wishes, said)
    if not any(column.used for column in plan.columns):
        raise DataError(
            f"{data}: no column can be described: each is blank, an identifier or free text, or has one value only.\n"
            "Name the file with the patients' characteristics."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{folder.name}."
    remove_workspaces(folder.parent, prefix=prefix)
    work = new_workspace(folder.parent, prefix=prefix)
    try:
        if not link:
            _write_data(work, content)
        faults = _write(work, plan, table)
        for mark in [path for path in work.iterdir() if is_mark(path)]:
            mark.unlink()
        try:
            work.rename(folder)
        except OSError:
            _refuse_what_is_there(folder)
            raise
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return NewStudy(folder=folder, plan=plan, faults=faults)


def _refuse_what_is_there(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise LockstepError(f"{folder}: is there already, and is no folder. Name another folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise LockstepError(f"{folder}: is not empty. Name a new folder: nothing is overwritten.")


def _bytes(path: Path, option: str) -> bytes:
    try:
        return read_file(path)
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise DataError(f"{path}: {why}. {option} names a file as it is seen from here.") from None


def _table(
    data: Path, dictionary: Path | None, files: Mapping[Path, bytes], wishes: Wishes
) -> tuple[TextTable, DataFile]:
    """Return the file with all its columns, and how it is read."""
    encoding = _encoding(files[data])
    said = DataFile(
        file=str(data),
        id=ROW_ID,
        missing=("",),
        encoding=encoding or None,
        dictionary=None if dictionary is None else str(dictionary),
        sheet=wishes.sheet or None,
    )
    names = None if dictionary is None else files[dictionary]
    table, said = parse_new_data(files[data], said, dictionary=names, header_row=wishes.header_row)
    begins = [" ".join(name.split())[:_BEGIN] for name in table.header if name.strip()]  # names may be whole questions
    if not are_names(begins, begins):
        raise DataError(
            f"{data}: {_row_words(said.header_row)} may be a patient's row, not shown: it has a number or a date.\n"
            "The names of the columns are the first line, or the one that "
            f"{option('header_row', 'N')} names: add it, or rename the columns that are called by a number."
        )
    return replace(table, are_names=True), said


def _row_words(row: int) -> str:
    return "the first line" if row == 1 else f"row {row}"


def _encoding(content: bytes) -> str:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        text = b"\0" not in content and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"PK", b"\xd0\xcf"))
        return _OF_TEXT if text else ""
    return ""


def _name(path: Path, *, link: bool) -> str:
    return str(path.resolve()) if link else f"data/{path.name}"


def _write_data(work: Path, files: Mapping[str, bytes]) -> None:
    (work / "data").mkdir(mode=0o700)
    for name, content in files.items():
        (work / name).touch(mode=PRIVATE)
        (work / name).write_bytes(content)


def _write(work: Path, plan: StudyPlan, table: TextTable) -> str:
    """Write all files but the data; return what is wrong with the data."""
    (work / "study.toml").write_text(study_text(plan), encoding="utf-8")
    records, faults = _records(work, replace(table, file=plan.data.called))
    report = report_text(plan, records)
    (work / "report.qmd").write_text(report, encoding="utf-8")
    references = (TEMPLATES / "study" / "references.bib").read_text(encoding="utf-8")
    (work / "references.bib").write_text(_cited(references, report), encoding="utf-8")
    (work / "README.md").write_text(filled_in("README.md.j2", make=by_make()), encoding="utf-8")
    for name in _AS_THEY_ARE:
        to = ".gitignore" if name == "gitignore" else name
        shutil.copyfile(TEMPLATES / "study" / name, work / to)
    program = Path(sys.executable).with_name("lockstep")
    if program.is_file():
        (work / "local.mk").write_text(f"PROGRAM := {program}\n", encoding="utf-8")
    return faults


def _cited(references: str, report: str) -> str:
    """Return the entries of a file of references that a text cites."""
    entries = re.split(r"\n(?=@)", references)
    found = [(entry, _ENTRY.match(entry)) for entry in entries]
    return "\n".join(entry for entry, head in found if head is None or re.search(rf"@{head[1]}\b", report))


def _records(work: Path, table: TextTable) -> tuple[tuple[Record, ...] | None, str]:
    """Return what the words of the text depend on, or what is wrong with the data; the file is read already."""
    try:
        return compute_endpoints(read_study(work), read=lambda *_, **__: (table, "")), ""
    except DataError as error:
        return None, str(error)
