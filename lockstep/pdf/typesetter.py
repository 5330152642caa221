"""Typst in a process of its own, which ends alone where memory ends, and which fetches nothing from a network.

Typst aborts the process that it runs in when memory is short, and it downloads the packages that a document names. This
file is that process as well: it is started by its path, reads a request a line, and answers each with a line.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

# A port that nothing can listen on: whatever would be fetched fails at once.
_NOWHERE: Final = "http://127.0.0.1:0"
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What Typst said of a document: in short, its hints, and the `diagnostic`, which has lines and places."""

    message: str
    hints: tuple[str, ...] = ()
    diagnostic: str = ""


class TypesetterEndedError(Exception):
    """The process ended without an answer; `began`: whether it had been able to start."""

    def __init__(self, *, began: bool) -> None:
        """Report that the process ended, before or after it `began`."""
        super().__init__("the process of Typst ended")
        self.began = began


class Typesetter:
    """A process that sets documents one after the other; it ends with the ``with`` block, or with this process."""

    def __init__(self) -> None:
        """Start the process, and do not wait until it has loaded Typst."""
        environment = {name: value for name, value in os.environ.items() if name.lower() not in (*_PROXIES, "no_proxy")}
        environment |= dict.fromkeys([*_PROXIES, *map(str.upper, _PROXIES)], _NOWHERE)
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
            encoding="utf-8",
        )
        self._began = False

    def __enter__(self) -> Typesetter:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def set(
        self, source: str | Path, pdf: Path, *, root: Path, fonts: Sequence[Path], standards: Sequence[str], time: int
    ) -> Refusal | None:
        """Set a document, and return what is wrong with it, or None where the PDF was written.

        Parameters
        ----------
        source : the document's text; or its file, of which the process remembers how it was laid out.
        root : the folder that the document sees.
        fonts : folders of fonts besides those of Typst itself.
        time : seconds since 1970, which the PDF is dated by.

        Raises
        ------
        TypesetterEndedError
            If the process ends instead, as where there is not enough memory.
        """
        request = {
            "text": None if isinstance(source, Path) else source,
            "main": str(source) if isinstance(source, Path) else None,
            "pdf": str(pdf),
            "root": str(root),
            "fonts": [str(folder) for folder in fonts],
            "standards": list(standards),
            "time": time,
        }
        answer = self._ask(json.dumps(request))
        if answer == {}:
            return None
        return Refusal(answer["message"], tuple(answer["hints"]), answer["diagnostic"])

    def _ask(self, request: str) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101 (both are pipes)
        assert self._process.stdout is not None  # noqa: S101
        line = ""
        try:
            if not self._began:  # it says so once it has loaded Typst
                self._began = bool(self._process.stdout.readline())
            self._process.stdin.write(request + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            pass
        if not line:
            raise TypesetterEndedError(began=self._began)
        answer: dict[str, Any] = json.loads(line)
        return answer


def _serve() -> None:
    """Answer each request that comes on standard input, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked decides when to end
    import typst

    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # a word of a library is no answer
    compilers: dict[str, Any] = {}
    print("{}", file=answers, flush=True)
    for line in sys.stdin.buffer:
        print(json.dumps(_answer(typst, json.loads(line), compilers)), file=answers, flush=True)


def _answer(typst: Any, request: dict[str, Any], compilers: dict[str, Any]) -> dict[str, Any]:
    """Set a document, and return nothing, or what Typst said."""
    wanted = {"format": "pdf", "pdf_standards": request["standards"], "timestamp": request["time"]}
    nowhere = os.path.join(request["root"], ".packages")  # noqa: PTH118 (nothing is there, nor is it ever made)
    seen = {
        "root": request["root"],
        "font_paths": request["fonts"],
        "ignore_system_fonts": True,
        "package_path": nowhere,
        "package_cache_path": nowhere,
    }
    try:
        if request["main"] is None:
            made = typst.compile(request["text"].encode(), **seen, **wanted)
        else:
            key = json.dumps([request["main"], seen])
            if key not in compilers:
                compilers[key] = typst.Compiler(request["main"], **seen)
            made = compilers[key].compile(**wanted)
    except typst.TypstError as error:
        return {
            "message": str(error),
            "hints": [str(hint) for hint in getattr(error, "hints", None) or []],
            "diagnostic": str(getattr(error, "diagnostic", None) or error),
        }
    except Exception as error:
        return {"message": f"{type(error).__name__}: {error}", "hints": [], "diagnostic": str(error)}
    Path(request["pdf"]).write_bytes(made)
    return {}


if __name__ == "__main__":
    _serve()
