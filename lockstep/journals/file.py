"""A journal's file read: its rules, each with the sentence that states it and where and when it was read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from ..base.errors import ReportError, nearest
from .rules import RULES

_KEYS: Final = ("schema", "title", "quarto", "rules")
_REQUIRED: Final = ("value", "quote", "source", "read")
_RULE_KEYS: Final = (*_REQUIRED, "secondary", "note")
QUARTO: Final[Mapping[str, tuple[Callable[[Any], Any], str]]] = {
    "csl": (
        lambda value: isinstance(value, str) and re.fullmatch(r"[\w-]+|[^\0]+\.csl", value),
        'the name of a citation style, such as "vancouver", or a .csl file as seen from the study\'s folder',
    ),
    "papersize": (lambda value: value in ("a4", "letter"), '"a4" or "letter"'),
    "notes-after-punctuation": (lambda value: isinstance(value, bool), "true or false"),
}
"""The settings for Quarto besides the rules, by Quarto's names, each with what is allowed."""

_LINE: Final = re.compile(r"^\s*(?:\[(?:rules\.)?(?P<rule>[\w-]+)\]|(?P<key>[\w-]+)\s*=)")


@dataclass(frozen=True, slots=True)
class JournalRule:
    """A rule of a journal.

    `quote` is the sentence that states it, `source` its address, `read` the day it was read there;
    `secondary`: the source is not the journal's own instructions; `note`: what else should be known.
    """

    name: str
    value: Any
    quote: str
    source: str
    read: date
    secondary: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal: the name of its file, its title, the rules that are known of it, and further settings for Quarto."""

    name: str
    title: str
    rules: Mapping[str, JournalRule]
    quarto: Mapping[str, Any] = field(default_factory=dict)

    def value(self, rule: str, default: Any = None) -> Any:
        """Return what a rule says, `default` where the journal is not known to have it."""
        if rule not in RULES:
            raise KeyError(rule)
        return self.rules[rule].value if rule in self.rules else default


class _File:
    """The text of a journal's file, which knows the line of each key."""

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[tuple[str, str], int] = {}
        rule = ""
        for number, line in enumerate(text.splitlines(), start=1):
            if met := _LINE.match(line):
                rule = met["rule"] or rule
                self.lines.setdefault((rule, met["key"] or ""), number)

    def wrong(self, message: str, *, rule: str = "", key: str = "") -> ReportError:
        """Return the error for a key of a rule, or of the file where there is no rule; names the line."""
        line = self.lines.get((rule, key)) or self.lines.get((rule, ""))
        return ReportError(f"{self.name}{f':{line}' if line else ''}: {message}")

    def unknown_key(self, key: str, known: Collection[str], *, section: str = "", rule: str = "") -> ReportError:
        """Return the error for a key that a section does not have; names the nearest and all that it has."""
        within = f"[{section}]: " if section else ""
        return self.wrong(f"{within}{_unknown('key', key, known)}", rule=rule, key=key)


def _unknown(what: str, name: str, known: Collection[str]) -> str:
    return f"unknown {what} '{name}'{nearest(name, known) or '.'} Known: {', '.join(known)}."


def parse_journal(content: bytes, *, name: str, file: str) -> Journal:
    """Read the content of a journal's file.

    Parameters
    ----------
    name : the journal's, by which users call it.
    file : what messages call the file.

    Raises
    ------
    ReportError
        If it is not valid: names the line, what was expected, what to do.
    """
    try:
        text = content.decode("utf-8-sig")
        parsed = tomllib.loads(text)
    except UnicodeDecodeError:
        raise ReportError(f"{file}: not UTF-8 text. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ReportError(f"{file}: not valid TOML: {error}") from None
    source = _File(text, file)
    for key in parsed:
        if key not in _KEYS:
            raise source.unknown_key(key, _KEYS)
    if parsed.get("schema") != 1:
        raise source.wrong("`schema = 1` is missing; it says how the file is to be read.", key="schema")
    title, stated, quarto = parsed.get("title"), parsed.get("rules", {}), parsed.get("quarto", {})
    if not (isinstance(title, str) and title):
        raise source.wrong('`title` is missing: the name as printed, such as title = "PLOS ONE".', key="title")
    if not isinstance(stated, dict):
        raise source.wrong("`rules` is not a table; write a rule as [rules.<name>].", key="rules")
    _check_quarto(quarto, source)
    return Journal(name, title, {rule: _rule(rule, fields, source) for rule, fields in stated.items()}, quarto)


def _check_quarto(settings: Any, source: _File) -> None:
    if not isinstance(settings, dict):
        raise source.wrong(f"`quarto` is not a table; write [quarto], and below it {', '.join(QUARTO)}.", key="quarto")
    for key, value in settings.items():
        if key not in QUARTO:
            raise source.unknown_key(key, QUARTO, section="quarto", rule="quarto")
        accepts, allowed = QUARTO[key]
        if not accepts(value):
            raise source.wrong(f"[quarto]: {key} is {value!r}; expected {allowed}.", rule="quarto", key=key)


def _rule(name: str, fields: Any, source: _File) -> JournalRule:
    """Return a rule, every field of it checked."""
    if name not in RULES:
        raise source.wrong(_unknown("rule", name, RULES), rule=name)
    if not isinstance(fields, dict):
        raise source.wrong(f"[rules.{name}] is not a table of {', '.join(_REQUIRED)}.", key=name)
    for key in fields:
        if key not in _RULE_KEYS:
            raise source.unknown_key(key, _RULE_KEYS, section=f"rules.{name}", rule=name)
    for key in _REQUIRED:
        if fields.get(key) in (None, ""):
            raise source.wrong(
                f"[rules.{name}] has no {key}. A rule needs its value, the quote that states it, its source (an "
                "address) and the day it was read; leave out a rule that has none.",
                rule=name,
                key=key,
            )
    checks = {
        "value": (RULES[name].accepts, RULES[name].allowed),
        "quote": (lambda value: isinstance(value, str), "the sentence that states the rule"),
        "source": (
            lambda value: isinstance(value, str) and re.match(r"https?://\S+$", value),
            "an address, https://...",
        ),
        "read": (lambda value: type(value) is date, "the day it was read, such as 2026-11-25"),
        "secondary": (lambda value: isinstance(value, bool), "true or false"),
        "note": (lambda value: isinstance(value, str), "a text"),
    }
    for key, (accepts, allowed) in checks.items():
        if key in fields and not accepts(fields[key]):
            raise source.wrong(f"[rules.{name}]: {key} is {fields[key]!r}; expected {allowed}.", rule=name, key=key)
    return JournalRule(name, **fields)
