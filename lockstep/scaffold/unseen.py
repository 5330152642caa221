"""Characters that nobody sees, in names and values of a data file: none reaches study.toml, which may hold none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from ..base.characters import HIDDEN, named
from .observed import Guess

_REMEDY: Final = "take it out of the file to use the column"


def unseen_in(texts: Iterable[str]) -> str:
    """Return the name of the first unseen character of some texts; "" where they have none."""
    return next((named(met[0]) for text in texts if (met := HIDDEN.search(text))), "")


def only_seen(text: str) -> str:
    """Return a text that is printed, such as a label, without the characters that nobody sees."""
    return HIDDEN.sub("", text)


def left_out_for_name(header: str) -> Guess | None:
    """Return the guess of a column whose name has an unseen character; None where it has none."""
    if character := unseen_in([header]):
        return Guess(kind=None, label="", why_left_out=f"its name has {character}, which is not seen: {_REMEDY}")
    return None


def without_unseen_values(guess: Guess) -> Guess:
    """Return a guess whose labels have no unseen characters; a column that has them in its values is left out."""
    if character := unseen_in([*guess.levels, *guess.recode, *guess.missing]):
        why = f"one of its values has {character}, which is not seen: {_REMEDY}"
        return Guess(kind=None, label=only_seen(guess.label), why_left_out=why)
    return replace(
        guess,
        label=only_seen(guess.label),
        unit=only_seen(guess.unit),
        levels={value: only_seen(label) or value for value, label in guess.levels.items()},
    )
