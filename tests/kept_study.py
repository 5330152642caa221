"""A small study whose draft keeps every rule of a made-up journal, as a folder; tests break one thing in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from small_draft import RULES as SMALL

IMPLANTS = Path(__file__).parent / "studies" / "implants"
JOURNAL = "small-journal"
JOURNAL_FILE = f"templates/journals/{JOURNAL}.toml"
PROFILE = f"_quarto-{JOURNAL}.yml"
REPORT = "report.qmd"
REFERENCES = "references.bib"

RULES: dict[str, Any] = SMALL | {
    "p_decimals": 3,
    "p_steps": [{"below": 0.1, "decimals": 4}],
    "text_words": 120,
    "figure_formats": ["TIFF", "PDF", "PNG"],
}
"""Rules that the study's draft keeps, all but one of the registry: digits of P values are decimals or significant."""

TABLE = """::: {#tbl-baseline}

```{python}
r.table("baseline")
```

Characteristics of `{python} r.n("flow.analysed")` implants.
:::
"""
FIGURE = """::: {#fig-retention}

```{python}
r.figure("retention")
```

Retention by fixation.
:::
"""
_REPORT = """---
title: "Retention of implants"
short-title: "Retention"
keywords: [implants, survival]
author:
  - name: Wilhelmina Zorrberg
bibliography: references.bib
literals:
  "two years": landmark of the protocol
known-abbreviations:
  SPAM: name of a score
---

```{python}
#| include: false
from lockstep import open_study
from lockstep.text.phrases import Phrase

r = open_study()


def form(text):
    return Phrase(text, ("flow.analysed",), markup=text)
```

::: {#notice .notice custom-style="Notice"}
**Key points**
:::

::: {#abstract .abstract custom-style="Abstract"}
**Background.** Fixation may matter.

**Methods.** We followed implants.

**`{python} r.heading("Results")`.** Of `{python} r.n("flow.analysed")` implants, `{python} r.n("retention.events")`
were revised.
:::

# Introduction

Implants are old [@one] and new [@two].

# Methods

## Measures

We measured implant retention (IR) and SPAM at all visits.

# Results

We followed `{python} r.n("flow.analysed")` implants.
Retention `{python} r.claim("ended in some", "retention.events > 0")`. Median IR was
`{python} r.estimate("retention.median")`, and `{python} r.value("retention.rate.2y")` were in place after two years.
Retention differed little between fixations (`{python} r.p("retention.by_fixation.log_rank.p_value")`;
@fig-retention). The hazard ratio of uncemented ones was
`{python} r.estimate("retention.adjusted.fixation.uncemented.hazard_ratio")`. The groups are described in @tbl-baseline.

TABLE
FIGURE
# Declarations {.unnumbered}

**Funding.** None.

# References {.unnumbered}

::: {#refs}
:::
"""
_REFERENCES = """@article{one, author={One, A.}, title={First work}, journal={J One},
  year={2001}, volume={1}, pages={1--2}}
@article{two, author={Two, B.}, title={Second work}, journal={J Two},
  year={2002}, volume={2}, pages={3--4}}
@article{three, author={Three, C.}, title={Third work}, journal={J Three},
  year={2003}, volume={3}, pages={5--6}}
@article{four, author={Four, D.}, title={Fourth work}, journal={J Four},
  year={2004}, volume={4}, pages={7--8}}
"""


def write_study(folder: Path) -> None:
    """Write the study into a folder that is not there yet."""
    shutil.copytree(IMPLANTS, folder)
    report = _REPORT.replace("TABLE\n", f"{TABLE}\n").replace("FIGURE\n", f"{FIGURE}\n")
    (folder / REPORT).write_text(report, encoding="utf-8")
    (folder / REFERENCES).write_text(_REFERENCES, encoding="utf-8")
    (folder / PROFILE).write_text("lang: en\n", encoding="utf-8")
    (folder / JOURNAL_FILE).parent.mkdir(parents=True)
    (folder / JOURNAL_FILE).write_text(journal_toml(RULES), encoding="utf-8")


def journal_toml(rules: Mapping[str, Any]) -> str:
    """Return the file of a journal with these rules."""
    stated = "".join(
        f'\n[rules.{name}]\nvalue = {_toml(value)}\nquote = "As said."\nsource = "https://journal.example"\n'
        "read = 2026-11-25\n"
        for name, value in rules.items()
    )
    return f'schema = 1\ntitle = "Small Journal"\n{stated}'


def _toml(value: Any) -> str:
    match value:
        case dict():
            return f"{{ {', '.join(f'{key} = {_toml(item)}' for key, item in value.items())} }}"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)
