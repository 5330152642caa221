"""Endpoints of a new study: competing events, a second pair, units of dates, and what the manuscript says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_characteristics import FOLLOWED, ROWS, cycled, frame, plan_of

from lockstep.analyses.pipeline import compute
from lockstep.cli.command import run_verb
from lockstep.scaffold.levels import levels_of
from lockstep.scaffold.wishes import Wishes
from lockstep.study.definition import read_study
from lockstep.text.sentence_case import lower_first


def written(folder: Path, name: str) -> str:
    """Return a file of the new study, its lines joined by blanks."""
    return " ".join((folder / "study" / name).read_text(encoding="utf-8").split())


def test_another_event_of_a_status_competes(tmp_path: Path) -> None:
    """It is written as such with the reason, and the text is of cumulative incidence, not of survival."""
    status = cycled("Censored", "Transplant", "Dead", "Dead", "Censored")
    plan = plan_of(tmp_path, time=FOLLOWED, status=status, arm=cycled("A", "B", "A"))
    assert plan.outcome is not None
    assert plan.outcome.competing is not None
    text, report = written(tmp_path, "study.toml"), written(tmp_path, "report.qmd")
    assert (
        "# guess: who had this can have no death later, so that it competes: Transplant (12) "
        'competing = "status == \'Transplant\'" competing_label = "transplant"'
    ) in text
    assert 'kind = "cumulative_incidence"' in text
    assert "with transplant as the competing event" in report
    assert "os.by_arm.gray.p_value" in report
    assert "Kaplan–Meier estimates" not in report
    ids = {record.id for record in compute(read_study(tmp_path / "study")).records}
    assert {"os.competing_events", "os.by_arm.fine_gray.b.subdistribution_hazard_ratio"} <= ids


def test_of_relapse_and_death_in_one_status_death_competes(tmp_path: Path) -> None:
    """A status of first events says nothing of deaths after a relapse, so that overall survival is not in the file."""
    plan = plan_of(tmp_path, months=FOLLOWED, status=cycled("censored", "relapse", "relapse", "death"))
    [found] = plan.endpoints
    assert (found.event, found.label, found.event_label) == ("status == 'relapse'", "Relapse", "relapse")
    assert found.competing is not None
    assert (found.competing.event, found.competing.label) == ("status == 'death'", "death without relapse")


def test_a_relapse_keeps_nobody_from_dying(tmp_path: Path) -> None:
    """Of deaths that are asked for, it counts as censored, and the Methods ask how it was treated."""
    wishes = Wishes(event="status == 'death'")
    plan = plan_of(tmp_path, wishes, months=FOLLOWED, status=cycled("censored", "relapse", "death"))
    assert plan.outcome is not None
    assert plan.outcome.competing is None
    assert [level.label for level in plan.outcome.others] == ["Relapse"]
    assert "[To be written: how Relapse, which the data count as censored, was treated.]" in written(
        tmp_path, "report.qmd"
    )


@pytest.mark.parametrize(
    ("status", "event", "competing", "others"),
    [
        (cycled(0, 1, 2, 2, 0), "status == '2'", "", ["1"]),
        (cycled("alive", "lost to follow-up", "dead"), "", "", []),
        (cycled("lebt", "verstorben"), "", "", []),
        (cycled("NED", "AWD", "DOD", "DOC"), "status == 'DOD'", "status == 'DOC'", ["DOC"]),
    ],
)
def test_the_end_of_follow_up_competes_with_nothing(
    status: list[float | str], event: str, competing: str, others: list[str], tmp_path: Path
) -> None:
    """Codes and words of patients who are alive or lost are censored; a code alone may mean anything."""
    plan = plan_of(tmp_path, Wishes(event=event), time=FOLLOWED, status=status)
    assert plan.outcome is not None
    assert [level.label for level in plan.outcome.others] == others
    assert (plan.outcome.competing.event if plan.outcome.competing else "") == competing


def later(times: list[float | str], by: int) -> list[float | str]:
    """Return times that are later."""
    return [float(time) + by for time in times]


def test_a_second_endpoint_has_its_own_results(tmp_path: Path) -> None:
    """Recurrence beside survival: analysed, described with claims, and death competes with it."""
    plan = plan_of(
        tmp_path, rtime=FOLLOWED, recur=cycled(0, 1, 1), dtime=later(FOLLOWED, 5), death=cycled(0, 0, 1),
        arm=cycled("A", "B"),
    )  # fmt: skip
    first, second = plan.endpoints
    assert (first.time, first.event, first.competing) == ("dtime", "death == '1'", None)
    assert (second.time, second.event, second.label) == ("rtime", "recur == '1'", "Recurrence")
    assert second.competing is not None
    assert (second.competing.event, second.competing.label) == ("os", "death without recurrence")
    assert plan.characteristics == ("age",)
    report = written(tmp_path, "report.qmd")
    assert "## Recurrence by" in report
    assert "The cumulative incidence of recurrence `{python} r.claim(" in report
    assert "@fig-incidence-ttr" in report
    ids = {record.id for record in compute(read_study(tmp_path / "study")).records}
    assert {"os.median", "ttr.competing_events", "ttr.by_arm.gray.p_value"} <= ids


def test_a_recurrence_after_death_is_no_guess_of_the_program(tmp_path: Path) -> None:
    """Where rows contradict that death competes, it is not written, and a comment says why."""
    plan = plan_of(
        tmp_path, rtime=later(FOLLOWED, 5), recur=cycled(0, 1, 1), dtime=FOLLOWED, death=cycled(0, 0, 1),
    )  # fmt: skip
    assert [item.competing for item in plan.endpoints] == [None, None]
    assert "death competes, but in 20 patients this event comes after it" in written(tmp_path, "study.toml")


def test_a_date_of_relapse_makes_a_second_endpoint(tmp_path: Path) -> None:
    """Beside dates of follow-up: who has it has had the event."""
    plan = plan_of(
        tmp_path,
        date_operation=cycled("2010-01-01"),
        relapse_date=cycled("2011-01-01", "", ""),
        date_last_contact=cycled("2014-01-01", "2015-01-01"),
        status=cycled("alive", "dead"),
    )
    second = plan.endpoints[1]
    assert (second.start, second.end) == ("date_operation", ("relapse_date", "date_last_contact"))
    assert (second.event, second.n_events) == ("relapse_date present", 20)
    assert second.competing is not None
    assert compute(read_study(tmp_path / "study")).records


def test_two_endpoints_can_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Times and events in the same order; one event for two times is refused."""
    data = str(tmp_path / "cohort.csv")
    frame(a=FOLLOWED, b=FOLLOWED[::-1], x=cycled(0, 1), y=cycled(1, 0, 1), arm=cycled("p", "q", "q")).to_csv(
        data, index=False
    )
    asked = ["--time", "a", "--event", "x == '1'", "--time", "b", "--unit", "months"]
    assert run_verb(["new", str(tmp_path / "study"), "--data", data, *asked]) == 1
    assert "--event CONDITION" in capsys.readouterr().err
    assert run_verb(["new", str(tmp_path / "study"), "--data", data, *asked, "--event", "y == '1'"]) == 0
    study = read_study(tmp_path / "study")
    assert [(item.time, item.event.text) for item in study.endpoints.values()] == [("a", "x == '1'"), ("b", "y == '1'")]


@pytest.mark.parametrize(("entry", "is_asked"), [(cycled(0, 0.5, 0.7, 0.25), True), (cycled(80.5, 90, 70, 75), False)])
def test_delayed_entry_is_asked_about(entry: list[float | str], is_asked: bool, tmp_path: Path) -> None:
    """Where a number called so lies between time 0 and the end of follow-up."""
    plan = plan_of(tmp_path, months=FOLLOWED, status=cycled("alive", "dead"), time_of_entry=entry)
    asked = [question for question in plan.questions if "delayed entry" in question]
    assert bool(asked) == is_asked
    if is_asked:
        assert 'write entry = "time_of_entry" under [endpoints.os]' in asked[0]


def test_an_event_without_a_name_asks_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Codes of a status do not say that patients died; what competes, or counts as censored, is said at once."""
    plan_of(tmp_path, time=FOLLOWED, status=cycled(1, 2))
    assert "# guess: what the event is is not said; of deaths, write Overall survival" in written(
        tmp_path, "study.toml"
    )
    data = str(tmp_path / "cohort.csv")
    frame(time=FOLLOWED, status=cycled("alive", "dead", "transplant")).to_csv(data, index=False)
    assert run_verb(["new", str(tmp_path / "other"), "--data", data]) == 0
    assert "Competing event: transplant." in " ".join(capsys.readouterr().out.split())
    frame(time=FOLLOWED, status=cycled(0, 1, 2)).to_csv(data, index=False)
    assert run_verb(["new", str(tmp_path / "third"), "--data", data, "--event", "status == '2'"]) == 0
    assert "1 (20) counts as censored" in " ".join(capsys.readouterr().out.split())


def test_the_unit_of_two_dates_is_as_asked(tmp_path: Path) -> None:
    """Months between dates, of a study whose times are all in months."""
    wishes = Wishes(time="operated to seen", event="died == 'yes'", unit="months")
    plan = plan_of(
        tmp_path, wishes, operated=cycled("2010-01-01", "2011-02-01"), seen=cycled("2015-01-01", "2016-02-01"),
        died=cycled("yes", "no"),
    )  # fmt: skip
    assert plan.outcome is not None
    assert (plan.outcome.unit, plan.outcome.axis.unit, plan.outcome.axis.ticks[-1]) == ("months", "years", 5)
    study = read_study(tmp_path / "study")
    [median] = [record.value for record in compute(study).records if record.id == "follow_up.reverse_km.median"]
    assert study.time.unit == "months"
    assert median == pytest.approx(60, abs=0.1)


def test_methods_name_only_what_is_shown(tmp_path: Path) -> None:
    """Without groups there is no log-rank test, but Cox models; the abstract names them too."""
    plan_of(tmp_path, time=FOLLOWED, status=cycled("alive", "dead", "dead"), stage=cycled("I", "II", "I", "III"))
    report = written(tmp_path, "report.qmd")
    assert "log-rank" not in report
    assert report.count("Cox proportional-hazards models") == 2
    assert "patients died;" in report


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["ja", "nein"], ["nein", "ja"]),
        (["Oui", "non"], ["non", "Oui"]),
        (["sí", "no"], ["no", "sí"]),
        (["si", "no"], ["no", "si"]),
        (["J", "N"], ["N", "J"]),
        (["positiv", "negativ"], ["negativ", "positiv"]),
        ([">50", "20-50", "<=20"], ["<=20", "20-50", ">50"]),
        ([">2.5", "<=1.5", "1.5-2.5"], ["<=1.5", "1.5-2.5", ">2.5"]),
    ],
)
def test_no_comes_first_in_every_language(values: list[str], order: list[str]) -> None:
    """And bounds by size, with the labels of the file too."""
    assert list(levels_of(dict.fromkeys(values, 5), {}, yes_no=False, sexes=False).labels) == order
    if values[0].startswith(">"):
        described = {value: value for value in values}
        assert list(levels_of(dict.fromkeys(values, 5), described, yes_no=False, sexes=False).labels) == order


def test_only_english_words_are_written_small() -> None:
    """Nouns of other languages, names and abbreviations keep their capital."""
    labels = ["Hormonal therapy", "Hormontherapie", "Karnofsky index", "ECOG", "Rx", "Age", "pH"]
    assert [lower_first(label) for label in labels] == [
        "hormonal therapy", "Hormontherapie", "Karnofsky index", "ECOG", "Rx", "age", "pH",
    ]  # fmt: skip


@pytest.mark.parametrize(("column", "died"), [("DEATH_EVENT", True), ("death", True), ("recur", False)])
def test_an_event_of_death_is_called_so(column: str, died: bool, tmp_path: Path) -> None:
    """By the name of its column, where its values are codes."""
    plan = plan_of(tmp_path, Wishes(time="time", event=f"{column} == '1'"), time=FOLLOWED, **{column: cycled(0, 1)})
    assert plan.outcome is not None
    assert (plan.outcome.event_label == "death") is died


@pytest.mark.parametrize(("by_make", "first"), [("", "lockstep report"), ("make", "make report")])
def test_the_readme_has_the_commands_of_its_user(
    by_make: str, first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the program where it was called by its name, of make where make was."""
    monkeypatch.setenv("LOCKSTEP_CALLED_BY", f"{by_make}, whose options are read" if by_make else "")
    plan_of(tmp_path, weight=FOLLOWED)
    readme = (tmp_path / "study" / "README.md").read_text(encoding="utf-8")
    assert readme.split("\n\n")[1].split("#")[0].strip() == first
    assert "<" not in readme.split("| file")[0]


@pytest.mark.slow
def test_a_cohort_with_competing_events_becomes_a_manuscript(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It builds at once, every claim holds, and the digits of a label are none of the text."""
    status = cycled("Censored", "Transplant 2", "Dead", "Dead", "Censored", "Transplant 2", "Dead")
    plan_of(tmp_path, Wishes(by="arm"), arm=cycled("a", "b"), time=FOLLOWED, status=status, tscore=cycled(*range(ROWS)))
    folder = str(tmp_path / "study")
    assert run_verb(["report", "--study", folder, "--renderer", "builtin"]) == 0
    assert run_verb(["check", "--study", folder, "--renderer", "builtin"]) == 0
    assert "0 typed numbers" in capsys.readouterr().out


def test_a_german_file_needs_no_options(tmp_path: Path) -> None:
    """Begin and end of follow-up, groups with their reference, and what is not known are recognised by their words."""
    columns = {
        "OP-Datum": cycled("01.02.2010", "13.02.2011"),
        "Letzter Kontakt": cycled("14.02.2015", "01.03.2016", "20.03.2016"),
        "Status": cycled("lebt", "verstorben", "verstorben", "k.A."),
        "Gruppe": cycled("Laparoskopie", "Kontrolle"),
    }
    plan = plan_of(tmp_path, **columns)
    assert plan.outcome is not None
    assert (plan.outcome.label, plan.outcome.event) == ("Overall survival", "Status == 'verstorben'")
    assert (plan.outcome.start, plan.outcome.end) == ("op_datum", ("letzter_kontakt",))
    assert plan.outcome.others == ()
    assert plan.column("Status").guess.missing == ("k.A.",)
    assert plan.groups is not None
    assert list(plan.groups.levels) == ["Kontrolle", "Laparoskopie"]
