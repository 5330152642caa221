"""The audit: each published statement compared with the results, or judged by arithmetic alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ..base.errors import ResultsError
from ..catalogue.catalogue import ALPHA as SIGNIFICANCE_LEVEL
from ..results.model import Record, Results
from ..results.print_units import in_print_unit
from ..results.verdicts import Audit, Judgement, Verdict
from ..syntax.conditions import ExpressionError
from ..syntax.expressions import Expression
from .printed import MONTHS, exact, fixed, month_of
from .proofs import Proof
from .published import Published, Statement

ALPHA: Final = "alpha"
"""The level of significance in a condition; it is the record ``setting.alpha``, as in the prose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """A statement beside the results: whether it agrees, with what, and that in words and as it would be printed."""

    agrees: bool
    compared_with: str
    words: str
    as_printed: str | None = None


def audit(published: Published, results: Results | None, *, published_sha256: str, results_sha256: str | None) -> Audit:
    """Judge every statement of a file.

    Parameters
    ----------
    published : the statements.
    results : what they are compared with; None where the printed numbers are all there is.
    published_sha256, results_sha256 : of the two files; None where there are no results.

    Notes
    -----
    A statement *matches* where its record prints so at the printed precision (half up), or its condition holds; it
    *matches under a stated reading* where only the record of its other reading prints so. A statement that does neither
    is *impossible* where one of its proofs shows that other printed statements exclude it, else *unexplained*. The
    proofs of a statement with another reading exclude the plain one only, so they never make it impossible. Without
    results, or without a record and condition, a statement with a check is *possible* or *impossible*, and one without
    is *context*.
    """
    return Audit(
        published_file=published.file,
        published_sha256=published_sha256,
        results_sha256=results_sha256,
        judgements=tuple(_judged(statement, results) for statement in published.statements),
        bad_rows=tuple((bad.row, bad.reason) for bad in published.bad_rows),
    )


def _judged(statement: Statement, results: Results | None) -> Judgement:
    if results is None or not statement.tied:
        return _by_arithmetic(statement)
    plain = _plain(statement, results)
    against = _contradictions(statement)
    if plain.agrees:
        return _judgement(statement, "matches", plain.words, plain)
    if statement.reading is None:
        if against:
            return _judgement(statement, "impossible", _reasons(against), plain, against)
        return _judgement(statement, "unexplained", f"{plain.words}{_not_proved(statement)}", plain)

    other = _with_record(statement, str(statement.reading_record), results)
    reason = f"read plainly, {plain.words}; read as {statement.reading}, {other.words}"
    if other.agrees:
        proof = f". The plain reading is excluded: {_reasons(against)}" if against else ""
        return _judgement(statement, "matches under a stated reading", reason + proof, other, against)
    return _judgement(statement, "unexplained", reason, plain)


def _by_arithmetic(statement: Statement) -> Judgement:
    against = _contradictions(statement)
    if against and statement.reading is None:
        return _judgement(statement, "impossible", _reasons(against), proofs=against)
    if against:
        reason = f"the plain reading is excluded: {_reasons(against)}; read as {statement.reading}, it is not"
        return _judgement(statement, "possible", reason, proofs=against)
    if statement.proofs:
        return _judgement(statement, "possible", _reasons(statement.proofs), proofs=statement.proofs)
    why = "there are no results to compare it with" if statement.tied else "there is nothing to compute"
    return _judgement(statement, "context", why)


def _contradictions(statement: Statement) -> tuple[Proof, ...]:
    return tuple(proof for proof in statement.proofs if not proof.finding.possible)


def _reasons(proofs: tuple[Proof, ...]) -> str:
    return "; ".join(proof.finding.reason for proof in proofs)


def _not_proved(statement: Statement) -> str:
    """Say of a statement's proofs that they prove nothing."""
    return f"; its proof shows no contradiction: {_reasons(statement.proofs)}" if statement.proofs else ""


def _judgement(
    statement: Statement,
    verdict: Verdict,
    reason: str,
    comparison: _Comparison | None = None,
    proofs: tuple[Proof, ...] = (),
) -> Judgement:
    return Judgement(
        id=statement.id,
        where=statement.where,
        quantity=statement.quantity,
        printed=statement.value,
        unit=statement.unit,
        verdict=verdict,
        reason=reason,
        compared_with=comparison.compared_with if comparison else None,
        computed_as_printed=comparison.as_printed if comparison else None,
        reading=statement.reading,
        proofs=tuple(proof.text for proof in proofs),
    )


# ---- beside the results --------------------------------------------------------------------------------------------


def _plain(statement: Statement, results: Results) -> _Comparison:
    if statement.condition is not None:
        return _with_condition(statement.condition, results)
    return _with_record(statement, str(statement.record), results)


def _with_record(statement: Statement, record_id: str, results: Results) -> _Comparison:
    try:
        record = results[record_id]
    except ResultsError as error:
        return _Comparison(agrees=False, compared_with=record_id, words=str(error))
    if record.print_unit and statement.unit.removesuffix("s") == record.print_unit.removesuffix("s"):
        record = in_print_unit(record)  # a publication may print months of a study whose data are days
    value = record.value
    if value is None:
        words = f"the results have no value: {record.reason}"
        return _Comparison(agrees=False, compared_with=record_id, words=words)
    if isinstance(value, str):
        return _with_date(statement, record, value)
    if statement.number is None:
        words = f"{record_id} is {value:.4g}, and a month is printed"
        return _Comparison(agrees=False, compared_with=record_id, words=words)
    as_printed = fixed(exact(value), statement.number.decimals)
    return _Comparison(
        agrees=statement.number.is_print_of(value),
        compared_with=record_id,
        words=f"the results give {as_printed}",
        as_printed=as_printed,
    )


def _with_date(statement: Statement, record: Record, value: str) -> _Comparison:
    if record.kind != "date" or statement.month is None:
        words = f"{record.id} is '{_month(value)}', which is not printed as '{statement.value}' is"
        return _Comparison(agrees=False, compared_with=record.id, words=words)
    year, month = month_of(value)
    as_printed = f"{MONTHS[month - 1]} {year}"
    return _Comparison(
        agrees=(year, month) == statement.month,
        compared_with=record.id,
        words=f"the results give {as_printed}",
        as_printed=as_printed,
    )


def _with_condition(condition: Expression, results: Results) -> _Comparison:
    try:
        values = {name: results[SIGNIFICANCE_LEVEL.of() if name == ALPHA else name].value for name in condition.names}
        holds = condition.holds(values)
    except (ResultsError, ExpressionError) as error:
        return _Comparison(agrees=False, compared_with=condition.text, words=str(error))
    if holds is None:
        unknown = " and ".join(name for name, value in values.items() if value is None)
        words = f"the results have no value for {unknown}"
        return _Comparison(agrees=False, compared_with=condition.text, words=words)
    return _Comparison(
        agrees=holds,
        compared_with=condition.text,
        words="the results say so" if holds else f"the results say otherwise: {_listed(values)}",
        as_printed="holds" if holds else "does not hold",
    )


def _listed(values: dict[str, float | int | str | None]) -> str:
    return ", ".join(
        f"{name} = {value:.4g}" if isinstance(value, float) else f"{name} = {_month(value)}"
        for name, value in values.items()
    )


def _month(value: float | int | str | None) -> str:
    """Return a value as a text; of a date the month, since the day is somebody's."""
    return re.sub(r"^(\d{4}-\d{2})-\d{2}$", r"\1", str(value))
