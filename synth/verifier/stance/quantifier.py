"""
Does the passage say it of as many cases as the claim?

What a passage says of one case proves nothing of every one, and a figure proves no record: where the claim goes further in its
words, the passage is no evidence for it.
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
    features = (
        ("except", float(except_)),
        ("narrow", float(narrow)),
        ("null_apart", float(nulls[0] != nulls[1])),
        ("null_both", float(nulls[0] and nulls[1])),
    )
    if except_:
        return Signal("quantifier", features, "refutes", 0.8, "names exceptions where the claim says all")
    if nulls[0] != nulls[1]:
        who = "the passage" if nulls[1] else "the claim"
        return Signal("quantifier", features, "refutes", 0.4, f"{who} reports no effect where the other reports one")
    if EVERY.search(claim.text) and not WIDE.search(passage.text):
        return Signal("quantifier", features, "neutral", 1.0, "the claim says it of every case, the passage of its own")
    if EXTREME.search(claim.text) and not EXTREME.search(passage.text):
        return Signal("quantifier", features, "neutral", 1.0, "the claim has a superlative that the passage does not state")
    if narrow:
        return Signal("quantifier", features, "neutral", 0.5, "says it of some cases, the claim of all")
    return Signal("quantifier", features)
