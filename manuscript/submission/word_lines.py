"""Where the lines of a Word file stand, as LibreOffice lays it out: Word's own layout is known to Word alone."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from analysis.errors import ReportError

from ..render.pdf_read import read_pdf
from .printed_lines import PrintedLine, printed_lines

PROGRAMS: Final = ("soffice", "libreoffice")
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
    found = program or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        return None
    with tempfile.TemporaryDirectory(prefix="lockstep-word-") as name:
        folder = Path(name)
        profile = (folder / "profile").as_uri()
        arguments = [f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "pdf", "--outdir"]
        try:
            subprocess.run(
                [found, *arguments, str(folder), str(docx)],
                capture_output=True,
                timeout=seconds,
                check=True,
                stdin=subprocess.DEVNULL,
            )
            return printed_lines(read_pdf(folder / f"{docx.stem}.pdf"))
        except (OSError, subprocess.SubprocessError, ReportError):
            return None
