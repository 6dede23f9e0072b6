"""
judge(hypothesis, observations, rule) → Judgement: pure arithmetic on a table, the same for reported and measured numbers.

    1. The rule was fixed before; it is shown first.
    2. Select the cells that the conditions name; list the ones that are missing.
    3. Evaluate the predicate per cell; bootstrap; share with interval; compare with chance.
    4. Supported, refuted or inconclusive by the rule. Too little power is inconclusive, never refuted.
    5. Say how far it goes: paper or proxy scale.

Beside the reading that the rule decides stand the others of readings.py, each judged the same way with figures of its own;
they give no verdict. One of them can take a decision back: cells of fewer seeds, left out as too thin, must not say otherwise.

No cells is no evidence, a failure to judge is "failed"; neither is ever support. Deterministic: everything random is
derived from the digest of the hypothesis. No file, no network, no clock.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from synth.model import AllOf, AnyOf, Hypothesis, Judgement, Observation, Outcome, Quantifier, Reading, Rule, Statement
from synth.verifier.attributions import attributions
from synth.verifier.bench import Bench, NoCells, count
from synth.verifier.predicates import PREDICATES
from synth.verifier.quantifiers import LEAST_CELLS, TABLE
from synth.verifier.readings import FEW_SEEDS, in_regime, variants

DECIDED: tuple[Outcome, ...] = ("supported", "refuted")


def judge(hypothesis: Hypothesis, observations: Sequence[Observation], rule: Rule) -> Judgement:
    """What the observations say on the hypothesis, by the rule; the order of the observations does not matter."""
    if isinstance(hypothesis, AllOf | AnyOf):
        return _compose(hypothesis, observations, rule)
    usable = tuple(o for o in observations if np.isfinite(o.value))
    found = _statement(hypothesis, in_regime(usable, rule), rule)
    if found.outcome in ("no_evidence", "failed"):
        return found
    return _read_otherwise(found, [_reading(each.name, _statement(*each[1:])) for each in variants(hypothesis, usable, rule)])


def _reading(name: str, judged: Judgement) -> Reading:
    span = {"share": judged.share, "interval": judged.interval, "chance": judged.chance, "n_cells": judged.n_cells}
    return Reading.model_validate({"name": name, "outcome": judged.outcome} | span)


def _read_otherwise(found: Judgement, readings: Sequence[Reading]) -> Judgement:
    """The judgement with the other readings among its steps; a decision that the thin cells do not bear out is taken back."""
    told = tuple(f"3. reading “{each.name}”: {_figures(each)}" for each in readings)
    place = next((index for index, step in enumerate(found.steps) if step.startswith("4.")), len(found.steps))
    steps = (*found.steps[:place], *told, *found.steps[place:])
    thin = next((each for each in readings if each.name.startswith(FEW_SEEDS)), None)
    outcome = found.outcome
    if thin is not None and outcome in DECIDED and thin.outcome != outcome:
        outcome = "inconclusive"
        steps = (*steps, f"4. outcome: inconclusive; {found.outcome} where there are seeds enough, {thin.outcome} over every cell")
    return found.model_copy(update={"outcome": outcome, "steps": steps, "readings": (*found.readings, *readings)})


def _figures(each: Reading) -> str:
    """ "0.750 over 8 cells, 0.500 to 0.875, chance 0.308: inconclusive"."""
    if each.share is None:
        return f"{each.outcome.replace('_', ' ')}, too few methods or cells are left"
    span = f", {each.interval[0]:.3f} to {each.interval[1]:.3f}" if each.interval else ""
    chance = f", chance {each.chance:.3f}" if each.chance is not None else ""
    return f"{each.share:.3f} over {count(each.n_cells, 'cell')}{span}{chance}: {each.outcome.replace('_', ' ')}"


def _statement(hypothesis: Statement, observations: Sequence[Observation], rule: Rule) -> Judgement:
    bench = Bench(hypothesis, tuple(observations), rule)
    cells = f"; cells: {rule.regime}" if rule.regime else ""
    bench.step(1, f"rule: {rule.predicate}; supported from {rule.support_at:g}, refuted from {rule.refute_at:g} down{cells}")
    try:
        with warnings.catch_warnings():
            # A method that is absent from a cell is NaN there; means over nothing are asked for and handled.
            warnings.simplefilter("ignore", RuntimeWarning)
            return _over_several(hypothesis, PREDICATES[hypothesis.kind](hypothesis, bench))
    except NoCells as nothing:
        bench.step(4, f"outcome: no_evidence; {nothing}")
        return Judgement(outcome="no_evidence", missing=tuple(dict.fromkeys(bench.missing)), steps=tuple(bench.steps))
    except Exception as failure:
        bench.step(4, f"outcome: failed; the judgement broke down: {type(failure).__name__}: {failure}")
        return Judgement(outcome="failed", missing=tuple(dict.fromkeys(bench.missing)), steps=tuple(bench.steps))


def _over_several(hypothesis: Statement, found: Judgement) -> Judgement:
    """The judgement, undecided where a quantifier speaks of several cells and a single one seems to bear it out."""
    quantifier: Quantifier = getattr(hypothesis, "quantifier", "stated")
    if found.outcome != "supported" or found.n_cells >= LEAST_CELLS or not TABLE[quantifier].over_cells:
        return found
    told = f"4. outcome: inconclusive; “{quantifier}” speaks of several cells, and there is one"
    return found.model_copy(update={"outcome": "inconclusive", "steps": (*found.steps, told)})


def _compose(hypothesis: AllOf | AnyOf, observations: Sequence[Observation], rule: Rule) -> Judgement:
    """The parts by their own rules, then the parts together."""
    if len(rule.parts) != len(hypothesis.parts):
        text = f"1. outcome: failed; the rule has {len(rule.parts)} parts, the hypothesis {len(hypothesis.parts)}"
        return Judgement(outcome="failed", steps=(text,))
    parts = tuple(judge(part, observations, own) for part, own in zip(hypothesis.parts, rule.parts, strict=True))
    outcome = composed(hypothesis.kind, [part.outcome for part in parts], refuted_by=rule.refuted_by)
    judged = [part for part in parts if part.outcome in ("supported", "refuted", "inconclusive")]
    probabilities = [part.probability for part in judged if part.probability is not None]
    pick = min if isinstance(hypothesis, AllOf) else max
    steps = [f"1. rule: {rule.predicate}"]
    steps += [f"3.{n}.{step}" for n, part in enumerate(parts, 1) for step in part.steps]
    readings = attributions(hypothesis, observations)
    steps += [f"3. reading “{each.name}”: {_figures(each)}" for each in readings]
    steps.append(f"4. outcome: {outcome}; parts: {', '.join(part.outcome for part in parts)}")
    scales = {part.scale for part in judged}
    return Judgement(
        outcome=outcome,
        share=sum(part.outcome == "supported" for part in parts) / len(parts) if judged else None,
        # The parts share their numbers: the probability of all is at most that of the weakest, of any at least that of the strongest.
        probability=pick(probabilities) if probabilities and len(judged) == len(parts) else None,
        n_cells=sum(part.n_cells for part in parts),
        n_seeds=min((part.n_seeds for part in judged if part.n_seeds), default=0),
        missing=tuple(dict.fromkeys(name for part in parts for name in part.missing)),
        steps=tuple(steps),
        readings=readings,
        scale=None if not judged else "proxy" if "proxy" in scales else "paper",
        parts=parts,
    )


def composed(kind: str, outcomes: Sequence[Outcome], *, refuted_by: str = "any") -> Outcome:
    """
    Outcome of the parts together.

    All: one refuted part refutes (every one, where they are signs of one property), only all supported support. Any: one
    supported part supports, only all refuted refute. A part without evidence or a failed one leaves the rest inconclusive.
    """
    if outcomes and all(outcome == "no_evidence" for outcome in outcomes):
        return "no_evidence"
    if all(outcome in ("failed", "no_evidence") for outcome in outcomes):
        return "failed"
    if kind == "any":
        return "supported" if "supported" in outcomes else _unanimous(outcomes, "refuted")
    if refuted_by == "any" and "refuted" in outcomes:
        return "refuted"
    return "supported" if _unanimous(outcomes, "supported") == "supported" else _unanimous(outcomes, "refuted")


def _unanimous(outcomes: Sequence[Outcome], wanted: Outcome) -> Outcome:
    return wanted if outcomes and all(outcome == wanted for outcome in outcomes) else "inconclusive"
