"""The rules that a journal can have: their names, what their values look like, what they mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A rule by its meaning: `allowed` describes the valid values in words, `accepts` checks one."""

    meaning: str
    allowed: str
    accepts: Callable[[Any], bool]


def _is_whole(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and value >= least


def _whole(least: int) -> tuple[str, Callable[[Any], bool]]:
    return f"a whole number from {least}", _is_whole(least)


def _number(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value < math.inf


def _one_of(*choices: str) -> tuple[str, Callable[[Any], bool]]:
    return " or ".join(f'"{choice}"' for choice in choices), lambda value: value in choices


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) and item for item in value)


def _names(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(name, str) and name for name in value.values())


def _table(
    required: Mapping[str, Callable[[Any], bool]], optional: Mapping[str, Callable[[Any], bool]] | None = None
) -> Callable[[Any], bool]:
    """Accept a table with these keys and no others."""
    known = {**required, **(optional or {})}
    return lambda value: (
        isinstance(value, dict)
        and required.keys() <= value.keys() <= known.keys()
        and all(known[key](item) for key, item in value.items())
    )


def _step(value: Any) -> bool:
    return _table({"below": _number, "decimals": _is_whole(1)})(value)


def _steps(value: Any) -> bool:
    bounds = [item["below"] for item in value if _step(item)] if isinstance(value, list) else []
    return bool(bounds) and len(bounds) == len(value) and bounds == sorted(set(bounds))


_TEXT: Final = ("a text", lambda value: isinstance(value, str) and bool(value))
_TEXTS: Final = ("a list of texts", _texts)
_YES_NO: Final = ("true or false", lambda value: isinstance(value, bool))
_LIMIT: Final = _whole(1)
_DECIMALS: Final = _whole(0)
_P_DECIMALS: Final = _whole(1)  # with none, every P value would be 0 or 1
_SIZE: Final = ("a number above 0", _number)
_RANGE: Final = (
    "a table with min or max or both, such as { min = 8, max = 12 }",
    lambda value: (
        bool(value)
        and _table({}, {"min": _number, "max": _number})(value)
        and value.get("min", 0) <= value.get("max", math.inf)
    ),
)

RULES: Final[Mapping[str, RuleKind]] = {
    # ---- numbers
    "p_decimals": RuleKind("decimals of a P value, where `p_steps` asks for no more", *_P_DECIMALS),
    "p_steps": RuleKind(
        "decimals of smaller P values",
        "a list such as [{ below = 0.01, decimals = 3 }], bounds rising",
        _steps,
    ),
    "p_significant_digits": RuleKind(
        "significant digits of a P value, in place of decimals",
        "a table such as { digits = 2, most_decimals = 4 }",
        _table({"digits": _is_whole(1), "most_decimals": _is_whole(1)}),
    ),
    "p_floor": RuleKind(
        'below it, a P value prints as "< floor"',
        "a number above 0, below 1",
        lambda value: _number(value) and value < 1,
    ),
    "p_letter": RuleKind("the letter of P values", *_one_of("P", "p")),
    "p_italic": RuleKind("whether that letter is italic", *_YES_NO),
    "p_spaced": RuleKind("whether there is space around the sign of a P value", *_YES_NO),
    "p_leading_zero": RuleKind("whether there is a zero before the decimal point of a P value", *_YES_NO),
    "decimal_mark": RuleKind("the decimal point", *_one_of(".", "·", ",")),
    "thousands": RuleKind(
        "what separates groups of three digits, and from which number on",
        'a table such as { mark = ",", from = 10000 }',
        _table({"mark": lambda value: isinstance(value, str), "from": _is_whole(1000)}),
    ),
    "range_dash": RuleKind("the separator between the ends of a range or interval", *_one_of("–", "-", " to ", ", ")),
    "interval_comma": RuleKind('whether intervals print as "95% CI, 1.2–3.4"', *_YES_NO),
    "percent_decimals": RuleKind("decimals of percentages", *_DECIMALS),
    "percent_decimals_below": RuleKind(
        "decimals of percentages of few patients",
        "a table such as { n = 200, decimals = 0 }",
        _table({"n": _is_whole(1), "decimals": _is_whole(0)}),
    ),
    "ratio_decimals": RuleKind("decimals of ratios", *_DECIMALS),
    "units": RuleKind(
        "what units are called, by their name in study.toml",
        'a table such as { years = "y" }',
        _names,
    ),
    # ---- tables
    "footnote_marks": RuleKind("marks of notes under tables, in their order", *_TEXTS),
    "footnote_marks_raised": RuleKind("whether these marks are raised", *_YES_NO),
    "empty_cell": RuleKind("what a cell holds for which there is no value", *_TEXT),
    "count_name": RuleKind("what tables call a number of patients", *_one_of("n", "No.")),
    "counts_with_percent": RuleKind('whether counts and percentages share a cell, "60 (42.3%)"', *_YES_NO),
    "percent_in_heading": RuleKind('whether the sign is in the heading alone, "No. (%)" over "60 (42.3)"', *_YES_NO),
    # ---- text
    "text_words": RuleKind("most words of the text, without abstract, tables, captions and references", *_LIMIT),
    "abstract_words": RuleKind("most words of the abstract", *_LIMIT),
    "abstract_headings": RuleKind("headings of the abstract, in their order", *_TEXTS),
    "abstract_names": RuleKind(
        "what headings of the abstract are called, by the name that the document gives them",
        'a table such as { Results = "Findings" }',
        _names,
    ),
    "references": RuleKind("most references", *_LIMIT),
    "display_items": RuleKind("most tables and figures together", *_LIMIT),
    "tables": RuleKind("most tables", *_LIMIT),
    "figures": RuleKind("most figures", *_LIMIT),
    "title_characters": RuleKind("most characters of the title", *_LIMIT),
    "title_words": RuleKind("most words of the title", *_LIMIT),
    "short_title_characters": RuleKind("most characters of the short title", *_LIMIT),
    "keywords": RuleKind("how many keywords", *_RANGE),
    "heading_levels": RuleKind("most levels of headings", *_LIMIT),
    "footnotes": RuleKind("whether footnotes are allowed in the text", *_YES_NO),
    "statements": RuleKind("statements that the manuscript must have, by their headings", *_TEXTS),
    "boxes": RuleKind("boxes that the manuscript must have, by their headings", *_TEXTS),
    "citations": RuleKind("how references are cited", *_one_of("numbered in order of citation", "author and year")),
    # ---- the files
    "text_formats": RuleKind("files in which the text may come", *_TEXTS),
    "line_spacing": RuleKind("line spacing of the manuscript, 2 for double", *_SIZE),
    "line_numbers": RuleKind("line numbers", *_one_of("continuous", "none")),
    "page_numbers": RuleKind("whether pages are numbered", *_YES_NO),
    "tables_stand": RuleKind("where the tables are", *_one_of("in the text", "at the end")),
    "figures_stand": RuleKind("where the figures are", *_one_of("in the text", "at the end", "in files of their own")),
    "legends_stand": RuleKind(
        "where the legends of figures in files of their own are", *_one_of("in the text", "at the end")
    ),
    "blinded": RuleKind("whether reviewers see no author", *_YES_NO),
    # ---- figures
    "figure_word": RuleKind("what figures are called where they are cited", *_one_of("Figure", "Fig", "Fig.")),
    "figure_formats": RuleKind("files in which figures may come", *_TEXTS),
    "figure_width_mm": RuleKind("width of a figure in millimetres", *_RANGE),
    "figure_height_mm": RuleKind("height of a figure in millimetres", *_RANGE),
    "figure_column_mm": RuleKind(
        "widths of one and two columns, in millimetres",
        "a table such as { one = 75, two = 154 }",
        _table({"one": _number, "two": _number}),
    ),
    "figure_dpi": RuleKind("resolution of a figure's pixels, in dots per inch", *_RANGE),
    "figure_megabytes": RuleKind("size of a figure's file", *_RANGE),
    "figure_points": RuleKind("size of the text in a figure, in points", *_RANGE),
    "figure_fonts": RuleKind("typefaces of the text in a figure", *_TEXTS),
    "figure_colours": RuleKind("colour mode of a figure", *_one_of("RGB", "CMYK")),
}
"""Every rule that a journal's file can state, by name."""
