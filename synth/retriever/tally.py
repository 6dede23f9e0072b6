"""What one query gave, counted so that it adds up: received are duplicates, unusable records and papers."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field

from synth.model import Paper, SearchEntry, SourceState
from synth.model.flow import UNUSABLE
from synth.store.limiter import Fault


@dataclass
class Tally:
    """The count of one query while its pages come in."""

    found: MutableMapping[str, Paper]
    """papers of the queries before; those of this one are added."""
    totals: list[int] = field(default_factory=list)
    """how many results each page promised."""
    held: set[str] = field(default_factory=set)
    received: int = 0
    duplicates: int = 0
    unusable: int = 0
    notes: list[str] = field(default_factory=list)
    fault: Fault | None = None

    def add(self, papers: Iterable[Paper | None], key: str = "id") -> int:
        """Count records, None for one that cannot be used, and keep the papers; says how many this query had not given before."""
        new = 0
        for paper in papers:
            self.received += 1
            if paper is None:
                self.unusable += 1
                continue
            name = f"{paper.id}v{paper.arxiv_version}" if key == "version" else paper.id
            new += name not in self.held
            self.duplicates += name in self.found
            self.held.add(name)
            self.found.setdefault(name, paper)
        return new

    def entry(self, source: str, query: str, limit: int, throttled: int = 0) -> SearchEntry:
        """The entry of the log: the fault if nothing came, partial if less came than was promised, else ok or empty."""
        state, reason = self._state(limit)
        return SearchEntry(
            source=source,
            query=query,
            state=state,
            promised=self.totals[-1] if self.totals else None,
            received=self.received,
            duplicates=self.duplicates,
            excluded=((UNUSABLE, self.unusable),) if self.unusable else (),
            throttled=throttled,
            reason=reason,
        )

    def _state(self, limit: int) -> tuple[SourceState, str]:
        if self.fault is not None and not self.received:
            return self.fault.state, self.fault.reason
        due = min(limit, self.totals[-1]) if self.totals else 0
        distinct = len(self.held)
        notes = [self.fault.reason] if self.fault is not None else []
        notes += self.notes
        if distinct < due:
            notes.append(f"{distinct} different papers of {due}")
        if self.unusable:
            notes.append(f"{self.unusable} of them {UNUSABLE}")
        if len(set(self.totals)) > 1:
            notes.append(f"the number of results changed from {self.totals[0]} to {self.totals[-1]} between pages")
        state: SourceState = "partial" if self.fault is not None or distinct < due else "ok" if self.received else "empty"
        return state, "; ".join(notes)
