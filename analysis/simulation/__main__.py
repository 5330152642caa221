"""``make cohort``: make data/cohort.csv again, the same bytes each time; whole and verified, or not at all."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Final

from lockstep.base.errors import LockstepError
from lockstep.base.files import write_whole

from .cohort import make_cohort
from .records import to_csv
from .verification import read_published, verify

DATA: Final = Path(__file__).resolve().parents[2] / "data"

SEED: Final = 20141231
"""The committed cohort's seed. Others make other cohorts, which give the same printed numbers."""


def main(arguments: list[str] | None = None) -> int:
    """Make, verify and write the cohort; return the exit code."""
    parser = argparse.ArgumentParser(description="Make the synthetic cohort; about a minute.")
    parser.add_argument(
        "--seed", type=_seed, default=SEED, help="another one makes another cohort (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, default=DATA / "cohort.csv", help="default: data/cohort.csv")
    options = parser.parse_args(arguments)
    if options.output.is_dir():
        parser.error(f"--output {options.output} is a folder; name a file in it")
    start = time.monotonic()

    def report(stage: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"{time.monotonic() - start:5.0f} s  {stage}\n")

    output = options.output
    try:
        published = read_published(DATA / "published.csv")
        rows = make_cohort(options.seed, report)
        report("verification")
        verify(rows, published)
        content = to_csv(rows)
        unchanged = output.is_file() and output.read_bytes() == content
        write_whole(output, content)
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{output}: cannot be written ({error.strerror}). Choose another --output.\n")
        return 1
    sys.stdout.write(f"{output.name}: {'the same bytes' if unchanged else 'written'}\n")
    return 0


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 0 to 4294967295")
    return int(text)


if __name__ == "__main__":
    raise SystemExit(main())
