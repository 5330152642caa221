"""Results that note what is looked up in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from ..catalogue.keys import Key
from .model import Curve, Record, Results


@dataclass(frozen=True, kw_only=True)
class WatchedResults(Results):
    """Results that note which records and curves are looked up, in the order in which they first are.

    Records and curves are found as those of `unwatched` are: many places are watched, and an index has a thousand ids.
    """

    unwatched: Results
    seen: dict[str, None] = field(default_factory=dict)
    drawn: dict[str, None] = field(default_factory=dict)

    @cached_property
    def _records(self) -> dict[str, Record]:
        return self.unwatched._records

    @cached_property
    def _curves(self) -> dict[str, Curve]:
        return self.unwatched._curves

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
    return WatchedResults(source=results.source, records=results.records, curves=results.curves, unwatched=results)
