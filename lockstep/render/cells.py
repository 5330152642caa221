"""Running a document's cells and inline expressions, in one namespace and in document order, to plain Markdown."""

from __future__ import annotations

import ast
import contextlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType
from typing import Any, Final, Literal, NoReturn

from ..base.errors import LockstepError, ReportError, is_full, system_message
from ..base.invocation import option
from ..qmd.outputs import Output, cell_markdown, half_character, inline_markdown, output_of
from ..qmd.reads import files_read
from ..qmd.source import CodeCell, Document, Inline, Prose, needs_quarto

_ALLOWED: Final[Mapping[str, tuple[Any, ...]]] = {  # the first is Quarto's default
    "echo": (True, False),
    "include": (True, False),
    "output": (True, False, "asis"),
    "eval": (True, False),
    "warning": (True, False),
    "error": (False,),
}
_MOST_FAILURES: Final = 50  # that one message has
_CURLY_QUOTES: Final = "“”„‘’"  # what a word processor makes of straight ones

Watch = Callable[[Inline | CodeCell, Output], None]


@dataclass(frozen=True, slots=True)
class Ran:
    """A document after its code has run: Markdown with outputs and values in place, and the files the code read."""

    markdown: str
    files_read: frozenset[Path]


def run_cells(
    document: Document, options: Mapping[str, Any], *, watch: Watch | None = None, marked: bool = False
) -> Ran:
    """Run the document's code.

    Parameters
    ----------
    document : the parsed document; its code runs in its folder, which is also first on the import path.
    options : the `execute` options of project and front matter; a cell's own options win.
    watch : called with each output that an inline expression or a cell puts into the document.
    marked : let values print with the names of their results, where they can.

    Raises
    ------
    ReportError
        If code fails, or a value has no printed form; names the line and shows it. Where Lockstep cannot print what is
        asked for, such as a result that there is not, the code goes on, so that one run names every such place.
    """
    session = _Session(document, options, watch, marked)
    pieces: list[str] = []
    failures: list[ReportError] = []
    with files_read(document.path.parent) as files, _at_home(document), _no_silent_end():
        for part in document.parts:
            try:
                match part:
                    case Prose(text=text):
                        pieces.append(text)
                    case Inline():
                        pieces.append(session.inline(part))
                    case CodeCell():
                        pieces.append(session.cell(part))
            except ReportError as error:
                failures.append(error)
                if not (session.prints and isinstance(error.__cause__, LockstepError)):
                    break
    if failures:
        raise _joined(failures) from failures[0]
    return Ran("".join(pieces), frozenset(files))


def _joined(failures: Sequence[ReportError]) -> ReportError:
    if len(failures) == 1:
        return failures[0]
    shown = [str(failure) for failure in failures[:_MOST_FAILURES]]
    more = len(failures) - len(shown)
    rest = f", of which the first {len(shown)} are above" if more else ""
    return ReportError("\n".join([*shown, f"{len(failures)} places cannot be printed{rest}."]))


class _Session:
    """The namespace of one run, as a Jupyter kernel has it; errors name the document's lines."""

    def __init__(self, document: Document, options: Mapping[str, Any], watch: Watch | None, marked: bool) -> None:
        self.document = document
        self.watch = watch
        self.marked = marked
        self.options = {key: allowed[0] for key, allowed in _ALLOWED.items()} | dict(options)
        self.outputs: list[Output] = []
        self.prints = False  # whether what runs is printed, and nothing that follows depends on it
        self.namespace: dict[str, Any] = {"__name__": "__main__", "display": self.display}

    def inline(self, inline: Inline) -> str:
        """Return the Markdown of an inline expression."""
        self.prints = True
        with self._errors_at(inline.line):
            tree = ast.parse(inline.expression, self.document.name, "eval")
            value = eval(self._compiled(tree, inline.line), self.namespace)  # noqa: S307 (the author's own code)
            try:
                markdown = inline_markdown(value, marked=self.marked)
            except ValueError as error:
                raise ReportError(f"`{inline.expression}` {error}") from None
            if self.watch is not None:
                self.watch(inline, Output("markdown", markdown, value))
            return markdown

    def cell(self, cell: CodeCell) -> str:
        """Run a cell; return what it leaves in the document."""
        options = self._checked({**self.options, **cell.options}, f"{self.document.name}:{cell.line}")
        outputs = self._run(cell) if options["eval"] else []
        if not options["warning"]:
            # A manuscript shows no warnings; whoever runs it must see them.
            for output in outputs:
                if output.kind == "stderr":
                    sys.stderr.write(f"{self.document.name}:{cell.line}: {output.text.rstrip()}\n")
            outputs = [output for output in outputs if output.kind != "stderr"]
        if not options["include"]:
            return "\n"
        if half := next(filter(None, (half_character(output.text) for output in outputs)), ""):
            raise ReportError(f"{self.document.name}:{cell.line}: a cell prints {half}")
        if self.watch is not None:
            for output in outputs if options["output"] else ():
                as_is = options["output"] == "asis" and output.kind != "html"
                self.watch(cell, replace(output, kind="markdown") if as_is else output)
        code = "\n".join(line for line in cell.code.split("\n") if not line.startswith("#|"))
        return cell_markdown(code, outputs, echo=options["echo"], output=options["output"])

    def display(self, *values: object) -> None:
        """Show objects in the document, as a Jupyter kernel's ``display`` does."""
        self.outputs.extend(output_of(value, marked=self.marked) for value in values)

    def _run(self, cell: CodeCell) -> list[Output]:
        """Run a cell's code; its last expression is displayed, unless it is None or ends with a semicolon."""
        self.outputs, self.prints = [], False
        stdout, stderr = _Stream("stdout", self.outputs), _Stream("stderr", self.outputs)
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            with self._errors_at(cell.line):
                tree = ast.parse(cell.code, self.document.name)
                last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
                exec(self._compiled(tree, cell.line), self.namespace)  # noqa: S102 (the author's own code)
            if isinstance(last, ast.Expr):
                self.prints = True
                with self._errors_at(cell.line + last.lineno - 1):
                    value = eval(self._compiled(ast.Expression(last.value), cell.line), self.namespace)  # noqa: S307
                    if value is not None and not cell.code.rstrip().endswith(";"):
                        self.display(value)
            with self._errors_at(cell.line):
                _refuse_open_figures()
        return self.outputs

    def _compiled(self, tree: ast.Module | ast.Expression, line: int) -> CodeType:
        ast.increment_lineno(tree, line - 1)
        return compile(tree, self.document.name, "eval" if isinstance(tree, ast.Expression) else "exec")

    def _checked(self, options: dict[str, Any], where: str) -> dict[str, Any]:
        for key, allowed in _ALLOWED.items():
            if not any(options[key] is choice or options[key] == choice == "asis" for choice in allowed):
                choices = " or ".join(str(choice).lower() for choice in allowed)
                raise needs_quarto(where, f"cells with `{key}: {options[key]}`", f"write {choices}")
        return options

    @contextlib.contextmanager
    def _errors_at(self, line: int) -> Iterator[None]:
        """Convert an error of the author's code to one message with the document's line."""
        try:
            yield
        except SyntaxError as error:
            ours = error.filename == self.document.name
            raise self._failed(line + (error.lineno or 1) - 1 if ours else line, self._syntax(error)) from error
        except LockstepError as error:
            raise self._failed(self._line_of(error, line), str(error)) from error
        except SystemExit as error:
            message = f"the code ends the program (exit {error.code}); let it run to its end"
            raise self._failed(self._line_of(error, line), message) from error
        except Exception as error:
            if isinstance(error, OSError) and is_full(error):
                raise ReportError(system_message(error)) from error
            message = f"{type(error).__name__}: {error}".removesuffix(": ")
            if isinstance(error, NameError) and error.name == "r":
                message += "; begin with a cell that has `from lockstep import open_study` and `r = open_study()`"
            raise self._failed(self._line_of(error, line), message) from error

    def _line_of(self, error: BaseException, line: int) -> int:
        """Return the last line of the document that the error passed through."""
        frames = traceback.extract_tb(error.__traceback__)
        return next((f.lineno for f in reversed(frames) if f.filename == self.document.name and f.lineno), line)

    def _syntax(self, error: SyntaxError) -> str:
        if (error.text or "").lstrip().startswith(("%", "!")):
            by_quarto = option("renderer", "quarto")
            return f"IPython commands need Quarto: install it and use {by_quarto}, or write plain Python."
        hint = "; code has straight quotes, \" or '" if any(quote in error.msg for quote in _CURLY_QUOTES) else ""
        return f"{type(error).__name__}: {error.msg}{hint}"

    def _failed(self, line: int, message: str) -> ReportError:
        return ReportError(f"{self.document.name}:{line}: {message}\n    {self.document.line(line)}")


class _Stream(io.TextIOBase):
    """A standard stream whose text becomes outputs, in order with the objects that are displayed."""

    def __init__(self, kind: Literal["stdout", "stderr"], outputs: list[Output]) -> None:
        self.kind, self.outputs = kind, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.outputs and self.outputs[-1].kind == self.kind:
            self.outputs[-1] = Output(self.kind, self.outputs[-1].text + text)
        elif text:
            self.outputs.append(Output(self.kind, text))
        return len(text)


def _refuse_open_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and pyplot.get_fignums():
        pyplot.close("all")
        raise ReportError(
            f"figures that pyplot shows need Quarto: install it and use {option('renderer', 'quarto')}, "
            "or save the figure, close it, and show it as `![](file){fig-alt=...}`."
        )


@contextlib.contextmanager
def _no_silent_end() -> Iterator[None]:
    """Take `os._exit` in the author's code for `exit`: the program would end here, without a word and with code 0.

    A process that the code forks may end so, as `multiprocessing` does.
    """
    end, here = os._exit, os.getpid()

    def refuse(status: int) -> NoReturn:
        if os.getpid() != here:
            end(status)
        raise SystemExit(status)

    os._exit = refuse
    try:
        yield
    finally:
        os._exit = end


@contextlib.contextmanager
def _at_home(document: Document) -> Iterator[None]:
    """Run in the document's folder, with it first on the import path, and put both back."""
    folder, path, here = str(document.path.resolve().parent), list(sys.path), Path.cwd()
    os.chdir(folder)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path[:] = path
        os.chdir(here)
