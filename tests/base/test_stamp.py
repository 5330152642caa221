"""An output is current while it, and all that it was made from, have the contents of then."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lockstep.base import stamp as base_stamp
from lockstep.base.files import sha256
from lockstep.base.stamp import (
    MadeFrom,
    changed,
    digests,
    hashes_in,
    identity,
    is_current,
    stamp_of,
    stamp_text,
    stamped_files,
    stamped_notes,
    versions,
    write_stamped,
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a folder with two inputs, and an output of theirs in a folder in it."""
    folder = tmp_path / "study"
    (folder / "build").mkdir(parents=True)
    for name in ("text", "words"):
        (folder / name).write_text(name)
    write_stamped(stamp_of(folder / "build" / "out.txt"), made_from(folder), {folder / "build" / "out.txt": b"made"})
    return folder


def made_from(folder: Path) -> MadeFrom:
    """Return what the output would be made from now."""
    return MadeFrom(
        files=digests([folder / "text", folder / "words", folder / "none"]),
        contents={"code": "0" * 64},
        environment={"typst": "1"},
    )


def current(folder: Path) -> bool:
    """Tell whether the output is current."""
    output = folder / "build" / "out.txt"
    return is_current(stamp_of(output), made_from(folder), outputs=[output])


def test_the_stamp_stands_beside_the_output_and_is_hidden() -> None:
    """Outputs of one name share it."""
    assert stamp_of(Path("build/report.pdf")) == stamp_of(Path("build/report.docx")) == Path("build/.report.json")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda folder: (folder / "text").write_text("edited"), id="input"),
        pytest.param(lambda folder: (folder / "words").unlink(), id="input that is gone"),
        pytest.param(lambda folder: (folder / "none").write_text(""), id="input that is new"),
        pytest.param(lambda folder: (folder / "build" / "out.txt").write_text("mad"), id="output"),
        pytest.param(lambda folder: (folder / "build" / "out.txt").unlink(), id="no output"),
        pytest.param(lambda folder: (folder / "build" / ".out.json").write_text("[1]"), id="stamp"),
        pytest.param(lambda folder: (folder / "build" / ".out.json").unlink(), id="no stamp"),
    ],
)
def test_every_content_counts(study: Path, change: Callable[[Path], object]) -> None:
    """Inputs, outputs and the stamp itself."""
    assert current(study)
    change(study)
    assert not current(study)


def test_times_and_places_do_not_count(study: Path, tmp_path: Path) -> None:
    """A file that is written again as it was is the same, and so is a study that has moved."""
    os.utime(study / "text", (1, 1))
    assert current(study)
    shutil.move(study, tmp_path / "elsewhere")
    assert current(tmp_path / "elsewhere")


def test_names_contents_and_outputs_are_compared_as_a_whole(study: Path) -> None:
    """Another version, choice or content of no single file is another output; so is one file more, or one less."""
    output, now = study / "build" / "out.txt", made_from(study)
    for other in (
        replace(now, environment={"typst": "2"}),
        replace(now, environment={}),
        replace(now, contents={"code": "1" * 64}),
        replace(now, contents={**now.contents, "fonts": "0" * 64}),
    ):
        assert not is_current(stamp_of(output), other, outputs=[output])
    assert not is_current(stamp_of(output), now, outputs=[])
    assert not is_current(stamp_of(output), now, outputs=[output, study / "text"])


def test_a_file_found_on_the_way_counts_though_nobody_knows_it_beforehand(study: Path) -> None:
    """What is asked for may be a part of what the stamp names; the rest is looked at as it is now."""
    output = study / "build" / "out.txt"
    part = MadeFrom(files=digests([study / "text"]), contents={"code": "0" * 64}, environment={"typst": "1"})
    assert is_current(stamp_of(output), part, outputs=[output])
    (study / "words").write_text("edited")
    assert not is_current(stamp_of(output), part, outputs=[output])


def test_what_is_saved_after_its_content_was_noted_is_not_counted_as_read(study: Path) -> None:
    """The stamp has the hash of before: the next run makes the output again."""
    noted = made_from(study)
    (study / "text").write_text("saved meanwhile")
    write_stamped(stamp_of(study / "build" / "out.txt"), noted, {study / "build" / "out.txt": b"made"})
    assert not current(study)
    then = stamped_files(study / "build" / ".out.json")
    assert changed(then, digests(then)) == [study / "text"]


def test_a_run_that_is_stopped_between_output_and_stamp_is_not_believed(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stamp is written last: an output that it does not know is made again, even for inputs that it knows."""
    write = base_stamp.write_whole

    def stopped(path: Path, content: bytes, **options: int) -> None:
        if path.suffix == ".json":
            raise KeyboardInterrupt
        write(path, content, **options)

    monkeypatch.setattr(base_stamp, "write_whole", stopped)
    with pytest.raises(KeyboardInterrupt):
        write_stamped(stamp_of(study / "build" / "out.txt"), made_from(study), {study / "build" / "out.txt": b"other"})
    assert not current(study)


def test_a_stamp_of_another_form_is_none(study: Path) -> None:
    """It names no files and no notes, and vouches for nothing."""
    stamp = study / "build" / ".out.json"
    content = json.loads(stamp.read_text())
    stamp.write_text(json.dumps(content | {"version": content["version"] - 1}))
    assert not current(study)
    for text in ("", "[]", '{"files": 1}'):
        stamp.write_text(text)
        assert stamped_files(stamp) == {}
        assert stamped_notes(stamp) == ()


def test_notes_are_said_again(tmp_path: Path) -> None:
    """A warning about an output that is current is not lost."""
    stamp = tmp_path / ".out.json"
    stamp.write_text(stamp_text(stamp, MadeFrom(), outputs={}, notes=["no title"]))
    assert stamped_notes(stamp) == ("no title",)


def test_programs_and_packages_have_a_name_for_each_version(tmp_path: Path) -> None:
    """None of it starts a program; what is not there is named as well."""
    assert versions(["no-such-package-xyz"]) == {"no-such-package-xyz": "none"}
    assert versions(["numpy"])["numpy"][0].isdigit()
    program = tmp_path / "program"
    program.write_text("1")
    first = identity(program, without="none")
    os.utime(program, (1, 1))
    assert len({first, identity(program, without="none"), identity(None, without="none")}) == 3


def test_the_files_of_a_folder_have_a_hash_each(study: Path) -> None:
    """By their paths in there, those in folders in it as well."""
    found = hashes_in(study)
    assert sorted(found) == ["build/.out.json", "build/out.txt", "text", "words"]
    assert found["text"] == sha256(study / "text")
