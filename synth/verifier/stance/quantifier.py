"""
Does the passage say it of as many cases as the claim?

What a passage says of one case proves nothing of every one, and a figure proves no record: where the claim goes further in its
words, the passage does not carry a ✓ (unread.py). How much that says of its stance is learned: people who label pairs
seldom take it for nothing.
"""

from __future__ import annotations

import re

from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side

WIDE = re.compile(r"\b(?:all|every|each|always|consistently|across (?:all|the board)|any|invariably|never|none)\b", re.IGNORECASE)
NARROW = re.compile(
    r"\b(?:some(?:times)?|often|certain|only (?:on|for|in|at|when)|partly|partially|mixed|occasionally|in (?:some|a few|certain))\b",
    re.IGNORECASE,
)
EXCEPT = re.compile(r"\b(?:except|not (?:all|always|every|consistently)|apart from|with the exception)\b", re.IGNORECASE)
EVERY = re.compile(r"\b(?:every|each|(?:on|in|at|for|with|over|across) all)\b", re.IGNORECASE)
EXTREME = re.compile(
    r"\b(?:best|worst|highest|lowest|fastest|slowest|largest|smallest|greatest|state[- ]of[- ]the[- ]art|unsurpassed|unmatched)\b",
    re.IGNORECASE,
)
FURTHER = 0.9
"""weight of a claim that goes further than the passage: enough to object to what a language model says, no veto."""
NULL = re.compile(
    r"\b(?:(?:no|lack of|absence of|without(?: an?| any)?|little) (?:\w+ ){0,2}?(?:effect|difference|association|correlation|evidence|"
    r"change|increase|decrease|reduction|improvement|benefit|relationship|relation|role|impact|influence|link|interaction)s?|"
    r"neither\b.{1,80}?\bnor|unaffected|unchanged|unrelated|(?:regardless|irrespective|independent(?:ly)?) of|"
    r"(?:not|n't|non-?) ?(?:\w+ )?(?:significant(?:ly)?|(?:differ|associat|correlat|affect|alter|chang|influenc|relat|link)\w*))\b",
    re.IGNORECASE,
)


def quantifier(claim: Side, passage: Side) -> Signal:
    """Mismatch of scope words and of null results."""
    wide = bool(WIDE.search(claim.text))
    except_ = wide and bool(EXCEPT.search(passage.text)) and not EXCEPT.search(claim.text)
    narrow = wide and bool(NARROW.search(passage.text)) and not NARROW.search(claim.text)
    nulls = bool(NULL.search(claim.text)), bool(NULL.search(passage.text))
    every = bool(EVERY.search(claim.text)) and not WIDE.search(passage.text)
    extreme = bool(EXTREME.search(claim.text)) and not EXTREME.search(passage.text)
    features = (
        ("except", float(except_)),
        ("narrow", float(narrow)),
        ("further", float(every or extreme)),
        ("null_apart", float(nulls[0] != nulls[1])),
        ("null_both", float(nulls[0] and nulls[1])),
    )
    if except_:
        return Signal("quantifier", features, "refutes", 0.8, "names exceptions where the claim says all")
    if nulls[0] != nulls[1]:
        who = "the passage" if nulls[1] else "the claim"
        return Signal("quantifier", features, "refutes", 0.4, f"{who} reports no effect where the other reports one")
    if every:
        return Signal("quantifier", features, "neutral", FURTHER, "the claim says it of every case, the passage of its own")
    if extreme:
        return Signal("quantifier", features, "neutral", FURTHER, "the claim has a superlative that the passage does not state")
    if narrow:
        return Signal("quantifier", features, "neutral", 0.5, "says it of some cases, the claim of all")
    return Signal("quantifier", features)
