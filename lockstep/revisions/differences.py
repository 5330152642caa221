"""A study compared with one of its locks."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ..base.errors import LockstepError, ResultsError
from ..base.wording import first_of
from ..document import claims
from ..document.printed_places import labels_in, places_in
from ..document.release import MISSING, in_form_of, release
from ..document.report import number_style, open_study, run_analysis
from ..figures.illustrations import FOLDER as FIGURES
from ..figures.illustrations import illustrate
from ..figures.kind import FigureContent
from ..figures.kinds import figure_content
from ..qmd.calls import MethodCall
from ..qmd.source import DOCUMENT, Document, read_qmd
from ..results.keys import count_and_percent_keys
from ..results.model import Record, Results
from ..results.released import NOT_PRINTED, Call, Form, Released
from ..study.model import Study
from ..text.style import NBSP
from .changes import ChangedPlace, Changes, ClaimChange, DataChanges, FigureChange, ValueChange
from .locks import ROWS_FILE, Lock, Manifest, find_lock, state_of
from .ranking import RANKS, rank

NOT_PRINTED_THEN: Final = "not printed then"
GONE: Final = "\N{EN DASH}"  # there is no such result any more

_MOST_LISTED: Final = 12


@dataclass(frozen=True, slots=True)
class _State:
    """A study at one time: its definition, its results and what its text prints of them.

    The results of a lock are what was printed, and nothing else.
    """

    study: Study
    results: Results
    released: Released
    document: Document


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
    now = _State(report.study, report.results, released, document)
    then = _State(lock.study(), lock.released(), lock.released(), lock.document())
    state = state_of(folder, name=lock.manifest.name)
    places = places_in(now.document)
    shown, unfollowed = _shown(places, then, now)
    return Changes(
        since=lock.folder.name,
        data=_data(lock, state, list_ids),
        values=_values(shown, then, now),
        printed=len(_statements(shown, then, now)),
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
        same=old.data_sha256 == new.data_sha256,
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


# ---- printed values ------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Shown:
    """Where a result is printed: in phrases that the lock's text has too, and elsewhere."""

    compared: list[ChangedPlace] = field(default_factory=list)
    others: list[ChangedPlace] = field(default_factory=list)

    @property
    def wheres(self) -> set[str]:
        return {spot.where for spot in (*self.compared, *self.others)}


def _shown(places: Sequence[MethodCall], then: _State, now: _State) -> tuple[dict[str, _Shown], tuple[str, ...]]:
    """Return where each printed result is printed, and the places that cannot be followed."""
    shown: dict[str, _Shown] = {}
    unfollowed = []
    for place in places:
        new, old = now.released.calls.get(place.key), then.released.calls.get(place.key)
        if place.computed or new is None:
            unfollowed.append(place.where)
            continue
        # A list of variables is no text of each of them: every one has its own number in it, or none.
        listed = place.method == MISSING
        spot = ChangedPlace(place.where) if listed else ChangedPlace(place.where, _text_then(new, old, then), new.text)
        for record_id in dict.fromkeys([*new.ids, *(old.ids if old else ())]):
            found = shown.setdefault(record_id, _Shown())
            (found.compared if spot.new and old else found.others).append(spot)
    return shown, tuple(dict.fromkeys(unfollowed))


def _text_then(new: Call, old: Call | None, then: _State) -> str:
    """Return what a call printed then; where the text had no such one, how it printed these results."""
    if not new.text or old is not None:
        return old.text if old else ""
    forms = [_form(record_id, then) for record_id in new.ids]
    return ", ".join(form.text if form else NOT_PRINTED_THEN for form in forms)


def _values(shown: Mapping[str, _Shown], then: _State, now: _State) -> tuple[ValueChange, ...]:
    changed = {record_id: _value(record_id, places, then, now) for record_id, places in shown.items()}
    found = [_of_statement(ids, changed, then, now) for ids in _statements(shown, then, now)]
    return tuple(sorted(filter(None, found), key=lambda value: RANKS.index(value.rank)))


def _statements(shown: Mapping[str, _Shown], then: _State, now: _State) -> tuple[tuple[str, ...], ...]:
    """Return the ids of each printed statement: a count and its percentage that are printed together are one."""
    found: list[tuple[str, ...]] = []
    for record_id in shown:
        record = _record(record_id, now.results) or _record(record_id, then.released)
        ids = tuple(key.id for key in (count_and_percent_keys(record.key) or ())) if record else ()
        if not ids or not set(ids) <= shown.keys() or not shown[ids[0]].wheres & shown[ids[1]].wheres:
            found.append((record_id,))
        elif record_id == ids[0]:
            found.append(ids)
    return tuple(found)


def _of_statement(
    ids: Sequence[str], changed: Mapping[str, ValueChange | None], then: _State, now: _State
) -> ValueChange | None:
    """Return the change of a statement, reported once: "60 (42.3%)" and "61 (42.7%)"."""
    found = [value for value in map(changed.__getitem__, ids) if value is not None]
    if len(ids) == 1 or not found:
        return found[0] if found else None
    pairs = [_texts(record_id, then, now) for record_id in ids]
    old, new = (_counted_percent(count, percent) for count, percent in zip(*pairs, strict=True))
    if old == new:
        return found[0]
    return replace(
        found[0],
        rank=min((value.rank for value in found), key=RANKS.index),
        old=old,
        new=new,
        spots=tuple(dict.fromkeys(spot for value in found for spot in value.spots)),
    )


def _counted_percent(count: str, percent: str) -> str:
    printed = [text for text in (count, percent) if text not in ("", NOT_PRINTED_THEN, GONE)]
    return f"{count}{NBSP}({percent})" if len(printed) == 2 else "".join(printed) or count


def _value(record_id: str, shown: _Shown, then: _State, now: _State) -> ValueChange | None:
    """Return how a result prints otherwise than in the lock; None where it prints the same, or was and is not there."""
    form, now_form = _form(record_id, then), _form(record_id, now)
    old, current = _record(record_id, then.released), _record(record_id, now.results)
    record = current or old
    if record is None:
        return None
    old = old if form else None
    new, texts = current, _texts(record_id, then, now)
    if old is not None and form is not None and current is not None:
        new = in_form_of(current, old, form, number_style(now.study))[0]
    if texts[0] == texts[1]:
        differing = [(spot.old, spot.new) for spot in shown.compared if spot.old != spot.new]
        if not differing:
            return None
        texts = differing[0]
    return ValueChange(
        id=record_id,
        label=record.label,
        population=record.population,
        rank=rank(old, new, old_alpha=then.study.analysis.alpha, new_alpha=now.study.analysis.alpha)
        if form or now_form
        else "other",
        old=texts[0],
        new=texts[1],
        spots=tuple(dict.fromkeys([*shown.compared, *shown.others])),
    )


def _texts(record_id: str, then: _State, now: _State) -> tuple[str, str]:
    """Return what is printed of a result, in the lock and now, in the lock's form; nothing where it only decides."""
    form, now_form = _form(record_id, then), _form(record_id, now)
    old, current = _record(record_id, then.released), _record(record_id, now.results)
    if form is None or old is None:
        return (NOT_PRINTED_THEN, now_form.text) if now_form else ("", "")
    return form.text, GONE if current is None else in_form_of(current, old, form, number_style(now.study))[1]


def _form(record_id: str, state: _State) -> Form | None:
    """Return how a result was printed; None where it was not, or only decided a claim."""
    form = state.released.forms.get(record_id)
    return None if form is None or form.text == NOT_PRINTED else form


def _record(record_id: str, results: Results) -> Record | None:
    return results[record_id] if record_id in results else None  # noqa: SIM401 (Results has no `get`)


# ---- claims --------------------------------------------------------------------------------------------------------


def _claims(then: _State, now: _State) -> Iterator[ClaimChange]:
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
            found_then={name: form.text if (form := _form(name, then)) else NOT_PRINTED_THEN for name in old.found},
        )


def _said(claim: claims.Claim) -> tuple[str, str]:
    return claim.words, claim.condition.text


def _judged(claim: claims.Claim, state: _State) -> claims.Verdict | None:
    """Judge a claim; None where its condition names a result that there is not, or is none of the lock's text."""
    try:
        return claims.verdict_on(claim, state.results, number_style(state.study))
    except ResultsError:
        return None


# ---- figures, and what else changed --------------------------------------------------------------------------------


def _figures(places: Sequence[MethodCall], lock: Lock, then: _State, now: _State) -> Iterator[FigureChange]:
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


def _content(name: str, state: _State) -> FigureContent | None:
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


def _text(shown: Mapping[str, _Shown], then: _State, now: _State) -> Iterator[str]:
    """Say that the text changed, and what it prints that it did not, and no longer prints."""
    if then.document.lines == now.document.lines:
        return
    yield f"The text of {now.document.name} changed."
    former = _told(then)
    labels = labels_in(then.document), labels_in(now.document)
    for heading, names, others in (
        ("Tables and figures that are new in it", labels[1], labels[0]),
        ("Tables and figures that are gone from it", labels[0], labels[1]),
        ("Results that it prints now and did not", list(shown), former),
        ("Results that it no longer prints", sorted(former - _told(now)), shown),
    ):
        if found := [name for name in names if name not in others]:
            yield f"{heading}: {first_of(found, most=_MOST_LISTED)}."


def _told(state: _State) -> set[str]:
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
    then, now = ((folder / "study.toml").read_text(encoding="utf-8").splitlines() for folder in (old, new))
    lines = difflib.unified_diff(then, now, lineterm="", n=0)
    return tuple(line for line in lines if line[:1] in "+-" and not line.startswith(("+++ ", "--- ")))
