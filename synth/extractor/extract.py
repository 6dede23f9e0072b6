"""
Document → Claims.

1. Every sentence is scored as a claim of its own paper, by its cues and by its role among its neighbours.
2. References ("our method", "it", "this task") are resolved by the paper's own name for its method and the sentence before.
3. What parses counts for more than what does not; the best sentences up to the budget stay, in document order.
4. A sentence of several statements becomes a claim for each, where they say together what it says.
5. The quote of each is found again in the document's text; a sentence that is not there is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from synth.extractor.decompose import predicates
from synth.extractor.parse import Parse, parse
from synth.extractor.readings import readings
from synth.extractor.resolve import canonical, own_name, resolved
from synth.extractor.select import FLOOR, select
from synth.extractor.sentences import Scored
from synth.extractor.text import standalone
from synth.extractor.unnamed import named
from synth.model import Claim, Document, Passage, Question, claim_id

PARSED_BONUS = 0.25
"""a sentence that was wholly read says something checkable: its extraction confidence goes this share of the way to 1."""
PARTLY_SHARE = 0.95
"""one of which the reading lost a part keeps this share of its own,"""
UNPARSED_SHARE = 0.8
"""one without a hypothesis this,"""
UNRESOLVED_SHARE = 0.6
"""and one that cannot be read on its own this."""


@dataclass(frozen=True)
class _Candidate:
    scored: Scored
    text: str
    parsed: Parse


def _found_again(document: Document, passage: Passage) -> Passage | None:
    """The passage where the document's text has it, offsets mended if need be; None if the text does not hold the quote."""
    if document.text[passage.start : passage.end] == passage.text:
        return passage
    at = document.text.find(passage.text)
    return passage.model_copy(update={"start": at, "end": at + len(passage.text)}) if at >= 0 and passage.text else None


def _candidate(one: Scored, document: Document, itself: str | None, before: str) -> _Candidate:
    text, reason = resolved(one.passage.text, itself, before)
    if not reason:
        text, reason = named(text, document, before)
    text = standalone(text)
    parsed = Parse(None, reason) if reason else parse(text, subject=canonical(itself))
    return _Candidate(replace(one, confidence=round(_weighed(one.confidence, parsed, unresolved=bool(reason)), 3)), text, parsed)


def _weighed(confidence: float, parsed: Parse, *, unresolved: bool) -> float:
    """The confidence of a sentence once it is known how much of it the grammar reads."""
    if parsed.hypothesis is None:
        return (UNRESOLVED_SHARE if unresolved else UNPARSED_SHARE) * confidence
    if parsed.notes:
        return PARTLY_SHARE * confidence
    return confidence + PARSED_BONUS * (1 - confidence)


def _candidates(document: Document) -> list[_Candidate]:
    itself = own_name(document)
    found: list[_Candidate] = []
    before = ""
    for one in readings(document):
        if one.confidence >= FLOOR / 2:
            found.append(_candidate(one, document, itself, before))
        before = one.passage.text
    return found


def _claims(document: Document, candidate: _Candidate, itself: str | None) -> tuple[Claim, ...]:
    """One claim for each statement of the sentence, all with the sentence as their quote; none if the source does not hold it."""
    passage = _found_again(document, candidate.scored.passage)
    if passage is None:
        return ()
    return tuple(
        Claim(
            id=claim_id(document.paper.id, text),
            text=text,
            passage=passage,
            paper_id=document.paper.id,
            hypothesis=parsed.hypothesis,
            reason=parsed.reason,
            extraction_confidence=candidate.scored.confidence,
            notes=parsed.notes,
        )
        for text, parsed in predicates(candidate.text, itself) or ((candidate.text, candidate.parsed),)
    )


def extract(document: Document, *, question: Question | None = None, budget: int = 12) -> tuple[Claim, ...]:
    """The claims of one document in its order, at most `budget`; papers and reading notes alike."""
    candidates = _candidates(document)
    by_place = {candidate.scored.passage.start: candidate for candidate in candidates}
    chosen = select((candidate.scored for candidate in candidates), budget=budget, question=question)
    itself = canonical(own_name(document))
    claims = {claim.id: claim for one in chosen for claim in _claims(document, by_place[one.passage.start], itself)}
    best = sorted(claims.values(), key=lambda claim: -claim.extraction_confidence)[:budget]
    return tuple(claim for claim in claims.values() if claim in best)
