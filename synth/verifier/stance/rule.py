"""What a rule of stance is: it looks at claim and passage side by side and says what it saw, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from synth.verifier.stance.side import Side

Stance = Literal["supports", "refutes", "neutral"]


@dataclass(frozen=True)
class Signal:
    """What one rule saw."""

    rule: str
    features: tuple[tuple[str, float], ...] = ()
    """inputs of the head, 0 where the rule has nothing to say."""
    leans: Stance | None = None
    """what the signal speaks for; None: nothing to report."""
    weight: float = 0.0
    """how strongly, 0..1; orders the reasons and is no probability."""
    reason: str = ""
    """in words: "states the opposite direction (lower / higher)"."""


class StanceRule(Protocol):
    """One thing to look at."""

    def __call__(self, claim: Side, passage: Side) -> Signal:
        """What this rule sees; a Signal with zero features where it sees nothing."""
        ...
