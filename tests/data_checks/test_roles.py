"""What columns are for the checks of the data: by their role, by their names, by the endpoints."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.data_checks.roles import Age, Roles, roles_of
from lockstep.study.definition import read_study


def roles(folder: Path, *columns: str, more: str = "") -> Roles:
    """Return the roles of columns, each given as its name, its type, and other keys of it."""
    sections = []
    for column in columns:
        name, kind, *keys = column.split("|")
        sections.append("\n".join([f"[columns.{name}]", f'type = "{kind}"', *keys]))
    text = "\n".join(['schema = 1\n[data]\nfile = "c.csv"\nid = "id"', *sections, more])
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return roles_of(read_study(folder))


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("birth", ["date_of_birth", "dob", "DateOfBirth", "x|date|label = 'Geburtsdatum'",
                   "x|date|header = 'Date de naissance'"]),
        ("death", ["death_date", "date_died", "todesdatum", "x|date|label = 'Date du décès'",
                   "x|date|label = 'Fecha de defunción'"]),
        ("last_contact", ["date_last_followup", "last_seen", "end_of_follow_up", "letzter_kontakt", "lastContact",
                          "x|date|label = 'Date des dernières nouvelles'", "x|date|label = 'Último contacto'",
                          "x|date|label = 'Death or last contact'", "x|date|role = 'last_contact'"]),
    ],
)  # fmt: skip
def test_dates_are_known_by_their_names(tmp_path: Path, role: str, names: list[str]) -> None:
    """In four languages, by the name, the header or the label."""
    for name in names:
        column = name if "|" in name else f"{name}|date"
        found = roles(tmp_path, column)
        assert {part: getattr(found, part) for part in ("birth", "death", "last_contact")} == {
            part: column.split("|")[0] if part == role else None for part in ("birth", "death", "last_contact")
        }, name


@pytest.mark.parametrize(
    "name", ["birthplace_visit", "last_dose", "end_of_treatment", "deadline", "surgery", "diagnosis"]
)
def test_other_dates_have_no_role(tmp_path: Path, name: str) -> None:
    """A word of a role inside another word, or half of what makes one, is none."""
    found = roles(tmp_path, f"{name}|date")
    assert (found.birth, found.death, found.last_contact) == (None, None, None)


def test_what_is_not_certain_is_not_taken(tmp_path: Path) -> None:
    """Of two births neither is it, until a role says which."""
    assert roles(tmp_path, "birth_mother|date", "birth_child|date").birth is None
    assert roles(tmp_path, "birth_mother|date|role = 'birth'", "birth_child|date").birth == "birth_mother"
    delivery = '[endpoints.term]\nstart = "conception"\nend = "birth"\nevent = "birth present"'
    assert roles(tmp_path, "conception|date", "birth|date", more=delivery).birth is None


def test_endpoints_say_what_ends_follow_up_and_what_is_an_event(tmp_path: Path) -> None:
    """The end of a patient without an event is the last contact; dates that no endpoint names are no events."""
    endpoint = '[endpoints.rfs]\nstart = "surgery"\nend = ["relapse", "exit"]\nevent = "relapse present"'
    found = roles(
        tmp_path,
        "surgery|date",
        "relapse|date",
        "exit|date",
        "entered|date",
        "scan|date|optional = true",
        more=endpoint,
    )
    assert (found.last_contact, found.events) == ("exit", ("surgery", "relapse", "scan"))
    death = endpoint.replace('"exit"', '"died"')
    assert roles(tmp_path, "surgery|date", "relapse|date", "died|date", more=death).last_contact is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["age|number"], Age(name="age", per_year=1, at=("diagnosis", "surgery"))),
        (["age_at_surgery|number"], Age(name="age_at_surgery", per_year=1, at=("surgery",))),
        (["x|number|label = 'Age at diagnosis (years)'"], Age(name="x", per_year=1, at=("diagnosis",))),
        (["age_months|number"], Age(name="age_months", per_year=12, at=("diagnosis", "surgery"))),
        (["age|number|unit = 'Monate'"], Age(name="age", per_year=12, at=("diagnosis", "surgery"))),
        (["alter_bei_diagnosis|number"], Age(name="alter_bei_diagnosis", per_year=1, at=("diagnosis",))),
        (["x|number|role = 'age'"], Age(name="x", per_year=1, at=("diagnosis", "surgery"))),
        (["age_at_menarche|number"], None),
        (["age_of_mother|number"], None),
        (["age|number|unit = 'decades'"], None),
        (["stage|number"], None),
        (["dosage|number"], None),
    ],
)  # fmt: skip
def test_an_age_belongs_to_the_date_that_it_names(tmp_path: Path, columns: list[str], expected: Age | None) -> None:
    """By the words behind "at"; an age at something that is no column is not checked."""
    found = roles(tmp_path, "diagnosis|date", "surgery|date", "birth|date", *columns)
    assert found.ages == (() if expected is None else (expected,))
