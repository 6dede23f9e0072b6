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


def pages(workspace: Workspace, run: Run, provenance: Provenance, names: Sequence[str]) -> dict[Path, str]:
    """
    The run rendered in these formats, by the path under reports/<run>/.

    raises  UsageError for a format that does not exist
    """
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise UsageError("no such format", got=", ".join(unknown) or "none", expected=", ".join(FORMATS))
    folder = workspace.reports / run.name
    return {folder / FORMATS[name].file_name: FORMATS[name].render(run, provenance) for name in names}


def write(workspace: Workspace, run: Run, provenance: Provenance, names: Sequence[str]) -> tuple[Path, ...]:
    """
    Render the run in these formats under reports/<run>/ and say where.

    raises  UsageError for a format that does not exist, StoreError if a file cannot be written
    """
    rendered = pages(workspace, run, provenance, names)
    for path, text in rendered.items():
        write_atomic(path, text)
    return tuple(rendered)


def formats_of(workspace: Workspace, name: str) -> tuple[str, ...]:
    """The formats in which a run lies there rendered, Markdown in any case."""
    folder = workspace.reports / name
    return tuple(each.name for each in FORMATS.values() if each.name == "md" or (folder / each.file_name).exists())
