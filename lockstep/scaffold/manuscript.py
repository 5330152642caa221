"""The report.qmd of a new study: prose that is true of any study, with the results it has and claims that hold now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..base.escape import markdown
from ..base.wording import in_series
from ..catalogue import catalogue, competing_catalogue
from ..catalogue.keys import Key
from ..results.model import Record
from ..study.models import ADJUSTED
from ..syntax.names import slug
from ..text.sentence_case import begin_of_follow_up, lower_first
from . import words
from .outcome import OutcomeGuess
from .plan import MOST_ROWS, StudyPlan
from .study_file import figure_name
from .templates import filled_in

_TEMPLATE: Final = "report.qmd.j2"
_NO_DETECTED_DIFFERENCE: Final = "did not differ detectably"
_MOST_LEVELS: Final = 4  # whose medians and hazard ratios the text gives, beside figure and table
_HAD: Final = {"death": "died", "event": "had the event", "recurrence": "had a recurrence"}


@dataclass(frozen=True, slots=True)
class _Level:
    value: str
    id: str
    label: str


def report_text(plan: StudyPlan, records: Iterable[Record] | None) -> str:
    """Return the text of report.qmd.

    Parameters
    ----------
    records : the results of the study's endpoints, by which the words of claims are chosen; None where the data are
        faulty: then the words that depend on them are chosen when the report is built.
    """
    by_id = None if records is None else {record.id: record for record in records}
    return filled_in(_TEMPLATE, **_context(plan, by_id))


def _context(plan: StudyPlan, records: Mapping[str, Record] | None) -> dict[str, Any]:
    groups = plan.groups
    shown = plan.characteristics[:MOST_ROWS]
    age = next(
        (
            n
            for n in shown
            if words.adjustment_rank(plan.column(n).header, plan.column(n).guess.label) == 0
            and plan.column(n).guess.kind == "number"
        ),
        "",
    )
    levels = []
    if groups:
        levels = [_Level(value=value, id=slug(value), label=_label(groups.name, value)) for value in groups.levels]
    described = [_of_endpoint(plan, outcome, levels, records) for outcome in plan.endpoints]
    context: dict[str, Any] = {
        "title": plan.title,
        "e": described[0] if described else None,
        "endpoints": described,
        "competing": [item for item in described if item["competing"]],
        "survival": [item for item in described if not item["competing"]],
        "g": None,
        "age": slug(age),
        "characteristics": ", ".join(json.dumps(name) for name in shown),
        "compared": bool(described and (groups or plan.univariable)),
        "adjusted": _labels([groups.name, *plan.adjust_for]) if groups and plan.adjust_for else "",
        "excluded": bool(plan.keep),
        "crosstabs": [(_label(row), catalogue.CHI_SQUARE_P.of(variable=row, by=by).id) for row, by in plan.crosstabs],
        "most_levels": _MOST_LEVELS,
        "literals": list(_literals(plan)),
    }
    if groups:
        context["g"] = {
            "id": slug(groups.name),
            "sentence_label": _label(groups.name, inside=True),
            "levels": levels,
        }
    return context


def _of_endpoint(
    plan: StudyPlan, outcome: OutcomeGuess, levels: list[_Level], records: Mapping[str, Record] | None
) -> dict[str, Any]:
    statistic = competing_catalogue.INCIDENCE if outcome.competing else catalogue.SURVIVAL_RATE
    marks = plan.endpoints[0].axis.landmarks
    rates = [statistic.of(endpoint=outcome.name, at=mark).id for mark in marks]
    if not outcome.axis.reached or (records is not None and any(rate not in records for rate in rates)):
        rates = []
    event_label, figure = _plain(outcome.event_label), figure_name(plan, outcome)
    incidence = f"cumulative incidence of {event_label}"
    context = {
        "id": slug(outcome.name),
        "label": _plain(outcome.label),
        "measure": f"the {incidence}" if outcome.competing else _plain(lower_first(outcome.label)),
        "abbreviated": f"The {incidence}" if outcome.competing else _plain(outcome.abbreviation),
        "abbreviation": _plain(outcome.abbreviation),
        "sentence_label": _plain(lower_first(outcome.label)),
        "the_event": _the_event(outcome),
        "had_event": _HAD.get(outcome.event_label, f"had {event_label}"),
        "competing": _plain(outcome.competing.label) if outcome.competing else "",
        "censored": "" if outcome.competing else _listed_as_they_are(outcome),
        "start_label": begin_of_follow_up(plan.column(outcome.start).guess.label) if outcome.start else "",
        "rates": rates,
        "figure": figure,
        "figure_id": figure.replace("_", "-"),
        "claim": "",
    }
    return context | (_comparison(plan, outcome, levels, records) if plan.groups else {})


def _the_event(outcome: OutcomeGuess) -> str:
    return "the event" if outcome.event_label == "event" else _plain(outcome.event_label)


def _plain(text: str) -> str:
    """Return a text of the file for prose: escaped, without brackets, which would end the mark of a sentence."""
    return markdown(text.translate(str.maketrans("", "", "[]")))


def _listed_as_they_are(outcome: OutcomeGuess) -> str:
    return in_series([_plain(level.label) for level in outcome.others]) if outcome.others else ""


def _label(variable: str, level: str | None = None, *, inside: bool = False) -> str:
    """Return the code that prints a label of study.toml, so that the prose follows when it is changed there."""
    arguments = [variable] if level is None else [variable, level]
    return _code("label", ", ".join(map(_literal, arguments)) + (", inside=True" if inside else ""))


def _labels(variables: Sequence[str]) -> str:
    """Return the code that prints labels within a sentence: "age", "age and sex", "age, sex and stage"."""
    return _code("labels", f"[{', '.join(map(_literal, variables))}]")


def _code(method: str, arguments: str) -> str:
    return f"`{{python}} r.{method}({arguments})`"


def _literal(text: str) -> str:
    r"""Return a text as Python writes it, without the signs that end inline code or that Quarto reads as its own.

    >>> print(_literal('a "b" `c`'))
    "a \"b\" \x60c\x60"
    """
    return re.sub(r"[`{}]", lambda sign: f"\\x{ord(sign[0]):02x}", json.dumps(text, ensure_ascii=False))


def _comparison(
    plan: StudyPlan, outcome: OutcomeGuess, levels: list[_Level], records: Mapping[str, Record] | None
) -> dict[str, Any]:
    """Return the sentences that compare the groups: a claim where the results say something, which holds now."""
    by = plan.groups.name if plan.groups else ""
    test, name = (
        (competing_catalogue.GRAY_P, "Gray’s test") if outcome.competing else (catalogue.LOG_RANK_P, "log-rank")
    )
    hazard = "cause-specific hazard ratio" if outcome.competing else "hazard ratio"
    claim, p_value = _difference(test.of(endpoint=outcome.name, by=by).id, records)
    ratio = catalogue.HAZARD_RATIO.of(endpoint=outcome.name, by=by)
    unadjusted = list(_ratios(plan, outcome, levels, records, ratio, f"the {hazard}"))
    if outcome.competing:
        ratio = competing_catalogue.FINE_GRAY_RATIO.of(endpoint=outcome.name, by=by)
        unadjusted += _ratios(plan, outcome, levels, records, ratio, "the subdistribution hazard ratio")
    adjusted: Iterable[tuple[str, str]] = ()
    if plan.adjust_for:
        ratio = catalogue.MODEL_RATIO.of(endpoint=outcome.name, variable=by, analysis=ADJUSTED)
        adjusted = _ratios(plan, outcome, levels, records, ratio, f"the adjusted {hazard}")
    tested = f" ({name} {p_value})" if p_value else ""
    incidence = f"The cumulative incidence of {_plain(outcome.event_label)}"
    subject = incidence if outcome.competing else _plain(outcome.abbreviation)
    first = outcome is plan.endpoints[0]
    return {
        "claim": claim,
        "difference": f"{subject} {claim} by {_label(by, inside=True)}{tested}.",
        "unadjusted": [
            f"[{sentence[0]}]{{#strobe-16a}}{sentence[1]}" if at == 0 and first else "".join(sentence)
            for at, sentence in enumerate(unadjusted)
        ],
        "adjusted_ratios": ["".join(sentence) for sentence in adjusted],
    }


def _difference(test: str, records: Mapping[str, Record] | None) -> tuple[str, str]:
    """Return the words on a test, and its P value."""
    p_value = f'`{{python}} r.p("{test}")`'
    if records is None:
        return f'`{{python}} r.either("{test} < alpha", "differed", "{_NO_DETECTED_DIFFERENCE}")`', p_value
    record = records.get(test)
    if record is None or record.value is None:
        return "could not be compared", ""
    differs = float(record.value) < _alpha(records)
    if differs:
        return f'`{{python}} r.claim("differed", "{test} < alpha")`', p_value
    return f'`{{python}} r.claim("{_NO_DETECTED_DIFFERENCE}", "{test} >= alpha")`', p_value


def _alpha(records: Mapping[str, Record]) -> float:
    return float(records["setting.alpha"].value or 0)


def _ratios(
    plan: StudyPlan,
    outcome: OutcomeGuess,
    levels: list[_Level],
    records: Mapping[str, Record] | None,
    key: Key,
    what: str,
) -> Iterator[tuple[str, str]]:
    """Yield a sentence on the hazard ratio of each group but the first, in two parts: its begin, and the rest."""
    reference = levels[0].label
    is_adjusted = what.startswith("the adjusted")
    of = "" if is_adjusted else f"of {_the_event(outcome)} "
    adjusted = f" after adjustment for {_labels(plan.adjust_for)}" if is_adjusted else ""
    for at, level in enumerate(levels[1:]):
        ratio = replace(key, level=level.value).id
        if records is not None and (ratio not in records or records[ratio].value is None):
            continue
        begin = f"{what[:1].upper()}{what[1:]} {of}({level.label} against {reference})"
        yield begin, f' was `{{python}} r.estimate("{ratio}")`{adjusted if at == 0 else ""}.'


def _literals(plan: StudyPlan) -> Iterator[tuple[str, str]]:
    """Yield the phrases of the text with numbers that come from study.toml, not from the data."""
    phrases: list[str] = []
    for outcome in plan.endpoints:
        if outcome.start:
            phrases.append(begin_of_follow_up(plan.column(outcome.start).guess.label))
        phrases += [outcome.event_label, outcome.label]
        phrases += [outcome.competing.label] if outcome.competing else [level.label for level in outcome.others]
    reasons = dict.fromkeys(phrases, "name of a variable or a level")
    if not any(phrase in plan.title for phrase in phrases if any(map(str.isdigit, phrase))):
        reasons[plan.title] = "the title"
    for phrase, reason in reasons.items():
        if any(c.isdigit() for c in phrase):
            # Quarto looks for code and shortcodes in the whole file, before it is read as YAML.
            yield markdown(phrase) if re.search("[`{]", phrase) else phrase, reason
