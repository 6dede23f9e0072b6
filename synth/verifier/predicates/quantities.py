"""Amount: does a quantity lie in a stated range, by itself or against others?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from synth.model import Amount, Judgement, vocabulary
from synth.verifier.bench import Bench, by_dataset, population
from synth.verifier.bootstrap import Array, interval
from synth.verifier.circumstances import scale_of
from synth.verifier.equal_tokens import NOMINAL
from synth.verifier.panel import EVERYWHERE, TOKENS, Panel, Place
from synth.verifier.predicates.ranges import decide_range, inside, operating_point
from synth.verifier.scaling import PROXY_PREFIX
from synth.verifier.shares import tally_reading

FAR_POINTS = 1.0
"""a percentage outside its range by more than this speaks against the claim."""


def amount(hypothesis: Amount, bench: Bench) -> Judgement:
    """Judge "a quantity lies in a range", absolutely or against others."""
    subject = hypothesis.subject.members
    others = hypothesis.versus.members if hypothesis.versus else ()
    panel = bench.panel(
        hypothesis.metric,
        hypothesis.where,
        needed=subject,
        judgeable=lambda p: _judgeable(p, hypothesis, subject, others),
        everywhere=EVERYWHERE if hypothesis.versus else frozenset(),
    )
    own = panel.columns(subject or population(panel, (), ()))
    values = panel.values[:, :, own]
    if hypothesis.versus is not None:
        rivals = _versus(panel, subject, others, hypothesis.metric)
        bench.step(3, f"compared with the mean of {', '.join(rivals)}")
        theirs = np.nanmean(panel.values[:, :, panel.columns(rivals)], axis=2)[:, :, None]
        _sign_on_small_backbones(hypothesis, bench, panel, (theirs - values).mean(2) / theirs[:, :, 0])
        values = {"fewer": theirs - values, "more": values - theirs, "ratio": values / theirs, "value": values}[hypothesis.relation]
    speaking = ~_set_aside(hypothesis, panel)
    panel, values = panel.rows(speaking.tolist()), values[:, speaking]
    rows, columns = np.nonzero(~np.isnan(values[0]))
    units = values[:, rows, columns]
    places = [panel.places[row] for row in rows]
    slack = float(panel.slack.max(initial=0.0)) * (1 if hypothesis.versus is None else 2)
    term = vocabulary().get("metric", hypothesis.metric)
    points = bool(term and term.unit == "percent") and hypothesis.relation != "ratio"
    if hypothesis.quantifier == "on_average" or hypothesis.versus is not None:
        tally_reading(bench, "every setting by itself, none averaged", inside(units, hypothesis.range, slack))
        units, places = _means(units, places)
        bench.step(3, "averaged over settings within each data set and backbone")
    return decide_range(
        bench,
        panel,
        units,
        hypothesis.range,
        slack,
        places,
        far_points=FAR_POINTS if points else None,
        some=_some(hypothesis),
        neutral=1.0 if hypothesis.relation == "ratio" else None,
        against=_wrong_sign(hypothesis, bench, panel, units),
    )


def _set_aside(hypothesis: Amount, panel: Panel) -> NDArray[np.bool_]:
    """[places]: token counts of the small backbones where the real shapes were counted too: their images have fewer tokens."""
    small = np.array([place.backbone.startswith(PROXY_PREFIX) for place in panel.places])
    return small if hypothesis.metric == TOKENS and not small.all() else np.zeros(len(panel.places), dtype=bool)


def _sign_on_small_backbones(hypothesis: Amount, bench: Bench, panel: Panel, saved: Array) -> None:
    """Whether the trained small backbones, whose attention is no noise, agree in sign; saved is [1 + draws, places] as a share."""
    rows = np.flatnonzero(_set_aside(hypothesis, panel) & ~np.isnan(saved[0]))
    if not rows.size or hypothesis.relation not in ("fewer", "more"):
        return
    sign = 1.0 if hypothesis.relation == "fewer" else -1.0
    names = by_dataset([panel.places[row] for row in rows])
    told = []
    for name, chosen in names.items():
        low, high = interval(saved[1:, rows[chosen]].mean(1), bench.rule.level)
        told.append(f"{name} {saved[0, rows[chosen]].mean():.1%} ({low:.1%} to {high:.1%})")
    bench.step(3, f"tokens saved on trained small backbones, as a share of the others' count: {', '.join(told)}")
    tally_reading(bench, f"sign alone: {hypothesis.relation} tokens on trained small backbones", sign * saved[:, rows])


def _wrong_sign(hypothesis: Amount, bench: Bench, panel: Panel, units: Array) -> Array | None:
    """
    At proxy scale only a difference of the wrong sign speaks against a count; None where the range itself decides.

    How many tokens an adaptive method drops follows from how concentrated attention is, which is the model's own.
    """
    if hypothesis.metric != TOKENS or scale_of(panel.used) == "paper":
        return None
    bench.step(3, "counts of an adaptive method at proxy scale show sign and order, not size: only the wrong sign would speak against")
    neutral = 1.0 if hypothesis.relation == "ratio" else 0.0
    bounds = [interval(units[1:, i], bench.rule.level) for i in range(units.shape[1])]
    wanted = (hypothesis.range.low or 0.0) >= neutral
    return np.array([(high < neutral) if wanted else (low > neutral) for low, high in bounds])


def _some(hypothesis: Amount) -> bool | None:
    """Whether one cell that shows the number is enough: a plain statement of a value does not name all its conditions."""
    if hypothesis.versus is not None or hypothesis.quantifier == "on_average":
        return False
    return operating_point(hypothesis.range) and (hypothesis.quantifier == "stated" or None)


def _judgeable(panel: Panel, hypothesis: Amount, subject: Sequence[str], others: Sequence[str]) -> Array:
    seen = ~np.isnan(panel.values[0])
    own = seen[:, panel.columns(subject or population(panel, (), ()))].any(1)
    if hypothesis.versus is None:
        return np.asarray(own, dtype=float)
    return np.asarray(own & seen[:, panel.columns(_versus(panel, subject, others, hypothesis.metric))].any(1), dtype=float)


def _versus(panel: Panel, subject: Sequence[str], others: Sequence[str], metric: str) -> list[str]:
    """Who the subject is compared with; for token counts against everyone, the method that keeps the nominal count."""
    named = set(others) - set(subject)
    everyone = not named or named >= set(population(panel, (), ())) - set(subject)
    if metric == TOKENS and everyone and NOMINAL in panel.methods and NOMINAL not in subject:
        return [NOMINAL]
    return [method for method in population(panel, tuple(named), ()) if method not in subject]


def _means(units: Array, places: Sequence[Place]) -> tuple[Array, list[Place]]:
    if not places:
        return units, []
    groups: dict[Place, list[int]] = {}
    for index, place in enumerate(places):
        groups.setdefault(Place(place.source, place.dataset, place.backbone, ()), []).append(index)
    return np.stack([units[:, chosen].mean(1) for chosen in groups.values()], axis=1), list(groups)
