"""`synth claims`: list the claims of a run, look at one, and keep a person's decision beside the machine's."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from synth.cli.options import JsonFlag, WorkspaceOption, configuration, opened, output, write
from synth.errors import UsageError

Id = Annotated[str, typer.Argument(help="Id of the claim, or how it begins.")]
RunName = Annotated[str | None, typer.Option("--run", help="The run it belongs to; the newest that has it otherwise.")]
Note = Annotated[str, typer.Option("--note", help="Why, for those who read it later.")]


SHARED = {"-w": 2, "--workspace": 2, "--run": 2, "--json": 1}
"""options that may stand before the command, with the words that each takes."""


class ListByDefault(TyperGroup):
    """`synth claims RUN` and `synth claims --verdict ...` are `synth claims list ...`."""

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        """Put the command first: `list` where none is named, and options that all commands share behind it."""
        place = 0
        while place < len(arguments) and arguments[place] in SHARED:
            place += SHARED[arguments[place]]
        named = arguments[place : place + 1]
        if named and named[0] in self.commands:
            arguments = [*named, *arguments[:place], *arguments[place + 1 :]]
        elif arguments[:1] != ["--help"]:
            arguments = ["list", *arguments]
        return super().parse_args(context, arguments)


app = typer.Typer(cls=ListByDefault, help="The claims of a run: list, show, accept, reject, edit.", rich_markup_mode=None)


@app.command("list")
def list_claims(
    run_name: Annotated[str | None, typer.Argument(metavar="RUN", help="The run; the newest otherwise.")] = None,
    verdict: Annotated[str | None, typer.Option(help="Only this verdict: verified, refuted, contested or unverified.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind of hypothesis (rank, compare, ...); none: without one.")] = None,
    paper: Annotated[str | None, typer.Option(help="Only claims of papers whose id contains this.")] = None,
    containing: Annotated[str | None, typer.Option(help="Only claims whose text contains this.")] = None,
    sort: Annotated[str, typer.Option(help="By confidence, verdict, paper or text.")] = "",
    limit: Annotated[int | None, typer.Option(min=0, help="Rows shown at most; 0: all. 200 otherwise, all with --json.")] = None,
    runs_only: Annotated[bool, typer.Option("--runs", help="List the runs instead.")] = False,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """The claims of a run as a table; filter and sort it."""
    from synth.cli import listing

    place = opened(workspace)
    if runs_only:
        output(listing.all_runs(place), as_json)
        return
    most = limit if limit is not None else 0 if as_json else listing.SHOWN
    view = listing.claims(place, run_name, verdict=verdict, kind=kind, paper=paper, containing=containing, sort=sort, limit=most)
    output(view, as_json)


@app.command()
def show(claim: Id, run_name: RunName = None, workspace: WorkspaceOption = Path(), as_json: JsonFlag = False) -> None:
    """One claim: quote, hypothesis, rule, evidence, cells and the steps of the verdict."""
    from synth.cli import show as views
    from synth.store import runs

    place = opened(workspace)
    name, claim_id = runs.find_claim(place, claim, run_name)
    saved, _ = runs.load(place, name, only=claim_id)
    output(views.claim(saved, next(item for item in saved.claims if item.id == claim_id)), as_json)


@app.command()
def accept(claim: Id, note: Note = "", run_name: RunName = None, workspace: WorkspaceOption = Path()) -> None:
    """Agree with the verdict on a claim."""
    _review(claim, "accepted", note, None, run_name, workspace)


@app.command()
def reject(claim: Id, note: Note = "", run_name: RunName = None, workspace: WorkspaceOption = Path()) -> None:
    """Disagree with the verdict on a claim, or with the claim."""
    _review(claim, "rejected", note, None, run_name, workspace)


@app.command()
def edit(
    claim: Id,
    text: Annotated[str, typer.Option("--text", help="The claim as it should read.")],
    note: Note = "",
    run_name: RunName = None,
    workspace: WorkspaceOption = Path(),
) -> None:
    """Put a better wording beside a claim; the machine's wording and verdict stay."""
    if not text.strip():
        raise UsageError("the new wording is empty", then="`synth claims reject ID` is for a claim that should not stand")
    _review(claim, "edited", note, text, run_name, workspace)


def _review(claim: str, decision: Any, note: str, text: str | None, run_name: str | None, workspace: Path) -> None:
    from synth.model import Review
    from synth.store import runs
    from synth.store.provenance import now

    place = opened(workspace)
    name, claim_id = runs.find_claim(place, claim, run_name)
    author = configuration(workspace).settings.reviewer or _account()
    runs.add_review(place, name, claim_id, Review(decision=decision, author=author, at=now(), note=note, text=text))
    write(f"{claim_id} {decision} by {author} in {workspace / 'claims' / f'{name}.json'}\n")


def _account() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        return "unknown"
