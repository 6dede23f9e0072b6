"""
Hypothesis → Rule: how it will be decided, fixed before any witness is heard.

Decision rules and chance levels follow the executable readings of the twelve claims on token reduction: general shares
(0.8 supports, 0.5 speaks against), group sizes for ranks, bands for correlations. A chance level that depends on the
population of a table is left open here and shown by the judge.
"""

from __future__ import annotations

from synth.model import (
    AllOf,
    Amount,
    AnyOf,
    Claim,
    Compare,
    CompareCorrelations,
    Contrast,
    Correlate,
    Effect,
    Hypothesis,
    Interval,
    Rank,
    Rule,
    Spread,
    Trend,
)
from synth.verifier.bench import reads_each_dataset
from synth.verifier.cells import on_trained_weights
from synth.verifier.predicates.compare import NEAR_DEVIATIONS, competitive
from synth.verifier.predicates.correlations import BANDS, HIGH_REFUTED, RIGHT_SIGN
from synth.verifier.predicates.groups import chance_of
from synth.verifier.predicates.ranges import STATED
from synth.verifier.predicates.ranking import members_refute, members_support
from synth.verifier.predicates.trend import LOW_KEEP_RATE
from synth.verifier.quantifiers import REFUTE_AT, TABLE
from synth.verifier.regimes import regime_of, with_regime


def rule_of(claim: Claim) -> Rule | None:
    """The rule of a claim, with the regime that its words imply; None where it has no hypothesis."""
    if claim.hypothesis is None:
        return None
    rule = rule_for(claim.hypothesis)
    return with_regime(rule, regime_of(claim)) if on_trained_weights(claim.hypothesis) else rule


def rule_for(hypothesis: Hypothesis) -> Rule:
    """The rule by which the judge will decide the hypothesis."""
    match hypothesis:
        case AllOf() | AnyOf():
            return _composition(hypothesis)
        case Rank():
            return _rank(hypothesis)
        case Compare():
            return _compare(hypothesis)
        case Effect():
            return Rule(
                predicate=_effect_words(hypothesis),
                support_at=0.8 if _one_sided(hypothesis.size) else 1.0,
                refute_at=_against(hypothesis.size),
            )
        case Trend():
            return Rule(predicate=_trend_words(hypothesis), support_at=TABLE["stated"].support_at, refute_at=REFUTE_AT)
        case Spread():
            return _spread(hypothesis)
        case Amount():
            return Rule(predicate=_amount_words(hypothesis), support_at=1.0, refute_at=0.0)
        case Contrast():
            return Rule(predicate=_contrast_words(hypothesis), support_at=0.0, refute_at=0.0, chance=0.0)
        case Correlate():
            return _correlate(hypothesis)
        case CompareCorrelations():
            words = f"mean over paired cells of |rho({hypothesis.better})| - |rho({hypothesis.worse})|, Spearman with {hypothesis.y}; "
            return Rule(predicate=words + "the interval must exclude 0", support_at=0.0, refute_at=0.0, chance=0.0)


def _composition(hypothesis: AllOf | AnyOf) -> Rule:
    parts = tuple(rule_for(part) for part in hypothesis.parts)
    word = "every part" if isinstance(hypothesis, AllOf) else "at least one part"
    words = f"{word} of {len(parts)} holds by its own rule"
    if not _signs_of_one_property(hypothesis):
        return Rule(predicate=words, support_at=1.0, refute_at=0.0, parts=parts)
    return Rule(predicate=f"{words}; refuted where none does", support_at=1.0, refute_at=0.0, refuted_by="every", parts=parts)


def _signs_of_one_property(hypothesis: AllOf | AnyOf) -> bool:
    """ "Most unstable, often being in the bottom three": a spread, and what shows it, of one and the same subject."""
    kinds = [part for part in hypothesis.parts if isinstance(part, Spread | Rank)]
    subjects = {part.subject.members for part in kinds}
    return isinstance(hypothesis, AllOf) and len(kinds) == len(hypothesis.parts) and len(subjects) == 1 and isinstance(kinds[0], Spread)


def _rank(hypothesis: Rank) -> Rule:
    size, k = len(hypothesis.subject.members), hypothesis.k
    group = f"{hypothesis.subject.label} ({size})"
    everyone = set(hypothesis.population.members) | set(hypothesis.subject.members)
    chance = k * size / len(everyone) if hypothesis.population.members else None
    if hypothesis.by == "mean_rank":
        words = f"number of {group} among the {hypothesis.end} {k} by mean rank over all cells"
        words += "; against it where another method stands above by Wilcoxon's test"
        return Rule(predicate=words, support_at=members_support(size, k, 0.8), refute_at=members_refute(size, k), chance=chance)
    words = f"mean number of {group} among the {hypothesis.end} {k} of a cell" + (", more than half of the places" if size > k else "")
    each = reads_each_dataset(hypothesis.quantifier, hypothesis.where, hypothesis.per_dataset)
    against = "; refuted where it is no more than chance" if size > k or TABLE[hypothesis.quantifier].against_chance else ""
    share = TABLE[hypothesis.quantifier].support_at
    support = members_support(size, k, share)
    return Rule(
        predicate=words + (", in each data set" if each else "") + against,
        support_at=support,
        refute_at=(chance or 0.0) if TABLE[hypothesis.quantifier].against_chance else min(support, members_refute(size, k)),
        chance=chance,
    )


def _compare(hypothesis: Compare) -> Rule:
    entry = TABLE[hypothesis.quantifier]
    first, second = len(hypothesis.subject.members), len(hypothesis.other.members)
    known = first and second and hypothesis.relation != "equals" and hypothesis.margin is None
    chance = chance_of(first, second, hypothesis.subject_by, hypothesis.other_by) if known else None
    if competitive(hypothesis):
        return _competitive(hypothesis)
    margin = f" by {_range_words(hypothesis.margin)} {hypothesis.margin_unit}" if hypothesis.margin else ""
    each = ", in each data set" if reads_each_dataset(hypothesis.quantifier, hypothesis.where) else ""
    words = (
        f"share of cells in which the {hypothesis.subject_by} of {hypothesis.subject.label} {hypothesis.relation} "
        f"the {hypothesis.other_by} of {hypothesis.other.label} on {hypothesis.metric}{margin}, beyond the noise{each}"
    )
    if entry.against_chance:
        words += "; must exceed chance, refuted where it does not"
    refute_at = (chance or 0.0) if entry.against_chance else REFUTE_AT
    return Rule(predicate=words, support_at=entry.support_at, refute_at=refute_at, chance=chance)


def _competitive(hypothesis: Compare) -> Rule:
    entry = TABLE[hypothesis.quantifier]
    high = hypothesis.margin.high if hypothesis.margin else None
    words = (
        f"share of cells in which the {hypothesis.subject_by} of {hypothesis.subject.label} is at most {high:g} points, or "
        f"{NEAR_DEVIATIONS:g} standard deviations of the methods, below the median of {hypothesis.other.label}, "
        "or stands in the upper half of all methods"
    )
    return Rule(predicate=words, support_at=entry.support_at, refute_at=REFUTE_AT)


def _spread(hypothesis: Spread) -> Rule:
    chance = None
    if hypothesis.population.members:
        chance = 1 / len(set(hypothesis.population.members) | set(hypothesis.subject.members))
    words = (
        f"share of the other methods that vary {'less' if hypothesis.extreme == 'most' else 'more'} than {hypothesis.subject.label}, "
        f"by standard deviation over cells of the deficit to the cell's median and of the rank (the smaller share counts)"
    )
    return Rule(predicate=words, support_at=1.0, refute_at=REFUTE_AT, chance=chance)


def _correlate(hypothesis: Correlate) -> Rule:
    low, high = BANDS[hypothesis.strength]
    words = (
        f"median over cells of |rho|, Spearman of {hypothesis.x} with {hypothesis.y}: {low:g} to {high:g}, "
        f"above exchanged labels, with the expected sign in {RIGHT_SIGN:.0%} of cells"
    )
    return Rule(predicate=words, support_at=low, refute_at=min(low, HIGH_REFUTED) if hypothesis.strength == "high" else low)


def _one_sided(size: Interval) -> bool:
    return size.low is None or size.high is None


def _against(size: Interval) -> float:
    return REFUTE_AT if _one_sided(size) else 0.0


def _range_words(size: Interval | None) -> str:
    if size is None:
        return "any amount"
    if size.low is not None and size.low == size.high:
        return f"{size.low:g}"
    if size.low is None:
        return f"at most {size.high:g}" if size.high is not None else "any amount"
    return f"at least {size.low:g}" if size.high is None else f"{size.low:g} to {size.high:g}"


def _effect_words(hypothesis: Effect) -> str:
    what = f"{hypothesis.change} of {hypothesis.metric} of {hypothesis.subject.label} to {hypothesis.baseline.label}"
    if _one_sided(hypothesis.size):
        return f"share of cells in which the {what} is {_range_words(hypothesis.size)}"
    return (
        f"the {what} is {_range_words(hypothesis.size)} in some cell within the stated precision{_tenth(hypothesis)}; "
        "refuted where every cell is far outside"
    )


def _tenth(hypothesis: Effect) -> str:
    if hypothesis.change == "difference" or hypothesis.size.low != hypothesis.size.high:
        return ""
    return f" (its rounding, or {STATED:.0%} of the change, whichever is larger, with an interval that excludes no change)"


def _trend_words(hypothesis: Trend) -> str:
    start = f"{hypothesis.start:g}" if hypothesis.start is not None else "its highest value"
    end = f"{hypothesis.end:g}" if hypothesis.end is not None else "its lowest value"
    words = f"share of cells in which {hypothesis.metric} of {hypothesis.subject.label} {hypothesis.direction}"
    words += f" as {hypothesis.setting} goes from {start} to {end}, margin {hypothesis.margin:g}"
    if not hypothesis.beyond:
        return words
    words += f", beyond the change of {hypothesis.beyond.label}"
    open_end = hypothesis.end is None and hypothesis.setting == "keep_rate"
    return words + (f"; the excess must show at {LOW_KEEP_RATE:g} and grow from the first lower rate to the lowest" if open_end else "")


def _amount_words(hypothesis: Amount) -> str:
    versus = f" ({hypothesis.relation} than {hypothesis.versus.label})" if hypothesis.versus else ""
    what = f"{hypothesis.metric} of {hypothesis.subject.label}{versus}"
    return f"{what} is {_range_words(hypothesis.range)}; refuted where it is off by more than a tenth (a point, for percentages)"


def _contrast_words(hypothesis: Contrast) -> str:
    levels = [word for word in (hypothesis.level_under, hypothesis.level_against) if word]
    words = f"difference of mean ranks of {hypothesis.subject.label} between the others and the condition"
    words += f", {hypothesis.relation} there, interval above 0"
    return words + (f"; thirds of the ranking as stated: {', '.join(levels)}" if levels else "")
