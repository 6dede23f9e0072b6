"""Does one side use a word where the other uses its opposite: "indirect" beside "direct", "gain" beside "loss"?"""

from __future__ import annotations

from functools import cache, lru_cache

from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side
from synth.verifier.stance.words import lexicon, stem

NEAR = 5
"""words on either side of a word that say what it is about."""
TAIL = 4
"""letters that must follow a prefix, so that "disease" is not the opposite of "ease" for a part of it alone."""


@cache
def _paired() -> dict[str, frozenset[str]]:
    """Stem → stems of its opposites."""
    found: dict[str, set[str]] = {}
    for entry in lexicon("opposites"):
        first, second = (stem(word) for word in entry.split("/"))
        found.setdefault(first, set()).add(second)
        found.setdefault(second, set()).add(first)
    return {name: frozenset(others) for name, others in found.items()}


@cache
def _prefixes() -> tuple[tuple[str, str], ...]:
    """Prefixes that turn a word round, either way: ("hyper", "hypo"), ("hypo", "hyper"), ("", "un"), ("un", "")."""
    pairs = [tuple(entry.split("/")) for entry in lexicon("prefixes")]
    return tuple((first, second) for first, second in pairs) + tuple((second, first) for first, second in pairs)


@lru_cache(maxsize=65536)
def _opposites_of(name: str) -> frozenset[str]:
    """Stems that would say the opposite of a stem."""
    turned = (second + name[len(first) :] for first, second in _prefixes() if name.startswith(first) and len(name) - len(first) >= TAIL)
    return _paired().get(name, frozenset()).union(turned)


def _around(side: Side, at: int) -> frozenset[str]:
    near = side.words[max(0, at - NEAR) : at] + side.words[at + 1 : at + 1 + NEAR]
    return frozenset(word.stem for word in near if word.is_content)


def _likeness(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(min(len(a), len(b)), 1)


def opposites(claim: Side, passage: Side) -> Signal:
    """Opposites that stand in like surroundings, each the other's only likeness; denied on one side alone they agree."""
    apart, denied, words = 0.0, 0.0, ("", "")
    mine = [(i, word) for i, word in enumerate(claim.words) if word.is_content and word.stem not in passage.content]
    theirs = [(j, word) for j, word in enumerate(passage.words) if word.is_content and word.stem not in claim.content]
    for i, a in mine:
        against = _opposites_of(a.stem)
        for j, b in theirs:
            if b.stem not in against:
                continue
            near = 0.2 + 0.8 * _likeness(_around(claim, i), _around(passage, j))
            if a.negated != b.negated:
                denied = max(denied, near)
            elif near > apart:
                apart, words = near, (b.text, a.text)
    features = (("opp_apart", apart), ("opp_denied", denied))
    if apart > max(denied, 0.3):
        return Signal("opposites", features, "refutes", apart, f"says {words[0]} where the claim says {words[1]}")
    return Signal("opposites", features)
