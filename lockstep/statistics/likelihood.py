"""What a likelihood shows of itself to be maximised, and a model to be compared with another by its likelihood."""

from __future__ import annotations

from typing import Protocol

from .arrays import Floats


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

    def at(self, coefficients: Floats) -> LikelihoodPoint:
        """Evaluate at these coefficients."""


class FittedModel(Protocol):
    """A model fitted by maximum likelihood, or the reason why there is none."""

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
