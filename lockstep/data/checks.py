"""The checks of [checks.*] in study.toml: the rows in which a rule of the study is false."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.errors import row_list
from ..study.model import Study
from ..variables.checks import DataCheck
from .findings import DataFinding


def declared_findings(study: Study, frame: pd.DataFrame, rows: npt.NDArray[np.int64]) -> Iterator[DataFinding]:
    """Yield a finding for each check of the study that some patients do not pass.

    Parameters
    ----------
    frame : columns and derived variables of all patients of the file.
    rows : (n,) their rows in the file.

    Notes
    -----
    Where a value is missing, so that the rule is neither true nor false, there is nothing to find.
    """
    for check in study.checks:
        false = ~check.must.mask(frame).to_numpy(dtype=bool, na_value=True)
        if false.any():
            yield _finding(study, check, rows[false].tolist())


def _finding(study: Study, check: DataCheck, rows: list[int]) -> DataFinding:
    return DataFinding(
        kind=check.name,
        severity=check.severity,
        column=None,
        beside=study.headers(check.must.names),
        rows=tuple(rows),
        message=(
            f'{study.data_file}: "{check.must.text}" is false in {row_list(rows)}; expected it of every row, since '
            f"{check.reason}.\nMend the file, or the rule under [checks.{check.name}] in study.toml."
        ),
    )
