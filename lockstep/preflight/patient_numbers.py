"""Whether the same patients have the same number everywhere: in text, tables, captions and alternative texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Final

from ..base.errors import LockstepError, counted
from ..catalogue.catalogue import ANALYSED, EXCLUDED, LEVEL_COUNT, MISSING_COUNT, REVIEWED
from ..catalogue.keys import Key
from ..figures.kinds import figure_content
from ..figures.survival import SurvivalFigure
from ..results.model import Results
from ..study.model import Study
from ..text.style import Style
from ..word.passages import Passage, PrintedDocument
from .printed_numbers import phrase_pattern, readable

_COUNT: Final = r"\d{1,3}(?:[,\u202f\u2009]\d{3})+|\d+"
_HEADED: Final = re.compile(rf"(?P<label>.*?)[\s\xa0]*\((?:n|N|No\.)[ \xa0]?=[ \xa0]?(?P<n>{_COUNT})\)", re.DOTALL)
_SIZE: Final = re.compile(rf"(?<![\w.])[nN][ \xa0]?=[ \xa0]?(?P<n>{_COUNT})(?!\w|[.·,]\d)")
# What studies are of; a study's own word is that of its id column.
_WHOLE: Final = r"patients?|participants?|subjects?|individuals?"
_PARTS: Final = (
    r"persons?|people|women|woman|men|man|children|child|adults?|infants?|eyes?|knees?|hips?|shoulders?|limbs?|teeth|tooth|"
    r"implants?|grafts?|stents?|lesions?|tumou?rs?"
)
_NO_NOUN: Final = frozenset(("id", "ids", "no", "nr", "number", "code", "key", "row", "study", "record", "index"))
_NO_ADJECTIVE: Final = (
    "days|weeks|months|years|hours|cm|mm|kg|mg|ml|and|or|of|to|in|for|from|with|among|per|than|by|at|on|as|the|vs|versus|"
    "was|were|is|are|had|have|who|whose"
)
_ALL: Final = "All patients"


def disagreements(
    printed: PrintedDocument,
    study: Study,
    results: Results,
    style: Style,
    *,
    declared: Sequence[str] = (),
    quoted: Collection[str] = (),
) -> tuple[str, ...]:
    """Report each number of patients that differs from the one elsewhere or in the results, with its place.

    Parameters
    ----------
    declared : phrases that are rightly typed; their numbers are passed over.
    quoted : names of tables that print what others wrote, as they wrote it.
    """
    passages = [passage for passage in printed.passages if passage.unit not in quoted]
    groups = _group_sizes(study, results)
    left_out = [phrase_pattern(phrase) for phrase in declared if phrase.split()]
    return (
        *_in_records(study, results),
        *_in_columns(passages, groups),
        *_in_figures(passages, study, results, style),
        *_in_sentences(passages, groups, results, left_out, study),
    )


def counted_numbers(printed: PrintedDocument, study: Study) -> int:
    """Return how many numbers of patients a draft prints."""
    patterns = (_counted(study), _HEADED)
    return sum(
        len(list(pattern.finditer(passage.text)))
        for passage in printed.passages
        for pattern in patterns
        if passage.kind not in ("front", "reference")
    )


def own_noun(study: Study) -> str:
    """Return the word that a study has for what its rows are, "" where its id column has none: "implant"."""
    words = [word for word in re.findall(r"[a-z]+", study.id_column.lower()) if word not in _NO_NOUN]
    return words[-1].removesuffix("s") if words else ""


def _whole(study: Study) -> str:
    """Return the pattern of the words for the rows of a study (patients, implants)."""
    own = own_noun(study)
    if not own:
        return _WHOLE
    stem = re.escape(own.removesuffix("y"))
    return rf"{_WHOLE}|{stem}(?:y|ies)" if own.endswith("y") else rf"{_WHOLE}|{stem}(?:e?s)?"


def _counted(study: Study) -> re.Pattern[str]:
    """Return the pattern of a number of patients, or whatever the study is of; `whole` is a word for all its rows."""
    adjective = rf"(?!(?:{_NO_ADJECTIVE})\b)[a-z-]+[ \xa0]"
    nouns = rf"(?:(?P<whole>{_whole(study)})|{_PARTS})\b"
    return re.compile(rf"(?<![\w.·,–-])(?P<n>{_COUNT})[ \xa0](?:{adjective}){{0,2}}?{nouns}")


def _flow(study: Study) -> re.Pattern[str]:
    """Return the pattern of the flow: "Of 60 patients, ... 58 were analysed"."""
    return re.compile(
        rf"\b[Oo]f[ \xa0](?P<reviewed>{_COUNT})[ \xa0](?:{_whole(study)})\b[^.]*?"
        rf"\b(?P<analysed>{_COUNT})[ \xa0]were[ \xa0]analy[sz]ed"
    )


def _group_sizes(study: Study, results: Results) -> dict[str, set[int]]:
    """Return the numbers of patients that a label may refer to: levels of several variables can share one."""
    sizes: dict[str, set[int]] = {}
    for variable in (*study.columns, *study.derived):
        for level, label in study.levels(variable).items():
            key = LEVEL_COUNT.of(variable=variable, level=level)
            if key in results:
                sizes.setdefault(_plain(label), set()).add(_number(results, key))
    sizes[_plain(_ALL)] = {_number(results, ANALYSED.of())}
    return sizes


def _number(results: Results, key: Key) -> int:
    value = results[key].value
    return value if isinstance(value, int) else 0


def _count(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _any_of(sizes: Collection[int]) -> str:
    return " or ".join(map(str, sorted(sizes)))


def _plain(label: str) -> str:
    return re.sub(r"[\s\xa0]+", " ", label).strip().lower()


def _in_records(study: Study, results: Results) -> Iterator[str]:
    """Yield where the results themselves do not add up."""
    reviewed, excluded, analysed = (_number(results, count.of()) for count in (REVIEWED, EXCLUDED, ANALYSED))
    if reviewed - excluded != analysed:
        yield f"results: {reviewed} reviewed less {excluded} excluded are not {analysed} analysed"
    for variable in study.columns:
        keys = [LEVEL_COUNT.of(variable=variable, level=level) for level in study.levels(variable)]
        missing = MISSING_COUNT.of(variable=variable)
        if keys and missing in results and all(key in results for key in keys):
            total = sum(_number(results, key) for key in (*keys, missing))
            if total != analysed:
                yield f"results: the levels of {variable} hold {_patients(total)}, not {analysed}"
    for curve in results.curves:
        table = curve.risk_table
        if table.time and table.time[0] == 0 and table.n_at_risk[0] != curve.n and not curve.delayed_entry:
            yield f"results: curve {curve.id} has {_patients(table.n_at_risk[0])} at risk at time 0, not {curve.n}"


def _in_columns(passages: list[Passage], groups: dict[str, set[int]]) -> Iterator[str]:
    """Yield headings of columns whose number is not that of their group, or which do not add up."""
    by_table: dict[str, dict[str, int]] = {}
    for passage in passages:
        if passage.kind in ("column", "cell") and (found := _HEADED.fullmatch(passage.text.strip())):
            label, n = _plain(found["label"]), _count(found["n"])
            by_table.setdefault(passage.unit, {})[label] = n
            if label in groups and n not in groups[label]:
                yield f'{passage.place}: "{found["label"].strip()}" has n = {n}; it is {_any_of(groups[label])}'
    first: dict[str, tuple[str, int]] = {}
    for table, columns in by_table.items():
        for label, n in columns.items():
            before = first.setdefault(label, (table, n))
            if label not in groups and before[1] != n:
                yield f'{table}: "{label}" has n = {n}, and {before[1]} in {before[0]}'


def _in_figures(passages: list[Passage], study: Study, results: Results, style: Style) -> Iterator[str]:
    """Yield panels and curves that have another number of patients in an alternative text than in the figure."""
    figures = [list(figure.numbers_of_patients()) for figure in _curves(study, results, style)]
    for passage in passages:
        if passage.kind != "alt text":
            continue
        described = [list(_described(passage.text, numbers)) for numbers in figures]
        of_this_one = max((found for found in described if None not in found), key=len, default=[])
        for label, printed, right in filter(None, of_this_one):
            if printed != right:
                yield f'{passage.place}: "{label}" has {_patients(printed)}; in the figure it has {right:,}'


def _curves(study: Study, results: Results, style: Style) -> Iterator[SurvivalFigure]:
    """Yield the figures of study.toml with curves, but for those that cannot be drawn: no document has them."""
    for name in study.figures:
        with suppress(LockstepError):
            content = figure_content(name, study, results, style)
            if isinstance(content, SurvivalFigure):
                yield content


def _described(text: str, numbers: list[tuple[str, int]]) -> Iterator[tuple[str, int, int] | None]:
    """Yield what a text gives numbers of patients for, with its number and the right one; None where it lacks one."""
    start = 0
    for label, right in numbers:
        words = r"\s+".join(map(re.escape, label.split()))
        found = re.compile(rf"\b{words}, (?P<n>{_COUNT})[ \xa0]patients?").search(text, start)
        start = found.end() if found else start
        yield (label, _count(found["n"]), right) if found else None


def _in_sentences(
    passages: list[Passage],
    groups: dict[str, set[int]],
    results: Results,
    left_out: list[re.Pattern[str]],
    study: Study,
) -> Iterator[str]:
    """Yield numbers of patients in sentences that no result has, and a flow that is not that of the results.

    A caption speaks of whole groups; a sentence may speak of any number that the results hold, and so may a caption of
    eyes or women, which need not be what the study counts.
    """
    counts, reported = _counted(study), _flow(study)
    flow = {"reviewed": _number(results, REVIEWED.of()), "analysed": _number(results, ANALYSED.of())}
    whole = {n for sizes in groups.values() for n in sizes} | {flow["reviewed"]}
    whole |= {curve.n for curve in results.curves}
    held = {record.value for record in results if isinstance(record.value, int)}
    held |= {n for record in results for n in (record.n, record.denominator) if n is not None}
    for passage in passages:
        if passage.kind not in ("front", "abstract", "heading", "text", "caption", "note"):
            continue
        text = readable(passage, left_out)
        for found in counts.finditer(text):
            n = _count(found["n"])
            if n not in (whole if passage.kind == "caption" and found["whole"] else held):
                yield f'{passage.place}: "{found[0]}" is the number of no group of patients in the results'
        for found in _SIZE.finditer(text):
            if _count(found["n"]) not in held:
                yield f'{passage.place}: "{found[0]}" is no number of patients in the results'
        for found in reported.finditer(text):
            for name, right in flow.items():
                if _count(found[name]) != right:
                    yield f'{passage.place}: "{found[0]}", where {right} patients were {name}'


def _patients(count: int) -> str:
    return counted(count, "patient")
