"""The folder of the installed program, the files that come with it, and how it is run in another process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parents[1]
"""The folder of the program: what belongs to it lies in there."""

HOME: Final = PACKAGE.parent
"""The folder from which ``python -m lockstep`` finds this very program."""

DOCUMENTATION: Final = PACKAGE / "documentation"
"""README.md and docs/, on which no output depends: links in a checkout, files where the program is installed."""

TEMPLATES: Final = PACKAGE / "templates"
"""Templates, fonts, citation styles, journals and the _quarto.yml of a study that has none of its own."""

FONTS: Final = TEMPLATES / "fonts"
"""The typeface of figures and documents."""

REFERENCE_DOCX: Final = TEMPLATES / "reference.docx"
"""The styles of every Word file."""


def run_lockstep(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this program in a process of its own, to its end; the arguments are what follows ``lockstep``.

    Where the system ends it, as it does when a library reads a damaged file, its errors say so.
    """
    run = subprocess.run(
        [sys.executable, "-m", "lockstep", *arguments], cwd=HOME, capture_output=True, text=True, check=False
    )
    if run.returncode < 0:
        reason = signal.strsignal(-run.returncode) or f"signal {-run.returncode}"
        run.stderr += (
            f"The system ended `lockstep {arguments[0]}` ({reason}). A damaged data file may be the cause: open it in "
            "the program that wrote it and save it again, or save it as CSV.\n"
        )
    return run
