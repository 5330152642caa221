"""Proofs as text: calls of known checks on printed statements, and nothing else in the world."""

from __future__ import annotations

from pathlib import Path

import pytest

from lockstep.audit.printed import parse_printed
from lockstep.audit.proofs import CHECKS, ProofError, carry_out, parse_proofs

PRINTED = {name: parse_printed(text) for name, text in {
    "A": "16.4", "B": "13", "C": "79", "half": "13.5", "words": "nearly 50", "P": "< 0.001",
}.items()}  # fmt: skip


def outcome(text: str) -> list[tuple[str, bool]]:
    """Return each call with its numbers put in, and whether it found them possible."""
    proofs = [carry_out(call, PRINTED) for call in parse_proofs(text)]
    return [(proof.text, proof.finding.possible) for proof in proofs]


def test_a_proof_reads_the_printed_numbers() -> None:
    """Ids stand for printed numbers, numbers for themselves, and parameters may be named."""
    assert outcome("percent_of(A, B, C); percent_of(16.5, total=C, count=13);") == [
        ("percent_of(16.4, 13, 79)", False),
        ("percent_of(16.5, 13, 79)", True),
    ]


@pytest.mark.parametrize(
    "text", ["percent_of(A, B, C)", "percent_of(16.40, 13, 79)", "chi_square_p(P, [[9, 1], [1, 9]])"]
)
def test_a_proof_that_was_carried_out_can_be_run_again_from_its_text(text: str) -> None:
    """What is written down needs no statement any more, and finds the same: trailing zeros and bounds are kept."""
    (proof,) = (carry_out(call, PRINTED) for call in parse_proofs(text))
    (again,) = (carry_out(call, {}) for call in parse_proofs(proof.text))
    assert again == proof


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('touch {file}')",
        "open('{file}', 'w')",
        "percent_of(open('{file}', 'w'), 1, 2)",
        "percent_of(A.__class__, 1, 2)",
        "percent_of(*[A, B, C])",
        "percent_of(**{{'percent': A}})",
        "percent_of([open('{file}', 'w') for x in [1]], 1, 2)",
        "percent_of(f'{{open}}', 1, 2)",
        "percent_of((x := 1), 1, 2)",
        "(lambda: 1)()",
        "CHECKS['percent_of'](A, B, C)",
        "percent_of(A, B, C) or open('{file}', 'w')",
        "percent_of(A if 1 else B, 1, 2)",
        "percent_of(True, 1, 2)",
        "percent_of(2 ** 99999, 1, 2)",
        "percent_of(" + "(" * 300 + "1" + ")" * 300 + ", 1, 2)",
        "x" * 3000,
        "\0",
    ],
)
def test_a_proof_cannot_run_code(text: str, tmp_path: Path) -> None:
    """Anything but a call of a known check with ids, numbers and lists is refused, and nothing is done."""
    file = tmp_path / "made"
    with pytest.raises(ProofError):
        outcome(text.format(file=file) if "{" in text else text)
    assert not file.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("percent_off(A, B, C)", "no check 'percent_off'; did you mean 'percent_of'"),
        ("percent_of(A, B)", r"does not fit the parameters of percent_of\(percent, count, total\)"),
        ("percent_of(A, B, C, of=1)", "does not fit the parameters"),
        ("percent_of(A, D, C)", "names 'D', but there is no such statement"),
        ("percent_of(A, words, C)", "names words, which prints no number"),
        ("percent_of(A, half, C)", "`count` of percent_of is 13.5; expected a whole number"),
        ("percent_of(P, 1, 2)", "`percent` of percent_of is '< 0.001'; expected a number without '<'"),
        ("percent_of([A], 1, 2)", "`percent` of percent_of is a list; expected one number"),
        ("counts_sum(B, C)", "`counts` of counts_sum is 13; expected a list"),
        ("chi_square_p(P, [[1, 2], [3]])", "a cross table is not one of counts"),
        ("percent_of(A, -1, 2)", "`count` of percent_of is -1"),
        (" ; ", "it is empty"),
    ],
)
def test_a_wrong_proof_is_refused_with_its_reason(text: str, message: str) -> None:
    """The message names the check, the parameter and what it wants."""
    with pytest.raises(ProofError, match=message):
        outcome(text)


def test_every_check_is_documented() -> None:
    """docs/audit.md lists each check that a proof can call, with its parameters."""
    text = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    for name, check in CHECKS.items():
        parameters = check.__code__.co_varnames[: check.__code__.co_argcount]
        assert f"`{name}({', '.join(parameters)})`" in text
