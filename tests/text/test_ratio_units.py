"""A ratio per so small a unit that it prints as nothing is reported, with a unit that says more."""

from __future__ import annotations

import dataclasses

import pytest

from lockstep.document import check
from lockstep.results.model import Results
from lockstep.study.model import Study
from lockstep.text.ratio_units import too_small_units
from lockstep.text.style import Style

BMI = "retention.adjusted.bmi.hazard_ratio"


def with_ratio(results: Results, value: float, low: float, high: float) -> Results:
    """Return the results with another hazard ratio of the body-mass index."""
    records = (
        dataclasses.replace(record, value=value, conf_low=low, conf_high=high) if record.id == BMI else record
        for record in results
    )
    return dataclasses.replace(results, records=tuple(records))


@pytest.mark.parametrize(
    ("ratio", "factor"),
    [
        ((1.0004, 0.9998, 1.001), "10"),
        ((1.0004, 0.9999, 1.0006), "10"),
        ((1.00004, 0.99998, 1.0001), "100"),
        ((0.99999, 0.999982, 0.999998), "1000"),
    ],
)
def test_a_ratio_that_prints_as_nothing_names_a_larger_unit(
    ratio: tuple[float, float, float], factor: str, implants: Study, implants_results: Results
) -> None:
    """The least power of ten of units in which not all of ratio and limits are 1.00."""
    (text,) = too_small_units(implants, with_ratio(implants_results, *ratio), Style(), [BMI])
    assert text.startswith(f"{BMI}: Body-mass index, per kg/m², has the hazard ratio ")
    assert f"such as per {factor} kg/m². " in text
    assert text.endswith(
        f'study.toml, [derived.bmi_per_{factor}] with value = "bmi / {factor}" and unit = "{factor} kg/m²", and name '
        "it in adjust_for."
    )


@pytest.mark.parametrize("ratio", [(1.01, 0.95, 1.07), (1.0004, 0.9998, 1.006)])
def test_a_ratio_that_says_something_is_passed_over(
    ratio: tuple[float, float, float], implants: Study, implants_results: Results
) -> None:
    """So is one that the document does not print."""
    assert too_small_units(implants, with_ratio(implants_results, *ratio), Style(), [BMI]) == ()
    hidden = with_ratio(implants_results, 1.0004, 0.9998, 1.001)
    assert too_small_units(implants, hidden, Style(), ["retention.adjusted.fixation.hybrid.hazard_ratio"]) == ()


def test_the_finding_is_told_but_does_not_fail() -> None:
    """The document says nothing untrue, only nothing."""
    found = check.Findings(claims=1, broken=(), typed=(), unused=(), units=("os.x: in a larger unit",))
    assert found.passed
    assert found.lines()[0] == "os.x: in a larger unit"
