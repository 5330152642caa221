"""Estimate, interval and P value: what cannot come from one Wald test is found, no correct print is refused."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm, t

from lockstep.audit.command import run_audit
from lockstep.audit.printed import PrintedNumber, fixed, parse_printed
from lockstep.audit.proofs import Proof, carry_out, parse_proofs
from lockstep.base.errors import LockstepError


def proof(text: str) -> Proof:
    """Return a proof that names no statement, carried out."""
    (call,) = parse_proofs(text)
    return carry_out(call, {})


def printed(value: float, decimals: int) -> str:
    """Return a value as a careful author prints it."""
    return fixed(Fraction(value), decimals)


TRIPLES = {  # of a published report, with the first words of what contradicts
    "3.06, 1.68, 4.97, 0.027": "the geometric mean of 1.68 and 4.97 is from 2.884 to 2.895",
    "3.87, 3.13, 6.54, 0.011": "the geometric mean of 3.13 and 6.54 is from 4.519 to 4.530",
    "2.11, 1.81, 4.6, 0.036": "the geometric mean of 1.81 and 4.6 is from 2.866 to 2.905",
    "4.12, 2.66, 6.38, 0.001": "4.12 with 2.66 to 6.38 gives P under 0.000001",
}


@pytest.mark.parametrize("triple", TRIPLES)
def test_four_triples_of_a_published_report_contradict_themselves(triple: str) -> None:
    """Ratio, interval and P value are looked at together, each with all values that print so."""
    finding = proof(f"ratio_interval_and_p({triple})").finding
    assert not finding.possible
    assert finding.reason.startswith(TRIPLES[triple])
    assert "Wald, log scale, two-sided, 95% interval" in finding.reason


def test_the_implied_p_value_is_in_the_reason() -> None:
    """3.06 with an interval from 1.68 to 4.97 has P = 0.00005, as R's pnorm gives, not 0.027."""
    finding = proof("ratio_interval_and_p(3.06, 1.68, 4.97, 0.027)").finding
    assert "3.06 with 1.68 to 4.97 gives P from 0.000048 to 0.000058" in finding.reason
    implied = 2 * norm.sf(math.log(3.06) / (math.log(4.97 / 1.68) / (2 * norm.ppf(0.975))))
    assert 0.000048 < implied < 0.000058


def test_a_coarse_ratio_that_allows_all_three_is_possible() -> None:
    """0.4 stands for 0.35 to 0.45, of which some go with the interval and some with P."""
    assert proof("ratio_interval_and_p(0.4, 0.15, 0.79, 0.023)").finding.possible
    alone = proof("ratio_limits_and_p(0.15, 0.79, 0.023)").finding  # the middle of the interval for the ratio
    assert not alone.possible
    assert "gives P from 0.011 to 0.013" in alone.reason


@pytest.mark.parametrize(
    ("text", "possible", "words"),
    [
        ("estimate_in_interval(2411, 2160, 6262)", True, "inside"),
        ("estimate_in_interval(5.1, 5.3, 9.1)", False, "outside of its interval, 5.3 to 9.1"),
        ("estimate_in_interval(5.2, 9.1, 5.3)", False, "ends below its beginning"),
        ("estimate_in_interval(5.3, 5.34, 9.1)", True, "inside"),  # 5.3 may be 5.345
        ("ratio_and_interval(0.5, 0.25, 1.00)", True, "the geometric mean of 0.25 and 1.00"),
        ("ratio_and_interval(-0.5, 0.25, 1.00)", False, "a ratio is above 0"),
        ("ratio_and_interval(0.00, 0.00, 0.00)", True, "geometric mean"),
        ("ratio_interval_and_p(0.4, 0.0, 3.4, 0.8)", True, "from 0"),
        ("ratio_interval_and_p(1.00, 1.00, 1.00, 0.03)", True, "from"),  # per unit, nothing of it is printed
        ("ratio_interval_and_p(0.49, 0.24, 1.01, 0.047)", True, "P from 0.044 to 0.060"),
        ("ratio_interval_and_p(0.494, 0.242, 1.012, 0.047)", False, "P from 0.053 to 0.054"),
        ("ratio_limits_and_p(1.68, 4.97, '< 0.001')", True, "may be"),
        ("ratio_limits_and_p(0.9, 1.4, '< 0.001')", False, "does not print as < 0.001"),
        ("ratio_limits_and_p(1.1, 1.4, '> 0.05')", False, "does not print as > 0.05"),
        ("ratio_interval_and_p(2.0, 1.12, 3.58, 0.05, level=90)", True, "90% interval"),
        ("ratio_interval_and_p(2.0, 1.12, 3.58, 0.05)", False, "95% interval"),
        ("difference_and_interval(-5.0, -9.8, -0.2)", True, "the middle of -9.8 and -0.2 is from -5.05 to -4.95"),
        ("difference_and_interval(-5.5, -9.8, -0.2)", False, "and -5.5 is not"),
        ("difference_interval_and_p(-5.0, -9.8, -0.2, 0.04)", True, "Wald, two-sided"),
        ("difference_interval_and_p(-5.0, -9.8, -0.2, 0.20)", False, "does not print as 0.20"),
        ("difference_interval_and_p(2.0, 1.0, 3.0, 0.001, df=5)", False, "t with 5 degrees of freedom"),
        ("difference_interval_and_p(2.0, 1.0, 3.0, 0.0037, df=5)", True, "t with 5 degrees of freedom"),
        ("difference_limits_and_p(-0.10, 0.30, 0.32)", True, "as 0.32 may be"),
        ("difference_limits_and_p(0.10, 0.30, 0.32)", False, "does not print as 0.32"),
    ],
)
def test_each_check_finds_what_it_is_for(text: str, possible: bool, words: str) -> None:
    """Ratios on the log scale, differences on their own, each with its rounding, level and degrees of freedom."""
    finding = proof(text).finding
    assert (finding.possible, words in finding.reason) == (possible, True), finding.reason


@given(st.floats(-3, 3), st.floats(0.02, 2), st.integers(1, 3), st.sampled_from([90, 95, 99]))
def test_a_correct_ratio_with_its_interval_and_p_value_is_never_refused(
    log_ratio: float, error: float, decimals: int, level: int
) -> None:
    """What a Wald test gives is possible in every rounding."""
    z = norm.ppf(0.5 + level / 200)
    ratio, low, high = (math.exp(log_ratio + k * z * error) for k in (0, -1, 1))
    p = printed(2 * norm.sf(abs(log_ratio) / error), 4)
    texts = ", ".join(printed(value, decimals) for value in (ratio, low, high))
    assert proof(f"ratio_interval_and_p({texts}, {p}, level={level})").finding.possible
    assert proof(f"ratio_limits_and_p({texts.partition(', ')[2]}, {p}, level={level})").finding.possible


@given(st.floats(-50, 50), st.floats(0.1, 20), st.integers(0, 2), st.one_of(st.none(), st.integers(2, 60)))
def test_a_correct_difference_with_its_interval_and_p_value_is_never_refused(
    difference: float, error: float, decimals: int, df: int | None
) -> None:
    """The same on the linear scale, by the normal distribution or Student's."""
    law = norm() if df is None else t(df)
    low, high = (difference + sign * law.ppf(0.975) * error for sign in (-1, 1))
    p = printed(2 * law.sf(abs(difference) / error), 3)
    texts = ", ".join(printed(value, decimals) for value in (difference, low, high))
    student = "" if df is None else f", df={df}"
    assert proof(f"difference_interval_and_p({texts}, {p}{student})").finding.possible
    assert proof(f"difference_limits_and_p({texts.partition(', ')[2]}, {p}{student})").finding.possible


@given(st.floats(0.3, 3), st.floats(0.05, 1), st.floats(1.5, 4))
def test_a_p_value_of_another_ratio_is_found(log_ratio: float, error: float, times: float) -> None:
    """The checks can fail: a P value that belongs to a much smaller statistic is impossible."""
    z = log_ratio / error
    assume(2 < z < 30)
    low, high = (math.exp(log_ratio + k * 1.96 * error) for k in (-1, 1))
    p = printed(2 * norm.sf(z / times), 4)
    assume(2 * norm.sf(z / times) > 2 * norm.sf(0.9 * z) + 0.002)
    texts = ", ".join(printed(value, 3) for value in (math.exp(log_ratio), low, high))
    assert not proof(f"ratio_interval_and_p({texts}, {p})").finding.possible


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ratio_limits_and_p(1.1, 1.4, 0.02, level=0.95)", "the level is 0.95; expected a percentage"),
        ("difference_limits_and_p(1.1, 1.4, 0.02, df=0)", "the degrees of freedom are 0"),
        ("ratio_limits_and_p(1.1, 1.4)", r"ratio_limits_and_p\(low, high, p_value, level=...\)"),
        ("ratio_limits_and_p('< 1.1', 1.4, 0.02)", "expected a number without '<'"),
    ],
)
def test_an_argument_that_cannot_be_one_is_refused_by_name(text: str, message: str) -> None:
    """A share for a percentage is no level, and what is missing is reported with what there is."""
    with pytest.raises(LockstepError, match=message):
        proof(text)


@pytest.mark.parametrize(
    "text", ["ratio_limits_and_p(1.10, 1.4, '< 0.02', level=90)", "difference_limits_and_p(1, 2, 0.1, df=9)"]
)
def test_a_proof_with_options_can_be_run_again_from_its_text(text: str) -> None:
    """What stands in audit.json is the proof itself."""
    once = proof(text)
    assert once.text == text
    assert proof(once.text) == once


def test_the_audit_finds_them_in_a_file_of_any_paper(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Statements name each other, no data are needed, and four of five are impossible."""
    rows = ["id,quantity,value,proof"]
    for name, triple in zip("ABCDE", [*TRIPLES, "0.4, 0.15, 0.79, 0.023"], strict=True):
        ratio, low, high, p = triple.split(", ")
        rows += [f'{name},ratio,{ratio},"ratio_interval_and_p({name}, {low}, {high}, {name}p)"', f"{name}p,P,{p},"]
    (tmp_path / "paper.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    run_audit(tmp_path, tmp_path / "paper.csv")
    out = capsys.readouterr().out
    assert out.startswith("paper.csv: 4 of 5 impossible, the others possible; compared with no results")
    assert [line.split()[0] for line in out.splitlines() if " impossible: " in line] == ["A", "B", "C", "D"]


def test_a_printed_number_has_all_the_values_that_round_to_it() -> None:
    """The interval of a check is that of the print: 0.4 is 0.35 to 0.45."""
    number = parse_printed("0.4")
    assert isinstance(number, PrintedNumber)
    assert (number.low, number.high) == (Fraction(35, 100), Fraction(45, 100))
