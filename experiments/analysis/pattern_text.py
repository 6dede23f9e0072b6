"""Similarities and correlations → plain text of at most 100 columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from experiments.analysis.correlation import Correlations
from experiments.analysis.similarity import SIGNS, STAGES
from experiments.analysis.text import columns, figure, wrapped

Row = Mapping[str, Any]


def pattern_tables(summary: Sequence[Row], families: Sequence[Row], found: Correlations, circumstances: str, stale: int) -> str:
    """Medians of the similarities, then their correlations with the difference in performance."""
    lines = [
        *wrapped(circumstances, ""),
        "",
        *_medians(summary),
        *_families(families),
        *_correlations(found.pooled),
        *_contrasts(found.contrasts),
    ]
    if stale:
        lines += wrapped(f"{stale} stale rows (their code, weights or data have changed) were not used.", "")
    return "\n".join(lines)


def _medians(rows: Sequence[Row]) -> Iterator[str]:
    rates = sorted({row["keep_rate"] for row in rows}, reverse=True)
    for regime, some in groupby(rows, key=lambda row: row["regime"]):
        held = {(row["measure"], row["keep_rate"], row["stage"]): row for row in some}
        yield f"Likeness of two methods' patterns, {regime}: median over pairs and places, by rate and stage"
        yield f"{'':<15}" + "".join(f"{f'{rate:g}':^20}" for rate in rates).rstrip()
        yield f"{'measure':<14}" + "".join(f"{stage:>5}" for _ in rates for stage in STAGES)
        for measure in (measure for measure in SIGNS if any(key[0] == measure for key in held)):
            values = (held.get((measure, rate, stage)) for rate in rates for stage in STAGES)
            yield f"{measure:<14}" + "".join(f"{row['median']:>5.2f}" if row else f"{'':>5}" for row in values).rstrip()
    yield from wrapped(
        "iou_corrected: (IoU - chance) / (1 - chance), chance that of random sets of the same sizes. ami: NMI adjusted for chance. "
        "procrustes (0..2), cka, pwcca (0..1): distances of class features. Stage 4: after the last block.",
        "",
    )
    yield ""


def _families(rows: Sequence[Row]) -> Iterator[str]:
    rates = sorted({row["keep_rate"] for row in rows}, reverse=True)
    for (regime, measure), some in groupby(rows, key=lambda row: (row["regime"], row["measure"])):
        held = {(row["family"], row["other_family"], row["keep_rate"]): row["median"] for row in some}
        yield f"{measure} by family, {regime}: median over pairs, stages and places"
        names = list(dict.fromkeys(key[:2] for key in held))
        cells = [[" - ".join(pair), *(figure(held.get((*pair, rate)), 5) for rate in rates)] for pair in names]
        yield from columns(["families", *(f"{rate:g}" for rate in rates)], cells)
        yield ""


def _correlations(rows: Sequence[Row]) -> Iterator[str]:
    titles = {
        "best": "anchor: best method of the cell among those that have the measure; against how far the others fall behind it",
        "all": "anchor: every method in turn, mean over anchors; against the size of the difference",
    }
    for (methods, anchor), some in groupby(rows, key=lambda row: (row["methods"], row["anchor"])):
        own = list(some)
        yield from wrapped(f"Correlation with the difference in performance, {methods}; {titles[anchor]}", "")
        yield f"{'':<69}{'Spearman after stage':^26}".rstrip()
        heads = f"{'cells':>6}{'n':>6}{'Spearman':>9}{'95 %':>16}{'Kendall':>8}{'sign':>6}{'p':>7}"
        yield f"{'measure':<14}{heads}" + "".join(f"{stage:>7}" for stage in STAGES)
        for measure in dict.fromkeys(row["measure"] for row in own):
            yield _line([row for row in own if row["measure"] == measure])
        yield ""
    yield from wrapped(
        "Sign convention: a proxy shows a negative correlation for iou, nmi, ami (alike patterns, small difference), a positive one for "
        "procrustes, cka, pwcca. Medians over cells (data set x backbone x keep rate x stage); n methods beside the anchor; interval from "
        "resampling data set x backbone x keep rate; sign: share of cells with that sign; p: one-sided, of a median as far that way "
        "when the labels of the performances are exchanged within a cell.",
        "",
    )
    yield ""


def _line(rows: Sequence[Row]) -> str:
    first = rows[0]
    if not first["cells"]:
        return f"{first['measure']:<14}{'':>6}- {first['note']}"
    n = f"{first['n_least']}" if first["n_least"] == first["n_most"] else f"{first['n_least']}-{first['n_most']}"
    bounds = f"[{first['low']:.2f}, {first['high']:.2f}]"
    stages = {row["stage"]: row["spearman"] for row in rows}
    figures = (
        f"{first['cells']:>6}{n:>6}{first['spearman']:>9.2f}{bounds:>16}{first['kendall']:>8.2f}"
        f"{first['right_sign']:>6.0%}{first['p_value']:>7.3f}"
    )
    by_stage = "".join(f"{stages[stage]:>7.2f}" if stage in stages else f"{'':>7}" for stage in STAGES)
    return f"{first['measure']:<14}{figures}{by_stage}".rstrip()


def _contrasts(rows: Sequence[Row]) -> Iterator[str]:
    yield "Which is the better proxy: mean of |Spearman| minus that of the other, over cells that have both"
    names = [f"{row['measure']} - {row['against']}" for row in rows]
    cells = [
        [
            name,
            row["methods"],
            row["anchor"],
            str(row["cells"]),
            figure(row["difference"], 1),
            f"[{row['low']:.2f}, {row['high']:.2f}]" if row["low"] is not None else "-",
        ]
        for name, row in zip(names, rows, strict=True)
    ]
    yield from columns(["measures", "methods", "anchor", "cells", "difference", "95 %"], cells)
    yield from wrapped(
        "iou is of the methods that keep tokens, nmi of those that merge: part of a difference between the two is the set of methods.",
        "",
    )
