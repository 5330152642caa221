"""Formulas: what is accepted, and what is refused with what is allowed, before any data are seen."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockstep.syntax.conditions import ExpressionError, VariableType
from lockstep.syntax.formulas import FORMULA_LANGUAGE, FUNCTIONS, SPANS, parse_formula

TYPES = {
    "weight": VariableType("number"),
    "height": VariableType("number"),
    "sex": VariableType("category", ("f", "m")),
    "born": VariableType("date"),
    "seen": VariableType("date"),
    "visit": VariableType("rows"),
}
ALL_FUNCTIONS = (
    "'abs', 'days', 'exp', 'if', 'log', 'log10', 'log1p', 'log2', 'max', 'max_present', 'min', 'min_present', "
    "'months', 'round', 'sqrt' and 'years'"
)


def refused(text: str) -> str:
    """Return the message with which a formula is refused, without the formula itself."""
    with pytest.raises(ExpressionError) as error:
        parse_formula(text).check(TYPES)
    quote = f'"{text[:100]}{"…" if len(text) > 100 else ""}"'
    assert str(error.value).startswith(quote)
    return str(error.value).removeprefix(quote).lstrip(": ")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("weight / (height / 100) ^ 2", ("weight", "height")),
        ("if(sex == 'm' and born present, weight, -height)", ("sex", "born", "weight", "height")),
        ("years(born, seen) + days('2010-01-01', seen)", ("born", "seen")),
        ("min_present(weight, height, 3.5e1)", ("weight", "height")),
        ("round(log1p(abs(weight)), 2)", ("weight",)),
        ("if(18 <= weight < 25 or sex in ['f', 'm'], 1, if(sex missing, 0, .5))", ("weight", "sex")),
    ],
)
def test_a_formula_knows_the_variables_that_it_names(text: str, names: tuple[str, ...]) -> None:
    """In conditions too, each once, in the order of their appearance; functions are none of them."""
    formula = parse_formula(text)
    formula.check(TYPES)
    assert (formula.text, formula.names) == (text, names)


def test_a_variable_may_be_called_as_a_function_is() -> None:
    """Only a parenthesis behind it makes a name a function."""
    assert parse_formula("max(days, exp) + min").names == ("days", "exp", "min")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weigth / 2", "there is no variable 'weigth'; did you mean 'weight' or 'height'?"),
        ("weight.__class__", "there is no variable 'weight.__class__'"),
        ("if(sx == 'm', 1, 0)", "there is no variable 'sx'; did you mean 'sex'?"),
        ("visit + 1", "'visit' describes a patient's rows and not the patient (its `take` is \"none\")"),
        ("sex + 1", "'sex' is a category; a formula has it in conditions, as in if(sex == 'f', 1, 0)"),
        ("seen - born", "'seen' is a date; a formula has dates in days(a, b), months(a, b) and years(a, b)"),
        ("days(weight, seen)", "'weight' is a number; `days` is of two dates"),
        ("years(born, sex)", "'sex' is a category; `years` is of two dates"),
        ("if(sex == 'x', 1, weight)", "'sex' has no level 'x'; it has 'f' and 'm'"),
        ("if(weight > 'a', 1, 0)", "'weight' is a number; compare it with a number, without quotes"),
    ],
)
def test_names_and_their_kinds_are_checked_before_any_data_are_seen(text: str, message: str) -> None:
    """Dates are in days, months and years only, categories in conditions only; names are answered with the nearest."""
    assert refused(text) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"cannot be read; {FORMULA_LANGUAGE}"),
        ("weight /", f"cannot be read; {FORMULA_LANGUAGE}"),
        ("weight height", f"cannot be read; {FORMULA_LANGUAGE}"),
        ("(weight", f"cannot be read; {FORMULA_LANGUAGE}"),
        ("2 * 3", "it names no variable, and would be the same number for every patient"),
        ("weight ** 2", "unexpected '**'; write ^"),
        ("weight²", "unexpected '²'; write ^ 2"),
        ("weight × 2", "unexpected '×'; write *"),
        ("weight − 2", "unexpected '−'; write -"),
        ("weight % 2", f"unexpected '%'; {FORMULA_LANGUAGE}"),
        ("wéight", f"unexpected 'é'; {FORMULA_LANGUAGE}"),
        ("2weight", f"unexpected '2weight'; {FORMULA_LANGUAGE}"),
        ("1,5 * weight", "there is a comma outside of a function; decimals have a point, as in 1.5"),
        ("round(weight; 1)", "unexpected ';'; write a comma between arguments"),
        ("weight > 3", "a part of it is true or false, and no number; write if(condition, 1, 0)"),
        ("weight present", "a part of it is true or false, and no number; write if(condition, 1, 0)"),
        ("'a' + weight", "'a' is a text in quotes; one is in the condition of `if`, or a date in days(a, b), "
                         "months(a, b) or years(a, b)"),
        ("[weight]", f"a part of it is no number; {FORMULA_LANGUAGE}"),
        ("weight[1]", f"a part of it is no number; {FORMULA_LANGUAGE}"),
        ("ln(weight)", "there is no function 'ln'; write log"),
        ("sqr(weight)", f"there is no function 'sqr'; the functions are {ALL_FUNCTIONS}; did you mean 'sqrt'?"),
        ("open('x') + weight", f"there is no function 'open'; the functions are {ALL_FUNCTIONS}"),
        ("__import__('os').system(weight)", f"unexpected '.'; {FORMULA_LANGUAGE}"),
        ("log(weight)(height)", "a parenthesis follows a part that is no function; write * between factors; "
                                + FORMULA_LANGUAGE),
        ("log(weight, 10)", "`log` has 2 arguments; expected 1"),
        ("min(weight)", "`min` has 1 argument; expected 2 or more"),
        ("round(weight, height)", "`round` needs a whole number of decimals from 0 to 6, as in round(x, 1)"),
        ("round(weight, 0.5)", "`round` needs a whole number of decimals from 0 to 6, as in round(x, 1)"),
        ("if(weight > 1, 2)", "`if` has 2 arguments; expected if(condition, a, b)"),
        ("days(seen)", "`days` has 1 argument; expected days(a, b), the time from date a to date b"),
        ("days('2010-01-01', '2010-01-02') * weight", "`days` is of two dates in quotes; one of them must be a name"),
        ("days('2010-02-30', seen)", "`days` is of something else than dates; expected the names of two dates, or one "
                                     "and a date in quotes, such as '2010-12-31'"),
        ("weight * 1e999", "the number '1e999' is too large"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text: str, message: str) -> None:
    """The message quotes the formula, says what was found and what is allowed."""
    assert refused(text) == message


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000 + "weight" + ")" * 10_000, "-" * 10_000 + "weight", " + ".join(["weight"] * 10_000),
     "weight" + " ^ weight" * 10_000, "abs(" * 10_000 + "weight" + ")" * 10_000, "if(" * 10_000],
    ids=["parentheses", "minus", "sum", "power", "functions", "open"],
)  # fmt: skip
def test_a_formula_that_is_too_deep_is_refused(text: str) -> None:
    """Ten thousand of anything that nests end in one message, and in no error of the parser."""
    assert refused(text) == "it has more than 200 operators, parentheses and functions; name its parts under [derived]"


def test_a_function_takes_many_arguments() -> None:
    """A score over hundreds of items is no deep formula."""
    parse_formula("max(" + "weight, " * 5_000 + "height)").check(TYPES)


@pytest.mark.parametrize(
    "word",
    ["lambda", "None", "True", "print", "eval", "exec", "__builtins__", "import", "class", "weight.real", "self", "_",
     "yield", "await", "globals"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["{}", "{}(weight)", "weight + {}", "if({} == 1, 1, 0)", "days({}, seen)"])
def test_words_of_python_mean_nothing(form: str, word: str) -> None:
    """They are names of variables or functions that there are not."""
    assert re.match("there is no (variable|function) '", refused(form.format(word)))


@given(st.text(alphabet=" xy.1'\"\\()[],=<>!-+*/^%@#:;&|~{}ifminlogdays\n\0\u00a0\u0660é²", max_size=40))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    """Nothing but a formula or an ExpressionError comes out, whatever goes in."""
    try:
        formula = parse_formula(text)
    except ExpressionError:
        return
    assert formula.names


def test_the_language_names_every_function() -> None:
    """Who is told what a formula is made of reads of each function."""
    named = set(re.findall(r"\w+", FORMULA_LANGUAGE))
    assert {*FUNCTIONS, *SPANS, "if"} <= named
