"""A study compared with one of its locks."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..base.errors import LockstepError, ResultsError
from ..base.wording import first_of
from ..document import claims
from ..document.printed_places import labels_in, places_in
from ..document.release import release
from ..document.report import number_style, open_study, run_analysis
from ..figures.illustrations import FOLDER as FIGURES
from ..figures.illustrations import illustrate
from ..figures.kinds import figure_content
from ..graphics.kind import FigureContent
from ..qmd.calls import MethodCall
from ..qmd.front_matter import DOCUMENT
from ..qmd.source import read_qmd
from ..results.released import Form
from ..syntax.sections import STUDY_FILE
from .changed_values import (
    NOT_PRINTED_THEN,
    PrintedPlaces,
    StudyState,
    changed_values,
    places_by_result,
    printed_form,
    printed_statements,
)
from .changes import Changes, ClaimChange, DataChanges, FigureChange
from .locks import ROWS_FILE, Lock, Manifest, find_lock, state_of

_MOST_LISTED: Final = 12


def changes_since_lock(folder: Path, since: str | None = None, *, list_ids: bool = False) -> Changes:
    """Compare a study with one of its locks; results and figures are brought up to date first.

    Parameters
    ----------
    since : name of the lock; the newest without it.
    list_ids : list the ids of new and changed patients.

    Raises
    ------
    LockstepError
        If there is no such lock, or study, data or document are not valid.
    """
    folder = folder.resolve()
    lock = find_lock(folder, since)
    report, document = open_study(folder), read_qmd(folder / DOCUMENT)
    released = release(document, report.study, report.results, number_style(report.study))
    now = StudyState(report.study, report.results, released, document)
    then = StudyState(lock.study(), lock.released(), lock.released(), lock.document())
    state = state_of(folder, name=lock.manifest.name)
    places = places_in(now.document)
    shown, unfollowed = places_by_result(places, then, now)
    return Changes(
        since=lock.folder.name,
        data=_data(lock, state, list_ids),
        values=changed_values(shown, then, now),
        printed=len(printed_statements(shown, then, now)),
        claims=tuple(_claims(then, now)),
        figures=tuple(_figures(places, lock, then, now)),
        causes=tuple(_causes(lock.manifest, state)),
        presentation=(*_text(shown, then, now), *_presentation(lock.manifest, state)),
        study_lines=_study_lines(lock.folder, folder),
        unfollowed=unfollowed,
    )


# ---- data ----------------------------------------------------------------------------------------------------------


def _data(lock: Lock, now: Manifest, list_ids: bool) -> DataChanges:
    old, new = lock.manifest.source, now.source
    found = DataChanges(
        same=(old.data_sha256, old.further_files) == (new.data_sha256, new.further_files),
        old_rows=old.data_rows,
        new_rows=new.data_rows,
        old_columns=old.data_columns,
        new_columns=new.data_columns,
    )
    if found.same:
        return found
    ids = ["--ids"] if list_ids else []
    study = lock.folder.parent.parent
    rows = json.loads(run_analysis(study, "fingerprint", "--since", str(lock.folder / ROWS_FILE), *ids))
    return replace(found, rows=rows, key_missing=rows is None)


# ---- claims --------------------------------------------------------------------------------------------------------


def _claims(then: StudyState, now: StudyState) -> Iterator[ClaimChange]:
    """Judge the claims of both texts on both results; current ones are listed by their current line."""
    texts = claims.claims_in(then.document), claims.claims_in(now.document)
    former, current = ({_said(claim) for claim in text} for text in texts)
    for claim in (*texts[1], *(claim for claim in texts[0] if _said(claim) not in current)):
        old, new = _judged(claim, then), _judged(claim, now)
        if old is None or new is None or old.holds == new.holds or (new.holds and _said(claim) not in former):
            continue
        here = f"{now.document.name}:{claim.line}"
        yield ClaimChange(
            outcome="mended" if new.holds else "broke",
            where=here if _said(claim) in current else f"line {claim.line} of the lock's text, no longer there",
            words=claim.words,
            condition=claim.condition.text,
            found=new.found,
            found_then={name: _text_of(printed_form(name, then)) for name in old.found},
        )


def _text_of(form: Form | None) -> str:
    return NOT_PRINTED_THEN if form is None else form.text


def _said(claim: claims.Claim) -> tuple[str, str]:
    return claim.words, claim.condition.text


def _judged(claim: claims.Claim, state: StudyState) -> claims.ClaimVerdict | None:
    """Judge a claim; None where its condition names a result that there is not, or is none of the lock's text."""
    try:
        return claims.verdict_on(claim, state.results, number_style(state.study))
    except ResultsError:
        return None


# ---- figures, and what else changed --------------------------------------------------------------------------------


def _figures(places: Sequence[MethodCall], lock: Lock, then: StudyState, now: StudyState) -> Iterator[FigureChange]:
    for place in places:
        if place.method != "figure" or place.computed or not place.arguments:
            continue
        name = str(place.arguments[0])
        new, former = _content(name, now), _content(name, then)  # both as they are printed
        if new is None or new == former:
            continue
        illustrate(name, now.study, now.results, now.study.folder, number_style(now.study))
        old = lock.folder / FIGURES.name / f"{name}.png"
        yield FigureChange(
            label=place.where,
            old=old if old.is_file() else None,
            new=now.study.folder / FIGURES / f"{name}.png",
            old_alt="" if former is None else former.alt_text(),
            new_alt=new.alt_text(),
        )


def _content(name: str, state: StudyState) -> FigureContent | None:
    try:
        return figure_content(name, state.study, state.released, number_style(state.study))
    except LockstepError:
        return None


def _causes(old: Manifest, new: Manifest) -> Iterator[str]:
    if old.source.study_sha256 != new.source.study_sha256:
        yield "The study definition, study.toml, changed."
    if old.source.code_sha256 != new.source.code_sha256:
        yield "The code of the analysis changed."
    yield from _versions(old.source.versions, new.source.versions, "analysis")


def _text(shown: Mapping[str, PrintedPlaces], then: StudyState, now: StudyState) -> Iterator[str]:
    """Say that the text changed, and what it prints that it did not, and no longer prints."""
    if then.document.lines == now.document.lines:
        return
    yield f"The text of {now.document.name} changed."
    former = _ids_printed_by(then)
    labels = labels_in(then.document), labels_in(now.document)
    for heading, names, others in (
        ("Tables and figures that are new in it", labels[1], labels[0]),
        ("Tables and figures that are gone from it", labels[0], labels[1]),
        ("Results that it prints now and did not", list(shown), former),
        ("Results that it no longer prints", sorted(former - _ids_printed_by(now)), shown),
    ):
        if found := [name for name in names if name not in others]:
            yield f"{heading}: {first_of(found, most=_MOST_LISTED)}."


def _ids_printed_by(state: StudyState) -> set[str]:
    """Return the ids of the results that a state's text prints."""
    return {record_id for call in state.released.calls.values() for record_id in call.ids}


def _presentation(old: Manifest, new: Manifest) -> Iterator[str]:
    if old.manuscript_sha256 != new.manuscript_sha256:
        yield "The code or the templates of the documents changed."
    yield from _versions(old.versions, new.versions, "documents")


def _versions(old: Mapping[str, str], new: Mapping[str, str], what: str) -> Iterator[str]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield f"{name}, of the {what}, is version {new.get(name, 'none')} (in the lock {old.get(name, 'none')})."


def _study_lines(old: Path, new: Path) -> tuple[str, ...]:
    then, now = ((folder / STUDY_FILE).read_text(encoding="utf-8").splitlines() for folder in (old, new))
    lines = difflib.unified_diff(then, now, lineterm="", n=0)
    return tuple(line for line in lines if line[:1] in "+-" and not line.startswith(("+++ ", "--- ")))
