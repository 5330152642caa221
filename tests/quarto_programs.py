"""A program that stands for Quarto, and a document with everything that it may print."""

import base64
import sys
import textwrap
from pathlib import Path

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SAMPLE = """---
title: 'A title with "quotes" and *emphasis*'
author:
  - name: Jane Doe
    corresponding: true
    email: jane@example.org
    affiliations:
      - {id: a, name: Clinic, city: Köln}
  - name: John Q. Public
    affiliations: [{ref: a}, Institute]
keywords: [one, two words]
bibliography: refs.bib
number-sections: true
papersize: us-letter
---

```{python}
#| include: false
class Shown:
    def __init__(self, text): self.text = text
    def _repr_markdown_(self): return self.text
class Table:
    def _repr_html_(self):
        rows = "<tr><td>\\u2003x &lt; &amp;</td><td align='right'>1</td><td>2<sup>†</sup></td></tr>"
        return f"<table><thead><tr><th>A</th><th colspan='2'>B</th></tr></thead><tbody>{rows}</tbody></table>"
value = Shown("**2411** days (95% CI 1890–3105)")
```

::: {#abstract .abstract custom-style="Abstract"}
**Background.** Of `{python} 154` patients, `{python} value`.
:::

# Introduction {#sec-one}

"Quoted" -- a--b... [@bee2001], see @fig-a, @tbl-a, [-@fig-a], [@fig-a; @tbl-b], @sec-one, @eq-x.
`{python} "s*t_r"`.^[A note.]

Marks [around [nested `{python} value` and *emph*]{#strobe-1a-in} words]{#strobe-1a}, `code <b>`, `x + 1`{.python}.
A comment <!-- [x]{#strobe-2} `{python} value` --> inside, [seen]{.content-visible when-format="docx"}.

```python
x = 1  # two
```

$$ a = b $$ {#eq-x}

::: {#fig-a}

```{python}
Shown('![](build/one){fig-alt="Curves of A" width=60mm}')
```

Caption with `{python} value`.
:::

::: {#tbl-a}

```{python}
Table()
```

Caption of the table.
:::

## Second

| a | b |
|:--|--:|
| 1 | 2 |

: Pipe {#tbl-b}

::: {.content-visible when-format="docx"}
Word only.
:::

```{python}
#| output: asis
print("printed *text*")
```

{{< pagebreak >}}

# References {.unnumbered}

::: {#refs}
:::
"""


def fake(folder: Path, code: str) -> Path:
    """Write a program that stands for Quarto: Python code that sees `arguments`."""
    path = folder / "quarto"
    path.write_text(f"#!{sys.executable}\nimport os, sys, pathlib\narguments = sys.argv[1:]\n{textwrap.dedent(code)}")
    path.chmod(0o755)
    return path


def study(folder: Path, text: str = SAMPLE) -> Path:
    """Write a document with what it needs into a folder without a _quarto.yml."""
    (folder / "build").mkdir(parents=True)
    (folder / "build" / "one.png").write_bytes(PNG)
    (folder / "build" / "one.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>'
    )
    (folder / "refs.bib").write_text("@article{bee2001,\n author = {Bee, A.},\n title = {Hives},\n year = {2001}\n}\n")
    (folder / "report.qmd").write_text(text, encoding="utf-8")
    return folder / "report.qmd"


WORKS = """
if arguments == ["--version"]:
    print("1.9.38")
else:
    pathlib.Path(".quarto/typst").mkdir(parents=True, exist_ok=True)
    pathlib.Path("report.typ").write_text('#image("build/one.svg", alt: "A \\\\"b\\\\"")')
    pathlib.Path(arguments[arguments.index("--output") + 1]).write_text("word")
    with open("seen.txt", "a") as seen:
        print(arguments[:5], os.environ["QUARTO_PYTHON"], os.environ["PYTHONPATH"], file=seen)
"""
