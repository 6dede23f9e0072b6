"""How many records of each source became how many papers that were read: the numbers of a PRISMA flow diagram, which must add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from synth.model.base import Record
from synth.model.run import SearchEntry, SourceState

FAILED: tuple[SourceState, ...] = ("throttled", "unauthorised", "bad_request", "unavailable", "malformed")


class SourceFlow(Record):
    """What one source was asked and gave; received is duplicates, excluded and fetched."""

    source: str
    asked: int = 0
    """queries."""
    promised: int = 0
    """hits that it says it has, summed over the queries; those beyond the limit were not asked for."""
    received: int = 0
    throttled: int = 0
    """answers that asked us to slow down."""
    failed: int = 0
    """queries that gave nothing because the source failed."""
    partial: int = 0
    """queries that gave less than was promised."""
    duplicates: int = 0
    """records of a work that another query or source had given already."""
    excluded: tuple[tuple[str, int], ...] = ()
    """(reason, records), the most frequent reason first."""

    @property
    def fetched(self) -> int:
        """Records that became a full text."""
        return self.received - self.duplicates - sum(count for _, count in self.excluded)


class Flow(Record):
    """The flow of all sources together."""

    sources: tuple[SourceFlow, ...] = ()
    read: int = 0
    """papers whose full text could be read."""

    @property
    def received(self) -> int:
        """Records of all sources."""
        return sum(source.received for source in self.sources)

    @property
    def duplicates(self) -> int:
        """Records of a work that was held already."""
        return sum(source.duplicates for source in self.sources)

    @property
    def excluded(self) -> tuple[tuple[str, int], ...]:
        """(reason, records) of all sources, the most frequent reason first."""
        return _summed(source.excluded for source in self.sources)

    @property
    def fetched(self) -> int:
        """Full texts that were had."""
        return sum(source.fetched for source in self.sources)

    @property
    def unreadable(self) -> int:
        """Full texts that were had and could not be read."""
        return self.fetched - self.read


def flow(log: Sequence[SearchEntry], read: int) -> Flow:
    """
    The flow of a search log.

    read   papers of the run, each of which came out of one record of the log
    """
    names = dict.fromkeys(entry.source for entry in log)
    return Flow(sources=tuple(_of_source(name, [entry for entry in log if entry.source == name]) for name in names), read=read)


def _of_source(name: str, entries: Sequence[SearchEntry]) -> SourceFlow:
    return SourceFlow(
        source=name,
        asked=len(entries),
        promised=sum(entry.promised or 0 for entry in entries),
        received=sum(entry.received for entry in entries),
        throttled=sum(entry.throttled for entry in entries),
        failed=sum(entry.state in FAILED for entry in entries),
        partial=sum(entry.state == "partial" for entry in entries),
        duplicates=sum(entry.duplicates for entry in entries),
        excluded=_summed(entry.excluded for entry in entries),
    )


def _summed(parts: Iterable[tuple[tuple[str, int], ...]]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for part in parts:
        for reason, count in part:
            total[reason] += count
    return tuple(sorted(total.items(), key=lambda item: (-item[1], item[0])))
