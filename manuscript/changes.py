"""What a change report holds: data, printed values, claims, figures, and what else than the data changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .ranking import MEANING, Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChanges:
    """What changed in the data file.

    `rows` holds the counts of `analysis.fingerprint.RowChanges` by name; None where the file is the same, or where the
    key of the lock is not here (`key_missing`), so that only rows and columns as a whole can be compared.
    """

    same: bool
    old_rows: int
    new_rows: int
    old_columns: int
    new_columns: int
    key_missing: bool = False
    rows: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the document, and what is printed there then and now: nothing of a table or figure as a whole."""

    where: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A result that the document prints and that is another than in the lock; `spots` in the document's order."""

    id: str
    label: str
    population: str
    rank: Rank
    old: str
    new: str
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimChange:
    """A claim that held and no longer does, or the other way; `found` are the values of its condition now."""

    outcome: Literal["broke", "mended"]
    where: str
    words: str
    condition: str
    found: Mapping[str, str]
    found_then: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that shows something else than in the lock: its label, its picture then (if there is one) and now."""

    label: str
    old: Path | None
    new: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that changed since a lock.

    Attributes
    ----------
    printed : how many results the document prints.
    unprinted : how many results that it does not print are others than in the lock.
    causes : what else than the data can have moved a result and changed, in words.
    presentation : what changed of text, code and packages that print the results, in words.
    study_lines : the lines of study.toml that are gone (-) or new (+).
    unfollowed : places whose arguments are computed, so that what they print is not known here.
    """

    since: str
    data: DataChanges
    values: tuple[ValueChange, ...]
    printed: int
    unprinted: int
    claims: tuple[ClaimChange, ...]
    figures: tuple[FigureChange, ...]
    causes: tuple[str, ...]
    presentation: tuple[str, ...]
    study_lines: tuple[str, ...]
    unfollowed: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether all is as it was."""
        moved = self.values or self.unprinted or self.claims or self.figures
        return self.data.same and not (moved or self.causes or self.presentation)

    def summary(self) -> str:
        """Say in a sentence or two what changed, and what can be the reason of it."""
        if self.nothing:
            return f"Nothing has changed since lock {self.since}: all {self.printed} printed results are the same."
        moved = f"{len(self.values)} of {self.printed} printed results differ from lock {self.since}."
        if self.causes:
            data = "did not change" if self.data.same else "changed too, so that a result can have moved by either"
            return f"{moved} The study definition or the analysis changed, as listed below; the data {data}."
        data = "The data did not change" if self.data.same else "The data changed"
        return f"{moved} {data}; the study definition and the analysis are those of the lock."

    def headlines(self) -> list[str]:
        """Return a line for each claim that broke or was mended, and for each printed result that crossed a bound."""
        words = {"broke": "no longer supported by the data", "mended": "supported by the data again"}
        claims = [f'{claim.where}: {words[claim.outcome]}: "{claim.words}"' for claim in self.claims]
        return claims + [
            f"{value.spots[0].where}: {value.id}: {value.old} -> {value.new} ({MEANING[value.rank]})"
            for value in self.values
            if value.rank in ("significance", "interval", "median")
        ]
