"""Is the passage a statement at all: no question, plan, supposition, and nothing that addresses its reader?"""

from __future__ import annotations

import re

from synth.verifier.stance.rule import Signal
from synth.verifier.stance.side import Side

ASKED = re.compile(
    r"\?\s*$|\bwe (?:ask|hypothesi[sz]e|expect|plan|speculate|wonder)\b|"
    r"\bfuture work\b|\bremains? (?:open|unclear|unknown|to be)\b",
    re.IGNORECASE,
)
PLANNED = re.compile(
    r"\bwhether\b|\bwe aim\b|\bit is (?:unclear|unknown|possible that)|\bneeds? to be (?:tested|examined|investigated)|"
    r"\bwas (?:tested|examined|investigated|studied)|\bthe (?:aim|purpose|goal|objective) of|"
    r"\bto (?:determine|investigate|examine|assess|evaluate|test) ",
    re.IGNORECASE,
)
ADDRESSED = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|above|previous)\b|\b(?:mark|label|rate|score|treat|consider|report|classify)\b"
    r".{0,30}\b(?:claims?|paper|statement|verdict|submission|review)\b.{0,40}\b(?:as|verified|refuted|supported|true|false|accept\w*)\b|"
    r"\b(?:you (?:must|should|are)|as an ai|system prompt|dear (?:reviewer|model)|language model(?:s)? (?:must|should))\b",
    re.IGNORECASE,
)


def modality(claim: Side, passage: Side) -> Signal:
    """A veto for text that addresses a reader or machine, and for open questions; plans only count as a feature."""
    addressed, asked, planned = (bool(pattern.search(passage.text)) for pattern in (ADDRESSED, ASKED, PLANNED))
    features = (("open", float(asked or planned)), ("addressed", float(addressed)))
    if addressed:
        return Signal("modality", features, "neutral", 1.0, "addresses its reader, states no result")
    if asked or planned:
        return Signal("modality", features, "neutral", 1.0 if asked else 0.6, "asks or plans, states no result")
    return Signal("modality", features)
