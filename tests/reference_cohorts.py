"""The patients that reference/survival.R reads, as the tests of the statistics read them: by pandas alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent


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


def lung() -> pd.DataFrame:
    """Return survival::lung of R, as lifelines ships it (status 1 is a death), where the ECOG status is known."""
    from lifelines.datasets import load_lung

    return load_lung().dropna(subset="ph.ecog").reset_index(drop=True)


def whole_lung() -> pd.DataFrame:
    """Return survival::lung of R with all 228 patients."""
    from lifelines.datasets import load_lung

    return load_lung()


def veteran() -> pd.DataFrame:
    """Return survival::veteran of R, with an indicator column for each cell type but squamous."""
    frame = pd.read_csv(ROOT / "tests" / "reference" / "veteran.csv")
    return frame.assign(**{kind: (frame["celltype"] == kind) * 1.0 for kind in ("smallcell", "adeno", "large")})


def ovarian() -> pd.DataFrame:
    """Return follow-up, event, age and treatment of survival::ovarian of R."""
    time = [59, 115, 156, 421, 431, 448, 464, 475, 477, 563, 638, 744, 769]
    time += [770, 803, 855, 1040, 1106, 1129, 1206, 1227, 268, 329, 353, 365, 377]
    age = [72.3315, 74.4932, 66.4658, 53.3644, 50.3397, 56.4301, 56.937, 59.8548, 64.1753, 55.1781, 56.7562, 50.1096]
    age += [59.6301, 57.0521, 39.2712, 43.1233, 38.8932, 44.6, 53.9068, 44.2055, 59.589, 74.5041, 43.137, 63.2192]
    age += [64.4247, 58.3096]
    event = [int(flag) for flag in "11101011011000000000011110"]
    rx = [int(arm) for arm in "11121122121222111122211222"]
    return pd.DataFrame({"time": time, "event": event, "age": age, "rx": rx})
