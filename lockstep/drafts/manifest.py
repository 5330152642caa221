"""MANIFEST.json of a draft: what it was made from, what is in it, and what was wrong with it when it was made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ..base.files import sha256
from ..base.stamp import hashes_in
from ..qmd.front_matter import DOCUMENT
from ..results.model import Results
from ..revisions.locks import locks
from ..runs.build import document_environment

NAME: Final = "MANIFEST.json"
SCHEMA_VERSION: Final = 1
_DEBRIS: Final = (".DS_Store", "Thumbs.db", "desktop.ini", ".~lock.", "~$")


def manifest(
    study: Path, draft: Path, results: Results, *, journal: str, renderer: str, failures: Sequence[str]
) -> dict[str, Any]:
    """Describe a draft.

    Parameters
    ----------
    study, draft : their folders; the draft's has no manifest yet.
    results : those that the draft prints.
    renderer : "quarto" or "builtin".
    failures : the rules that the draft breaks, a sentence each; empty for a draft that was not forced.

    Returns
    -------
    ``lock`` is the newest lock of the same data, study definition, code and packages, or None; ``text``: whether
    report.qmd is that lock's too.
    """
    same = [lock for lock in locks(study) if lock.manifest.source == results.source]
    lock = same[-1].manifest if same else None
    text = sha256(study / DOCUMENT)
    return {
        "schema": SCHEMA_VERSION,
        "journal": journal,
        "lock": None if lock is None else lock.name,
        "text": None if lock is None else "as locked" if lock.document_sha256 == text else "edited since",
        "forced": bool(failures),
        "failures": list(failures),
        "source": asdict(results.source),
        "document_sha256": text,
        "renderer": renderer,
        "versions": document_environment(),
        "files": hashes_in(draft),
    }


def foreign_files(draft: Path) -> tuple[str, ...]:
    """Return the names of files in the folder of a draft that an author put there.

    What desktops and office programs leave beside open files does not count.
    """
    try:
        own = {NAME, *json.loads((draft / NAME).read_bytes())["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        own = set()
    found = (path for path in sorted(draft.rglob("*")) if path.is_symlink() or path.is_file())
    names = (path.relative_to(draft).as_posix() for path in found if not path.name.startswith(_DEBRIS))
    return tuple(name for name in names if name not in own)


def draft_manifest_json(content: dict[str, Any]) -> bytes:
    """Return the bytes of MANIFEST.json."""
    return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"
