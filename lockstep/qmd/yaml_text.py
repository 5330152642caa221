"""YAML as Quarto reads it: version 1.2, where `no` and `2024-03-01` are text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any, ClassVar, Final

import yaml

from ..base.characters import all_text, hidden_in, refusal
from ..base.errors import ReportError

_MOST_VALUES: Final = 100_000


class _CoreLoader(yaml.SafeLoader):
    """PyYAML knows YAML 1.1; only what YAML 1.2 calls null, boolean or number is resolved here, the rest stays text."""

    # A class variable in PyYAML as well; its type stubs say otherwise.
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}  # type: ignore[misc]


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), ["", *_first])


@lru_cache(maxsize=32)  # the front matter of a document is read by whoever needs a part of it
def _loaded(text: str) -> Any:
    return yaml.load(text, Loader=_CoreLoader)  # noqa: S506 (a SafeLoader)


def read_mapping(text: str, *, name: str, first_line: int = 1) -> dict[str, Any]:
    """Read YAML that must be a mapping; `name` and `first_line` locate it in error messages.

    Raises
    ------
    ReportError
        If it is not valid YAML, not a mapping, too deep or too large, or holds a hidden character; names the line.
    """
    try:
        value = deepcopy(_loaded(text))
    except yaml.MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        raise ReportError(f"{name}:{line}: not valid YAML: {error.problem or error.context}. Mend this line.") from None
    except yaml.YAMLError as error:
        raise ReportError(f"{name}:{first_line}: not valid YAML: {error}") from None
    except RecursionError:
        raise ReportError(f"{name}:{first_line}: lists or keys are nested too deeply. Write them flat.") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ReportError(f"{name}:{first_line}: expected `key: value` lines, found a {type(value).__name__}.")
    if _size(value, {}, set()) > _MOST_VALUES:
        raise ReportError(
            f"{name}:{first_line}: references to other values (`*name`) repeat them without end, or more than "
            f"{_MOST_VALUES:,} times. Write out what is meant."
        )
    for key, item in value.items():
        for _, character in hidden_in(all_text(item)):  # also where it is written as an escape, "\\u202e"
            raise ReportError(f"{name}: `{key}`: {refusal(character)}")
    return {str(key): item for key, item in value.items()}


def _size(value: Any, known: dict[int, int], around: set[int]) -> int:
    """Return how many values there are in a value once all references are followed; too many where there is no end."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) in around:
        return _MOST_VALUES + 1
    if id(value) not in known:
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_size(part, known, around | {id(value)}) for part in parts)
    return known[id(value)]


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, anything else as a list of one, nothing as an empty one."""
    return [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]


def write_mapping(mapping: Mapping[str, Any]) -> str:
    """Return a mapping as YAML that `read_mapping`, Quarto and pandoc read alike, short lists on one line."""

    def written(key: str, value: Any) -> str:
        flow = None if isinstance(value, (dict, list)) and value else False
        text = yaml.safe_dump({key: value}, allow_unicode=True, sort_keys=False, default_flow_style=flow, width=10_000)
        return str(text)

    return "".join(written(key, value) for key, value in mapping.items())
