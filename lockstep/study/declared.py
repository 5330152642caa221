"""What study.toml declares that its tables and figures can name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..endpoints.endpoints import Endpoint
from ..endpoints.outcomes import Outcome
from ..syntax.conditions import VariableType
from .analysis import Analysis
from .comparisons import GroupComparison
from .confounding import PatientSets
from .models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What study.toml declares that its tables and figures can name."""

    types: Mapping[str, VariableType]
    endpoints: Mapping[str, Endpoint]
    analysis: Analysis
    models: Mapping[str, Model]
    patients: PatientSets
    outcomes: Mapping[str, Outcome]
    comparisons: tuple[GroupComparison, ...]
