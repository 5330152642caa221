"""Two versions of a data file are compared by keyed digests, which show nothing to those who lack the key."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

import pytest
from conftest import IMPLANTS

from lockstep.base.errors import DataError
from lockstep.cli.command import run_verb as main
from lockstep.data import fingerprint as digests
from lockstep.study.definition import read_study
from lockstep.study.model import Study

KEY = bytes(range(32))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Return a copy of the small study, with a column that study.toml does not declare."""
    folder = Path(shutil.copytree(IMPLANTS, tmp_path / "study", ignore=shutil.ignore_patterns("build")))
    data = folder / "data" / "implants.csv"
    header, *rows = data.read_text(encoding="utf-8").splitlines()
    data.write_text("\n".join([f"{header};note", *(f"{row};the same" for row in rows)]) + "\n", encoding="utf-8")
    return read_study(folder)


def edit(study: Study, old: str, new: str) -> None:
    """Replace some text in the data file."""
    path = study.folder / study.data_file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_same_file_in_another_order_has_the_same_digests(study: Study) -> None:
    """Neither the order of rows nor spaces around a cell count as changes."""
    before, _ = digests.fingerprint(study, KEY)
    path = study.folder / study.data_file
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *(row.replace(";", " ; ") for row in reversed(rows))]), encoding="utf-8")
    after, _ = digests.fingerprint(study, KEY)
    assert after == before


def test_rows_and_cells_that_changed_are_counted_by_column(study: Study) -> None:
    """A new patient, one that is gone and two changed ones give these counts, undeclared columns included."""
    before, _ = digests.fingerprint(study, KEY)
    edit(study, "I003;cemented;30,6;left", "I003;cemented;;right")
    edit(study, "77,9;0;the same", "77,9;0;another")
    edit(study, "I001;", "I999;")
    after, ids = digests.fingerprint(study, KEY)
    found = digests.compare(before, after, ids=ids)
    assert (found.added, found.removed, found.changed) == (1, 1, 2)
    assert found.cells == {"bmi": 1, "side": 1, "note": 1}
    assert (found.added_ids, found.changed_ids) == (("I999",), ("I003", "I004"))


def test_a_value_is_compared_in_one_form(study: Study) -> None:
    """Programs write 5, 5.0 and 5,00, and a blank where another writes NA."""
    before, _ = digests.fingerprint(study, KEY)
    edit(study, "I001;uncemented;30,8", "I001;uncemented;30.80")
    edit(study, ";3,0;", ";3;")
    edit(study, "I003;cemented;30,6;", "I003;cemented;NA;")
    after, _ = digests.fingerprint(study, KEY)
    found = digests.compare(before, after)
    assert (found.added, found.removed, found.changed, found.cells) == (0, 0, 1, {"bmi": 1})
    edit(study, "I003;cemented;NA;", "I003;cemented;;")
    assert digests.fingerprint(study, KEY)[0] == after


def test_a_lock_of_an_earlier_version_is_compared_as_it_was_made(study: Study, tmp_path: Path) -> None:
    """There 5.0 is not 5, so that nothing changed where the file did not."""
    rows, key = tmp_path / "rows.json", digests.ensure_key(study.folder)
    rows.write_text(digests.fingerprint_json(digests.fingerprint(study, key, schema=1)[0]), encoding="utf-8")
    found = digests.changes_since(study, rows)
    assert found is not None
    assert (found.changed, found.cells) == (0, {})
    edit(study, ";3,0;", ";3;")
    found = digests.changes_since(study, rows)
    assert found is not None
    assert found.cells == {"months": 1}


def test_columns_that_only_one_version_has_are_named_and_not_counted_as_cells(study: Study) -> None:
    """A column that is added changes no patient."""
    before, _ = digests.fingerprint(study, KEY)
    edit(study, ";note", ";remark")
    found = digests.compare(before, digests.fingerprint(study, KEY)[0])
    assert (found.columns_added, found.columns_removed) == (("remark",), ("note",))
    assert (found.changed, found.cells) == (0, {})


def test_equal_cells_have_different_digests_and_the_key_decides_them(study: Study) -> None:
    """Who lacks the key cannot even count how often a value occurs; another key gives other digests."""
    found, _ = digests.fingerprint(study, KEY)
    cells = [cell for row in found.rows.values() for cell in row]
    assert len(set(cells)) == len(cells) == 60 * 6
    other, _ = digests.fingerprint(study, KEY[::-1])
    assert not {*found.rows} & {*other.rows}


def test_the_key_is_made_once_and_for_its_owner_alone(study: Study) -> None:
    """The same key serves all locks of a study, and nobody else on the machine can read it."""
    key = digests.ensure_key(study.folder)
    assert len(key) == 32
    assert digests.ensure_key(study.folder) == key
    assert stat.S_IMODE((study.folder / digests.KEY_FILE).stat().st_mode) == 0o600


def test_a_key_that_cannot_be_written_is_not_there(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a full disk the next lock makes a key, and meets no half of one."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=r"No space left on device.*\.lockstep-key"):
            digests.ensure_key(study.folder)
    assert not (study.folder / digests.KEY_FILE).exists()
    assert len(digests.ensure_key(study.folder)) == 32


@pytest.mark.parametrize("text", ["", "zz", "00ff"])
def test_a_damaged_key_is_one_error(study: Study, text: str) -> None:
    """A lock is never made under a key that is none."""
    (study.folder / digests.KEY_FILE).write_text(text)
    with pytest.raises(DataError, match="is not a key"):
        digests.ensure_key(study.folder)


def test_without_the_key_nothing_is_compared_and_no_key_is_made(study: Study, tmp_path: Path) -> None:
    """On a machine that has the lock but not the key, the command line answers null."""
    rows = tmp_path / "rows.json"
    assert main(["fingerprint", "--study", str(study.folder), "--output", str(rows)]) == 0
    (study.folder / digests.KEY_FILE).unlink()
    assert digests.changes_since(study, rows) is None
    assert not (study.folder / digests.KEY_FILE).exists()


def test_digests_survive_the_file_and_a_damaged_file_is_refused(study: Study, tmp_path: Path) -> None:
    """rows.json is read as it was written, or not at all."""
    found, _ = digests.fingerprint(study, KEY)
    path = tmp_path / "rows.json"
    path.write_text(digests.fingerprint_json(found), encoding="utf-8")
    assert digests.read_fingerprint(path) == found
    for damaged in ("", "[]", '{"schema": 1}', digests.fingerprint_json(found).replace('"bmi", ', "")):
        path.write_text(damaged, encoding="utf-8")
        with pytest.raises(DataError, match=r"rows\.json: is damaged"):
            digests.read_fingerprint(path)
