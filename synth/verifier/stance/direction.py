"""Does the passage point the same way as the claim where both speak of the same thing?"""

from __future__ import annotations

from synth.verifier.stance.cues import Cue, cues_of
from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side


def _nearness(a: Cue, b: Cue) -> float:
    """Share of the weight around the cues that is shared, with a bonus for the same word and a discount for unlike kinds; 0..1."""
    mine, theirs = dict(a.context), dict(b.context)
    total = min(sum(mine.values()), sum(theirs.values()))
    if not total:
        return 0.0
    shared = sum(min(mine[name], theirs[name]) for name in mine.keys() & theirs.keys()) / total
    return min(1.0, shared * (1.25 if a.word.stem == b.word.stem else 1.0) * (1.0 if a.changes == b.changes else 0.6))


def _aligned(claim: Side, passage: Side) -> list[tuple[float, Cue, Cue]]:
    """Pointing words paired one to one, the nearest first; conditions ("at lower rates") are paired too and then left out."""
    mine, theirs = cues_of(claim), cues_of(passage)
    ranked = sorted(
        ((_nearness(a, b), i, j) for i, a in enumerate(mine) for j, b in enumerate(theirs) if a.condition == b.condition),
        key=lambda pair: (-pair[0], -(mine[pair[1]].word.stem == theirs[pair[2]].word.stem), pair[1], pair[2]),
    )
    left, right, pairs = set(range(len(mine))), set(range(len(theirs))), []
    for near, i, j in ranked:
        if near > 0 and i in left and j in right:
            left.discard(i)
            right.discard(j)
            pairs.append((near, mine[i], theirs[j]))
    return [pair for pair in pairs if not pair[1].condition]


def direction(claim: Side, passage: Side) -> Signal:
    """Agreement and opposition of the best aligned pair of pointing words."""
    pairs = _aligned(claim, passage)
    agree = max(((near, a.word.text, b.word.text) for near, a, b in pairs if a.sign == b.sign), default=(0.0, "", ""))
    oppose = max(((near, a.word.text, b.word.text) for near, a, b in pairs if a.sign != b.sign), default=(0.0, "", ""))
    total = sum(near * a.sign * b.sign for near, a, b in pairs) / max(sum(near for near, _, _ in pairs), 0.2)
    features = (("dir_agree", agree[0]), ("dir_oppose", oppose[0]), ("dir_net", agree[0] - oppose[0]), ("dir_mean", total))
    if oppose[0] > max(agree[0], 0.3):
        return Signal("direction", features, "refutes", oppose[0], f"states the opposite direction ({oppose[2]} / {oppose[1]})")
    if agree[0] > max(oppose[0], 0.3):
        return Signal("direction", features, "supports", agree[0], f"points the same way ({agree[2]} / {agree[1]})")
    return Signal("direction", features)
