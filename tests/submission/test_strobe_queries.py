"""Item 8 of the STROBE checklist says how many queries about the data are open, where the manuscript does."""

from __future__ import annotations

from lockstep.results.model import Results
from lockstep.results.released import NOT_PRINTED, Form, Released
from lockstep.study.model import Study
from lockstep.submission.strobe_facts import facts_for
from lockstep.text.style import Style


def test_open_queries_are_a_fact_of_data_sources(study: Study, results: Results) -> None:
    """The number is that of the results; of a manuscript that does not print it the checklist says nothing."""
    texts = [(fact.text, fact.ids) for fact in facts_for("8", study, results, Style())]
    assert texts == [("Open data queries: 1.", ("data.queries",))]
    record = results["data.queries"]
    for text, facts in (("1", 1), (NOT_PRINTED, 0)):
        released = Released(source=results.source, records=(record,), forms={record.id: Form(text=text)})
        assert len(facts_for("8", study, released, Style())) == facts
    assert facts_for("8", study, Released(source=results.source, records=()), Style()) == ()
