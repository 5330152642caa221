"""Overlapping confidence bands, painted without transparency, which EPS does not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from .survival_steps import Point

Corners = tuple[Point, ...]
Span = tuple[float, float, float, float]  # from, until, low, high


def opaque_bands(
    bands: Sequence[Sequence[Corners]], colours: Sequence[str], opacity: float
) -> list[tuple[Corners, str]]:
    """Return areas with the colours in which bands of this opacity show on white, to be painted in this order.

    Parameters
    ----------
    bands : for each curve, from the lowest on, the corners of its band's parts, as `Steps.bands` has them.
    colours : of the curves, "#rrggbb".

    Notes
    -----
    Each band is painted whole, then the area that it shares with others over it, and so on: areas lie upon each other
    and never side by side, so that no viewer shows a seam between them.
    """
    spans = [[span for part in parts for span in _spans(part)] for parts in bands]
    shared: dict[tuple[int, ...], list[Span]] = {}
    times = sorted({time for curve in spans for span in curve for time in span[:2]})
    places = [0] * len(spans)
    for start, until in pairwise(times):
        here: dict[int, tuple[float, float]] = {}
        for i, curve in enumerate(spans):
            while places[i] < len(curve) and curve[places[i]][1] <= start:
                places[i] += 1
            if places[i] < len(curve) and curve[places[i]][0] <= start:
                here[i] = curve[places[i]][2:]
        for group in _groups(here):
            low, high = max(here[i][0] for i in group), min(here[i][1] for i in group)
            shared.setdefault(group, []).append((start, until, low, high))
    ordered = sorted(shared, key=lambda group: (len(group), group))
    return [(part, _blended(group, colours, opacity)) for group in ordered for part in _parts(shared[group])]


def _spans(corners: Corners) -> Iterator[Span]:
    """Yield the steps of a band: its upper corners run from left to right, its lower ones back."""
    upper, lower = corners[: len(corners) // 2], corners[: len(corners) // 2 - 1 : -1]
    for (start, high), (until, _), (_, low) in zip(upper[::2], upper[1::2], lower[::2], strict=True):
        if until > start:
            yield start, until, low, high


def _groups(here: dict[int, tuple[float, float]]) -> set[tuple[int, ...]]:
    """Return which bands have an area to themselves at a time: each alone, and all that lie upon each other."""
    levels = sorted({bound for bounds in here.values() for bound in bounds})
    found: set[tuple[int, ...]] = {(i,) for i in here}
    for low, high in pairwise(levels):
        covering = tuple(i for i, bounds in here.items() if bounds[0] <= low and bounds[1] >= high)
        if covering:
            found.add(covering)
    return found


def _parts(spans: Sequence[Span]) -> Iterator[Corners]:
    """Yield the corners of each unbroken run of spans."""
    run: list[Span] = []
    for span in spans:
        if run and run[-1][1] != span[0]:
            yield _outline(run)
            run = []
        run.append(span)
    yield _outline(run)


def _outline(run: Sequence[Span]) -> Corners:
    upper = [point for start, until, _, high in run for point in ((start, high), (until, high))]
    lower = [point for start, until, low, _ in run for point in ((start, low), (until, low))]
    return (*upper, *reversed(lower))


def _blended(group: Sequence[int], colours: Sequence[str], opacity: float) -> str:
    """Return the colour of transparent layers on white, the first the lowest."""
    mixed = [255.0, 255.0, 255.0]
    for i in group:
        layer = (int(colours[i][k : k + 2], 16) for k in (1, 3, 5))
        mixed = [below * (1 - opacity) + over * opacity for below, over in zip(mixed, layer, strict=True)]
    return "#" + "".join(f"{round(value):02X}" for value in mixed)
