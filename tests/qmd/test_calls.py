"""Calls are read from a document's text, in inline expressions and cells, and nothing of it is run."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.qmd.calls import COMPUTED, MethodCall, call_that_is, calls_in, constant_in
from lockstep.qmd.source import CodeCell, Inline, parse

BODY = """Of `{python} r.n("a")`, `{python} len(r.p("b"), x.p(1))`, `{python} r.n("c"`; `r.n("shown")`.

```{python}
found = r.table("t", decimals=1)
r.figure(name=name)
```
"""


def test_calls_are_found_in_the_order_of_the_document_with_their_part_and_line() -> None:
    """Nested ones as well; code that cannot be read has none, and code that is shown is not looked at."""
    found = list(calls_in(parse(BODY, path=Path("report.qmd"))))
    assert [call for _, call in found] == [
        MethodCall("report.qmd:1", "n", ("a",)),
        MethodCall("report.qmd:1", "p", ("b",)),
        MethodCall("report.qmd:1", "p", (1,)),
        MethodCall("report.qmd:4", "table", ("t",), (("decimals", 1),)),
        MethodCall("report.qmd:4", "figure", (), (("name", COMPUTED),)),
    ]
    assert [type(part) for part, _ in found] == [Inline, Inline, Inline, CodeCell, CodeCell]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('r.value("a", -1)', MethodCall("", "value", ("a", -1))),
        (" r.missing(['a', 'b']) ", MethodCall("", "missing", (["a", "b"],))),
        ('r.value(f"{a}")', MethodCall("", "value", (COMPUTED,))),
        ("r.value(*a, **b)", MethodCall("", "value", (COMPUTED,), (("None", COMPUTED),))),
        ("r.value({[]: 1})", MethodCall("", "value", (COMPUTED,))),
        ('r.value("a") + 1', None),
        ("value(1)", None),
        ("r.value", None),
        ("r.value(", None),
        ("x = r.value(1)", None),
    ],
)
def test_a_whole_expression_is_a_call_or_none(expression: str, expected: MethodCall | None) -> None:
    """What is not written out is known to be computed, and never evaluated."""
    found = call_that_is(expression)
    assert found == expected
    assert found is None or found.computed == ("..." in found.key)


def test_a_call_has_one_key_however_it_is_written() -> None:
    """Quotes and spaces do not matter."""
    first, second = (
        call_that_is(text) for text in ('r.value("os.median",1, nested=True)', "s.value('os.median', 1,nested = True)")
    )
    assert first is not None
    assert second is not None
    assert first.key == second.key == "value('os.median', 1, nested=True)"


def test_a_constant_is_told_from_what_is_computed() -> None:
    """None is a constant; a sum is none."""
    assert [constant_in(text) for text in ("142", "'a'", "None")] == [142, "a", None]
    assert all(constant_in(text) is COMPUTED for text in ("1 + 1", "x", "(", "-1"))
