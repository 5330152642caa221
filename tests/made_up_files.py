"""Made-up data files as people have them: odd headers, odd values, few or many rows; of tests of new studies."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from datetime import date, timedelta

HEADERS = (
    *(
        "Größe (cm)",
        "ph.ecog",
        "flow",
        "and",
        "Tumor Size [mm]",
        "global",
        "男",
        "%",
        "2nd line",
        "missing",
        "age",
        "Age",
    ),
    *(
        "a" * 58,
        "q1: how often do you feel *tired* or |weak|?",
        "x_1",
        "x.1",
        "x 1",
        "sex",
        "arm",
        "setting",
        "os",
        "$cost",
    ),
    *(
        "time",
        "status",
        "OS months",
        "event",
        "date_diagnosis",
        "date_last_seen",
        "stage",
        "follow_up",
        "Name",
        "comment",
    ),
    *(
        "<b>bold</b>",
        "level",
        "n",
        "#",
        "cutoff",
        'quoted "name"',
        "tab\tname",
        "back\\slash",
        "{{ x }}",
        "[x](y)",
        "`r`",
    ),
)
CATEGORIES = (
    *(
        ["<20", ">20"],
        ["+", "-"],
        ["Yes", "yes", "No"],
        ["a", "b", "c", "d", "e"],
        ["0", "1"],
        ["1", "2"],
        ["0", "1", "2"],
    ),
    *(["男", "女"], ["I", "II", "IIIA"], ["missing", "done"], ["unknown", "left", "right"], ["a|b", "a*b", "a_b"]),
    *(["dead", "alive"], ["TRUE", "FALSE"], ["control", "new drug 5 mg/kg"], ["$x$", "@cite", "<i>", "'q'", '"q"']),
    *([f"level {n}" for n in range(18)], [f"site {n}" for n in range(60)], ["only"], ["1.0", "2.0", "3.0"]),
)


def _numbers(draw: random.Random, n: int) -> list[str]:
    high, decimals = draw.choice([5, 100, 5000]), draw.choice([0, 0, 1, 3])
    return [f"{draw.uniform(0, high):.{decimals}f}" for _ in range(n)]


def _dates(draw: random.Random, n: int) -> list[str]:
    form = draw.choice(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y"])
    return [(date(2000, 1, 1) + timedelta(draw.randrange(5000))).strftime(form) for _ in range(n)]


def _categories(draw: random.Random, n: int) -> list[str]:
    values = draw.choice(CATEGORIES)
    return [draw.choice(values) for _ in range(n)]


def _rare(draw: random.Random, n: int) -> list[str]:
    return [*(draw.choice(["lung", "liver"]) for _ in range(n - 1)), "a single text"][:n]


def _texts(draw: random.Random, n: int) -> list[str]:
    return [f"note {draw.random()}" for _ in range(n)]


def _blank(_draw: random.Random, n: int) -> list[str]:
    return [""] * n


KINDS: tuple[Callable[[random.Random, int], list[str]], ...] = (
    *(_numbers, _numbers, _dates, _categories, _categories, _categories, _rare, _texts, _blank),
)


def made_up_file(seed: int) -> str:
    """Return a CSV file of 12 to 300 patients with 3 to 40 columns, or 200, some of their cells blank."""
    draw = random.Random(seed)  # noqa: S311 (no secret)
    n, width = draw.choice([12, 13, 40, 300]), draw.choice([3, 8, 15, 40]) if seed % 10 else 200
    headers = [draw.choice(HEADERS) if draw.random() < 0.8 else f"v{place}" for place in range(width)]
    columns = [draw.choice(KINDS)(draw, n) for _ in headers]
    if draw.random() < 0.7:
        headers += ["months", "vital_status", "treatment"]
        columns += [_numbers(draw, n), [draw.choice(["dead", "alive"]) for _ in range(n)], _categories(draw, n)]
    if draw.random() < 0.2:  # nobody has the event
        columns = [
            ["alive"] * n if header == "vital_status" else cells for header, cells in zip(headers, columns, strict=True)
        ]
    blank = draw.choice([0, 0.02, 0.3])
    rows = [[("" if draw.random() < blank else cell) for cell in row] for row in zip(*columns, strict=True)]
    if draw.random() < 0.5:
        headers, rows = ["id", *headers], [[str(at), *row] for at, row in enumerate(rows, start=1)]
    out = io.StringIO()
    csv.writer(out).writerows([headers, *rows])
    return out.getvalue()
