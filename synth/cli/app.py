"""
The `synth` command.

Exit codes: 0 done · 1 done, and a claim was refuted or a check failed · 2 usage · 3 could not.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from synth import interrupt
from synth.cli import batch, cache, claims, evaluate, papers
from synth.cli.options import (
    SOURCES,
    CategoryOption,
    JsonFlag,
    LatexOption,
    LlmOption,
    ModelOption,
    NliOption,
    SinceOption,
    SnowballOption,
    UntilOption,
    WorkspaceOption,
    configuration,
    opened,
    output,
    progress,
    write,
)
from synth.errors import SynthError

INTERRUPTED = 130
"""what shells expect of a program that Ctrl-C ended: 128 and the number of the signal."""

app = typer.Typer(
    help="Does this claim hold? Reads papers, extracts their claims and checks each against passages, tables and a rerun.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(claims.app, name="claims")
app.add_typer(papers.app, name="papers")
app.add_typer(cache.app, name="cache")
app.command("evaluate")(evaluate.evaluate)

Sources = Annotated[list[str] | None, typer.Option("--source", help=f"Where papers come from: {SOURCES}. May be given several times.")]
Named = Annotated[list[str] | None, typer.Option("--paper", help="A paper that must be read: arXiv id, DOI or file name. May be repeated.")]
Seed = Annotated[int | None, typer.Option(help="Seed of everything random.")]
Budget = Annotated[float | None, typer.Option(metavar="SECONDS", help="Wall time that reruns may take; 0 asks for none.")]
NoControl = Annotated[bool | None, typer.Option("--no-control", help="Leave out the control by wrong siblings of the verified claims.")]
Offline = Annotated[bool | None, typer.Option("--offline", help="Make no call that leaves this machine.")]
UPDATE = "Look again at a saved run (its name, how it begins or its question; the newest otherwise) and print what changed."


class TakesRun(TyperCommand):
    """`--update=RUN` is `--update RUN`."""

    def parse_args(self, context: Any, arguments: list[str]) -> list[str]:
        """Set the run free of the option, which takes no value: it stands where the question does."""
        head = "--update="
        apart = [["--update", each.removeprefix(head)] if each.startswith(head) else [each] for each in arguments]
        return super().parse_args(context, [part for parts in apart for part in parts])


@app.command(cls=TakesRun)
def run(
    question: Annotated[str | None, typer.Argument(help="The research question, in quotes; with --update the run.")] = None,
    update: Annotated[bool, typer.Option("--update", help=UPDATE)] = False,
    questions: batch.Questions = None,
    executor: batch.Executor_ = None,
    workers: batch.Workers = None,
    address: batch.Address = None,
    source: Sources = None,
    paper: Named = None,
    max_papers: Annotated[int | None, typer.Option(help="Full texts to read.")] = None,
    snowball: SnowballOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    category: CategoryOption = None,
    claims_per_paper: Annotated[int | None, typer.Option(help="Claims kept of one paper.")] = None,
    latex: LatexOption = None,
    seed: Seed = None,
    budget: Budget = None,
    offline: Offline = None,
    no_control: NoControl = None,
    nli: NliOption = None,
    llm: LlmOption = None,
    model: ModelOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be asked of whom, and stop.")] = False,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """Answer a question, or all of a file: papers, claims, verdicts and a report."""
    from synth import gathering, pipeline
    from synth.cli import show

    fixed = {
        "sources": source,
        "max_papers": max_papers,
        "snowball": snowball,
        "since": since,
        "until": until,
        "categories": category,
        "claims_per_paper": claims_per_paper,
        "latex": latex,
        "seed": seed,
        "nli": nli,
    }
    flags = {
        "budget_seconds": budget,
        "offline": offline,
        "control": False if no_control else None,
        "llm": llm,
        "llm_model": model,
    }
    batch.check(question, questions, executor, workers, address, update=update)
    if update:
        from synth.cli import update as updates

        raise typer.Exit(updates.run(question, workspace, fixed | {"paper": paper}, flags, dry_run=dry_run, as_json=as_json))
    settled = configuration(workspace, **fixed, **flags)
    if questions is not None:
        if dry_run:
            batch.plans(questions, settled, workspace, as_json)
            return
        raise typer.Exit(batch.answer(questions, settled, workspace, paper or (), executor, workers, address, as_json))
    assert question is not None
    if dry_run:
        output(show.plan(gathering.plan(question, opened(workspace), settled.settings)), as_json)
        return
    fallback = settled.origins["sources"] == "default"
    with progress() as say:
        result = pipeline.run(question, opened(workspace), settled.settings, named=tuple(paper or ()), fallback=fallback, progress=say)
    show.notices(result)
    output(show.run(result, workspace), as_json)
    raise typer.Exit(show.exit_code(result))


@app.command()
def audit(
    report: Annotated[Path, typer.Argument(help="A report with a claims table: text or Markdown.")],
    source: Sources = None,
    seed: Seed = None,
    budget: Budget = None,
    offline: Offline = None,
    no_control: NoControl = None,
    nli: NliOption = None,
    llm: LlmOption = None,
    model: ModelOption = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """Check a finished report: pull the papers that it cites, verify its claims, name its faults."""
    from synth import auditing
    from synth.cli import show

    settled = configuration(
        workspace,
        sources=source,
        seed=seed,
        budget_seconds=budget,
        offline=offline,
        control=False if no_control else None,
        nli=nli,
        llm=llm,
        llm_model=model,
    )
    fallback = settled.origins["sources"] == "default"
    with progress() as say:
        result = auditing.audit(report, opened(workspace), settled.settings, fallback=fallback, progress=say)
    show.notices(result.run)
    output(show.audit(result, workspace), as_json)
    raise typer.Exit(1 if result.faults else show.exit_code(result.run))


@app.command()
def verify(
    claim: Annotated[str, typer.Argument(help="Id of the claim, or how it begins.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Hear every witness anew and measure again; print what changed.")] = False,
    run_name: Annotated[str | None, typer.Option("--run", help="The run it belongs to; the newest that has it otherwise.")] = None,
    budget: Budget = None,
    offline: Offline = None,
    nli: NliOption = None,
    llm: LlmOption = None,
    model: ModelOption = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """Verify one claim again, from what is kept or afresh."""
    from synth import pipeline
    from synth.cli import show
    from synth.store import runs

    settled = configuration(workspace, budget_seconds=budget, offline=offline, nli=nli, llm=llm, llm_model=model)
    place = opened(workspace)
    name, claim_id = runs.find_claim(place, claim, run_name)
    with progress() as say:
        again = pipeline.verify_again(place, name, claim_id, settled.settings, fresh=fresh, progress=say)
    show.warn(again.lost)
    output(show.again(again.claim, again.before, again.now, fresh=fresh), as_json)
    raise typer.Exit(1 if again.now.verdict == "REFUTED" else 0)


@app.command()
def extract(
    file: Annotated[Path, typer.Argument(help="A PDF, Markdown or LaTeX file.")],
    budget: Annotated[int, typer.Option("--claims", min=1, help="Claims kept, best first.")] = 12,
    as_json: JsonFlag = False,
) -> None:
    """The claims of one file, each with its quote and its hypothesis."""
    from synth import claiming
    from synth.cli import show

    output(show.extracted(claiming.extract_file(file, budget)), as_json)


@app.command()
def report(
    run_name: Annotated[str | None, typer.Argument(metavar="RUN", help="The run; the newest otherwise.")] = None,
    formats: Annotated[str, typer.Option("--format", help="One or more of md, html, json, csv, bib, separated by commas.")] = "md",
    workspace: WorkspaceOption = Path(),
) -> None:
    """Render a saved run again, also in other formats."""
    from synth.report import render
    from synth.store import runs

    place = opened(workspace)
    saved, circumstances = runs.load(place, runs.named(place, run_name))
    for path in render.write(place, saved, circumstances, [name.strip() for name in formats.split(",") if name.strip()]):
        write(f"{path}\n")


@app.command()
def doctor(workspace: WorkspaceOption = Path(), offline: Offline = None, as_json: JsonFlag = False) -> None:
    """Whether everything that a run needs is in place, and what to do where it is not."""
    from synth import doctor as checks
    from synth.cli import show

    results = checks.examine(workspace, configuration(workspace, offline=offline).settings)
    output(show.checks(results), as_json)
    raise typer.Exit(1 if any(check.state == "failed" for check in results) else 0)


@app.command()
def config(workspace: WorkspaceOption = Path(), as_json: JsonFlag = False) -> None:
    """The settings as they take effect, and where each comes from."""
    from synth.cli import show

    output(show.configuration(configuration(workspace)), as_json)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def experiments(context: typer.Context) -> None:
    """The laboratory: run, bench, parity, train, list (all arguments go to `python -m experiments`)."""
    from synth.doctor import laboratory

    raise typer.Exit(laboratory(*context.args).returncode)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; errors of ours become one line on stderr and their exit code."""
    interrupt.watch()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without ✓ shows "?" and the run goes on
    try:
        return app(args=arguments, prog_name="synth")
    except SynthError as error:
        from synth.report.escape import plain

        sys.stderr.write(f"synth: {plain(str(error))}\n")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as stop:
        # typer turns Ctrl-C into a silent exit with 130.
        if isinstance(stop, SystemExit) and stop.code != INTERRUPTED:
            raise
        sys.stderr.write("synth: stopped; the same command goes on where this one stopped\n")
        sys.exit(INTERRUPTED)
