"""What a change report holds: data, printed values, claims, figures, and what else than the data changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..base.errors import counted
from ..base.terminal import wrapped
from ..notes.single_patients import FEWEST
from .ranking import MEANING, Rank


@dataclass(frozen=True, slots=True, kw_only=True)
class DataChanges:
    """What changed in the data file.

    `rows` holds the counts of `lockstep.data.fingerprint.RowChanges` by name; None where the file is the same, or where
    the key of the lock is not here (`key_missing`), so that only rows and columns as a whole can be compared.
    """

    same: bool
    old_rows: int
    new_rows: int
    old_columns: int
    new_columns: int
    key_missing: bool = False
    rows: Mapping[str, Any] | None = None

    @property
    def saved_again(self) -> bool:
        """Whether the bytes of the file are others, and no patient and no cell that can be compared is."""
        return not self.same and self.rows is not None and not any(self.rows.values())

    def lines(self) -> list[str]:
        """Say what changed in the data file, in counts."""
        if self.same:
            return [
                f"The data file is the same, byte for byte ({counted(self.new_rows, 'row')}, "
                f"{counted(self.new_columns, 'column')})."
            ]
        size = f"Rows: {self.old_rows} in the lock, {self.new_rows} now."
        lines = [f"{size} Columns: {self.old_columns} in the lock, {self.new_columns} now."]
        if self.key_missing:
            return [
                *lines,
                "The key of the lock, .lockstep-key, is not here, so that patients and cells could not be compared.",
            ]
        found = self.rows or {}
        patients = [found.get(name, 0) for name in ("added", "removed", "changed")]
        columns = {word: found.get(f"columns_{word}", ()) for word in ("added", "removed")}
        if any(patients):
            added, removed, changed = patients
            lines.append(f"{counted(added, 'patient')} added, {removed} removed, {changed} with changed values.")
            if sum(patients) < FEWEST:
                lines.append(
                    "These are so few that the difference of a number then and now may be what one of them has: look "
                    "at this report before you share it."
                )
        lines += [f"Columns {word}: {', '.join(names)}." for word, names in columns.items() if names]
        if self.saved_again:
            lines.append(
                "The data file was saved again: no patient and no cell of a named column differs, only the form of the "
                "file, the order of its rows, or a column without a name of its own."
            )
        return lines


@dataclass(frozen=True, slots=True)
class ChangedPlace:
    """A place of the document, and what is printed there then and now: nothing of a table or figure as a whole."""

    where: str
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A result that the document prints otherwise than in the lock; `spots` in the document's order.

    A count that is printed with its percentage is one with it, under the id of the count.
    """

    id: str
    label: str
    population: str
    rank: Rank
    old: str
    new: str
    spots: tuple[ChangedPlace, ...]


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
    """A figure that shows something else than in the lock: its label, its picture then (if there is one) and now.

    `old_alt` and `new_alt` say in words what the pictures show.
    """

    label: str
    old: Path | None
    new: Path
    old_alt: str = ""
    new_alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that changed since a lock.

    Attributes
    ----------
    printed : how many results the document prints, a count with its percentage as one.
    causes : what else than the data can have moved a result and changed, in words.
    presentation : what changed of text, code and packages that print the results, in words.
    study_lines : the lines of study.toml that are gone (-) or new (+).
    unfollowed : places whose arguments are computed, so that what they print is not known here.
    """

    since: str
    data: DataChanges
    values: tuple[ValueChange, ...]
    printed: int
    claims: tuple[ClaimChange, ...]
    figures: tuple[FigureChange, ...]
    causes: tuple[str, ...]
    presentation: tuple[str, ...]
    study_lines: tuple[str, ...]
    unfollowed: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether all is as it was."""
        moved = self.values or self.claims or self.figures
        return self.data.same and not (moved or self.causes or self.presentation)

    @property
    def differing(self) -> int:
        """How many results print otherwise than in the lock; what this does not hold cannot be compared."""
        return sum(value.rank != "new" for value in self.values)

    def summary(self) -> str:
        """Say in a sentence or two what changed, and what can be the reason of it."""
        if self.nothing:
            return f"Nothing has changed since lock {self.since}: all {self.printed} printed results are the same."
        differ = f"{self.differing} of {self.printed} printed results differ from lock {self.since}."
        moved = differ if self.differing else f"Each of the {self.printed} printed results is as in lock {self.since}."
        if new := len(self.values) - self.differing:
            same = f"Each of the other {self.printed - new} printed results is as in lock {self.since}."
            of_new = f"{new} {'was' if new == 1 else 'were'} not printed then, and cannot be compared."
            moved = f"{differ if self.differing else same} {of_new}"
        if self.causes:
            kept = self.data.same or self.data.saved_again
            data = "did not change" if kept else "changed too, so that a result can have moved by either"
            return f"{moved} The study definition or the analysis changed, as listed below; the data {data}."
        if self.data.same:
            return (
                f"{moved} Data, study definition and analysis are those of the lock; what else changed is listed below."
            )
        if self.data.saved_again:
            return (
                f"{moved} The data file was saved again with the same cells; the study definition and the analysis are "
                "those of the lock."
            )
        return f"{moved} The data changed; the study definition and the analysis are those of the lock."

    def headlines(self) -> list[str]:
        """Return what a terminal shows: the data, what else changed, claims, and results that crossed a bound."""
        if self.nothing:
            return []
        words = {"broke": "no longer supported by the data", "mended": "supported by the data again"}
        lines = [*self.data.lines(), *self.causes, *self.presentation]
        lines += [f'{claim.where}: {words[claim.outcome]}: "{claim.words}"' for claim in self.claims]
        for value in self.values:
            if value.rank in ("significance", "interval", "median"):
                more = f" and {len(value.spots) - 1} more" if len(value.spots) > 1 else ""
                lines.append(f"{value.spots[0].where}{more}: {MEANING[value.rank]}")
                lines += [f"    {value.id}", f"    {value.old} -> {value.new}"]
        return [part for line in lines for part in wrapped(line, indent=8 if line.startswith(" ") else 4)]
