"""A file of published statements: any paper's is read; each wrong row is named with its reason, and the others stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.audit.published import Published, read_published
from lockstep.base.errors import PublishedError

HEADER = "id,quantity,value,precision,unit,denominator,record,condition,reading,reading_record,proof"


def read(folder: Path, *lines: str, header: str = HEADER) -> Published:
    """Return the statements of a file of these lines."""
    file = folder / "paper.csv"
    file.write_text("\n".join([header, *lines]), encoding="utf-8")
    return read_published(file, name="paper.csv")


def test_three_columns_are_enough(tmp_path: Path) -> None:
    """Id, quantity and value make a statement; columns of one's own, blank rows and another separator do no harm."""
    published = read(tmp_path, "S1;0.90;of one's own;Alpha", ";;;", "S2;;;Nothing", header="id;value;mine;quantity")
    assert [(s.id, s.value, s.quantity) for s in published.statements] == [
        ("S1", "0.90", "Alpha"),
        ("S2", "", "Nothing"),
    ]
    assert published.refusal() is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",no id,5,,,,,,,,", "the id '' is not a letter followed by letters, digits and _"),
        ("S-2,hyphen,5,,,,,,,,", "the id 'S-2' is not a letter"),
        ("S1,twice,5,,,,,,,,", "the id 'S1' is in row 2 as well"),
        ("S2,,5,,,,,,,,", "the quantity is blank"),
        ("S2,short,5", "it has 3 cells, the header has 11"),
        ("S2,long,5,,,,,,,,,,,", "it has 14 cells, the header has 11"),
        ("S2,p,5,x,,,,,,,", "the precision 'x' is not a number of decimals from 0 to 15"),
        ("S2,p,0.706,2,,,,,,,", "the precision is 2, but '0.706' is printed with 3 decimals"),
        ("S2,p,5,,,,a.b,c < 1,,,", "both a record and a condition"),
        ("S2,p,nearly 5,,,,a.b,,,,", "the value 'nearly 5' is no number"),
        ("S2,p,5,,,,a.b,,crude,,", "reading_record is blank"),
        ("S2,p,5,,,,a.b,,,c.d,", "reading is blank"),
        ("S2,p,5,,,,,,crude,c.d,", "another reading but no record"),
        ("S2,p,5,,,,,a <> 1,,,", "condition: "),
        ("S2,p,5,,cm,10,,,,,", "it has a denominator, but is not a percentage"),
        ("S2,p,5,,%,0,,,,,", "the denominator '0' is neither a count nor the id of a statement"),
        ('S2,p,5,,%,"9); open(1",,,,,', "the denominator '9); open(1' is neither"),
        ("S2,p,5,,%,S9,,,,,", "proof: it names 'S9', but there is no such statement"),
        ('S2,p,5,,,,,,,,"percent_of(S1, 1, 2)"', "it does not name S2 itself"),
        ('S2,p,5,,,,,,,,"percent_of(S2, S1, 2)"', "proof: `count` of percent_of is 1.5; expected a whole number"),
        ("S2,p,5,,,,,,,,__import__('os')", "proof: "),
    ],
)
def test_a_bad_row_is_reported_by_row_and_reason_and_loses_no_other(tmp_path: Path, line: str, reason: str) -> None:
    """The row is counted as a spreadsheet does; the statements above and below are read."""
    published = read(tmp_path, "S1,first,1.5,,,,,,,,", line, "S3,last,3,,,,,,,,")
    assert [statement.id for statement in published.statements] == ["S1", "S3"]
    (bad,) = published.bad_rows
    assert bad.row == 3
    assert reason in bad.reason
    assert f"row 3: {bad.reason}" in str(published.refusal())


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    """Whoever mends a file sees every wrong row in one message, in order, proofs that name other rows included."""
    published = read(tmp_path, 'S1,p,5,,,,,,,,"percent_of(S1, S8, 2)"', "S2,,5,,,,,,,,", "S3,ok,3,,,,,,,,")
    assert [bad.row for bad in published.bad_rows] == [2, 3]
    message = str(published.refusal())
    assert message.startswith("paper.csv: 2 rows were left out of the audit:\n  row 2: proof: it names 'S8'")
    assert message.endswith("Mend them, then run again.")


@pytest.mark.parametrize(
    "refused", ["S2,,5,,,,,,,,", "S2,short,5", "S2,p,5,x,,,,,,,", 'S2,p,5,,,,,,,,"percent_of(S3, 1, 2)"']
)
def test_a_row_that_needs_a_refused_one_says_so(tmp_path: Path, refused: str) -> None:
    """The fault is reported once, with its row; proofs and denominators that need it have no fault of their own."""
    published = read(
        tmp_path, 'S1,p,50,,,,,,,,"percent_of(S1, S2, 9)"', refused, "S3,p,50,,%,S2,,,,,", "S4,p,50,,%,S1,,,,,"
    )
    assert [statement.id for statement in published.statements] == ["S4"]
    reasons = {bad.row: bad.reason for bad in published.bad_rows}
    assert reasons.keys() == {2, 3, 4}
    assert reasons[2] == reasons[4] == "it depends on row 3, which was refused"
    assert "depends" not in reasons[3]


def test_an_id_that_stands_twice_is_the_first_one_for_proofs(tmp_path: Path) -> None:
    """The second row is refused; whoever names the id means the first."""
    published = read(tmp_path, "S1,p,2,,,,,,,,", "S1,p,3,,,,,,,,", 'S2,p,50,,,,,,,,"percent_of(S2, S1, 4)"')
    assert [bad.row for bad in published.bad_rows] == [3]
    assert published.statements[1].proofs[0].text == "percent_of(50, 2, 4)"


def test_a_proof_may_name_a_statement_below_it(tmp_path: Path) -> None:
    """The order of rows does not matter to proofs, and a denominator may be a statement."""
    published = read(tmp_path, 'S1,p,16.4,,%,S3,,,,,"percent_of(S1, S2, S3)"', "S2,k,13,,,,,,,,", "S3,n,79,,,,,,,,")
    assert [(proof.text, proof.finding.possible) for proof in published.statements[0].proofs] == [
        ("percent_of(16.4, 13, 79)", False),
        ("percent_of_some_count(16.4, 79)", False),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no column 'id', 'quantity' or 'value'; its first line is blank"),
        (b"id,quantity\nS1,a\n", "no column 'value'; it has 'id' and 'quantity'"),
        (b"id,id,quantity,value\n", "two columns 'id'"),
        (b'id,quantity,value\nS1,"open,5\n', "is not a CSV file"),
        (b"id,quantity,value\nS1,caf\xe9,5\n", "line 2 is not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_is_no_table_of_statements_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    """One message says what is wrong with the file, and what is needed."""
    file = tmp_path / "paper.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(PublishedError, match=message):
        read_published(file)


def test_a_byte_order_mark_and_windows_lines_are_no_obstacle(tmp_path: Path) -> None:
    """A file as spreadsheet programs save it is read as any other."""
    file = tmp_path / "paper.csv"
    file.write_bytes(b"\xef\xbb\xbfid,quantity,value\r\nS1,a,5\r\n")
    assert [statement.id for statement in read_published(file).statements] == ["S1"]
