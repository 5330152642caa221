"""Whether a draft is up to date: by content of all that it was made from, and of every file in it.

This module loads little, so that a draft which is up to date is known to be at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..anonymisation.identity import identifying_words
from ..base.clock import epoch, source_date_epoch
from ..base.resources import TEMPLATES
from ..journals.profiles import read_journal
from ..qmd.project import PROJECT_FILE
from ..results.source import RESULTS_FILE, inputs_of, package_version
from ..results.source import is_current as results_are_current
from ..runs.build import DOCUMENT, STAMP, Renderer, identity_of_renderer, known_inputs
from ..runs.run_lock import one_at_a_time
from ..runs.stamp import digests, environment, is_current, stamp_text, stamped_inputs, stamped_notes
from ..study.definition import read_study
from ..submission.office import identity_of_office

FOLDER: Final = Path("build/drafts")
"""The folder of drafts, with a folder and an archive for each journal, relative to the study's."""

_PACKAGES: Final = ("numpy", "pillow", "pypdf")  # of what a draft has beside the documents


@dataclass(frozen=True, slots=True)
class Begun:
    """The state from which a draft is made: its files by content, and what else decides its bytes."""

    folder: Path
    journal: str
    inputs: Mapping[Path, str]
    choices: Mapping[str, str]

    @property
    def stamp(self) -> Path:
        """The path of the draft's stamp."""
        return stamp_of(self.folder, self.journal)

    def stamp_text(
        self, *, workspaces: Mapping[Path, Path], draft: Path, archive: Path, warnings: Sequence[str]
    ) -> str:
        """Return what the stamp says of a draft that keeps every rule.

        Parameters
        ----------
        workspaces : folders in which its documents were made, each with the folder that they were written to.
        draft, archive : what was made, not yet in its place.
        """
        found = dict(_found(self.folder, workspaces))
        results = digests([self.folder / RESULTS_FILE])  # made on the way
        place = self.stamp.parent
        outputs = {place / self.journal / path.relative_to(draft): path for path in draft.rglob("*") if path.is_file()}
        outputs |= {place / f"{self.journal}.zip": archive}
        hashes = digests(outputs.values())
        return stamp_text(
            self.stamp,
            inputs=found | dict(self.inputs) | results,
            outputs={there: hashes[path] for there, path in outputs.items()},
            environment=self.choices,
            notes=warnings,
        )


def begin(folder: Path, journal: str, *, renderer: Renderer, pictures: Iterable[Path] = ()) -> Begun:
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
    return Begun(
        folder,
        journal,
        digests(known_inputs(folder, profiles=(journal,)) | own),
        environment(
            journal=journal,
            renderer=identity_of_renderer(renderer),
            epoch=f"{epoch()}, told: {source_date_epoch()}",
            office=identity_of_office(),
            # Looked for in the anonymised copy.
            person=hashlib.sha256("\n".join(identifying_words({})).encode()).hexdigest(),
            **{name: package_version(name) for name in _PACKAGES},
        ),
    )


def stamp_of(folder: Path, journal: str) -> Path:
    """Return the path of the stamp of a study's draft; only a draft that keeps every rule has one."""
    return folder / FOLDER / f".{journal}.json"


def current_draft(folder: Path, journal: str, *, renderer: Renderer) -> tuple[str, ...] | None:
    """Return the warnings of the draft in place where it would be made the same now, else None.

    Raises
    ------
    LockstepError
        If study, project, document or the journal's file are not valid.
    """
    folder = folder.resolve()
    stamp = stamp_of(folder, journal)
    if not stamp.is_file():
        return None
    with one_at_a_time(stamp.parent):
        begun = begin(folder, journal, renderer=renderer)
        if not results_are_current(read_study(folder), folder / RESULTS_FILE):
            return None
        draft = stamp.parent / journal
        outputs = [*(path for path in draft.rglob("*") if path.is_file()), stamp.parent / f"{journal}.zip"]
        same = is_current(stamp, known=begun.inputs, outputs=outputs, environment=begun.choices)
        return stamped_notes(stamp) if same else None


def _found(folder: Path, workspaces: Mapping[Path, Path]) -> Iterator[tuple[Path, str]]:
    """Yield what documents turned out to be made from: the study's own file in place of a workspace's copy."""
    for workspace, output in workspaces.items():
        for path, digest in stamped_inputs(output / STAMP).items():
            own = folder / path.relative_to(workspace) if path.is_relative_to(workspace) else path
            if own.is_file() and own != folder / DOCUMENT:
                yield own, digest
