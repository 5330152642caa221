"""Claims: the words of a document that hold only while the results support them, found without running it.

A claim is an inline expression ``r.claim("words", "condition")``. Its words and condition are written out as texts, so
that they can be read, checked and listed with their line, whichever renderer runs the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..base.errors import LockstepError, ReportError
from ..base.terminal import wrapped
from ..qmd.calls import calls_in
from ..qmd.source import Document, Inline
from ..results.model import Record, Results
from ..syntax.expressions import Expression, parse_expression
from ..text.decimals import printed_decimals, rounded
from ..text.numbers import text
from ..text.phrases import holds_for
from ..text.style import Style

_MOST_DECIMALS: Final = 8  # more than are printed, until a value and what it is compared with print differently


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the document: `words` may be printed while `condition` holds."""

    line: int
    words: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """A claim held against the results; `found` are the values of its condition, as printed."""

    claim: Claim
    holds: bool
    found: Mapping[str, str]


def claims_in(document: Document) -> tuple[Claim, ...]:
    """Return the claims of a document, in its order.

    Raises
    ------
    ReportError
        If a claim is not written as two texts, or its condition cannot be read; names the line.
    """
    return tuple(_claims(document))


def verdict_on(claim: Claim, results: Results, style: Style) -> ClaimVerdict:
    """Hold a claim against the results; where a value cannot be estimated, it does not hold.

    Raises
    ------
    ResultsError
        If the condition names a result that there is not.
    """
    holds, ids = holds_for(claim.condition, results, style)
    return ClaimVerdict(claim, holds, _found(claim.condition, [results[name] for name in ids], holds, results, style))


def _found(
    condition: Expression, records: Sequence[Record], holds: bool, results: Results, style: Style
) -> dict[str, str]:
    """Return the values of a condition as printed, with more decimals where rounding would say that it does hold.

    An expected count of 4.96 that a claim needs to be 5 or more is not shown as 5.0.
    """
    plain = {record.id: text(record, style) for record in records}
    for more in range(_MOST_DECIMALS):
        asked = {record.id: _decimals(record, style, more) for record in records}
        printed = tuple(_as_printed(record, style, asked[record.id]) for record in records)
        if holds_for(condition, replace(results, records=printed), style)[0] == holds:
            return {record.id: text(record, style, decimals=asked[record.id]) for record in records}
    return plain


def _decimals(record: Record, style: Style, more: int) -> int | None:
    """Return the decimals to ask for to have so many more than are printed; None where the style alone decides."""
    if not more or record.kind in ("count", "date", "p_value", "setting"):
        return None
    return max((place for place in printed_decimals(record, style) if place is not None), default=0) + more


def _as_printed(record: Record, style: Style, decimals: int | None) -> Record:
    """Return a record with the numbers that its printed form has, in the unit of conditions, which is its own."""
    places, per = printed_decimals(record, style, decimals=decimals), record.per_print_unit or 1.0
    low, high = (
        bound if bound is None or place is None else float(rounded(bound / per, place)) * per
        for bound, place in ((record.conf_low, places.low), (record.conf_high, places.high))
    )
    if record.value is None or isinstance(record.value, str) or places.value is None:
        return replace(record, conf_low=low, conf_high=high)
    return replace(record, value=float(rounded(record.value / per, places.value)) * per, conf_low=low, conf_high=high)


def verdicts(document: Document, results: Results, style: Style) -> tuple[ClaimVerdict, ...]:
    """Judge all claims of a document.

    Raises
    ------
    ReportError
        If a condition names a result that there is not; names the line.
    """
    found = []
    for claim in claims_in(document):
        try:
            found.append(verdict_on(claim, results, style))
        except LockstepError as error:
            raise ReportError(f"{document.name}:{claim.line}: {error}") from None
    return tuple(found)


def claim_message(verdict: ClaimVerdict, name: str) -> str:
    """Report a claim that does not hold: its line, its words, and the values found."""
    claim = verdict.claim
    lines = wrapped(f'{name}:{claim.line}: not supported by the data: "{claim.words}"', indent=4)
    lines += wrapped(f"    it needs  {claim.condition.text}", indent=14)
    head = "found"
    for record_id, value in verdict.found.items():
        lines += wrapped(f"    {head:<10}{record_id}: {value}", indent=14)
        head = ""
    return "\n".join(lines)


def _claims(document: Document) -> Iterator[Claim]:
    for part, call in calls_in(document):
        if not isinstance(part, Inline) or call.method != "claim":
            continue
        match call.arguments:
            case (str() as words, str() as condition) if not call.options:
                pass
            case _:
                raise ReportError(f'{call.where}: a claim is claim("words", "condition"), with both texts written out')
        try:
            yield Claim(part.line, words, parse_expression(condition))
        except LockstepError as error:
            raise ReportError(f"{call.where}: {error}") from None
