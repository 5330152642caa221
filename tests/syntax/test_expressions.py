"""Conditions: what is accepted, what it means where values are missing, and what is refused."""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.syntax.conditions import ExpressionError, VariableType
from lockstep.syntax.expressions import parse_expression

LANGUAGE = (
    "a condition is made of comparisons (==, !=, <, <=, >, >=), `x in ['a', 'b']`, `x not in [...]`, `x present`, "
    "`x missing`, `and`, `or`, `not` and parentheses"
)

FRAME = pd.DataFrame(
    {
        "arm": pd.Categorical(["a", "b", None, "a"], categories=["b", "a", "unused"]),
        "planned": pd.Categorical(["a", "a", "a", None], categories=["a", "b"]),
        "age": [60.0, np.nan, 60.5, -1.0],
        "seen": pd.to_datetime(pd.Series(["2010-12-31", "2011-01-01", None, "1899-02-28"])),
        "born": pd.to_datetime(pd.Series(["2010-12-31", "1950-01-01", "1950-01-01", None])),
    }
)

TYPES = {
    "arm": VariableType("category", ("b", "a", "unused")),
    "planned": VariableType("category", ("a", "b")),
    "age": VariableType("number"),
    "seen": VariableType("date"),
    "born": VariableType("date"),
}


def evaluate(text: str, frame: pd.DataFrame = FRAME) -> list[bool | None]:
    """Return a condition's value for each row, None where unknown."""
    return [None if value is pd.NA else bool(value) for value in parse_expression(text).mask(frame)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arm == 'a'", [True, False, None, True]),
        ("arm != 'a'", [False, True, None, False]),
        ("arm in ['a', 'unused']", [True, False, None, True]),
        ("arm not in ['a', 'unused']", [False, True, None, False]),
        ("arm == planned", [True, False, None, None]),
        ("age > 60", [False, None, True, False]),
        ("60 < age", [False, None, True, False]),
        ("-1 <= age <= 6e1", [True, None, False, True]),
        ("age in [60, -1]", [True, None, False, True]),
        ("seen > '2010-12-31'", [False, True, None, False]),
        ("seen == born", [True, False, None, None]),
        ("born <= seen", [True, True, None, None]),
        ("seen present", [True, True, False, True]),
        ("seen missing", [False, False, True, False]),
        ("not seen present and arm missing", [False, False, True, False]),
        ("not (arm == 'a')", [False, True, None, False]),
        ("arm == 'b' or age > 60", [False, True, True, False]),
        ("arm == 'a' and age > 60", [False, False, None, False]),
        ("arm == 'b' or arm == 'a' and age > 60", [False, True, None, False]),
        ("(arm == 'b' or arm == 'a') and age > 60", [False, None, None, False]),
    ],
)
def test_a_condition_is_true_false_or_unknown(text: str, expected: list[bool | None]) -> None:
    """A missing value makes a comparison unknown, and the whole only where it decides."""
    assert evaluate(text) == expected


@pytest.mark.parametrize("text", ["x missing", "a or b", "'quoted' == x", "it's", "a\\b", '#read("x")', "{{ 7*7 }}"])
def test_texts_in_quotes_are_left_alone(text: str) -> None:
    """Words of the language, quotes and backslashes inside a text are only text."""
    quoted = text.replace("\\", "\\\\").replace("'", "\\'")
    assert parse_expression(f"note == '{quoted}'").holds({"note": text}) is True


def test_dotted_names_may_hold_anything_that_an_id_holds() -> None:
    """A part may begin with a digit or be a word of Python: ids of results do not care."""
    expression = parse_expression("os.rate.1y > alpha and grade.3.not.count >= 2 and os.median present and alpha < 1")
    assert expression.names == ("os.rate.1y", "alpha", "grade.3.not.count", "os.median")
    assert expression.holds({"os.rate.1y": 0.5, "alpha": 0.05, "grade.3.not.count": 2, "os.median": 3}) is True


@pytest.mark.parametrize(
    ("values", "expected"),
    [({"p": 0.04}, True), ({"p": 0.06}, False), ({"p": None}, None), ({"p": float("nan")}, None)],
)
def test_single_values_follow_the_same_logic(values: dict[str, float | None], expected: bool | None) -> None:
    """A condition over results is unknown where a result could not be estimated."""
    assert parse_expression("p < 0.05").holds(values) is expected


def test_a_single_value_holds_for_every_row() -> None:
    """Columns and single values can be compared with each other."""
    mask = parse_expression("age > limit").mask({"age": FRAME["age"], "limit": 60.0})
    assert mask.tolist() == [False, pd.NA, True, False]
    assert parse_expression("age > limit").mask({"age": FRAME["age"], "limit": None}).isna().all()


def test_evaluation_changes_nothing() -> None:
    """A frame is only read."""
    before = FRAME.copy(deep=True)
    mask = parse_expression("seen present").mask(FRAME)
    mask[:] = False
    pd.testing.assert_frame_equal(FRAME, before)


def kleene(condition: tuple[Any, ...], values: dict[str, bool | None]) -> bool | None:
    """Evaluate a nested condition by trying both truth values for each unknown leaf that stands alone."""
    match condition:
        case ("not", part):
            inner = kleene(part, values)
            return None if inner is None else not inner
        case ("and" | "or" as word, *parts):
            found = [kleene(part, values) for part in parts]
            decisive = word == "or"
            return decisive if decisive in found else None if None in found else not decisive
        case (name,):
            return values[name]
    raise AssertionError(condition)


def write(condition: tuple[Any, ...]) -> str:
    """Write a nested condition, with parentheses everywhere."""
    match condition:
        case ("not", part):
            return f"not ({write(part)})"
        case ("and" | "or" as word, *parts):
            return f" {word} ".join(f"({write(part)})" for part in parts)
        case (name,):
            return f"{name} == 1"
    raise AssertionError(condition)


CONDITIONS = st.recursive(
    st.tuples(st.sampled_from("xyz")),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner, inner),
    ),
    max_leaves=8,
)


@given(CONDITIONS)
def test_columns_and_single_values_agree_with_kleene(condition: tuple[Any, ...]) -> None:
    """Over all 27 combinations of true, false and unknown, both ways of evaluation give Kleene's value."""
    expression = parse_expression(write(condition))
    combinations = [dict(zip("xyz", row, strict=True)) for row in itertools.product([True, False, None], repeat=3)]
    expected = [kleene(condition, values) for values in combinations]
    numbers = [{name: None if v is None else float(v) for name, v in row.items()} for row in combinations]
    assert [expression.holds(row) for row in numbers] == expected
    frame = pd.DataFrame(numbers, dtype=float)
    assert [None if value is pd.NA else bool(value) for value in expression.mask(frame)] == expected


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
def test_numbers_are_read_exactly(number: float, sign: str) -> None:
    """A number literal means the float that Python reads from the same text."""
    compare = dict(zip(["==", "!=", "<", "<=", ">", ">="], [operator.eq, operator.ne, operator.lt, operator.le,
                                                            operator.gt, operator.ge], strict=True))  # fmt: skip
    assert parse_expression(f"x {sign} {number!r}").holds({"x": 0.1}) is compare[sign](0.1, number)


@given(st.text(alphabet=" xy.1'\"\\()[],=<>!-+*/%@#:;&|~^{}andornotinpresentmissing\n\0\u00a0\u0660é", max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """Nothing but a condition or an ExpressionError comes out, whatever goes in."""
    try:
        expression = parse_expression(text)
    except ExpressionError:
        return
    assert expression.names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f'"" cannot be read; {LANGUAGE}'),
        ("arm == 'a' and", f'"arm == \'a\' and" cannot be read; {LANGUAGE}'),
        ("arm = 'a'", '"arm = \'a\'": unexpected \'=\'; write =='),
        ("arm == 'a' & age > 3", '"arm == \'a\' & age > 3": unexpected \'&\'; write and'),
        ("age <> 3", '"age <> 3": unexpected \'<\'; write !='),
        ("arm == 'a", '"arm == \'a": a text that begins with \' does not end'),
        ("arm in ['a' 'b']", '"arm in [\'a\' \'b\']": there are two texts side by side; put a comma between them'),
        ("arm in []", '"arm in []": `in` is written between a name and a list, as in `x in [\'a\', \'b\']`'),
        ("arm", f'"arm": a part of it is neither true nor false; {LANGUAGE}'),
        ("open('x')", f'"open(\'x\')": a part of it is neither true nor false; {LANGUAGE}'),
        ("arm['a'] == 1", f'"arm[\'a\'] == 1": a name is missing; {LANGUAGE}'),
        ("().__class__ == 1", f'"().__class__ == 1": unexpected \'.\'; {LANGUAGE}'),
        ("3 == 3", '"3 == 3": it compares two constants; one side must be a name'),
        ("present age", '"present age": \'present\' must follow a name, as in `x present`'),
        ("age < 1e999", '"age < 1e999": the number \'1e999\' is too large'),
        ("age == 1y", f'"age == 1y": unexpected \'1y\'; {LANGUAGE}'),
        ("(" * 300 + "age == 1" + ")" * 300, f'"{"(" * 100}…": it has more than 200 parentheses and `not`; '
                                             "name its parts under [derived]"),
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused(text: str, message: str) -> None:
    """The message quotes the condition, says what was found and what is allowed."""
    with pytest.raises(ExpressionError) as error:
        parse_expression(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("agee > 1", '"agee > 1": there is no variable \'agee\'; did you mean \'age\'?'),
        ("AGE > 1", '"AGE > 1": there is no variable \'AGE\'; did you mean \'age\'?'),
        ("arm == 'A'",
         '"arm == \'A\'": \'arm\' has no level \'A\'; it has \'b\', \'a\' and \'unused\'; did you mean \'a\'?'),
        ("arm in ['a', 'c']",
         '"arm in [\'a\', \'c\']": \'arm\' has no level \'c\'; it has \'b\', \'a\' and \'unused\''),
        ("arm == 1",
         '"arm == 1": \'arm\' is a category; compare it with a level in quotes: \'b\', \'a\' or \'unused\''),
        ("arm > 'a'", '"arm > \'a\'": \'arm\' is a category, which has no order; list the levels meant, with `in`'),
        ("age == '60'", '"age == \'60\'": \'age\' is a number; compare it with a number, without quotes'),
        ("seen > '2010-02-30'",
         '"seen > \'2010-02-30\'": \'seen\' is a date; compare it with a date in quotes, such as \'2010-12-31\''),
        ("seen > age", '"seen > age": \'seen\' is a date and \'age\' is a number'),
        ("age present and not (arm missing or 3 < seen)",
         '"age present and not (arm missing or 3 < seen)": \'seen\' is a date; '
         "compare it with a date in quotes, such as '2010-12-31'"),
    ],
)  # fmt: skip
def test_what_can_never_be_right_is_refused(text: str, message: str) -> None:
    """Names, levels and kinds are checked before any data are seen, with the nearest known name."""
    with pytest.raises(ExpressionError) as error:
        parse_expression(text).check(TYPES)
    assert str(error.value) == message


def test_comparing_text_with_a_number_is_an_error_also_unchecked() -> None:
    """Single values of different kinds give one message, not a traceback."""
    with pytest.raises(ExpressionError) as error:
        parse_expression("x < 3").holds({"x": "text"})
    assert str(error.value) == "'<' compares values of different kinds"


def test_expressions_are_values() -> None:
    """Two expressions of the same text are equal and hash alike."""
    assert parse_expression("age > 1") == parse_expression("age > 1")
    assert len({parse_expression("age > 1"), parse_expression("age > 1"), parse_expression("age > 2")}) == 2


@pytest.mark.parametrize("label", ["verstorben", "Verstorben", " verstorben "])
def test_a_label_in_place_of_its_level_is_answered_with_the_level(label: str) -> None:
    """Who writes the printed word is told the value that prints it."""
    types = {"status": VariableType("category", ("0", "1"), ("lebt", "verstorben"))}
    with pytest.raises(ExpressionError, match=r"it has '0' and '1'; did you mean '1' \(verstorben\)\?$"):
        parse_expression(f"status == '{label}'").check(types)
