"""A sentence of several statements → one text for each, where the texts say together exactly what the sentence says."""

from __future__ import annotations

import re

from synth.extractor.clauses import pieces
from synth.extractor.parse import Parse, parse
from synth.extractor.reading import Part
from synth.extractor.scene import annotate
from synth.extractor.text import standalone
from synth.model import AllOf

_FINITE = re.compile(r"(?:(?:also|even|still|consistently|significantly)\s+)?(?:\w+s|\w+ed|are|have|was|were)\b")


def predicates(text: str, itself: str | None) -> tuple[tuple[str, Parse], ...]:
    """
    (text, parse) of each single statement; empty for a sentence that holds one, or that does not fall apart without loss.

    A part without a subject takes that of the sentence. A part that needs its neighbours (a participle, a condition that opens the
    sentence) keeps the sentence whole: it then stays one claim, whose hypothesis is the conjunction.
    """
    whole = parse(text, subject=itself).hypothesis
    if not isinstance(whole, AllOf):
        return ()
    subject = _subject(text)
    found = tuple(_statement(piece, subject, itself) for piece in pieces(text.rstrip(" .;")))
    parts = tuple(part for _, read in found for part in _parts(read.hypothesis))
    return found if len(found) > 1 and parts == whole.parts else ()


def _statement(piece: str, subject: str, itself: str | None) -> tuple[str, Parse]:
    piece = piece.strip(" ,;")
    if subject and _FINITE.match(piece):
        piece = f"{subject} {piece}"
    text = standalone(piece) + "."
    return text, parse(text, subject=itself)


def _subject(text: str) -> str:
    """The name that opens the sentence; empty where none does."""
    spans = annotate(text).of("method", "family")
    return text[: spans[0].end] if spans and len(text[: spans[0].start].split()) <= 1 else ""


def _parts(hypothesis: Part | None) -> tuple[Part, ...]:
    if hypothesis is None:
        return ()
    return hypothesis.parts if isinstance(hypothesis, AllOf) else (hypothesis,)
