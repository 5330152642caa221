"""Typed access to the tables of study.toml: values are checked where they are read, complaints name the dotted key."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from ..base.characters import all_text, hidden_in, refusal
from ..base.errors import StudyError
from ..base.files import read_file
from ..base.invocation import option
from ..base.wording import hint, listing, printable, shown
from .conditions import is_iso_date

STUDY_FILE: Final = "study.toml"
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
_TYPE_NAMES: Final = {
    str: "a text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table",
}  # fmt: skip


def read_toml(folder: Path) -> Section:
    """Read `folder`/study.toml as its top section.

    Raises
    ------
    StudyError
        If there is no such file, it is not UTF-8 or not TOML, or has hidden characters; names line and column.
    """
    path = folder / STUDY_FILE
    try:
        text = read_file(path).decode("utf-8-sig")
    except NotADirectoryError:
        named = option("study", str(folder.parent))
        raise StudyError(f"{folder}: is a file; name the folder that holds the {STUDY_FILE}: {named}") from None
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise StudyError(f"{path}: {reason}; a study folder holds a {STUDY_FILE}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise StudyError(f"{STUDY_FILE}: line {line} is not UTF-8; save the file as UTF-8") from None
    for line, character in hidden_in(text):
        raise StudyError(f"{STUDY_FILE}: line {line}: {refusal(character)}")
    try:
        values = tomllib.loads(unicodedata.normalize("NFC", text))  # as the cells of the data file are
        for key, value in values.items():
            for _, character in hidden_in(all_text(value)):  # where it is written as an escape
                raise StudyError(f"{STUDY_FILE}: [{printable(key)}]: {refusal(character)}")
        return Section("", values)
    except tomllib.TOMLDecodeError as error:
        # In a text TOML allows no line break, so that one there is a quote that is missing.
        remedies = {"Invalid value": "; a text is written in quotes", r"Illegal character '\n'": "; a quote is missing"}
        remedy = next((text for start, text in remedies.items() if str(error).startswith(start)), "")
        raise StudyError(f"{STUDY_FILE}: not valid TOML: {printable(str(error), most=200)}{remedy}") from None
    except (ValueError, RecursionError):
        raise StudyError(f"{STUDY_FILE}: a number in it is too long, or lists are nested too deeply") from None


@dataclass(frozen=True, slots=True)
class Section:
    """A table of study.toml and its dotted key (empty for the whole file)."""

    key: str
    values: Mapping[str, Any]

    def path(self, name: str) -> str:
        """Return the dotted key of one of this section's keys, quoted as TOML quotes it where it must be."""
        part = name if _BARE_KEY.fullmatch(name) else f'"{printable(name)}"'
        return f"{self.key}.{part}" if self.key else part

    def error(self, name: str, message: str) -> StudyError:
        """Return the error to raise about one of this section's keys; with an empty name, about the section itself."""
        return StudyError(f"{STUDY_FILE}: [{self.path(name) if name else self.key}] {message}")

    def allow(self, *names: str, of: str = "") -> None:
        """Refuse keys that are not among `names`; `of` says what kind of thing has only these keys."""
        for name in self.values:
            if name not in names:
                allowed = listing(names, word="and", most=len(names))
                raise self.error(name, f"is not a known key{of and f' of {of}'}; allowed: {allowed}{hint(name, names)}")

    def has(self, name: str) -> bool:
        """Return whether the key is there."""
        return name in self.values

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text that is not blank; without a default the key is required."""
        value = self._typed(name, default, str)
        if not value.strip():
            raise self.error(name, "is empty; expected a text")
        return str(value)

    def optional_text(self, name: str) -> str | None:
        """Return a text, or None where the key is absent."""
        return self.text(name) if self.has(name) else None

    def choice(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        """Return one of the allowed texts."""
        value = self.text(name, default)
        if value not in (known := list(allowed)):
            raise self.error(name, f"is {shown(value)}; expected {listing(known)}{hint(value, known)}")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false; false where the key is absent."""
        return bool(self._typed(name, False, bool))

    def number(self, name: str, default: float | None = None) -> float:
        """Return a finite number; without a default the key is required."""
        return self._finite(name, self._typed(name, default, float))

    def numbers(self, name: str, default: Iterable[float] = ()) -> tuple[float, ...]:
        """Return a list of finite numbers, each greater than the one before it."""
        found = self._list(name, default, float)
        values = tuple(self._finite(name, value) for value in found)
        if any(low >= high for low, high in pairwise(values)):
            raise self.error(name, f"is {list(found)}; expected numbers in increasing order")
        return values

    def day(self, name: str) -> date:
        """Return a date, as TOML writes it or as a text in the same form."""
        return self._day(name, self.values.get(name))

    def days(self, name: str) -> tuple[date, date]:
        """Return two dates, the first and the last allowed."""
        found = self.values.get(name)
        if not isinstance(found, list) or len(found) != 2:
            allowed = "two dates, the first and the last allowed, such as [2000-01-01, 2014-12-31]"
            raise self.error(name, f"expected {allowed}")
        first, last = (self._day(name, value) for value in found)
        if first > last:
            raise self.error(name, "ends before it begins; expected the first date, then the last")
        return first, last

    def _day(self, name: str, value: Any) -> date:
        if type(value) is date:
            return value
        if is_iso_date(value):
            return date.fromisoformat(value)
        raise self.error(name, "expected a date such as 2014-12-31")

    def decimals(self) -> int | None:
        """Return the key `decimals`: a whole number from 0 to 6; None where it is not given."""
        if not self.has("decimals"):
            return None
        value = self.number("decimals")
        if value not in range(7):
            raise self.error("decimals", f"is {value:g}; expected a whole number from 0 to 6")
        return int(value)

    def texts(self, name: str, default: Iterable[str] = ()) -> tuple[str, ...]:
        """Return a list of texts without repetition."""
        values = tuple(self._list(name, default, str))
        for position, value in enumerate(values):
            if value in values[:position]:
                raise self.error(name, f"has {shown(value)} twice")
        return values

    def labels(self, name: str) -> dict[str, str]:
        """Return a table of texts, or a list of texts each of which is its own value; not empty."""
        value = self.values.get(name)
        if isinstance(value, list):
            found = {text: text for text in self.texts(name)}
        else:
            table = self.section(name)
            found = {key: table.text(key) for key in table.values}
        if not found:
            raise self.error(name, 'is empty; expected a table of texts, such as { no = "No", yes = "Yes" }')
        return found

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return a list of pairs of texts."""
        pairs: list[tuple[str, str]] = []
        for value in self._list(name, (), list):
            if len(value) != 2 or not all(isinstance(item, str) for item in value):
                raise self.error(name, 'holds something else than pairs of names, such as [["response", "arm"]]')
            pairs.append((value[0], value[1]))
        return tuple(pairs)

    def rows(self, name: str, *, short: str | None = None) -> list[Section]:
        """Return a list of tables; in messages they are counted from 1.

        With `short`, a text is a table with this key alone: ``"age"`` is ``{ variable = "age" }``.
        """
        values = self._typed(name, [], list)
        tables = [{short: value} if short and isinstance(value, str) else value for value in values]
        for table in tables:
            self._check_type(name, table, dict, prefix="holds ")
        return [Section(f"{self.path(name)}.{position}", value) for position, value in enumerate(tables, start=1)]

    def section(self, name: str) -> Section:
        """Return a table inside this one; an empty one where it is absent."""
        return Section(self.path(name), self._typed(name, {}, dict))

    def sections(self, name: str) -> dict[str, Section]:
        """Return the tables inside a table, by name, in order: [columns.a], [columns.b]; none where it is absent."""
        outer = self.section(name)
        return {key: outer.section(key) for key in outer.values}

    def _typed(self, name: str, default: Any, wanted: type) -> Any:
        value = self.values.get(name, default)
        if value is None:
            raise self.error(name, f"is missing; expected {_TYPE_NAMES[wanted]}")
        self._check_type(name, value, wanted)
        return value

    def _list(self, name: str, default: Iterable[Any], wanted: type) -> list[Any]:
        values: list[Any] = self._typed(name, list(default), list)
        for value in values:
            self._check_type(name, value, wanted, prefix="holds ")
        return values

    def _check_type(self, name: str, value: Any, wanted: type, *, prefix: str = "is ") -> None:
        right = type(value) in (int, float) if wanted is float else type(value) is wanted
        if not right:
            found = _TYPE_NAMES.get(type(value), "a date or time")
            hinted = "; put it in quotes" if wanted is str and not isinstance(value, dict | list) else ""
            raise self.error(name, f"{prefix}{found}; expected {_TYPE_NAMES[wanted]}{hinted}")

    def _finite(self, name: str, value: Any) -> float:
        try:
            number = float(value)
        except OverflowError:  # TOML knows whole numbers without limit
            number = math.inf
        if not math.isfinite(number):
            raise self.error(name, "is not a finite number")
        return number
