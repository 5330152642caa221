"""What is said of doubtful data wherever results are made: how many queries are open, and which verb lists them."""

from __future__ import annotations

from ..base.errors import counted
from ..base.invocation import called
from ..catalogue.catalogue import QUERIES
from ..results.model import Results


def queries_line(results: Results, *, tried: str = "") -> str:
    """Return a line such as "data/cohort.csv: 3 queries; `make data` lists them"; "" where there is none.

    Parameters
    ----------
    tried : the data file as the user named it, where it is not that of the study.
    """
    number = int(results[QUERIES.of()].value or 0)
    if not number:
        return ""
    verb = called("data", data=tried) if tried else called("data")
    file, them = tried or results.source.data_file, "it" if number == 1 else "them"
    return f"{file}: {counted(number, 'query', 'queries')}; {verb} lists {them}"
