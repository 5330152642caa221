"""Which figures a manuscript may show by their legends alone, so that no picture of them is drawn for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.drafts.figure_files import figures_in_legends_alone
from lockstep.qmd.source import parse

LABELLED = """
::: {#fig-age}

```{python}
r.figure("by_age")
```

By age.
:::

::: {#fig-both}

```{python}
r.figure(name="overall")
```

```{python}
r.figure("flow")
```

Both.
:::
"""


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ("", ("by_age", "overall", "flow")),
        ('```{python}\nr.figure("flow")\n```\n', ("by_age", "overall")),
        ('As `{python} r.figure("by_age")` shows.\n', ("overall", "flow")),
        ('::: {#tbl-x}\n```{python}\nr.figure("overall")\n```\n\nA table.\n:::\n', ("by_age", "flow")),
        ("```{python}\n[r.figure(name) for name in names]\n```\n", ()),
    ],
    ids=["all", "another cell", "inline", "in a table", "computed"],
)
def test_a_figure_that_may_be_shown_elsewhere_is_not_among_them(more: str, names: tuple[str, ...]) -> None:
    """A legend stands for a picture in a labelled figure only; a name that is computed may be that of any figure."""
    assert figures_in_legends_alone(parse(LABELLED + more, path=Path("report.qmd"))) == names
