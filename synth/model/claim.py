"""One checkable statement with its source, its hypothesis (or the reason why it has none) and its review."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from synth.model.base import Record
from synth.model.document import Passage
from synth.model.evidence import Rule
from synth.model.hypothesis import Hypothesis


def claim_id(paper_id: str, text: str) -> str:
    """A short stable name: "c-" and ten hexadecimal characters of the digest of source and text."""
    return "c-" + hashlib.sha256(f"{paper_id}\n{text}".encode()).hexdigest()[:10]


UNREAD = "is not part of the reading"
"""in a note: a part of the sentence that the hypothesis could not express."""
CUT_SHORT = "cut short"
"""how a note begins that tells that a sentence breaks off: what it was to assert is not known."""


class Claim(Record):
    """A statement that evidence can speak for or against."""

    id: str
    text: str
    """the claim as it reads on its own: references such as "our method" resolved."""
    passage: Passage | None
    """the exact quote in its source; None for a claim taken from a report under audit whose source was not found."""
    paper_id: str
    hypothesis: Hypothesis | None = None
    reason: str = ""
    """why there is no hypothesis; empty where there is one."""
    extraction_confidence: float
    """that this is a checkable statement which its source makes, 0..1."""
    rule: Rule | None = None
    """how it will be decided; stored before any witness is heard."""
    notes: tuple[str, ...] = ()
    """what the reading lost or assumed, "cut short in its source"."""

    @property
    def unread(self) -> tuple[str, ...]:
        """What the sentence asserts and its hypothesis does not express, in its words; the note itself where it quotes none."""
        notes = [note for note in self.notes if UNREAD in note or note.startswith(CUT_SHORT)]
        return tuple(quoted[1] if (quoted := re.search("“(.+?)” " + UNREAD, note)) else note for note in notes)

    @property
    def quote(self) -> str:
        """The source's own words; the claim's text where no source passage is known."""
        return self.passage.text if self.passage else self.text


class Review(Record):
    """A person's decision on a claim; it stands beside the machine's verdict and never replaces it."""

    decision: Literal["accepted", "rejected", "edited"]
    author: str
    at: str
    """ISO 8601, UTC."""
    note: str = ""
    text: str | None = None
    """the reviewer's wording, where the claim was edited."""
