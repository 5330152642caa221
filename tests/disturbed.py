"""A program for tests: runs a verb once for each number that it reads, and disturbs it at that change of a file.

``python tests/disturbed.py kill|full|interrupt|late FOLDER VERB [LAST]``: each line on standard input is a number n.
The n-th time that the run is about to change something in the folder it is killed, or finds the disk full from there
on, or meets Ctrl-C. ``late`` is Ctrl-C at the n-th thing that Python audits (a file opened or removed, a module loaded)
once the run is about to rename a file to LAST, a path in the folder. What the run said stands in FOLDER.said then; its
exit code is printed, and ``done`` where there is no n-th time.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import lockstep.cli.manuscript
import lockstep.document.check
import lockstep.document.report
import lockstep.render.builtin
import lockstep.render.finish  # noqa: F401 (all loaded once, for all runs)
from lockstep.__main__ import main
from lockstep.base.interrupts import run_main

TAKES_ROOM = ("open", "os.mkdir")
CHANGES = (*TAKES_ROOM, "os.rename", "os.remove", "os.rmdir")


def disturb(kind: str, moment: int, folder: str, last: str) -> list[str]:
    """Let this process be disturbed at a moment; return the list that will say that it was."""
    met: list[str] = []
    is_late = False

    def changes(event: str, arguments: tuple[Any, ...]) -> bool:
        if event not in (TAKES_ROOM if kind == "full" else CHANGES) or not isinstance(arguments[0], (str, os.PathLike)):
            return False
        if event == "open" and not arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return False
        return str(arguments[0]).startswith(folder) or (event in ("os.remove", "os.rmdir") and arguments[1] != -1)

    count = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count, is_late
        if kind == "late" and not is_late:
            is_late = event == "os.rename" and str(arguments[1]) == f"{folder}/{last}"
        if not (is_late if kind == "late" else changes(event, arguments)):
            return
        count += 1
        if count < moment or (count > moment and kind != "full"):
            return
        met.append(event)
        if kind == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.kill(os.getpid(), signal.SIGKILL if kind == "kill" else signal.SIGINT)

    sys.addaudithook(hook)
    return met


def run(kind: str, moment: int, folder: str, verb: list[str], last: str) -> None:
    """Run the verb in this process, which ends with it: code 99 where nothing disturbed it."""
    said = os.open(f"{folder}.said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 1)
    os.dup2(said, 2)
    met = disturb(kind, moment, folder, last)
    leave = os._exit  # by which a program ends at once
    os._exit = lambda code: leave(code if met else 99)  # type: ignore[assignment]
    try:
        run_main(lambda: main([*verb, "--study", folder]))
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    leave(1)


if __name__ == "__main__":
    kind, folder, verb, last = sys.argv[1], str(Path(sys.argv[2]).resolve()), sys.argv[3].split(), sys.argv[4:]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(kind, int(line), folder, verb, *(last or [""]))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write("done\n" if code == 99 else f"{code}\n")
        sys.stdout.flush()
