"""
How many records of each source became how many papers that were read: the numbers of a PRISMA flow diagram, which must add up.

The stages are those of Page et al. 2021, The PRISMA 2020 statement: records are identified and screened, reports are sought for
retrieval and assessed, studies are included.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from synth.model.base import Record
from synth.model.run import SearchEntry, SourceState

UNUSABLE = "no paper: without a title or an id, or a notice on another paper"
"""the one reason for which a record is out before it is screened, apart from being a duplicate."""
NO_TEXT = "no full text could be had"
"""the one reason for which a report that was sought is out; any other reason is one of screening."""
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
    def unusable(self) -> int:
        """Records that are no papers."""
        return dict(self.excluded).get(UNUSABLE, 0)

    @property
    def screened(self) -> int:
        """Records of different works."""
        return self.received - self.duplicates - self.unusable

    @property
    def screened_out(self) -> tuple[tuple[str, int], ...]:
        """(reason, records) that were left out before their full text was asked for."""
        return tuple((reason, count) for reason, count in self.excluded if reason not in (UNUSABLE, NO_TEXT))

    @property
    def sought(self) -> int:
        """Works whose full text was asked for."""
        return self.screened - sum(count for _, count in self.screened_out)

    @property
    def not_retrieved(self) -> int:
        """Works whose full text could not be had."""
        return dict(self.excluded).get(NO_TEXT, 0)

    @property
    def fetched(self) -> int:
        """Full texts that were had."""
        return sum(source.fetched for source in self.sources)

    @property
    def unreadable(self) -> int:
        """Full texts that were had and are not read: damaged, without text, or a copy of one that is read."""
        return self.fetched - self.read

    @property
    def adds_up(self) -> bool:
        """Whether no stage lets through more than came into it; a log that lacks queries of its run does not."""
        return min(self.received, self.duplicates, self.screened, self.sought, self.fetched, self.unreadable, self.read) >= 0


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
