"""The lines of a Word file as LibreOffice lays it out; without it, or where it fails or hangs, there are none."""

from __future__ import annotations

import stat
import sys
import time
from pathlib import Path

import pytest
from draft_studies import DraftStudy

from lockstep.submission.word_lines import lines_in_word

pytestmark = pytest.mark.slow  # a manuscript is built


def program(folder: Path, code: str) -> str:
    """Return a program that does what `code` says, as LibreOffice would be called."""
    path = folder / "soffice"
    path.write_text(f"#!{sys.executable}\nimport sys, time, shutil, pathlib\n{code}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_lines_of_a_word_file_are_read_from_its_layout(drafts: dict[str, DraftStudy], tmp_path: Path) -> None:
    """The program gets a profile of its own and a folder that is gone afterwards."""
    draft = drafts["implants"]
    code = (
        "folder = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n"
        "assert any(word.startswith('-env:UserInstallation=file://' + str(folder)) for word in sys.argv)\n"
        f"shutil.copy({str(draft.pdf)!r}, folder / 'report.pdf')\n"
        f"pathlib.Path({str(tmp_path / 'seen')!r}).write_text(str(folder))"
    )
    lines = lines_in_word(draft.docx, program=program(tmp_path, code))
    assert lines
    assert max(line.number or 0 for line in lines) > 1
    assert not Path((tmp_path / "seen").read_text()).exists()


@pytest.mark.parametrize("code", ["sys.exit(3)", "time.sleep(30)", "pass"])
def test_a_layout_that_fails_is_none(code: str, drafts: dict[str, DraftStudy], tmp_path: Path) -> None:
    """A program that fails, hangs or writes nothing gives no lines, and no error."""
    assert lines_in_word(drafts["implants"].docx, program=program(tmp_path, code), seconds=1.0) is None


def test_a_layout_that_hangs_is_ended_with_all_that_it_started(drafts: dict[str, DraftStudy], tmp_path: Path) -> None:
    """LibreOffice's program only starts another one: that must not go on by itself."""
    pid = tmp_path / "pid"
    code = (
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(pid)!r}).write_text(str(child.pid))\n"
        "child.wait()"
    )
    assert lines_in_word(drafts["implants"].docx, program=program(tmp_path, code), seconds=5.0) is None
    state = Path(f"/proc/{pid.read_text()}/stat")
    for _ in range(50):
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            break
        time.sleep(0.1)
    else:
        pytest.fail("the program that was started goes on")
