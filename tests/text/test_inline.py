"""What a sentence prints is what the record holds, safely, or an error that names what was meant."""

from __future__ import annotations

from typing import Any

import pytest

from lockstep.base.errors import LockstepError, ReportError, ResultsError
from lockstep.catalogue.keys import Key
from lockstep.results.model import Record, Results
from lockstep.text.phrases import Phrase, Phrases
from lockstep.text.style import NBSP, Style


@pytest.fixture
def r(results: Results) -> Phrases:
    """Return the flagship's phrases."""
    return Phrases(results, Style())


@pytest.mark.parametrize(
    ("method", "arguments", "printed"),
    [
        ("n", ["flow.analysed"], "142"),
        ("value", ["os.median"], "6.61 years"),
        ("estimate", ["os.median"], "6.61 years (95% CI 5.92–17.16)"),
        ("estimate", ["os.rate.5y"], "71.2% (95% CI 62.3–78.4)"),
        ("estimate", ["os.adjusted.local_treatment.yes.hazard_ratio"], "0.34 (95% CI 0.20–0.56)"),
        ("ci", ["os.median"], "95% CI 5.92–17.16"),
        ("number", ["age_at_diagnosis.median"], "47.5"),
        ("value", ["age_at_diagnosis.mean"], "44.3 years"),
        ("value", ["os.followed_beyond.5y.percent", 0], "44%"),
        ("range", ["age_at_diagnosis"], "5.0–71.0"),
        ("range", ["follow_up"], "0.24–39.14"),
        ("n_percent", ["sex.male"], "60 (42.3%)"),
        ("n_of", ["modality.surgery_radiotherapy"], "13 of 79"),
        ("p", ["response.by_local_treatment.chi_square.p_value"], "P = 0.012"),
        ("p", ["os.by_local_treatment.log_rank.p_value"], "P < 0.001"),
        ("month", ["reviewed.date_metastasis.first"], "July 1965"),
        ("value", ["setting.age_group.cut"], "60 years"),
        ("value", ["setting.conf_level"], "95%"),
        ("number", ["setting.alpha"], "0.05"),
    ],
)
def test_phrases_print_the_flagship(r: Phrases, method: str, arguments: list[object], printed: str) -> None:
    """Each phrase prints the paper's own numbers, in the form that a sentence needs."""
    assert str(getattr(r, method)(*arguments)).replace(NBSP, " ") == printed


def test_a_phrase_knows_its_records_and_escapes_itself(r: Phrases) -> None:
    """Provenance travels with the text, and the text cannot become markup."""
    phrase = r.n_percent("sex.male")
    assert phrase.ids == ("sex.male.count", "sex.male.percent")
    assert Phrase("*a* <b> @fig-1", ())._repr_markdown_() == r"\*a\* \<b\> \@fig\-1"


def test_the_letter_of_a_p_value_is_italic(r: Phrases) -> None:
    """Journals set P in italics; the number is not."""
    assert r.p("os.by_sex.log_rank.p_value")._repr_markdown_() == f"*P*{NBSP}={NBSP}0.783"


@pytest.mark.parametrize(
    ("condition", "printed"),
    [
        ("os.by_local_treatment.log_rank.p_value < alpha", "yes"),
        ("os.by_sex.log_rank.p_value < alpha", "no"),
        ("os.by_sex.log_rank.p_value < alpha or os.rate.5y > 50", "yes"),
        ("os.by_local_treatment.in_age_group.elderly.yes.median > 100000", "no"),
    ],
)
def test_words_follow_a_condition(r: Phrases, condition: str, printed: str) -> None:
    """Of two wordings the one prints that the results support."""
    assert str(r.either(condition, "yes", "no")) == printed


@pytest.mark.parametrize(
    ("method", "arguments", "error", "message"),
    [
        ("value", ["os.medain"], ResultsError, "did you mean 'os.median'"),
        ("n", ["os.median"], ReportError, "this is a time, not a count"),
        ("p", ["os.median"], ReportError, "this is a time, not a p_value"),
        ("ci", ["flow.analysed"], ReportError, "has no confidence interval"),
        ("n_of", ["flow.reviewed"], ResultsError, "no result"),
        ("either", ["os.medain > 3", "a", "b"], ResultsError, "did you mean 'os.median'"),
        ("either", ["os.median >", "a", "b"], LockstepError, "cannot be read"),
        ("either", ["os.median > 3", "a", " "], ReportError, "needs words for both cases"),
    ],
)
def test_a_slip_is_an_error_that_helps(
    r: Phrases, method: str, arguments: list[str], error: type[Exception], message: str
) -> None:
    """A misspelt id, a wrong method and an empty wording are each refused with what was meant."""
    with pytest.raises(error, match=message):
        getattr(r, method)(*arguments)


def test_an_id_of_a_renamed_exposure_is_answered_with_the_same_result_of_another(r: Phrases) -> None:
    """The hint has the same endpoint and statistic, also where the name of a category's level looks nearer."""
    for record_id in ("os.by_treatment_group.superficial.median", "os.by_arm.cox.female.hazard_ratio"):
        with pytest.raises(ResultsError) as error:
            r.value(record_id)
        first = str(error.value).split("did you mean '")[1].split("'")[0]
        assert first.startswith("os.by_")
        assert first.rpartition(".")[2] == record_id.rpartition(".")[2]


def made(kind: str, **fields: Any) -> Phrases:
    """Return phrases over one result, ``x``, of a kind."""
    said = {"key": Key("x"), "kind": kind, "label": "x", "population": "all", "n": 90, "method": "m"} | fields
    return Phrases(Results(source=None, records=(Record(**said),)), Style())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "name"), [("hazard_ratio", "HR"), ("odds_ratio", "OR"), ("risk_ratio", "RR"), ("ratio", "ratio")]
)
def test_a_ratio_says_which_one_it_is(kind: str, name: str) -> None:
    """The name is that of the result's kind, so that an odds ratio is not called a hazard ratio."""
    r = made(kind, value=0.34, conf_low=0.2, conf_high=0.58, conf_level=0.95)
    assert str(r.ratio("x")).replace(NBSP, " ") == f"{name} 0.34 (95% CI 0.20–0.58)"
    assert str(r.ratio("x", nested=True)).replace(NBSP, " ") == f"{name} 0.34, 95% CI 0.20–0.58"


def test_a_ratio_that_cannot_be_estimated_says_so() -> None:
    """There is no number and no interval then."""
    r = made("odds_ratio", value=None, conf_level=0.95, reason="no events in a group")
    assert str(r.ratio("x")).replace(NBSP, " ") == "OR not estimable"


def test_a_difference_has_its_unit_and_sign() -> None:
    """A negative one has the minus of the style, and one percentage point is one."""
    r = made("difference", value=-3.14, conf_low=-5.0, conf_high=-1.2, conf_level=0.95, unit="cm", no_effect=0.0)
    assert str(r.difference("x")).replace(NBSP, " ") == "−3.1 cm (95% CI −5.0 to −1.2)"
    assert str(r.difference("x", nested=True)).replace(NBSP, " ") == "−3.1 cm, 95% CI −5.0 to −1.2"
    r = made("difference", value=1.0, unit="%")
    assert str(r.difference("x", 0)).replace(NBSP, " ") == "1 percentage point"


def test_a_difference_of_a_number_in_percent_has_the_decimals_of_that_number() -> None:
    """HbA1c is in percent and is no percentage of patients: −0.35 beside a mean of −0.90 is not −0.3."""
    r = made("difference", value=-0.349, conf_low=-0.489, conf_high=-0.21, conf_level=0.95, unit="%", decimals=2)
    assert str(r.difference("x")).replace(NBSP, " ") == "−0.35 percentage points (95% CI −0.49 to −0.21)"
    r = made("difference", value=-4.94, conf_low=-12.04, conf_high=2.16, conf_level=0.95, unit="%", no_effect=0.0)
    assert str(r.difference("x")).replace(NBSP, " ") == "−4.9 percentage points (95% CI −12.0 to 2.2)"


def test_a_difference_is_no_ratio() -> None:
    """What a method prints is what its name says; the message has the kinds that it takes."""
    with pytest.raises(
        ReportError, match="this is a difference, not a hazard_ratio or subdistribution_hazard_ratio or"
    ):
        made("difference", value=1.0).ratio("x")
