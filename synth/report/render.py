"""The registry of formats, and the one place that writes rendered reports into the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from synth.errors import UsageError
from synth.model import Provenance, Run
from synth.report.bibtex import BibTeX
from synth.report.format import Format
from synth.report.markdown import Markdown
from synth.report.page import Page
from synth.report.tables import Csv, Json
from synth.store.workspace import Workspace, write_atomic

FORMATS: dict[str, Format] = {each.name: each for each in (Markdown(), Page(), Json(), Csv(), BibTeX())}


def write(workspace: Workspace, run: Run, provenance: Provenance, names: Sequence[str]) -> tuple[Path, ...]:
    """
    Render the run in these formats under reports/<run>/ and say where.

    raises  UsageError for a format that does not exist, StoreError if a file cannot be written
    """
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise UsageError("no such format", got=", ".join(unknown) or "none", expected=", ".join(FORMATS))
    paths = []
    for name in names:
        path = workspace.reports / run.name / FORMATS[name].file_name
        write_atomic(path, FORMATS[name].render(run, provenance))
        paths.append(path)
    return tuple(paths)
