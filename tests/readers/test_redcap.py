"""A raw export of REDCap with its data dictionary: columns are described, and what the export garbles is mended."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from redcap_exports import dictionary_of, field, flagship_export

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError
from lockstep.data import fingerprint as digests
from lockstep.data.findings import FaultyDataError
from lockstep.data.reading import Data, read_data
from lockstep.readers.delimited import parse_delimited
from lockstep.readers.redcap import with_dictionary
from lockstep.readers.redcap_dictionary import parse_dictionary
from lockstep.readers.table import ColumnDescription, TextTable
from lockstep.results.model import Results
from lockstep.results.source import inputs_of, results_are_current, results_made_from, source_of, write_results
from lockstep.study.definition import read_study
from lockstep.study.model import Study

DICTIONARY = dictionary_of(
    field("record", "baseline", "text", "Record ID"),
    field("surname", "baseline", "text", "Surname", identifier="y"),
    field("sex", "baseline", "radio", "<b>Sex</b> at birth", choices="1, Male | 2, Female"),
    field("size", "baseline", "text", "Size of the tumor (cm)", validation="number", low="0.1", high="40"),
    field("seen", "baseline", "text", "Last seen", validation="date_dmy", low="2000-01-01", high="today"),
    field("born", "baseline", "text", "Born", validation="date_mdy", identifier="y"),
    field("hello", "baseline", "descriptive", "Now the side effects"),
    field("effects", "toxicity", "checkbox", "Side effects", choices="1, Nausea, any | -9, Pain"),
    field("graded", "toxicity", "yesno", "Graded?"),
    field("at", "toxicity", "text", "When", validation="datetime_ymd"),
    field("days", "toxicity", "calc", "Days since [seen]", choices="datediff([seen], [at], 'd')"),
)

EXPORT = """\
record,surname,sex,size,seen,born,baseline_complete,effects___1,effects____9,effects___ni,graded,at,days,toxicity_complete
1,Doe,1,3.5,2010-02-28,1950-01-02,2,1,0,0,1,2011-01-01 10:30,307,2
2,Roe,2,,2010-03-01,1950-01-03,2,0,0,0,,,12,0
3,Low,2,4,2010-03-02,1950-01-04,2,0,0,0,,,,
4,High,1,5,2010-03-03,1950-01-05,2,0,0,0,,,,2
5,Moe,1,6,2010-03-04,1950-01-06,2,0,0,1,0,,,2
6,Poe,1,7,2010-03-05,1950-01-07,2,0,1,0,,,,0
"""

STUDY = """
schema = 1
[data]
file = "export.csv"
id = "record"
dictionary = "dictionary.csv"
[columns.sex]
type = "category"
levels = { male = "Male", female = "Female" }
[columns.size]
type = "number"
[columns.seen]
type = "date"
[columns.nausea]
type = "category"
header = "effects___1"
levels = { 0 = "No", 1 = "Yes" }
[columns.pain]
type = "category"
header = "effects____9"
levels = { 0 = "No", 1 = "Yes" }
[columns.at]
type = "date"
optional = true
"""


def studied(folder: Path, export: str = EXPORT, dictionary: str = DICTIONARY, study: str = STUDY) -> Study:
    """Return a study of an export, written to a folder."""
    for name, text in (("export.csv", export), ("dictionary.csv", dictionary), ("study.toml", study)):
        (folder / name).write_text(text, encoding="utf-8")
    return read_study(folder)


def read(folder: Path, export: str = EXPORT, dictionary: str = DICTIONARY, study: str = STUDY) -> Data:
    """Read an export as a study says."""
    return read_data(studied(folder, export, dictionary, study))


def refusal(folder: Path, export: str = EXPORT, dictionary: str = DICTIONARY, study: str = STUDY) -> str:
    """Return the message with which an export is refused."""
    with pytest.raises(DataError) as error:
        read(folder, export, dictionary, study)
    return str(error.value)


def described() -> TextTable:
    """Return the export above with what its dictionary says."""
    header = EXPORT.split("\n", 1)[0].split(",")
    table = parse_delimited(EXPORT.encode(), file="export.csv", expected=header)
    return with_dictionary(table, parse_dictionary(DICTIONARY.encode(), file="dictionary.csv"))


def test_a_box_of_a_form_that_was_not_filled_in_is_missing(tmp_path: Path) -> None:
    """Patients 2 and 3 have no form of side effects: a calculated number and a status of 0 are no answers.

    Of patient 4 the form is complete, so that its boxes mean no; of patient 5 the box "no information" is checked; of
    patient 6 a box alone shows that somebody has filled it in.
    """
    frame = read(tmp_path).frame
    assert frame["nausea"].tolist() == ["1", np.nan, np.nan, "0", np.nan, "0"]
    assert frame["pain"].tolist() == ["0", np.nan, np.nan, "0", np.nan, "1"]


def test_codes_are_the_levels_that_have_their_labels(tmp_path: Path) -> None:
    """Where the dictionary says that 1 is "Male", it is the level male = "Male"; or the level "Male"."""
    levels = ["male", "female", "female", "male", "male", "male"]
    assert read(tmp_path).frame["sex"].tolist() == levels
    plain = STUDY.replace('{ male = "Male", female = "Female" }', '["Male", "Female"]')
    assert read(tmp_path, study=plain).frame["sex"].tolist() == [level.title() for level in levels]


def test_a_code_with_the_label_of_another_level_is_an_error(tmp_path: Path) -> None:
    """The dictionary and study.toml contradict each other, and nobody but the researcher knows which is right."""
    coded = STUDY.replace('{ male = "Male", female = "Female" }', '{ 1 = "Female", 2 = "Male" }')
    with pytest.raises(FaultyDataError) as caught:
        read(tmp_path, study=coded)
    first, second = caught.value.findings
    assert (first.kind, first.rows, second.rows) == ("a contradicted label", (2, 5, 6, 7), (3, 4))
    assert first.message == (
        "export.csv: column 'sex' has '1' in rows 2, 5, 6 and 7: the file labels it 'Male', which in study.toml is the "
        "level '2', not '1' (Female); expected one meaning of a code.\nFind out which is right: mend the levels under "
        "[columns.sex] in study.toml, or the labels in the file."
    )


def test_dates_and_times_of_day_are_read(tmp_path: Path) -> None:
    """A raw export writes every date as YYYY-MM-DD, whatever its validation; of a time the day is kept."""
    frame = read(tmp_path).frame
    assert [str(day.date()) for day in frame["seen"][:2]] == ["2010-02-28", "2010-03-01"]
    assert str(frame["at"][0].date()) == "2011-01-01"


def test_the_dictionary_describes_the_columns() -> None:
    """Label without markup, choices, type, unit and range are those of the dictionary."""
    said = described().descriptions
    assert said["sex"] == ColumnDescription(label="Sex at birth", levels={"1": "Male", "2": "Female"}, type="category")
    assert said["size"] == ColumnDescription(label="Size of the tumor", unit="cm", type="number", range=("0.1", "40"))
    assert said["seen"] == ColumnDescription(label="Last seen", type="date", range=("2000-01-01", ""))
    boxes = {"0": "No", "1": "Yes"}
    assert said["effects___1"] == ColumnDescription(label="Side effects: Nausea, any", levels=boxes, type="category")
    assert said["effects____9"].label == "Side effects: Pain"
    assert said["graded"].levels == {"1": "Yes", "0": "No"}
    assert (said["days"].type, said["days"].label, said["at"].type) == ("number", "Days since [seen]", "date")
    assert said["toxicity_complete"].levels == {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
    assert "hello" not in said


def test_nothing_is_said_of_a_field_that_identifies_a_person() -> None:
    """It is known to be one, and that is all."""
    said = described().descriptions
    assert said["surname"] == said["born"] == ColumnDescription(identifier=True)


def test_a_field_that_identifies_a_person_is_no_column_unless_the_study_says_so(tmp_path: Path) -> None:
    """A category never is; a date or number is where study.toml says that it is wanted."""
    born = STUDY + '[columns.born]\ntype = "date"\n'
    assert refusal(tmp_path, study=born) == (
        "export.csv: column 'born' is marked as one that identifies a person, and study.toml declares it; expected "
        "columns without such a mark.\nLeave it out, or where the analysis needs it, write identifier = true under "
        "[columns.born]."
    )
    surname = STUDY + '[columns.surname]\ntype = "category"\nlevels = ["Doe"]\n'
    assert refusal(tmp_path, study=surname).endswith("\nLeave it out.")
    assert str(read(tmp_path, study=f"{born}identifier = true\n").frame["born"][0].date()) == "1950-01-02"


def test_a_single_label_among_codes_is_an_unknown_level(tmp_path: Path) -> None:
    """It makes no export with labels."""
    study = STUDY.replace('{ male = "Male", female = "Female" }', '["1", "2"]')
    found = refusal(tmp_path, EXPORT.replace("1,Doe,1,", "1,Doe,Male,"), study=study)
    assert found.startswith("export.csv: column 'sex' has a text of 4 characters in row 2; expected '1' or '2'.")


def test_an_export_with_labels_is_recognised(tmp_path: Path) -> None:
    """By its cells, and by the names of its columns; the message says what to export."""
    rows = [line.split(",") for line in EXPORT.splitlines()]
    labelled = "\n".join(
        ",".join([*row[:2], {"1": "Male", "2": "Female"}.get(row[2], row[2]), *row[3:]]) for row in rows
    )
    advice = "expected an export of raw data.\nIn REDCap: Data Exports, Export Data, CSV / Microsoft Excel (raw data)."
    assert refusal(tmp_path, labelled) == (
        f"export.csv: column 'sex' has the labels of choices in place of their codes; {advice}"
    )
    named = "Record ID,Surname,Sex at birth\n1,Doe,Male\n"
    assert refusal(tmp_path, named) == (
        f"export.csv: its columns are called by the labels of dictionary.csv, not by its field names; {advice}"
    )
    boxes = EXPORT.replace(",1,0,0,1,2011", ",Checked,Unchecked,Unchecked,1,2011").replace(",0,0,0,", ",Unchecked,,,")
    assert "labels of choices" in refusal(tmp_path, boxes.replace(",0,0,1,", ",,,,").replace(",0,1,0,", ",,,,"))


def test_what_is_no_dictionary_is_refused(tmp_path: Path) -> None:
    """Another CSV, another project's, and a file that is not there are named."""
    found = refusal(tmp_path, dictionary=EXPORT)
    assert found.startswith("dictionary.csv: has no column 'Variable / Field Name'; expected REDCap's data dictionary")
    other = dictionary_of(field("pid", "form", "text", "Patient"))
    assert refusal(tmp_path, dictionary=other) == (
        "export.csv: has no column that is a field of dictionary.csv, such as 'pid'; expected an export of that "
        "project.\nMend [data] file or dictionary in study.toml."
    )
    study = studied(tmp_path)
    (tmp_path / "dictionary.csv").unlink()
    with pytest.raises(DataError, match=r"^dictionary.csv: No such file or directory.\n\[data\] dictionary in study"):
        read_data(study)


def test_a_dictionary_from_the_api_is_read() -> None:
    """Its columns have other names."""
    text = "field_name,form_name,field_type,field_label,select_choices_or_calculations,identifier\n"
    fields = parse_dictionary(f'{text}Sex,f,radio,Sex,"1, Male|2, Female",\n'.encode(), file="d.csv").fields
    assert fields["sex"].choices == {"1": "Male", "2": "Female"}


def test_another_dictionary_makes_results_stale(tmp_path: Path) -> None:
    """It is one of the files that results come from, and their source names its hash."""
    study = studied(tmp_path)
    made_from = results_made_from(study)
    source = source_of(study, made_from, rows=6, columns=14)
    assert list(source.further_files) == ["data.dictionary"]
    assert tmp_path / "dictionary.csv" in inputs_of(study)
    path = tmp_path / "build" / "results.json"
    path.parent.mkdir()
    write_results(Results(source=source, records=()), path, made_from)
    assert results_are_current(study)
    (tmp_path / "dictionary.csv").write_text(DICTIONARY.replace("Pain", "Pains"), encoding="utf-8")
    assert not results_are_current(study)


def test_the_fingerprint_is_of_the_mended_cells(tmp_path: Path) -> None:
    """A form of side effects that is marked as complete turns unknown boxes into no: a change of two cells."""
    key = bytes(range(32))
    before, _ = digests.fingerprint(studied(tmp_path), key)
    after, _ = digests.fingerprint(studied(tmp_path, EXPORT.replace("0,0,0,,,12,0", "0,0,0,,,12,2")), key)
    changes = digests.compare(before, after)
    assert (changes.changed, dict(changes.cells)) == (
        1, {"effects___1": 1, "effects____9": 1, "effects___ni": 1, "toxicity_complete": 1},
    )  # fmt: skip


LONGITUDINAL = """\
record,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,surname,sex,size,seen,effects___1,effects____9,graded,at,toxicity_complete
1,start_arm_1,,,Doe,1,3.5,2010-02-28,0,0,,,
1,month_3_arm_1,,,,,,,0,0,0,,2
1,month_3_arm_1,toxicity,1,,,,,1,0,,,2
2,start_arm_1,,,Roe,2,4,2010-03-01,0,0,,,
2,month_3_arm_1,,,,,5,,0,0,,,0
"""

EVENTS = """
[columns.event]
type = "category"
header = "redcap_event_name"
levels = ["start_arm_1", "month_3_arm_1"]
take = "none"
"""


def test_a_longitudinal_export_is_reduced_to_a_row_a_patient(tmp_path: Path) -> None:
    """What one event alone has needs no rule; a box of an event without the form is missing there, and not no."""
    any_box = 'levels = { 0 = "No", 1 = "Yes" }\ntake = "any"'
    study = STUDY.replace('levels = { 0 = "No", 1 = "Yes" }', any_box).replace(
        'id = "record"', 'id = "record"\nrows = "events"'
    )
    baseline = study.replace("[columns.size]", "[columns.size]\nwhere = \"event == 'start_arm_1'\"") + EVENTS
    data = read(tmp_path, LONGITUDINAL, study=baseline)
    assert data.n_patients == 2
    assert data.frame["sex"].tolist() == ["male", "female"]
    assert data.frame["size"].tolist() == [3.5, 4]
    assert data.frame["nausea"].tolist() == ["1", np.nan]
    assert data.frame["pain"].tolist() == ["0", np.nan]
    message = refusal(tmp_path, LONGITUDINAL, study=study)
    assert message.startswith("export.csv: column 'size' differs in rows 5 and 6, which are rows of one patient;")


def test_the_flagship_from_redcap_has_the_same_results(tmp_path: Path, study: Study, results: Results) -> None:
    """Only `file` and `dictionary` are other ones: each record and curve is the same."""
    labels = {name: study.levels(name) for name, column in study.columns.items() if column.type == "category"}
    export, dictionary = flagship_export(study.folder / study.data_file, labels)
    text = (ROOT / "study.toml").read_text(encoding="utf-8")
    new = text.replace('file = "data/cohort.csv"', 'file = "export.csv"\ndictionary = "dictionary.csv"')
    shutil.copytree(
        ROOT / "analysis", tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__", "simulation")
    )
    found = compute(studied(tmp_path, export, dictionary, new))
    assert found.records == results.records
    assert found.curves == results.curves
