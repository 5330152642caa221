"""The phrases of the prose: objects that print a record, safely, in the study's style."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..base import escape
from ..base.errors import ReportError
from ..base.wording import listing
from ..catalogue.keys import ids_below, split_bound
from ..results.model import Record, Results
from ..results.released import Released
from ..results.source import RESULTS_FILE
from ..syntax.expressions import Expression, parse_expression
from . import numbers
from .provenance import PrintedText, marked_markdown
from .style import NBSP, Style

ALPHA: Final = "alpha"
"""The name by which a condition calls the significance level of the study."""

UNSUPPORTED: Final = "NOT SUPPORTED BY THE DATA"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A printed piece of the results: `text` for people, `_repr_markdown_` for the document, `ids` for provenance.

    `typed` are the words of it that the author wrote, such as those of a claim: they may hold numbers of their own.
    `source` says where a text comes from that no record is behind, such as the score of an audit.
    """

    text: str
    ids: tuple[str, ...]
    markup: str | None = None
    typed: tuple[str, ...] = ()
    source: str = ""

    def __str__(self) -> str:
        return self.text

    @property
    def printed(self) -> tuple[PrintedText, ...]:
        """The text with its ids, as tables and figures have theirs."""
        return (PrintedText(self.text, self.ids),)

    def _repr_markdown_(self) -> str:
        return escape.markdown(self.text) if self.markup is None else self.markup

    def _repr_marked_(self) -> str:
        return marked_markdown(self._repr_markdown_(), self.ids)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What a sentence can say of the results.

    Every method takes record ids and raises ResultsError, with the nearest known ids, for one that there is not.
    """

    results: Results
    style: Style

    def n(self, record_id: str) -> Phrase:
        """Print a count: "142"."""
        record = self._of_kind(record_id, "n", "count")
        return Phrase(numbers.bare_text(record, self.style), (record_id,))

    def number(self, record_id: str, decimals: int | None = None) -> Phrase:
        """Print a value without its unit: "47.5"."""
        return self._one(record_id, numbers.bare_text, decimals)

    def value(self, record_id: str, decimals: int | None = None) -> Phrase:
        """Print a value with its unit: "2411 days", "42.3%"."""
        return self._one(record_id, numbers.value_text, decimals)

    def ci(self, record_id: str, decimals: int | None = None) -> Phrase:
        """Print a confidence interval: "95% CI 1890–3105".

        Raises
        ------
        ReportError
            If the result has none.
        """
        if self.results[record_id].conf_level is None:
            raise ReportError(f"'{record_id}' has no confidence interval; print it with value()")
        return self._one(record_id, numbers.interval_text, decimals)

    def estimate(self, record_id: str, decimals: int | None = None, *, nested: bool = False) -> Phrase:
        """Print a value with its confidence interval: "2411 days (95% CI 1890–3105)".

        With `nested`, for use inside parentheses: "2411 days, 95% CI 1890–3105".
        """
        text = numbers.text(self.results[record_id], self.style, decimals=decimals, nested=nested)
        return Phrase(text, (record_id,))

    def ratio(self, record_id: str, decimals: int | None = None, *, nested: bool = False) -> Phrase:
        """Print a ratio with its name: "HR 0.34 (95% CI 0.20–0.58)", and so SHR, OR and RR.

        With `nested`, for use inside parentheses: "HR 0.34, 95% CI 0.20–0.58".
        """
        name = numbers.RATIO_NAMES[self._of_kind(record_id, "ratio", *numbers.RATIO_NAMES).kind]
        estimate = self.estimate(record_id, decimals, nested=nested)
        return Phrase(f"{name}{NBSP}{estimate.text}", estimate.ids)

    def difference(self, record_id: str, decimals: int | None = None, *, nested: bool = False) -> Phrase:
        """Print a difference with its unit and interval: "12.0 percentage points (95% CI 3.1–20.9)", "−3.1 cm (...)".

        It is of the group that its label names first, less the other. With `nested`, for use inside parentheses:
        "−3.1 cm, 95% CI −5.0 to −1.2".
        """
        self._of_kind(record_id, "difference", "difference")
        return self.estimate(record_id, decimals, nested=nested)

    def n_percent(self, stem: str, decimals: int | None = None, *, nested: bool = False) -> Phrase:
        """Print `stem`.count with `stem`.percent: "60 (42.3%)".

        With `nested`, for use inside parentheses: "60, 42.3%".
        """
        count, percent = (self.results[record_id] for record_id in ids_below(stem, "count", "percent"))
        return self._count_percent(count, percent, decimals, nested=nested)

    def n_of(self, stem: str) -> Phrase:
        """Print `stem`.count with its denominator: "13 of 79".

        Raises
        ------
        ReportError
            If the count has none.
        """
        (count_id,) = ids_below(stem, "count")
        record = self._of_kind(count_id, "n_of", "count")
        if record.denominator is None:
            raise ReportError(f"'{record.id}' has no denominator; print it with n()")
        everybody = numbers.count_text(record.denominator, self.style)
        return Phrase(f"{numbers.bare_text(record, self.style)} of {everybody}", (record.id,))

    def range(self, stem: str, decimals: int | None = None) -> Phrase:
        """Print `stem`.min to `stem`.max without a unit: "5.0–71.0"."""
        return self._span(ids_below(stem, "min", "max"), decimals)

    def iqr(self, stem: str, decimals: int | None = None) -> Phrase:
        """Print the interquartile range, `stem`.q1 to `stem`.q3, without a unit: "28.3–60.0"."""
        return self._span(ids_below(stem, "q1", "q3"), decimals)

    def p(self, record_id: str) -> Phrase:
        """Print a P value: "P = 0.012", its letter in italics."""
        record = self._of_kind(record_id, "p", "p_value")
        text = numbers.p_text(record.value, self.style)
        return Phrase(text, (record_id,), escape.markdown_p_value(text) if self.style.p.italic else None)

    @property
    def p_letter(self) -> Phrase:
        """Print the letter of P values, for sentences about them: "P"."""
        letter = self.style.p.letter
        return Phrase(letter, (), f"*{letter}*" if self.style.p.italic else None)

    def version(self, package: str) -> Phrase:
        """Print the version of Python, or of a package, that the results were computed with: "2.3.3".

        Raises
        ------
        ReportError
            If the results name no such package; lists those that they do.
        """
        versions = self.results.source.versions
        if package not in versions:
            raise ReportError(f"version('{package}'): the results name the versions of {listing(versions, word='and')}")
        return Phrase(versions[package], (), source=RESULTS_FILE.as_posix())

    def heading(self, name: str) -> Phrase:
        """Print what a journal calls a part of the abstract: "Results", or "Findings"."""
        return Phrase(self.style.headings.get(name, name), (), typed=() if name in self.style.headings else (name,))

    def month(self, record_id: str) -> Phrase:
        """Print a date's month: "July 1965"."""
        record = self._of_kind(record_id, "month", "date")
        return Phrase(numbers.month_text(str(record.value)) if record.value else "not known", (record_id,))

    def either(self, condition: str, then: str, otherwise: str) -> Phrase:
        """Print `then` where a condition over result ids holds, else `otherwise`.

        The condition is written as in study.toml, with record ids and ``alpha`` for names:
        ``"os.by_sex.log_rank.p_value < alpha"``. Where a value cannot be estimated, the condition does not hold.

        Raises
        ------
        ReportError
            If one of the two has no words.
        """
        if not (then.strip() and otherwise.strip()):
            raise ReportError(f'either("{condition}", ...) needs words for both cases; Quarto cannot insert nothing')
        holds, ids = holds_for(parse_expression(condition), self.results, self.style)
        return Phrase(then if holds else otherwise, ids, typed=(then, otherwise))

    def claim(self, words: str, condition: str) -> Phrase:
        """Print words that state a finding; where the results do not support them, mark them for all to see.

        The condition is written as for `either`. `make report` lists broken claims, `make check` fails on them.

        Raises
        ------
        ReportError
            If there are no words.
        """
        if not words.strip():
            raise ReportError(f'claim("", "{condition}") has no words; Quarto cannot insert nothing')
        holds, ids = holds_for(parse_expression(condition), self.results, self.style)
        if holds:
            return Phrase(words, ids, typed=(words,))
        marked = f"[**{UNSUPPORTED}:** {escape.markdown(words)}]{{.mark}}"
        return Phrase(f"{UNSUPPORTED}: {words}", ids, marked, typed=(words,))

    def _one(self, record_id: str, printer: Callable[..., str], decimals: int | None) -> Phrase:
        return Phrase(printer(self.results[record_id], self.style, decimals=decimals), (record_id,))

    def _count_percent(
        self, count: Record, percent: Record, decimals: int | None = None, *, nested: bool = False
    ) -> Phrase:
        texts = numbers.bare_text(count, self.style), numbers.value_text(percent, self.style, decimals=decimals)
        comma = ";" if self.style.decimal_mark == "," else ","
        text = f"{texts[0]}{comma} {texts[1]}" if nested else f"{texts[0]}{NBSP}({texts[1]})"
        return Phrase(text, (count.id, percent.id))

    def _span(self, ids: tuple[str, ...], decimals: int | None) -> Phrase:
        low, high = (numbers.bare_text(self.results[i], self.style, decimals=decimals) for i in ids)
        return Phrase(numbers.span_text(low, high, self.style), ids)

    def _of_kind(self, record_id: str, method: str, *kinds: str) -> Record:
        record = self.results[record_id]
        if record.kind not in kinds:
            raise ReportError(
                f"{method}('{record_id}'): this is a {record.kind}, not a {' or '.join(kinds)}; print it with value()"
            )
        return record


def holds_for(condition: Expression, results: Results, style: Style) -> tuple[bool, tuple[str, ...]]:
    """Return whether a condition holds for the results, and the ids that it depends on.

    Its names are record ids, their bounds (``os.median.conf_low``) and ``alpha``. Of released results, which are
    rounded, what counts is whether the exact ones met it.
    """
    values: dict[str, float | int | str | None] = {}
    ids: list[str] = []
    for name in condition.names:
        if name == ALPHA:
            values[name] = style.alpha
            continue
        record_id, bound = split_bound(name)
        record = results[record_id]
        values[name] = getattr(record, bound) if bound else record.value
        ids.append(record.id)
    holds = results.met(condition.text) if isinstance(results, Released) else bool(condition.holds(values))
    return holds, tuple(dict.fromkeys(ids))
