"""Records of what is doubtful in the data: how many queries there are, in all and by check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from ..catalogue import catalogue
from ..catalogue.keys import Key
from ..data.findings import DataFinding
from ..results.model import Record
from ..results.records import Population, count
from ..study.model import Study
from ..variables.checks import BUILTIN_CHECKS, CHECK_WORDS, UNDEFINED_NUMBER


def query_records(study: Study, findings: Iterable[DataFinding], reviewed: Population) -> Iterator[Record]:
    """Yield the number of queries, and that of each check which can make one in this study."""
    found: Counter[str] = Counter()
    for finding in findings:
        if finding.severity == "query":
            found[finding.kind] += finding.n
    yield count(catalogue.QUERIES, Key(), found.total(), reviewed)
    own = [check.name for check in study.checks if check.severity == "query"]
    builtin = [name for name in BUILTIN_CHECKS if study.severities.get(name) in (None, "query")]
    if len(study.categories) == len(study.derived):
        builtin = [name for name in builtin if name != UNDEFINED_NUMBER]
    for name in dict.fromkeys((*builtin, *own, *sorted(found))):  # others are of how rows and files are put together
        words = {"of": CHECK_WORDS.get(name, name.replace("_", " "))}
        yield count(catalogue.QUERIES_BY_CHECK, Key(item=name), found[name], reviewed, words)
