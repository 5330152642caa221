"""Numbers under which registries know a trial, a study or a review: whoever looks one up has its authors' names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_APART: Final = r"[\s\u00a0:#-]{0,2}"
_FORMS: Final = (  # those of the WHO's network of registries, of PROSPERO, of the Open Science Framework
    *(rf"{name}{_APART}\d{{8}}" for name in ("NCT", "ISRCTN", "DRKS")),
    rf"CRD{_APART}\d{{11}}",  # PROSPERO
    r"(?:19|20)\d{2}-\d{6}-\d{2}(?:-\d{2})?",  # EudraCT, EU CT
    r"ChiCTR(?:[\s-]?[A-Z]{2,4}[\s-]?|[\s-]?)\d{8,10}",
    rf"(?:JPRN{_APART})?UMIN(?:-?CTR)?{_APART}\d{{9}}",
    rf"(?:JPRN{_APART})?jRCTs?\d{{9,10}}",
    r"JapicCTI-?\d{6}",
    rf"ACTRN{_APART}\d{{14}}",
    r"CTRI/\d{4}/\d{2,3}/\d{6}",
    r"IRCT\d{8,17}N\d{1,3}",
    rf"(?:NTR|NL-OMON){_APART}\d{{3,5}}",
    rf"PACTR{_APART}\d{{15,16}}",
    rf"KCT{_APART}\d{{7}}",
    r"RBR-\w{6,7}",
    rf"TCTR{_APART}\d{{11}}",
    r"SLCTR/\d{4}/\d{3}",
    rf"LBCTR{_APART}\d{{10}}",
    r"HKUCTR-\d{2,5}",
    r"RPCEC\d{8}",
    r"U1111-\d{4}-\d{4}",
    rf"researchregistry{_APART}\d{{3,5}}",
    r"osf\.io/(?:registries/)?[a-z0-9]{5}",
)
REGISTRATION: Final = rf"(?i:(?<![\w-])(?P<code>{'|'.join(_FORMS)})(?![\w-]))"
"""How numbers of registries are found in a text, whatever their case; `code` is the number with its letters."""


def registrations(*texts: str) -> Iterator[str]:
    """Yield the numbers of registries in texts, letters and digits apart, as they may be written elsewhere."""
    for text in texts:
        for met in re.finditer(REGISTRATION, text):
            yield re.sub(r"(?i)^([a-z]+)(?=\d+$)", r"\1 ", met["code"])


def without_registrations(text: str, by: str) -> str:
    """Return a text that has something else in place of the numbers of registries."""
    return re.sub(REGISTRATION, lambda _: by, text)
