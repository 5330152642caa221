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


def test_competing_events_are_named(tmp_path: Path) -> None:
    """What counts as censored although something has happened stands in study.toml, and is asked for in the Methods."""
    status = cycled("Censored", "Transplant", "Dead", "Dead", "Censored")
    plan = plan_of(tmp_path, time=FOLLOWED, status=status)
    assert plan.outcome is not None
    assert plan.outcome.competing == (("Transplant", 12),)
    assert "Transplant (12) counts as censored" in written(tmp_path, "study.toml")
    assert "[To be written: how Transplant, which the data count as censored, was treated.]" in written(
        tmp_path, "report.qmd"
    )


@pytest.mark.parametrize(
    ("status", "event", "competing"),
    [
        (cycled(0, 1, 2, 2, 0), "status == '2'", ["1"]),
        (cycled("alive", "lost to follow-up", "dead"), "", []),
        (cycled("lebt", "verstorben"), "", []),
        (cycled("NED", "AWD", "DOD", "DOC"), "status == 'DOD'", ["DOC"]),
    ],
)
def test_the_end_of_follow_up_competes_with_nothing(
    status: list[float | str], event: str, competing: list[str], tmp_path: Path
) -> None:
    """Codes and words of patients who are alive or lost are censored."""
    plan = plan_of(tmp_path, Wishes(event=event), time=FOLLOWED, status=status)
    assert plan.outcome is not None
    assert [label for label, _ in plan.outcome.competing] == competing


def test_a_second_pair_is_offered(tmp_path: Path) -> None:
    """As a comment that is an endpoint without its signs; neither is in the table of characteristics."""
    plan = plan_of(
        tmp_path, rtime=FOLLOWED, recur=cycled(0, 1, 1), dtime=FOLLOWED[::-1], death=cycled(0, 0, 1),
    )  # fmt: skip
    assert plan.outcome is not None
    assert plan.second is not None
    assert (plan.outcome.time, plan.outcome.event) == ("dtime", "death == '1'")
    assert (plan.second.time, plan.second.event, plan.second.label) == ("rtime", "recur == '1'", "Time to recurrence")
    assert plan.characteristics == ("age",)
    path = tmp_path / "study" / "study.toml"
    text = path.read_text(encoding="utf-8")
    head = text.index("# [endpoints.ttr]")
    end = text.index("\n\n", head)
    path.write_text(text[:head] + text[head:end].replace("# ", "") + text[end:], encoding="utf-8")
    assert {"os.median", "ttr.median"} <= {record.id for record in compute(read_study(tmp_path / "study")).records}


def test_an_event_without_a_name_asks_for_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Codes of a status do not say that patients died; what counts as censored is said at once."""
    plan_of(tmp_path, time=FOLLOWED, status=cycled(1, 2))
    assert "# guess: what the event is is not said; of deaths, write Overall survival" in written(
        tmp_path, "study.toml"
    )
    data = str(tmp_path / "cohort.csv")
    frame(time=FOLLOWED, status=cycled("alive", "dead", "transplant")).to_csv(data, index=False)
    assert run_verb(["new", str(tmp_path / "other"), "--data", data]) == 0
    assert "Transplant (20) counts as censored" in " ".join(capsys.readouterr().out.split())


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
