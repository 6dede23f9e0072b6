"""Rows → plain text of at most 100 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from experiments.analysis.methods import NO_TEACHER, in_order
from experiments.analysis.panels import metric_of

Row = dict[str, Any]
WIDTH = 100
_SHORT = {NO_TEACHER: "  no teacher"}


def figure(value: Any, width: int, digits: int = 2) -> str:
    """A number, right-aligned; a dash where there is none."""
    return f"{value:>{width}.{digits}f}" if isinstance(value, (int, float)) else f"{'-':>{width}}"


def columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table with the first column left-aligned and the others right-aligned, as wide as they need."""
    table = [list(names), *map(list, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(names))]
    return [
        "  ".join(text.ljust(w) if i == 0 else text.rjust(w) for i, (text, w) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in table
    ]


def wrapped(words: str, indent: str = "  ") -> list[str]:
    """A note, cut into lines."""
    from textwrap import wrap

    return wrap(words, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def rank_tables(rows: Sequence[Row], overall: Sequence[Row], images: Mapping[str, int], stale: int) -> str:
    """All rank tables, the overview first."""
    parts = [*_overview(rows), *_overall(overall), *_blocks(rows, images)]
    return "\n".join([*parts, *_legend(stale)])


def _legend(stale: int) -> list[str]:
    text = [
        "rank: 1 = best of the methods, ties share the mean rank; controls are not ranked. "
        "open: ranks that the noise leaves open. group: methods that share a letter cannot be told apart. "
        "± standard deviation over seeds. [ ]: paired 95 % interval, over images and seeds (images alone where there is one seed), of the "
        "distance to the best method; pair by pair, not corrected for their number. "
        "tokens: mean patch tokens a block. At equal tokens a method's value lies on a straight line between its own points; "
        "° between its highest keep rate and the unreduced model; - not reached, never extrapolated."
    ]
    if stale:
        text.append(f"{stale} stale records (their code, weights or data have changed) were not used.")
    return [line for words in text for line in wrapped(words, "")]


def _short(method: str) -> str:
    return _SHORT.get(method, method)


def _overview(rows: Sequence[Row]) -> Iterator[str]:
    """Mean rank over keep rates, by data set and backbone."""
    names = {"equal_keep_rate": "at equal keep rate", "equal_mean_tokens": "at equal mean tokens (budgets that a method reaches)"}
    for comparison, words in names.items():
        for regime in dict.fromkeys(row["regime"] for row in rows):
            own = [row for row in rows if (row["comparison"], row["regime"]) == (comparison, regime) and row.get("rank") is not None]
            if own:
                yield f"Mean rank over keep rates, {words}, {regime}"
                yield from _mean_ranks(own)
                yield ""


def _mean_ranks(rows: Sequence[Row]) -> list[str]:
    models = list(dict.fromkeys((row["dataset"], row["backbone"]) for row in rows))
    heads = [f"{_abbreviated(dataset)}/{backbone.removeprefix('proxy_')}" for dataset, backbone in models]
    lines = []
    for method in in_order({row["method"] for row in rows}):
        cells = [[r["rank"] for r in rows if r["method"] == method and (r["dataset"], r["backbone"]) == model] for model in models]
        every = [rank for cell in cells for rank in cell]
        means = [figure(sum(cell) / len(cell), 4, 1) if cell else "-" for cell in cells]
        lines.append((sum(every) / len(every), [method, *means, figure(sum(every) / len(every), 5)]))
    return columns(["method", *heads, "all"], [line for _, line in sorted(lines)])


def _abbreviated(dataset: str) -> str:
    return {"digit_scenes": "digits", "digit_scenes_multi": "multi"}.get(dataset, dataset[-12:])


def _overall(rows: Sequence[Row]) -> Iterator[str]:
    """Standing over all places."""
    for (regime, dataset), some in groupby(rows, key=lambda row: (row["regime"], row["dataset"])):
        own = list(some)
        yield f"Over {own[0]['places']} cells of {dataset if dataset != 'all' else 'all data sets'}, {regime}"
        yield from columns(
            ["method", "mean rank", "sd", "top 3", "bottom 3", "p against the best (Wilcoxon, Holm)"],
            [
                [
                    row["method"],
                    figure(row["mean_rank"], 1),
                    figure(row["rank_spread"], 1),
                    f"{row['top_three']:.0%}",
                    f"{row['bottom_three']:.0%}",
                    f"{row['p_against_best']:.2g}",
                ]
                for row in own
            ],
        )
        yield ""


def _blocks(rows: Sequence[Row], images: Mapping[str, int]) -> Iterator[str]:
    """One table a place, and one a backbone at the fewest tokens that all reach."""
    at_rate = [row for row in rows if row["comparison"] == "equal_keep_rate"]
    at_tokens = {_name(row): row for row in rows if row["comparison"] == "equal_mean_tokens"}
    common = {row_key: list(some) for row_key, some in groupby((r for r in rows if r["comparison"] == "fewest_common_tokens"), key=_model)}
    for model, group in groupby(at_rate, key=_model):
        for rate, some in groupby(group, key=lambda row: row["keep_rate"]):
            own = list(some)
            yield from _block(own, at_tokens, images)
            missed = [row for name, row in at_tokens.items() if name[:4] == (*model, rate) and row["performance_percent"] is None]
            if missed:
                budget = missed[0]["mean_tokens"]
                told = ", ".join(f"{row['method']} ({row['note'].removeprefix('not reached: measured ')})" for row in missed)
                yield from wrapped(f"do not reach {budget:.1f} tokens: {told}")
            if own[0]["note"]:
                yield from wrapped(own[0]["note"])
            yield ""
        if model in common:
            yield from _common(common[model])


def _model(row: Row) -> tuple[str, str, str]:
    return row["regime"], row["dataset"], row["backbone"]


def _name(row: Row) -> tuple[str, str, str, float, str]:
    return *_model(row), row["keep_rate"], row["method"]


def _block(rows: Sequence[Row], at_tokens: dict[tuple[str, str, str, float, str], Row], images: Mapping[str, int]) -> Iterator[str]:
    first = rows[0]
    seen = images.get(first["dataset"])
    facts = [
        first["dataset"],
        first["backbone"],
        f"keep rate {first['keep_rate']:g}",
        first["regime"],
        f"{first['n_seeds']} seeds" if first["n_seeds"] > 1 else "1 seed",
        f"{seen} images" if seen else "",
        f"{metric_of(first['dataset'])}, %",
    ]
    budget = next((row["mean_tokens"] for name, row in at_tokens.items() if name[:4] == _name(first)[:4]), None)
    yield " · ".join(fact for fact in facts if fact)
    equal = f"at {budget:.2f} mean tokens" if budget else ""
    yield f"{'':<12}{'at equal keep rate':<66}{equal:>20}".rstrip()
    heads = f"{'tokens':>6}{'gmacs':>8}{'value':>7}{'±':>5}{'rank':>5}{'open':>6}{'group':>7}  {'behind the best':<20}"
    yield f"{'method':<12}{heads}{'value':>7} {'rank':>5}{'group':>7}" if budget else f"{'method':<12}{heads}"
    for row in rows:
        yield _line(row, at_tokens.get(_name(row)))


def _line(row: Row, equal: Row | None) -> str:
    cells = [
        f"{_short(row['method']):<12}{figure(row['mean_tokens'], 6)}{figure(row['gmacs'], 8, 4)}",
        f"{figure(row['performance_percent'], 7)}{figure(row['spread_over_seeds'], 5, 1)}",
        f"{_rank(row):>5}{_open(row):>6}{row['group']:>7}  {_behind(row):<20}",
    ]
    if equal is not None:
        mark = "°" if equal["note"].startswith("between") else " "
        cells.append(f"{figure(equal['performance_percent'], 7)}{mark}{_rank(equal):>5}{equal.get('group') or '':>7}")
    return "".join(cells).rstrip()


def _rank(row: Row) -> str:
    return f"{row['rank']:.1f}" if row["ranked"] else ""


def _open(row: Row) -> str:
    return f"{row['best_rank']}-{row['worst_rank']}" if row["ranked"] else ""


def _behind(row: Row) -> str:
    bounds = f" [{row['behind_low']:.1f}, {row['behind_high']:.1f}]" if row["behind_low"] is not None else ""
    return f"{figure(row['behind'], 5, 1)}{bounds}"


def _common(rows: Sequence[Row]) -> Iterator[str]:
    first = rows[0]
    budget = f"at {first['mean_tokens']:.2f} mean tokens, the fewest that all reach"
    yield f"{first['dataset']} · {first['backbone']} · {first['regime']} · {budget}"
    reached = [row for row in rows if row["performance_percent"] is not None]
    cells = [
        [
            _short(row["method"]),
            figure(row["performance_percent"], 1),
            figure(row["spread_over_seeds"], 1, 1),
            *(_rank(row), _open(row), row["group"], _behind(row)),
        ]
        for row in reached
    ]
    yield from columns(["method", "value", "±", "rank", "open", "group", "behind the best"], cells)
    yield ""
