"""The one error that study.toml gives where it is wrong: the key, what stands there, what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_texts import BASE, refusal

from lockstep.base.errors import StudyError
from lockstep.study.definition import read_study

NAMES = "a name has letters (a-z), digits and _ only, begins with a letter, at most 60"
TOP_KEYS = (
    "'schema', 'title', 'data', 'time', 'columns', 'checks', 'eligibility', 'derived', 'populations', 'endpoints', "
    "'outcomes', 'analysis', 'imputation', 'weights', 'matching', 'comparisons', 'models', 'cutoff', 'tables' and "
    "'figures'"
)
RESERVED = (
    "'and', 'cutoff', 'data', 'flow', 'follow_up', 'in', 'missing', 'not', 'or', 'present', 'reviewed' and 'setting'"
)
LEVELS = '["f", "m"]'
COMPARED = "kind = 'characteristics'\nby = 'sex'\np_values = true\n"

EDITS = [
    # the file and its first keys
    ("schema = 1", "schema = 2", "[schema] is '2'; this program reads schema = 1"),
    ("schema = 1", "", "[schema] is missing; this program reads schema = 1"),
    ("[columns.age]", "[column.age]", f"[column] is not a known key; allowed: {TOP_KEYS}; did you mean 'columns'?"),
    ('file = "cohort.csv"', "", "[data.file] is missing; expected a text"),
    ('"cohort.csv"', '" "', "[data.file] is empty; expected a text"),
    ('id = "id"', "id = 7", "[data.id] is a number; expected a text; put it in quotes"),
    ('id = "id"', 'idd = "id"',
     "[data.idd] is not a known key; allowed: 'file', 'id', 'missing', 'encoding', 'decimal', 'header_row', 'sheet', "
     "'dictionary', 'rows', 'order', 'cutoff' and 'join'; did you mean 'id'?"),
    ('id = "id"', 'id = "id"\nmissing = "NA"', "[data.missing] is a text; expected a list"),
    ('id = "id"', 'id = "id"\nmissing = [9]', "[data.missing] holds a number; expected a text; put it in quotes"),
    # columns
    ('"number"', '"numeric"',
     "[columns.age.type] is 'numeric'; expected 'number', 'category' or 'date'; did you mean 'number'?"),
    ('"number"', '"number"\nlevels = ["1"]', "[columns.age.levels] is not a known key of a number; allowed: "
     "'type', 'label', 'header', 'from', 'take', 'where', 'optional', 'missing', 'unit', 'range', 'decimals', "
     "'identifier' and 'role'"),
    ('"number"', '"number"\nrange = [5, 1]', "[columns.age.range] is [5, 1]; expected numbers in increasing order"),
    ('"number"', '"number"\nrange = [5]',
     "[columns.age.range] expected two numbers, the lowest and the highest allowed, such as [0, 120]"),
    ('"number"', '"number"\nrange = [0, inf]', "[columns.age.range] is not a finite number"),
    ('"number"', '"number"\noptional = "no"', "[columns.age.optional] is a text; expected true or false"),
    ('"number"', '"number"\nlabel = 2010-01-01',
     "[columns.age.label] is a date or time; expected a text; put it in quotes"),
    ('"number"', '"number"\ndecimals = 0.5', "[columns.age.decimals] is 0.5; expected a whole number from 0 to 6"),
    ("[columns.age]", "[columns.age-1]", f"[columns.age-1] {NAMES}"),
    ("[columns.age]", '[columns."a\\nb"]', f'[columns."a\\nb"] {NAMES}'),
    ("[columns.age]", "[columns.Missing]", f"[columns.Missing] this name is reserved, as are {RESERVED}"),
    ("[columns.age]", "[columns.Sex]", "[columns.sex] this name is taken by [columns.Sex]; case makes no difference"),
    ("[columns.age]", "[columns.os]", "[endpoints.os] this name is taken by [columns.os]; case makes no difference"),
    # levels
    (LEVELS, "[]", '[columns.sex.levels] is empty; expected a table of texts, such as { no = "No", yes = "Yes" }'),
    (LEVELS, '["f", "f"]', "[columns.sex.levels] has 'f' twice"),
    (LEVELS, '["f", "F"]',
     "[columns.sex.levels] has 'f' and 'F', which are both 'f' in result ids; rename it by `recode`"),
    (LEVELS, '["f", " m"]', "[columns.sex.levels] has the level ' m'; values are read without outer spaces"),
    (LEVELS, '["f", "NA"]',
     "[columns.sex.levels] has the level 'NA', which means a missing value; see `missing` here and in [data]"),
    (LEVELS, '["f", "Missing"]',
     "[columns.sex.levels] has the level 'Missing'; add it to [data] missing, or rename it by `recode`"),
    (LEVELS, "{ f = 'F', m = 1 }", "[columns.sex.levels.m] is a number; expected a text; put it in quotes"),
    (LEVELS, "['f', 'm']\nrecode = { M = 'mm' }",
     "[columns.sex.recode] leads to 'mm'; expected a level: 'f' or 'm'; did you mean 'm'?"),
    (LEVELS, "['f', 'm']\nrecode = { f = 'm' }",
     "[columns.sex.recode] has 'f', which is a level itself; expected other texts found in the file"),
    # endpoints
    ('start = "start"', 'start = "begin"',
     "[endpoints.os.start] names 'begin', which is neither a column nor derived"),
    ('start = "start"', 'start = "age"', "[endpoints.os.start] names 'age', a number; expected a date"),
    ('start = "start"', 'time = "age"',
     "[endpoints.os] expected either `start` and `end` (dates) or `time` (a number)"),
    ('end = "stop"', "", "[endpoints.os.end] is missing; expected a text"),
    ('end = "stop"', "end = []",
     "[endpoints.os.end] is empty; expected a date column, or several of which the first present one counts"),
    ("sex == 'f'", "sex == 'w'", "[endpoints.os.event] \"sex == 'w'\": 'sex' has no level 'w'; it has 'f' and 'm'"),
    ("event = ", "axis = { ticks = [1, 2] }\nevent = ",
     "[endpoints.os.axis.ticks] expected at least two numbers that begin with 0, such as [0, 1, 2, 3]"),
    ("event = ", "axis = { unit = 'weeks', ticks = [0, 2] }\nevent = ",
     "[endpoints.os.axis.unit] is 'weeks'; expected 'days', 'months' or 'years'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), EDITS, ids=[new or f"no {old}" for old, new, _ in EDITS])
def test_a_faulty_key_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The message names the dotted key, what stands there, what is allowed, and the nearest known name."""
    assert old in BASE
    assert refusal(tmp_path, BASE.replace(old, new, 1)) == f"study.toml: {message}"


EITHER = "expected one of `when` (a condition for each level), `cut` and `at`, or `value` (the formula of a number)"
RELAPSE = "{ time = 'age', event = 'age > 1', label = 'relapse' }"
DEATH = "{ time = 'age', event = 'age > 2', label = 'death' }"
DATED = "{ date = 'stop', label = 'relapse' }"

EVENTS = 'expected two events or more, such as { date = "relapsed", label = "relapse" }'

ADDITIONS = [
    ("eligibility.r", "keep = \"age >= '18'\"\nreason = 'x'",
     "[eligibility.r.keep] \"age >= '18'\": 'age' is a number; compare it with a number, without quotes"),
    ("eligibility.r", "keep = true\nreason = 'x'",
     "[eligibility.r.keep] is true or false; expected a text; put it in quotes"),
    ("eligibility.r", "keep = 'age >= 18'", "[eligibility.r.reason] is missing; expected a text"),
    ("derived.g", "levels = ['a']", f"[derived.g] {EITHER}"),
    ("derived.g", "levels = ['a', 'b']\ncut = 'age'\nat = [1, 2]",
     "[derived.g.at] has 2 cut points for 2 levels; expected one less than levels"),
    ("derived.g", "levels = ['a', 'b', 'c']\ncut = 'age'\nat = [2, 2]",
     "[derived.g.at] is [2, 2]; expected numbers in increasing order"),
    ("derived.g", "levels = ['a', 'b']\ncut = 'sex'\nat = [1]",
     "[derived.g.cut] names 'sex', a category; expected a number"),
    ("derived.g", "levels = ['a']\nwhen.a = 'age > 1'\nat = [1]",
     "[derived.g.at] belongs to `cut`, the number that is cut there"),
    ("derived.g", "levels = ['a', 'b']\nwhen.a = 'age > 1'",
     "[derived.g.when.b] is missing; each level needs a condition: 'a' and 'b'"),
    ("derived.g", "levels = ['a']\nwhen.a = 'age > 1'\nwhen.b = 'age < 1'",
     "[derived.g.when.b] is not a known key of `when`, which has one for each level; allowed: 'a'"),
    ("derived.g", "levels = ['a']\nwhen.a = \"g == 'a'\"",
     "[derived.g.when.a] \"g == 'a'\": there is no variable 'g'"),
    ("derived.g", "levels = ['+', '-']\ncut = 'age'\nat = [1]",
     "[derived.g.levels] has '+' and '-', which are both '_' in result ids; rename it"),
    ("derived.g", "value = 'agee / 10'",
     "[derived.g.value] \"agee / 10\": there is no variable 'agee'; did you mean 'age'?"),
    ("derived.g", "value = 'age / g'", "[derived.g.value] \"age / g\": there is no variable 'g'"),
    ("derived.g", "value = 'age + sex'",
     "[derived.g.value] \"age + sex\": 'sex' is a category; a formula has it in conditions, as in "
     "if(sex == 'f', 1, 0)"),
    ("derived.g", "value = 3", "[derived.g.value] is a number; expected a text; put it in quotes"),
    ("derived.g", "value = 'age / 10'\ncut = 'age'",
     "[derived.g.cut] is not a known key of a derived number (it has a `value`); allowed: 'label', 'value', 'unit', "
     "'decimals', 'range' and 'optional'"),
    ("derived.g", "levels = ['a']\nunit = 'kg'",
     "[derived.g.unit] is not a known key of a derived category (a number has a `value`); allowed: 'label', 'levels', "
     "'when', 'cut', 'at', 'reason', 'among', 'optional' and 'known_at'"),
    ("derived.g", "value = 'age / 10'\nrange = [5]",
     "[derived.g.range] expected two numbers, the lowest and the highest allowed, such as [0, 120]"),
    ("derived.sex", "levels = ['a', 'b']\ncut = 'age'\nat = [1]",
     "[derived.sex] this name is taken by [columns.sex]; case makes no difference"),
    ("endpoints.e", f"first_of = [{RELAPSE}]", f"[endpoints.e.first_of] has one; {EVENTS}"),
    ("endpoints.e", "first_of = []", f"[endpoints.e.first_of] has none; {EVENTS}"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {DEATH}]\nevent = 'age > 1'",
     "[endpoints.e.event] does not go with `first_of`, whose events make it; leave it out"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {DEATH}]\nstart = 'start'",
     "[endpoints.e.start] does not go with `first_of` of events with `time`; `time` says how long those are followed "
     "who had none of them"),
    ("endpoints.e", f"first_of = [{DATED}, {{ date = 'start', label = 'x' }}]\ntime = 'age'",
     "[endpoints.e.time] does not go with `first_of` of events with `date`; `start` and `end` are the dates between "
     "which patients are followed"),
    ("endpoints.e", f"first_of = [{DATED}, {{ date = 'start', label = 'x' }}]\nstart = 'start'",
     "[endpoints.e.end] is missing; expected a text"),
    ("endpoints.e", f"first_of = [{DATED}, {DEATH}]",
     "[endpoints.e.first_of] has events with `time` and with `date`; expected the same of all"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {RELAPSE}]",
     "[endpoints.e.first_of] has the labels 'relapse' and 'relapse', which are both 'relapse' in result ids"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {{ label = 'x' }}]",
     "[endpoints.e.first_of.2] expected either `time` (a number) or `date` (a date column)"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {{ time = 'age', label = 'x' }}]",
     "[endpoints.e.first_of.2.event] is missing; expected a text"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {{ time = 'age', event = 'age > 1' }}]",
     "[endpoints.e.first_of.2.label] is missing; expected a text"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {{ time = 'start', event = 'age > 1', label = 'x' }}]",
     "[endpoints.e.first_of.2.time] names 'start', a date; expected a number"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {{ time = 'age', event = 'agee > 1', label = 'x' }}]",
     "[endpoints.e.first_of.2.event] \"agee > 1\": there is no variable 'agee'; did you mean 'age'?"),
    ("endpoints.e", f"first_of = [{RELAPSE}, {{ time = 'age', when = 'x' }}]",
     "[endpoints.e.first_of.2.when] is not a known key of an event of `first_of`; allowed: 'label', 'time', 'date' and "
     "'event'"),
    ("endpoints.e", "first_of = ['age']", "[endpoints.e.first_of] holds a text; expected a table"),
    ("time", "unit = 'weeks'", "[time.unit] is 'weeks'; expected 'days', 'months' or 'years'"),
    ("time", "unit = 'years'\nyear = 365", "[time.year] is not 1, but follow-up is in years"),
    ("time", "month = 400", "[time.month] is 400 and the year 365.25 days; expected 0 < month < year"),
    ("time", "landmarks = [3, 1]", "[time.landmarks] is [3, 1]; expected numbers in increasing order"),
    ("time", "landmarks = [0, 1]",
     "[time.landmarks] expected years greater than 0, in increasing order, such as [1, 3, 5]"),
    ("analysis", "alpha = 5", "[analysis.alpha] is 5; expected a number between 0 and 1, such as 0.05"),
    ("analysis", "exposure = 'age'",
     "[analysis.exposure] names 'age', a number; expected a category; cut it into groups under [derived]"),
    ("analysis", "exposure = 'amr'",
     "[analysis.exposure] names 'amr', which is neither a column nor derived; did you mean 'arm'?"),
    ("analysis", "adjust_for = ['age']",
     "[analysis.adjust_for] needs `exposure`, the variable whose effect is adjusted"),
    ("analysis", "exposure = 'sex'\nunivariate = ['arm', 'sex']",
     "[analysis.univariate] has 'sex', the exposure, which is in these analyses anyway"),
    ("analysis", "subgroup = 'sex'",
     "[analysis.subgroup] expected another variable than `exposure`, which is compared within it"),
    ("analysis", "univariate = ['arm', 'arm']", "[analysis.univariate] has 'arm' twice"),
    ("analysis", "exposure = 'sex'\nadjust_for = ['start']",
     "[analysis.adjust_for] names 'start', a date; expected a number or a category"),
    ("analysis", "crosstabs = [['sex']]",
     '[analysis.crosstabs] holds something else than pairs of names, such as [["response", "arm"]]'),
    ("analysis", "crosstabs = [['sex', 'sex']]", "[analysis.crosstabs] crosses 'sex' with itself"),
    ("analysis", "follow_up = 'pfs'", "[analysis.follow_up] names 'pfs'; the endpoints are: 'os'"),
    ("cutoff.c", "marker = 'sex'\noutcome = 'os'\ndirection = 'low'",
     "[cutoff.c.marker] names 'sex', a category; expected a number"),
    ("cutoff.c", "marker = 'os'\noutcome = 'os'\ndirection = 'lower'",
     "[cutoff.c.direction] is 'lower'; expected 'low' or 'high'; did you mean 'low'?"),
    ("tables.t", "template = '../secret'\nendpoints = ['os']",
     "[tables.t.template] expected the name of a file in templates/, without a folder"),
    ("tables.t", "template = 't'",
     "[tables.t] expected one of `rows` (variables), `endpoints` (whose models are shown) or `models` (side by side)"),
    ("tables.t", "template = 't'\nrows = []",
     '[tables.t.rows] is empty; expected rows such as { variable = "age", summary = "median_range" }'),
    ("tables.t", "template = 't'\nrows = [{ variable = 'sex', summary = 'n_percent' }, { variable = 'age' }]",
     "[tables.t.rows.2.summary] is missing; expected a text"),
    ("tables.t", "template = 't'\nrows = [{ variable = 'age', summary = 'n_percent' }]",
     "[tables.t.rows.1.summary] is 'n_percent', but 'age' is a number; "
     "expected 'median_range', 'median_iqr', 'mean_sd' or 'median_range_mean'"),
    ("tables.t", "template = 't'\nrows = [{ variable = 'sex', summary = 'mean_sd' }]",
     "[tables.t.rows.1.summary] is 'mean_sd', but 'sex' is a category; expected 'n_percent' or 'n'"),
    ("tables.t", "template = 't'\nrows = [{ variable = 'follow_up', summary = 'mean_sd' }]",
     "[tables.t.rows.1.variable] names 'follow_up', which is neither a column nor derived"),
    ("tables.t", "template = 't'\nby = 'sex'\nrows = [{ variable = 'sex', summary = 'n_percent' }]",
     "[tables.t.rows] has 'sex', by which the columns are split; leave it out"),
    ("tables.t", "template = 't'\nby = 'age'\nrows = [{ variable = 'arm', summary = 'n' }]",
     "[tables.t.by] names 'age', a number; expected a category; cut it into groups under [derived]"),
    ("tables.t", "template = 't'\np_values = true\nrows = [{ variable = 'arm', summary = 'n' }]",
     "[tables.t.p_values] belongs to 'characteristics'; add `kind = \"characteristics\"`"),
    ("tables.t", "kind = 'characteristics'\nsmd = true\nrows = [{ variable = 'arm', summary = 'n' }]",
     "[tables.t.smd] compares groups, and the table has none; expected `by`, the category that makes them"),
    ("columns.many", f"type = 'category'\nlevels = {[str(level) for level in range(51)]}\n[tables.t]\n"
     "kind = 'characteristics'\nby = 'many'\nsmd = true\nrows = [{ variable = 'arm', summary = 'n' }]",
     "[tables.t.smd] compares each pair of groups, and 'many' has 51 levels; expected at most 50"),
    ("tables.t", "kind = 'characteristics'\noverall = false\nrows = [{ variable = 'arm', summary = 'n' }]",
     "[tables.t.overall] leaves no column, and the table has none; expected `by`, the category that makes them"),
    ("tables.t", "kind = 'characteristics'\nmissing = 'row'\nrows = [{ variable = 'arm', summary = 'n' }]",
     "[tables.t.missing] is 'row'; expected 'rows', 'note' or 'none'; did you mean 'rows'?"),
    ("tables.t", "kind = 'characteristics'\nrows = [{ variable = 'age', summary = ['mean_sd', 'n'] }]",
     "[tables.t.rows.1.summary] is 'n', but 'age' is a number; "
     "expected 'median_range', 'median_iqr', 'mean_sd' or 'median_range_mean'"),
    ("tables.t", "kind = 'characteristics'\nrows = [{ variable = 'arm', summary = ['n', 'n_percent'] }]",
     "[tables.t.rows.1.summary] has 2 summaries of a category; expected 'n_percent' or 'n'"),
    ("tables.t", "kind = 'characteristics'\nrows = [{ variable = 'age', summary = [] }]",
     "[tables.t.rows.1.summary] has 0 summaries of a number; "
     "expected 'median_range', 'median_iqr', 'mean_sd' or 'median_range_mean'"),
    ("tables.t", "kind = 'characteristics'\nrows = [{ variable = 'age', summary = 'mean_sd', level = 'm' }]",
     "[tables.t.rows.1.level] belongs to a category, and 'age' is a number"),
    ("tables.t", "kind = 'characteristics'\nrows = [{ variable = 'sex', summary = 'n', level = 'male' }]",
     "[tables.t.rows.1.level] is 'male'; expected 'f' or 'm'"),
    ("tables.t", "kind = 'characteristics'\nrows = [{ variable = 'age', summary = 'mean_sd', test = 'welch' }]",
     "[tables.t.rows.1.test] is of the column of P values; add `p_values = true` to the table"),
    ("tables.t", f"{COMPARED}rows = [{{ variable = 'age', summary = 'mean_sd', test = 'fisher' }}]",
     "[tables.t.rows.1.test] is 'fisher', but 'age' is a number; "
     "expected 'student', 'welch', 'mann_whitney', 'anova', 'kruskal_wallis' or 'none'"),
    ("tables.t", f"{COMPARED}rows = [{{ variable = 'arm', summary = 'n', test = 'welch' }}]",
     "[tables.t.rows.1.test] is 'welch', but 'arm' is a category; expected 'chi_square', 'fisher' or 'none'"),
    ("tables.t", f"{COMPARED}rows = [{{ variable = 'age', summary = 'mean_sd' }}, "
     "{ variable = 'age', summary = 'median_iqr' }]",
     "[tables] row 2 of 't' compares 'age' between the groups of 'sex' by another test than row 1 of 't'; "
     "give both the same `test`, or one of them 'none'"),
    ("tables.t", "kind = 'characteristics'\nrows = [{ variable = 'age', summary = 'mean_sd', decimals = 9 }]",
     "[tables.t.rows.1.decimals] is 9; expected a whole number from 0 to 6"),
    ("tables.t", "template = 't'\nby = 'sex'\nendpoints = ['os']",
     "[tables.t.by] belongs to `rows`; a table of models has no columns by group"),
    ("figures.f", "endpoints = ['o']", "[figures.f.endpoints] names 'o'; the endpoints are: 'os'; did you mean 'os'?"),
    ("figures.f", "groups = 'sex'", "[figures.f.endpoints] expected a list of endpoints: 'os'"),
    ("figures.f", "endpoints = ['os']\nwithin = 'sex'",
     "[figures.f.within] expected another variable than `groups`, which is compared within it"),
    ("figures.f", "endpoints = ['os']\ngroups = 'sex'\nwithin = 'sex'",
     "[figures.f.within] expected another variable than `groups`, which is compared within it"),
    ("figures.f_", "endpoints = ['os']\ngroup = 'sex'",
     "[figures.f_.group] is not a known key of survival curves; allowed: 'kind', 'endpoints', 'groups', 'within', "
     "'population' and 'comparison'; did you mean 'groups'?"),
    ("figures.f", "kind = 'flow'\nendpoints = ['os']",
     "[figures.f.endpoints] is not a known key of a flow diagram; allowed: 'kind', 'by' and 'populations'"),
    ("figures.f", "kind = 'flow'\nby = 'age'",
     "[figures.f.by] names 'age', a number; expected a category; cut it into groups under [derived]"),
    ("figures.flow", "kind = 'flows'",
     "[figures.flow.kind] is 'flows'; expected 'survival', 'cumulative_incidence', 'flow', 'forest' or 'balance'; did "
     "you mean 'flow'?"),
    ("figures.f", "kind = 'forest'\nendpoints = ['os']",
     "[figures.f.endpoints] is not a known key of a forest plot; allowed: 'kind', 'models', 'terms', "
     "'comparison', 'groups', 'within', 'endpoint', 'outcome' and 'favours'; did you mean 'endpoint'?"),
    ("figures.f", "kind = 'forest'\nmodels = ['full']", "[figures.f.models] names 'full'; the models are: none"),
    ("figures.f", "kind = 'forest'\nmodels = ['m']\nwithin = ['arm']\n[models.m]\nterms = ['age']",
     "[figures.f.within] does not go with `models`; make a figure of each"),
    ("figures.f", "kind = 'forest'\nmodels = ['m']\nterms = ['ages']\n[models.m]\nterms = ['age', 'sex']",
     "[figures.f.terms] names 'ages'; the terms of the models are: 'age' and 'sex'; did you mean 'age'?"),
    ("figures.f", "kind = 'forest'\nmodels = ['m']\nterms = []\n[models.m]\nterms = ['age']",
     "[figures.f.terms] is empty; the terms of the models are: 'age'"),
    ("figures.f", "kind = 'forest'\nterms = ['age']",
     "[figures.f.terms] are those of `models`; name them, or leave this key out"),
    ("figures.f", "kind = 'forest'\nwithin = 'arm'", "[figures.f.within] is a text; expected a list"),
    ("figures.f", "kind = 'forest'\nwithin = ['arm', 'sex']",
     "[figures.f.within] has 'sex', whose levels are compared; leave it out"),
    ("figures.f", "kind = 'forest'\nwithin = ['age']",
     "[figures.f.within] names 'age', a number; expected a category; cut it into groups under [derived]"),
    ("figures.f", "kind = 'forest'\nendpoint = 'o'",
     "[figures.f.endpoint] names 'o'; the endpoints are: 'os'; did you mean 'os'?"),
    ("figures.f", "kind = 'forest'\n[endpoints.pfs]\ntime = 'age'\nevent = 'age > 1'",
     "[figures.f.endpoint] (or `outcome`) is needed; expected 'os' or 'pfs'"),
    ("figures.f",
     "kind = 'forest'\nmodels = ['a', 'b']\n[models.a]\nterms = ['age']\nendpoint = 'os'\n[models.b]\n"
     "terms = ['age']\nendpoint = 'pfs'\n[endpoints.pfs]\ntime = 'age'\nevent = 'age > 1'",
     "[figures.f.endpoint] (or `outcome`) is needed; expected one that all of the models are of, and there is none"),
    ("figures.f", "kind = 'forest'\nendpoint = 'os'\noutcome = 'o'\n[outcomes.o]\nvalue = 'age'",
     "[figures.f.outcome] does not go with `endpoint`; the figure is of one of them"),
    ("figures.f", "kind = 'forest'\ncomparison = 'c'\ngroups = 'arm'\n[comparisons.c]\ngroups = 'arm'",
     "[figures.f.comparison] has groups of its own; leave out `groups`"),
    ("figures.f", "kind = 'forest'\ncomparison = 'c'\nwithin = ['sex']\n[comparisons.c]\ngroups = 'arm'",
     "[figures.f.within] has 'sex'; the comparison is within: none"),
    ("figures.f",
     "kind = 'forest'\ncomparison = 'c'\noutcome = 'o'\n[comparisons.c]\ngroups = 'arm'\nendpoints = ['os']\n"
     "[outcomes.o]\nvalue = 'age'",
     "[figures.f.outcome] is 'o', which 'c' does not compare"),
    ("figures.f",
     "kind = 'forest'\nmodels = ['a']\nendpoint = 'os'\n[models.a]\nterms = ['age']\nendpoint = 'pfs'\n"
     "[endpoints.pfs]\ntime = 'age'\nevent = 'age > 1'",
     "[figures.f.endpoint] is 'os', of which not all `models` are"),
    ("figures.f", "kind = 'forest'\nfavours = ['Arm A']",
     "[figures.f.favours] expected two texts, of values below and above no effect, such as "
     '["Adjuvant better", "Observation better"]'),
    ("tables.t", "kind = 'model'\nendpoints = ['os']",
     "[tables.t.kind] is 'model'; expected 'characteristics', 'cross_table', 'models', 'regression', 'estimates', "
     "'sensitivity' or 'balance'; did you mean 'models'?"),
    ("tables.t", "kind = 'models'\nrows = []",
     "[tables.t.rows] is not a known key of a table of models; allowed: 'kind', 'template' and 'endpoints'"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "keys", "message"), ADDITIONS, ids=[f"{item[0]}: {item[1]}" for item in ADDITIONS])
def test_a_faulty_section_is_named(tmp_path: Path, section: str, keys: str, message: str) -> None:
    """Each reference to a variable, level or endpoint is checked when the study is read."""
    exposure = "[analysis]\nexposure = 'sex'\n" if section.startswith(("tables", "figures")) else ""
    assert refusal(tmp_path, f"{BASE}\n{exposure}[{section}]\n{keys}\n") == f"study.toml: {message}"


def test_a_forest_plot_needs_something_measured_and_groups(tmp_path: Path) -> None:
    """Of a study without endpoints, and of one without an exposure, the message says which is lacking."""
    nothing = BASE.split("[endpoints.os]")[0]
    figure = "[figures.f]\nkind = 'forest'\n"
    assert refusal(tmp_path, f"{nothing}{figure}groups = 'arm'\n") == (
        "study.toml: [figures.f.endpoint] (or `outcome`) is needed; expected one, and study.toml declares none"
    )
    assert refusal(tmp_path, f"{BASE}{figure}") == (
        "study.toml: [figures.f] expected `models`, `comparison` or `groups`; there is no `exposure` to compare"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"schema = 1\ntitle = Study\n",
         "not valid TOML: Invalid value (at line 2, column 9); a text is written in quotes"),
        (b'schema = 1\ntitle = "Study\n',
         "not valid TOML: Illegal character '\\n' (at line 2, column 15); a quote is missing"),
        (b"[data]\n[data]\n", "not valid TOML: Cannot declare ('data',) twice (at line 2, column 6)"),
        (b"schema = 1\ntitle = \"M\xfcller\"\n", "line 2 is not UTF-8; save the file as UTF-8"),
        (b"schema = 1" + b"0" * 5000, "a number in it is too long, or lists are nested too deeply"),
        (b"schema = " + b"[" * 5000, "a number in it is too long, or lists are nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_not_toml_is_refused_with_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    """A slip of the pen is shown where it stands."""
    (tmp_path / "study.toml").write_bytes(content)
    with pytest.raises(StudyError) as error:
        read_study(tmp_path)
    assert str(error.value) == f"study.toml: {message}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message says which file was looked for, and what it is."""
    with pytest.raises(StudyError) as error:
        read_study(tmp_path)
    expected = "No such file or directory; a study folder holds a study.toml"
    assert str(error.value) == f"{tmp_path / 'study.toml'}: {expected}"
