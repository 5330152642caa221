"""What results and study definition say on an item of the STROBE statement: computed, never typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ..results.model import Results
from ..study.model import Study
from ..text.style import Style
from .strobe_findings import FACTS_OF_RESULTS
from .strobe_methods import FACTS_OF_METHODS, category_boundaries, subgroup_facts
from .strobe_study import Fact, PrintedStudy

# STROBE asks for category boundaries and subgroups twice: under methods (11, 12b) and under results (16b, 17).
_FACTS: Final[Mapping[str, Callable[[PrintedStudy], Iterator[Fact]]]] = {
    **FACTS_OF_METHODS,
    **FACTS_OF_RESULTS,
    "16b": category_boundaries,
    "17": subgroup_facts,
}


def facts_for(number: str, study: Study, results: Results, style: Style) -> tuple[Fact, ...]:
    """Return the facts on an item; none where nothing can be computed, or the manuscript prints nothing of it."""
    source = _FACTS.get(number)
    return () if source is None else tuple(source(PrintedStudy(study, results, style)))
