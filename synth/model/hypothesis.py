"""
The typed predicate that a claim asserts: a closed, small, composable grammar of eleven kinds.

Names (methods, backbones, data sets, metrics) are canonical names of the vocabulary, or slugs where it knows none.
`assumptions` say what the sentence left open and how it was read; they reach the report.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from synth.model.base import Record

Quantifier = Literal["all", "consistently", "mostly", "regularly", "often", "on_average", "sometimes", "stated"]
"""how many of the cells must show it; "stated" is a plain statement with no quantifier."""

PERFORMANCE = "performance"
"""the data set's own metric: top-1 for single-label, mAP for multi-label sets."""


class Group(Record):
    """One or more methods that the claim speaks of."""

    label: str
    """the words of the claim, "soft-clustering methods"."""
    members: tuple[str, ...]
    """method names; empty means every other method that was observed."""


class Interval(Record):
    """A closed range; None leaves a side open."""

    low: float | None = None
    high: float | None = None

    def contains(self, value: float, slack: float = 1e-9) -> bool:
        """Whether the value lies inside, with `slack` on both sides."""
        return (self.low is None or value >= self.low - slack) and (self.high is None or value <= self.high + slack)


class SettingRange(Record):
    """A setting and the values of it for which the claim speaks."""

    name: str
    """"keep_rate", "stage", "resolution_px", ..."""
    range: Interval


class Conditions(Record):
    """Where the claim speaks; an empty field does not restrict."""

    datasets: tuple[str, ...] = ()
    backbones: tuple[str, ...] = ()
    settings: tuple[SettingRange, ...] = ()


class _Statement(Record):
    where: Conditions = Conditions()
    assumptions: tuple[str, ...] = ()


class Rank(_Statement):
    """A group is among the top or bottom k of a population."""

    kind: Literal["rank"] = "rank"
    subject: Group
    end: Literal["top", "bottom"]
    k: int
    population: Group = Group(label="all methods", members=())
    metric: str = PERFORMANCE
    quantifier: Quantifier = "stated"
    by: Literal["cell", "mean_rank"] = "cell"
    """"cell": counted in every cell; "mean_rank": ranked once, by the mean over cells."""
    per_dataset: bool = False
    """the statement must hold in each data set, "across all datasets"."""


class Compare(_Statement):
    """Subjects beat, trail or equal others on a metric."""

    kind: Literal["compare"] = "compare"
    subject: Group
    other: Group
    """members empty: every observed method outside the subject."""
    relation: Literal["beats", "trails", "equals"]
    metric: str = PERFORMANCE
    margin: Interval | None = None
    """size of the difference in the metric's unit (positive), where the claim states one."""
    margin_unit: Literal["points", "percent", "ratio"] = "points"
    subject_by: Literal["best", "each", "median", "mean"] = "best"
    """how a group of several becomes one value in a cell."""
    other_by: Literal["best", "each", "median", "mean"] = "best"
    quantifier: Quantifier = "stated"


class Effect(_Statement):
    """Against a baseline, a metric of the subject changes by a ratio or a difference."""

    kind: Literal["effect"] = "effect"
    subject: Group
    baseline: Group = Group(label="the unreduced model", members=("keep_all",))
    metric: str
    change: Literal["ratio", "difference", "percent"]
    size: Interval
    """signed: subject/baseline for "ratio", subject - baseline for "difference", 100*(subject/baseline - 1) for "percent"."""


class Trend(_Statement):
    """A metric rises, falls or stays as a setting goes from one value to another."""

    kind: Literal["trend"] = "trend"
    subject: Group
    metric: str = PERFORMANCE
    setting: str
    direction: Literal["rises", "falls", "stays"]
    """what the metric does on the way from `start` to `end`."""
    start: float | None = None
    """value of the setting where the way begins; None: the highest observed."""
    end: float | None = None
    """value where it ends; None: the lowest observed."""
    beyond: Group | None = None
    """the change exceeds that of these methods over the same way ("significantly more than Top-K")."""
    margin: float = 1.0
    """least change, in the metric's unit, that counts; a metric "stays" when it changes by no more."""


class Spread(_Statement):
    """The subject varies most or least of a population."""

    kind: Literal["spread"] = "spread"
    subject: Group
    population: Group = Group(label="all methods", members=())
    extreme: Literal["most", "least"]
    metric: str = PERFORMANCE


class Amount(_Statement):
    """A quantity of the subject lies in a range, absolutely or as a difference to others."""

    kind: Literal["amount"] = "amount"
    subject: Group
    metric: str
    range: Interval
    versus: Group | None = None
    """None: the quantity itself; else the range is that of `relation` between subject and these."""
    relation: Literal["value", "fewer", "more", "ratio"] = "value"
    """"fewer": others - subject; "more": subject - others; "ratio": subject / others."""
    quantifier: Quantifier = "stated"


class Contrast(_Statement):
    """The subject stands better under one condition than under the others."""

    kind: Literal["contrast"] = "contrast"
    subject: Group
    under: Conditions
    """the condition singled out."""
    against: Conditions = Conditions()
    """the others; empty: every observed data set that `under` does not name."""
    metric: str = PERFORMANCE
    relation: Literal["better", "worse"] = "better"
    level_under: Literal["high", "middle", "low"] | None = None
    """third of the ranking in which the subject stands there, where the claim says so ("great" = high)."""
    level_against: Literal["high", "middle", "low"] | None = None


class Correlate(_Statement):
    """Two quantities correlate with a stated strength."""

    kind: Literal["correlate"] = "correlate"
    x: str
    """a similarity or distance: "iou", "nmi", "procrustes", "cka", or another metric."""
    y: str
    """usually "performance_difference"."""
    strength: Literal["weak", "moderate", "high", "any"]
    sign: Literal["positive", "negative", "either"] = "either"


class CompareCorrelations(_Statement):
    """One quantity is a better proxy of a target than another."""

    kind: Literal["compare_correlations"] = "compare_correlations"
    better: str
    worse: str
    y: str


class AllOf(Record):
    """Every part holds."""

    kind: Literal["all"] = "all"
    parts: tuple[Hypothesis, ...] = Field(min_length=1)
    assumptions: tuple[str, ...] = ()


class AnyOf(Record):
    """At least one part holds."""

    kind: Literal["any"] = "any"
    parts: tuple[Hypothesis, ...] = Field(min_length=1)
    assumptions: tuple[str, ...] = ()


Statement = Rank | Compare | Effect | Trend | Spread | Amount | Contrast | Correlate | CompareCorrelations
Hypothesis = Annotated[Statement | AllOf | AnyOf, Field(discriminator="kind")]

AllOf.model_rebuild()
AnyOf.model_rebuild()


def leaves(hypothesis: Statement | AllOf | AnyOf) -> tuple[Statement, ...]:
    """The statements of a hypothesis, compositions opened, in order."""
    if isinstance(hypothesis, AllOf | AnyOf):
        return tuple(leaf for part in hypothesis.parts for leaf in leaves(part))
    return (hypothesis,)
