"""The text of a new study.toml: columns and analyses of a plan; what was guessed is a comment with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from ..base.characters import HIDDEN
from ..syntax.names import default_label
from ..text.sentence_case import begin_of_follow_up
from .observed import PlannedColumn
from .outcome import OutcomeGuess
from .plan import MOST_ROWS, StudyPlan

_WIDE: Final = 120
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def quoted(text: str) -> str:
    r"""Return a text as TOML writes it.

    >>> quoted('a "b"')
    '"a \\"b\\""'
    """
    escaped = (
        _ESCAPES.get(c) or (c if c.isprintable() else f"\\u{ord(c):04x}" if ord(c) < 65536 else f"\\U{ord(c):08x}")
        for c in text
    )
    return f'"{"".join(escaped)}"'


def study_text(plan: StudyPlan) -> str:
    """Return the text of study.toml."""
    parts = [
        _head(plan),
        _rule("columns of the data file"),
        *(part for column in plan.columns for part in _column(plan, column)),
        *_left_out(plan),
        *_eligibility(plan),
        *_endpoint(plan),
        *_analysis(plan),
        _rule("tables and figures"),
        *_tables(plan),
    ]
    return "\n\n".join(parts) + "\n"


def _comment(text: str) -> str:
    """Return a comment: one line, without control characters."""
    return "# " + HIDDEN.sub(" ", "".join(c if c.isprintable() else " " for c in text))


def _rule(title: str) -> str:
    return f"# ---- {title} ".ljust(_WIDE, "-")


def _listed(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"


def _table(items: Mapping[str, str], key: str) -> list[str]:
    """Return an inline table, or where that is too wide a line for each of its keys."""
    pairs = [(name if _BARE.fullmatch(name) else quoted(name), quoted(text)) for name, text in items.items()]
    line = f"{key} = {{ {', '.join(f'{name} = {text}' for name, text in pairs)} }}"
    return [line] if len(line) <= _WIDE else [f"{key}.{name} = {text}" for name, text in pairs]


def _head(plan: StudyPlan) -> str:
    lines = [
        "# The study: everything that is particular to this cohort. `lockstep new` has written it from the data file.",
        "# What is a guess has a comment with its reason: see to each of them.",
        "schema = 1",
        f"title = {quoted(plan.title)}",
        "",
        "[data]",
        f"file = {quoted(plan.data.file)}",
        f"id = {quoted(plan.id)}" + (f"  {_comment(plan.id_note)}" if plan.id_note else ""),
        f"missing = {_listed(plan.missing)}  # in every column, beside blank cells",
    ]
    if plan.data.header_row > 1:
        note = f"  {_comment(plan.header_note)}" if plan.header_note else ""
        lines.append(f"header_row = {plan.data.header_row}{note}")
    if plan.data.sheet:
        lines.append(f"sheet = {quoted(plan.data.sheet)}")
    if plan.data.dictionary:
        lines.append(f"dictionary = {quoted(plan.data.dictionary)}  # of REDCap")
    if plan.data.encoding:
        lines.append(f"encoding = {quoted(plan.data.encoding)}  # guess: the file is not UTF-8")
    if plan.outcome:
        marks = ", ".join(f"{mark:g}" for mark in plan.outcome.axis.landmarks)
        lines += [
            "",
            "[time]",
            f'unit = "{plan.outcome.unit}"  # of every follow-up time in the data',
            f'print_unit = "{plan.outcome.axis.unit}"  # of every time in text, tables and figures',
            f"landmarks = [{marks}]  # years at which survival is reported",
        ]
    return "\n".join(lines)


def _column(plan: StudyPlan, column: PlannedColumn) -> Iterator[str]:
    guess = column.guess
    if not column.used:
        return
    lines = [_comment(note) for note in guess.notes]
    if plan.groups and plan.groups.name == column.name and plan.groups.note:
        lines.append(_comment(plan.groups.note))
    lines += [f"[columns.{column.name}]", f'type = "{guess.kind}"']
    if column.header != column.name:
        lines.append(f"header = {quoted(column.header)}")
    if guess.label and guess.label != default_label(column.name):
        lines.append(f"label = {quoted(guess.label)}")
    if guess.kind == "number" and guess.unit:
        lines.append(f"unit = {quoted(guess.unit)}")
    if limits := _range(column):
        lines.append(limits)
    if guess.format:
        lines.append(f"format = {quoted(guess.format)}")
    if missing := [text for text in guess.missing if text not in plan.missing]:
        lines.append(f"missing = {_listed(missing)}")
    levels = plan.groups.levels if plan.groups and plan.groups.name == column.name else guess.levels
    if guess.kind == "category":
        own = all(value == label for value, label in levels.items())
        lines += [f"levels = {_listed(levels)}"] if own else _table(levels, "levels")
    if guess.recode:
        lines += _table(guess.recode, "recode")
    if any(column.name in item.optional for item in plan.endpoints):
        lines.append("optional = true  # blank where it has not happened")
    yield "\n".join(lines)


def _range(column: PlannedColumn) -> str:
    """Return the line of the range, where the file gives both of its limits; one alone is a comment."""
    guess = column.guess
    if not any(guess.range):
        return ""
    low, high = guess.range
    try:
        if guess.kind == "number":
            both = [float(low), float(high)]
            return f"range = [{', '.join(f'{limit:g}' for limit in both)}]" if both[0] < both[1] else ""
        if guess.kind == "date":
            return f"range = [{date.fromisoformat(low)}, {date.fromisoformat(high)}]"
    except ValueError:
        pass
    limits = " and ".join(
        text for text in (f"at least {low}" if low else "", f"at most {high}" if high else "") if text
    )
    return _comment(f"the file allows {limits}: `range` takes both limits")


def _left_out(plan: StudyPlan) -> Iterator[str]:
    left = [column for column in plan.columns if not column.used]
    if not left:
        return
    lines = ["# Left out, with the reason. To use one, declare it as a section above."]
    for column in left:
        name = column.header or f"column {column.place}"
        lines.append(_comment(f"- {name[:60]}: {column.guess.why_left_out}"))
    yield "\n".join(lines)


def _eligibility(plan: StudyPlan) -> Iterator[str]:
    yield _rule("who is analysed: each rule is a line of the flow, in order")
    if plan.keep:
        yield "\n".join(
            [
                "[eligibility.followed]",
                f"keep = {quoted(plan.keep)}",
                'reason = "unknown follow-up or outcome"',
            ]
        )
    else:
        yield '# [eligibility.adult]\n# keep = "age >= 18"\n# reason = "younger than 18 years"'


def _endpoint(plan: StudyPlan) -> Iterator[str]:
    yield _rule("endpoints")
    if not plan.endpoints:
        yield "\n".join(
            [
                "# No time to an event was found. With one, survival is analysed; for example:",
                "# [endpoints.os]",
                '# label = "Overall survival"',
                '# time = "months"              # or: start = "date_of_diagnosis", end = "date_last_seen"',
                "# event = \"status == 'dead'\"",
                '# event_label = "death"',
            ]
        )
        return
    for outcome in plan.endpoints:
        yield "\n".join(_endpoint_lines(plan, outcome))


def _endpoint_lines(plan: StudyPlan, outcome: OutcomeGuess) -> Iterator[str]:
    yield from map(_comment, outcome.notes)
    lines = [f"[endpoints.{outcome.name}]", f"label = {quoted(outcome.label)}"]
    lines.append(f"abbreviation = {quoted(outcome.abbreviation)}")
    if outcome.time:
        lines.append(f"time = {quoted(outcome.time)}")
    else:
        ends = (
            quoted(outcome.end[0]) if len(outcome.end) == 1 else f"{_listed(outcome.end)}  # the first that is present"
        )
        lines += [f"start = {quoted(outcome.start)}", f"end = {ends}"]
    if outcome.start:
        origin = begin_of_follow_up(plan.column(outcome.start).guess.label)
        lines.append(f"origin = {quoted(origin)}  # what time 0 is, for the axis of figures")
    ticks = ", ".join(map(str, outcome.axis.ticks))
    lines += [
        f"event = {quoted(outcome.event)}",
        f"event_label = {quoted(outcome.event_label)}",
        *_competing_lines(outcome),
        f"axis = {{ ticks = [{ticks}] }}",
    ]
    yield from lines


def _competing_lines(outcome: OutcomeGuess) -> Iterator[str]:
    if outcome.competing is not None:
        yield _comment(outcome.competing.note)
        yield f"competing = {quoted(outcome.competing.event)}"
        yield f"competing_label = {quoted(outcome.competing.label)}"


def _analysis(plan: StudyPlan) -> Iterator[str]:
    if plan.outcome is None and plan.groups is None:
        return
    yield _rule("analyses")
    lines = ["[analysis]"]
    if plan.groups:
        lines.append(f"exposure = {quoted(plan.groups.name)}")
    if plan.univariable:
        lines.append("# Categories compared one by one: leave out what is known only after the begin of follow-up.")
        lines.append(f"univariate = {_listed(plan.univariable)}")
    if plan.adjust_for:
        lines += [_comment(plan.adjust_note), f"adjust_for = {_listed(plan.adjust_for)}"]
    elif plan.adjust_note:
        lines.append(_comment(f"no multivariable model: {plan.adjust_note}"))
    if plan.outcome:
        lines.append(f"follow_up = {quoted(plan.outcome.name)}")
    elif plan.crosstabs:
        pairs = ", ".join(_listed(pair) for pair in plan.crosstabs)
        lines.append(f"crosstabs = [{pairs}]")
    yield "\n".join(lines)


def _row(name: str, *, number: bool) -> str:
    return f'{{ variable = "{name}", summary = "{"median_iqr" if number else "n_percent"}" }}'


def _not_in_table(plan: StudyPlan) -> Iterator[str]:
    """Yield the rows that the table of characteristics could have, as comments with the reason why not."""
    if plan.not_characteristics:
        yield "  # Not in this table, with the reason; whoever wants one in it removes its #:"
    for name, reason in plan.not_characteristics.items():
        kind = plan.column(name).guess.kind
        yield f"  # {name}: {reason}" if kind == "date" else f"  # {_row(name, number=kind == 'number')},  # {reason}"


def _tables(plan: StudyPlan) -> Iterator[str]:
    if plan.characteristics:
        lines = ["[tables.characteristics]", 'kind = "characteristics"']
        if plan.groups:
            lines.append(f"by = {quoted(plan.groups.name)}")
        lines.append("rows = [")
        kinds = {column.name: column.guess.kind for column in plan.columns}
        for place, name in enumerate(plan.characteristics):
            number = kinds[name] == "number"
            if place == MOST_ROWS:
                lines.append("  # The rest of the columns, for whoever wants them in the table:")
            out = "# " if place >= MOST_ROWS else ""
            lines.append(f"  {out}{_row(name, number=number)},")
        yield "\n".join([*lines, *_not_in_table(plan), "]"])
    if plan.outcome and (plan.groups or plan.univariable):
        yield f'[tables.models]\nkind = "models"\nendpoints = {_listed(item.name for item in plan.endpoints)}'
    yield '[figures.flow]\nkind = "flow"' + (f'\nby = "{plan.groups.name}"' if plan.groups else "")
    groups = f'\ngroups = "{plan.groups.name}"' if plan.groups else ""
    for outcome in plan.endpoints:
        kind = '\nkind = "cumulative_incidence"' if outcome.competing else ""
        yield f'[figures.{figure_name(plan, outcome)}]{kind}\nendpoints = ["{outcome.name}"]{groups}'


def figure_name(plan: StudyPlan, outcome: OutcomeGuess) -> str:
    """Return the name of the figure of an endpoint: "survival", "incidence_ttr"."""
    kind = "incidence" if outcome.competing else "survival"
    return kind if outcome is plan.endpoints[0] else f"{kind}_{outcome.name}"
