"""What a document prints is found in its text, by line or label, without running it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.document.printed_places import places_in, printed_at
from lockstep.qmd.calls import MethodCall
from lockstep.qmd.source import parse
from lockstep.results.model import Results
from lockstep.study.model import Study

BODY = """# Results

Of `{python} r.n("flow.analysed")` and `{python} r.n_percent(stem="side.left")`, `{python} r.n(name)`; `r.n("x")`.

::: {#tbl-a}

```{python}
r.table("baseline")
```

Of `{python} r.value("retention.rate.2y", 0)`.
:::

```{python}
r.figure("retention")
```
"""


def places() -> tuple[MethodCall, ...]:
    """Return the places of the text above."""
    return places_in(parse(BODY, path=Path("report.qmd")))


def test_calls_are_found_with_line_or_label() -> None:
    """A table goes by the label of its div, a figure outside any div by its line; code that is shown is no call."""
    assert [(place.where, place.method, place.computed) for place in places()] == [
        ("report.qmd:3", "n", False),
        ("report.qmd:3", "n_percent", False),
        ("report.qmd:3", "n", True),
        ("tbl-a", "table", False),
        ("report.qmd:11", "value", False),
        ("report.qmd:15", "figure", False),
    ]


def test_a_label_ends_with_its_div_and_is_that_of_the_innermost() -> None:
    """A table beside a labelled one is not taken for it, however long the fences are; code has no divs."""
    cells = ['```{python}\nr.table("x")\n```\n', '```{python}\nr.figure(name="y")\n```\n']
    body = f""":::: {{.wide}}
::: {{#tbl-typed}}
| a |

Caption
:::
{cells[0]}
::::: {{#fig-of-parts}}
::: {{#fig-part .a}}
```text
:::
```
{cells[1]}
:::
{cells[1]}
:::::
::::
![Typed](x.png){{#fig-picture}}

{cells[1]}"""
    found = places_in(parse(body, path=Path("report.qmd")))
    assert [(place.where, place.arguments) for place in found] == [
        ("report.qmd:8", ("x",)),
        ("fig-part", ("y",)),
        ("fig-of-parts", ("y",)),
        ("report.qmd:30", ("y",)),
    ]


def test_a_place_prints_what_the_document_prints(implants: Study, implants_results: Results) -> None:
    """Text and ids are those of the phrase; a figure names its curves; named arguments count."""
    n, n_percent, _, table, rate, figure = (
        None if place.computed else printed_at(place, implants, implants_results) for place in places()
    )
    assert n is not None
    assert n_percent is not None
    assert rate is not None
    assert (n.text, n.ids) == ("60", ("flow.analysed",))
    assert n_percent.ids == ("side.left.count", "side.left.percent")
    assert rate.text == "89%"
    assert table is not None
    assert {"bmi.mean", "side.by_fixation.hybrid.left.count"} <= set(table.ids)
    assert figure is not None
    assert len(figure.curves) == 3


def test_an_argument_that_no_value_can_be_is_computed() -> None:
    """What Python itself would refuse is no traceback here."""
    [place] = places_in(parse("`{python} r.value({[1]: 2})`\n", path=Path("report.qmd")))
    assert place.computed


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("value", ("no.such",)),
        ("n", ()),
        ("table", ("nothing",)),
        ("figure", ([],)),
        ("p", ("retention.median",)),
        ("either", (1, 2, 3)),
        ("heading", (None,)),
        ("number", ("bmi.median", 4000)),
    ],
)
def test_what_cannot_be_answered_is_none(
    implants: Study, implants_results: Results, method: str, arguments: tuple[object, ...]
) -> None:
    """A call that these results cannot answer is no error here: the document may be of another time."""
    assert printed_at(MethodCall("report.qmd:1", method, arguments), implants, implants_results) is None
