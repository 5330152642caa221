"""Time axes that leave out part of what the data know: follow-up behind their end, or a median there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ..base.snapping import snapped
from ..catalogue.catalogue import SURVIVAL_MEDIAN
from ..catalogue.keys import Key
from ..endpoints.endpoints import Endpoint
from ..results.model import Results
from ..study.figures import SurvivalCurves
from ..study.model import Study
from ..text import numbers
from ..text.style import Style

_STYLE: Final = Style()


def axis_notes(study: Study, results: Results) -> Iterator[str]:
    """Yield a line for each endpoint of a figure whose axis hides something.

    That is a median behind the end of the axis, whose line the figure then lacks; and where study.toml states no axis,
    follow-up behind its end. An axis that is stated may end before follow-up does.
    """
    last = {curve.key.id: curve.time[-1] for curve in results.curves if curve.time}
    for figure in study.figures.values():
        if not isinstance(figure, SurvivalCurves):
            continue
        for endpoint in (study.endpoints[name] for name in figure.endpoints):
            end = snapped(endpoint.axis.ticks[-1] * study.time.per(endpoint.axis.unit))
            followed = last.get(Key(endpoint=endpoint.name).id, 0.0)
            beyond = any(_median(results, key) > end for key in _keys(figure, endpoint, study))
            if beyond or (endpoint.axis.is_default and followed > end):
                yield _note(figure, endpoint, followed / study.time.per(endpoint.axis.unit), beyond=beyond)


def _keys(figure: SurvivalCurves, endpoint: Endpoint, study: Study) -> Iterator[Key]:
    """Yield the keys of the curves of an endpoint in a figure."""
    whole = Key(endpoint=endpoint.name, by=figure.groups, population=figure.population, analysis=figure.comparison)
    panels = [whole]
    if figure.within is not None:
        panels = [replace(whole, within=figure.within, within_level=level) for level in study.levels(figure.within)]
    for panel in panels:
        if figure.groups is None:
            yield panel
        else:
            yield from (replace(panel, by_level=level) for level in study.levels(figure.groups))


def _median(results: Results, key: Key) -> float:
    """Return the median of a curve; 0 where it is not reached, or there is none."""
    record = SURVIVAL_MEDIAN.of(key)
    value = results[record].value if record in results else None
    return value if isinstance(value, int | float) else 0.0


def _note(figure: SurvivalCurves, endpoint: Endpoint, followed: float, *, beyond: bool) -> str:
    """Say where an axis and follow-up end, in the unit of the axis."""
    unit = endpoint.axis.unit
    ends = f"the axis ends at {endpoint.axis.ticks[-1]:g} {unit}"
    lasts = f"follow-up at {numbers.number_text(followed, 1, _STYLE)} {unit}"
    median = ", and a median lies beyond" if beyond else ""
    remedy = f"`axis` under [endpoints.{endpoint.name}] in study.toml sets the end"
    return f"figure {figure.name}, endpoint {endpoint.name}: {ends}, {lasts}{median}; {remedy}"
