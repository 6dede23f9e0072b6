"""The curve as a table of Markdown and as a plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Row = dict[str, Any]
LISTED = ("first listing", "listing", "--verdict", "--kind", "--paper", "--containing", "--sort", "--json")


def lines() -> list[tuple[str, Callable[[Row], float | str]]]:
    """Names of what was measured, and how each is read off a row."""
    found: list[tuple[str, Callable[[Row], float | str]]] = [
        ("claims", lambda row: row["claims"]),
        ("claims table of the one run, MiB", lambda row: row["save"]["table_mib"]),
        ("start of the command (`--help`), s", lambda row: row["listing"]["start"]["seconds"]),
    ]
    found += [(f"one run: {name}, s", lambda row, name=name: row["listing"][name]["seconds"]) for name in LISTED]
    return [
        *found,
        ("one run: listing, peak MiB", lambda row: row["listing"]["listing"]["peak_mib"]),
        ("one run: read whole, s", lambda row: row["whole"]["seconds_within"] + row["listing"]["start"]["seconds"]),
        ("one run: read whole, peak MiB", lambda row: row["whole"]["peak_mib"]),
        ("one run: saved, s", lambda row: row["save"]["saving_seconds"]),
        ("runs, where there are many", lambda row: row["many"]["runs"]),
        ("many runs: first `--runs`, s", lambda row: row["listing"]["first --runs"]["seconds"]),
        ("many runs: `--runs`, s", lambda row: row["listing"]["--runs"]["seconds"]),
        ("many runs: claims of the newest, s", lambda row: row["listing"]["newest of many"]["seconds"]),
        ("sentences", lambda row: row["search"]["sentences"]),
        ("vectors", lambda row: row["vectors"]),
        ("indexing, s", lambda row: row["search"]["indexing_seconds"]),
        ("indexing with vectors kept, s", lambda row: row["search"]["indexing_again_seconds"]),
        ("evidence search, ms a claim", lambda row: row["search"]["search_milliseconds"]),
        ("evidence search, slowest, ms", lambda row: row["search"]["slowest_milliseconds"]),
        ("evidence search, peak MiB", lambda row: row["search"]["peak_mib"]),
        ("cache, MiB", lambda row: row["cache"]["mib"]),
        ("`synth cache size`, s", lambda row: row["cache"]["size"]["seconds"]),
        ("`synth cache verify`, s", lambda row: row["cache"]["verify"]["seconds"]),
    ]


def table(rows: Sequence[Row]) -> str:
    """A line for everything that was measured, a column for every size."""
    head = ["papers", *(f"{row['papers']:,}" for row in rows)]
    body = [[name, *(_figure(read(row)) for row in rows)] for name, read in lines()]
    written = [head, ["---", *("---:" for _ in rows)], *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in written)


def _figure(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 100 or float(value).is_integer() else f"{value:.3g}"


ONE = tuple(f"one run: {name}, s" for name in ("read whole", "first listing", "listing", "--containing", "--sort"))
PANELS = (
    ("Listing one run", "seconds", ONE),
    ("Listing many runs", "seconds", ("many runs: first `--runs`, s", "many runs: `--runs`, s", "many runs: claims of the newest, s")),
    ("Evidence search", "milliseconds a claim", ("evidence search, ms a claim", "evidence search, slowest, ms")),
    ("Cache and indexing", "seconds", ("indexing with vectors kept, s", "`synth cache verify`, s", "`synth cache size`, s")),
)


def draw(rows: Sequence[Row], path: Path) -> None:
    """Plot the curves, both axes logarithmic, into a PNG file."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    read = dict(lines())
    figure, panels = pyplot.subplots(2, 2, figsize=(11, 8), layout="constrained")
    for panel, (title, unit, names) in zip(panels.flat, PANELS, strict=True):
        for name in names:
            panel.plot(
                [row["papers"] for row in rows],
                [read[name](row) for row in rows],
                marker="o",
                label=name.split(": ")[-1].replace("`", "").removesuffix(", s"),
            )
        panel.set(xscale="log", yscale="log", title=title, xlabel="papers (ten claims each)", ylabel=unit)
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8, frameon=False)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)
