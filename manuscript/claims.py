"""Claims: the words of a document that hold only while the results support them, found without running it.

A claim is an inline expression ``r.claim("words", "condition")``. Its words and condition are written out as texts, so
that they can be read, checked and listed with their line, whichever renderer runs the document.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analysis.errors import LockstepError, ReportError
from analysis.expressions import Expression, parse_expression
from analysis.results import Results

from .inline import holds_for
from .numbers import text
from .render.qmd import Document, Inline
from .style import Style
from .terminal import wrapped


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the document: `words` may be printed while `condition` holds."""

    line: int
    words: str
    condition: Expression


@dataclass(frozen=True, slots=True)
class Verdict:
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
    return tuple(claim for part in document.parts if isinstance(part, Inline) for claim in _claims(part, document))


def judge(claim: Claim, results: Results, style: Style) -> Verdict:
    """Hold a claim against the results; where a value cannot be estimated, it does not hold.

    Raises
    ------
    ResultsError
        If the condition names a result that there is not.
    """
    holds, ids = holds_for(claim.condition, results, style)
    return Verdict(claim, holds, {name: text(results[name], style) for name in ids})


def verdicts(document: Document, results: Results, style: Style) -> tuple[Verdict, ...]:
    """Judge all claims of a document; an unknown id is an error with its line."""
    found = []
    for claim in claims_in(document):
        try:
            found.append(judge(claim, results, style))
        except LockstepError as error:
            raise ReportError(f"{document.name}:{claim.line}: {error}") from None
    return tuple(found)


def describe(verdict: Verdict, name: str) -> str:
    """Say of a claim that does not hold where it stands, what it says, and what was found."""
    claim = verdict.claim
    lines = wrapped(f'{name}:{claim.line}: not supported by the data: "{claim.words}"', indent=4)
    lines += wrapped(f"    it needs  {claim.condition.text}", indent=14)
    head = "found"
    for record_id, value in verdict.found.items():
        lines += wrapped(f"    {head:<10}{record_id}: {value}", indent=14)
        head = ""
    return "\n".join(lines)


def _claims(part: Inline, document: Document) -> Iterator[Claim]:
    try:
        tree = ast.parse(part.expression.strip(), mode="eval")
    except SyntaxError:
        return  # what cannot be read fails when it is run, with its line
    where = f"{document.name}:{part.line}"
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "claim"):
            continue
        match [ast.literal_eval(argument) if isinstance(argument, ast.Constant) else None for argument in node.args]:
            case [str() as words, str() as condition] if not node.keywords:
                pass
            case _:
                raise ReportError(f'{where}: a claim is claim("words", "condition"), with both texts written out')
        try:
            yield Claim(part.line, words, parse_expression(condition))
        except LockstepError as error:
            raise ReportError(f"{where}: {error}") from None
