"""What Quarto runs after a render by hand (`post-render` in _quarto.yml): the finishing step of `make report`."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def main() -> int:
    """Finish the documents that Quarto has just made; return the exit code."""
    # Run as a script, Python looks for modules in this folder first; they are the package's, and found from its root.
    sys.path[0] = str(PACKAGE.parent)
    from lockstep.base.errors import LockstepError
    from lockstep.document.release import attachment
    from lockstep.qmd.project import config_for, read_project
    from lockstep.qmd.source import read_front_matter
    from lockstep.render import quarto
    from lockstep.render.finish import finish
    from lockstep.render.result import FORMATS
    from lockstep.render.settings import refuse_unfit

    if os.environ.get(quarto.FINISHED_BY_US):
        return 0
    folder = Path(os.environ["QUARTO_PROJECT_DIR"]).resolve()
    built = Path(os.environ["QUARTO_PROJECT_OUTPUT_DIR"]).resolve()
    # Resolved, since Quarto names an output outside of the project by a path with "..".
    outputs = {(folder / name).resolve() for name in os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()}
    try:
        for stem in sorted({output.with_suffix("") for output in outputs}):
            source = (folder / stem.relative_to(built)).with_suffix(".qmd")
            docx, pdf = stem.with_suffix(".docx"), stem.with_suffix(".pdf")
            typst = source.with_suffix(".typ") if pdf in outputs else None
            if docx in outputs and typst is None:
                sys.stderr.write(
                    f"warning: {docx.name}: its figures are described by their captions. "
                    "Render both formats, and they have descriptions of their own.\n"
                )
            project = read_project(source.parent, fallback=folder)
            document = read_front_matter(source)
            for target in FORMATS:
                refuse_unfit(config_for(target, project, document), document)
            warnings = finish(
                quarto.draft_of(docx, typst, project, document),
                docx=docx if docx in outputs else None,
                pdf=pdf if typst is not None and typst.is_file() else None,
                root=source.parent,
                fonts=PACKAGE / "templates" / "fonts",
                released=partial(attachment, source),
            )
            for warning in warnings:
                sys.stderr.write(f"warning: {warning}\n")
        quarto.remove_copies(folder, built)
    except LockstepError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
