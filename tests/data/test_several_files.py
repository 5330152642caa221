"""Files that are joined to the data file by the patients' ids."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import DataError, StudyError
from lockstep.data import fingerprint as digests
from lockstep.data.reading import Data, examine_data
from lockstep.data_checks.examination import examine
from lockstep.data_checks.query_list import list_csv, list_json
from lockstep.results.json_file import from_json, to_json
from lockstep.results.source import inputs_of, results_are_current, results_made_from, write_results
from lockstep.results.trial import trial_study
from lockstep.study.definition import read_study
from lockstep.study.model import Study

COHORT = "id,sex\n1,f\n2,m\n3,m\n"
LABS = "patient;taken;crp\n2;1;4,5\n2;2;unk\n9;1;7,5\n3;1;3,5\n2;3;2,5\n9;2;1\n"
GENES = "id\tbrca\n3\tyes\n1\tno\n2\t-1\n"

STUDY = """
schema = 1
[data]
file = "cohort.csv"
id = "id"
[data.join.labs]
file = "more/labs.csv"
id = "patient"
missing = ["unk"]
decimal = ","
rows = "samples"
order = "taken"
[data.join.genes]
file = "genes.tsv"
id = "id"
missing = ["-1"]
[columns.brca]
type = "category"
levels = ["no", "yes"]
from = "genes"
[columns.sex]
type = "category"
levels = ["f", "m"]
[columns.taken]
type = "number"
from = "labs"
take = "none"
[columns.crp]
type = "number"
from = "labs"
take = "last"
[columns.crp_first]
type = "number"
header = "crp"
from = "labs"
where = "taken == 1"
"""


def studied(folder: Path, *, labs: str = LABS, genes: str = GENES, cohort: str = COHORT, study: str = STUDY) -> Study:
    """Return a study of three files, written to a folder."""
    (folder / "more").mkdir(exist_ok=True)
    files = {"study.toml": study, "cohort.csv": cohort, "more/labs.csv": labs, "genes.tsv": genes}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return read_study(folder)


def examined(folder: Path, **files: str) -> Data:
    """Read the three files, with all that is wrong in them."""
    return examine_data(studied(folder, **files))


def test_columns_come_from_their_files(tmp_path: Path) -> None:
    """Each file is read in its own way and reduced by its own rules; the columns stand as study.toml has them."""
    frame = examined(tmp_path).frame.astype(object)
    assert frame.where(frame.notna(), None).to_dict("list") == {
        "brca": ["no", None, "yes"],
        "sex": ["f", "m", "m"],
        "crp": [None, 2.5, 3.5],
        "crp_first": [None, 4.5, 3.5],
    }


def test_patients_in_one_of_the_files_only_are_queries(tmp_path: Path) -> None:
    """Patient 1 has no sample, and the samples of patient 9 belong to nobody; no id is shown."""
    found = [(item.kind, item.severity, item.column, item.rows, item.message) for item in examined(tmp_path).findings]
    assert found == [
        ("no row in a joined file", "query", "id", (2,),
         "cohort.csv: 1 patient in row 2 has no row in more/labs.csv, and no value of its columns.\n"
         "Look whether the ids are right, and add the rows."),
        ("a patient of a joined file only", "query", "patient", (4, 7),
         "more/labs.csv: 1 patient in rows 4 and 7 is not in cohort.csv, and left out.\n"
         "Look whether the ids are right."),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labs", "study", "advice"),
    [
        (
            "Samples of 2024\npatient;taken;crp\n2;1;4,5\n",
            STUDY,
            "write header_row = 2 under [data.join.labs] in study",
        ),
        (
            "patient;taken;crp\n2;1;4.125\n3;1;5.250\n",
            STUDY.replace('decimal = ","\n', ""),
            'decimal = "," or "." under [data.join.labs] in study.toml.',
        ),
    ],
)
def test_advice_about_a_joined_file_names_its_own_section(tmp_path: Path, labs: str, study: str, advice: str) -> None:
    """What would be written under [data] changes how the data file is read, and not the joined one."""
    try:
        found = [item.message for item in examined(tmp_path, labs=labs, study=study).findings]
    except DataError as error:
        found = [str(error)]
    assert any(advice in message for message in found), found


def test_the_flow_counts_rows_and_patients_of_each_file(tmp_path: Path) -> None:
    """The sources too: each file by its hash."""
    results = compute(studied(tmp_path))
    counts = {record.id: record.value for record in results if record.id.startswith("flow.")}
    assert counts == {
        "flow.rows.labs": 6,
        "flow.matched.labs": 2,
        "flow.unmatched.labs": 1,
        "flow.unknown.labs": 1,
        "flow.rows.genes": 3,
        "flow.matched.genes": 3,
        "flow.unmatched.genes": 0,
        "flow.unknown.genes": 0,
        "flow.reviewed": 3,
        "flow.excluded": 0,
        "flow.analysed": 3,
    }
    assert list(results.source.further_files) == ["data.join.labs.file", "data.join.genes.file"]
    assert from_json(to_json(results)) == results


def test_files_without_a_patient_in_common_are_an_error(tmp_path: Path) -> None:
    """Most likely the column of ids is another one."""
    with pytest.raises(DataError) as error:
        examined(tmp_path, genes="id\tbrca\n01\tno\n")
    assert str(error.value) == (
        "genes.tsv: no id of it is one of cohort.csv; expected the same ids in both.\n[data.join.genes] id in "
        "study.toml names the column of ids, which are compared as texts: 007 is not 7."
    )


def test_faults_name_their_file(tmp_path: Path) -> None:
    """A cell, a repeated id, a blank id and a missing column, each in the file that has it."""
    data = examined(tmp_path, labs=LABS.replace("4,5", "high"), genes=GENES + "3\tno\n", cohort=COHORT + ",f\n")
    messages = [item.message.split("\n")[0] for item in data.findings if item.severity == "error"]
    assert messages == [
        "cohort.csv: column 'id' has no value in row 5; expected an id for each patient.",
        "more/labs.csv: column 'crp' has text in row 2; expected a number such as 12.5.",
        "genes.tsv: column 'id' has the same id in rows 2 and 5; expected one row for each patient.",
    ]
    found = examined(tmp_path, genes="id\tgene\n1\tno\n").findings
    [no_column] = [item for item in found if item.severity == "error"]
    assert no_column.message.startswith(
        "genes.tsv: there is no column 'brca'; the file has 'id' and 'gene'.\nMend [colu"
    )
    (tmp_path / "genes.tsv").unlink()
    with pytest.raises(DataError, match=r"^genes.tsv: No such file or directory.\n\[data.join.genes\] file in study"):
        examine_data(read_study(tmp_path))


def test_the_list_for_the_site_names_the_file_of_each_row(tmp_path: Path) -> None:
    """Row 4 of the samples is not row 4 of the data file; ids and values are those of its own file."""
    studied(tmp_path, labs=LABS.replace("7,5", "high"))
    lines = list(csv.reader(io.StringIO(list_csv(examine(read_study(tmp_path)), values=True).lstrip("\ufeff"))))
    assert lines[0] == ["file", "row", "column", "kind", "rule", "message", "id", "values"]
    assert [(line[0], line[1], line[2], line[6], line[7]) for line in lines[1:]] == [
        ("more/labs.csv", "4", "crp", "9", "crp: high"),
        ("cohort.csv", "2", "id", "1", "id: 1"),
        ("more/labs.csv", "4", "patient", "9", "patient: 9"),
        ("more/labs.csv", "7", "patient", "9", "patient: 9"),
    ]
    page = json.loads(list_json(examine(read_study(tmp_path)), values=False))
    assert [finding["message"].split(":")[0] for finding in page["findings"]] == [
        "in more/labs.csv",
        "1 patient in row 2 has no row in more/labs.csv, and no value of its columns.\nLook whether the ids are right, "
        "and add the rows.",
        "in more/labs.csv",
    ]


def test_each_file_makes_results_stale(tmp_path: Path) -> None:
    """Results come from all of them, wherever the study is brought."""
    study = studied(tmp_path)
    files = {tmp_path / name for name in ("cohort.csv", "more/labs.csv", "genes.tsv")}
    assert files <= inputs_of(study)
    made_from = results_made_from(study)
    path = tmp_path / "build" / "results.json"
    path.parent.mkdir()
    write_results(compute(study, made_from), path, made_from)
    for file in files:
        assert results_are_current(study)
        old = file.read_bytes()
        file.write_bytes(old + b"\n")
        assert not results_are_current(study)
        file.write_bytes(old)


def test_the_fingerprint_is_of_all_files(tmp_path: Path) -> None:
    """A cell of a joined file that changes is a change of its patient; a patient of that file alone is none."""
    key = bytes(range(32))
    before, _ = digests.fingerprint(studied(tmp_path), key)
    assert before.columns == ("sex", "labs: taken", "labs: crp", "genes: brca")
    after, _ = digests.fingerprint(studied(tmp_path, labs=LABS.replace("3,5", "3,6").replace("7,5", "9")), key)
    changes = digests.compare(before, after)
    assert (changes.added, changes.removed, changes.changed, dict(changes.cells)) == (0, 0, 1, {"labs: crp": 1})


def test_a_trial_of_other_data_has_the_joined_files(tmp_path: Path) -> None:
    """The data file is another one, all others are those of the study."""
    study = studied(tmp_path)
    new = tmp_path / "new.csv"
    new.write_text("id,sex\n3,f\n", encoding="utf-8")
    data = examine_data(read_study(trial_study(tmp_path, new)))
    assert data.frame.iloc[0].tolist() == ["yes", "f", 3.5, 3.5]
    outside = STUDY.replace("more/labs.csv", "../labs.csv")
    (tmp_path / "study.toml").write_text(outside, encoding="utf-8")
    with pytest.raises(StudyError, match=r"^study.toml: \[data.join.labs\] file is '../labs.csv'; a study is tried"):
        trial_study(study.folder, new)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('from = "genes"', 'from = "gene"',
         "[columns.brca.from] is 'gene'; the files under [data.join] are 'labs' and 'genes'; did you mean 'genes'?"),
        ('id = "id"\n[data.join.labs]', 'id = "row"\n[data.join.labs]',
         "[data.id] counts rows; expected the column of ids by which files are joined"),
        ("join.genes", "join.1genes",
         "[data.join.1genes] a name has letters (a-z), digits and _ only, begins with a letter, at most 60"),
        ('from = "genes"', 'from = "genes"\ntake = "first"',
         '[columns.brca.take] chooses among a patient\'s rows, of which genes.tsv has one; write `rows` under '
         '[data.join.genes] (rows = "visits"), where a patient has several'),
        ('order = "taken"', 'order = "sex"',
         "[data.join.labs.order] names 'sex', which is no date or number of more/labs.csv that is declared; expected "
         "one of 'taken', 'crp' or 'crp_first'"),
        ("taken == 1", "sex == 'f'", "[columns.crp_first.where] \"sex == 'f'\": there is no variable 'sex'"),
    ],
)  # fmt: skip
def test_a_faulty_key_of_several_files_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """With what is allowed."""
    assert old in STUDY
    with pytest.raises(StudyError) as error:
        studied(tmp_path, study=STUDY.replace(old, new, 1))
    assert str(error.value).startswith(f"study.toml: {message}")
