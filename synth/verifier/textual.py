"""
The text witness: what passages of the retrieved papers say on a claim.

1. Search all passages of all documents, BM25 and embeddings fused, once among other works, once in the claim's own.
2. Passages of the claim's own work (its preprint, its article, a reading note about it) are "stated", and so is a near
   copy of the claim's words anywhere: a sentence that repeats the claim is no second voice. The claim's own sentence is
   not quoted at all. All others are "other_papers".
3. Read the stance of each passage; keep what passes the gate of relevance.
4. Decide: an independent passage must reach the head's threshold for "supported" or "refuted", and none the other way.
   Everything else is "inconclusive", or "no_evidence" where nothing relevant was found.

What a passage says is read as data, whatever it asks for. The same documents and claim give the same testimony.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from synth.model import Claim, Document, Evidence, Independence, Quote, WitnessName
from synth.verifier.passages import Embeds, Hit, PassageIndex, is_near_copy, keys_of_claim
from synth.verifier.stance.head import Head, head
from synth.verifier.stance.read import Reading, read_stance
from synth.verifier.stance.rule import Stance
from synth.verifier.stance.side import side_of

READ_OTHERS, READ_OWN = 12, 6
"""passages that are read per claim among other works and in its own."""
QUOTES = 5
CONTRADICTED = 0.8
"""least probability for "refuted": of six decisions on open SciFact two were opposite to the label, and a false × costs trust."""
RELEVANT = 0.35
"""similarity, or share of the claim's words, from which a passage may be quoted as speaking of the claim."""


@dataclass(frozen=True)
class Heard:
    """A passage with its reading."""

    hit: Hit
    reading: Reading
    independence: Independence
    is_copy: bool

    @property
    def is_independent(self) -> bool:
        """Whether it is a voice of its own."""
        return self.independence == "other_papers"

    def decides(self, stance: Stance, threshold: float) -> bool:
        """Whether it takes this stance with at least this probability, and some rule can say why."""
        probability = self.reading.supports if stance == "supports" else self.reading.refutes
        return probability >= threshold and any(signal.leans == stance for signal in self.reading.signals)

    @property
    def weight(self) -> float:
        """Probability that it takes a stance at all."""
        return self.reading.supports + self.reading.refutes

    def quote(self) -> Quote:
        """The record of it."""
        return Quote(
            passage=self.hit.passage,
            stance=self.reading.stance,
            probability=round(self.reading.probability, 6),
            similarity=round(self.hit.similarity, 6),
            independence=self.independence,
            reason="repeats the claim's own words" if self.is_copy else self.reading.reason,
        )


class TextWitness:
    """Testifies from the passages of all retrieved documents."""

    name: WitnessName = "text"

    def __init__(self, documents: Sequence[Document], embedder: Embeds, *, weights: Head | None = None) -> None:
        self._documents = tuple(documents)
        self._embedder = embedder
        self._head = weights or head()

    @cached_property
    def index(self) -> PassageIndex:
        """All passages, indexed when the first claim is heard."""
        return PassageIndex(self._documents, self._embedder)

    def testify(self, claim: Claim) -> Evidence:
        """What the passages say; never raises on a claim."""
        if not self.index.passages:
            return Evidence(witness="text", outcome="no_evidence", reason="no passages were read")
        heard = self._heard(claim)
        relevant = [each for each in heard if self._is_relevant(each)]
        independent = [each for each in relevant if each.is_independent]
        quotes = tuple(each.quote() for each in sorted(relevant, key=_rank)[:QUOTES])
        if independent:
            return self._decided(claim, independent, quotes)
        if relevant:
            return Evidence(witness="text", outcome="inconclusive", independence="stated", reason=self._own_words(relevant), quotes=quotes)
        return Evidence(witness="text", outcome="no_evidence", reason="no passage but the claim's own sentence speaks of it")

    def _heard(self, claim: Claim) -> list[Heard]:
        own = self.index.is_own(keys_of_claim(claim, self._documents))
        others = [(hit, False) for hit in self.index.search(claim.text, ~own, READ_OTHERS)]
        same = [(hit, True) for hit in self.index.search(claim.text, own, READ_OWN)]
        sides = (side_of(claim.text), side_of(claim.quote))
        found = []
        for hit, is_own in others + same:
            if _is_source(claim, hit):
                continue
            passage = side_of(hit.passage.text)
            is_copy = any(is_near_copy(side, passage) for side in sides)
            reading = read_stance(claim.text, hit.passage.text, hit.similarity, weights=self._head)
            found.append(Heard(hit, reading, "stated" if is_own or is_copy else "other_papers", is_copy))
        return found

    def _is_relevant(self, heard: Heard) -> bool:
        if heard.weight >= self._head.gate:
            return True
        covered = next(value for signal in heard.reading.signals for name, value in signal.features if name == "covered")
        return max(heard.hit.similarity, covered) >= RELEVANT and min(heard.hit.similarity, covered) > 0.5 * RELEVANT

    def _decided(self, claim: Claim, independent: list[Heard], quotes: tuple[Quote, ...]) -> Evidence:
        supports, _, neutral = self._head.pooled([(each.reading.supports, each.reading.refutes) for each in independent])
        pro = [each for each in independent if each.decides("supports", self._head.decide)]
        contra = [each for each in independent if each.decides("refutes", max(self._head.decide, CONTRADICTED))]
        probability = round(supports + 0.5 * neutral, 6)
        testimony = Evidence(
            witness="text",
            outcome="inconclusive",
            probability=probability,
            independence="other_papers",
            reason=_undecided(independent, self._head.decide),
            quotes=quotes,
        )
        if pro and contra:
            return testimony.model_copy(update={"reason": "passages of other papers disagree with one another"})
        if pro:
            surest = max(pro, key=lambda each: each.reading.supports)
            return testimony.model_copy(update={"outcome": "supported", "reason": _told(surest, "supports")})
        if contra and not claim.partly_read:
            surest = max(contra, key=lambda each: each.reading.refutes)
            return testimony.model_copy(update={"outcome": "refuted", "reason": _told(surest, "speaks against")})
        return testimony

    def _own_words(self, relevant: list[Heard]) -> str:
        against = [each for each in relevant if each.decides("refutes", self._head.decide)]
        if against:
            return f"only the claim's own source speaks of it, and one passage there says otherwise: {against[0].reading.reason}"
        return "only the claim's own source speaks of it, which is no evidence of truth"


def _is_source(claim: Claim, hit: Hit) -> bool:
    """Whether the passage is the very sentence that the claim was taken from, or contains it."""
    source, passage = claim.passage, hit.passage
    if source is None or source.paper_id != passage.paper_id:
        return False
    return passage.text == source.text or (passage.start < source.end and source.start < passage.end)


def _rank(heard: Heard) -> tuple[bool, bool, float, float]:
    """Independent passages first, decided ones before neutral ones, then the surest."""
    return (not heard.is_independent, heard.reading.stance == "neutral", -heard.weight, -heard.hit.score)


def _where(heard: Heard) -> str:
    page = f", page {heard.hit.passage.page}" if heard.hit.passage.page else ""
    return f"{heard.hit.passage.paper_id}{page}"


def _told(heard: Heard, verb: str) -> str:
    probability = heard.reading.supports if verb == "supports" else heard.reading.refutes
    return f"{_where(heard)} {verb} it with probability {probability:.2f}: {heard.reading.reason}"


def _undecided(independent: list[Heard], threshold: float) -> str:
    best = max(independent, key=lambda each: max(each.reading.supports, each.reading.refutes))
    top = max(best.reading.supports, best.reading.refutes)
    count = f"{len(independent)} passage{'s' if len(independent) > 1 else ''} of other papers"
    return f"{count} touch on it, none decides: the surest stance has probability {top:.2f}, below {threshold:.2f} ({best.reading.reason})"
