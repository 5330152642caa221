"""The plan of a new study: every column with its name and what it is taken for, the outcome, groups and covariates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..base.errors import DataError, row_list
from ..base.wording import hint, in_series, listing, shown
from ..data_checks.row_checks import FOOT, is_a_total
from ..readers.table import ColumnDescription, TextTable
from ..syntax.names import slug
from ..text.sentence_case import lower_first
from ..variables.data_file import ROW_ID, DataFile
from . import words
from .groups import Groups, choose_groups
from .guesses import guess_column
from .later import names_a_response, why_later
from .more_times import entry_questions, second_outcome, with_competing_death
from .names import new_name
from .observed import Guess, Observed, PlannedColumn
from .outcome import OutcomeGuess, choose_outcome
from .unseen import only_seen, unseen_in
from .wishes import Wishes

MOST_ROWS: Final = 60  # of the table of characteristics; more variables are listed in a comment
APART: Final = ("part of the endpoint", "a date")  # reasons of columns that no table of characteristics could have
_MOST_UNIVARIABLE: Final = 12
_MOST_GROUPS: Final = 6  # levels of a category that is compared
_MOST_CROSSTABS: Final = 6
_EVENTS_A_TERM: Final = 10
_RARELY_MISSING: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """What a new study says of its data.

    Attributes
    ----------
    id, id_note : the column of ids, and why it is that one.
    missing : texts that mean a missing value in all columns.
    data : how the data file is read.
    endpoints, groups : what is analysed, where it is known: one endpoint or two.
    characteristics : the variables of the table of characteristics.
    not_characteristics : the other columns but the groups, each with the reason.
    univariable, adjust_for : the categories compared one by one, and the covariates of the multivariable model.
    questions : what could not be found out, each with what to type.
    """

    title: str
    data: DataFile
    header_note: str
    id: str
    id_note: str
    missing: tuple[str, ...]
    columns: tuple[PlannedColumn, ...]
    endpoints: tuple[OutcomeGuess, ...]
    groups: Groups | None
    characteristics: tuple[str, ...]
    not_characteristics: Mapping[str, str]
    univariable: tuple[str, ...]
    adjust_for: tuple[str, ...]
    adjust_note: str
    crosstabs: tuple[tuple[str, str], ...]
    n_patients: int
    questions: tuple[str, ...]

    @property
    def outcome(self) -> OutcomeGuess | None:
        """The first endpoint."""
        return self.endpoints[0] if self.endpoints else None

    @property
    def keep(self) -> str:
        """The condition by which patients without follow-up or outcome are left out; "" where all have them."""
        parts = [part for item in self.endpoints for part in item.keep.split(" and ") if part]
        return " and ".join(dict.fromkeys(parts))

    def column(self, name: str) -> PlannedColumn:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)


def plan_study(table: TextTable, wishes: Wishes, data: DataFile) -> StudyPlan:
    """Plan a study of the patients in a table.

    Parameters
    ----------
    wishes : what the user has said of the outcome, the groups and the ids.
    data : how study.toml names the data file, its sheet and REDCap's data dictionary, and how they are read.

    Raises
    ------
    DataError
        If a column or condition that the user names is none of the file.
    """
    id_column, id_note, id_question = _ids(table, wishes)
    columns = tuple(_with_formats(tuple(_columns(table, id_column))))
    outcome, outcome_questions = choose_outcome(columns, wishes)
    endpoints, more_questions = _endpoints(columns, outcome, wishes)
    apart = [name for item in endpoints for name in item.columns]
    groups, group_questions = choose_groups(columns, apart, wishes)
    rows = [column for column in columns if column.used and not (groups and column.name == groups.name)]
    later = dict(_not_described(rows, apart))
    described = [column for column in rows if column.name not in later]
    univariable = tuple(_univariable(described)) if outcome else ()
    adjust_for, adjust_note = _adjustment(columns, endpoints, groups)
    questions = (
        *id_question,
        *_totals(table, id_column),
        *outcome_questions,
        *more_questions,
        *entry_questions(columns, endpoints[0] if endpoints else None),
        *group_questions,
        *(question for column in columns for question in column.guess.questions),
        *(
            f"the format of {shown(column.header)}: {listing(column.guess.formats)}"
            for column in columns
            if column.guess.formats
        ),
    )
    return StudyPlan(
        title=only_seen(wishes.title) or _title(endpoints, groups),
        data=data,
        header_note="" if wishes.header_row else "guess: the first row that has a name for most columns",
        id=id_column,
        id_note=id_note,
        missing=tuple(_missing(table)),
        columns=columns,
        endpoints=endpoints,
        groups=groups,
        characteristics=tuple(column.name for column in described),
        not_characteristics=later,
        univariable=univariable,
        adjust_for=adjust_for,
        adjust_note=adjust_note,
        crosstabs=tuple(_crosstabs(described, outcome, groups)),
        n_patients=len(table.rows),
        questions=questions,
    )


def _endpoints(
    columns: Sequence[PlannedColumn], first: OutcomeGuess | None, wishes: Wishes
) -> tuple[tuple[OutcomeGuess, ...], tuple[str, ...]]:
    """Return the first endpoint and, where there is one, a second, with what competes; and what to ask."""
    if first is None:
        return (), ()
    second, questions = second_outcome(columns, first, wishes.second)
    return (first,) if second is None else with_competing_death(first, second), questions


def _missing(table: TextTable) -> Iterator[str]:
    met: set[str] = set()
    for column in table.columns.values():
        met |= words.MISSING_ANYWHERE.intersection(column.texts)
    yield from ["NA", *sorted(met - {"NA"})]


def _ids(table: TextTable, wishes: Wishes) -> tuple[str, str, tuple[str, ...]]:
    """Return the column of the patients' ids, why it is that one, and what to ask."""
    named = [name for name in table.header if name and not unseen_in([name])]
    if wishes.id:
        if wishes.id not in table.header and wishes.id != ROW_ID and not re.fullmatch("column [0-9]+", wishes.id):
            raise DataError(
                f"--id: there is no column {shown(wishes.id)}; the file has {listing(named, word='and', most=30)}"
                f"{hint(wishes.id, named) or '.'}"
            )
        return wishes.id, "", ()
    likely = [name for name in named if words.names_an_id(name) and Counter(named)[name] == 1]
    whole = [name for name in likely if _is_unique(table, name)]
    if whole:
        return whole[0], f"guess: its name, and {len(table.rows)} different values", ()
    marked = [name for name, said in table.descriptions.items() if said.identifier and _is_unique(table, name)]
    if marked:
        return marked[0], "the file marks it as an identifier", ()
    if table.header and not table.header[0] and _is_unique(table, "column 1"):
        return "column 1", "guess: the first column, which has no name, and as many values as rows", ()
    if named and named[0] == table.header[0] and _is_unique(table, named[0]) and _may_be_ids(table, named[0]):
        return named[0], "guess: the first column, whose values are all different", ()
    repeated = [name for name in likely if words.plain(name) not in {"code", "key", "no", "nr", "num", "number"}]
    if repeated:
        question = (
            f"the column {shown(repeated[0])} is called as ids are, but has repeated or blank ones. If a patient has "
            "several rows, make one of them first; if it is no id, name another column: --id COLUMN, or --id row to "
            "count the rows"
        )
        return repeated[0], "guess: its name, although ids are repeated or blank", (question,)
    return ROW_ID, "the file has no column of ids: its rows are counted", ()


def _is_unique(table: TextTable, name: str) -> bool:
    column = table.columns.get(name)
    return column is not None and len(column.texts) == len(table.rows) and not set(column.texts) & {"", "NA"}


def _may_be_ids(table: TextTable, name: str) -> bool:
    """Return whether values that are all different may be ids: texts, or whole numbers that increase."""
    texts = table.columns[name].texts
    if words.names_a_later_time(name) or words.adjustment_rank(name) is not None:
        return False
    if not all(text.isdigit() for text in texts):
        return not all(re.fullmatch(r"[+-]?[0-9]*[.,]?[0-9]+", text) for text in texts)
    numbers = [int(text) for text in texts]
    return numbers == sorted(numbers)


def _totals(table: TextTable, id_column: str) -> Iterator[str]:
    """Yield what to do where the last rows sum up those of patients."""
    first = table.header[0] if id_column == ROW_ID else id_column
    column = table.columns.get(first)
    if column is None or len(table.rows) <= 2 * FOOT:
        return
    foot = zip(table.rows[-FOOT:], column.codes[-FOOT:], strict=True)
    rows = [int(row) for row, code in foot if is_a_total(column.texts[code])]
    if rows:
        yield f"a patient in {row_list(rows)}, by its name a line of totals: remove it from the data file"


def _columns(table: TextTable, id_column: str) -> Iterator[PlannedColumn]:
    taken: set[str] = set()
    often = Counter(table.header)
    for place, header in enumerate(table.header, start=1):
        if header == id_column or (not header and id_column == f"column {place}"):
            continue
        if not header or often[header] > 1:
            why = "it has no name" if not header else "another column has the same name; rename one of them"
            guess, observed = Guess(kind=None, label="", why_left_out=why), None
        else:
            observed = Observed(
                file=table.file,
                header=header,
                cells=table.columns[header],
                rows=table.rows,
                description=table.descriptions.get(header, ColumnDescription()),
                typed=table.typed,
                separator=table.separator,
            )
            guess = guess_column(observed)
        name = new_name(header, taken, fallback=f"column_{place}")
        taken.add(slug(name))
        yield PlannedColumn(name=name, header=header, place=place, guess=guess, observed=observed)


def _with_formats(columns: Sequence[PlannedColumn]) -> Iterator[PlannedColumn]:
    """Yield the columns, dates whose format is open in the one that other dates of the file have."""
    known = {column.guess.format: column for column in columns if column.guess.kind == "date" and column.guess.format}
    for column in columns:
        fit = [form for form in column.guess.formats if form in known]
        if len(fit) != 1:
            yield column
            continue
        note = f"guess: the format is that of {shown(known[fit[0]].header)}; others fit too"
        yield replace(
            column, guess=replace(column.guess, kind="date", format=fit[0], formats=(), why_left_out="", notes=(note,))
        )


def _not_described(columns: Sequence[PlannedColumn], apart: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns that are no characteristic of patients at the begin of follow-up, each with the reason."""
    for column in columns:
        if column.name in apart:
            yield column.name, APART[0]
        elif column.guess.kind == "date":
            yield column.name, APART[1]
        elif reason := why_later(column):
            yield column.name, reason


def _univariable(described: Sequence[PlannedColumn]) -> Iterator[str]:
    """Yield the categories, known at the begin of follow-up by their names, whose groups are compared."""
    few = [c for c in described if c.guess.kind == "category" and 2 <= len(c.guess.levels) <= _MOST_GROUPS]
    for column in [c for c in few if not names_a_response(c.header)][:_MOST_UNIVARIABLE]:
        yield column.name


def _crosstabs(
    described: Sequence[PlannedColumn], outcome: OutcomeGuess | None, groups: Groups | None
) -> Iterator[tuple[str, str]]:
    """Yield the pairs of categories whose association is tested, where no time to an event is analysed."""
    if groups is None or outcome is not None:
        return
    for column in [column for column in described if column.guess.kind == "category"][:_MOST_CROSSTABS]:
        yield column.name, groups.name


def _adjustment(
    columns: Sequence[PlannedColumn], endpoints: Sequence[OutcomeGuess], groups: Groups | None
) -> tuple[tuple[str, ...], str]:
    """Return the covariates of the multivariable model: by their names alone, as far as the events allow."""
    if not endpoints or groups is None:
        return (), ""
    ranks: dict[int, PlannedColumn] = {}
    apart = {groups.name, *(name for item in endpoints for name in item.columns)}
    n_events = min(item.n_events for item in endpoints)
    for column in columns:
        rank = words.adjustment_rank(column.header, column.guess.label)
        if rank is not None and column.used and column.guess.kind != "date" and column.name not in apart:
            known = _n_known(column)
            if known >= (1 - _RARELY_MISSING) * len(column.observed.rows if column.observed else ()):
                ranks.setdefault(rank, column)
    left = n_events // _EVENTS_A_TERM - (len(groups.levels) - 1)
    chosen: list[str] = []
    for _, column in sorted(ranks.items()):
        terms = len(column.guess.levels) - 1 if column.guess.kind == "category" else 1
        if 0 < terms <= left:
            left -= terms
            chosen.append(column.name)
    if not ranks:
        return (), "no column is called as age, sex, stage, grade or performance status"
    if not chosen:
        return (), f"{n_events} events are too few for {_EVENTS_A_TERM} events per term of the model"
    return tuple(chosen), f"guess: by their names, with at least {_EVENTS_A_TERM} events for each term of the model"


def _n_known(column: PlannedColumn) -> int:
    gone = column.guess.missing
    return sum(count for text, count in column.observed.counts.items() if text not in gone) if column.observed else 0


def _title(endpoints: Sequence[OutcomeGuess], groups: Groups | None) -> str:
    by = f" by {lower_first(groups.label)}" if groups else ""
    first, *others = [item.label for item in endpoints] or ["Characteristics of patients"]
    return f"{in_series([first, *map(lower_first, others)])}{by}: a cohort study"
