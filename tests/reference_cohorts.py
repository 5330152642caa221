"""The patients behind the reference values, as the tests read them: by pandas alone, beside the study's own reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "reference" / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A public data set and what tests/reference/datasets.R computes of it.

    `groups` maps the categories by which patients are compared to the strata of the stratified test; `model` are the
    terms of the Cox model, `product` those of the interaction, `cross` the two categories of the cross table.
    """

    name: str
    levels: Mapping[str, Sequence[str]]
    groups: Mapping[str, str]
    model: tuple[str, ...]
    product: tuple[str, str]
    numbers: tuple[str, ...]
    cross: tuple[str, str]
    marker: str
    marker_is_low: bool = False
    conf_level: float = 0.95

    def frame(self) -> pd.DataFrame:
        """Return the patients; categories are text, missing where they are not known."""
        return read(self.name, text=self.levels)

    def design(self, frame: pd.DataFrame, terms: Sequence[str]) -> tuple[pd.DataFrame, dict[str, list[str]]]:
        """Return the design columns of terms, an indicator of each level but the first, and the columns by term."""
        columns: dict[str, dict[str, pd.Series[float]]] = {}
        for term in terms:
            levels = self.levels.get(term, ())
            columns[term] = {f"{term}.{level}": (frame[term] == level) * 1.0 for level in levels[1:]}
            if not levels:
                columns[term] = {term: frame[term].astype(float)}
        whole = pd.DataFrame({name: column for part in columns.values() for name, column in part.items()})
        return whole, {term: list(part) for term, part in columns.items()}


DATASETS: Final = (
    Dataset(
        name="lung",
        levels={"sex": ("male", "female"), "ecog": ("0", "1", "2", "3")},
        groups={"sex": "ecog", "ecog": "sex"},
        model=("age", "sex", "ecog"),
        product=("age", "sex"),
        numbers=("age", "wt_loss"),
        cross=("ecog", "sex"),
        marker="age",
        conf_level=0.9,
    ),
    Dataset(
        name="veteran",
        levels={"trt": ("1", "2"), "celltype": ("squamous", "smallcell", "adeno", "large"), "prior": ("0", "10")},
        groups={"trt": "prior", "celltype": "prior"},
        model=("celltype", "karno", "trt"),
        product=("trt", "celltype"),
        numbers=("karno", "age"),
        cross=("celltype", "trt"),
        marker="karno",
        marker_is_low=True,
    ),
    Dataset(
        name="ovarian",
        levels={"rx": ("1", "2"), "residual": ("1", "2"), "ecog": ("1", "2")},
        groups={"rx": "residual"},
        model=("age", "rx"),
        product=("rx", "residual"),
        numbers=("age",),
        cross=("ecog", "rx"),
        marker="age",
    ),
    Dataset(
        name="colon",
        levels={"rx": ("obs", "lev", "lev_5fu"), "differ": ("1", "2", "3"), "extent": ("1", "2", "3", "4")},
        groups={"rx": "differ", "extent": "differ"},
        model=("rx", "nodes", "differ"),
        product=("rx", "nodes"),
        numbers=("age", "nodes"),
        cross=("extent", "rx"),
        marker="nodes",
    ),
    Dataset(
        name="pbc",
        levels={"trt": ("1", "2"), "stage": ("1", "2", "3", "4"), "edema": ("0", "0.5", "1")},
        groups={"trt": "edema", "stage": "edema"},
        model=("age", "bili", "stage", "trt"),
        product=("trt", "age"),
        numbers=("bili", "age"),
        cross=("stage", "trt"),
        marker="bili",
    ),
)


def read(name: str, *, text: Mapping[str, object] | Sequence[str] = ()) -> pd.DataFrame:
    """Return a data file that datasets.R wrote, the columns `text` as text."""
    return pd.read_csv(DATA / f"{name}.csv", dtype=dict.fromkeys(text, "str"))


def awkward(name: str) -> pd.DataFrame:
    """Return one of the small awkward data sets."""
    frame = read("awkward", text=("group", "stratum"))
    return frame[frame["set"] == name].reset_index(drop=True)


def lung() -> pd.DataFrame:
    """Return survival::lung of R with all 228 patients."""
    return read("lung")


def veteran() -> pd.DataFrame:
    """Return survival::veteran of R, with an indicator column for each cell type but squamous."""
    frame = read("veteran")
    return frame.assign(**{kind: (frame["celltype"] == kind) * 1.0 for kind in ("smallcell", "adeno", "large")})


def ovarian() -> pd.DataFrame:
    """Return survival::ovarian of R: 26 patients."""
    return read("ovarian")


def tables() -> dict[str, list[list[int]]]:
    """Return the cross tables of counts, by name."""
    found = read("tables")
    return {
        str(name): part.pivot(index="row", columns="column", values="n").to_numpy().tolist()
        for name, part in found.groupby("table", sort=False)
    }


def cohort() -> pd.DataFrame:
    """Return the analysed patients of data/cohort.csv with both endpoints in days, derived here a second time."""
    raw = pd.read_csv(ROOT / "data" / "cohort.csv")
    frame = raw[raw["complete_record"] == 1]
    date = {name: pd.to_datetime(frame[name]) for name in frame.columns if name.startswith("date_")}
    last = date["date_last_followup"]
    return frame.assign(
        os=(last - date["date_initial_diagnosis"]).dt.days,
        death=frame["vital_status"].str.startswith("died"),
        pfs=(date["date_progression"].fillna(last) - date["date_metastasis_treatment"]).dt.days,
        progression=date["date_progression"].notna(),
        treated=((frame["surgery"] + frame["radiotherapy"] + frame["rfa"]) > 0).astype(int),
        elderly=(frame["age_at_diagnosis"] > 60).astype(int),
    )
