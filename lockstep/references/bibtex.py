"""BibTeX files as they are written: their entries, the line of each, and its fields.

What is printed of them pandoc reads. It says of no entry where it stands, which is what is wanted here: messages name
lines, and blinding edits the text itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_ENTRY: Final = re.compile(r"@\s*(?P<type>\w+)\s*(?P<open>[{(])\s*(?:(?P<key>[^,\s{}()\"=]+)\s*[,})])?")
_FIELD: Final = re.compile(r"[\s,]*(?P<name>[^\s,={}()\"#]+)\s*=\s*")
_WORD: Final = re.compile(r"[^\s,#{}()\"]*")
_NEXT: Final = re.compile(r"\s*#\s*")  # a value may be put together from several
_NOT_ENTRIES: Final = ("comment", "string", "preamble")  # what begins with @ and is no reference
_LATEX_LETTERS: Final = {
    **{
        "ss": "ß",
        "o": "ø",
        "O": "Ø",
        "l": "ł",
        "L": "Ł",
        "ae": "æ",
        "AE": "Æ",
        "oe": "œ",
        "OE": "Œ",
        "aa": "å",
        "AA": "Å",
    },
    **{"dj": "đ", "DJ": "Đ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "ng": "ŋ", "NG": "Ŋ"},
}
_ACCENTS: Final = dict(
    zip("`'^\"~=.uvHcrk", "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u030a\u0328", strict=True)
)


@dataclass(frozen=True, slots=True)
class BibtexEntry:
    """An entry: its key, what its fields say by their name in small letters, and offsets in the text of its file.

    Values are LaTeX, as they are written, but for the outer braces or quotes and abbreviations (``@string``).
    """

    key: str
    fields: Mapping[str, str]
    start: int
    key_start: int
    end: int


def bibtex_entries(text: str) -> Iterator[BibtexEntry]:
    """Yield the entries of a BibTeX file, in its order.

    Notes
    -----
    Text within an entry begins none, nor does what follows a % on its line, which is a comment to pandoc.
    """
    place = 0
    strings: dict[str, str] = {}
    while met := _ENTRY.search(text, place):
        if "%" in text[text.rfind("\n", place, met.start()) + 1 or place : met.start()]:
            place = text.find("\n", met.start()) + 1 or len(text)
            continue
        opened = met.start("open")
        place = _closing(text, opened)
        kind = met["type"].lower()
        if kind == "string":
            strings |= _fields(text, opened + 1, place - 1, strings)
        elif met["key"] and kind not in _NOT_ENTRIES:
            fields = _fields(text, met.end("key"), place - 1, strings)
            yield BibtexEntry(met["key"], fields, met.start(), met.start("key"), place)


def _closing(text: str, opened: int) -> int:
    """Return the index after the brace or parenthesis that closes the one at `opened`; the end where none does."""
    depth = 0
    opening, closed = ("{(", "})") if text[opened] == "(" else ("{", "}")
    for met in re.compile(r"\\.|[{}()]", re.DOTALL).finditer(text, opened):
        if met[0] in opening:
            depth += 1
        elif met[0] in closed:
            depth -= 1
            if depth == 0:
                return met.end()
    return len(text)


def _fields(text: str, place: int, end: int, strings: Mapping[str, str]) -> dict[str, str]:
    """Return the fields from `place` up to `end`; of two with one name the first."""
    fields: dict[str, str] = {}
    while met := _FIELD.match(text, place, end):
        values = []
        place = met.end()
        while place < end:
            value, place = _value(text, place, end, strings)
            values.append(value)
            following = _NEXT.match(text, place, end)
            if following is None:
                break
            place = following.end()
        fields.setdefault(met["name"].lower(), re.sub(r"\s+", " ", "".join(values)).strip())
    return fields


def _value(text: str, place: int, end: int, strings: Mapping[str, str]) -> tuple[str, int]:
    """Return the value at a place, without what is around it, and the index after it."""
    if text[place] == "{":
        after = min(_closing(text, place), end)
        return text[place + 1 : after - 1], after
    if text[place] == '"':
        depth = 0
        for met in re.compile(r'\\.|[{}"]', re.DOTALL).finditer(text, place + 1, end):
            depth += {"{": 1, "}": -1}.get(met[0], 0)
            if met[0] == '"' and depth == 0:
                return text[place + 1 : met.start()], met.end()
        return text[place + 1 : end], end
    word = _WORD.match(text, place, end)
    written = word[0] if word else ""
    return strings.get(written.lower(), written), place + max(len(written), 1)


def without_latex(text: str) -> str:
    r"""Return text with LaTeX's accents as characters: M{\"u}ller is Müller."""
    text = re.sub(
        rf"\\({'|'.join(_LATEX_LETTERS)})(?![A-Za-z])\s*(?:\{{\}})?", lambda met: _LATEX_LETTERS[met[1]], text
    )

    def accented(met: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", met["letter"] + _ACCENTS[met["accent"]])

    text = re.sub(r"(\\(?:[`'^\"~=.]|[uvHcrk]\b)\s*\{?\s*)\\([ij])(?![A-Za-z])\s*", r"\1\2", text)  # \'\i is \'i

    # A letter names some accents: then a brace or space comes before the accented letter.
    text = re.sub(r"\\(?P<accent>[`'^\"~=.])\s*\{?\\?(?P<letter>[A-Za-z])\}?", accented, text)
    text = re.sub(r"\\(?P<accent>[uvHcrk])(?:\s*\{|\s+)(?P<letter>[A-Za-z])\}?", accented, text)
    return text.replace("{", "").replace("}", "").replace("~", " ")
