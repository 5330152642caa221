"""The error of the generator."""

from __future__ import annotations

from lockstep.base.errors import LockstepError


class CohortError(LockstepError):
    """No cohort was found, or the one that was found breaks a constraint."""
