"""Why a term of a model has no estimate, in words that records and tables print."""

from __future__ import annotations

from typing import Final

NO_EVENTS: Final = "no events"
CONSTANT: Final = "the same value in all patients"
NEVER_VARIES: Final = "the same value in all patients at risk whenever an event occurs"
DEPENDENT: Final = "determined by the terms before it"
DIVERGES: Final = "tends to infinity (a level without events, or complete separation)"
TOO_LARGE: Final = "too large for a number; give the variable in a smaller unit"
TOO_SMALL: Final = "too close to 0 for a number; give the variable in a smaller unit"
NOT_CONVERGED: Final = "the estimation did not converge"
