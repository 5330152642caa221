"""The journals that come with the program, by name, and how tests read what they print."""

from __future__ import annotations

import re

SHIPPED = (
    "annals-of-internal-medicine", "annals-of-surgical-oncology", "bmj", "generic", "jama-oncology", "lancet-oncology",
    "nejm", "plos-one",
)  # fmt: skip


def plain(text: str) -> str:
    """Return a text with ordinary spaces, those between thousands too."""
    return re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", text)
