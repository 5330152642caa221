"""Sections of [models.*] that say only in what they differ from another one (`like`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..base.wording import hint, listing, shown
from ..syntax.names import default_label
from ..syntax.sections import Section

LIKE: Final = "like"

_OF = ("endpoint", "endpoints", "outcome", "outcomes")
"""Keys of which a model takes none from another one where it has one itself: they say what it is of."""


def like_another_model(section: Section, sections: Mapping[str, Section], short_form: Mapping[str, Any]) -> Section:
    """Return a section with the keys of the model that its `like` names, but for those of its own.

    Parameters
    ----------
    short_form : the keys of the models that [analysis] asks for, by their names.

    Raises
    ------
    StudyError
        If there is no such model, or it is like another one itself.
    """
    if not section.has(LIKE):
        return section
    name = section.text(LIKE)
    known = {**short_form, **{key: item.values for key, item in sections.items() if item.key != section.key}}
    if name not in known:
        listed = listing(known, word="and") or "none"
        raise section.error(LIKE, f"names {shown(name)}; the other models are: {listed}{hint(name, known)}")
    if LIKE in known[name]:
        raise section.error(LIKE, f"names {shown(name)}, which is like another itself; name that one")
    taken = dict(known[name])
    if any(section.has(key) for key in _OF):
        taken = {key: value for key, value in taken.items() if key not in _OF}
    label = taken.pop("label", default_label(name))
    if section.values.get("imputation") is True:
        taken["label"] = f"{label}, imputed"
    return Section(section.key, {**taken, **section.values})
