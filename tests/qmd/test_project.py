"""The _quarto.yml files and the front matter, merged as Quarto merges them."""

import re
from pathlib import Path

import pytest

from lockstep.base.errors import ReportError
from lockstep.base.resources import TEMPLATES
from lockstep.qmd.project import config_for, merged, read_project
from lockstep.qmd.source import Document, parse
from lockstep.render.settings import settings_for

ROOT = Path(__file__).parents[2]


def document(folder: Path, front_matter: str = "") -> Document:
    """Return a document with this front matter."""
    return parse(f"---\n{front_matter}\n---\n", path=folder / "report.qmd")


@pytest.mark.parametrize(
    ("base", "other", "both"),
    [
        ({"a": 1, "b": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"x": 1, "y": 1}}, {"a": {"y": 2}}, {"a": {"x": 1, "y": 2}}),
        ({"a": [1, {"k": 1}]}, {"a": [{"k": 1}, 2]}, {"a": [1, {"k": 1}, 2]}),
        ({"a": [1]}, {"a": 2}, {"a": [1, 2]}),
        ({"a": 1}, {"a": [2]}, {"a": [1, 2]}),
        ({"a": [1]}, {"a": None}, {"a": [1]}),
        ({"a": "x"}, {"a": None}, {"a": None}),
        ({"a": {"x": 1}}, {"a": "x"}, {"a": "x"}),
    ],
)
def test_merging_is_quartos(base, other, both):
    """Mappings merge, lists join without repeats, a single value joins a list, and else the later one wins."""
    before = repr((base, other))
    assert merged(base, other) == both
    assert repr((base, other)) == before


def test_what_is_nearer_to_the_document_wins(tmp_path):
    """Format over top level, then front matter over project: even its top level over a project's format."""
    (tmp_path / "_quarto.yml").write_text(
        "papersize: a4\nlang: en\nformat:\n  typst:\n    papersize: a5\n    linestretch: 2\n"
    )
    project = read_project(tmp_path)
    own = document(tmp_path, "lang: de\nformat:\n  typst:\n    linestretch: 1\n  docx: default")
    assert config_for("typst", project, own) == {"papersize": "a5", "lang": "de", "linestretch": 1}
    assert config_for("docx", project, own) == {"papersize": "a4", "lang": "de"}
    assert config_for("typst", project, document(tmp_path, "papersize: a6"))["papersize"] == "a6"


def test_profiles_lie_over_the_project_and_the_first_wins(tmp_path):
    """Two active profiles are merged so that the first named has the last word; without any, the default is active."""
    (tmp_path / "_quarto.yml").write_text("profile:\n  default: b\nlang: en\nx: 0\n")
    (tmp_path / "_quarto-a.yml").write_text("x: a\n")
    (tmp_path / "_quarto-b.yml").write_text("x: b\ny: b\n")
    project = read_project(tmp_path, profiles=["a", "b"])
    assert project.config == {"lang": "en", "x": "a", "y": "b"}
    assert {path.name for path in project.files} == {"_quarto.yml", "_quarto-a.yml", "_quarto-b.yml"}
    default = read_project(tmp_path)
    assert (default.config, default.profiles) == ({"lang": "en", "x": "b", "y": "b"}, ("b",))


def test_paths_are_relative_to_the_file_they_stand_in(tmp_path):
    """A path of the project starts from the project, one of the front matter from the document."""
    home = tmp_path / "project"
    home.mkdir()
    (home / "_quarto.yml").write_text("csl: a.csl\nformat:\n  docx:\n    reference-doc: templates/r.docx\n")
    project = read_project(home)
    config = config_for("docx", project, document(home, "bibliography: [refs.bib, ../more.bib]"))
    assert config["csl"] == str(home / "a.csl")
    assert config["reference-doc"] == str(home / "templates" / "r.docx")
    assert config["bibliography"] == [str(home / "refs.bib"), str(home / "../more.bib")]


def test_a_folder_without_a_project_borrows_the_repositorys(tmp_path):
    """Its templates are the repository's; its bibliography is its own, where it has one by that name."""
    project = read_project(tmp_path)
    assert not project.own
    settings = settings_for("typst", project, document(tmp_path))
    assert settings.template == TEMPLATES / "manuscript.typ"
    assert settings.bibliography == ()
    assert (settings.image_extension, settings.execute["echo"]) == ("svg", False)
    (tmp_path / "references.bib").write_text("@article{a1, title = {T}}\n")
    project = read_project(tmp_path)
    assert settings_for("docx", project, document(tmp_path)).bibliography == (tmp_path / "references.bib",)


def test_the_repositorys_project_is_complete():
    """Every file that the top-level _quarto.yml names exists, and it is its folder's own."""
    project = read_project(ROOT)
    assert project.own
    for target in ("docx", "typst"):
        settings = settings_for(target, project, document(ROOT))
        assert settings.bibliography == (ROOT / "references.bib",)
        assert settings.csl == TEMPLATES / "csl" / "vancouver.csl"
    hook = ROOT / str(project.config["project"]["post-render"])
    assert hook.is_file()


def test_words_of_captions_are_the_projects(tmp_path):
    """Titles, prefixes and the delimiter come from `crossref`; the rest of it needs Quarto."""
    project = read_project(tmp_path)
    wording = settings_for("docx", project, document(tmp_path, "crossref: {fig-title: Fig., title-delim: .}")).wording
    assert (wording.titles["fig"], wording.titles["tbl"], wording.delimiter) == ("Fig.", "Table", ".")
    with pytest.raises(ReportError, match=r"^report.qmd:2: documents with `crossref: labels` need Quarto"):
        settings_for("docx", project, document(tmp_path, "crossref: {labels: roman}"))


def test_a_project_that_is_not_yaml_names_its_line(tmp_path):
    """A slip in _quarto.yml is one message with the line."""
    (tmp_path / "_quarto.yml").write_text("format:\n  docx: [\n")
    with pytest.raises(ReportError, match=r"^_quarto.yml:\d: not valid YAML: "):
        read_project(tmp_path)


@pytest.mark.parametrize("text", ["project:\n", "profile:\n", "format:\n", "format: docx\n", "csl: [a.csl]\n", ""])
def test_a_section_that_says_nothing_is_as_one_that_is_not_there(tmp_path, text):
    """An empty section is no error, as in Quarto; a format alone has its defaults."""
    (tmp_path / "_quarto.yml").write_text(text)
    project = read_project(tmp_path)
    assert project.profiles == ()
    assert "format" not in config_for("docx", project, document(tmp_path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"project: x\n", "_quarto.yml: `project` is 'x'; expected keys below it, such as `output-dir: build`."),
        (b"profile: [a]\n", r"_quarto.yml: `profile` is '\['a'\]'; expected keys below it"),
        (b"format: 5\n", "_quarto.yml: `format` is '5'; expected keys below it"),
        (b"title: \xff\n", "_quarto.yml:1: not UTF-8 text. Save the file as UTF-8."),
    ],
)
def test_a_project_that_cannot_be_understood_is_one_error(tmp_path, content, message):
    """What Quarto would refuse as well is one message with what is expected."""
    (tmp_path / "_quarto.yml").write_bytes(content)
    with pytest.raises(ReportError, match=f"^{message}"):
        read_project(tmp_path)


@pytest.mark.parametrize(
    ("front_matter", "message"),
    [
        ("crossref: 5", "report.qmd:2: `crossref` is '5'; expected keys below it, such as `fig-title: Figure`."),
        ("csl: [a.csl, b.csl]", "report.qmd:2: `csl` names several files. Name one."),
        ('keywords: [{a: "x \\u0001 y"}]', "report.qmd: `keywords`: U+0001 control character is not seen"),
    ],
)
def test_front_matter_that_cannot_be_is_one_error(tmp_path, front_matter, message):
    """What no document could be made from is reported before one is begun."""
    with pytest.raises(ReportError, match=f"^{re.escape(message)}"):
        settings_for("docx", read_project(tmp_path), document(tmp_path, front_matter))
