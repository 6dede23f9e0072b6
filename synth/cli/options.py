"""What the commands share: common options, output as text or JSON, progress on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synth.interrupt import stop_if_noted

if TYPE_CHECKING:
    from synth.cli.view import View
    from synth.settings import Configuration
    from synth.store.workspace import Workspace

SOURCES = "arxiv, openalex, semanticscholar, crossref, europepmc, unpaywall, library, folder:DIR or list:FILE"
"""as in synth.retriever.sources, which is not imported for a page of help."""

WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", metavar="DIR", help="Folder with claims/, reports/ and .synth/.")]
SnowballOption = Annotated[
    int | None, typer.Option("--snowball", metavar="N", help="Steps along references and citations of the nearest papers.")
]
SinceOption = Annotated[str | None, typer.Option("--since", metavar="DATE", help="No older papers: 2021, 2021-06 or 2021-06-01.")]
UntilOption = Annotated[str | None, typer.Option("--until", metavar="DATE", help="No newer papers.")]
CategoryOption = Annotated[list[str] | None, typer.Option("--category", help="Category of arXiv, cs.CV. May be repeated.")]
NliOption = Annotated[
    str | None,
    typer.Option("--nli", metavar="NAME", help="A cross-encoder for inference that reads stance, by name or folder; uncalibrated."),
]
LlmOption = Annotated[
    str | None, typer.Option("--llm", metavar="BASE_URL", help="An OpenAI-compatible language model to ask; none is asked otherwise.")
]
ModelOption = Annotated[str | None, typer.Option("--model", metavar="NAME", help="Name of that language model.")]
LatexOption = Annotated[
    str | None,
    typer.Option("--latex", metavar="WHEN", help="When arXiv's LaTeX source is read: fallback, prefer or never."),
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def configuration(workspace: Path, **flags: Any) -> Configuration:
    """Settings of this call; flags that are None were not given."""
    from synth.settings import configure

    return configure(workspace, flags)


def opened(workspace: Path) -> Workspace:
    """The workspace in this folder."""
    from synth.store.workspace import Workspace

    # Processes that work elsewhere, such as the laboratory, are told paths of this folder.
    return Workspace(workspace.absolute())


def output(view: View, as_json: bool) -> None:
    """Print a view to stdout, as JSON or as text."""
    if as_json:
        write(json.dumps(view.data, indent=1, ensure_ascii=False) + "\n")
        return
    from rich.console import Console

    # A pipe has no width: a line of a table must not be cut there.
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False, emoji=False)
    with console.capture() as drawn:
        for part in view.parts:
            console.print(part)
    write(drawn.get())


def write(text: str) -> None:
    """Write to stdout; a reader that has seen enough (`| head`) is no failure, so the exit code stays that of the command."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes stdout once more at its end: docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A place to say what is going on: a spinner on a terminal's stderr, nothing elsewhere. Stops there after Ctrl-C."""
    if not sys.stderr.isatty():
        yield lambda line: stop_if_noted()
        stop_if_noted()
        return
    from rich.console import Console
    from rich.text import Text

    from synth.report.escape import plain

    console = Console(stderr=True)
    with console.status(Text("starting")) as status:

        def say(line: str) -> None:
            stop_if_noted()
            status.update(Text(plain(line)[: max(20, console.width - 4)]))

        yield say
    stop_if_noted()
