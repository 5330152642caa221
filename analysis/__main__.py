"""``python -m analysis``: compute build/results.json of a study where it is not of now."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .errors import LockstepError
from .source import RESULTS_FILE, is_current
from .study import read_study


def main(arguments: list[str] | None = None) -> int:
    """Run the analysis; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m analysis", description="Compute build/results.json of a study.")
    parser.add_argument("--study", type=Path, default=Path(), help="folder with study.toml (default: this one)")
    parser.add_argument("--force", action="store_true", help="compute again even where nothing has changed")
    options = parser.parse_args(arguments)
    try:
        study = read_study(options.study.resolve())
        path = study.folder / RESULTS_FILE
        if is_current(study, path) and not options.force:
            sys.stdout.write(f"{RESULTS_FILE}: up to date\n")
            return 0
        from .pipeline import run  # imports pandas and lifelines: only where there is something to compute

        run(study)
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{RESULTS_FILE}: written\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
