"""REDCap's data dictionary: the fields of a project as its CSV describes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final

from ..base.errors import DataError
from ..base.wording import dotted
from .delimited import parse_delimited
from .table import TextTable

_HEADERS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("Variable / Field Name", "field_name"),
    "form": ("Form Name", "form_name"),
    "type": ("Field Type", "field_type"),
    "label": ("Field Label", "field_label"),
    "choices": ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations"),
    "validation": (
        "Text Validation Type OR Show Slider Number",
        "text_validation_type_or_show_slider_number",
    ),
    "low": ("Text Validation Min", "text_validation_min"),
    "high": ("Text Validation Max", "text_validation_max"),
    "identifier": ("Identifier?", "identifier"),
}
"""What is read of a field, and the column that has it: in a file from REDCap's pages, and in one from its API."""

_NEEDED: Final = ("name", "form", "type")
_CHOSEN: Final = ("radio", "dropdown", "select", "checkbox")
_FIXED_CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "yesno": {"1": "Yes", "0": "No"},
    "truefalse": {"1": "True", "0": "False"},
}
_TAG: Final = re.compile(r"<[/!a-zA-Z][^<>]*>")
_BETWEEN_CHOICES: Final = re.compile(r"\s*\|\s*|\s*\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapField:
    """A field of a REDCap project.

    Attributes
    ----------
    name : of its column in an export; of a checkbox, what the names of its boxes begin with.
    form : the instrument that asks for it.
    type : "text", "notes", "radio", "dropdown", "checkbox", "yesno", "truefalse", "calc", "slider", "descriptive" ...
    label : what the form asks, without markup.
    choices : the label of each code, in order.
    validation : of a text, such as "integer" or "date_dmy"; empty where any text is allowed.
    range : the lowest and highest value that is allowed, as texts; "" where it is open.
    identifier : whether the project marks it as what identifies a person.
    """

    name: str
    form: str
    type: str
    label: str
    choices: Mapping[str, str]
    validation: str
    range: tuple[str, str]
    identifier: bool

    @property
    def boxes(self) -> dict[str, str]:
        """The code of each box of a checkbox, by the name of its column."""
        if self.type != "checkbox":
            return {}
        # A column's name has small letters, and for every sign that none may have, such as the one of -99, a "_".
        return {f"{self.name}___{re.sub('[^a-z0-9_]', '_', code.lower())}": code for code in self.choices}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapDictionary:
    """The fields of a REDCap project, by name in the order of its forms; the first one identifies a record.

    `section` of study.toml names its file.
    """

    file: str
    section: str
    fields: Mapping[str, RedcapField]

    @property
    def record_id(self) -> str:
        """The name of the field that identifies a record."""
        return next(iter(self.fields))


def parse_dictionary(content: bytes, *, file: str, section: str = "data") -> RedcapDictionary:
    """Parse the bytes of a data dictionary CSV, as REDCap's Online Designer or its API writes it.

    Parameters
    ----------
    section : of study.toml that describes the data file, for messages.

    Raises
    ------
    DataError
        If it is no such file.
    """
    expected = {name for names in _HEADERS.values() for name in names}
    table = parse_delimited(content, file=file, expected=expected, section=section)
    parts = {part: _column(table, names, section, needed=part in _NEEDED) for part, names in _HEADERS.items()}
    found = [_field({part: texts[row] for part, texts in parts.items()}) for row in range(len(table.rows))]
    return RedcapDictionary(file=file, section=section, fields={field.name: field for field in found if field.name})


def _column(table: TextTable, names: tuple[str, str], section: str, *, needed: bool) -> list[str]:
    for name in names:
        if name in table.columns:
            column = table.columns[name]
            return [column.texts[code] for code in column.codes]
    if needed:
        raise DataError(
            f"{table.file}: has no column '{names[0]}'; expected REDCap's data dictionary, which has one.\n"
            "In REDCap: Project Setup, Download the current Data Dictionary; name that file in "
            f"{dotted(f'{section}.dictionary')} in study.toml."
        )
    return [""] * len(table.rows)


def _field(raw: Mapping[str, str]) -> RedcapField:
    kind = raw["type"].lower()
    return RedcapField(
        name=raw["name"].lower(),
        form=raw["form"].lower(),
        type=kind,
        label=_plain(raw["label"]),
        choices=_FIXED_CHOICES.get(kind) or (_choices(raw["choices"]) if kind in _CHOSEN else {}),
        validation=raw["validation"].lower() if kind == "text" else "",
        range=(raw["low"], raw["high"]),
        identifier=raw["identifier"].lower() in {"y", "yes", "1"},
    )


def _choices(text: str) -> dict[str, str]:
    """Return the choices of "1, Male | 2, Female"; in a label there may be more commas."""
    pairs = [part.partition(",") for part in _BETWEEN_CHOICES.split(text.strip()) if part.strip()]
    return {code.strip(): _plain(label) or code.strip() for code, _, label in pairs}


def _plain(text: str) -> str:
    """Return a label as it is read: without markup, on one line."""
    return " ".join(unescape(_TAG.sub(" ", text)).split())
