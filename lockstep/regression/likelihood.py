"""What a likelihood shows of itself to be maximised, and a fitted model of itself to be tested and compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from ..statistics.arrays import Floats


class LikelihoodPoint(Protocol):
    """A log-likelihood at some coefficients, with its derivatives there."""

    @property
    def log_likelihood(self) -> float:
        """Its value."""

    def score(self) -> Floats:
        """Return the first derivative, (p,)."""

    def information(self) -> Floats:
        """Return minus the second derivative, (p, p)."""


class Likelihood(Protocol):
    """A concave log-likelihood of p coefficients."""

    @property
    def covariates(self) -> Floats:
        """The (n, p) design."""

    @property
    def weight(self) -> Floats:
        """The (n,) case weights."""

    def at(self, coefficients: Floats) -> LikelihoodPoint:
        """Evaluate at these coefficients."""


class ModelTerm(Protocol):
    """A column of a design with its coefficient; None where it cannot be estimated."""

    @property
    def term(self) -> str:
        """The name of the column."""

    @property
    def coef(self) -> float | None:
        """The coefficient."""

    @property
    def se(self) -> float | None:
        """Its standard error."""

    @property
    def reason(self) -> str | None:
        """Why it cannot be estimated."""


class FittedModel(Protocol):
    """A model fitted by maximum likelihood, or the reason why there is none."""

    @property
    def terms(self) -> Sequence[ModelTerm]:
        """One per column of the design."""

    @property
    def covariance(self) -> Floats:
        """The (p, p) covariance of the coefficients; NaN where there is none."""

    @property
    def is_robust(self) -> bool:
        """Whether the covariance is robust: the likelihood is then not to be compared."""

    @property
    def df(self) -> float | None:
        """Degrees of freedom of the t distribution behind intervals and P values; None where it is the normal one."""

    @property
    def n(self) -> int:
        """Patients."""

    @property
    def events(self) -> int | None:
        """Patients with the event; None where the outcome is a number."""

    @property
    def parameters(self) -> int:
        """Coefficients that were estimated."""

    @property
    def log_likelihood(self) -> float | None:
        """The maximised log-likelihood; None without a fit."""

    @property
    def reason(self) -> str | None:
        """Why there is no fit."""


def refuse_unknown_terms(terms: Iterable[str], known: Collection[str]) -> None:
    """Raise ValueError where a term is no column of a model's design; names all such terms, and the columns."""
    if unknown := list(dict.fromkeys(term for term in terms if term not in known)):
        raise ValueError(f"no covariate {', '.join(unknown)}; the columns are {', '.join(known)}")
