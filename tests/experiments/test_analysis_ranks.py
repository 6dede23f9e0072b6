"""Ranks, groups, fronts and equal tokens on small made tables with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.analysis import equal_tokens, pareto, ranks
from experiments.analysis.costs import Costs, sampled_gmacs
from experiments.analysis.methods import COMPETITORS, CONTROLS, TITLES, family_of
from experiments.analysis.panels import Panel, Place, by_model, panels
from experiments.analysis.rank_table import overall_rows, rank_rows
from experiments.analysis.text import WIDTH, rank_tables
from synth.model import CellRequest, LabRecord

RNG = np.random.default_rng(3)
NOISE = RNG.normal(0, 1, 200)


def row(method: str, value: float, *, rate: float = 0.5, seed: int = 0, own: float = 0.0, **cell: str) -> LabRecord:
    """A performance record: its resamples share the noise of all others, and have noise of their own of size `own`."""
    request = CellRequest(method=method, backbone="proxy_tiny", keep_rate=rate, seed=seed, **{"dataset": "digit_scenes", **cell})
    replicates = tuple(value + NOISE + own * RNG.normal(0, 1, 200))
    return LabRecord(cell=request, metric="performance", value=value, replicates=replicates, digests=(("data", "d"),))


def tokens(method: str, stages: tuple[float, ...], rate: float, seed: int = 0) -> list[LabRecord]:
    """Token records of a cell."""
    cell = CellRequest(method=method, backbone="proxy_tiny", dataset="digit_scenes", keep_rate=rate, seed=seed)
    return [LabRecord(cell=cell, metric="tokens", value=count, settings=(("stage", stage + 1.0),)) for stage, count in enumerate(stages)]


def made() -> list[LabRecord]:
    """Two keep rates of Top-K, ToMe that keeps more at the lower one, ATS that keeps fewer, and the unreduced model."""
    records = [row("keep_all", 90, rate=1.0), *tokens("keep_all", (64, 64, 64), 1.0)]
    for method, rate, value, stages in (
        ("topk", 0.9, 88, (57, 51, 46)),
        ("topk", 0.5, 80, (32, 16, 8)),
        ("tome", 0.9, 89, (57, 51, 46)),
        ("tome", 0.5, 85, (40, 30, 20)),
        ("ats", 0.9, 84, (30, 25, 21)),
        ("ats", 0.5, 70, (16, 10, 6)),
    ):
        records += [row(method, value, rate=rate), *tokens(method, stages, rate)]
    return records


def test_every_method_has_a_family_and_a_title() -> None:
    """The tables know all reducers and no other."""
    from experiments.reducers import REGISTRY

    assert {*COMPETITORS, *CONTROLS} - {"dynamicvit_no_teacher"} == set(REGISTRY)
    assert set(TITLES) == {*COMPETITORS, *CONTROLS}
    assert (family_of("evit"), family_of("random")) == ("learned pruning", "control")


def test_ties_share_the_mean_rank() -> None:
    """The highest has rank 1, two equal ones share 2.5, and what is missing has none."""
    np.testing.assert_array_equal(ranks.ranks(np.array([3.0, 9.0, 3.0, np.nan, 1.0])), [2.5, 1, 2.5, np.nan, 4])


def test_common_noise_does_not_hide_a_difference() -> None:
    """Resamples are paired: one point is certain where both move together, and not where each moves on its own."""
    for own, expected in ((0.0, True), (5.0, False)):
        (panel,) = panels([row("topk", 81, own=own), row("evit", 80, own=own)])
        beats = ranks.certain(ranks.drawn_means(panel))
        assert bool(beats[0, 1]) is expected
        assert not beats[1, 0]


def test_the_difference_to_the_unreduced_model_is_paired() -> None:
    """Noise that both share leaves no interval around the points lost; without the unreduced model there is none to give."""
    (panel,) = panels([row("topk", 81), row("evit", 80), row("keep_all", 90, rate=1.0)])
    evit = next(one for one in ranks.standings(panel) if one.method == "evit")
    assert (evit.lost_low, evit.lost_high) == pytest.approx((-10, -10))
    assert evit.high - evit.low > 1
    (panel,) = panels([row("topk", 81), row("evit", 80)])
    assert np.isnan(ranks.standings(panel)[0].lost_low)


def test_seeds_that_disagree_hide_a_difference() -> None:
    """A mean difference of one point whose sign changes between seeds decides nothing; a steady one does."""
    for shifts, expected in (((9, -8, 2), False), ((1.0, 1.1, 0.9), True)):
        records = [row("evit", 80, seed=seed) for seed in range(3)] + [row("topk", 80 + s, seed=i) for i, s in enumerate(shifts)]
        (panel,) = panels(records)
        assert bool(ranks.certain(ranks.drawn_means(panel))[0, 1]) is expected


def test_the_interval_over_three_seeds_is_as_wide_as_students() -> None:
    """Without noise of images the interval of a mean of three is that of Student's t with two degrees of freedom."""
    values = np.array([70.0, 72.0, 77.0])
    panel = Panel(Place("off_the_shelf", "d", "b", 0.5), ("topk",), (0, 1, 2), values[:, None], np.zeros((10, 3, 1)))
    low, high = ranks.interval(ranks.drawn_means(panel, 40_000)[:, 0])
    half = 4.303 * values.std(ddof=1) / np.sqrt(3)
    assert high - low == pytest.approx(2 * half, rel=0.12)


def test_methods_that_cannot_be_told_apart_share_a_letter() -> None:
    """A beats C alone: A and B share one letter, B and C another."""
    beats = np.zeros((3, 3), bool)
    beats[0, 2] = True
    assert ranks.groups([0, 1, 2], beats) == ["a", "ab", "b"]
    assert ranks.groups([2, 1, 0], np.zeros((3, 3), bool)) == ["a", "a", "a"]


def test_letters_agree_with_every_pair() -> None:
    """Two methods share a letter exactly where neither beats the other, whatever the pattern."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        beats = np.triu(rng.random((9, 9)) < 0.4, 1)
        letters = ranks.groups(range(9), beats)
        for i in range(9):
            for j in range(i + 1, 9):
                assert bool(set(letters[i]) & set(letters[j])) is not bool(beats[i, j])


def test_ranks_that_the_noise_leaves_open() -> None:
    """Of three where only the last is certain, the first two may be first or second, and the last is third."""
    (panel,) = panels([row("topk", 90, own=3), row("evit", 89, own=3), row("sit", 20, own=3), row("random", 95)])
    found = {standing.method: standing for standing in ranks.standings(panel)}
    assert [(found[m].best_rank, found[m].worst_rank) for m in ("topk", "evit", "sit")] == [(1, 2), (1, 2), (3, 3)]
    assert not found["random"].ranked
    assert np.isnan(found["random"].rank)


def test_only_seeds_that_all_methods_have_are_compared() -> None:
    """A third seed of one method changes nothing, and is told."""
    records = [row(m, v, seed=s) for s in (0, 1) for m, v in (("topk", 80), ("evit", 70))] + [row("topk", 10, seed=2)]
    (panel,) = panels(records)
    assert panel.seeds == (0, 1)
    assert panel.column("topk").mean() == 80
    assert panel.notes == ("seeds 2 are not of all methods and not compared",)


def test_the_run_without_teacher_stands_beside_and_is_not_ranked() -> None:
    """It is a control of the fine-tuned ones, and takes no rank from them."""
    records = [row(m, v, regime="fine_tuned") for m, v in (("topk", 80), ("dynamicvit", 70))]
    records.append(row("dynamicvit", 75, regime="fine_tuned_no_teacher"))
    (panel,) = panels(records)
    assert panel.ranked == ["topk", "dynamicvit"]
    assert panel.column("dynamicvit_no_teacher").tolist() == [75]


def test_rows_on_other_images_are_not_compared() -> None:
    """The images of most rows count; a row on others does not pair and is left out."""
    other = row("sit", 99).model_copy(update={"digests": (("data", "e"),)})
    (panel,) = panels([row("topk", 80), row("evit", 70), other])
    assert panel.methods == ("topk", "evit")


def test_holm_multiplies_the_smallest_most() -> None:
    """The example of three p-values, in the order given, never falling."""
    assert ranks.holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])


def test_a_method_that_always_wins_is_first_overall() -> None:
    """Eight places won by all methods in one order: mean ranks 1 to 3, and a two-sided Wilcoxon p of 2/2^8, doubled by Holm."""
    records = [
        row(m, v + r, rate=r, dataset=d)
        for r in (0.9, 0.7, 0.5, 0.25)
        for d in ("digit_scenes", "digit_scenes_multi")
        for m, v in (("topk", 80), ("evit", 70 + 3 * r), ("sit", 60 - r))
    ]
    found = ranks.overall(panels(records))
    assert [(one.method, one.mean_rank, one.top_three) for one in found] == [("topk", 1, 1), ("evit", 2, 1), ("sit", 3, 1)]
    assert found[1].p_against_best == pytest.approx(2 * 2 / 2**8)
    assert {line["dataset"] for line in overall_rows(records)} == {"all", "digit_scenes", "digit_scenes_multi"}


def test_the_front_holds_what_nothing_dominates() -> None:
    """Cheap and good points stay, the dearer and worse go, for falling and for rising cost; twins both stay."""
    points = [(1.0, 70.0), (2.0, 80.0), (2.0, 75.0), (3.0, 79.0), (4.0, 90.0), (4.0, 90.0)]
    assert pareto.front(points, lower_is_better=True) == [0, 1, 4, 5]
    assert pareto.front(points, lower_is_better=False) == [4, 5]


def test_a_keep_rate_promises_mean_tokens() -> None:
    """At 64 patches and 0.5: blocks of 64, 32, 16 and 8 tokens, 30 on average."""
    assert equal_tokens.nominal(64, 0.5) == 30
    assert equal_tokens.nominal(196, 0.9) == np.mean([196, 176, 158, 142])


def test_performance_at_equal_tokens_is_interpolated_and_never_extrapolated() -> None:
    """
    At 30 tokens Top-K stands at its point, ATS between its highest keep rate and the unreduced model, and ToMe does not get there.

    ATS has 35 tokens at 0.9 (84 %) and 24 at 0.5 (70 %): six elevenths of the way at 30.
    """
    records = made()
    found = by_model(panels(records))["off_the_shelf", "digit_scenes", "proxy_tiny"]
    counts = equal_tokens.token_counts(records)
    low = equal_tokens.at_budget(found, counts, 30, 0.5)
    assert low is not None
    assert low.unreached == {"tome": (38.5, 54.5)}
    assert low.panel.column("topk")[0] == pytest.approx(80)
    assert low.panel.column("ats")[0] == pytest.approx(70 + 14 * 6 / 11)
    high = equal_tokens.at_budget(found, counts, 54.5, 0.9)
    assert high is not None
    assert high.leaning == ("ats",)
    assert high.panel.column("ats")[0] == pytest.approx(84 + 6 * 19.5 / 29)
    assert high.panel.resampled[:, 0, high.panel.methods.index("ats")].std() == pytest.approx(NOISE.std(), rel=1e-6)
    assert equal_tokens.common_budget(found, counts) == 38.5


def test_equal_tokens_can_turn_a_rank_round() -> None:
    """ToMe leads at equal keep rate with more tokens, Top-K at the tokens promised, and ToMe again at the fewest that all reach."""
    records = made()
    rows = rank_rows(records, count=False)
    first = {(r["comparison"], r["keep_rate"]): r["method"] for r in rows if r.get("rank") == 1}
    assert first["equal_keep_rate", 0.5] == "tome"
    assert first["equal_mean_tokens", 0.5] == "topk"
    assert first["fewest_common_tokens", None] == "tome"
    told = rank_tables(rows, overall_rows(records), {"digit_scenes": 512}, stale=3)
    assert max(map(len, told.splitlines())) <= WIDTH
    assert "do not reach 30.0 tokens: tome (from 38.5 to 54.5 tokens)" in told
    assert "3 stale" in told
    assert "512 images" in told


def test_multiply_adds_of_the_ledger_come_first() -> None:
    """A counted row of the shape serves every regime; without one and without counting there is none."""
    cell = CellRequest(method="topk", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.5)
    costs = Costs([LabRecord(cell=cell, metric="gmacs", value=0.25)], count=False)
    place = Place("fine_tuned", "digit_scenes", "proxy_tiny", 0.5)
    assert costs.gmacs(place, "topk") == 0.25
    assert costs.gmacs(place, "evit") is None


def test_the_cost_of_sampling_is_that_of_a_real_pass() -> None:
    """With the tokens of one image the formula is within a thousandth of what is counted; without reduction it is exact."""
    import torch

    from experiments.backbones import plain
    from experiments.measure.speed import gmacs, sample_input
    from experiments.vit import attach

    model = plain("proxy_tiny")
    image = sample_input(model, 1)
    reduced = attach(model, "ats", 0.5)
    with torch.inference_mode():
        _, trace = reduced.traced(image)
    stages = [float(trace.counts[place][0]) for place in reduced.locations]
    assert sampled_gmacs(model, stages) == pytest.approx(gmacs(reduced, image), rel=1e-3)
    assert sampled_gmacs(model, [64, 64, 64]) == pytest.approx(gmacs(attach(model, "keep_all", 1.0), image), rel=1e-9)
