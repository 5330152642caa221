"""Texts of a data file that would be code or markup in a document: they print as they are, and nothing runs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lockstep.cli.command import run_verb
from lockstep.qmd.source import read_qmd
from lockstep.render import pandoc
from lockstep.render.front_matter import plain_metadata
from lockstep.scaffold.folder import new_study
from lockstep.scaffold.wishes import Wishes
from lockstep.study.definition import read_study

PAYLOADS = (
    '`{python} open("RAN", "w")`',
    "{{< include /etc/passwd >}}",
    "{{< meta title >}} {{ 7*7 }} {% raw %}",
    "<script>alert(1)</script> <b>bold</b> <!-- x",
    "`#read(\"/etc/passwd\")`{=typst} #read('x')",
    "$x^2$ \\input{/etc/passwd} @vonelm2007 [link](http://evil) ![i](x.png)",
    "**bold** _it_ ~sub~ ^sup^ :::",
)


def cohort(folder: Path, *, arms: tuple[str, str], header: str = "arm") -> Path:
    """Write a cohort whose groups are two such texts."""
    draw = random.Random(3)  # noqa: S311 (no secret)
    quoted = [f'"{text.replace(chr(34), 2 * chr(34))}"' for text in (header, *arms)]
    lines = [f"pid,{quoted[0]},os_months,status"]
    lines += [
        f"P{row:03},{quoted[1 + row % 2]},{draw.randint(1, 60)},{draw.choice(['alive', 'dead'])}" for row in range(60)
    ]
    path = folder / "cohort.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_title_prints_as_it_is(payload: str, tmp_path: Path) -> None:
    """Pandoc reads texts of the front matter as Markdown: the title is the label, letter for letter."""
    data = cohort(tmp_path, arms=("A", "B"), header=f"arm {payload}")
    title = f"1. Survival by arm: {payload}"
    made = new_study(tmp_path / "study", data, Wishes(by=f"arm {payload}", title=title))
    document = read_qmd(made.folder / "report.qmd")
    tree = pandoc.read_markdown("", {"title": document.front_matter["title"]}, folder=made.folder)
    assert plain_metadata(tree["meta"]["title"]) == " ".join(title.split())
    front_matter = (made.folder / "report.qmd").read_text(encoding="utf-8").split("\n---\n")[0]
    assert not {"`{python}", "{{<"} & {part for part in ("`{python}", "{{<") if part in front_matter}
    assert read_study(made.folder).title == title


@pytest.mark.slow
@pytest.mark.parametrize("at", range(0, len(PAYLOADS) - 1, 2))
def test_nothing_of_the_data_runs(at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study whose groups are such texts builds, and no file is written or read by them."""
    monkeypatch.chdir(tmp_path)
    arms = (f"{PAYLOADS[at]}"[:34] + " 1", f"{PAYLOADS[at + 1]}"[:34] + " 2")
    data, folder = cohort(tmp_path, arms=arms), str(tmp_path / "study")
    assert run_verb(["new", folder, "--data", str(data), "--by", "arm", "--title", f"By {PAYLOADS[at]}"]) == 0
    assert run_verb(["report", "--study", folder, "--renderer", "builtin"]) == 0
    assert run_verb(["check", "--study", folder, "--renderer", "builtin"]) == 0
    assert not list(tmp_path.rglob("RAN*"))


@pytest.mark.parametrize(
    "arms",
    [("<60 mg", ">=60 mg"), ("A*02", "not A*02"), ("~10 Gy", "$20"), ("HER2_low", "HER2_high"), ("R0 & N0", "R1 @ N+")],
)
def test_numbers_in_names_of_groups_are_declared(
    arms: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A phrase under `literals` is compared as it prints, without the backslashes of the text."""
    folder = str(tmp_path / "study")
    assert run_verb(["new", folder, "--data", str(cohort(tmp_path, arms=arms))]) == 0
    assert run_verb(["check", "--study", folder, "--renderer", "builtin"]) == 0
    assert "0 typed numbers" in capsys.readouterr().out


@pytest.mark.parametrize("character", ["\u202e", "\x1b", "\u3164"])
def test_a_column_with_an_unseen_character_is_left_out(
    character: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In its name or its values: the rest is a study, and its comment names the character, which nothing shows."""
    lines = cohort(tmp_path, arms=("A", "B")).read_text(encoding="utf-8").splitlines()
    lines = [
        f"{lines[0]},si{character}ze,site",
        *(f"{line},{at % 7},{'in' if at % 3 else f'o{character}ut'}" for at, line in enumerate(lines[1:])),
    ]
    data = tmp_path / "cohort.csv"
    data.write_text("\n".join(lines), encoding="utf-8")
    assert run_verb(["new", str(tmp_path / "study"), "--data", str(data)]) == 0
    assert set(read_study(tmp_path / "study").columns) == {"arm", "os_months", "status"}
    text = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    assert text.count(f"U+{ord(character):04X}") == 2
    assert character not in text + capsys.readouterr().out
