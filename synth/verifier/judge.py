"""
judge(hypothesis, observations, rule) → Judgement: pure arithmetic on a table, the same for reported and measured numbers.

    1. The rule was fixed before; it is shown first.
    2. Select the cells that the conditions name; list the ones that are missing.
    3. Evaluate the predicate per cell; bootstrap; share with interval; compare with chance.
    4. Supported, refuted or inconclusive by the rule. Too little power is inconclusive, never refuted.
    5. Say how far it goes: paper or proxy scale.

No cells is no evidence, a failure to judge is "failed"; neither is ever support. Deterministic: everything random is
derived from the digest of the hypothesis. No file, no network, no clock.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from synth.model import AllOf, AnyOf, Hypothesis, Judgement, Observation, Outcome, Rule, Statement
from synth.verifier.bench import Bench, NoCells
from synth.verifier.predicates import PREDICATES


def judge(hypothesis: Hypothesis, observations: Sequence[Observation], rule: Rule) -> Judgement:
    """What the observations say on the hypothesis, by the rule; the order of the observations does not matter."""
    if isinstance(hypothesis, AllOf | AnyOf):
        return _compose(hypothesis, observations, rule)
    return _statement(hypothesis, observations, rule)


def _statement(hypothesis: Statement, observations: Sequence[Observation], rule: Rule) -> Judgement:
    usable = tuple(o for o in observations if np.isfinite(o.value))
    bench = Bench(hypothesis, usable, rule)
    bench.step(1, f"rule: {rule.predicate}; supported from {rule.support_at:g}, refuted from {rule.refute_at:g} down")
    try:
        with warnings.catch_warnings():
            # A method that is absent from a cell is NaN there; means over nothing are asked for and handled.
            warnings.simplefilter("ignore", RuntimeWarning)
            return PREDICATES[hypothesis.kind](hypothesis, bench)
    except NoCells as nothing:
        bench.step(4, f"outcome: no_evidence; {nothing}")
        return Judgement(outcome="no_evidence", missing=tuple(dict.fromkeys(bench.missing)), steps=tuple(bench.steps))
    except Exception as failure:
        bench.step(4, f"outcome: failed; the judgement broke down: {type(failure).__name__}: {failure}")
        return Judgement(outcome="failed", missing=tuple(dict.fromkeys(bench.missing)), steps=tuple(bench.steps))


def _compose(hypothesis: AllOf | AnyOf, observations: Sequence[Observation], rule: Rule) -> Judgement:
    """The parts by their own rules, then the parts together."""
    if len(rule.parts) != len(hypothesis.parts):
        text = f"1. outcome: failed; the rule has {len(rule.parts)} parts, the hypothesis {len(hypothesis.parts)}"
        return Judgement(outcome="failed", steps=(text,))
    parts = tuple(judge(part, observations, own) for part, own in zip(hypothesis.parts, rule.parts, strict=True))
    outcome = composed(hypothesis.kind, [part.outcome for part in parts])
    judged = [part for part in parts if part.outcome in ("supported", "refuted", "inconclusive")]
    probabilities = [part.probability for part in judged if part.probability is not None]
    pick = min if isinstance(hypothesis, AllOf) else max
    steps = [f"1. rule: {rule.predicate}"]
    steps += [f"3.{n}.{step}" for n, part in enumerate(parts, 1) for step in part.steps]
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
        scale=None if not judged else "proxy" if "proxy" in scales else "paper",
        parts=parts,
    )


def composed(kind: str, outcomes: Sequence[Outcome]) -> Outcome:
    """
    Outcome of the parts together.

    All: one refuted part refutes, only all supported support. Any: one supported part supports, only all refuted refute.
    A part without evidence or a failed one leaves the rest inconclusive.
    """
    decisive, needed = ("refuted", "supported") if kind == "all" else ("supported", "refuted")
    if decisive in outcomes:
        return "refuted" if kind == "all" else "supported"
    if outcomes and all(outcome == needed for outcome in outcomes):
        return "supported" if kind == "all" else "refuted"
    if outcomes and all(outcome == "no_evidence" for outcome in outcomes):
        return "no_evidence"
    return "failed" if all(outcome in ("failed", "no_evidence") for outcome in outcomes) else "inconclusive"
