"""
Full texts of ranked works: at the same time from different places, one after the other from the same one.

So the wait is that of the slowest place and not the sum; a place's own limit is kept by its lane of the polite client. Each text
is handed on as it arrives, so that its bytes need not be held until the last one is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from synth.model import Fetched, Paper, Skipped
from synth.retriever.fulltext import lane_of
from synth.retriever.merge import Work
from synth.retriever.source import Fetches, Source, taken_back

MOST_PLACES = 16
"""places that are asked at the same time."""
Say = Callable[[str], None]
Taken = TypeVar("Taken")
"""what whoever takes a full text makes of it."""
Take = Callable[[Fetched], Taken]


def fetch(
    works: Sequence[Work],
    most: int,
    sources: Sequence[Source],
    say: Say,
    take: Take[Taken],
    before: Callable[[int], None] = lambda count: None,
) -> tuple[list[tuple[Work, Taken]], list[tuple[Work, Skipped]], int]:
    """
    The best full texts, at most so many, in the order of the works; why others could not be had; how many works were not needed.

    A work that cannot be had makes room for the next.

    take    is called with each text as it arrives, from several threads; what it returns stands for the text
    before  is called with the number of works, from the first, that will have been fetched next
    """
    fetched: list[tuple[Work, Taken]] = []
    skipped: list[tuple[Work, Skipped]] = []
    done = 0
    while done < len(works) and len(fetched) < most:
        batch = works[done : done + most - len(fetched)]
        before(done + len(batch))
        lines = [f"fetching {work.best.title[:60]} ({len(fetched) + place} of at most {most})" for place, work in enumerate(batch, 1)]
        for work, outcome in zip(batch, _together(batch, lines, sources, say, take), strict=True):
            if isinstance(outcome, Skipped):
                skipped.append((work, outcome))
            else:
                fetched.append((work, outcome))
        done += len(batch)
    return fetched, skipped, len(works) - done


def _together(works: Sequence[Work], lines: Sequence[str], sources: Sequence[Source], say: Say, take: Take[Taken]) -> list[Taken | Skipped]:
    """What became of each work, in their order."""
    lanes: dict[str, list[int]] = {}
    for place, work in enumerate(works):
        lanes.setdefault(_lane(work), []).append(place)
    outcomes: dict[int, Taken | Skipped] = {}
    stop = threading.Event()

    def drive(places: Sequence[int]) -> None:
        for place in places:
            if stop.is_set():
                return
            say(lines[place])
            outcome = _one(works[place], sources)
            outcomes[place] = outcome if isinstance(outcome, Skipped) else take(outcome)

    if len(lanes) == 1:
        drive(range(len(works)))
    else:
        with ThreadPoolExecutor(max_workers=min(MOST_PLACES, len(lanes))) as pool:
            try:
                for future in [pool.submit(drive, places) for places in lanes.values()]:
                    future.result()
            except BaseException:
                stop.set()  # what is on its way is finished, nothing more is begun
                raise
    return [outcomes[place] for place in range(len(works))]


def _lane(work: Work) -> str:
    place = work.best.location or ""
    return lane_of(place) if place.startswith("http") else work.best.source


def _one(work: Work, sources: Sequence[Source]) -> Fetched | Skipped:
    """The first full text of a work that can be had, or every reason why there is none."""
    best = work.best
    if best.withdrawn:
        return taken_back(best)
    reasons: list[str] = []
    for source, paper in _ways(work, sources):
        outcome = source.fetch(paper)
        if isinstance(outcome, Fetched):
            return outcome
        reasons.append(outcome.reason)
    return Skipped(paper=best, reason="; ".join(dict.fromkeys(reasons)) or f"its source {best.source or 'is unknown'} is not open")


def _ways(work: Work, sources: Sequence[Source]) -> Iterator[tuple[Source, Paper]]:
    """Each record at its own source, the best first; then sources that may hold what another one named."""
    best = work.best
    records = [best, *(work.completed(paper) for paper in work.papers if paper.source != best.source)]
    named = {source.name: source for source in sources}
    for record in records:
        if record.source in named:
            yield named[record.source], record
    for source in sources:
        if isinstance(source, Fetches) and source.name not in {record.source for record in records}:
            known = next((record for record in records if source.can_fetch(record)), None)
            if known is not None:
                yield source, known
