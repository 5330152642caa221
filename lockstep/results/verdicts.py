"""The outcome of an audit: a verdict on each published statement, written to audit.json and read from there."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ..base.errors import PublishedError
from ..base.invocation import called
from ..base.stamp import MadeFrom, digests, is_current, stamp_of, write_stamped
from .source import code_hash

SCHEMA_VERSION: Final = 3

PUBLISHED_FILE: Final = Path("data/published.csv")
"""Where a study keeps the published statements that it is compared with, relative to its folder."""

AUDIT_FILE: Final = Path("build/audit.json")
"""The path of the audit of a study, relative to its folder."""

Verdict = Literal[
    "impossible",  # contradicts other printed statements, by calculation
    "unexplained",  # differs from the results, and nothing says why
    "matches under a stated reading",
    "matches",  # at printed precision
    "possible",  # no results to compare with; the printed numbers allow it
    "context",  # nothing to compute
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A published statement with its verdict.

    Attributes
    ----------
    id, where, quantity, printed, unit : of the statement, as in the file; `printed` is the printed text.
    verdict : see `Verdict`.
    reason : why, in words.
    compared_with : the record or condition that decided; None where nothing was compared.
    computed_as_printed : its value in the form of the printed one: rounded to its decimals, or a month; of a condition
        whether it holds. What is not printed so is not reported, since an audit may be passed on.
    reading : the words of the other reading, where the statement has one.
    proofs : calls of arithmetic checks that prove what `reason` says, with the printed numbers put in.
    """

    id: str
    where: str
    quantity: str
    printed: str
    unit: str
    verdict: Verdict
    reason: str
    compared_with: str | None = None
    computed_as_printed: str | None = None
    reading: str | None = None
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The verdicts on a whole file.

    Attributes
    ----------
    published_file, published_sha256 : the file of statements.
    results_sha256 : the results it was compared with; None where there were none.
    judgements : in the order of the file.
    bad_rows : rows that could not be used, with their reasons.
    """

    published_file: str
    published_sha256: str
    results_sha256: str | None
    judgements: tuple[Judgement, ...]
    bad_rows: tuple[tuple[int, str], ...] = ()

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """How many statements have each verdict."""
        found = Counter(judgement.verdict for judgement in self.judgements)
        return {verdict: found[verdict] for verdict in get_args(Verdict)}

    @property
    def judged(self) -> int:
        """How many statements have a verdict other than context."""
        return len(self.judgements) - self.counts["context"]

    @property
    def matched(self) -> int:
        """How many statements match, plainly or under a stated reading."""
        return self.counts["matches"] + self.counts["matches under a stated reading"]

    @property
    def passed(self) -> bool:
        """Whether every row could be used and every statement is matched, possible or proved impossible."""
        return not self.counts["unexplained"] and not self.bad_rows

    def score(self) -> str:
        """Return the outcome in one line."""
        counts = self.counts
        if self.results_sha256 is None:
            return f"{counts['impossible']} of {self.judged} impossible, the others possible; compared with no results"
        line = (
            f"{self.matched} of {self.judged} match ({counts['matches under a stated reading']} of them under a stated "
            f"reading), {counts['impossible']} impossible, {counts['unexplained']} unexplained"
        )
        return line + (f", {counts['possible']} possible by arithmetic alone" if counts["possible"] else "")

    def sorted_judgements(self) -> tuple[Judgement, ...]:
        """Return the judgements with the worst verdicts first, within a verdict in the order of the file."""
        order = get_args(Verdict)
        return tuple(sorted(self.judgements, key=lambda judgement: order.index(judgement.verdict)))


def audit_to_json(audit: Audit) -> str:
    """Return the text of audit.json, one statement a line."""
    lines = ",\n".join(f"    {_line(asdict(judgement))}" for judgement in audit.judgements)
    return (
        "{\n"
        f'  "schema": {SCHEMA_VERSION},\n'
        f'  "published": {_line({"file": audit.published_file, "sha256": audit.published_sha256})},\n'
        f'  "results_sha256": {_line(audit.results_sha256)},\n'
        f'  "score": {_line({"line": audit.score(), **audit.counts})},\n'
        f'  "bad_rows": {_line([{"row": row, "reason": reason} for row, reason in audit.bad_rows])},\n'
        f'  "statements": [\n{lines}\n  ]\n'
        "}\n"
    )


def audit_made_from(published: Path, results: Path) -> MadeFrom:
    """Return what an audit of a file of statements would be made from now; where there are no results, without them."""
    found = digests([published, results])
    return MadeFrom(
        contents={
            "published": found.get(published, ""),
            "results": found.get(results, ""),
            "code": code_hash(more=("audit",)),
        }
    )


def write_audit(audit: Audit, path: Path, made_from: MadeFrom) -> None:
    """Write audit.json with its stamp."""
    write_stamped(stamp_of(path), made_from, {path: audit_to_json(audit).encode()})


def read_audit(path: Path) -> Audit:
    """Read audit.json; raise PublishedError where there is none or it is of another form."""
    again = f"run {called('audit')} to make it"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw["schema"] != SCHEMA_VERSION:
            raise PublishedError(f"{path} has schema version {raw['schema']}; {again} again")
        return Audit(
            published_file=raw["published"]["file"],
            published_sha256=raw["published"]["sha256"],
            results_sha256=raw["results_sha256"],
            judgements=tuple(Judgement(**item | {"proofs": tuple(item["proofs"])}) for item in raw["statements"]),
            bad_rows=tuple((item["row"], item["reason"]) for item in raw["bad_rows"]),
        )
    except FileNotFoundError:
        raise PublishedError(f"{path} does not exist; {again}") from None
    except (ValueError, KeyError, TypeError):
        raise PublishedError(f"{path} is damaged; {again} again") from None


def audit_is_current(path: Path, *, published: Path, results: Path) -> bool:
    """Return whether the audit at `path` is of this file of statements, these results and this code, by content."""
    return is_current(stamp_of(path), audit_made_from(published, results), outputs=[path])


def _line(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False, allow_nan=False)
