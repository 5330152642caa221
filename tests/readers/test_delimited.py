"""Delimited text: which line is the header where lines begin with #."""

from __future__ import annotations

import pytest

from lockstep.readers.delimited import parse_delimited


@pytest.mark.parametrize(
    ("text", "expected", "header", "row"),
    [
        ("#id,size\n1,5\n", (), ("#id", "size"), 2),
        ("#id;size\n1;5\n", ("size",), ("#id", "size"), 2),
        ("#id\tsize\r\n1\t5\r\n", ("#id", "size"), ("#id", "size"), 2),
        ("\ufeff#id,size\n1,5\n", (), ("#id", "size"), 2),
        ("# exported, by us\nid,size,x\n1,5,3\n", (), ("id", "size", "x"), 3),
        ("# exported\nx\n5\n", (), ("x",), 3),
        ("# size is in cm\n#\nid,size\n1,5\n", ("id", "size"), ("id", "size"), 4),
        ("# size, in cm\nid,size\n1,5\n", ("id", "size"), ("id", "size"), 3),
        ("# of us\n#id,size\n1,5\n", ("size",), ("#id", "size"), 3),
    ],
)
def test_a_line_with_a_number_sign_is_a_comment_unless_it_is_the_header(
    text: str, expected: tuple[str, ...], header: tuple[str, ...], row: int
) -> None:
    """The expected names decide, as whole cells; without them the number of cells in the first line does."""
    table = parse_delimited(text.encode(), file="c.csv", expected=expected)
    assert (table.header, table.rows.tolist()) == (header, [row])
