"""
combine(claim_id, evidence) → Finding: a numbered checklist from testimony to verdict, and one calibrated confidence.

    1. Set aside what says nothing: no evidence, failed judgements, reruns with a failing control.
    2. Nothing left: UNVERIFIED.
    3. Tell witnesses that can decide (own tables, other papers, a rerun at paper scale) from those that cannot: "stated"
       is the claim's own source repeating itself, a proxy is a smaller world.
    4. In favour and against: CONTESTED. A source that contradicts itself counts as against.
    5. At least one that can decide in favour, none against: VERIFIED. The mirror image: REFUTED. Else UNVERIFIED.
    6. Confidence: weighted log-odds, calibrated by one slope. It is the probability that the claim holds for VERIFIED, CONTESTED and
       UNVERIFIED, and that it fails for REFUTED. VERIFIED and REFUTED need more than 0.5.
    7. Say how far it goes.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from synth.model import Evidence, Finding, Independence, Verdict

WEIGHTS: dict[Independence, float] = {"stated": 0.1, "own_tables": 0.35, "other_papers": 0.6, "rerun": 1.0}
"""
How much of a witness's log-odds counts: the claim's own paper depends on its authors twice, other papers share sources.
At 0.35 a sure look-up in the own tables gives 0.80; of the statements on TDMS papers that such a look-up supported, true
ones beside ones with a changed or exchanged number, 171 of 224 were true.
"""
PROXY_WEIGHT = 0.3
"""a proxy world is evidence on mechanism, not on the original's numbers."""
OPEN_WEIGHT = 0.5
"""an inconclusive judgement leans, it does not speak."""
LEAN = 0.4
"""least log-odds of a witness that speaks in favour (against), whatever its probability."""
PROXY_LEAVES = 0.1
"""share of the log-odds of deciding witnesses that a proxy can never take away."""
CLIP = 0.02
CERTAIN = math.log(99)
"""log-odds that no testimony exceeds: 0.99 is the surest that a report ever is."""
DEFAULTS = {"supported": 0.8, "refuted": 0.2, "inconclusive": 0.5}
"""probability of testimony that gives none."""


_FAILED = re.compile(r":\s*failed\b[^:]*$", re.IGNORECASE)
"""a control line ends in its state, "keep-all equals the plain model: failed (0.31)"."""


@dataclass(frozen=True)
class Calibration:
    """
    Platt's map without an intercept: sigmoid(slope x). Nothing said for or against a claim is one half.

    An intercept would be the share of true claims in the sets that it was fitted to, which says nothing of a user's.
    """

    slope: float = 1.0
    note: str = "not calibrated: no labelled claims were fitted"

    def __call__(self, log_odds: float) -> float:
        """Calibrated probability that the claim holds."""
        return 1.0 / (1.0 + math.exp(-max(-CERTAIN, min(CERTAIN, self.slope * log_odds))))


def calibration_from(text: str) -> Calibration:
    """The map written in calibration.json; the identity where it has none or one that would turn evidence round (slope <= 0)."""
    fitted = json.loads(text).get("combine") or {}
    slope = float(fitted.get("slope", 0.0))
    if slope <= 0 or not math.isfinite(slope):
        return Calibration()
    return Calibration(slope, f"calibrated with slope {slope:.3g} on {fitted.get('fitted_on', 'labelled claims')}")


@cache
def calibration() -> Calibration:
    """The map that ships with the program; the identity where there is none."""
    source = resources.files("synth.verifier").joinpath("calibration.json")
    return calibration_from(source.read_text("utf-8")) if source.is_file() else Calibration()


def combine(claim_id: str, evidence: Sequence[Evidence], *, calibrated: Calibration | None = None) -> Finding:
    """The finding on a claim; the order of the evidence does not matter, nothing gives UNVERIFIED."""
    chart = calibrated or calibration()
    steps: list[str] = []
    speaking = _speaking(evidence, steps)
    if not speaking:
        steps.append("2. no witness has anything to say: UNVERIFIED")
        confidence = _rounded(chart(0.0))
        steps.append(f"6. confidence {confidence:.2f}: what is thought of a claim that nobody speaks on; {chart.note}")
        wording = "no evidence for or against it was found"
        return Finding(
            claim_id=claim_id,
            verdict=Verdict.UNVERIFIED,
            confidence=confidence,
            evidence=tuple(evidence),
            wording=wording,
            steps=tuple(steps),
        )
    verdict = _verdict(speaking, steps)
    log_odds = _log_odds(speaking, steps)
    holds = chart(log_odds)
    if verdict in (Verdict.VERIFIED, Verdict.REFUTED) and (holds <= 0.5 if verdict == Verdict.VERIFIED else holds >= 0.5):
        steps.append(f"6. the calibrated probability {holds:.2f} does not carry {verdict.value}: UNVERIFIED")
        verdict = Verdict.UNVERIFIED
    confidence = _rounded(1.0 - holds if verdict == Verdict.REFUTED else holds)
    what = "fails" if verdict == Verdict.REFUTED else "holds"
    steps.append(f"6. log-odds {log_odds:.2f}; confidence {confidence:.2f} that the claim {what}; {chart.note}")
    wording = _wording(verdict, speaking)
    steps.append(f"7. {wording}")
    return Finding(claim_id=claim_id, verdict=verdict, confidence=confidence, evidence=tuple(evidence), wording=wording, steps=tuple(steps))


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def is_void(evidence: Evidence) -> bool:
    """Whether a built-in control of a rerun failed."""
    return any(_FAILED.search(control) for control in evidence.controls)


def is_proxy(evidence: Evidence) -> bool:
    """Whether the testimony comes from a smaller world than the claim's."""
    return evidence.scale == "proxy"


def decides(evidence: Evidence) -> bool:
    """Whether this witness alone may carry ✓ or ×."""
    return evidence.independence in ("own_tables", "other_papers", "rerun") and not is_proxy(evidence)


def _speaking(evidence: Sequence[Evidence], steps: list[str]) -> list[Evidence]:
    speaking: list[Evidence] = []
    for item in sorted(evidence, key=lambda e: (e.witness, e.outcome, e.model_dump_json())):
        if item.outcome in ("no_evidence", "failed"):
            steps.append(f"1. {item.witness} set aside ({item.outcome.replace('_', ' ')}): {item.reason}")
        elif is_void(item):
            failing = next(control for control in item.controls if _FAILED.search(control))
            steps.append(f"1. {item.witness} set aside, a control failed: {failing}")
        else:
            steps.append(f"1. {item.witness} heard ({_kind(item)}): {item.outcome}; {item.reason}")
            speaking.append(item)
    return speaking


def _kind(item: Evidence) -> str:
    words = {
        "stated": "its own source",
        "own_tables": "its own tables",
        "other_papers": "other papers",
        "rerun": "a rerun",
        None: "unknown origin",
    }
    return words[item.independence] + (", proxy scale" if is_proxy(item) else "")


def _verdict(speaking: Sequence[Evidence], steps: list[str]) -> Verdict:
    favour = [item for item in speaking if item.outcome == "supported"]
    against = [item for item in speaking if item.outcome == "refuted"]
    for item in favour + against:
        if not decides(item):
            why = "a proxy never decides" if is_proxy(item) else "its own source is no evidence of truth"
            steps.append(f"3. {item.witness} cannot decide: {why}")
    for_it = [item for item in favour if decides(item)]
    # A source that repeats itself adds nothing; one that contradicts itself does.
    against_it = [item for item in against if not is_proxy(item)]
    if for_it and against_it:
        steps.append(f"4. {_names(for_it)} in favour, {_names(against_it)} against: CONTESTED")
        return Verdict.CONTESTED
    steps.append("4. no witnesses that disagree")
    if for_it:
        steps.append(f"5. {_names(for_it)} in favour, none against: VERIFIED")
        return Verdict.VERIFIED
    if any(decides(item) for item in against_it):
        steps.append(f"5. {_names(against_it)} against, none in favour: REFUTED")
        return Verdict.REFUTED
    steps.append("5. no witness that can decide has decided: UNVERIFIED")
    return Verdict.UNVERIFIED


def _names(items: Sequence[Evidence]) -> str:
    return ", ".join(f"{item.witness} ({_kind(item)})" for item in items)


def testimony(item: Evidence) -> float:
    """Log-odds of one witness before weights: at least LEAN in the direction in which it speaks, halved where it is open."""
    probability = DEFAULTS[item.outcome] if item.probability is None else item.probability
    clipped = min(1.0 - CLIP, max(CLIP, probability))
    logit = math.log(clipped / (1.0 - clipped))
    if item.outcome == "supported":
        return max(logit, LEAN)
    return min(logit, -LEAN) if item.outcome == "refuted" else OPEN_WEIGHT * logit


def _log_odds(speaking: Sequence[Evidence], steps: list[str]) -> float:
    """
    Weighted sum over the kinds of witnesses.

    Witnesses of one kind depend on one another: of each kind the strongest in favour and the strongest against count.
    A proxy moves the sum but never turns the sign of what deciding witnesses say.
    """
    kinds: dict[tuple[str, bool], list[float]] = {}
    for item in speaking:
        kinds.setdefault((item.independence or "stated", is_proxy(item)), []).append(testimony(item))
    base = proxy = 0.0
    for (name, from_proxy), values in sorted(kinds.items()):
        weight = WEIGHTS[name] * (PROXY_WEIGHT if from_proxy else 1.0)  # type: ignore[index]
        part = weight * (max(0.0, *values) + min(0.0, *values))
        steps.append(f"6. {name.replace('_', ' ')}{' at proxy scale' if from_proxy else ''}: log-odds {part:+.2f} at weight {weight:.2f}")
        if from_proxy:
            proxy += part
        else:
            base += part
    if base > 0:
        return max(base + proxy, PROXY_LEAVES * base)
    return min(base + proxy, PROXY_LEAVES * base) if base < 0 else proxy


def _wording(verdict: Verdict, speaking: Sequence[Evidence]) -> str:
    """How far it goes: each witness in the words that its kind and scale allow."""
    phrases = [phrase for item in speaking if (phrase := _phrase(item))]
    told = "; ".join(dict.fromkeys(phrases)) or "the evidence is inconclusive"
    return f"witnesses disagree: {told}" if verdict == Verdict.CONTESTED else told


def _phrase(item: Evidence) -> str:
    if item.outcome == "inconclusive":
        return f"{_kind(item)}: inconclusive"
    agrees = item.outcome == "supported"
    if is_proxy(item):
        source = "a rerun at proxy scale" if item.witness == "rerun" else "observations at proxy scale"
        return f"consistent with {source}" if agrees else f"at odds with {source}"
    if item.independence == "rerun" or item.witness == "rerun":
        return "reproduced by a rerun at paper scale" if agrees else "not reproduced by a rerun at paper scale"
    words = {
        "own_tables": ("the paper's own tables agree", "the paper's own tables disagree"),
        "other_papers": ("other papers agree", "other papers disagree"),
    }
    if item.from_note:
        words["own_tables"] = ("the tables of its reading note agree", "the tables of its reading note disagree")
    stated = ("only its own source says so", "its own source contradicts it")
    return words.get(item.independence or "", stated)[0 if agrees else 1]
