"""Results that note what is looked up in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from .keys import Key
from .model import Curve, Record, Results


@dataclass(frozen=True, kw_only=True)
class WatchedResults(Results):
    """Results that note which records and curves are looked up, in the order in which they first are."""

    seen: dict[str, None] = field(default_factory=dict)
    drawn: dict[str, None] = field(default_factory=dict)

    def __getitem__(self, name: str | Key) -> Record:
        """Return the record, and note that it was looked up; errors as `Results`."""
        record = super().__getitem__(name)
        self.seen[record.id] = None
        return record

    def curve(self, name: str | Key) -> Curve:
        """Return the curve, and note that it was looked up; errors as `Results`."""
        curve = super().curve(name)
        self.drawn[curve.id] = None
        return curve


def watched(results: Results) -> WatchedResults:
    """Return the same results, in which nothing has been looked up yet."""
    return WatchedResults(source=results.source, records=results.records, curves=results.curves)
