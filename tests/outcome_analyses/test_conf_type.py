"""The scale of survival's confidence intervals: chosen in study.toml, named wherever an interval is, and R's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from lockstep.analyses.pipeline import compute
from lockstep.base.errors import StudyError
from lockstep.results.model import Results
from lockstep.study.definition import read_study
from lockstep.study.model import Study
from lockstep.survival.kaplan_meier import kaplan_meier

# survfit(Surv(os, died) ~ 1, conf.type = ...) of data/cohort.csv in R
MEDIANS = {"log-log": (2160, 6262), "log": (2209, 6403)}


def with_type(study: Study, conf_type: str) -> Results:
    """Return the results of a study with its intervals on this scale."""
    analysis = dataclasses.replace(study.analysis, conf_type=conf_type)  # type: ignore[arg-type]
    return compute(dataclasses.replace(study, analysis=analysis))


def test_the_default_is_log_log_and_r_has_another(study: Study, results: Results) -> None:
    """Without the key intervals are on the log-log scale; on R's default scale the median has R's default interval."""
    for found, conf_type in ((results, "log-log"), (with_type(study, "log"), "log")):
        median = found["os.median"]
        assert (median.value, median.conf_low, median.conf_high) == (2411, *MEDIANS[conf_type])


@pytest.mark.parametrize("conf_type", ["log-log", "log", "plain"])
def test_each_interval_of_survival_names_its_scale(study: Study, conf_type: str) -> None:
    """Medians, rates, follow-up, curves and the setting say which scale it is, and no method names another."""
    results = with_type(study, conf_type)
    assert results["setting.conf_type"].value == conf_type
    told = [results[name].method for name in ("os.median", "os.rate.5y", "follow_up.reverse_km.median")]
    told += [curve.method for curve in results.curves]
    assert all(f" {conf_type} " in method for method in told)
    assert not any("{" in method for method in told)


def test_plain_limits_are_cut_and_logarithms_have_none_at_0() -> None:
    """Limits stay within 0 and 1; where survival is 0 there are none, where it is 1 none on the log-log scale only."""
    # survfit(Surv(c(1, 2, 3, 4), c(0, 1, 0, 1)) ~ 1, conf.type = ...)
    time, event = [1, 2, 3, 4], [0, 1, 0, 1]
    plain, log, log_log = (kaplan_meier(time, event, conf_type=scale) for scale in ("plain", "log", "log-log"))
    assert (plain.conf_low[1], plain.conf_high[1]) == (log.conf_low[1], log.conf_high[1]) == (1, 1)
    assert (log_log.conf_low[1], log_log.conf_high[1]) == (None, None)
    assert plain.conf_low[2] == pytest.approx(0.1332320, rel=1e-6)
    assert plain.conf_high[2] == log.conf_high[2] == 1
    assert {curve.conf_low[-1] for curve in (plain, log, log_log)} == {None}
    assert np.all(np.array(plain.conf_low[:-1]) >= 0)


def test_a_misspelt_scale_is_an_error_with_the_nearest(tmp_path: Path) -> None:
    """What is allowed is named, and the nearest of it."""
    text = (
        'schema = 1\n[data]\nfile = "d.csv"\nid = "i"\n[columns.a]\ntype = "number"\n[analysis]\nconf_type = "loglog"\n'
    )
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(tmp_path)
    told = "study.toml: [analysis.conf_type] is 'loglog'; expected 'log-log', 'log' or 'plain'; did you mean 'log-log'"
    assert str(caught.value).startswith(told)
