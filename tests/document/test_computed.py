"""Numbers that the document's own code prints without a result behind them are found like typed ones."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lockstep.document import check
from lockstep.document.check import findings
from lockstep.document.computed import run_document
from lockstep.qmd.source import read_qmd
from lockstep.results.model import Results
from lockstep.text.style import Style

COMPUTED = """
```{python}
#| include: false
events = r.results["retention.events"].value
own = f"{100 * events / 3:.1f}%"
rate = r.value("retention.median")
class Text:
    def __init__(self, text): self.text = text
    def _repr_markdown_(self): return self.text
class Table:
    def _repr_html_(self): return "<style>p {margin: 9}</style><table><tr><td>51</td></tr></table>"
```
"""


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("Of `{python} own`, `{python} rate`.", "`own` prints 800.0 with"),
        ("Of `{python} events * 2`.", "`events * 2` prints 48 with"),
        (
            """`{python} f"{r.n('retention.events')} of many"`""",
            """`f"{r.n('retention.events')} of many"` prints 24 with""",
        ),
        ("""`{python} str(r.n("retention.events"))`""", """`str(r.n("retention.events"))` prints 24 with"""),
        ('`{python} "Se" + "ven"` older patients', '`"Se" + "ven"` prints Seven with'),
        ('`{python} Text("**13**")`', """`Text("**13**")` prints 13 with"""),
        ("```{python}\nprint('in', 12)\nprint('of', 13.5)\n```", "the cell prints 12, 13.5 with"),
        ("```{python}\ndisplay(Text('**17**'))\n```", "the cell prints 17 with"),
        ("```{python}\nText('18 `19`')\n```", "the cell prints 18 with"),
        ("```{python}\nTable()\n```", "the cell prints 51 with"),
        ("```{python}\n{'a': 15}\n```", "the cell prints 15 with"),
        ("```{python}\n#| output: asis\nprint('1. first\\n2. with 77')\n```", "the cell prints 77 with"),
        ("```{python}\nfor i in range(30): print(i)\n```", "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 20 more numbers with"),
    ],
)
def test_a_number_that_the_document_computes_is_found_like_a_typed_one(
    body: str, numbers: str, own_study: Callable[[str], check.Findings]
) -> None:
    """Whatever code prints without a result behind it makes the check fail, by line and code, until it is declared."""
    report = own_study(body)
    [message] = report.computed
    assert message.startswith("report.qmd:")
    assert numbers in message
    assert "no result behind" in message
    assert not report.passed
    assert re.search(r"0 typed numbers, \d+ computed numbers? without a result$", report.lines()[-1])


@pytest.mark.parametrize(
    "body",
    [
        "`{python} rate`, `{python} r.n('retention.events')`, `{python} r.heading('Results')`, `{python} r.p_letter`",
        "```{python}\nr.table('baseline')\n```",
        "```{python}\nr.figure('retention')\n```",
        "```{python}\ndisplay(r.n('retention.events'), rate)\n```",
        "```{python}\n#| include: false\nprint(5)\n7\n```",
        "```{python}\n#| output: false\nprint(5)\n```",
        "```{python}\nprint('no number')\n```",
        "```{python}\n7;\n```",
    ],
)
def test_what_r_prints_and_what_nobody_sees_is_no_computed_number(
    body: str, own_study: Callable[[str], check.Findings]
) -> None:
    """Phrases, tables and figures know their results, also by way of a variable."""
    report = own_study(body)
    assert report.passed, report.lines()


def test_a_computed_number_is_declared_like_a_typed_one(own_study: Callable[[str], check.Findings]) -> None:
    """The phrase may reach from what is computed into the prose."""
    assert own_study("Of `{python} 6 * 7` seats.", "42 seats").passed
    report = own_study("Of `{python} 6 * 7` chairs.", "42 seats")
    assert not report.passed
    assert report.unused == ("report.qmd: '42 seats' is declared under `literals` but not in the text",)


def test_a_declared_phrase_may_begin_with_another(own_study: Callable[[str], check.Findings]) -> None:
    """The longer one is found, whichever is declared first."""
    declared = "stage 4: a name, stage 4 against 1"
    assert own_study("The ratio of stage 4 against 1, and stage 4 itself.", declared).passed
    report = own_study("The ratio of stage 4 against 1.", declared)
    assert report.passed
    assert report.unused == ()


def test_words_that_a_variable_chooses_from_are_typed_all_the_same(own_study: Callable[[str], check.Findings]) -> None:
    """Numbers in the words of `either` are found wherever it is called."""
    body = "```{python}\n#| include: false\nword = r.either('retention.events > 1', 'for 61 days', 'never')\n```\n\n"
    assert "prints" not in (message := own_study(f"{body}It was `{{python}} word`.").typed[0])
    assert "'61' is typed" in message


@pytest.fixture
def own_study(built_implants: Path, tmp_path: Path, implants_results: Results) -> Callable[..., check.Findings]:
    """Return what checks the second study, whose results are there, with another body, and a declared phrase."""
    folder = Path(shutil.copytree(built_implants, tmp_path / "study"))
    setup = "```{python}\n#| include: false\nfrom lockstep import open_study\nr = open_study()\n```\n"

    def checked(body: str, declared: str = "") -> check.Findings:
        head = f"---\ntitle: T\n{f'literals: {{{declared}: a reason}}' if declared else ''}\n---\n\n"
        (folder / "report.qmd").write_text(f"{head}{setup}{COMPUTED}\n{body}\n", encoding="utf-8")
        document = read_qmd(folder / "report.qmd")
        return findings(document, implants_results, Style(), run_document(document))

    return checked
