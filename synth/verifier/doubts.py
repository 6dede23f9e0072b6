"""
Why numbers do not carry the decision that they seem to make.

A judge decides on the cells that it was given and on the hypothesis that it was told. Whether the cells are the claim's, and whether
the hypothesis is all that the sentence asserts, is asked here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from synth.model import Amount, Claim, Evidence, Hypothesis, Judgement, Observation, Regime, Table, leaves, vocabulary
from synth.model.scope import Sort, sorts_of
from synth.verifier.scaling import DATA_FREE
from synth.verifier.selection import metrics_of, open_population, subjects_of
from synth.verifier.stance.numbers import results_of
from synth.verifier.units import of_machine
from synth.verifier.unread import headers, rescuing, unchecked, unseen_places

SURE = 0.75
"""confidence of the linking from which numbers may refute."""
PARTLY = "although a part of the sentence was not read"
_PRINTED = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


def careful(judgement: Judgement, claim: Claim, observations: Sequence[Observation], said: Iterable[str], *, own: bool) -> Judgement:
    """Inconclusive where the numbers do not carry the decision that they seem to make; a step says why."""
    doubt = _doubt(judgement, claim, observations, own=own) or unchecked_words(judgement, claim, observations, said, own=own)
    return held_back(judgement, doubt)


def held_back(judgement: Judgement, doubt: str) -> Judgement:
    """The judgement, inconclusive where there is a doubt, which a step tells."""
    if not doubt:
        return judgement
    probability = None if judgement.probability is None else 0.5 + (judgement.probability - 0.5) / 2
    steps = (*judgement.steps, f"4. {judgement.outcome} {doubt}: inconclusive")
    return judgement.model_copy(update={"outcome": "inconclusive", "probability": probability, "steps": steps})


def _doubt(judgement: Judgement, claim: Claim, observations: Sequence[Observation], *, own: bool) -> str:
    """
    Why a decision is not to be had from these numbers; empty where it is.

    1. settings ignored and several values of a method: accuracies at several budgets do not belong beside each other;
    2. refuted by a value that depends on the machine, which says nothing on what another paper's machine gave;
    3. refuted against "all others": who is comparable is the table's affair, and a row of another size or ablation is not a rival;
    4. refuted by numbers whose linking to names is a guess.
    """
    assert claim.hypothesis is not None
    if judgement.outcome not in ("supported", "refuted"):
        return ""
    steps = " ".join(judgement.steps)
    if "settings are ignored" in steps and "kept as alternatives" in steps:
        return "only with settings ignored, where methods have several values"
    parts = leaves(claim.hypothesis)
    if judgement.outcome == "supported":
        return ""
    if not own and any(isinstance(leaf, Amount) and leaf.versus is None and of_machine(leaf.metric) for leaf in parts):
        return "only by the value of another machine"
    if any(open_population(leaf) for leaf in parts):
        return "only against whatever else the tables hold"
    return "only by numbers whose names are a guess" if _sureness(claim.hypothesis, observations) < SURE else ""


def unchecked_words(judgement: Judgement, claim: Claim, observations: Sequence[Observation], said: Iterable[str], *, own: bool) -> str:
    """
    Which part of the sentence these numbers leave unchecked, as a reason against deciding; empty where none.

    said   captions and headers of the numbers
    """
    if judgement.outcome == "refuted":
        return PARTLY if rescuing(claim, said) else ""
    if judgement.outcome != "supported":
        return ""
    if doubt := _not_borne_out(unchecked(claim, said, own=own)):
        return doubt
    everywhere = unseen_places(claim, observations) if observations else ""
    return f"on one only, where the claim says “{everywhere}”" if everywhere else ""


def unmeasured(judgement: Judgement, claim: Claim, regime: Regime | None) -> str:
    """Which part of the sentence a measurement leaves unchecked, as a reason against deciding; empty where none."""
    left = unchecked(claim, ("off the shelf",) if regime == "off_the_shelf" else (), own=True)
    decided = judgement.outcome in ("supported", "refuted")
    return f"as far as it was read: {_listed(left)} was not measured" if left and decided else ""


def _not_borne_out(words: Sequence[str]) -> str:
    return f"as far as it was read: {_listed(words)} is not borne out by the tables" if words else ""


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"“{each}”" for each in words)


def _sureness(hypothesis: Hypothesis, observations: Sequence[Observation]) -> float:
    """Mean confidence of the linking of the subjects' numbers; of all numbers where no subject is named."""
    subjects = {name for leaf in leaves(hypothesis) for name in subjects_of(leaf)}
    chosen = [each.confidence for each in observations if not subjects or each.method in subjects]
    return sum(chosen) / len(chosen) if chosen else 0.0


def told(judgement: Judgement) -> str:
    """The doubt of a judgement that was held back, to be added to a reason; empty for another."""
    last = judgement.steps[-1] if judgement.steps else ""
    held = re.fullmatch(r"4\. (?:supported|refuted) (.+): inconclusive", last)
    return "" if held is None else f"; {held[1]}" if held[1].startswith(("though", "although")) else f"; but {held[1]}"


def as_read(claim: Claim, evidence: Evidence, tables: Sequence[Table], beyond: Collection[Sort]) -> Evidence:
    """
    Testimony that operators read off a table, open where the sentence asserts more than they looked at.

    tables  of the paper
    beyond  the sorts of scope words that the operators cannot show
    """
    if evidence.judgement is None:
        return evidence
    steps = evidence.judgement.steps
    if evidence.outcome == "supported":
        said = (*steps, *(text for table in tables for text in (table.caption, *headers(table))))
        doubt = _unshown(claim, steps, beyond) or _not_borne_out(unchecked(claim, said, own=True))
    else:
        left = set(rescuing(claim, steps)) & set(unchecked(claim, steps, own=True))
        doubt = PARTLY if evidence.outcome == "refuted" and left else ""
    if not doubt:
        return evidence
    judgement = held_back(evidence.judgement, doubt)
    return evidence.model_copy(
        update={
            "outcome": judgement.outcome,
            "probability": judgement.probability,
            "judgement": judgement,
            "reason": f"{evidence.reason}{told(judgement)}",
        }
    )


def _unshown(claim: Claim, steps: Sequence[str], beyond: Collection[Sort]) -> str:
    """
    What the steps of operators do not show of a claim, as a reason against deciding; empty where nothing is missing.

    1. Words of scope. Where the grammar has read how many cells must show it, that is for its judge to say, not for an example.
    2. A number that the claim gives.
    3. The metric that the grammar has read: a lower count of operations is no higher speed.
    """
    sorts = {*beyond, "universal"} if claim.hypothesis else {*beyond}
    if words := sorted(sorts_of(claim.text) & sorts):
        return f"though the table shows nothing of its scope ({', '.join(words)})"
    whole = " ".join(steps)
    if number := _unseen_number(claim.text, steps):
        return f"though nothing was read of the number {number}"
    named = {mention.term.name for mention in vocabulary().mentions(whole, "metric")}
    wanted = {metric for leaf in (leaves(claim.hypothesis) if claim.hypothesis else ()) for metric in metrics_of(leaf)}
    if other := sorted(named & DATA_FREE - wanted):
        return f"by another metric ({', '.join(other)})"
    return f"without its metric ({', '.join(sorted(wanted))})" if wanted and wanted <= DATA_FREE - named else ""


def _unseen_number(text: str, steps: Iterable[str]) -> str:
    """A result that a sentence states and that is neither in a step nor a difference or ratio of two numbers in one; empty if none."""
    made = [each for step in steps for each in _made([float(value) for value in _PRINTED.findall(step)])]
    for number in results_of(text):
        for value in _PRINTED.findall(number.text):
            half = 0.5 * 10.0 ** -len(value.partition(".")[2]) + 1e-9
            if not any(abs(abs(each) - float(value)) <= half for each in made):
                return number.text
    return ""


def _made(seen: Sequence[float]) -> list[float]:
    """Some numbers with their differences and ratios, the latter in percent too."""
    differences = [a - b for a in seen for b in seen]
    ratios = [a / b for a in seen for b in seen if b]
    return [*seen, *differences, *ratios, *(100 * each for each in ratios)]
