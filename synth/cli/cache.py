"""`synth cache`: how large it is, what may go, and whether what it holds is whole."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from synth.cli.options import JsonFlag, WorkspaceOption, opened, output

app = typer.Typer(help="The cache of a workspace: size, clean, verify.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def size(workspace: WorkspaceOption = Path(), as_json: JsonFlag = False) -> None:
    """What the cache holds, by kind."""
    from synth.cli.view import View, line, table
    from synth.store import upkeep

    cache = opened(workspace).cache
    found = upkeep.sizes(cache)
    total = upkeep.Size("all", sum(each.entries for each in found), sum(each.bytes for each in found))
    rows = [(each.kind, f"{each.entries:,}", _amount(each.bytes)) for each in (*found, total)]
    data = {"folder": str(cache.folder), "kinds": [asdict(each) for each in found], "entries": total.entries, "bytes": total.bytes}
    output(View(data, (table(("kind", "entries", "size"), rows), line(str(cache.folder)))), as_json)


@app.command()
def clean(
    everything: Annotated[bool, typer.Option("--all", help="Forget everything: the next run fetches, reads and measures anew.")] = False,
    workspace: WorkspaceOption = Path(),
    as_json: JsonFlag = False,
) -> None:
    """Delete what has expired and what nothing refers to."""
    from synth.cli.view import View, line
    from synth.store import upkeep

    freed = upkeep.clean(opened(workspace).cache, everything=everything)
    told = f"freed {_amount(freed.bytes)}: {freed.entries:,} entries, {freed.files:,} files that nothing referred to"
    output(View(asdict(freed), (line(told),)), as_json)


@app.command()
def verify(workspace: WorkspaceOption = Path(), as_json: JsonFlag = False) -> None:
    """Hold everything against its digest; what is damaged is dropped, named, and fetched or made again when it is needed."""
    from synth.cli.view import View, line
    from synth.store import upkeep

    found = upkeep.verify(opened(workspace).cache)
    lines = [line(f"dropped: {each.what} {each.name}: {each.reason}", "red") for each in found.damaged]
    told = f"{found.entries:,} entries and {found.blobs:,} blobs verified, {len(found.damaged)} damaged"
    output(View(asdict(found), (*lines, line(told))), as_json)
    raise typer.Exit(1 if found.damaged else 0)


def _amount(count: int) -> str:
    """Bytes for people: 1.5 MB."""
    size, units = float(count), ["bytes", "kB", "MB", "GB"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    return f"{size:.1f} {units[0]}" if units[0] != "bytes" else f"{count} bytes"
