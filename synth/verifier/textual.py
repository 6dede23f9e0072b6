"""
The text witness: what passages of the retrieved papers say on a claim.

1. Search all passages of all documents, BM25 and embeddings fused, once among other works, once in the claim's own.
2. Passages of the claim's own work (its preprint, its article, a reading note about it) are "stated", and so is a near
   copy of the claim's words anywhere: a sentence that repeats the claim is no second voice. The claim's own sentence is
   not quoted at all. All others are "other_papers".
3. Read the stance of each passage; keep what passes the gate of relevance.
4. Join the stances of all passages of other papers: what the witness thinks, whether or not it decides.
5. Decide: an independent passage must reach the threshold for "supported" or "refuted", and none be likelier than not the
   other way; one that supports must also say what the claim asserts beyond its reading and every sort of scope word that
   it has (unread.py).
   Everything else is "inconclusive", or "no_evidence" where nothing relevant was found.

What a passage says is read as data, whatever it asks for. The same documents and claim give the same testimony.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from synth.model import Claim, Document, Evidence, Independence, Quote, Stances, WitnessName
from synth.verifier.passages import Embeds, Hit, PassageIndex, is_near_copy, keys_of_claim
from synth.verifier.stance.backend import Excerpt, StanceBackend
from synth.verifier.stance.pool import VOICE, Pool, pool_of
from synth.verifier.stance.reading import Reading
from synth.verifier.stance.rule import Stance
from synth.verifier.stance.rules_and_head import HeadBackend
from synth.verifier.stance.side import side_of
from synth.verifier.unread import unsaid

READ_OTHERS, READ_OWN = 12, 6
"""passages that are read per claim among other works and in its own."""
QUOTES = 5
SIDES: tuple[Stance, Stance] = ("supports", "refutes")
RELEVANT = 0.35
"""similarity, or share of the claim's words, from which a passage may be quoted as speaking of the claim."""


@dataclass(frozen=True)
class Heard:
    """A passage with its reading."""

    hit: Hit
    reading: Reading
    independence: Independence
    is_copy: bool
    covered: float
    """share of the claim's content words that it has."""

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

    def __init__(
        self, documents: Sequence[Document], embedder: Embeds, *, backend: StanceBackend | None = None, pool: Pool | None = None
    ) -> None:
        self._documents = tuple(documents)
        self._embedder = embedder
        self._backend = backend or HeadBackend()
        self._pool = pool or pool_of(self._backend.name, getattr(self._backend, "weights", None))

    @cached_property
    def index(self) -> PassageIndex:
        """All passages, indexed when the first claim is heard."""
        return PassageIndex(self._documents, self._embedder)

    def testify(self, claim: Claim) -> Evidence:
        """What the passages say; never raises on a claim."""
        if not self.index.passages:
            return Evidence(witness="text", outcome="no_evidence", reason="no passages were read")
        heard = self.heard(claim)
        relevant = [each for each in heard if self._is_relevant(each)]
        independent = [each for each in relevant if each.is_independent]
        quotes = tuple(each.quote() for each in sorted(relevant, key=_rank)[:QUOTES])
        stances = self.joined(heard)
        if independent and stances:
            return self._decided(claim, independent, stances, quotes)
        if relevant:
            reason = self._own_words(relevant)
            return Evidence(witness="text", outcome="inconclusive", stances=stances, independence="stated", reason=reason, quotes=quotes)
        reason = "no passage but the claim's own sentence speaks of it"
        return Evidence(witness="text", outcome="no_evidence", stances=stances, reason=reason)

    def heard(self, claim: Claim) -> list[Heard]:
        """The passages that were found for a claim, its own sentence left out, each with how it was read."""
        found = self.found(claim)
        readings = self._backend.read(claim.text, [Excerpt(hit.passage, hit.similarity) for hit, _ in found])
        sides = (side_of(claim.text), side_of(claim.quote))
        heard = []
        for (hit, is_own), reading in zip(found, readings, strict=True):
            passage = side_of(hit.passage.text)
            is_copy = any(is_near_copy(side, passage) for side in sides)
            covered = len(sides[0].content & passage.content) / max(len(sides[0].content), 1)
            heard.append(Heard(hit, reading, "stated" if is_own or is_copy else "other_papers", is_copy, covered))
        return heard

    def found(self, claim: Claim) -> list[tuple[Hit, bool]]:
        """The passages that are read on a claim, its own sentence left out, each with whether it is of the claim's own work."""
        own = self.index.is_own(keys_of_claim(claim, self._documents))
        others = [(hit, False) for hit in self.index.search(claim.text, ~own, READ_OTHERS)]
        same = [(hit, True) for hit in self.index.search(claim.text, own, READ_OWN)]
        return [(hit, is_own) for hit, is_own in others + same if not _is_source(claim, hit)]

    def joined(self, heard: Sequence[Heard]) -> Stances | None:
        """The stances of all independent passages together; None where there is none."""
        others = [each.reading for each in heard if each.is_independent]
        return self._pool.joined(others) if others else None

    def _is_relevant(self, heard: Heard) -> bool:
        if heard.weight >= self._pool.gate:
            return True
        similarity = heard.hit.similarity
        return max(similarity, heard.covered) >= RELEVANT and min(similarity, heard.covered) > 0.5 * RELEVANT

    def _decided(self, claim: Claim, independent: list[Heard], stances: Stances, quotes: tuple[Quote, ...]) -> Evidence:
        pros = [each for each in independent if each.decides("supports", self._pool.tick)]
        pro = [each for each in pros if not unsaid(claim, each.hit.passage.text)]
        contra = [each for each in independent if each.decides("refutes", self._pool.cross)]
        voices = {stance: any(each.decides(stance, VOICE) for each in independent) for stance in SIDES}
        testimony = Evidence(
            witness="text",
            outcome="inconclusive",
            probability=round(stances.supports + 0.5 * stances.neutral, 6),
            stances=stances,
            independence="other_papers",
            reason=_undecided(independent, self._pool),
            quotes=quotes,
        )
        if (pros and voices["refutes"]) or (contra and voices["supports"]):
            return testimony.model_copy(update={"reason": "passages of other papers disagree with one another"})
        if pro:
            surest = max(pro, key=lambda each: each.reading.supports)
            return testimony.model_copy(update={"outcome": "supported", "reason": _told(surest, "supports")})
        if pros:
            surest = max(pros, key=lambda each: each.reading.supports)
            told = f"{_told(surest, 'supports')}; but {unsaid(claim, surest.hit.passage.text)}"
            return testimony.model_copy(update={"reason": told})
        if contra:
            told = _told(max(contra, key=lambda each: each.reading.refutes), "speaks against")
            if claim.unread:
                return testimony.model_copy(update={"reason": f"{told}; but part of the claim was not read"})
            return testimony.model_copy(update={"outcome": "refuted", "reason": told})
        return testimony

    def _own_words(self, relevant: list[Heard]) -> str:
        against = [each for each in relevant if each.decides("refutes", self._pool.tick)]
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


def _undecided(independent: list[Heard], pool: Pool) -> str:
    best = max(independent, key=lambda each: max(each.reading.supports, each.reading.refutes)).reading
    top = max(best.supports, best.refutes)
    needed = pool.tick if best.supports >= best.refutes else pool.cross
    short = f"below {needed:.2f}" if top < needed else "and no rule says why"
    count = f"{len(independent)} passage{'s' if len(independent) > 1 else ''} of other papers"
    return f"{count} touch on it, none decides: the surest stance has probability {top:.2f}, {short} ({best.reason})"
