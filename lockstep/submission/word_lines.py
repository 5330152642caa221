"""The lines of a Word file as laid out by LibreOffice: Word's own layout is known to Word alone."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..base.errors import ReportError
from ..pdf.lines import PrintedLine, printed_lines
from ..pdf.reading import read_pdf
from .office import find_office

SECONDS: Final = 60.0


def lines_in_word(
    docx: Path, *, program: str | None = None, seconds: float = SECONDS
) -> tuple[PrintedLine, ...] | None:
    """Return the lines of a Word file with their pages and numbers; None where LibreOffice is not installed or fails.

    Parameters
    ----------
    program : LibreOffice; found on PATH where it is not given.
    seconds : how long it may take.

    Notes
    -----
    It runs with a profile of its own in a temporary folder, so that it neither meets nor disturbs one that is open.
    """
    found = program or find_office()
    if found is None:
        return None
    with tempfile.TemporaryDirectory(prefix="lockstep-word-") as name:
        folder = Path(name)
        profile = (folder / "profile").as_uri()
        arguments = [f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "pdf", "--outdir"]
        try:
            _run([str(found), *arguments, str(folder), str(docx)], seconds)
            return printed_lines(read_pdf(folder / f"{docx.stem}.pdf"))
        except (OSError, subprocess.TimeoutExpired, ReportError):
            return None


def _run(command: list[str], seconds: float) -> None:
    """Run a program; end it where it takes too long, with all that it has started: `soffice` only starts another."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True) as process:
        try:
            process.wait(seconds)
        except BaseException:
            if hasattr(os, "killpg"):
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            raise
