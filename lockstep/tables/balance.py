"""The table of balance: covariates in both groups before and after weighting or matching, with their differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ..catalogue import adjustment_catalogue as catalogue
from ..catalogue.keys import Key
from ..results.model import Results
from ..study.confounding import Matching, ScoreModel
from ..study.model import Study
from ..study.tables import BalanceOfCovariates
from ..text import numbers
from ..text.level_names import heading, level_name
from ..text.provenance import PrintedText
from ..text.style import Style
from .cells import NOTE, Row, bare, placed, variable_label


def balance(table: BalanceOfCovariates, study: Study, results: Results, style: Style) -> dict[str, Any]:
    """Return what the template of a table of balance prints."""
    model = study.score_models[table.design]
    shown = _Balance(model, study, results, style)
    levels, label = list(study.levels(model.exposure).values()), study.label(model.exposure)
    after = "After matching" if isinstance(model, Matching) else "After weighting"
    before = f"Before {after.removeprefix('After ')}"
    names = [level_name(label, level) for level in levels]
    places = [f"{side}, {name}" for side in (before, after) for name in (*names, "SMD")]
    return {
        "before": before,
        "after": after,
        "group": heading(label, levels),
        "levels": levels,
        "rows": placed([*shown.counts(), *shown.covariates()], places),
        "compared": f"{levels[1]} less {levels[0]}",
        "design": model.label,
        "missing": shown.missing(),
    }


@dataclass(frozen=True, slots=True)
class _Balance:
    """The rows of a table, each with cells before and after: both groups and their difference."""

    model: ScoreModel
    study: Study
    results: Results
    style: Style

    @property
    def key(self) -> Key:
        return Key(analysis=self.model.name)

    @property
    def levels(self) -> list[str]:
        return list(self.study.levels(self.model.exposure))

    def counts(self) -> Iterator[Row]:
        """Yield how many patients there are, and, with weights, to how many they amount."""
        matched = isinstance(self.model, Matching)
        of_group = catalogue.IN_MATCHED_SETS if matched else catalogue.WEIGHTED
        keys = [replace(self.key, level=level) for level in self.levels]
        before = [bare(self.results[catalogue.GROUP_SCORED.of(key)], self.style) for key in keys]
        after = [bare(self.results[of_group.of(key)], self.style) for key in keys]
        yield _row("Patients", [*before, "", *after, ""])
        if not matched:
            effective = [bare(self.results[catalogue.EFFECTIVE_N.of(key)], self.style) for key in keys]
            yield _row("Effective number of patients", ["", "", "", *effective, ""])

    def covariates(self) -> Iterator[Row]:
        """Yield a row of each number, and of each category a heading and a row of each level."""
        for variable in self.model.covariates:
            label, unit = variable_label(variable, self.study)
            levels = self.study.levels(variable)
            if not levels:
                named = f"{label}, {numbers.unit_text(unit, self.style)}" if unit else label
                yield _row(f"{named}, mean", self._cells(variable, None))
            else:
                yield Row(f"{label}, %")
            for level, text in levels.items():
                yield replace(_row(text, self._cells(variable, level)), indent=True)

    def missing(self) -> PrintedText | str:
        """Print how many patients have no score; nothing where all have one."""
        record = self.results[catalogue.UNSCORED.of(self.key)]
        return bare(record, self.style).at(NOTE) if record.value else ""

    def _cells(self, variable: str, level: str | None) -> list[PrintedText]:
        key = replace(self.key, variable=variable, level=level)
        sides = (
            (catalogue.MEAN_BEFORE, catalogue.PERCENT_BEFORE, catalogue.SMD_BEFORE),
            (catalogue.MEAN_AFTER, catalogue.PERCENT_AFTER, catalogue.SMD_AFTER),
        )
        found = []
        for mean, percent, difference in sides:
            value = mean if level is None else percent
            keys = [*(value.of(key, item=group) for group in self.levels), difference.of(key)]
            found += [bare(self.results[name], self.style) for name in keys]
        return found


def _row(label: str, cells: list[PrintedText] | list[str] | list[PrintedText | str]) -> Row:
    return Row(label, tuple((cell,) for cell in cells))
