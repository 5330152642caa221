"""The list of references as a reader gets it: by the command, from a study, in PDF and Word alike."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import docx
import pypdf
import pytest
from conftest import IMPLANTS

from lockstep.__main__ import main

REFERENCES = r"""@incollection{chapter,
  author = {van der Graaf, W. T. A. and Mart{\'\i}nez, Ana and King, Jr., M. L.},
  title = {A Chapter},
  booktitle = {Cancer},
  editor = {DeVita, V. T. and van Leeuwen, F.},
  edition = {2},
  publisher = {Lippincott},
  address = {Philadelphia},
  year = {1999},
  pages = {100--120}
}

@article{paper,
  author = {van 't Hoff, J. and others},
  title = {A Paper: with a Subtitle},
  journal = {European Journal of Cancer},
  year = {2014},
  pages = {955-62},
  doi = {https://doi.org/10.1000/x}
}
"""
CHAPTER = (
    "van der Graaf WTA, Martínez A, King ML Jr. A chapter. In: DeVita VT, van Leeuwen F, editors. Cancer. 2nd ed. "
    "Philadelphia: Lippincott; 1999. p. 100–20."
)
PAPER = "van ’t Hoff J, et al. A paper: with a subtitle. Eur J Cancer. 2014:955–62. doi:10.1000/x"


def study_with(references: str, folder: Path) -> Path:
    """Return the small study, citing both references, one with its page."""
    study = folder / "implants"
    shutil.copytree(IMPLANTS, study, ignore=shutil.ignore_patterns("build"))
    text = (study / "report.qmd").read_text(encoding="utf-8")
    text = text.replace("literals:", "bibliography: refs.bib\nliterals:", 1)
    cited = "As van 't Hoff saw in the '90s [@chapter, p. 103; @paper]."
    text = text.replace("# Results\n", f"# Results\n\n{cited}\n", 1)
    (study / "report.qmd").write_text(f"{text}\n# References\n\n::: {{#refs}}\n:::\n", encoding="utf-8")
    (study / "refs.bib").write_text(references, encoding="utf-8")
    return study


def test_the_list_is_right_in_both_documents(tmp_path: Path) -> None:
    """Particles, accents, suffix, editors, abbreviation, DOI, page of a citation, and an apostrophe before a word."""
    study = study_with(REFERENCES, tmp_path)
    assert main(["report", "--renderer", "builtin", "--study", str(study)]) == 0
    built = study / "build"
    word = "\n".join(paragraph.text for paragraph in docx.Document(str(built / "report.docx")).paragraphs)
    pdf = "\n".join(page.extract_text() for page in pypdf.PdfReader(built / "report.pdf").pages)
    for text in (word, pdf):
        joined = re.sub(r"\s+", " ", text)
        for expected in (CHAPTER, PAPER, "As van ’t Hoff saw in the ’90s [1 p103,2]."):
            assert expected in joined


def test_a_repeated_key_leaves_no_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command fails with both lines, and writes nothing."""
    study = study_with(REFERENCES + REFERENCES.replace("chapter,", "other,", 1), tmp_path)
    assert main(["report", "--renderer", "builtin", "--study", str(study)]) == 1
    assert "refs.bib:13 and refs.bib:33: two references have the key 'paper'." in capsys.readouterr().err
    assert not (study / "build" / "report.pdf").exists()
