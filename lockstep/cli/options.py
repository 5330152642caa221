"""What the command line is made of: verbs, whose code is loaded when they run, options, sections of the help."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Final

import click

from ..base.errors import LockstepError, system_message
from ..base.interrupts import INTERRUPTED
from ..base.invocation import by_make, called, take_options_of_make
from ..base.wording import in_series

USAGE: Final = 2
"""The exit code of a command that cannot be understood."""

_OF_EVERY_VERB: Final = frozenset({"STUDY", "RENDERER"})
"""Options of make that a verb may leave aside: set for good, they are for the verbs that take them."""
_OF_MACHINES: Final = frozenset(
    {"NAME", "FOLDER", "TIME", "EVENT", "BY", "ID", "UNIT", "TITLE", "LINK", "SHEET", "HEADER_ROW"}
)
"""Options of make whose names some systems set (NAME is the computer's under WSL): for make's command line only."""

_LOOK: Final = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class _MakeName(click.Parameter):
    """An option or argument that make knows too; an error calls it as the user did."""

    make: str = ""

    def get_error_hint(self, ctx: click.Context | None) -> str:
        return f"'{self.make}'" if self.make and by_make() else super().get_error_hint(ctx)


class Option(_MakeName, click.Option):
    """An option; with ``make``, one that a Makefile hands on under that name; with ``bare``, what a lone word means."""

    def __init__(self, *names: str, make: str = "", bare: bool = False, **settings: Any) -> None:
        """Declare it; the settings are click's."""
        super().__init__(names, **settings)
        self.make, self.bare = make, bare

    def said_by_make(self, text: str) -> list[str]:
        """Return the words of the command line for what make's user said; a flag is off by 0, and else on."""
        if not self.is_flag:
            return [f"{self.opts[0]}={text}"]
        return [self.opts[0]] if (text == "0") == self.opts[0].startswith("--no-") else []


class Argument(_MakeName, click.Argument):
    """What a verb takes without the name of an option; `asks` is the sentence where it is missing."""

    def __init__(self, name: str, *, make: str = "", asks: str = "", example: str = "", **settings: Any) -> None:
        """Declare it; the settings are click's."""
        super().__init__([name], required=bool(asks), metavar=name.upper() if asks else f"[{name.upper()}]", **settings)
        self.make, self.asks, self.example = make, asks, example

    def said_by_make(self, text: str) -> list[str]:
        """Return the words of the command line for what make's user said."""
        return ["--", text]


class Verb(click.Command):
    """A verb of the program.

    Parameters
    ----------
    code : the function that runs, `module.function` in this folder; it takes the options and returns the exit code.
    after_error : printed after an error: what became of the files.
    error_code : the exit code of an error.
    """

    def __init__(
        self,
        name: str,
        summary: str,
        *params: click.Parameter,
        code: str,
        more: str = "",
        after_error: str = "",
        error_code: int = 1,
        hidden: bool = False,
    ) -> None:
        """Declare it: what it does in a line, its options and arguments, and what else its help says."""
        super().__init__(
            name,
            params=list(params),
            help=f"{summary[0].upper()}{summary[1:]}.{f'{2 * chr(10)}{more}' if more else ''}",
            short_help=summary,
            hidden=hidden,
            context_settings=_LOOK,
        )
        self.code, self._after_error, self._error_code = code, after_error, error_code

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the command line, and once what the user of make has said."""
        if take_options_of_make():
            self._refuse_options_of_others(ctx)
            args = [*args, *self._said_by_make()]
        return super().parse_args(ctx, args)

    def _refuse_options_of_others(self, ctx: click.Context) -> None:
        """Refuse what the user of make has said and this verb does not take: it would be as if it were not said."""
        program = ctx.parent.command if ctx.parent else None
        verbs = [verb for verb in program.commands.values() if not verb.hidden] if isinstance(program, Program) else []
        own = {param.make for param in _known_to_make(self)} | _OF_EVERY_VERB
        takers: dict[str, list[str]] = {}
        for verb in verbs:
            for param in _known_to_make(verb):
                text = "" if param.make in own else _given_to_make(param.make)
                if text and param.said_by_make(text):
                    takers.setdefault(param.make, []).append(called(str(verb.name)))
        if takers:
            name, others = next(iter(takers.items()))
            raise click.UsageError(
                f"{called(str(self.name))} takes no {name}; it is an option of {in_series(others)}.", ctx
            )

    def _said_by_make(self) -> Iterator[str]:
        # After "--" there is no option.
        for param in sorted(_known_to_make(self), key=lambda param: isinstance(param, Argument)):
            if text := os.environ.get(param.make):
                yield from param.said_by_make(text)

    def invoke(self, ctx: click.Context) -> int:
        """Run the verb; an error that its user can meet is reported in one message, without a traceback."""
        module, function = self.code.split(".")
        try:
            return int(getattr(import_module(f".{module}", __package__), function)(**ctx.params))
        except (LockstepError, OSError) as error:
            message = error if isinstance(error, LockstepError) else system_message(error)
            sys.stderr.write(f"{message}\n{self._afterwards(error)}")
            return self._error_code
        except KeyboardInterrupt as error:
            sys.stderr.write(f"Interrupted. {self._afterwards(error)}".rstrip() + "\n")
            return INTERRUPTED

    def _afterwards(self, error: BaseException) -> str:
        said = getattr(error, "__notes__", [])
        return "".join(f"{line}\n" for line in (*said, self._after_error) if line)


def _known_to_make(verb: click.Command) -> list[Option | Argument]:
    return [param for param in verb.params if isinstance(param, (Option, Argument)) and param.make]


def _given_to_make(name: str) -> str:
    """Return what the user of make has said, empty where that is nothing."""
    if name in _OF_MACHINES and f" {name}=" not in f" {os.environ.get('MAKEFLAGS', '')}":
        return ""
    return os.environ.get(name, "")


class Program(click.Group):
    """The program: its verbs in sections, as its help lists them."""

    def __init__(
        self, name: str, *, sections: dict[str, Sequence[Verb]], examples: Sequence[tuple[str, str]], **settings: Any
    ) -> None:
        """Declare it; examples are commands, each with what it is for."""
        verbs: dict[str, click.Command] = {str(verb.name): verb for section in sections.values() for verb in section}
        super().__init__(name, commands=verbs, context_settings=_LOOK, **settings)
        self._sections, self._examples = sections, examples

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        """Write the verbs, a section each, and what one begins with."""
        for title, verbs in self._sections.items():
            if rows := [(f"{verb.name:7}", verb.get_short_help_str(limit=90)) for verb in verbs if not verb.hidden]:
                with formatter.section(title):
                    formatter.write_dl(rows)
        with formatter.section("Examples"):
            formatter.write_dl(self._examples)


def complain(error: click.UsageError, words: Sequence[str]) -> int:
    """Say what of a command, of these words, cannot be understood; return the exit code."""
    missing = error.param if isinstance(error, click.MissingParameter) else None
    if isinstance(missing, Argument) and error.ctx is not None:
        example = called(str(error.ctx.command.name), **{str(missing.name): missing.example})
        known = ", ".join(str(item.value) for item in missing.shell_complete(error.ctx, ""))
        sys.stderr.write(f"{missing.asks}: {example}\n{f'Known here: {known}.{chr(10)}' if known else ''}")
    elif by_make():
        sys.stderr.write(f"{error.format_message()}\n")
    else:
        error.show()
        if meant := _meant(error, words):
            sys.stderr.write(f"Did you mean {meant}?\n")
    return USAGE


def _meant(error: click.UsageError, words: Sequence[str]) -> str:
    """Return the call that was meant where a name is given to an option that it needs none of, or lacks its own."""
    verb = error.ctx.command if error.ctx is not None else None
    if not isinstance(verb, Verb):
        return ""
    for param in verb.params:
        name = str(param.name)
        if isinstance(param, Argument) and isinstance(error, click.NoSuchOption) and error.option_name == f"--{name}":
            split = [part for word in words for part in word.split("=", 1)]
            said = split[split.index(error.option_name) + 1 :]
            return called(str(verb.name), **{name: next(iter(said), param.example)})
        if isinstance(param, Option) and param.bare and len(words) == 2 and not words[1].startswith("-"):
            return called(str(verb.name), **{name: words[1]})
    return ""
