"""`synth papers`: look for papers without a run, and list those of a run or of the library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from synth.cli.options import (
    SOURCES,
    CategoryOption,
    JsonFlag,
    SinceOption,
    SnowballOption,
    UntilOption,
    WorkspaceOption,
    configuration,
    opened,
    output,
    progress,
)

app = typer.Typer(help="Papers: search, list.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="The research question, in quotes.")],
    source: Annotated[list[str] | None, typer.Option("--source", help=f"{SOURCES}. May be repeated.")] = None,
    max_papers: Annotated[int | None, typer.Option(help="How many at most.")] = None,
    snowball: SnowballOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    category: CategoryOption = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """The papers that a run on this question would read, without reading them, and the account of the search."""
    from synth import gathering
    from synth.cli import search_view, show

    settled = configuration(
        workspace, sources=source, max_papers=max_papers, snowball=snowball, since=since, until=until, categories=category
    )
    with progress() as say:
        found = gathering.search(question, opened(workspace), settled.settings, progress=say)
    show.warn(found.notices)
    output(search_view.found(found), as_json)


@app.command("list")
def list_papers(
    run_name: Annotated[str | None, typer.Argument(metavar="RUN", help="The run; the built-in library otherwise.")] = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """The papers of a run, or the reading notes of the built-in library."""
    from synth import gathering
    from synth.cli import show
    from synth.store import runs

    place = opened(workspace)
    found = runs.load(place, runs.named(place, run_name))[0].papers if run_name else gathering.library_papers()
    output(show.papers(found, f"{len(found)} papers of {run_name or 'the built-in library'}"), as_json)
