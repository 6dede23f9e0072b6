"""Likeness of patterns and its correlation with performance, on small made tables with known answers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from experiments.analysis import correlation
from experiments.analysis.correlation import cells, correlations, pooled
from experiments.analysis.panels import Place, panels
from experiments.analysis.pattern_text import pattern_tables
from experiments.analysis.similarity import Likeness, by_family, corrected_iou, likenesses, summary
from experiments.analysis.text import WIDTH
from synth.model import CellRequest, LabRecord

METHODS = ("topk", "evit", "ats", "l1", "l2", "linf", "kmedoids")
PLACE = Place("off_the_shelf", "digit_scenes", "proxy_tiny", 0.5)


def record(method: str, metric: str, value: float, *, rate: float = 0.5, stage: int = 0, seed: int = 0) -> LabRecord:
    """A record with a few resamples, of one data set and backbone."""
    cell = CellRequest(method=method, backbone="proxy_tiny", dataset="digit_scenes", keep_rate=rate, seed=seed)
    settings = (("stage", float(stage)),) if stage else ()
    return LabRecord(cell=cell, metric=metric, value=value, settings=settings, replicates=() if stage else (value - 1, value, value + 1))


def world(sign: float, rates: tuple[float, ...] = (0.9, 0.7, 0.5, 0.25), metric: str = "iou") -> list[LabRecord]:
    """Methods on a line: performance falls along it, and the measure of two of them rises (sign 1) or falls with their distance."""
    records = []
    for rate in rates:
        records += [record(method, "performance", 90 - 5 * i, rate=rate) for i, method in enumerate(METHODS)]
        for (i, one), (j, other) in combinations(enumerate(METHODS), 2):
            value = 0.5 + sign * 0.05 * (j - i)
            records += [record("|".join(sorted((one, other))), metric, value, rate=rate, stage=stage) for stage in (1, 2, 3)]
    return records


def test_a_perfect_proxy_has_the_sign_of_the_convention() -> None:
    """Similarities that fall with the difference give -1 under either anchor, distances that rise give 1; both count as right."""
    for metric, sign, rho in (("iou", -1.0, -1.0), ("procrustes", 1.0, 1.0), ("iou", 1.0, 1.0)):
        records = world(sign, metric=metric)
        for anchor in correlation.ANCHORS:
            some = cells(likenesses(records), panels(records), metric, anchor)
            found = pooled(some, metric, anchor, "all methods")
            assert found.spearman == pytest.approx(rho)
            assert found.kendall == pytest.approx(rho)
            assert found.right_sign == (1.0 if rho == found.expected_sign else 0.0)
            assert (found.cells, found.places, found.n_least) == (12, 4, 6)
            assert found.p_value < 0.01 if rho == found.expected_sign else found.p_value > 0.99


def test_unrelated_patterns_are_within_the_null() -> None:
    """With likeness drawn at random the median is near 0 and its p-value spreads over 0..1."""
    rng = np.random.default_rng(0)
    p_values = []
    for _ in range(30):
        records = [r if r.metric == "performance" else r.model_copy(update={"value": float(rng.random())}) for r in world(-1, (0.9, 0.5))]
        some = cells(likenesses(records), panels(records), "iou", "best")
        p_values.append(pooled(some, "iou", "best", "all methods").p_value)
    assert 0.3 < np.mean(p_values) < 0.7
    assert min(p_values) < 0.2 < 0.8 < max(p_values)


def test_the_best_anchor_is_compared_with_what_falls_behind_it() -> None:
    """Of four methods the second is best; likeness to it is ranked against the gaps, by hand: ranks 2, 3, 1 and 3, 1, 2 give -0.5."""
    likeness = np.array([[np.nan, 0.4, 0.1, 0.1], [0.4, np.nan, 0.5, 0.3], [0.1, 0.5, np.nan, 0.1], [0.1, 0.3, 0.1, np.nan]])
    performance = np.array([[60.0, 90.0, 80.0, 70.0]])
    assert correlation.correlation(likeness, performance, "best", correlation.ranked)[0] == pytest.approx(-0.5)


def test_a_middle_anchor_needs_the_size_of_the_difference() -> None:
    """Neighbours of a middle method are alike whether better or worse: anchor "all" finds it, as it takes the size."""
    records = world(-1, (0.5,))
    likeness = next(one for one in likenesses(records) if one.stage == 1)
    performance = panels(records)[0].only(likeness.methods).values
    assert correlation.correlation(likeness.values, performance, "all", correlation.ranked)[0] == pytest.approx(-1)
    signed = performance[0, 3] - np.delete(performance[0], 3)
    assert abs(np.corrcoef(np.delete(likeness.values[3], 3), signed)[0, 1]) < 1e-9


def test_too_few_methods_give_no_correlation_but_a_reason() -> None:
    """Three merging methods cannot carry a rank correlation."""
    records = [r for r in world(-1) if set(r.cell.method.split("|")) <= {"topk", "evit", "ats"}]
    found = correlations(likenesses(records), panels(records))
    row = next(row for row in found.pooled if row["measure"] == "iou")
    assert (row["cells"], row["note"]) == (0, "at most 3 methods have it in a cell; 5 are needed")


def test_soft_merging_is_left_out_only_where_there_is_some() -> None:
    """Without soft merging there is one set; with it the second set has fewer methods."""
    records = world(-1)
    assert {row["methods"] for row in correlations(likenesses(records), panels(records)).pooled} == {"all methods"}
    names = {"linf": "sit", "kmedoids": "sinkhorn"}
    renamed = []
    for r in records:
        method = "|".join(sorted(names.get(m, m) for m in r.cell.method.split("|")))
        renamed.append(r.model_copy(update={"cell": r.cell.model_copy(update={"method": method})}))
    rows = correlations(likenesses(renamed), panels(renamed)).pooled
    assert {(row["methods"], row["n_least"]) for row in rows if row["measure"] == "iou"} == {
        ("all methods", 6),
        ("without soft merging", 4),
    }


def test_iou_is_corrected_for_chance() -> None:
    """Chance is 0, equality is 1, and nothing is said where both keep everything."""
    assert corrected_iou(0.81, 0.81) == 0
    assert corrected_iou(1.0, 0.81) == pytest.approx(1)
    assert np.isnan(corrected_iou(1.0, 1.0))
    records = [record("evit|topk", "iou", 0.7, stage=1, seed=s) for s in (0, 1)]
    records += [record("evit|topk", "iou_chance", 0.4, stage=1, seed=s) for s in (0, 1)]
    found = {one.measure: one for one in likenesses(records)}
    assert found["iou_corrected"].pairs == pytest.approx([0.5])
    assert set(found) == {"iou", "iou_corrected"}


def test_a_pair_is_one_pair_in_either_order_and_controls_are_left_out() -> None:
    """ "a|b" and "b|a" of two seeds are averaged; pairs with random pruning do not count."""
    records = [record("evit|topk", "nmi", 0.2, stage=1), record("topk|evit", "nmi", 0.4, stage=1, seed=1)]
    (found,) = likenesses([*records, record("random|topk", "nmi", 0.9, stage=1)])
    assert found.methods == ("topk", "evit")
    assert found.pairs == pytest.approx([0.3])


def test_a_method_without_all_its_pairs_is_left_out() -> None:
    """The matrix has no hole: the method with most missing pairs goes."""
    records = [r for r in world(-1, (0.5,)) if not ("ats" in r.cell.method and ("l1" in r.cell.method or "l2" in r.cell.method))]
    assert next(one for one in likenesses(records) if one.stage == 1).methods == tuple(m for m in METHODS if m != "ats")


def test_contrast_is_paired_over_cells() -> None:
    """Two perfect proxies do not differ, over the cells that both have: two stages of four places."""
    records = [*world(-1), *world(1, metric="procrustes")]
    noisy = [r for r in world(-1, metric="nmi") if r.metric == "nmi" and dict(r.settings)["stage"] < 3]
    found = correlations(likenesses([*records, *noisy]), panels(records)).contrasts
    row = next(r for r in found if (r["measure"], r["against"], r["anchor"]) == ("nmi", "iou", "best"))
    assert (row["cells"], row["places"], row["difference"]) == (8, 4, pytest.approx(0))


def test_medians_and_tables_are_readable() -> None:
    """Medians by stage and by families; the text keeps to 100 columns and states sign convention and n."""
    records = world(-1)
    found = likenesses(records)
    assert next(r for r in summary(found) if r["stage"] == 2)["median"] == pytest.approx(0.4)
    pairs = by_family([Likeness(PLACE, "ami", 1, ("topk", "tome"), np.array([[np.nan, 0.3], [0.3, np.nan]]))])
    assert [(r["family"], r["other_family"], r["median"]) for r in pairs] == [("hard merging", "learned pruning", 0.3)]
    told = pattern_tables(summary(found), pairs, correlations(found, panels(records)), "4 places", stale=2)
    assert max(map(len, told.splitlines())) <= WIDTH
    assert "Sign convention" in told
    assert "2 stale rows" in told
