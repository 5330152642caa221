"""What is printed of each result, in a lock's text and in the text of now, and where the two differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ..catalogue.keys import count_and_percent_keys
from ..document.release import MISSING, in_form_of
from ..document.report import number_style
from ..qmd.calls import MethodCall
from ..qmd.source import Document
from ..results.model import Record, Results
from ..results.released import NOT_PRINTED, Call, Form, Released
from ..study.model import Study
from ..text.style import NBSP
from .changes import ChangedPlace, ValueChange
from .ranking import RANKS, rank

NOT_PRINTED_THEN: Final = "not printed then"
GONE: Final = "\N{EN DASH}"  # there is no such result any more


@dataclass(frozen=True, slots=True)
class StudyState:
    """A study at one time: its definition, its results and what its text prints of them.

    The results of a lock are what was printed, and nothing else.
    """

    study: Study
    results: Results
    released: Released
    document: Document


@dataclass(slots=True)
class PrintedPlaces:
    """Where a result is printed: in phrases that the lock's text has too, and elsewhere."""

    compared: list[ChangedPlace] = field(default_factory=list)
    others: list[ChangedPlace] = field(default_factory=list)

    @property
    def lines(self) -> set[str]:
        """The lines of the document that print it."""
        return {spot.where for spot in (*self.compared, *self.others)}


def places_by_result(
    places: Sequence[MethodCall], then: StudyState, now: StudyState
) -> tuple[dict[str, PrintedPlaces], tuple[str, ...]]:
    """Return where each printed result is printed, and the places that cannot be followed."""
    shown: dict[str, PrintedPlaces] = {}
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
            found = shown.setdefault(record_id, PrintedPlaces())
            (found.compared if spot.new and old else found.others).append(spot)
    return shown, tuple(dict.fromkeys(unfollowed))


def _text_then(new: Call, old: Call | None, then: StudyState) -> str:
    """Return what a call printed then; where the text had no such one, how it printed these results."""
    if not new.text or old is not None:
        return old.text if old else ""
    forms = [printed_form(record_id, then) for record_id in new.ids]
    return ", ".join(form.text if form else NOT_PRINTED_THEN for form in forms)


def changed_values(shown: Mapping[str, PrintedPlaces], then: StudyState, now: StudyState) -> tuple[ValueChange, ...]:
    """Return the statements that print otherwise than in the lock, each once, the most important first."""
    changed = {record_id: _value(record_id, places, then, now) for record_id, places in shown.items()}
    found = [_of_statement(ids, changed, then, now) for ids in printed_statements(shown, then, now)]
    return tuple(sorted(filter(None, found), key=lambda value: RANKS.index(value.rank)))


def printed_statements(
    shown: Mapping[str, PrintedPlaces], then: StudyState, now: StudyState
) -> tuple[tuple[str, ...], ...]:
    """Return the ids of each printed statement: a count and its percentage that are printed together are one."""
    found: list[tuple[str, ...]] = []
    for record_id in shown:
        record = _record(record_id, now.results) or _record(record_id, then.released)
        ids = tuple(key.id for key in (count_and_percent_keys(record.key) or ())) if record else ()
        if not ids or not set(ids) <= shown.keys() or not shown[ids[0]].lines & shown[ids[1]].lines:
            found.append((record_id,))
        elif record_id == ids[0]:
            found.append(ids)
    return tuple(found)


def _of_statement(
    ids: Sequence[str], changed: Mapping[str, ValueChange | None], then: StudyState, now: StudyState
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


def _value(record_id: str, shown: PrintedPlaces, then: StudyState, now: StudyState) -> ValueChange | None:
    """Return how a result prints otherwise than in the lock; None where it prints the same, or was and is not there."""
    form, now_form = printed_form(record_id, then), printed_form(record_id, now)
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


def _texts(record_id: str, then: StudyState, now: StudyState) -> tuple[str, str]:
    """Return what is printed of a result, in the lock and now, in the lock's form; nothing where it only decides."""
    form, now_form = printed_form(record_id, then), printed_form(record_id, now)
    old, current = _record(record_id, then.released), _record(record_id, now.results)
    if form is None or old is None:
        return (NOT_PRINTED_THEN, now_form.text) if now_form else ("", "")
    return form.text, GONE if current is None else in_form_of(current, old, form, number_style(now.study))[1]


def printed_form(record_id: str, state: StudyState) -> Form | None:
    """Return how a result was printed; None where it was not, or only decided a claim."""
    form = state.released.forms.get(record_id)
    return None if form is None or form.text == NOT_PRINTED else form


def _record(record_id: str, results: Results) -> Record | None:
    return results[record_id] if record_id in results else None  # noqa: SIM401 (Results has no `get`)
