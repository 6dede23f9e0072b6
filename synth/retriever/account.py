"""The search log made to add up: every record that was received is a duplicate, excluded for a reason, or read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from synth.model import SearchEntry, Skipped
from synth.model.flow import NO_TEXT
from synth.retriever.merge import Work

BELOW = "ranked below those that were read"
TAKEN_BACK = "withdrawn or retracted"


def settled(log: Sequence[SearchEntry], works: Iterable[Work], excluded: Iterable[tuple[Work, str]]) -> tuple[SearchEntry, ...]:
    """
    The log with what became of the records after they were received.

    works      all works, of each of which one record counts and the others are duplicates
    excluded   works that were not read, with the reason
    """
    again: Counter[str] = Counter()
    for work in works:
        again.update(paper.source for paper in work.papers)
        again[work.papers[0].source] -= 1
    out: dict[str, Counter[str]] = {}
    for work, reason in excluded:
        out.setdefault(work.papers[0].source, Counter())[reason] += 1
    entries = list(log)
    for place in reversed(range(len(entries))):  # the last query of a source is the one that is most likely to have found it again
        entry = entries[place]
        duplicates = entry.duplicates + _taken(again, entry.source, _room(entry))
        entry = entry.model_copy(update={"duplicates": duplicates})
        reasons = out.get(entry.source, Counter())
        for reason in sorted(reasons):
            count = _taken(reasons, reason, _room(entry))
            entry = entry.model_copy(update={"excluded": (*entry.excluded, (reason, count))}) if count else entry
        entries[place] = entry
    return tuple(entries)


def reason_of(skipped: Skipped) -> str:
    """Under which heading a work that was not read is counted; the whole reason stands with the paper."""
    return TAKEN_BACK if skipped.paper.withdrawn else NO_TEXT


def _room(entry: SearchEntry) -> int:
    return entry.received - entry.duplicates - sum(count for _, count in entry.excluded)


def _taken(counts: Counter[str], name: str, room: int) -> int:
    """So many of a count as there is room for, taken from it."""
    taken = max(0, min(counts[name], room))
    counts[name] -= taken
    return taken
