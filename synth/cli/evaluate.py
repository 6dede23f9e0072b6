"""`synth evaluate`: what the pipeline's verdicts, searches and choices are worth on a labelled set, or on several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synth.cli.options import JsonFlag, LlmOption, ModelOption, NliOption, WorkspaceOption, configuration, opened, output, progress
from synth.cli.view import View, line, table

if TYPE_CHECKING:
    from synth.evaluate.scoring import Evaluation

SHOWN_LINES = 20
"""malformed lines that are told one by one."""


def evaluate(
    folder: Annotated[Path, typer.Argument(help="A folder with the JSON lines of a labelled set, or with such folders.")],
    split: Annotated[str, typer.Option("--split", help="Which part of the set: the beginning of its file names.")] = "dev",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Score so many items of each kind, drawn by the seed.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of everything random.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for evaluation.json, items.jsonl and the reliability diagram.")] = None,
    nli: NliOption = None,
    llm: LlmOption = None,
    model: ModelOption = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """Score the pipeline on labelled claims, tables, searches or sentences."""
    from synth import evaluating
    from synth.cli import show
    from synth.store.embedding import Embedder

    settings = configuration(workspace, seed=seed, nli=nli, llm=llm, llm_model=model).settings
    embedder = Embedder(settings.embedding_model, opened(workspace).cache)
    with progress() as say:
        found, failed = evaluating.evaluate_all(folder, settings, embedder, split=split, limit=limit, out=out, progress=say)
    alone = len(found) + len(failed) == 1
    for name, result in found.items():
        show.warn(tuple(text if alone else f"{name}: {text}" for text in (*_told(result), result.pace)))
    show.warn(failed)
    output(view(*found.values()) if alone else view_of_all(found, f"{folder}, split {split}"), as_json)
    raise typer.Exit(1 if failed or any(result.figures["malformed"] for result in found.values()) else 0)


def _told(result: Evaluation) -> Sequence[str]:
    lines: list[str] = result.details["malformed"]
    more = len(lines) - SHOWN_LINES
    return (*lines[:SHOWN_LINES], f"and {more} more such lines") if more > 0 else lines


def view(result: Evaluation) -> View:
    """The figures as one table, then the confusion of labels and the commonest causes of error."""
    details = result.details
    title = f"{details['format']}, split {details['split']}, seed {details['seed']}"
    rows = [(name.replace("_", " "), _shown(value)) for name, value in result.data.items() if name != "details"]
    parts: list[Any] = [table(("figure", "value"), rows, title)]
    if "confusion" in details:
        said = list(next(iter(details["confusion"].values())))
        counts = [(gold, *(str(row[label]) for label in said)) for gold, row in details["confusion"].items()]
        parts.append(table(("label", *(f"said {label}" for label in said)), counts, "What was said by what holds"))
    for name, causes in _causes(details.get("errors", {})):
        parts.append(table(("items", name), [(str(count), cause) for cause, count in causes.items()]))
    return View(result.data, tuple(parts) or (line(title),))


def view_of_all(found: Mapping[str, Evaluation], title: str) -> View:
    """The figures that each set is known by; as data all of them, each under the name of its set."""
    from synth.evaluate.overview import COLUMNS, flat, overview

    details = {name: result.details for name, result in found.items()}
    return View({**flat(found), "details": details}, (table(COLUMNS, overview(found), title),))


def _causes(errors: dict[str, Any]) -> list[tuple[str, dict[str, int]]]:
    """Causes of wrong labels, or those of missed and of falsely taken sentences apart."""
    if any(isinstance(value, dict) for value in errors.values()):
        return [
            (f"cues of sentences {'missed' if name == 'missed' else 'taken and not marked'}", causes) for name, causes in errors.items()
        ]
    return [("cause of a wrong label", errors)] if errors else []


def _shown(value: float | int | None) -> str:
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else str(value)
