"""Every computable statement of the report, by its id in published.csv, and how the finished cohort is measured for it.

A measure gives a number, to be compared at the printed precision; a text; or whether a worded statement holds. What is
printed stands in published.csv alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from .analysed import Analysed, Endpoint
from .characteristics import (
    ALIVE_WITH,
    ALIVE_WITHOUT,
    CUT_AGE,
    DIED_OF_DISEASE,
    DIED_OF_OTHER,
    RESPONSES,
)
from .chi_square import p_value
from .covariates import SUBTYPES
from .estimates import Bools, cross_table_statistic

ALPHA: Final = 0.05
MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

IMPOSSIBLE: Final = {
    "P013": "114 of 142 patients below 18 years contradict the median age of 47.5 (P019)",
    "P062": "13 of 79 (P061) is 16.456%; no count of 79 prints 16.4",
    "P117": "13 of 79 (P116) is 16.456%; no count of 79 prints 16.4",
    "P119": "81 of 142 (P118) is 57.042%; no count of 142 prints 57.1",
}
"""Statements that no cohort can meet beside the others, and why."""


@dataclass(frozen=True)
class Constraint:
    """Statements that print the same thing, what it is, and its measure."""

    ids: tuple[str, ...]
    what: str
    measure: Callable[[Analysed], float | str | bool]


def constraints() -> tuple[Constraint, ...]:
    """Return all constraints."""
    parts = (flow(), follow_up(), ages_and_sizes(), levels(), arms(), univariate(), local_treatment(), elderly())
    return tuple(constraint for part in parts for constraint in part)


def flow() -> Iterator[Constraint]:
    """Patients reviewed, excluded and analysed; the calendar."""
    yield _of("P007 P075", "patients reviewed", lambda c: len(c.rows))
    yield _of("P010 P018 P074", "patients analysed", lambda c: len(c.age))
    yield _of("P011", "patients excluded", lambda c: len(c.rows) - len(c.age))
    yield _of("P008", "first metastasis, of all reviewed", lambda c: _month(min(r["date_metastasis"] for r in c.rows)))
    yield _of("P009", "last metastasis, of all reviewed", lambda c: _month(max(r["date_metastasis"] for r in c.rows)))
    yield _of("P100", "last follow-up", lambda c: _month(max(c.text["date_last_followup"])))
    yield _of(
        "P001",
        "nearly 50 years from the first metastasis to the last follow-up",
        lambda c: 48 <= int(max(c.text["date_last_followup"])[:4]) - _first_year(c) < 50,
    )


def follow_up() -> Iterator[Constraint]:
    """Follow-up in months, of all and of survivors; the rates, read as shares followed beyond."""
    for what, of, ids in (
        ("all", lambda c: c.months, ("P047", "P048", "P049", "P050")),
        ("survivors", lambda c: c.months[~c.overall.event], ("P099", "P097", "P098", "P096")),
    ):
        for name, summary, id_ in zip(
            ("median", "minimum", "maximum", "mean"), (np.median, np.min, np.max, np.mean), ids, strict=True
        ):
            yield _of(id_, f"follow-up of {what}, {name}", lambda c, of=of, summary=summary: float(summary(of(c))))
    for name, endpoint, numbers in (("OS", _overall, (139, 140, 141)), ("PFS", _progression, (149, 150, 151))):
        for years, number in zip((1, 3, 5), numbers, strict=True):
            yield _of(
                f"P{number}",
                f"{name}: followed beyond {years} y",
                lambda c, endpoint=endpoint, years=years: endpoint(c).beyond(years),
            )


def ages_and_sizes() -> Iterator[Constraint]:
    """Order statistics and means of age and size."""
    yield _of("P012", "elderly are older than", lambda _: CUT_AGE)
    yield _of("P019 P079", "age, median", lambda c: float(np.median(c.age)))
    yield _of("P020 P077", "age, minimum", lambda c: c.age.min())
    yield _of("P021 P078", "age, maximum", lambda c: c.age.max())
    yield _of("P076", "age, mean", lambda c: c.age.mean())
    yield _of("P026 P104", "primary size, median", lambda c: float(np.median(c.size)))
    yield _of("P027 P102", "primary size, minimum", lambda c: c.size.min())
    yield _of("P028 P103", "primary size, maximum", lambda c: c.size.max())
    yield _of("P101", "primary size, mean", lambda c: c.size.mean())


def levels() -> Iterator[Constraint]:
    """How many patients, and what percentage, have each level."""
    for column, level, counts, percents in (
        ("sex", "male", "P022 P084", "P023 P085"),
        ("sex", "female", "P024 P086", "P025 P087"),
        ("depth", "superficial", "P029", "P030"),
        ("depth", "deep", "P031", "P032"),
        ("histologic_subtype", SUBTYPES[0], "P033 P088", "P034 P089"),
        ("histologic_subtype", SUBTYPES[3], "P035 P090", "P036 P091"),
        ("histologic_subtype", SUBTYPES[1], "P037 P092", "P038 P093"),
        ("histologic_subtype", SUBTYPES[2], "P039 P094", "P040 P095"),
        ("grade", "1", "P041", "P042"),
        ("grade", "2", "P043", "P044"),
        ("grade", "3", "P045", "P046"),
        ("response", "CR", "P118", ""),
        ("response", "PR", "P120", "P121"),
        ("response", "SD", "P122", "P123"),
        ("response", "PD", "P124", "P125"),
        ("vital_status", ALIVE_WITHOUT, "", "P134"),
        ("vital_status", ALIVE_WITH, "", "P135"),
        ("vital_status", DIED_OF_DISEASE, "", "P136"),
        ("vital_status", DIED_OF_OTHER, "P137", "P138"),
    ):
        yield from _counted(counts, percents, level, lambda c, column=column, level=level: c.text[column] == level)
    yield from _counted("P080", "P081", "elderly", lambda c: c.elderly)
    yield from _counted("P082", "P083", "younger", lambda c: ~c.elderly)


def arms() -> Iterator[Constraint]:
    """The arms, the modalities of local treatment, and the response by arm."""
    yield from _counted("P051 P055 P105 P109", "P052 P106", "with local treatment", lambda c: c.treated)
    yield from _counted("P053 P056 P107", "P054 P108", "without local treatment", lambda c: ~c.treated)
    for what, code, counts, percents in (
        ("surgery only", "100", "P110", "P111"),
        ("radiotherapy only", "010", "P112", "P113"),
        ("radiofrequency ablation", "001", "P114", "P115"),
        ("surgery and radiotherapy", "110", "P116", ""),
    ):
        yield from _counted(counts, percents, what, lambda c, code=code: c.modality == code, lambda c: c.treated)
    for arm, of, ids in (
        ("with", lambda c: c.treated, (("P057", "P058"), ("P061", ""), ("P065", "P066"), ("P069", "P070"))),
        ("without", lambda c: ~c.treated, (("P059", "P060"), ("P063", "P064"), ("P067", "P068"), ("P071", "P072"))),
    ):
        for level, (counts, percents) in zip(RESPONSES, ids, strict=True):
            what = f"{level} {arm} local treatment"
            yield from _counted(counts, percents, what, lambda c, level=level: c.text["response"] == level, of)
    yield _of("P073", "response by arm, P", lambda c: p_value(_response_by(c, c.treated.astype(str)), df=3))
    yield _of("P164", "complete response more often with local treatment", lambda c: _more_often_treated(c, "CR"))
    yield _of(
        "P165",
        "every other response less often with local treatment",
        lambda c: not any(_more_often_treated(c, level) for level in RESPONSES[1:]),
    )
    yield _of(  # of a 4 by 4 table, 16.92 is the statistic of P = 0.05
        "P126",
        "response not different between subtypes",
        lambda c: _response_by(c, c.text["histologic_subtype"]) < 16.92,
    )


def univariate() -> Iterator[Constraint]:
    """The P of each log-rank test of one covariate."""
    for name, endpoint, first in (("OS", _overall, 127), ("PFS", _progression, 142)):
        for number, covariate in enumerate(("age", "sex", "size", "depth", "subtype", "grade"), start=first):
            yield _of(
                f"P{number}",
                f"{name} by {covariate}, P",
                lambda c, endpoint=endpoint, covariate=covariate: endpoint(c).log_rank(c.covariates()[covariate]),
            )


def local_treatment() -> Iterator[Constraint]:
    """Medians and tests of local treatment, in all patients."""
    for name, endpoint, (all_, without, with_, p, adjusted) in (
        ("OS", _overall, ("P133", "P152", "P153", "P154", "P162")),
        ("PFS", _progression, ("P148", "P155", "P156", "P157", "P163")),
    ):
        yield _of(all_, f"median {name}", lambda c, endpoint=endpoint: endpoint(c).median())
        yield _of(without, f"median {name}, without", lambda c, endpoint=endpoint: endpoint(c).median(~c.treated))
        yield _of(with_, f"median {name}, with", lambda c, endpoint=endpoint: endpoint(c).median(c.treated))
        yield _of(p, f"{name} by local treatment, P", lambda c, endpoint=endpoint: endpoint(c).log_rank(c.treated))
        yield _of(
            adjusted,
            f"{name} by local treatment adjusted for age, P < 0.001",
            lambda c, endpoint=endpoint: endpoint(c).adjusted(c.treated, c.age) < 0.001,
        )


def elderly() -> Iterator[Constraint]:
    """Tests of local treatment within the age groups."""
    yield _of("P158", "PFS benefit in the elderly", lambda c: _benefit(c, c.progression, c.elderly))
    yield _of("P159", "PFS benefit in the younger", lambda c: _benefit(c, c.progression, ~c.elderly))
    yield _of("P160", "OS in the elderly, P", lambda c: c.overall.log_rank(c.treated, c.elderly))
    yield _of("P161", "OS benefit in the younger", lambda c: _benefit(c, c.overall, ~c.elderly))


def _of(ids: str, what: str, measure: Callable[..., float | str | bool]) -> Constraint:
    return Constraint(tuple(ids.split()), what, measure)


def _counted(
    counts: str,
    percents: str,
    what: str,
    who: Callable[..., Bools],
    among: Callable[..., Bools] = lambda c: np.full(len(c.age), True),
) -> Iterator[Constraint]:
    """Yield the constraints on how many patients are such, and on their percentage; ids may be blank."""
    if counts:
        yield _of(counts, f"{what}, patients", lambda c: int((who(c) & among(c)).sum()))
    if percents:
        yield _of(percents, f"{what}, percent", lambda c: 100 * float((who(c) & among(c)).sum() / among(c).sum()))


def _overall(cohort: Analysed) -> Endpoint:
    return cohort.overall


def _progression(cohort: Analysed) -> Endpoint:
    return cohort.progression


def _benefit(cohort: Analysed, endpoint: Endpoint, group: Bools) -> bool:
    longer = endpoint.median(group & cohort.treated) > endpoint.median(group & ~cohort.treated)
    return longer and endpoint.log_rank(cohort.treated, group) < ALPHA


def _more_often_treated(cohort: Analysed, response: str) -> bool:
    such = cohort.text["response"] == response
    return bool(such[cohort.treated].mean() > such[~cohort.treated].mean())


def _response_by(cohort: Analysed, groups: np.typing.NDArray[np.str_]) -> float:
    return cross_table_statistic(cohort.text["response"], groups)


def _first_year(cohort: Analysed) -> int:
    return int(min(row["date_metastasis"] for row in cohort.rows)[:4])


def _month(day: str) -> str:
    year, month, _ = day.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"
