"""A file of SPSS, Stata or SAS as columns of text, with what it says of them: labels, levels, types.

Codes stay the values. What the file declares as missing is missing: SPSS's user-missing values, Stata's and SAS's
.a to .z. A date is what is stored, not how it is shown: an SPSS date shown as a month has a day.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Literal

from ..base.errors import DataError
from ..variables.data_file import DataFile
from .cell_texts import blank_rows, duration_text, moment_text, normal, shortest, shortest_single, text_column
from .table import ColumnDescription, TextColumn, TextTable, table_of_types

Program = Literal["SPSS", "Stata", "SAS", "SAS transport"]

_READERS: Final = {"SPSS": "read_sav", "Stata": "read_dta", "SAS": "read_sas7bdat", "SAS transport": "read_xport"}
_ENCODINGS: Final = {"mac-roman": "macintosh"}
"""What iconv calls an encoding, where it is another name."""

_SPSS_EPOCH: Final = datetime(1582, 10, 14)
_EPOCH: Final = datetime(1960, 1, 1)

# The formats that make a number a date or a duration: SPSS, Command Syntax Reference, "Date and time formats";
# Stata, [D] Datetime; SAS, Formats and Informats, "Date and time".
_SPSS_DATES: Final = r"[AES]?DATE|JDATE|DATETIME|YMDHMS|QYR|MOYR|WKYR"
_SPSS_TIMES: Final = r"D?TIME|MTIME"
_SAS_DATES: Final = (
    r"DATE|(DDMMYY|MMDDYY|YYMMDD|MMYY|YYMM|YYQR?)[BCDNPS]?|MONYY|YYMON|MONNAME|MONTH|QTRR?|YEAR|DAY|DOWNAME|WEEKDAY|"
    r"WEEK[UVWX]?|WORDDAT[EX]|WEEKDAT[EX]|JULIAN|JULDAY|NENGO|PDJUL[GI]|[BE]8601DA|IS8601DA|EURDF(DD|DE|DN|DWN|MN|MY|WDX|"
    r"WKX)|NLDATE[A-Z]*"
)
_SAS_DATETIMES: Final = (
    r"DATETIME|DATEAMPM|MDYAMPM|DT(DATE|MONYY|WKDATX|YEAR|YYQC)|[BE]8601D[NTXZ]|[BE]8601LX|IS8601D[TZ]|EURDFDT|"
    r"NLDATM[A-Z]*"
)
_SAS_TIMES: Final = r"TIME|TIMEAMPM|HHMM|MMSS|HOUR|TOD|[BE]8601TM|IS8601TM|NLTIM[A-Z]*"
_PERIODS: Final = {"m": (12, "{}-{:02}"), "q": (4, "{}-Q{}"), "h": (2, "{}-H{}"), "w": (52, "{}-W{:02}")}
"""Of Stata's formats of periods: how many are in a year, and a text that is no date of a day."""


def parse_statistical_file(
    content: bytes, data: DataFile, *, program: Program, expected: Collection[str], every: bool = False
) -> TextTable:
    """Parse the bytes of a .sav, .zsav, .dta, .sas7bdat or .xpt file.

    Parameters
    ----------
    data : its name, and the encoding of its texts where the file does not say it.
    program : whose file it is.
    expected : the columns to keep.
    every : whether to keep the others as well.

    Raises
    ------
    DataError
        If it is damaged, has no patients, or its texts are in another encoding.

    Notes
    -----
    The first patient is row 2, as if the names of the columns were row 1.
    """
    ranges = {"user_missing": True} if program == "SPSS" else {}  # without it, which codes are missing is not said
    _, about = _read(content, data, program, metadataonly=True, **ranges)
    names = [normal(name) for name in about.column_names]
    as_texts = {name: _as_text(program, about, stored) for name, stored in zip(names, about.column_names, strict=True)}
    kept = [stored for name, stored in zip(names, about.column_names, strict=True) if every or name in expected]

    columns = _columns(content, data, program, kept, as_texts)
    n_rows = len(next(iter(columns.values())).codes) if columns else 0
    blank = blank_rows(columns.values(), n_rows)
    if blank.any():  # in the columns that are kept; the others decide
        blank = blank_rows(_columns(content, data, program, about.column_names, as_texts).values(), n_rows)
    return table_of_types(
        data.called,
        names,
        columns,
        blank,
        descriptions={
            name: _description(about, stored, as_texts[name], columns.get(name))
            for name, stored in zip(names, about.column_names, strict=True)
        },
    )


def _read(content: bytes, data: DataFile, program: Program, **options: Any) -> tuple[Mapping[str, Sequence[Any]], Any]:
    """Read values (numbers for dates) and metadata; every failure of the library is about the file."""
    import pyreadstat

    encoding = None if data.encoding is None else _ENCODINGS.get(data.encoding, data.encoding)
    if encoding is not None:
        options["encoding"] = encoding
    try:
        values, about = getattr(pyreadstat, _READERS[program])(
            io.BytesIO(content), output_format="dict", disable_datetime_conversion=True, **options
        )
    except (UnicodeDecodeError, pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        if isinstance(error, UnicodeDecodeError) or "encoding" in str(error) or "byte sequence" in str(error):
            raise DataError(
                f"{data.called}: its texts are not in the encoding that is {'declared' if encoding else 'expected'}.\n"
                f"Name the right one under [{data.section}] in study.toml, such as "
                'encoding = "cp1252" (Windows in Western Europe and America).'
            ) from None
        raise DataError(
            f"{data.called}: is a file of {program} that is damaged or incomplete; expected one that {program} opens.\n"
            "Save or export it again."
        ) from None
    return values, about


def _columns(
    content: bytes, data: DataFile, program: Program, names: Sequence[str], as_texts: Mapping[str, Callable[[Any], str]]
) -> dict[str, TextColumn]:
    if not names:
        return {}
    values, _ = _read(content, data, program, usecols=list(names))
    return {normal(name): text_column(values[name], as_texts[normal(name)]) for name in names}


def _as_text(program: Program, about: Any, name: str) -> Callable[[Any], str]:
    """Return what makes texts of a column's values."""
    if about.readstat_variable_types[name] == "string":
        return _text
    form = about.original_variable_types[name] or ""
    reads = {"SPSS": _spss, "Stata": _stata}.get(program, _sas)(form)
    number = shortest_single if about.readstat_variable_types[name] == "float" else shortest
    return partial(_number, reads=reads, number=number)


def _text(value: str | None) -> str:
    return normal(value) if isinstance(value, str) else ""


def _number(value: float | None, *, reads: Callable[[float], str] | None, number: Callable[[float], str]) -> str:
    if value is None or value != value:  # missing is None or NaN, by the version of the library
        return ""
    try:
        return reads(value) if reads else number(value)
    except (OverflowError, ValueError):  # no date of the calendar: its count of days says so to whoever reads dates
        return number(value)


def _spss(form: str) -> Callable[[float], str] | None:
    name = form.rstrip("0123456789.")
    if re.fullmatch(_SPSS_DATES, name):
        return partial(_moment, epoch=_SPSS_EPOCH, seconds=1)
    return _duration if re.fullmatch(_SPSS_TIMES, name) else None


def _stata(form: str) -> Callable[[float], str] | None:
    found = re.match(r"%-?(t[dcCmqhw]|d)", form)
    if found is None:
        return None
    kind = found[1][-1]
    if kind == "d":
        return partial(_moment, epoch=_EPOCH, seconds=86400)
    if kind in "cC":
        return partial(_moment, epoch=_EPOCH, seconds=0.001)
    return partial(_period, kind=kind)


def _sas(form: str) -> Callable[[float], str] | None:
    name = form.rstrip("0123456789.").upper()
    if re.fullmatch(_SAS_DATES, name) or re.fullmatch(_SAS_DATES, form.upper()):
        return partial(_moment, epoch=_EPOCH, seconds=86400)
    if re.fullmatch(_SAS_DATETIMES, name):
        return partial(_moment, epoch=_EPOCH, seconds=1)
    return _duration if re.fullmatch(_SAS_TIMES, name) else None


def _moment(value: float, *, epoch: datetime, seconds: float) -> str:
    return moment_text(epoch + timedelta(seconds=value * seconds))


def _duration(value: float) -> str:
    return duration_text(timedelta(seconds=value))


def _period(value: float, *, kind: str) -> str:
    a_year, text = _PERIODS[kind]
    year, place = divmod(int(value), a_year)
    return text.format(1960 + year, place + 1)


def _description(about: Any, name: str, as_text: Callable[[Any], str], cells: TextColumn | None) -> ColumnDescription:
    """Describe a column; `cells` are those of one that is kept."""
    label = about.column_names_to_labels.get(name) or ""
    missing = about.missing_ranges.get(name, ())
    labels = {
        code: normal(text)
        for code, text in about.variable_value_labels.get(name, {}).items()
        if not any(_within(code, part) for part in missing)
    }
    is_text = about.readstat_variable_types[name] == "string"
    levels = {_code_text(code, as_text): text for code, text in labels.items() if is_text or not isinstance(code, str)}
    return ColumnDescription(
        label=normal(label), levels=levels, type=_type(about, name, as_text, levels, cells.texts if cells else ())
    )


def _within(code: Any, missing: Mapping[str, Any]) -> bool:
    """Return whether a code is among those that a range declares as missing."""
    low, high = missing["lo"], missing["hi"]
    are_numbers = type(code) is not str and type(low) is not str
    return bool(low <= code <= high) if are_numbers else code in (low, high)


def _code_text(code: Any, as_text: Callable[[Any], str]) -> str:
    return as_text(code if isinstance(code, str) else float(code))


def _type(
    about: Any, name: str, as_text: Callable[[Any], str], levels: Mapping[str, str], texts: Sequence[str]
) -> Literal["number", "category", "date", "text"]:
    if about.readstat_variable_types[name] == "string":
        return "category" if levels else "text"
    if as_text(0.0) != "0":
        return "date" if as_text(0.0).count("-") == 2 else "text"
    # Of an age only "99 or more" may have a label, and programs call every number a scale.
    measure = about.variable_measure.get(name)
    labelled = all(text in levels for text in texts if text) if texts else measure != "scale"
    return "category" if levels and (labelled or measure in ("nominal", "ordinal")) else "number"
