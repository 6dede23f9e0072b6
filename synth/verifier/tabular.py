"""
The witness of the tables: every number that the retrieved papers report becomes an Observation, and the judge reads them.

A number is kept only with the names that its table gives it (see linking.py); what is not named stays empty. A table that
says nothing about a claim is no evidence; it never refutes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from synth.model import Amount, Claim, Document, Evidence, Hypothesis, Judgement, Observation, Paper, Table, WitnessName
from synth.model.scope import SORTS
from synth.verifier.bench import count
from synth.verifier.context import own_method, own_names
from synth.verifier.doubts import as_read, careful, held_back, told, unchecked_words
from synth.verifier.judge import judge
from synth.verifier.lookup import look_up, stated_value
from synth.verifier.meant import meant
from synth.verifier.operators.testimony import sentence_evidence, stances_of, stated_evidence
from synth.verifier.operators.verdict import LEANING
from synth.verifier.quantifiers import TABLE
from synth.verifier.reported import observations_of
from synth.verifier.rules import rule_for
from synth.verifier.scaling import is_elsewhere
from synth.verifier.selection import name_key, select
from synth.verifier.speed import as_speeds, explained, says_only_faster
from synth.verifier.units import of_machine
from synth.verifier.unread import BEYOND_TABLES, surroundings

__all__ = ["TableWitness", "observations_of"]


@dataclass(frozen=True)
class _Hearing:
    """What one paper's tables, or those of several papers together, say on a claim."""

    label: str
    own: bool
    judgement: Judgement
    observations: tuple[Observation, ...]

    @property
    def decided(self) -> bool:
        return self.judgement.outcome in ("supported", "refuted")

    def words(self, tables: dict[tuple[str, int], Table]) -> str:
        """ "arxiv:2308.04657, Table 3 (page 5): supported in 12 cells"."""
        places = sorted(_spots(self.observations))
        named = list(dict.fromkeys(_place(tables[place]) for place in places if place in tables))
        more = f" and {len(named) - 3} more" if len(named) > 3 else ""
        return f"{self.label}, {', '.join(named[:3])}{more}: {self.judgement.outcome} in {count(self.judgement.n_cells, 'cell')}"


def _spots(observations: Iterable[Observation]) -> dict[tuple[str, int], set[tuple[int, int] | None]]:
    """(paper, table) → row and column of each observation."""
    found: dict[tuple[str, int], set[tuple[int, int] | None]] = defaultdict(set)
    for each in observations:
        found[each.paper_id or "", each.table if each.table is not None else -1].add(each.cell)
    return dict(found)


def _showing(hypothesis: Hypothesis | None, observations: Sequence[Observation]) -> Sequence[Observation]:
    """Of a stated value the numbers that show it, as one is enough; all where none does, and of anything else."""
    if not isinstance(hypothesis, Amount) or not stated_value(hypothesis):
        return observations
    shown = [each for each in observations if hypothesis.range.contains(each.value, 0.5 * 10.0 ** -(each.decimals or 0) + 1e-9)]
    return shown or observations


def _place(table: Table) -> str:
    name = table.label or f"table {table.index + 1}"
    return f"{name} (page {table.page})" if table.page else name


class TableWitness:
    """Testifies with the numbers that papers report in their tables."""

    name: WitnessName = "tables"

    def __init__(self, documents: Sequence[Document]) -> None:
        self._papers: dict[str, Paper] = {document.paper.id: document.paper for document in documents}
        self._tables = {(document.paper.id, table.index): table for document in documents for table in document.tables}
        self._documents = tuple(documents)

    @cached_property
    def observations(self) -> dict[str, tuple[Observation, ...]]:
        """What each paper reports, by paper id; parsed once."""
        return {document.paper.id: observations_of(document) for document in self._documents}

    def testify(self, claim: Claim) -> Evidence:
        """What the tables of all retrieved papers say on the claim; "no_evidence" with the reason where they are silent."""
        own = next((document for document in self._documents if document.paper.id == claim.paper_id and document.tables), None)
        if own is None:
            return self._judged(claim)
        stated = stated_evidence(claim, own)
        held = as_read(claim, stated, own.tables, SORTS) if stated else None
        if held is not None and held.outcome != "inconclusive":
            return held
        judged = self._judged(claim)
        if stated is not None and held is not None and stated.outcome != "inconclusive":
            # Only what nobody read keeps the stated value open: a judge may decide with it, and what merely leans is no better.
            return _unless_at_odds(judged, stated) if judged.outcome in ("supported", "refuted") else held
        read = sentence_evidence(claim, own)
        shown = as_read(claim, read, own.tables, BEYOND_TABLES) if read else None
        if judged.outcome in ("supported", "refuted"):
            return _unless_at_odds(judged, shown if read and read.outcome == "supported" else read)
        if shown is None or _only_leans(shown):
            return judged if judged.outcome != "no_evidence" else shown or held or judged
        if judged.judgement is None or not told(judged.judgement):
            return shown
        # What the judge was kept from deciding stays open for its reason; the operators may still tell where the tables lean.
        leaning = {"stances": shown.stances, "probability": shown.probability}
        return judged.model_copy(update=leaning) if shown.outcome == "inconclusive" else judged

    def _judged(self, claim: Claim) -> Evidence:
        """What the judge makes of the reported numbers, for a claim that the grammar reads."""
        if claim.hypothesis is None:
            return self._silent(f"no hypothesis to judge: {claim.reason or 'the claim was not understood'}")
        if not any(self.observations.values()):
            return self._silent("no retrieved document has a table with numbers")
        hearings = self._hearings(claim)
        if not any(each.decided for each in hearings):
            stated = self._looked_up(claim)
            if stated is not None:
                return stated
        if not hearings:
            return self._silent("no table reports what the claim is about")
        return self._evidence(hearings)

    def _looked_up(self, claim: Claim) -> Evidence | None:
        """A value that the claim states, looked up in its own paper's tables; None where they do not speak of it."""
        document = next((each for each in self._documents if each.paper.id == claim.paper_id), None)
        hypothesis = claim.hypothesis
        if document is None or not isinstance(hypothesis, Amount) or not stated_value(hypothesis) or hypothesis.where.settings:
            return None
        if TABLE[hypothesis.quantifier].over_cells:
            return None  # one cell does not speak for all of them
        names = {name_key(name) for name in hypothesis.subject.members}
        own = [name for name in self._own_names(claim.paper_id) if names & {name_key(each) for each in self._own_names(claim.paper_id)}]
        subject = (*hypothesis.subject.members, *own)
        if not own and not any(each.method in hypothesis.subject.members for each in self.observations[claim.paper_id]):
            return None  # a method that the tables never name
        found = look_up(hypothesis, document, subject, claim.text)
        if found.place is None or found.outcome == "no_evidence":
            return None
        judgement = Judgement(
            outcome=found.outcome,
            probability=found.probability,
            n_cells=1,
            steps=(f"4. outcome: {found.outcome}; {found.reason} (fit {found.place.fit:.2f})",),
            scale="paper",
        )
        where = f"{self._label(claim.paper_id)}, {_place(found.place.table)}"
        spot = (found.place.cell.row, found.place.cell.column)
        there = tuple(each for each in self.observations[claim.paper_id] if each.table == found.place.table.index and each.cell == spot)
        if found.outcome == "supported" and any(is_elsewhere(hypothesis.where, each) for each in there):
            return None  # the row names another backbone or data set, in a column that is no header
        said = surroundings(found.place.table, [spot])
        judgement = held_back(judgement, unchecked_words(judgement, claim, (), said, own=True))
        return Evidence(
            witness="tables",
            outcome=judgement.outcome,
            probability=judgement.probability,
            stances=stances_of(found.probability),
            independence="own_tables",
            scale="paper",
            from_note=self._is_note(claim.paper_id),
            reason=f"{where}: {found.reason}{told(judgement)}",
            observations=there,
            judgement=judgement,
        )

    def _silent(self, reason: str) -> Evidence:
        return Evidence(witness="tables", outcome="no_evidence", reason=reason)

    def _label(self, paper_id: str) -> str:
        return f"reading note, not the paper: {paper_id}" if self._is_note(paper_id) else paper_id

    def _is_note(self, paper_id: str) -> bool:
        return self._papers[paper_id].kind == "note"

    def _own_names(self, paper_id: str) -> tuple[str, ...]:
        document = next((each for each in self._documents if each.paper.id == paper_id), None)
        return own_names(document, own_method(document)) if document else ()

    def _hearings(self, claim: Claim) -> list[_Hearing]:
        """
        One hearing a paper, because two papers' set-ups differ; if no paper can be judged on its own, all of them together,
        unless the numbers depend on the machine that each paper used.
        """
        hypothesis, own = claim.hypothesis, claim.paper_id
        assert hypothesis is not None
        names = self._own_names(own)
        chosen = {
            paper: self._selected(claim, observations, names if paper == own else ()) for paper, observations in self.observations.items()
        }
        hearings = [self._hearing(claim, self._label(paper), paper == own, seen) for paper, seen in chosen.items() if seen]
        hearings = [each for each in hearings if each.judgement.outcome != "no_evidence"]
        pooled = select(hypothesis, [each for observations in self.observations.values() for each in observations])
        if hearings or len({each.paper_id for each in pooled}) < 2 or any(of_machine(each.metric) for each in pooled):
            return hearings
        together = self._hearing(claim, "numbers of several papers side by side", False, pooled)
        return [] if together.judgement.outcome == "no_evidence" else [together]

    def _selected(self, claim: Claim, observations: Sequence[Observation], own: Sequence[str]) -> tuple[Observation, ...]:
        """What of a paper's numbers speaks to a claim; latencies to one that says "faster", where there is no throughput."""
        assert claim.hypothesis is not None
        found = select(claim.hypothesis, observations, own=own)
        if not found and says_only_faster(claim):
            return select(claim.hypothesis, as_speeds(observations), own=own)
        return meant(claim, found, self._tables)

    def _hearing(self, claim: Claim, label: str, own: bool, seen: tuple[Observation, ...]) -> _Hearing:
        assert claim.hypothesis is not None
        judgement = explained(judge(claim.hypothesis, seen, claim.rule or rule_for(claim.hypothesis)), seen)
        said = [
            text
            for place, spots in _spots(_showing(claim.hypothesis, seen)).items()
            if place in self._tables
            for text in surroundings(self._tables[place], spots)
        ]
        return _Hearing(label, own, careful(judgement, claim, seen, said, own=own), seen)

    def _evidence(self, hearings: list[_Hearing]) -> Evidence:
        """
        1. Other papers count before the claim's own, because they are independent of it.
        2. Papers that decide in opposite ways leave the question open, and the reason names both.
        3. Among equals the hearing with the most cells leads.
        """
        others = [each for each in hearings if not each.own and each.decided]
        ranked = sorted(others or [each for each in hearings if each.decided] or hearings, key=lambda each: -each.judgement.n_cells)
        lead = ranked[0]
        conflict = len({each.judgement.outcome for each in hearings if each.decided}) > 1
        open_ = len({each.judgement.outcome for each in others}) > 1
        ordered = [lead, *(each for each in hearings if each is not lead)]
        words = "; ".join(each.words(self._tables) for each in ordered[:4])
        probability = 0.5 if open_ else _tempered(lead)
        return Evidence(
            witness="tables",
            outcome="inconclusive" if open_ else lead.judgement.outcome,
            probability=probability,
            stances=stances_of(probability, 0.0 if lead.decided and not open_ else LEANING),
            independence="own_tables" if lead.own else "other_papers",
            scale="paper",
            from_note=lead.own and self._is_note(lead.observations[0].paper_id or ""),
            reason=f"papers disagree: {words}" if conflict else words,
            observations=tuple(each for hearing in ordered for each in hearing.observations),
            judgement=lead.judgement,
        )


def _only_leans(read: Evidence) -> bool:
    """Whether the tables likely do not speak of the sentence after all."""
    return read.stances is not None and read.stances.neutral > 0


def _unless_at_odds(judged: Evidence, read: Evidence | None) -> Evidence:
    """
    What the judge decided; open where the words of the sentence, read surely on its own paper's tables, say the opposite.

    The judge sees the parts that the grammar carries over, the operators the whole sentence: "significantly", "by 0.6 points".
    """
    if read is None or read.outcome not in ("supported", "refuted") or read.outcome == judged.outcome:
        return judged
    chances = [each.probability for each in (judged, read) if each.probability is not None]
    probability = sum(chances) / len(chances) if chances else None
    reason = f"read in two ways: {judged.outcome} by {judged.reason}; {read.outcome} by {read.reason}"
    opened = {"outcome": "inconclusive", "probability": probability, "stances": stances_of(probability), "reason": reason}
    return judged.model_copy(update=opened)


def _tempered(hearing: _Hearing) -> float | None:
    """The judgement's probability, drawn towards one half as the linking of its numbers is less sure."""
    probability = hearing.judgement.probability
    if probability is None:
        return None
    sure = sum(each.confidence for each in hearing.observations) / len(hearing.observations)
    return 0.5 + (probability - 0.5) * sure
