"""A raw export of REDCap with its data dictionary: what the columns mean, and what the export garbles put right.

An export writes 0 for every box of a checkbox that is not checked, also where nobody has ever opened the form: there
the answer is not known. A box of a missing-data code, checked, says the same of the whole field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from ..base.errors import DataError
from ..base.wording import listing, shown
from ..syntax.conditions import ISO_DATE
from .redcap_dictionary import RedcapDictionary, RedcapField
from .table import ColumnDescription, TextColumn, TextTable

_UNCHECKED: Final = {"0": "No", "1": "Yes"}
_COMPLETE: Final = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
_NUMBERS: Final = ("integer", "number", "number_1dp", "number_2dp", "number_3dp", "number_4dp")
_DATE_TIME: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?")
_UNIT: Final = re.compile(r"(.*\S)\s*(?:\[([^][()]+)\]|\(([^][()]+)\))\s*[:.]?")
_LONGEST_UNIT: Final = 20  # characters; what is longer in brackets at the end of a label is a remark
_WORDS_OF_UNIT: Final = 3
_LABELLED: Final = ("Checked", "Unchecked", *_COMPLETE.values())

Flags = npt.NDArray[np.bool_]


def with_dictionary(table: TextTable, dictionary: RedcapDictionary) -> TextTable:
    """Return a raw export as its dictionary says that it is meant, with descriptions of its columns.

    Parameters
    ----------
    table : all columns of the export.

    Raises
    ------
    DataError
        If it is an export with labels in place of codes, or of another project.
    """
    _refuse_other_exports(table, dictionary)
    columns = dict(table.columns)
    for name, column in table.columns.items():
        field = dictionary.fields.get(name)
        if field is not None and field.validation.startswith("datetime_"):
            days = {text: found[1] for text in column.texts if (found := _DATE_TIME.fullmatch(text))}
            columns[name] = _rewritten(column, days)
        elif field is not None and field.validation.endswith("_comma_decimal"):
            columns[name] = _rewritten(column, {text: text.replace(",", ".") for text in column.texts})
    for name, unknown in _unknown_boxes(table, dictionary):
        columns[name] = _without(table.columns[name], unknown)
    return replace(table, columns=columns, typed=True, descriptions=dict(_descriptions(table.header, dictionary)))


def _rewritten(column: TextColumn, texts: Mapping[str, str]) -> TextColumn:
    """Return a column with some of its texts written in another way; two may become one."""
    new = [texts.get(text, text) for text in column.texts]
    places = {text: place for place, text in enumerate(dict.fromkeys(new))}
    return TextColumn(list(places), np.array([places[text] for text in new], dtype=np.intp)[column.codes])


def _without(column: TextColumn, where: Flags) -> TextColumn:
    """Return a column that is blank in some rows."""
    texts = column.texts if "" in column.texts else [*column.texts, ""]
    return TextColumn(texts, np.where(where, texts.index(""), column.codes))


# ---- boxes of checkboxes -------------------------------------------------------------------------------------------


def _unknown_boxes(table: TextTable, dictionary: RedcapDictionary) -> Iterator[tuple[str, Flags]]:
    """Yield the columns of boxes that are unknown in some rows, and in which."""
    unfilled = {form: _unfilled(table, form, dictionary) for form in {item.form for item in dictionary.fields.values()}}
    for field in dictionary.fields.values():
        boxes = _boxes_in(table.header, field)
        coded_missing = np.zeros(len(table.rows), dtype=bool)
        for name in boxes:
            if name not in field.boxes:
                coded_missing |= _is(table.columns[name], {"1"})
        unknown = unfilled[field.form] | coded_missing
        if unknown.any():
            yield from ((name, unknown) for name in boxes)


def _unfilled(table: TextTable, form: str, dictionary: RedcapDictionary) -> Flags:
    """Return (n,) True where a form was not filled in: no answer, no box, and not marked as being complete.

    What REDCap calculates, and the id, it writes by itself: they are no answers.
    """
    unfilled = np.ones(len(table.rows), dtype=bool)
    if (complete := f"{form}_complete") in table.columns:
        unfilled &= _is(table.columns[complete], {"", "0"})
    for field in dictionary.fields.values():
        if field.form != form or field.name == dictionary.record_id or field.type == "calc":
            continue
        if field.name in table.columns:
            unfilled &= _is(table.columns[field.name], {""})
        for name in _boxes_in(table.header, field):
            unfilled &= _is(table.columns[name], {"", "0"})
    return unfilled


def _boxes_in(header: Iterable[str], field: RedcapField) -> list[str]:
    """Return the columns of a checkbox; those of missing-data codes, which are no choices, among them."""
    if field.type != "checkbox":
        return []
    return [name for name in header if name.startswith(f"{field.name}___")]


def _is(column: TextColumn, texts: Collection[str]) -> Flags:
    return np.isin(column.codes, [place for place, text in enumerate(column.texts) if text in texts])


# ---- descriptions --------------------------------------------------------------------------------------------------


def _descriptions(header: Iterable[str], dictionary: RedcapDictionary) -> Iterator[tuple[str, ColumnDescription]]:
    """Yield what the dictionary says of each column; of one that identifies a person, that it does and no more."""
    of_column = {field.name: (field, "") for field in dictionary.fields.values() if not field.boxes}
    of_column |= {name: (field, code) for field in dictionary.fields.values() for name, code in field.boxes.items()}
    forms = {f"{field.form}_complete" for field in dictionary.fields.values()}
    for name in header:
        if name in of_column:
            field, box = of_column[name]
            yield name, _description(field, box, dictionary)
        elif name in forms:
            form = name.removesuffix("_complete").replace("_", " ").capitalize()
            yield name, ColumnDescription(label=f"{form}: complete", levels=_COMPLETE, type="category")


def _description(field: RedcapField, box: str, dictionary: RedcapDictionary) -> ColumnDescription:
    if field.identifier:
        return ColumnDescription(identifier=True)
    if box:
        label = f"{field.label}: {field.choices[box]}"
        return ColumnDescription(label=label, levels=_UNCHECKED, type="category")
    kind = _type(field)
    label, unit = _unit(field.label) if kind == "number" else (field.label, "")
    if unit in dictionary.fields:  # REDCap prints the answer to another field there
        label, unit = field.label, ""
    return ColumnDescription(
        label=label,
        levels=field.choices,
        type=kind,
        unit=unit,
        range=_range(field, kind),
    )


def _type(field: RedcapField) -> Literal["number", "category", "date", "text"]:
    if field.choices:
        return "category"
    if field.type in {"calc", "slider"} or field.validation.removesuffix("_comma_decimal") in _NUMBERS:
        return "number"
    return "date" if field.validation.startswith(("date_", "datetime_")) else "text"


def _range(field: RedcapField, kind: str) -> tuple[str, str]:
    """Return the limits of a number or date; a moving one, such as "today", is open."""
    if kind == "number":
        low, high = (text.replace(",", ".") for text in field.range)
        return low, high
    if kind == "date":
        low, high = ((found[0] if (found := ISO_DATE.match(text)) else "") for text in field.range)
        return low, high
    return "", ""


def _unit(label: str) -> tuple[str, str]:
    """Return a label and the unit in brackets at its end; "" where what is there is no unit.

    >>> _unit("Primary tumor size (cm)"), _unit("Size (if it was measured again)")
    (('Primary tumor size', 'cm'), ('Size (if it was measured again)', ''))
    """
    found = _UNIT.fullmatch(label)
    unit = (found[2] or found[3]).strip() if found else ""
    if not found or len(unit) > _LONGEST_UNIT or len(unit.split()) > _WORDS_OF_UNIT or "," in unit:
        return label, ""
    return found[1], unit


# ---- exports that are no raw data ----------------------------------------------------------------------------------


def _refuse_other_exports(table: TextTable, dictionary: RedcapDictionary) -> None:
    """Raise DataError where choices or names of columns are in words, or the columns are another project's."""
    raw = "In REDCap: Data Exports, Export Data, CSV / Microsoft Excel (raw data)."
    labels = {field.label for field in dictionary.fields.values()}
    plain = [_unit(name)[0] for name in table.header]
    known = [name for name in table.header if name in dictionary.fields]
    if dictionary.record_id not in table.header and not known and labels & {*table.header, *plain}:
        raise DataError(
            f"{table.file}: its columns are called by the labels of {dictionary.file}, not by its field names; "
            f"expected an export of raw data.\n{raw}"
        )
    if not known:
        raise DataError(
            f"{table.file}: has no column that is a field of {dictionary.file}, such as "
            f"{shown(dictionary.record_id)}; expected an export of that project.\n"
            f"Mend [{dictionary.section}] file or dictionary in study.toml."
        )
    labelled = [name for name in table.header if name in table.columns and _is_labelled(name, table, dictionary)]
    if labelled:
        columns = "column" if len(labelled) == 1 else "columns"
        raise DataError(
            f"{table.file}: {columns} {listing(labelled, word='and', most=3)} {'has' if len(labelled) == 1 else 'have'}"
            f" the labels of choices in place of their codes; expected an export of raw data.\n{raw}"
        )


def _is_labelled(name: str, table: TextTable, dictionary: RedcapDictionary) -> bool:
    """Return whether a column has labels of choices, and no code."""
    texts = {text for text in table.columns[name].texts if text}
    field = dictionary.fields.get(name)
    if field is not None:
        return bool(texts & set(field.choices.values())) and not texts & set(field.choices)
    return "___" in name and bool(texts) and texts <= set(_LABELLED)
