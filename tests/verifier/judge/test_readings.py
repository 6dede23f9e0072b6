"""The other readings of a statement: what each changes, what it shows, and what it may never do."""

from __future__ import annotations

import pytest
from judge_tables import METHODS, RATES, Value, measured, ordered
from test_twelve_claims import CLAIM_1, CLAIM_3, CLAIM_4, CLAIM_6, CLAIM_8, CLAIM_12, LEARNED, LEARNED_FIRST, SOFT_FIRST, patterns, ruled

from synth.model import (
    Amount,
    Compare,
    CompareCorrelations,
    Conditions,
    Correlate,
    Effect,
    Group,
    Interval,
    Judgement,
    Observation,
    Outcome,
    Rank,
    Reading,
)
from synth.verifier.equal_tokens import at_equal_tokens
from synth.verifier.judge import judge
from synth.verifier.rules import rule_for

BACKBONES = ("proxy_tiny", "proxy_small", "proxy_base")
DATASETS = ("digit_scenes", "digit_scenes_multi")


def proxies(value: Value, *, regime: str = "fine_tuned", **more: object) -> list[Observation]:
    """A measured table on the small backbones, in one regime."""
    fields = {"datasets": DATASETS, "backbones": BACKBONES, "scale": "proxy", "noise": 0.02} | more
    return [o.model_copy(update={"regime": regime}) for o in measured(value, **fields)]  # type: ignore[arg-type]


def reading(judgement: Judgement, words: str) -> Reading:
    """The one reading with these words in its name."""
    (found,) = [each for each in judgement.readings if words in each.name]
    return found


def test_weak_and_strong_forms_have_their_own_chance() -> None:
    """Claim 1: one of four in the top 3 by chance in 71 % of cells; two of the undisputed three in 11 %; ATS is disputed."""
    judgement = ruled(CLAIM_1, proxies(ordered(["topk", "sit", "patchmerger", "sinkhorn", "tome"])))
    weak, strong = reading(judgement, "weak"), reading(judgement, "strong")
    assert (weak.share, weak.outcome, round(weak.chance or 0, 3)) == (1.0, "supported", 0.706)
    assert (strong.share, strong.outcome, round(strong.chance or 0, 3)) == (0.0, "refuted", 0.108)
    assert strong.name == "strong: at least 2 of topk, evit, dynamicvit among the top 3"
    assert judgement.outcome == "inconclusive"


def test_a_disputed_member_is_left_out_in_a_reading_of_its_own() -> None:
    """With ATS the family fills the top 3; without it two members do, and the reading says so."""
    judgement = ruled(CLAIM_1, proxies(ordered(["ats", "topk", "evit"])))
    without = reading(judgement, "without ATS")
    assert (judgement.share, without.share) == (3.0, 2.0)


def test_the_population_is_stated() -> None:
    """Who is ranked stands in the steps with all names, and which methods of the protocol are absent."""
    table = [o for o in proxies(LEARNED_FIRST) if o.method != "sinkhorn"]
    (step,) = [step for step in ruled(CLAIM_1, table).steps if "population" in step]
    assert step.startswith("2. population: 12 methods (ats, dpcknn, dynamicvit")
    assert step.endswith("12 in a cell; not among them: sinkhorn")


def test_a_cell_with_few_of_all_methods_is_not_judged() -> None:
    """Two methods in a cell are not "all other methods"; the other cells speak."""
    table = [o for o in proxies(ordered(["tome"])) if o.setting("keep_rate") != 0.5 or o.method in ("tome", "l1")]
    judgement = ruled(CLAIM_3, table)
    assert judgement.n_cells == 2 * 2 * 3
    assert ruled(CLAIM_3, proxies(ordered(["tome"]))).n_cells == 2 * 2 * 4


def test_the_interaction_of_backbones_is_shown() -> None:
    """On the base backbone pruning is ahead, on the others merging: the share here less that there is 1."""

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        return (LEARNED_FIRST if backbone == "proxy_base" else SOFT_FIRST)(method, dataset, backbone, rate)

    judgement = ruled(CLAIM_4, proxies(value))
    assert reading(judgement, "on proxy_small, proxy_tiny instead").share == 0.0
    interaction = reading(judgement, "interaction")
    assert (interaction.share, interaction.outcome) == (1.0, "supported")
    assert reading(judgement, "strong").share == 1.0
    assert reading(ruled(CLAIM_4, proxies(LEARNED_FIRST)), "interaction").outcome == "inconclusive"


def test_regimes_are_never_mixed() -> None:
    """Off-the-shelf numbers that say the opposite change nothing of a claim on fine-tuned models, and the other way round."""
    both = proxies(LEARNED_FIRST) + proxies(SOFT_FIRST, regime="off_the_shelf")
    rule = rule_for(CLAIM_1).model_copy(update={"draws": 300})
    tuned, shelf = (judge(CLAIM_1, both, rule.model_copy(update={"regime": name})) for name in ("fine_tuned", "off_the_shelf"))
    assert (tuned.outcome, shelf.outcome) == ("supported", "refuted")
    assert tuned.n_cells == shelf.n_cells == 2 * 3 * 4
    assert any("regime: fine-tuned" in step for step in tuned.steps)
    assert any("seeds: proxy_base 3, proxy_small 3, proxy_tiny 3" in step for step in tuned.steps)


def test_the_one_method_with_a_teacher_is_judged_without_it_too() -> None:
    """DynamicViT first with its teacher and last without: the verdict follows the former, a reading shows the latter."""
    first, last = ordered(["dynamicvit"]), ordered([m for m in METHODS if m != "dynamicvit"])
    untaught = proxies(last, regime="fine_tuned_no_teacher", methods=("dynamicvit",))
    claim = Rank(subject=Group(label="DynamicViT", members=("dynamicvit",)), end="top", k=1)
    judgement = ruled(claim, proxies(first) + untaught)
    assert (judgement.outcome, judgement.share) == ("supported", 1.0)
    assert (reading(judgement, "without its teacher").outcome, reading(judgement, "without its teacher").share) == ("refuted", 0.0)


THREE_ON_TINY = {"proxy_tiny": 3, "proxy_small": 1, "proxy_base": 1}


@pytest.mark.parametrize(("wide_first", "outcome"), [(LEARNED_FIRST, "supported"), (SOFT_FIRST, "inconclusive")])
def test_cells_of_one_seed_decide_nothing_and_may_take_a_decision_back(wide_first: Value, outcome: Outcome) -> None:
    """Three seeds on the small backbone support; one seed on the wider two is shown, and where it says otherwise nothing is decided."""

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        return (LEARNED_FIRST if backbone == "proxy_tiny" else wide_first)(method, dataset, backbone, rate)

    table = [o for o in proxies(value) if (o.seed or 0) < THREE_ON_TINY[o.backbone]]
    judgement = ruled(CLAIM_1, table)
    assert (judgement.outcome, judgement.n_cells, judgement.n_seeds) == (outcome, 8, 3)
    every = reading(judgement, "every cell, also those of fewer seeds")
    assert "proxy_base 1, proxy_small 1, proxy_tiny 3" in every.name
    assert every.n_cells == 24


def test_a_backbone_of_one_seed_is_shown_and_left_open() -> None:
    """A claim on the base backbone alone, which has one seed: figures, and no decision."""
    table = [o for o in proxies(LEARNED_FIRST) if (o.seed or 0) < THREE_ON_TINY[o.backbone]]
    judgement = ruled(CLAIM_4, table)
    assert (judgement.outcome, judgement.share, judgement.n_seeds) == ("inconclusive", 1.0, 1)
    assert any("1 of the 3 seeds" in step for step in judgement.steps)


def budgets(counts: dict[str, dict[float, float]], scores: dict[str, dict[float, float]]) -> list[Observation]:
    """Performance and token counts of methods at their keep rates, of one small backbone."""
    fields = {"backbone": "proxy_tiny", "dataset": "digit_scenes", "seed": 0, "origin": "measured", "regime": "fine_tuned"}
    return [
        Observation(method=method, metric=metric, value=value, settings=settings, **fields)  # type: ignore[arg-type]
        for metric, table in (("tokens", counts), ("performance", scores))
        for method, by_rate in table.items()
        for rate, value in by_rate.items()
        for settings in [(("keep_rate", rate), ("stage", 1.0)) if metric == "tokens" else (("keep_rate", rate),)]
    ]


def test_performance_at_equal_tokens_is_read_off_each_methods_own_curve() -> None:
    """
    A method that keeps 40 where 20 are promised is read between its points, and is absent where it never gets so low.

    Worked by hand: at 20 tokens its line from (16, 50) to (40, 74) gives 54; the unreduced end at 60 tokens gives 44 tokens 75.2.
    """
    counts = {"topk": {0.7: 44.0, 0.5: 20.0, 0.25: 8.0}, "tome": {0.5: 40.0, 0.25: 16.0}, "keep_all": {1.0: 60.0}}
    scores = {"topk": {0.7: 80.0, 0.5: 70.0, 0.25: 60.0}, "tome": {0.5: 74.0, 0.25: 50.0}, "keep_all": {1.0: 80.0}}
    found = {(o.method, o.setting("keep_rate")): o.value for o in at_equal_tokens(budgets(counts, scores))}
    assert found[("tome", 0.5)] == pytest.approx(54.0)
    assert found[("tome", 0.7)] == pytest.approx(75.2)
    assert ("tome", 0.25) not in found
    assert [found[("topk", rate)] for rate in (0.7, 0.5, 0.25)] == [80.0, 70.0, 60.0]


def test_equal_tokens_can_turn_an_order_round() -> None:
    """ToMe wins at 0.5 by keeping twice the tokens; at equal tokens Top-K is ahead, which a reading says."""

    def value(method: str, dataset: str, backbone: str, rate: float) -> float:
        return 70 + 20 * rate if method == "topk" else 60 + 40 * min(1.0, 2 * rate) - 10

    def tokens(method: str, dataset: str, backbone: str, rate: float) -> float:
        return 64 * min(1.0, rate * (2 if method == "tome" else 1))

    table = {"methods": ("topk", "tome"), "backbones": ("proxy_tiny",)}
    counts = proxies(tokens, metric="tokens", **table | {"noise": 0.0})
    counts = [o.model_copy(update={"settings": (*o.settings, ("stage", 1.0))}) for o in counts]
    claim = Compare(subject=Group(label="ToMe", members=("tome",)), other=Group(label="Top-K", members=("topk",)), relation="beats")
    judgement = ruled(claim, proxies(value, **table) + counts)
    assert judgement.share == 0.75
    assert any(step.startswith("2. real tokens against the nominal count: 0.9: tome +11%; 0.7: tome +43%; 0.5") for step in judgement.steps)
    assert reading(judgement, "at equal mean tokens").share == 0.0


def test_patterns_are_read_without_soft_merging_and_corrected_for_chance() -> None:
    """A correlation that only the chance level of the sets makes is gone in the corrected reading."""
    table = patterns("iou", 0.95)
    sets = sorted({o.method for o in table if o.metric == "iou"})
    above = {name: 0.01 + 0.02 * (7 * place % 12) for place, name in enumerate(sets)}
    chance = [o.model_copy(update={"metric": "iou_chance", "value": o.value - above[o.method]}) for o in table if o.metric == "iou"]
    judgement = ruled(Correlate(x="iou", y="performance_difference", strength="high"), table + chance)
    assert (judgement.outcome, judgement.share) == ("supported", 1.0)
    assert reading(judgement, "corrected for chance").outcome == "refuted"
    assert reading(judgement, "without soft merging").n_cells == judgement.n_cells
    assert reading(judgement, "Kendall").share is not None


def test_a_better_proxy_is_compared_by_ami_too() -> None:
    """The corrected reading of "NMI is better than IoU" puts AMI and IoU less its chance level in their places."""
    iou, nmi = patterns("iou", 0.3), [o for o in patterns("nmi", 0.9) if o.metric == "nmi"]
    ami = [o.model_copy(update={"metric": "ami"}) for o in nmi]
    judgement = ruled(CompareCorrelations(better="nmi", worse="iou", y="performance_difference"), iou + nmi + ami)
    corrected = reading(judgement, "AMI for NMI")
    assert (judgement.outcome, corrected.outcome, corrected.share) == ("supported", "supported", judgement.share)


def test_signs_of_one_property_are_refuted_together() -> None:
    """Claim 6: steady but often last refutes half of it, which leaves it open; steady and never last refutes it."""
    last = ordered([m for m in METHODS if m != "dynamicvit"])
    assert ruled(CLAIM_6, proxies(last)).outcome == "inconclusive"
    assert ruled(CLAIM_6, proxies(ordered(["dynamicvit"]))).outcome == "refuted"
    assert rule_for(CLAIM_6).refuted_by == "every"


def shapes(gaps: dict[float, tuple[float, float, float]]) -> list[Observation]:
    """Token counts of the real shapes with random weights: Top-K nominal, ATS below it by stage."""
    nominal = {0.9: (176, 158, 142), 0.7: (137, 96, 67)}
    return [
        Observation(
            method=method,
            metric="tokens",
            value=count - (gap if method == "ats" else 0.0),
            backbone=f"deit_{size}_patch16_224",
            settings=(("keep_rate", rate), ("stage", float(stage))),
            seed=0,
            origin="measured",
            scale="proxy" if method == "ats" else "paper",
        )
        for size in ("tiny", "small", "base")
        for rate, stages in nominal.items()
        for stage, (count, gap) in enumerate(zip(stages, gaps[rate], strict=True), 1)
        for method in ("topk", "ats")
    ]


def test_a_proxy_shows_sign_and_order_of_saved_tokens_and_not_their_size() -> None:
    """Claim 8 at proxy scale: far too few saved is left open, more tokens than the others is at odds; both orders are shown."""
    few = ruled(CLAIM_8, shapes({0.9: (20, 20, 20), 0.7: (5, 5, 5)}))
    assert few.outcome == "inconclusive"
    assert reading(few, "order alone, on the real shapes").share == 1.0
    assert ruled(CLAIM_8, shapes({0.9: (70, 70, 70), 0.7: (20, 20, 20)})).outcome == "supported"
    assert ruled(CLAIM_8, shapes({0.9: (-9, -9, -9), 0.7: (-9, -9, -9)})).outcome == "refuted"


def test_two_ranges_may_belong_to_stages_instead() -> None:
    """70 saved at one stage and 20 at the next of the same keep rate: that attribution fits, and is named."""
    judgement = ruled(CLAIM_8, shapes({0.9: (70, 20, 0), 0.7: (70, 0, 0)}))
    fitting = reading(judgement, "given to stages")
    assert "stage 1 and stage 2 at keep rate 0.9" in fitting.name
    assert fitting.outcome == "supported"
    assert judgement.outcome == "inconclusive"


def timed(method: str, rounds: tuple[float, ...], **more: object) -> Observation:
    """A throughput with its rounds."""
    value = sorted(rounds)[len(rounds) // 2]
    fields = {"metric": "images_per_second", "backbone": "deit_small", "replicates": rounds, "origin": "measured"}
    return Observation.model_validate(fields | {"method": method, "value": value} | more)


@pytest.mark.parametrize(
    ("rounds", "outcome"),
    [
        ((149.0, 131.0, 158.0, 149.0, 149.0), "supported"),
        ((154.0, 153.0, 155.0, 154.0, 154.0), "supported"),
        ((142.0, 141.0, 143.0, 142.0, 142.0), "inconclusive"),
        ((149.0, 90.0, 200.0, 149.0, 149.0), "inconclusive"),
        ((120.0, 119.0, 121.0, 120.0, 120.0), "refuted"),
    ],
)
def test_a_round_figure_is_shown_within_a_tenth_of_the_change(rounds: tuple[float, ...], outcome: Outcome) -> None:
    """ "50 % faster": +49 % with rounds from 31 to 58 shows it, +42 % does not, a spread over no change shows nothing, +20 % refutes."""
    claim = Effect(
        subject=Group(label="EViT", members=("evit",)), metric="images_per_second", change="percent", size=Interval(low=50, high=50)
    )
    table = [timed("keep_all", (100.0,) * 5), timed("evit", rounds, settings=(("keep_rate", 0.7),))]
    assert ruled(claim, table).outcome == outcome


def test_percentages_of_accuracy_get_no_such_tolerance() -> None:
    """A stated accuracy is judged by its rounding: 75 is not 79.8."""
    claim = Amount(subject=LEARNED.model_copy(update={"members": ("topk",)}), metric="top1_percent", range=Interval(low=79.8, high=79.8))
    one = Observation(method="topk", metric="top1_percent", value=75.0, decimals=1, backbone="deit_small", origin="reported", paper_id="a")
    assert ruled(claim, [one]).outcome == "refuted"


def test_the_weak_form_of_the_best_two_and_each_backbone_are_shown() -> None:
    """Claim 12: a third method between the two leaves the strong form unmet, the weak one holds; each backbone has its figures."""
    judgement = ruled(CLAIM_12, proxies(ordered(["topk", "ats", "evit"], gap=0.001), noise=0.5))
    assert reading(judgement, "weak").name == "weak: all among the top 3 by mean rank, and none beaten"
    assert len([each for each in judgement.readings if "alone (mean ranks" in each.name]) == 3
    assert reading(ruled(CLAIM_12, proxies(LEARNED_FIRST)), "weak").outcome == "supported"
    assert reading(ruled(CLAIM_12, proxies(SOFT_FIRST)), "weak").outcome == "refuted"


def test_readings_stand_among_the_steps() -> None:
    """Every reading is told in words, and none of them changes the share of the judgement."""
    judgement = ruled(CLAIM_1, proxies(LEARNED_FIRST))
    told = [step for step in judgement.steps if "reading “" in step]
    assert len(told) == len(judgement.readings) >= 3
    assert all(any(each.name in step for step in told) for each in judgement.readings)
    assert RATES == (0.9, 0.7, 0.5, 0.25)
    assert ruled(CLAIM_3, []).readings == ()


def test_competitive_is_not_worse() -> None:
    """Fixed patterns ahead of all others at 0.9 are competitive, though they do not equal the median."""
    fixed = Group(label="fixed", members=("l1", "l2", "linf"))
    claim = Compare(subject=fixed, other=LEARNED, relation="equals", other_by="median", margin=Interval(low=0, high=1), where=Conditions())
    assert ruled(claim, proxies(ordered(["l1", "l2", "linf"], gap=3.0))).outcome == "supported"
    assert ruled(claim, proxies(ordered([m for m in METHODS if m not in fixed.members], gap=3.0))).outcome == "refuted"
