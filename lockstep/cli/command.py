"""The program ``lockstep``: every verb and option is declared here and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from .. import __version__
from ..base.resources import DOCUMENTATION
from .options import Argument, Option, Program, Verb, complain

_PATH: Final = click.Path(path_type=Path)
_DOCUMENTS_STAY: Final = "No document was written; any earlier report is untouched."


def _journals(context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Complete the name of a journal."""
    from ..journals.profiles import journals_for

    return [name for name in sorted(journals_for(context.params.get("study") or Path())) if name.startswith(begun)]


def _show_version(context: click.Context, _parameter: click.Parameter, asked: bool) -> None:
    if asked:
        sys.stdout.write(f"lockstep {__version__}\n")
        context.exit()


# ---- options; `make` is the name under which a Makefile hands one on

_STUDY: Final = Option(
    "--study",
    make="STUDY",
    type=_PATH,
    default=Path(),
    metavar="FOLDER",
    help="Folder of the study. [default: this one]",
)
_RENDERER: Final = Option(
    "--renderer",
    make="RENDERER",
    type=click.Choice(["auto", "builtin", "quarto"]),
    envvar="RENDERER",
    default="auto",
    help="What renders the document; auto takes Quarto where it is installed. [default: $RENDERER, else auto]",
)
_DATA: Final = Option(
    "--data",
    make="DATA",
    type=_PATH,
    metavar="FILE",
    help="Try this data file: what is made goes to build/try/build, and the study stays as it is.",
)
_OUTPUT: Final = Option(
    "--output", type=_PATH, metavar="FOLDER", help="Folder for the documents. [default: build in the study's folder]"
)
_PROFILE: Final = Option(
    "--profile", multiple=True, metavar="NAME", help="A journal, or a profile of Quarto's; may be given several times."
)
_AGAIN: Final = Option("--force", is_flag=True, help="Also where nothing has changed.")
_SINCE: Final = Option(
    "--since",
    make="SINCE",
    bare=True,
    default="",
    metavar="LOCK",
    help="Name of the lock. [default: the newest]",
)
_IDS: Final = Option("--ids", is_flag=True, help="List the ids of new and changed patients.")
_WAIT: Final = Option("--wait", is_flag=True, hidden=True)  # load, then wait for "go" on standard input
_AUDIT: Final = Option("--audit", is_flag=True, hidden=True)  # the document will ask for it
_JOURNAL: Final = Argument(
    "journal", make="JOURNAL", asks="Name the journal", example="plos-one", shell_complete=_journals
)

# ---- verbs

_BEGIN: Final = (
    Verb(
        "new",
        "write the folder of a new study from a data file",
        Argument("folder", make="FOLDER", asks="Name the folder of the new study", example="study", type=_PATH),
        Option("--data", make="DATA", type=_PATH, metavar="FILE", required=True, help="The data file."),
        Option("--dictionary", make="DICTIONARY", type=_PATH, metavar="FILE", help="REDCap's data dictionary of it."),
        Option(
            "--time",
            make="TIME",
            multiple=True,
            metavar="COLUMN",
            help='Time to the event; or "START to END", dates. Twice, with two events, for two endpoints.',
        ),
        Option("--event", make="EVENT", multiple=True, metavar="CONDITION", help="As \"status == 'dead'\"."),
        Option("--by", make="BY", default="", metavar="COLUMN", help="The groups that are compared."),
        Option("--id", make="ID", default="", metavar="COLUMN", help="The patients' ids; `row` counts the rows."),
        Option(
            "--unit", make="UNIT", type=click.Choice(["days", "months", "years"]), default=None, help="Of the time."
        ),
        Option(
            "--header-row",
            make="HEADER_ROW",
            type=click.IntRange(1, 1000),
            metavar="N",
            help="The row with the names of the columns. [default: the first that may be]",
        ),
        Option("--sheet", make="SHEET", default="", metavar="NAME", help="The sheet of a workbook with the patients."),
        Option("--title", make="TITLE", default="", metavar="TEXT", help="Title of the manuscript."),
        Option("--link", make="LINK", is_flag=True, help="Leave the data file where it is, and name its whole path."),
        code="beginning.new",
        more="What is not said is recognised by names and values, or listed at the end. Nothing is ever overwritten.",
        after_error="Nothing was written.",
    ),
)

_DOCUMENTS: Final = (
    Verb(
        "report",
        "build report.pdf and report.docx where something changed",
        *(_STUDY, _DATA, _RENDERER, _OUTPUT, _PROFILE, _AGAIN, _WAIT),
        code="manuscript.report",
        after_error=_DOCUMENTS_STAY,
    ),
    Verb(
        "watch",
        "build the report again whenever a file is saved, until Ctrl-C",
        *(_STUDY, _RENDERER, _OUTPUT, _PROFILE),
        code="manuscript.watch",
    ),
    Verb(
        "html",
        "write report.html, where each printed result shows its source",
        _STUDY,
        code="manuscript.html",
        after_error="No page was written; any earlier one is untouched.",
    ),
    Verb(
        "results",
        "compute build/results.json alone",
        *(_STUDY, _DATA, _AGAIN, _WAIT, _AUDIT),
        code="analysis.results",
    ),
)
_CHECKS: Final = (
    Verb(
        "data",
        "list all faults and queries of the data: data.html, .csv",
        *(_STUDY, _DATA),
        Option("--values", make="VALUES", is_flag=True, help="With ids and values of patients, for your eyes alone."),
        code="manuscript.data",
        more="Exit code: 0 there is no error, 1 there is one.",
        after_error="No list was written; any earlier one is untouched.",
    ),
    Verb(
        "check",
        "check that claims hold and each number comes from a result",
        _STUDY,
        Option(
            "--journal",
            make="JOURNAL",
            bare=True,
            default="",
            metavar="JOURNAL",
            shell_complete=_journals,
            help="Hold the rules of this journal against a draft.",
        ),
        Option("--no-run", make="RUN", is_flag=True, help="Run no code of the document, and say what is not checked."),
        _RENDERER,
        code="manuscript.check",
        more="Exit code: 0 all holds, 1 something does not.",
    ),
    Verb(
        "trace",
        "list each printed number with its result; trace.json",
        _STUDY,
        Option(
            "--unprinted", make="UNPRINTED", is_flag=True, help="List the results that the document does not print."
        ),
        Option("--json", is_flag=True, help="Print the trace as JSON."),
        code="manuscript.trace",
    ),
    Verb(
        "audit",
        "compare published statements with the results: audit.html",
        Argument("file", type=_PATH),
        _STUDY,
        code="manuscript.audit",
        more="FILE has the statements, data/published.csv of the study where none is named. Exit code: 0 nothing is "
        "unexplained, 1 something is or a row is wrong, 2 there is no audit.",
    ),
)
_UPDATES: Final = (
    Verb(
        "lock",
        "freeze the report, with the results that it prints",
        Argument("name", make="NAME", asks="Name the lock", example="2026-11"),
        *(_STUDY, _RENDERER),
        code="manuscript.lock",
        more="NAME has letters, digits, '.', '_' and '-', such as 2026-11.",
        after_error="Nothing was locked.",
    ),
    Verb(
        "changes",
        "say what changed since a lock: changes.html, .docx, .json",
        *(_STUDY, _SINCE, _IDS),
        code="manuscript.changes",
    ),
    Verb(
        "redline",
        "write redline.docx: the report with its changes tracked",
        _STUDY,
        _SINCE,
        Option(
            "--author", make="AUTHOR", default="", help="Whose edits of the prose are. [default: the first author's]"
        ),
        _RENDERER,
        code="manuscript.redline",
        after_error="No redline was written; any earlier one is untouched.",
    ),
)
_JOURNALS: Final = (
    Verb(
        "draft",
        "make the folder to upload to a journal, and its archive",
        *(_JOURNAL, _STUDY, _RENDERER),
        Option("--force", make="FORCE", is_flag=True, help="Also where rules fail; the manifest says which."),
        code="manuscript.draft",
        more="JOURNAL is the name of a file in templates/journals, of the study or of the program, such as plos-one.",
        after_error="No draft was written; any earlier one is untouched.",
    ),
    Verb(
        "profile",
        "write the profile by which Quarto itself renders for one",
        *(_JOURNAL, _STUDY),
        code="manuscript.profile",
        more="For `quarto render --profile JOURNAL` by hand; the other verbs need no such file.",
    ),
)
_INTERNAL: Final = (  # what verbs start as processes of their own
    Verb(
        "examine",
        "put the data to all checks; write build/data-queries.csv, print JSON",
        _STUDY,
        Option("--values", is_flag=True, help="With ids and values of patients."),
        code="analysis.examine",
        hidden=True,
    ),
    Verb(
        "judge",
        "compare published statements with the results; write build/audit.json",
        *(Argument("file", type=_PATH), _STUDY),
        code="analysis.judge",
        error_code=2,
        hidden=True,
    ),
    Verb(
        "fingerprint",
        "digest the data file under the study's key, or compare it with digests",
        _STUDY,
        Option("--output", type=_PATH, help="Write the digests to this file; the key is made if need be."),
        Option("--since", type=_PATH, help="Print as JSON what changed since these digests."),
        _IDS,
        code="analysis.fingerprint",
        hidden=True,
    ),
    Verb("figures", "draw the figures of a draft", *(_JOURNAL, _STUDY, _WAIT), code="manuscript.figures", hidden=True),
)

COMMAND: Final = Program(
    "lockstep",
    sections={
        "A new study": _BEGIN,
        "Documents": _DOCUMENTS,
        "Checks": _CHECKS,
        "When the data change": _UPDATES,
        "Journals": _JOURNALS,
        "": _INTERNAL,
    },
    examples=(
        ("lockstep new study --data cohort.csv", "a first manuscript"),
        ("lockstep report", "in the folder of a study"),
        ("lockstep draft bmj", "all that a journal wants"),
        ("lockstep draft -h", "the options of a verb"),
    ),
    help="A clinical manuscript that moves in lockstep with the data.\n\nEvery number, table and figure of report.qmd "
    "comes from the data that study.toml names.",
    epilog=f"\b\nDocumentation: {DOCUMENTATION / 'README.md'}\n\n"
    'Completion of verbs and options: eval "$(_LOCKSTEP_COMPLETE=bash_source lockstep)", or zsh_source.',
    params=[
        Option(
            "--version",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="Show the version and exit.",
        )
    ],
)


def run_verb(arguments: Sequence[str] | None = None) -> int:
    """Run a verb; return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        with COMMAND.make_context("lockstep", words) as context:
            return int(COMMAND.invoke(context))
    except click.exceptions.Exit as end:  # of --help and --version
        return end.exit_code
    except click.UsageError as error:
        return complain(error, words)


def answer_shell() -> int:
    """Answer a shell that asks how a command goes on; its question is in the environment."""
    COMMAND.main(prog_name="lockstep")
    return 0
