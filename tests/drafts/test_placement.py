"""Tables and figures move to the end of the source, in their order, and every other line stays where it was."""

from __future__ import annotations

import textwrap
from datetime import date

import pytest

from lockstep.drafts.placement import Placement, find_floats, placement_of, rearranged
from lockstep.journals.file import Journal, JournalRule
from lockstep.qmd.front_matter import with_front_matter

TEXT = textwrap.dedent(
    """\
    ---
    title: T
    ---

    # Results

    See @fig-a, @tbl-b and @fig-c.

    ::: {#fig-a}

    ```{python}
    print("::: {#tbl-no}")
    # no heading
    ```

    ::: {.inner}
    part
    :::

    Caption of a.
    :::

    ::: {.content-visible when-format="docx"}
    ::: {#tbl-b}

    | x |
    |---|
    | 1 |

    Caption of b.
    :::
    :::

    Text between.

    ![Caption of c](c.png){#fig-c width=50%}

    # References

    ::: {#refs}
    :::
    """
)


def journal(**values: object) -> Journal:
    """Return a journal with these rules."""
    rules = {
        name: JournalRule(name, value, "q", "https://example.org", date(2026, 1, 1)) for name, value in values.items()
    }
    return Journal("generic", "Generic", rules)


def tail(text: str) -> str:
    """Return what stands after the references, without empty lines."""
    return "\n".join(line for line in text.split("::: {#refs}\n:::\n")[-1].split("\n") if line.strip())


def test_floats_move_behind_the_references_each_on_a_page_of_its_own() -> None:
    """Tables first, then figures; cells and divs within move with them, a condition around one as well."""
    assert tail(rearranged(TEXT, Placement())) == textwrap.dedent(
        """\
        {{< pagebreak >}}
        # Tables {.unnumbered}
        ::: {.content-visible when-format="docx"}
        ::: {#tbl-b}
        | x |
        |---|
        | 1 |
        Caption of b.
        :::
        :::
        {{< pagebreak >}}
        # Figures {.unnumbered}
        ::: {#fig-a}
        ```{python}
        print("::: {#tbl-no}")
        # no heading
        ```
        ::: {.inner}
        part
        :::
        Caption of a.
        :::
        {{< pagebreak >}}
        ![Caption of c](c.png){#fig-c width=50%}"""
    )


def test_what_stays_keeps_its_line() -> None:
    """Messages that name a line of what stays name the line of report.qmd."""
    before, after = TEXT.split("\n"), rearranged(TEXT, Placement()).split("\n")
    for number, line in enumerate(before):
        assert after[number] in (line, "")
    assert after[before.index("Text between.")] == "Text between."
    assert "Caption of a." not in after[: len(before) - 1]


def test_legends_stand_together_where_pictures_are_files_of_their_own() -> None:
    """Figure legends come before the tables, without page breaks between them."""
    end = tail(rearranged(TEXT, Placement(pictures=False)))
    assert end.startswith("{{< pagebreak >}}\n# Figure legends {.unnumbered}\n::: {#fig-a}")
    assert end.index("#fig-c") < end.index("# Tables")
    assert end.count("{{< pagebreak >}}") == 2


def test_nothing_changes_where_all_stands_in_the_text() -> None:
    """Byte for byte."""
    assert rearranged(TEXT, Placement(tables_at_end=False, figures_at_end=False)) == TEXT


def test_only_one_kind_moves_where_the_journal_wants_that() -> None:
    """Figures at the end, tables in the text."""
    new = rearranged(TEXT, Placement(tables_at_end=False))
    assert new.index("#tbl-b") < new.index("# References") < new.index("#fig-a")
    assert "# Tables" not in new


def test_the_reference_list_comes_first_where_the_document_names_no_place_for_it() -> None:
    """Citeproc would put it at the very end, behind tables and figures."""
    text = TEXT.split("# References")[0]
    assert "\n::: {#refs}\n:::\n" in rearranged(text, Placement())
    assert "#refs" not in rearranged(text, Placement(), bibliography=False)


@pytest.mark.parametrize(
    ("condition", "moves"),
    [
        ('.content-visible when-profile="mine"', True),
        ('.content-visible unless-profile="mine"', False),
        ('.content-visible when-profile="other"', False),
        (".content-hidden when-profile=mine", False),
        ('.content-hidden unless-profile="mine"', True),
        ('.content-visible when-format="docx" when-profile="other"', False),
        ('.content-hidden when-format="docx" when-profile="mine"', True),
        ('.content-visible when-format="docx"', True),
    ],
)
@pytest.mark.parametrize("where", ["around", "own"])
def test_what_the_profile_hides_leaves_no_empty_page(condition: str, where: str, moves: bool) -> None:
    """A float that the journal's profile leaves out does not move, nor does a page break for it."""
    added = (
        f"::: {{{condition}}}\n::: {{#fig-d}}\nd\n:::\n:::"
        if where == "around"
        else f"::: {{#fig-d {condition}}}\nd\n:::"
    )
    text = TEXT.replace("\nText between.", f"\n{added}\n\nText between.")
    end = tail(rearranged(text, Placement(), profile="mine"))
    assert ("#fig-d" in end) == moves
    assert end.count("pagebreak") == (4 if moves else 3)
    assert end.count("::: {#fig") == (2 if moves else 1)
    if moves and where == "around":
        assert f"::: {{{condition}}}\n{{{{< pagebreak >}}}}\n::: {{#fig-d}}\nd\n:::\n:::" in end


def test_headings_of_the_end_are_of_the_document_s_highest_level() -> None:
    """A document whose highest headings are of level two gets no higher one, which would shift all others."""
    assert "\n## Tables {.unnumbered}\n" in rearranged(TEXT.replace("# Re", "## Re"), Placement())


@pytest.mark.parametrize(
    ("lines", "kind", "first", "last"),
    [
        (["| a |", "|---|", "| 1 |", "", ": Caption {#tbl-x}", "", "text"], "tbl", 0, 5),
        (["| a |", "|---|", ": Caption {#tbl-x}"], "tbl", 0, 3),
        (["Table: Caption {#tbl-x}", "", "| a |", "|---|", "", "text"], "tbl", 0, 4),
        (["```{python}", "#| label: fig-x", "#| fig-cap: c", "plot()", "```"], "fig", 0, 5),
        (["![A caption", "of two lines](a.png){#fig-x}"], "fig", 0, 2),
        (["```a``` b", "", "![c](a.png){#fig-x}"], "fig", 2, 3),
        ([":::: {#fig-x .wide}", "::: {.inner}", "a", ":::", "caption", "::::"], "fig", 0, 6),
    ],
)
def test_every_form_of_a_labelled_float_is_known(lines: list[str], kind: str, first: int, last: int) -> None:
    """Else the floats that are known would move past it, and numbers change."""
    (found,) = find_floats(lines)
    assert (found.kind, found.start, found.end) == (kind, first, last)


@pytest.mark.parametrize(
    "lines",
    [
        ["See ![](a.png) and @fig-x."],
        ["```", "::: {#fig-x}", "```"],
        ["::: {#notice}", "text", ":::"],
        ["~~~", "| a |", ": c {#tbl-x}", "~~~"],
        ["<!--", "::: {#fig-x}", "![](a.png)", "", "Old.", ":::", "-->"],
    ],
)
def test_what_only_looks_like_a_float_stays(lines: list[str]) -> None:
    """Images in a sentence, listings, comments and other divs are text."""
    assert find_floats(lines) == []


def test_rules_of_a_journal_say_where_floats_stand() -> None:
    """Without a rule they stand at the end, pictures with their legends."""
    assert placement_of(journal()) == Placement()
    assert placement_of(journal(tables_stand="in the text")) == Placement(tables_at_end=False)
    assert placement_of(journal(figures_stand="in the text")) == Placement(figures_at_end=False)
    apart = "in files of their own"
    assert placement_of(journal(figures_stand=apart)) == Placement(pictures=False)
    assert placement_of(journal(figures_stand=apart, legends_stand="in the text")) == Placement(
        figures_at_end=False, pictures=False
    )


def test_front_matter_is_changed_on_as_many_lines() -> None:
    """What YAML takes for a number, a date or no stays the text that it was."""
    text = "---\ntitle: 'no'\ndate: 2024-03-01\ndropped:\n  - 1\n  - 2\nversion: '1.10'\n---\n\nbody\n"
    new = with_front_matter(text, lambda front: {key: front[key] for key in front if key != "dropped"})
    assert new.split("\n")[9] == "body"
    assert new.startswith("---\ntitle: 'no'\ndate: '2024-03-01'\nversion: '1.10'\n\n")
    assert with_front_matter("no front matter", lambda front: front) == "no front matter"
