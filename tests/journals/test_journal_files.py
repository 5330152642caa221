"""A journal's file states what it has a sentence for, is documented, and errs by line."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import ROOT
from shipped_journals import SHIPPED

from lockstep.base.errors import ReportError
from lockstep.journals.file import QUARTO, Journal, parse_journal
from lockstep.journals.profiles import FOLDER, journals_for, read_journal, styled
from lockstep.journals.rules import RULES
from lockstep.text.style import Style

RULE = """schema = 1
title = "A journal"

[rules.p_decimals]
value = 2
quote = "P values have two decimals."
source = "https://example.org/authors"
read = 2026-11-25
"""


def test_the_eight_journals_are_there() -> None:
    """Each file is read, has a title of its own, and no file is left out here."""
    assert tuple(sorted(journals_for(ROOT))) == SHIPPED
    assert len({read_journal(name, ROOT).title for name in SHIPPED}) == len(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_rule_has_a_short_quote_and_says_how_it_was_seen(name: str) -> None:
    """A quote is under 30 words and no future reading; what is second-hand or of another's copy is marked or noted."""
    for rule in read_journal(name, ROOT).rules.values():
        assert len(rule.quote.split()) < 30, rule.name
        assert date(2026, 1, 1) <= rule.read <= date(2026, 11, 30), rule.name
        assert rule.note, f"{rule.name}: say where it was read, or why not in the journal itself."


@pytest.mark.parametrize("name", SHIPPED)
def test_a_number_that_is_a_limit_stands_in_its_quote(name: str) -> None:
    """A limit of words, items, sizes is a number that its own sentence has (in words, millimetres or centimetres)."""
    counted = re.compile(
        r"_(words|characters|points|megabytes|dpi)$|^(references|display_items|tables|figures|heading_levels)$"
    )
    for rule in read_journal(name, ROOT).rules.values():
        if counted.search(rule.name):
            limits = rule.value.values() if isinstance(rule.value, dict) else [rule.value]
            written = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", rule.quote)}
            assert set(limits) <= written, (rule.name, rule.quote)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 2", "value = -2", "j.toml:5: [rules.p_decimals]: value is -2; expected a whole number from 1."),
        ("value = 2", "value = true", "j.toml:5: [rules.p_decimals]: value is True; expected a whole number from 1."),
        ("p_decimals", "p_decimal", "j.toml:4: unknown rule 'p_decimal'; did you mean 'p_decimals'"),
        ('quote = "P values have two decimals."\n', "", "j.toml:4: [rules.p_decimals] has no quote."),
        ('"P values have two decimals."', '""', "j.toml:6: [rules.p_decimals] has no quote."),
        ('source = "https://example.org/authors"\n', "", "j.toml:4: [rules.p_decimals] has no source."),
        ("https://", "", "j.toml:7: [rules.p_decimals]: source is 'example.org/authors'; expected an address"),
        ("2026-11-25", '"today"', "j.toml:8: [rules.p_decimals]: read is 'today'; expected the day it was read"),
        ("2026-11-25", "2026-11-25T10:00:00", "j.toml:8: [rules.p_decimals]: read is"),
        ("2026-11-25", "2026-11-25\nsecondary = 1", "j.toml:9: [rules.p_decimals]: secondary is 1; expected true or"),
        ("2026-11-25", "2026-11-25\nqoute = 1", "j.toml:9: [rules.p_decimals]: unknown key 'qoute'; did you"),
        ("schema = 1", "schema = 2", "j.toml:1: `schema = 1` is missing"),
        ('title = "A journal"', "", "j.toml: `title` is missing"),
        ("title", "name = 1\ntitle", "j.toml:2: unknown key 'name'"),
        ("value = 2", "value = ", "j.toml: not valid TOML: Invalid value (at line 5"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(old: str, new: str, message: str) -> None:
    """One clear error says the line, what is wrong with it and what was expected."""
    content = RULE.replace(old, new, 1) if old in RULE else pytest.fail(old)
    with pytest.raises(ReportError) as caught:
        parse_journal(content.encode(), name="j", file="j.toml")
    assert str(caught.value).startswith(message)


def test_a_value_of_the_wrong_shape_is_refused_for_every_rule() -> None:
    """No rule takes nothing, an empty text, table or list, or a table of unknown keys."""
    for name, kind in RULES.items():
        refused = (None, "", {}, [], {"no": "such"}) if name not in ("units", "abstract_names") else (None, "", {}, [])
        assert not any(kind.accepts(value) for value in refused), name
        assert kind.meaning, name
        assert kind.allowed, name


def test_the_study_s_own_file_wins(tmp_path: Path) -> None:
    """A journal in the study's folder stands before one of the same name that comes with the program."""
    own = tmp_path / FOLDER / "nejm.toml"
    own.parent.mkdir(parents=True)
    own.write_text(RULE, encoding="utf-8")
    assert read_journal("nejm", tmp_path).title == "A journal"
    assert read_journal("bmj", tmp_path).title == "The BMJ"
    with pytest.raises(ReportError, match=r"^no journal 'njm'; did you mean 'nejm'\? Journals here: annals-of-int"):
        read_journal("njm", tmp_path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "nejm.toml", "my journal", "", "-x", "nejm\n"])
def test_what_is_no_name_of_a_journal_is_refused(name: str, tmp_path: Path) -> None:
    """A path is no name, and no message says to make a file there."""
    with pytest.raises(ReportError, match=r" is no name of a journal, which has letters, digits and hyphens") as error:
        read_journal(name, tmp_path)
    assert ".toml." not in str(error.value)


def test_a_file_whose_name_is_none_of_a_journal_is_passed_over(tmp_path: Path) -> None:
    """The copy that an editor leaves is no journal; whoever asks for it learns why."""
    own = tmp_path / "templates" / "journals" / "my journal.toml"
    own.parent.mkdir(parents=True)
    own.write_text(RULE, encoding="utf-8")
    assert "my journal" not in journals_for(tmp_path)
    for name in ("my journal", "my-journal"):
        with pytest.raises(ReportError, match=r"Passed over for its name: templates/journals/my journal\.toml\."):
            read_journal(name, tmp_path)


def test_what_a_journal_is_not_known_to_want_stays() -> None:
    """A file without rules changes nothing but the name."""
    empty = Journal("none", "None", {})
    assert styled(Style(thousands="'"), empty) == replace(Style(thousands="'"), name="none")


def test_the_documentation_has_every_rule() -> None:
    """docs/journals.md lists each rule of the registry in its order, with meaning and values in the same words."""
    text = (ROOT / "docs" / "journals.md").read_text(encoding="utf-8").partition("## Adding a journal")[0]
    told, rules = text.split("## The rules\n")
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", rules, re.MULTILINE)
    assert rows == [(name, kind.meaning, kind.allowed) for name, kind in RULES.items()]
    assert re.findall(r"^\| `([\w-]+)` \| ", told.split("## Settings for Quarto\n")[1], re.MULTILINE) == list(QUARTO)


def test_the_documentation_counts_what_the_files_state() -> None:
    """For each shipped journal it says how many rules there are, and how many of them are second-hand."""
    text = (ROOT / "docs" / "journals.md").read_text(encoding="utf-8")
    for name in SHIPPED:
        rules = read_journal(name, ROOT).rules.values()
        second = sum(rule.secondary for rule in rules)
        assert f"| `{name}` | {len(rules)} | {second} |" in text
