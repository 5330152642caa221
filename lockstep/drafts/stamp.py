"""Whether a draft is up to date: by content of all that it was made from, and of every file in it.

This module loads little, so that a draft which is up to date is known to be at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..anonymisation.identity import identifying_words
from ..base.clock import epoch, source_date_epoch
from ..base.resources import TEMPLATES
from ..base.stamp import MadeFrom, digests, is_current, stamp_of, stamp_text, stamped_files, stamped_notes, versions
from ..journals.profiles import read_journal
from ..qmd.front_matter import DOCUMENT
from ..qmd.project import PROJECT_FILE
from ..results.source import RESULTS_FILE, inputs_of, results_are_current
from ..runs.build import document_environment, known_inputs
from ..runs.renderers import Renderer, identity_of_renderer
from ..runs.run_lock import one_at_a_time
from ..study.definition import read_study
from ..submission.office import identity_of_office

FOLDER: Final = Path("build/drafts")
"""The folder of drafts, with a folder and an archive for each journal, relative to the study's."""

_PACKAGES: Final = ("numpy", "pillow", "pypdf")  # of what a draft has beside the documents


def archive_of(folder: Path, journal: str) -> Path:
    """Return the path of the archive of a study's draft; beside it, its stamp, if the draft keeps every rule."""
    return folder / FOLDER / f"{journal}.zip"


def draft_made_from(folder: Path, journal: str, *, renderer: Renderer, pictures: Iterable[Path] = ()) -> MadeFrom:
    """Note what a draft of a study is made from now; `pictures` are the files that its figures are.

    Raises
    ------
    LockstepError
        If study, project, document or the journal's file are not valid.
    """
    study = read_study(folder)
    read_journal(journal, folder)  # one that is gone is an error, also where its draft is still there
    own = {folder / PROJECT_FILE, folder / f"_quarto-{journal}.yml", TEMPLATES / PROJECT_FILE}
    own |= {*inputs_of(study), *(folder / "locks").glob("[!.]*/manifest.json"), *pictures}
    return MadeFrom(
        files=digests(known_inputs(folder, profiles=(journal,)) | own),
        environment=document_environment(
            journal=journal,
            renderer=identity_of_renderer(renderer),
            epoch=f"{epoch()}, stated: {source_date_epoch()}",
            office=identity_of_office(),
            # Looked for in the anonymised copy.
            person=hashlib.sha256("\n".join(identifying_words({})).encode()).hexdigest(),
            **versions(_PACKAGES),
        ),
    )


def draft_stamp_text(
    folder: Path,
    journal: str,
    made_from: MadeFrom,
    *,
    workspaces: Mapping[Path, Path],
    draft: Path,
    archive: Path,
    warnings: Sequence[str],
) -> str:
    """Return the stamp of a draft that keeps every rule.

    Parameters
    ----------
    made_from : what was noted before it was made.
    workspaces : folders in which its documents were made, each with the folder that they were written to.
    draft, archive : what was made, not yet in its place.
    """
    place = archive_of(folder, journal)
    results = digests([folder / RESULTS_FILE])  # made on the way
    files = dict(_found(folder, workspaces)) | dict(made_from.files) | results
    outputs = {path: place.with_suffix("") / path.relative_to(draft) for path in draft.rglob("*") if path.is_file()}
    outputs |= {archive: place}
    hashes = {outputs[path]: digest for path, digest in digests(outputs).items()}
    return stamp_text(stamp_of(place), replace(made_from, files=files), outputs=hashes, notes=warnings)


def current_draft(folder: Path, journal: str, *, renderer: Renderer) -> tuple[str, ...] | None:
    """Return the warnings of the draft in place where it would be made the same now, else None.

    Raises
    ------
    LockstepError
        If study, project, document or the journal's file are not valid.
    """
    folder = folder.resolve()
    archive = archive_of(folder, journal)
    stamp = stamp_of(archive)
    if not stamp.is_file():
        return None
    with one_at_a_time(archive.parent):
        now = draft_made_from(folder, journal, renderer=renderer)
        if not results_are_current(read_study(folder)):
            return None
        outputs = [*(path for path in archive.with_suffix("").rglob("*") if path.is_file()), archive]
        return stamped_notes(stamp) if is_current(stamp, now, outputs=outputs) else None


def _found(folder: Path, workspaces: Mapping[Path, Path]) -> Iterator[tuple[Path, str]]:
    """Yield what documents turned out to be made from: the study's own file in place of a workspace's copy."""
    for workspace, output in workspaces.items():
        for path, digest in stamped_files(stamp_of(output / DOCUMENT)).items():
            own = folder / path.relative_to(workspace) if path.is_relative_to(workspace) else path
            if own.is_file() and own != folder / DOCUMENT:
                yield own, digest
