"""When the levels of categories became known: the patients of whom study.toml says when, and the data do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..base.wording import shown
from ..study.model import Study
from .findings import DataFinding
from .follow_up import FollowUpCheck, sources


def known_time_findings(
    study: Study,
    frame: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    faulty: Callable[[Iterable[str]], npt.NDArray[np.bool_]],
) -> Iterator[DataFinding]:
    """Yield an error for each category of which a patient has another level than the first without knowing from when.

    Parameters
    ----------
    frame : columns and derived variables of the analysed patients.
    rows : (n,) their rows in the file.
    faulty : (n,) True for patients of whom one of some variables is made of a cell that is reported already.
    """
    for name, known_at in study.known_at.items():
        first, needed = next(iter(study.levels(name))), (name, known_at)
        about = f"{study.data_file}: {shown(name)}"
        check = FollowUpCheck(about, rows, faulty(needed), study.headers(needed))
        known = "date" if study.variable(known_at).type == "date" else "time"
        check.none(
            f"no {known} from which a level is known",
            frame[name].notna() & (frame[name] != first) & frame[known_at].isna(),
            f"has another level than {shown(first)} and no {known} from which that is known "
            f"({sources([known_at], study)})",
            f"a {known} for each patient with such a level",
        )
        yield from check.findings
