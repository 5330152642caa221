"""Keys say what a result is of; ids follow from them in one place, and nothing is read back from an id."""

from __future__ import annotations

import ast
import re
from itertools import combinations
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from lockstep.base.errors import ResultsError
from lockstep.catalogue import catalogue
from lockstep.catalogue.catalogue import Statistic
from lockstep.catalogue.keys import REVIEWED, SURVIVORS, Key, bound_name, checked_path, split_bound
from lockstep.results.json_file import from_json, to_json
from lockstep.results.model import Results
from lockstep.study.models import ADJUSTED

KEYS = ROOT / "lockstep" / "catalogue" / "keys.py"
MODULES = sorted(path for path in (ROOT / "lockstep").rglob("*.py") if path != KEYS)
STATISTICS = [item for item in vars(catalogue).values() if isinstance(item, Statistic)]


@pytest.mark.parametrize(
    ("key", "record_id"),
    [
        (catalogue.REVIEWED.of(), "flow.reviewed"),
        (catalogue.EXCLUDED_BY_RULE.of(item="complete_record"), "flow.excluded.complete_record"),
        (catalogue.CUT.of(variable="age_group"), "setting.age_group.cut"),
        (catalogue.CUT.of(variable="age_group", item="2"), "setting.age_group.cut.2"),
        (catalogue.FIRST_DATE.of(variable="seen", population=REVIEWED), "reviewed.seen.first"),
        (catalogue.LAST_DATE.of(variable="seen"), "seen.last"),
        (catalogue.MISSING_COUNT.of(variable="sex"), "sex.missing.count"),
        (catalogue.LEVEL_COUNT.of(variable="size", level="> 20"), "size.__20.count"),
        (catalogue.LEVEL_PERCENT.of(variable="sex", level="male", by="arm", by_level="A"), "sex.by_arm.a.male.percent"),
        (catalogue.CHI_SQUARE_P.of(variable="sex", by="arm"), "sex.by_arm.chi_square.p_value"),
        (catalogue.MEDIAN.of(variable="follow_up", population=SURVIVORS), "follow_up.survivors.median"),
        (catalogue.REVERSE_MEDIAN.of(variable="follow_up"), "follow_up.reverse_km.median"),
        (catalogue.SURVIVAL_RATE.of(endpoint="os", at=0.5), "os.rate.0_5y"),
        (catalogue.SURVIVAL_RATE.of(endpoint="os", by="sex", by_level="male", at=5.0), "os.by_sex.male.rate.5y"),
        (catalogue.LOG_RANK_P.of(endpoint="os", by="sex"), "os.by_sex.log_rank.p_value"),
        (catalogue.HAZARD_RATIO.of(endpoint="os", by="sex", level="male"), "os.by_sex.cox.male.hazard_ratio"),
        (
            catalogue.SURVIVAL_MEDIAN.of(endpoint="os", by="arm", by_level="b", within="sex", within_level="male"),
            "os.by_arm.in_sex.male.b.median",
        ),
        (catalogue.INTERACTION_P.of(endpoint="os", by="arm", within="sex"), "os.by_arm.interaction_sex.p_value"),
        (catalogue.MODEL_PATIENTS.of(endpoint="os", analysis=ADJUSTED), "os.adjusted.n"),
        (
            catalogue.MODEL_RATIO.of(endpoint="os", analysis=ADJUSTED, variable="sex", level="male"),
            "os.adjusted.sex.male.hazard_ratio",
        ),
        (
            catalogue.MODEL_RATIO.of(endpoint="os", analysis=ADJUSTED, variable="age"),
            "os.adjusted.age.hazard_ratio",
        ),
        (catalogue.AUC.of(analysis="marker"), "cutoff.marker.auc"),
        (Key(endpoint="os", by="sex", by_level="male"), "os.by_sex.male"),
        (Key("mean", endpoint="os", variable="age", level="old", at=5, item="a"), "os.mean.age.old.5y.a"),
    ],
)  # fmt: skip
def test_an_id_is_made_of_its_key(key: Key, record_id: str) -> None:
    """Each pattern of docs/record-ids.md follows from a key."""
    assert key.id == record_id
    assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)*", key.id)


names = st.sampled_from(["os", "sex", "age"])
keys = st.builds(
    Key,
    st.sampled_from(["rate", "{level}.count", "cox.{level}.p_value", "followed.{at}.n"]),
    endpoint=st.none() | names,
    variable=names,
    level=st.none() | st.sampled_from(["a", "b"]),
    by=st.none(),
    at=st.none() | st.sampled_from([1.0, 5.0]),
    item=st.none() | st.sampled_from(["x", "y"]),
)


@given(st.lists(keys, min_size=2, max_size=6, unique=True))
def test_no_part_of_a_key_is_left_out_of_its_id(found: list[Key]) -> None:
    """Two keys that differ in what they name have two ids: every part stands in the path, before it or behind it."""
    for one, other in combinations(found, 2):
        if one.statistic == other.statistic and one.parts().keys() == other.parts().keys():
            assert one.id != other.id


def test_results_are_found_by_key_as_by_id(results: Results) -> None:
    """Every record and curve of the flagship answers to its key; the key survives the file."""
    for record in results:
        assert results[record.key] is results[record.id]
        assert record.key in results
    for curve in results.curves:
        assert results.curve(curve.key) is results.curve(curve.id)
    assert [record.key for record in from_json(to_json(results))] == [record.key for record in results]
    with pytest.raises(ResultsError, match=r"no result 'os\.by_sex\.rate\.5y'; did you mean"):
        results[catalogue.SURVIVAL_RATE.of(endpoint="os", by="sex", at=5)]


@pytest.mark.parametrize("path", ["", "Median", "a..b", "a.{years}", "a.{at", "{statistic}", "ä"])
def test_a_path_of_which_no_id_can_be_made_is_refused(path: str) -> None:
    """A statistic says at once that it cannot be cited."""
    with pytest.raises(ResultsError, match="a statistic has the path"):
        checked_path(path)


def test_a_name_in_a_condition_is_a_result_or_a_bound_of_one() -> None:
    """What is put together is taken apart again."""
    assert split_bound(bound_name("os.median", "conf_low")) == ("os.median", "conf_low")
    assert split_bound("os.median") == ("os.median", "")


# ---- no other module makes ids, or reads them ------------------------------------------------------------------------

BOUNDS = {"conf_low", "conf_high"}
ENDS = {part for statistic in STATISTICS for part in statistic.path.split(".") if "{" not in part} | BOUNDS
"""Names that stand in ids."""

BEGINNINGS = {"flow", "setting", "cutoff", "adjusted", "follow_up", "reviewed"}
_READING = {"endswith", "startswith", "split", "rsplit", "partition", "rpartition", "removeprefix", "removesuffix"}


def glued(tree: ast.AST) -> list[int]:
    """Return the lines of f-strings and sums that put an id together: with a name that stands in ids, or of slugs."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in node.values)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.right, ast.Constant):
            text = f"\0{node.right.value}"
        else:
            continue
        words = {*re.findall(r"\0\.(\w+)", text), *(word for word in BEGINNINGS if f"{word}.\0" in text)}
        slugs = any(isinstance(part, ast.Name) and part.id == "slug" for part in ast.walk(node))
        if " " not in text and (words & (ENDS | BEGINNINGS) or re.search(r"\0?\.(by|in)_\0", text) or slugs):
            found.append(node.lineno)
    return found


def read_back(tree: ast.AST) -> list[int]:
    """Return the lines where the text of an id is taken apart: ``record.id.endswith(...)``, ``... in record.id``."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _READING:
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            if _is_id(node.func.value) or any(text.strip(".") in ENDS and "." in text for text in texts):
                found.append(node.lineno)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In) and _is_id(node.comparators[0]):
            found.append(node.lineno)
    return found


def _is_id(node: ast.AST) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "id") or (
        isinstance(node, ast.Name) and node.id in ("record_id", "curve_id")
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT / "lockstep").as_posix())
def test_ids_are_made_and_read_in_one_module(path: Path) -> None:
    """No other module than lockstep/catalogue/keys.py puts an id together, or reads a meaning from one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [f"line {line}" for line in (*glued(tree), *read_back(tree))] == []


@pytest.mark.parametrize(
    "code",
    [
        'f"{stem}.p_value"',
        'f"flow.{name}"',
        'f"{slug(a)}.{slug(b)}"',
        'f"{slug(a)}.by_{slug(b)}.x"',
        'stem + ".median"',
        'name.endswith(".p_value")',
        'record.id.endswith("x")',
        'record.id.rsplit(".", 1)',
        '"cox" in record.id',
        'f"{record.id}.conf_low"',
        'record_id.split(".")[0]',
    ],
)
def test_the_check_finds_what_it_is_for(code: str) -> None:
    """Each way in which ids were once made or read is found."""
    tree = ast.parse(code)
    assert glued(tree) or read_back(tree)
