"""How firmly the passage says it, and whether the pointing words of the claim are there at all."""

from __future__ import annotations

import re

from synth.verifier.stance.cues import cues_of
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side

HEDGE = re.compile(
    r"\b(?:may|might|could|possibly|potentially|perhaps|probably|likely|seems?|appears?|suggest(?:s|ed|ing)?)\b", re.IGNORECASE
)
FINDING = re.compile(
    r"\b(?:we (?:show|showed|found|find|demonstrate|demonstrated|observed|report|conclude)|(?:results?|data|findings) (?:show|demonstrate|"
    r"indicate|suggest|reveal)|here we|these (?:results|data|findings)|in conclusion|our (?:results|data|findings))\b",
    re.IGNORECASE,
)


def certainty(claim: Side, passage: Side) -> Signal:
    """Hedges on one side only, words that announce a finding, and the share of the claim's pointing words that stand there as they are."""
    mine = {(cue.word.stem, cue.sign) for cue in cues_of(claim)}
    theirs = {(cue.word.stem, cue.sign) for cue in cues_of(passage)}
    signs = {sign for _, sign in theirs}
    hedged = bool(HEDGE.search(passage.text)) and not HEDGE.search(claim.text)
    features = (
        ("hedged", float(hedged)),
        ("finding", float(bool(FINDING.search(passage.text)))),
        ("cues_same", len(mine & theirs) / len(mine) if mine else 0.0),
        ("cues_turned", sum((name, -sign) in theirs for name, sign in mine) / len(mine) if mine else 0.0),
        ("cues_missing", float(bool(mine) and not any(sign in signs for _, sign in mine))),
    )
    return Signal("certainty", features)
