"""A study's own statistics run: its code loaded by path, and errors in it reported by file and line."""

from __future__ import annotations

import hashlib
import inspect
import linecache
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

from ..base.errors import LockstepError, StatisticError, is_out_of_memory, nearest
from ..base.resources import DOCUMENTATION
from ..data.cohort import Cohort
from ..results.model import Record
from ..results.source import OWN_STATISTICS
from ..study.model import Study
from .own_records import checked
from .own_statistics import MARK, Patients

_TELLING: Final = (AttributeError, ImportError, NameError)
"""Errors whose text is of names in the code; that of others may hold a cell of a patient."""


def own_records(study: Study, cohort: Cohort) -> Iterator[Record]:
    """Yield the records of a study's own statistics, in the order of its functions; nothing where it has none.

    Raises
    ------
    StatisticError
        If the code cannot be loaded, fails, or yields anything but records; names file, line and function.
    """
    if not (study.folder / OWN_STATISTICS).is_file():
        return
    with _loaded(study) as module:
        marked = {id(item): item for item in vars(module).values() if callable(item) and getattr(item, MARK, False)}
        functions = list(marked.values())  # each once, also where it has two names
        if not functions:
            raise StatisticError(
                f"{OWN_STATISTICS.as_posix()}: has no statistic. Mark the functions that yield records with "
                "@statistic (from lockstep import statistic), or remove the file."
            )
        for function in functions:
            yield from _records_of(function, study, cohort)


def _records_of(function: Callable[[Patients], Iterable[Record]], study: Study, cohort: Cohort) -> Iterator[Record]:
    name = getattr(function, "__name__", "?")
    with _explained(study, name):
        if not _takes_patients(function):
            raise StatisticError(f"expected a function of one argument, the patients: def {name}(patients)")
        found = function(Patients.of(study, cohort))
        records = list(found) if isinstance(found, Iterable) else [found]
    for item in records:
        if not isinstance(item, Record):
            raise StatisticError(
                f"{OWN_STATISTICS.as_posix()}: {name} gave {type(item).__name__}; expected records: "
                "`yield patients.record(...)`."
            )
        try:
            checked(item, patients=len(cohort.analysed))  # it may be none of `patients.record`
        except StatisticError as error:
            raise StatisticError(f"{OWN_STATISTICS.as_posix()}, in {name}: {error}") from None
    yield from records


def _takes_patients(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(None)
    except (TypeError, ValueError):
        return False
    return True


@contextmanager
def _loaded(study: Study) -> Iterator[ModuleType]:
    """Load analysis/statistics.py under a name that no other study has; modules beside it by relative import."""
    folder = study.folder / OWN_STATISTICS.parent
    package = f"lockstep_study_{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
    finder = _Beside(package)
    sys.meta_path.insert(0, finder)
    try:
        with _explained(study, ""):
            home = ModuleType(package)
            home.__path__ = [str(folder)]
            sys.modules[package] = home
            file = study.folder / OWN_STATISTICS
            name = f"{package}.{file.stem}"
            spec = spec_from_file_location(name, file, loader=_FromSource(name, str(file)))
            assert spec is not None and spec.loader is not None  # noqa: S101, PT018 (a loader was given)
            module = module_from_spec(spec)
            sys.modules[name] = module
            spec.loader.exec_module(module)
        yield module
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]


class _FromSource(SourceFileLoader):
    """Loads a module from its text alone: compiled files are known by their time, and results go by content."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Beside(MetaPathFinder):
    """Finds the modules beside a study's own statistics, and none in a folder, whose changes nobody would notice."""

    def __init__(self, package: str) -> None:
        self._package = package

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.rpartition(".")[0] != self._package or not path:
            return None
        spec = FileFinder(path[0], (_FromSource, [".py"])).find_spec(fullname, target)
        if spec is None or spec.submodule_search_locations is not None:
            module = fullname.rpartition(".")[2]
            raise ModuleNotFoundError(f"no {module}.py is in {OWN_STATISTICS.parent}/ itself", name=module)
        return spec


@contextmanager
def _explained(study: Study, function: str) -> Iterator[None]:
    """Report an error in the study's code by file and line, without any text that may hold a patient's cell."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) or is_out_of_memory(error):
            raise
        raise StatisticError(_message(error, study, function)) from None


def _message(error: BaseException, study: Study, function: str) -> str:
    name, line = _place(error, study.folder / OWN_STATISTICS.parent)
    where = f"{name}, line {line}" if line else name
    where += f", in {function}" if function else ""
    linecache.checkcache(file := str(study.folder / name))
    code = linecache.getline(file, line).strip() if line else ""
    quoted = f"\n    {code}" if code else ""
    if isinstance(error, LockstepError):
        return f"{where}: {error}{quoted}"
    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        return f"{where}: {error.msg}{quoted}"
    if isinstance(error, _TELLING):
        return f"{where}: {kind}: {error}{_relative_import(error, study)}{quoted}"
    hint = _nearest_name(error, study)
    return (
        f"{where}: {kind}{hint}{quoted}\n"
        "What it says is not shown, since it may hold a patient's value. How to see it:\n"
        f"{DOCUMENTATION / 'docs' / 'own-statistics.md'}"
    )


def _place(error: BaseException, folder: Path) -> tuple[str, int]:
    """Return the file of the study's code that an error comes from, as seen from the study, and the line."""
    home = folder.resolve()
    found = (OWN_STATISTICS.as_posix(), 0)
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).resolve().parent == home:
        return (OWN_STATISTICS.parent / Path(error.filename).name).as_posix(), error.lineno or 0
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.suffix == ".py" and file.resolve().parent == home:
            found = ((OWN_STATISTICS.parent / file.name).as_posix(), trace.tb_lineno)
        trace = trace.tb_next
    return found


def _relative_import(error: BaseException, study: Study) -> str:
    """Return how a module beside is imported, where one of that name was looked for elsewhere."""
    module = (error.name or "").rpartition(".")[2] if isinstance(error, ModuleNotFoundError) else ""
    beside = module and (study.folder / OWN_STATISTICS.parent / f"{module}.py").is_file()
    return f". The one beside is imported by `from .{module} import ...`" if beside else ""


def _nearest_name(error: BaseException, study: Study) -> str:
    """Return the names of study.toml that are near to one which was not found."""
    missing: Any = error.args[0] if isinstance(error, KeyError) and error.args else None
    if not isinstance(missing, str):
        return ""
    return nearest(missing, (*study.columns, *study.derived, *study.endpoints))
