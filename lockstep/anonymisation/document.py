"""report.qmd without a trace of its authors: front matter, statements, marked text, names anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..base.errors import ReportError
from ..qmd.fences import SourceBlock, end_of_div, language, pieces
from ..qmd.front_matter import DOCUMENT, split_front_matter, with_front_matter
from .identity import find_words, numbers_of_prose
from .registrations import REGISTRATION

SENTENCE: Final = "[Removed for blind review.]"
WORD: Final = "[removed]"

_KEYS: Final = re.compile(
    r"(by-)?authors?|author-.*|affiliations?|institut(e|ion)s?|correspond.*|e?-?mails?|orcid|funding|acknowledge?ments?|"
    r"ethics|((clinical[- ])?(trial|study)[- ])?registration|blind|contributors?|copyright|license|citation|literals",
    re.IGNORECASE,
)
_DROPPED_IF_IDENTIFYING: Final = ("description", "status", "subtitle", "date")

# Statements by their headings or bold openings: those that always identify the authors, and those that may.
_ALWAYS_IDENTIFYING: Final = re.compile(
    r"""
    # money: "Sources of support", "Primary Funding Source", "Funding/Support", "Role of the Funder/Sponsor"
    (primary[ ])?(sources?[ ]of[ ])?(grant[ ])?(financial[ ])?(funding|support|sponsorship)
        ([ ](statement|sources?|information))?
    | (funding|financial[ ]support)[ /,&and]+(support|sponsorship|role.*)
    | grants? | sponsors?
    | role[ ]of[ ](the[ ])?(funding[ ]sources?|funders?|sponsors?)([ /]+(or[ ])?(the[ ])?sponsors?)?
    # interests: "Disclosures", "Declaration of competing interest", "Conflict of Interest Disclosures"
    | (financial[ ])?disclosures?([ ]statement)?
    | (declarations?|statements?)[ ]of[ ](competing[ ]|conflicting[ ])?interests?
    | (conflicts?|competing|declared?)[ ](of[ ])?interests?([ ]statement|[ ]disclosures?)?
    # who did what, and thanks
    | acknowledge?ments? | thanks | dedication | guarantor
    | (authors?['’]?s?['’]?|additional)[ ](contributions?([ ]statement)?|roles?)
    | contributors? | contributorship.* | credit([ ]authorship)?.* | statement[ ]of[ ]authorship | collaborators?
    # who and where they are
    | (about[ ]the[ ])?authors?([ ](information|affiliations|details))? | affiliations? | group[ ]information
    | corresponding[ ]authors? | correspondence([ ]to)? | address[ ]for[ ](correspondence|reprints)
    | reprint[ ]requests? | twitter | social[ ]media
    # where it was shown before
    | (prior|previous|meeting)[ ]presentations? | presented[ ]at.* | previously[ ]presented.*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MAYBE_IDENTIFYING: Final = re.compile(
    r"ethic.*|(institutional|research) (review|ethics).*|irb.*|.*informed consent.*|(patient )?consent.*|"
    r"((clinical )?(trial|study|protocol|review) )?(pre-?)?registration.*|clinical trials?( number| identifier)?|"
    r"(data|code|materials?|software)[, ].*(availability|sharing)( statement)?|(data|code) availability.*",
    re.IGNORECASE,
)
_REPOSITORY: Final = re.compile(
    r"https?://|www\.|\bdoi:|\b10\.\d{4,}/|\b(github|gitlab|zenodo|osf|figshare|dryad)\b", re.I
)
_LEAD: Final = re.compile(r"^(?P<lead>\s*(?:[-*+]\s+)?(?P<stars>\*{1,2}|_{1,2})(?P<name>[^*_\n]+?)(?P=stars)\s*[:.]?)")

_CODE: Final = re.compile(r"(?<!`)(`+)(?!`)\s*\{(?:python|r)\}.*?(?<!`)\1(?!`)", re.DOTALL)
_WORD_OF_CODE: Final = re.compile(r"`\{python\}[^`\"']*[\"']([^\"']+)[\"'][^`]*`")
_PROTECTED: Final = re.compile(
    rf"{_CODE.pattern}|(?<![\w.])-?@[\w][\w:.+-]*\w|(?<=[{{\s])[#.][\w-]+(?=[^{{}}]*\}})|(?<=\]\()(?!\w+:)[^()\s]+(?=[\s)])",
    re.DOTALL,
)
_BRACKETED: Final = r"\[(?:[^\[\]]|\[(?:[^\[\]]|\[[^\[\]]*\])*\])*\]"  # with brackets in it, and again in these
_MARKED: Final = re.compile(rf"(?<!!){_BRACKETED}\{{[^{{}}]*\.identifying\b[^{{}}]*\}}")
_IDENTIFYING: Final = re.compile(r"\{[^{}]*\.identifying\b|:{3,}\s*identifying\b")
_LINK: Final = re.compile(
    r"(?<!!)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\((\w+:[^()\s]+)[^()]*\)|<(\w+:[^<>\s]+)>|\bhttps?://[^\s)>\]]+"
)


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out of the text, and its line in report.qmd."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class AnonymisedDocument:
    """A document without a trace of its authors, line for line, and what was removed from its prose word by word."""

    text: str
    removed: tuple[Removed, ...]


def anonymised_source(
    text: str, words: Sequence[str], *, renamed: Mapping[str, str] | None = None
) -> AnonymisedDocument:
    """Return a document without a trace of its authors.

    Parameters
    ----------
    words : that identify them, from `identity.identifying_words`.
    renamed : new keys of references whose key identifies an author.

    Raises
    ------
    ReportError
        If something else than words in brackets or a block is marked as identifying, and would stay; names the line.

    Notes
    -----
    Statements are removed whole (funding, contributions, acknowledgments, interests; ethics and availability of data
    where they hold a number or address), as is what the authors mark by ``[...]{.identifying}`` or as a div of that
    class. Then words, e-mail addresses, ORCIDs, numbers of grants, approvals and registrations, and links that hold
    a word or a registration, are replaced one by one. Code is left alone.
    """
    text = with_front_matter(text, lambda front: anonymised_front_matter(front, words))
    _, start, lines = split_front_matter(text)
    scrub = _Scrub(words, renamed or {})
    new = list(lines[:start])
    all_pieces = list(pieces(lines, start))
    number = 0
    while number < len(all_pieces):
        piece = all_pieces[number]
        text = _text([piece], lines)
        after = number + 1
        if piece.kind == "open" and _IDENTIFYING.search(text):
            after = end_of_div(all_pieces, number)
            new += _in_place(f"{SENTENCE}\n", all_pieces[number:after])
        elif piece.kind == "heading":
            new += _scrubbed(scrub, piece, lines)
            end = _end_of_section(all_pieces, number, lines)
            if end > after and _is_statement(_title(text), _text(all_pieces[after:end], lines), words):
                new += _in_place(f"\n{SENTENCE}\n", all_pieces[after:end])
                after = end
        elif piece.kind == "paragraph":
            lead = _LEAD.match(text)
            if lead and _is_statement(_WORD_OF_CODE.sub(r"\1", lead["name"]), text[lead.end() :], words):
                new += _in_place(f"{lead['lead'].rstrip()} {SENTENCE}", [piece])
            else:
                new += _scrubbed(scrub, piece, lines)
        elif piece.kind == "code" and language(lines[piece.start]).startswith("{python"):
            new += text.split("\n")
        else:
            new += _scrubbed(scrub, piece, lines)
        number = after
    return AnonymisedDocument("\n".join(new), tuple(scrub.removed))


def anonymised_front_matter(front_matter: Mapping[str, Any], words: Sequence[str]) -> dict[str, Any]:
    """Return front matter, or a project's configuration, without authors and without words that identify them."""

    def scrubbed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: scrubbed(item) for key, item in value.items() if not _KEYS.fullmatch(str(key))}
        if isinstance(value, list):
            return [scrubbed(item) for item in value]
        return without_words(value, words) if isinstance(value, str) else value

    return {
        key: value if key in ("bibliography", "csl") else scrubbed(value)
        for key, value in front_matter.items()
        if not _KEYS.fullmatch(key)
        and not (key in _DROPPED_IF_IDENTIFYING and isinstance(value, str) and any(find_words(value, words)))
    }


def without_words(text: str, words: Sequence[str]) -> str:
    """Return a text with every identifying word replaced."""
    return _Scrub(words, {})(text, 0)


class _Scrub:
    """Replaces in prose what identifies the authors, and records what and where."""

    def __init__(self, words: Sequence[str], renamed: Mapping[str, str]) -> None:
        self.words = words
        self.renamed = renamed
        self.removed: list[Removed] = []

    def __call__(self, text: str, start: int) -> str:
        """Return text from line `start` (counted from 0) without identifying words, on as many lines."""
        text = self._replace(_MARKED, text, start, lambda _: WORD)
        text = self._replace(_LINK, text, start, self._link)
        kept, done = [], 0
        for part in _PROTECTED.finditer(text):
            kept += [self._prose(text, done, part.start(), start), self._key(part[0])]
            done = part.end()
        return "".join([*kept, self._prose(text, done, len(text), start)])

    def _replace(self, pattern: re.Pattern[str], text: str, start: int, new: Callable[[re.Match[str]], str]) -> str:
        def replaced(met: re.Match[str]) -> str:
            by = new(met)
            if by != met[0]:
                self._remember(met[0], start + text.count("\n", 0, met.start()))
            return by + "\n" * (met[0].count("\n") - by.count("\n"))

        return pattern.sub(replaced, text)

    def _link(self, met: re.Match[str]) -> str:
        """Return a link's words where its address identifies the authors, a placeholder for a bare address."""
        address = met[2] or met[3] or met[0]
        identifies = any(find_words(address, self.words)) or re.search(REGISTRATION, address)
        if not identifies and not address.startswith("mailto:"):
            return met[0]
        return met[1] if met[1] is not None else WORD

    def _key(self, part: str) -> str:
        key = part.lstrip("-@")
        return part.replace(key, self.renamed[key]) if "@" in part and key in self.renamed else part

    def _prose(self, text: str, begin: int, end: int, start: int) -> str:
        """Return the part of a text that is prose, without identifying words."""
        part = text[begin:end]
        found = [(item.start, item.end) for item in (*find_words(part, self.words), *numbers_of_prose(part))]
        new, done = [], 0
        for first, last in sorted(found):
            if last <= done:
                continue
            if first >= done:
                new += [part[done:first], WORD]
                self._remember(part[first:last], start + text.count("\n", 0, begin + first))
            new.append("\n" * part.count("\n", max(first, done), last))
            done = last
        # An apostrophe after a bracket would be taken for the quotation mark that opens.
        return "".join([*new, part[done:]]).replace(f"{WORD}'", f"{WORD}’")

    def _remember(self, what: str, line: int) -> None:
        self.removed.append(Removed(line + 1, re.sub(r"\s+", " ", what)))


def _scrubbed(scrub: _Scrub, piece: SourceBlock, lines: Sequence[str]) -> list[str]:
    """Return the lines of a piece without identifying words; raise ReportError where a mark would be without effect."""
    new = scrub(_text([piece], lines), piece.start)
    if piece.kind not in ("code", "comment") and (left := _IDENTIFYING.search(new)):
        line = piece.start + 1 + new.count("\n", 0, left.start())
        raise ReportError(
            f"{DOCUMENT}:{line}: what is marked as .identifying here would stay in the anonymised copy. Mark words in "
            "brackets, [words]{.identifying}, or a block, ::: {.identifying}."
        )
    return new.split("\n")


def _is_statement(title: str, content: str, words: Sequence[str]) -> bool:
    """Return whether a statement of this name is removed whole."""
    title = title.strip(" .:*_")
    if _ALWAYS_IDENTIFYING.fullmatch(title):
        return True
    identifies = _REPOSITORY.search(content) or any(numbers_of_prose(content)) or any(find_words(content, words))
    return bool(_MAYBE_IDENTIFYING.fullmatch(title) and identifies)


def _title(line: str) -> str:
    return re.sub(r"\{[^{}]*\}\s*$", "", line).strip("# ")


def _text(some: Sequence[SourceBlock], lines: Sequence[str]) -> str:
    return "\n".join(line for piece in some for line in lines[piece.start : piece.end])


def _end_of_section(all_pieces: Sequence[SourceBlock], heading: int, lines: Sequence[str]) -> int:
    """Return the number of the piece that ends a heading's section: another heading, a div that closes, a float."""
    around = all_pieces[heading].around
    for number in range(heading + 1, len(all_pieces)):
        piece = all_pieces[number]
        if len(piece.around) < len(around):
            return number
        stops = piece.kind == "open" and re.search(r"#(refs|fig-|tbl-)", lines[piece.start])
        if piece.around == around and (piece.kind == "heading" or stops):
            return number
    return len(all_pieces)


def _in_place(text: str, some: Sequence[SourceBlock]) -> list[str]:
    """Return a text's lines, and empty ones up to as many as the pieces had."""
    lines = text.split("\n")
    return [*lines, *[""] * (some[-1].end - some[0].start - len(lines))]
