"""
Which claims could be judged otherwise because documents came, changed or went; all other claims keep their findings.

A changed document touches a claim where one of these differs before and after:

1. the passages of that document that the text witness reads on the claim (their words, page, section, and whether they are its own
   work's), or a passage or number of it that the claim's finding cites and that it no longer has;
2. the numbers of that document's tables that the claim's hypothesis selects.

That the search orders the passages of unchanged documents otherwise, since words are rarer or commoner than before, touches nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from synth.model import Claim, Document, Finding, Observation
from synth.verifier.documents import Embeds
from synth.verifier.reported import observations_of
from synth.verifier.selection import select
from synth.verifier.textual import TextWitness

Reported = Mapping[str, tuple[Observation, ...]]


class Touch:
    """The documents that a run was heard on beside those that it has now."""

    def __init__(self, before: Sequence[Document], after: Sequence[Document], embedder: Embeds) -> None:
        """before: without those whose earlier text cannot be had; what they say now counts as new then."""
        digests = [{each.paper.id: each.source_digest for each in documents} for documents in (before, after)]
        self.changed = frozenset(name for name in digests[0] | digests[1] if digests[0].get(name) != digests[1].get(name))
        """ids of the papers whose documents differ."""
        self._text = [TextWitness(documents, embedder) for documents in (before, after)]
        known = {(each.paper.id, each.source_digest): each for each in (*before, *after)}
        said = {key: observations_of(document) for key, document in known.items()}
        self._reported: list[Reported] = [
            {each.paper.id: said[each.paper.id, each.source_digest] for each in documents} for documents in (before, after)
        ]
        self._titles = {each.paper.id: each.paper.title or each.paper.id for each in (*before, *after)}
        self._passages_now = {(passage.paper_id, passage.text) for document in after for passage in document.passages}
        self._values_now = {(each.paper_id, each.value) for numbers in self._reported[1].values() for each in numbers}

    def reasons(self, claim: Claim, finding: Finding | None) -> tuple[str, ...]:
        """Why a claim must be heard again, in words; nothing where no changed document speaks to it otherwise than before."""
        spoken = self._passages(claim, 0) ^ self._passages(claim, 1)
        told = self._numbers(claim, 0) ^ self._numbers(claim, 1)
        passages = {name for _, name, *_ in spoken} | self._lost_quotes(finding)
        numbers = {each.paper_id or "" for each in told} | self._lost_numbers(finding)
        reasons = (("other passages speak of it", passages), ("tables report other numbers on it", numbers))
        return tuple(f"{what}: {self._titles_of(names)}" for what, names in reasons if names)

    def _titles_of(self, names: Iterable[str]) -> str:
        titles = [f"“{self._titles[name][:60]}”" for name in sorted(names)]
        more = f" and {len(titles) - 3} more" if len(titles) > 3 else ""
        return ", ".join(titles[:3]) + more

    def _passages(self, claim: Claim, time: int) -> frozenset[tuple[bool, str, str, int | None, str]]:
        """What the text witness reads of the changed documents: whether it is the own work's, paper, words, page and section."""
        witness = self._text[time]
        found = witness.found(claim) if witness.index.passages else []
        read = ((is_own, hit.passage) for hit, is_own in found if hit.passage.paper_id in self.changed)
        return frozenset((is_own, each.paper_id, each.text, each.page, each.section) for is_own, each in read)

    def _numbers(self, claim: Claim, time: int) -> frozenset[Observation]:
        """What the hypothesis selects from the tables of the changed documents, alone and beside those of all others."""
        if claim.hypothesis is None:
            return frozenset()
        reported = self._reported[time]
        alone = (each for name in self.changed for each in select(claim.hypothesis, reported.get(name, ())))
        beside = select(claim.hypothesis, [each for numbers in reported.values() for each in numbers])
        return frozenset([*alone, *(each for each in beside if each.paper_id in self.changed)])

    def _lost_quotes(self, finding: Finding | None) -> set[str]:
        """Changed documents of which a finding quotes a passage that they no longer have."""
        quoted = [quote.passage for item in finding.evidence for quote in item.quotes] if finding else []
        return {each.paper_id for each in quoted if each.paper_id in self.changed and (each.paper_id, each.text) not in self._passages_now}

    def _lost_numbers(self, finding: Finding | None) -> set[str]:
        """Changed documents that no longer report a number on which a finding rests."""
        numbers = [(each.paper_id or "", each.value) for item in finding.evidence for each in item.observations] if finding else []
        return {name for name, value in numbers if name in self.changed and (name, value) not in self._values_now}
