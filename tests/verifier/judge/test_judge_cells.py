"""Which cells are judged and what their numbers mean: conditions, proxies, printed precision, duplicates, missing cells."""

from __future__ import annotations

import pytest
from judge_tables import measured, ordered, reported

from synth.model import Amount, Compare, Conditions, Effect, Group, Hypothesis, Interval, Judgement, Observation, Rank, SettingRange, Trend
from synth.verifier.judge import judge
from synth.verifier.rules import rule_for


def group(*members: str) -> Group:
    """A group that is called by its members."""
    return Group(label=", ".join(members) or "all", members=members)


BEATS = Compare(subject=group("topk"), other=group("tome"), relation="beats")


def ruled(hypothesis: Hypothesis, *observations: Observation) -> Judgement:
    """The judgement by the hypothesis's own rule."""
    return judge(hypothesis, observations, rule_for(hypothesis))


def test_a_printed_difference_of_one_digit_counts() -> None:
    """79.9 against 79.8, one decimal each: at most equal after rounding, so it counts; 79.8 against 79.8 does not."""
    assert ruled(BEATS, reported(79.9), reported(79.8, method="tome")).outcome == "supported"
    assert ruled(BEATS, reported(79.8), reported(79.8, method="tome")).outcome == "inconclusive"
    assert ruled(BEATS, reported(79.7), reported(79.8, method="tome")).outcome == "refuted"


def test_a_printed_deviation_widens_the_interval() -> None:
    """A gap of 0.1 with a deviation of 0.5 is below the noise."""
    assert ruled(BEATS, reported(79.9, deviation=0.5), reported(79.8, method="tome")).outcome == "inconclusive"


def test_steps_say_what_stands_in_for_seeds() -> None:
    """Reported numbers have no seeds, and the steps say so."""
    judgement = ruled(BEATS, reported(79.9), reported(79.8, method="tome"))
    assert any("reported numbers have no seeds" in step for step in judgement.steps)
    assert judgement.n_seeds == 0


def test_the_same_number_in_two_tables_is_one() -> None:
    """79.9 and 79.87 of two tables agree within print: no alternative is kept."""
    judgement = ruled(BEATS, reported(79.9, table=1), reported(79.87, table=2, decimals=2), reported(79.0, method="tome"))
    assert judgement.outcome == "supported"
    assert not any("alternatives" in step for step in judgement.steps)


def test_numbers_that_conflict_are_kept_as_alternatives() -> None:
    """79.9 and 77.0 for one cell: both are kept, the step names them, and the claim stays open between them."""
    judgement = ruled(BEATS, reported(79.9, table=1), reported(77.0, table=2), reported(79.0, method="tome"))
    assert judgement.outcome == "inconclusive"
    assert any("is given as 77, 79.9: all kept as alternatives" in step for step in judgement.steps)


def test_two_papers_are_not_mixed_where_each_can_be_judged() -> None:
    """Each paper's numbers are compared with its own; a foreign protocol never fills in."""
    mine = [reported(79.9), reported(79.0, method="tome")]
    other = [reported(60.0, paper_id="arxiv:2"), reported(59.0, method="tome", paper_id="arxiv:2")]
    judgement = ruled(BEATS, *mine, *other)
    assert (judgement.outcome, judgement.n_cells) == ("supported", 2)


def test_papers_are_pooled_where_no_one_has_it_all_and_the_steps_say_so() -> None:
    """Two papers with one method each can only be compared across protocols."""
    judgement = ruled(BEATS, reported(79.9), reported(79.0, method="tome", paper_id="arxiv:2"))
    assert judgement.outcome == "supported"
    assert any("several papers are compared" in step for step in judgement.steps)


def test_conditions_select_the_keep_rate() -> None:
    """A claim at keep rate 0.9 looks at 0.9 alone; a number that does not state its keep rate is not looked at."""
    where = Conditions(settings=(SettingRange(name="keep_rate", range=Interval(low=0.9, high=0.9)),))
    claim = BEATS.model_copy(update={"where": where})
    table = [
        reported(v, method=m, settings=(("keep_rate", r),))
        for m, r, v in (("topk", 0.9, 80), ("tome", 0.9, 79), ("topk", 0.5, 60), ("tome", 0.5, 70))
    ]
    assert (ruled(claim, *table).outcome, ruled(claim, *table).n_cells) == ("supported", 1)
    assert ruled(claim, reported(80), reported(79, method="tome")).outcome == "no_evidence"


def test_missing_cells_are_listed_and_a_claim_on_all_sets_waits_for_them() -> None:
    """A data set that the claim names and the table lacks is listed; "consistently" is not supported without it."""
    claim = BEATS.model_copy(update={"where": Conditions(datasets=("imagenet", "nabirds")), "quantifier": "consistently"})
    judgement = ruled(claim, reported(80), reported(79, method="tome"))
    assert judgement.missing == ("nabirds",)
    assert judgement.outcome == "inconclusive"


def test_a_proxy_stands_for_the_size_and_the_kind_of_labels() -> None:
    """DeiT-B on COCO is shown by proxy_base on the multi-label scenes alone, and the steps and the scale say so."""
    claim = BEATS.model_copy(update={"where": Conditions(datasets=("coco",), backbones=("deit_base",))})
    table = measured(
        ordered(["topk"]),
        datasets=("digit_scenes", "digit_scenes_multi"),
        backbones=("proxy_tiny", "proxy_base"),
        rates=(0.5,),
        scale="proxy",
    )
    judgement = ruled(claim, *table)
    assert (judgement.outcome, judgement.n_cells, judgement.scale) == ("supported", 1, "proxy")
    assert any("digit_scenes_multi" in step and "stand for coco, deit_base" in step for step in judgement.steps)


def test_controls_are_no_competitors() -> None:
    """Random pruning and the unreduced model do not count among "all other methods" unless they are named."""
    claim = BEATS.model_copy(update={"other": group()})
    table = [reported(80), reported(79, method="tome"), reported(81, method="keep_all"), reported(90, method="random")]
    assert ruled(claim, *table).outcome == "supported"
    assert ruled(claim.model_copy(update={"other": group("random")}), *table).outcome == "refuted"


def test_performance_is_map_on_multi_label_sets() -> None:
    """Where a table has both, NUS-WIDE is judged by mAP and ImageNet by top-1."""
    table = [
        reported(60, dataset="nuswide", metric="map_percent"),
        reported(50, dataset="nuswide", metric="map_percent", method="tome"),
        reported(10, dataset="nuswide"),
        reported(20, dataset="nuswide", method="tome"),
    ]
    assert ruled(BEATS, *table).outcome == "supported"


def test_lower_is_better_for_costs() -> None:
    """Fewer GFLOPs beat more."""
    claim = BEATS.model_copy(update={"metric": "gmacs"})
    assert ruled(claim, reported(2.9, metric="gmacs"), reported(4.6, metric="gmacs", method="tome")).outcome == "supported"


def test_scarce_seeds_are_left_out_where_other_cells_have_enough() -> None:
    """A cell with one seed does not hold back those with three."""
    table = measured(ordered(["topk"]), methods=("topk", "tome"), backbones=("deit_small",), rates=(0.5,))
    rest = [o for o in table if o.dataset != "coco" or o.seed == 0]
    judgement = ruled(BEATS, *rest)
    assert (judgement.outcome, judgement.n_cells, judgement.n_seeds) == ("supported", 3, 3)
    assert any("left out: 2 values with fewer than 3 seeds" in step for step in judgement.steps)


@pytest.mark.parametrize(
    ("speed", "outcome"),
    [(2000.0, "supported"), (1100.0, "refuted"), (1450.0, "inconclusive")],
)
def test_effect_against_the_unreduced_model(speed: float, outcome: str) -> None:
    """ "2x": 2.0 within half a unit of its last digit; 1.45 is near, 1.1 is off by more than a tenth."""
    claim = Effect(subject=group("tome"), metric="images_per_second", change="ratio", size=Interval(low=2.0, high=2.0))
    table = [
        reported(1000.0, method="keep_all", metric="images_per_second", decimals=0),
        reported(speed, method="tome", metric="images_per_second", decimals=0, settings=(("keep_rate", 0.5),)),
    ]
    assert ruled(claim, *table).outcome == outcome


def test_effect_without_its_baseline_is_no_evidence() -> None:
    """A ratio to a model that the table lacks cannot be judged."""
    claim = Effect(subject=group("tome"), metric="images_per_second", change="ratio", size=Interval(low=2.0, high=2.0))
    assert ruled(claim, reported(2000.0, method="tome", metric="images_per_second")).outcome == "no_evidence"


@pytest.mark.parametrize(("value", "outcome"), [(79.8, "supported"), (79.2, "inconclusive"), (77.0, "refuted")])
def test_a_stated_value(value: float, outcome: str) -> None:
    """ "reaches 79.8 %": within print it holds, off by more than a point it does not."""
    claim = Amount(subject=group("topk"), metric="top1_percent", range=Interval(low=79.8, high=79.8))
    assert ruled(claim, reported(value)).outcome == outcome


def test_one_seed_of_an_exact_count_is_enough() -> None:
    """Multiply-adds are computed, not sampled: a measured count needs no seeds."""
    claim = Amount(subject=group("topk"), metric="gmacs", range=Interval(low=2.9, high=2.9))
    exact = Observation(method="topk", metric="gmacs", value=2.91, backbone="deit_small", origin="measured", seed=0)
    assert ruled(claim, exact).outcome == "supported"


def test_a_cost_without_a_data_set_holds_for_all_of_them() -> None:
    """Multiply-adds that name no data set speak to a claim on ImageNet; accuracies that name none do not."""
    where = Conditions(datasets=("imagenet",))
    claim = Amount(subject=group("topk"), metric="gmacs", range=Interval(low=2.9, high=2.9), where=where)
    assert ruled(claim, reported(2.9, metric="gmacs", dataset="")).outcome == "supported"
    assert (
        ruled(BEATS.model_copy(update={"where": where}), reported(80, dataset=""), reported(79, method="tome", dataset="")).outcome
        == "no_evidence"
    )


def test_a_trend_says_where_it_breaks() -> None:
    """From 79.8 at 0.9 over 79.5 at 0.7 to 75 at 0.5: it falls, and breaks at 0.5."""
    claim = Trend(subject=group("topk"), setting="keep_rate", direction="falls")
    table = [reported(value, settings=(("keep_rate", rate),)) for rate, value in ((0.9, 79.8), (0.7, 79.5), (0.5, 75.0))]
    judgement = ruled(claim, *table)
    assert judgement.outcome == "supported"
    assert any("change -4.8; breaks at 0.5" in step for step in judgement.steps)
    assert ruled(claim.model_copy(update={"direction": "stays"}), *table).outcome == "refuted"


def test_one_cell_shows_no_regularity() -> None:
    """The best of five in a single table cell: a plain statement holds, "consistently" cannot be told from chance."""
    table = [reported(80 - i, method=m) for i, m in enumerate(("topk", "evit", "tome", "sit", "l2"))]
    plain = Rank(subject=group("topk"), end="top", k=1)
    assert ruled(plain, *table).outcome == "supported"
    assert ruled(plain.model_copy(update={"quantifier": "consistently"}), *table).outcome == "inconclusive"


def test_a_table_smaller_than_k_says_nothing() -> None:
    """Among three methods everyone is in the top 3."""
    table = [reported(80 - i, method=m) for i, m in enumerate(("topk", "evit", "tome"))]
    assert ruled(Rank(subject=group("topk"), end="top", k=3), *table).outcome == "no_evidence"


def test_images_are_resampled_in_pairs() -> None:
    """Two methods that rise and fall together on resampled images differ for certain though each varies widely."""
    base = [float(i % 7) for i in range(60)]

    def one(method: str, lift: float, seed: int, moves: list[float]) -> Observation:
        values = tuple(80 + lift + move for move in moves)
        return Observation(
            method=method,
            metric="performance",
            value=sum(values) / len(values),
            backbone="deit_small",
            dataset="imagenet",
            seed=seed,
            replicates=values,
            origin="measured",
        )

    paired = [one(m, lift, s, base) for m, lift in (("topk", 0.5), ("tome", 0.0)) for s in range(3)]
    assert ruled(BEATS, *paired).outcome == "supported"
    apart = [one(m, lift, s, base if m == "topk" else base[::-1]) for m, lift in (("topk", 0.5), ("tome", 0.0)) for s in range(3)]
    assert ruled(BEATS, *apart).outcome == "inconclusive"


def test_the_smallest_detectable_effect_follows_the_noise() -> None:
    """With 2.8 standard errors of the statistic: more noise, a larger effect is needed."""
    quiet, loud = (
        ruled(Rank(subject=group("topk"), end="top", k=1), *measured(ordered(["topk"], gap=0.5), noise=noise)) for noise in (0.2, 1.0)
    )
    assert quiet.smallest_detectable_effect is not None
    assert loud.smallest_detectable_effect is not None
    assert quiet.smallest_detectable_effect < loud.smallest_detectable_effect


def test_a_group_is_not_judged_by_a_minority_of_its_members() -> None:
    """One of four members, last of its table, neither refutes nor supports what is said of the four."""
    learned = Rank(subject=group("topk", "evit", "dynamicvit", "ats"), end="top", k=1)
    last = [reported(80, method="tome"), reported(79, method="sit"), reported(70)]
    judgement = ruled(learned, *last)
    assert judgement.outcome == "inconclusive"
    assert any("1 of 4 members of the group were observed" in step for step in judgement.steps)
    assert judgement.probability == 0.375
    assert ruled(learned.model_copy(update={"subject": group("topk")}), *last).outcome == "refuted"


def test_a_single_cell_does_not_refute_what_holds_over_many() -> None:
    """ "Consistently" is not refuted by one cell; by two it is."""
    claim = BEATS.model_copy(update={"quantifier": "consistently"})
    one = [reported(79), reported(80, method="tome")]
    two = [reported(79, dataset="nabirds"), reported(80, method="tome", dataset="nabirds")]
    assert ruled(claim, *one).outcome == "inconclusive"
    assert ruled(claim, *one, *two).outcome == "refuted"


def test_a_single_cell_does_not_bear_out_what_is_said_of_every_one() -> None:
    """ "79.8 % at every keep rate" is not supported by one cell; by several it is, and without "every" one is enough."""
    plain = Amount(subject=group("topk"), metric="top1_percent", range=Interval(low=79.75, high=79.85))
    every = plain.model_copy(update={"quantifier": "all"})
    one, two = (reported(79.8, settings=(("keep_rate", rate),)) for rate in (0.5, 0.7))
    assert ruled(plain, one).outcome == "supported"
    alone = ruled(every, one)
    assert alone.outcome == "inconclusive" and "speaks of several cells, and there is one" in alone.steps[-1]
    assert ruled(every, one, two).outcome == "supported"


def test_all_data_sets_are_more_than_one() -> None:
    """ "Across all data sets" is not supported by one data set, however many cells it has."""
    claim = Rank(subject=group("topk"), end="top", k=1, quantifier="consistently", per_dataset=True)
    order = ordered(["topk"], gap=2.0)
    assert ruled(claim, *measured(order, datasets=("imagenet",))).outcome == "inconclusive"
    assert ruled(claim, *measured(order, datasets=("imagenet", "nabirds"))).outcome == "supported"


def test_a_data_set_alone_among_many_refutes_only_beyond_the_noise() -> None:
    """Noise in the one bad data set leaves the claim open where clear numbers would refute it."""
    claim = BEATS.model_copy(update={"quantifier": "all"})
    table = [o for o in measured(ordered(["topk"], gap=3.0)) if o.dataset != "coco"]
    clear = measured(ordered(["tome"], gap=3.0), datasets=("coco",))
    blurred = measured(ordered(["tome"], gap=0.1), datasets=("coco",), noise=3.0)
    assert ruled(claim, *table, *clear).outcome == "refuted"
    assert ruled(claim, *table, *blurred).outcome == "inconclusive"


def test_other_readings_of_a_group_are_shown() -> None:
    """The share by medians and without each member stands in the steps, so that one member's weight is seen."""
    claim = Compare(subject=group("topk", "ats"), other=group("tome"), relation="beats")
    judgement = ruled(claim, reported(80), reported(70, method="ats"), reported(79, method="tome"))
    assert judgement.outcome == "supported"
    assert any("by medians 0.000, without topk 0.000, without ats 1.000" in step for step in judgement.steps)
