"""Restricted mean survival: the mean time without the event up to a landmark, which is the area under the curve."""

import numpy as np

from lockstep import Statistic, statistic
from lockstep.statistics.estimate import normal_quantile
from lockstep.survival.kaplan_meier import kaplan_meier

RESTRICTED_MEAN = Statistic(
    path="restricted_mean",
    kind="time",
    label="{of}: restricted mean to {at}",
    method="area under the Kaplan-Meier curve up to the landmark, Greenwood variance, plain confidence interval",
)


@statistic
def restricted_mean(patients):
    """Yield the restricted mean at each landmark, of all patients and by fixation."""
    for group in (patients, *patients.groups("fixation")):
        for endpoint, observed in group.endpoints.items():
            for years, limit in group.landmarks.items():
                about = {"endpoint": endpoint, "at": years}
                if not group.n or observed.time.max() < limit:
                    yield group.record(RESTRICTED_MEAN, None, reason="follow-up ends before", **about)
                    continue
                curve = kaplan_meier(observed.time, observed.event)
                columns = (curve.time, curve.survival, curve.n_events, curve.n_at_risk)
                time, survival, events, at_risk = np.array(columns)[:, np.array(curve.time) < limit]
                areas = survival * np.diff(time, append=limit)
                mean, behind = areas.sum(), areas[::-1].cumsum()[::-1]
                variance = np.sum(behind**2 * events / (at_risk * np.maximum(at_risk - events, 1)))
                width = normal_quantile(group.study.analysis.conf_level) * variance**0.5
                yield group.record(RESTRICTED_MEAN, mean, conf_low=mean - width, conf_high=mean + width, **about)
