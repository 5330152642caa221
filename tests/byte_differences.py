"""Say where bytes differ in a line or two, instead of printing them: which file, which part of a zip, at which byte."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SHOWN = 32  # bytes on either side of the first difference
_LINES = 40


def explained(operator: str, left: Any, right: Any) -> list[str] | None:
    """Explain why a comparison of bytes, or of files in a list, tuple or mapping, fails; None for others."""
    if operator == "in" and _holds_bytes(left) and isinstance(right, Sequence) and not isinstance(right, bytes):
        candidates = (f"{number}: {summary(candidate)}" for number, candidate in enumerate(right))
        return [f"{summary(left)} is none of {len(right)}", *candidates]
    if operator != "==" or not (_holds_bytes(left) or _holds_bytes(right)):
        return None
    lines = list(differences(left, right))
    more = [f"and {len(lines) - _LINES} lines more"] if len(lines) > _LINES else []
    return [f"{summary(left)} == {summary(right)}", *lines[:_LINES], *more]


def differences(left: Any, right: Any, name: str = "") -> Iterator[str]:
    """Yield a line for each file, or part of a zip archive, that is not the same on both sides."""
    if isinstance(left, bytes) and isinstance(right, bytes):
        yield from _of_bytes(left, right, name)
    elif isinstance(left, Mapping | Sequence) and isinstance(right, Mapping | Sequence):
        sides = [_named(side) for side in (left, right)]
        for key in dict.fromkeys([*sides[0], *sides[1]]):
            inner = f"{name}[{key!r}]"
            if key in sides[0] and key in sides[1]:
                yield from () if sides[0][key] == sides[1][key] else differences(sides[0][key], sides[1][key], inner)
            else:
                yield f"{inner}: {'only on the left' if key in sides[0] else 'only on the right'}"
    else:
        yield f"{name}: {summary(left)} == {summary(right)}"


def summary(found: Any) -> str:
    """Return size and digest of bytes; of a list, tuple or mapping those of the bytes in it."""
    if isinstance(found, bytes):
        return repr(found) if len(found) <= _SHOWN else f"{len(found)} bytes {hashlib.sha256(found).hexdigest()[:12]}"
    if isinstance(found, Mapping | list | tuple) and _holds_bytes(found):
        inner = [summary(one) for one in _named(found).values()]
        return f"({', '.join(inner[:4])}{', ...' if len(inner) > 4 else ''})"
    return repr(found) if len(repr(found)) < 200 else f"{repr(found)[:200]}..."


def _of_bytes(left: bytes, right: bytes, name: str) -> Iterator[str]:
    parts = [_parts(side) for side in (left, right)]
    if parts[0] and parts[1] and parts[0] != parts[1]:
        yield from differences(parts[0], parts[1], name)
        return
    at = next((at for at, pair in enumerate(zip(left, right, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(left), len(right)) if at is None else at
    around = slice(max(at - _SHOWN, 0), at + _SHOWN)
    yield f"{name}: {summary(left)}, {summary(right)}; at byte {at}: {left[around]!r} == {right[around]!r}"


def _parts(content: bytes) -> dict[str, bytes]:
    """Return the parts of a zip archive; nothing of another file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, EOFError):
        return {}


def _named(found: Mapping[Any, Any] | Sequence[Any]) -> dict[Any, Any]:
    return dict(found) if isinstance(found, Mapping) else dict(enumerate(found))


def _holds_bytes(found: Any) -> bool:
    if isinstance(found, bytes):
        return len(found) > _SHOWN
    inner = found.values() if isinstance(found, Mapping) else found if isinstance(found, list | tuple) else ()
    return any(_holds_bytes(one) for one in inner)
