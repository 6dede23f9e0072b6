"""
A question to full texts: every source searched, records merged, ranked against the question, cut, fetched.

Nothing is dropped in silence: what a source said is an entry of the log, what was not used is skipped with its reason, and a
source that is down is one notice while the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, cast

from synth.errors import NothingRetrieved
from synth.model import Paper, Question, SearchEntry, Skipped
from synth.retriever.account import BELOW, TAKEN_BACK, reason_of, settled
from synth.retriever.fetching import Take, Taken, fetch
from synth.retriever.limits import outside
from synth.retriever.merge import Work
from synth.retriever.searching import Found, find_named, in_order, mark_retracted, search
from synth.retriever.source import Source, taken_back

if TYPE_CHECKING:
    from synth.store.embedding import Embedder

DOWN = ("throttled", "unauthorised", "unavailable", "malformed", "bad_request")


@dataclass(frozen=True)
class Retrieval(Generic[Taken]):
    """Full texts in the order of their rank, named papers first, and the account of how they were found."""

    fetched: tuple[Taken, ...]
    """the texts, or what was made of each as it arrived."""
    skipped: tuple[Skipped, ...] = ()
    log: tuple[SearchEntry, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """Papers by rank, of which nothing was fetched, and the account of how they were found."""

    papers: tuple[Paper, ...]
    skipped: tuple[Skipped, ...] = ()
    """works that were taken back, which stand before the last of the papers in rank."""
    log: tuple[SearchEntry, ...] = ()
    notices: tuple[str, ...] = ()


def retrieve(
    question: Question,
    sources: Sequence[Source],
    *,
    embedder: Embedder,
    max_papers: int = 15,
    named: Sequence[str] = (),
    snowball: int = 0,
    on_progress: Callable[[str], None] | None = None,
    take: Take[Taken] | None = None,
) -> Retrieval[Taken]:
    """
    The full texts of at most max_papers papers, those named first, then the ones nearest to the question.

    snowball  rounds in which the best papers' references and citations are looked at too
    take      called with each full text as it arrives, from several threads; what it returns stands for the text, which is kept
              as it is otherwise
    raises    NothingRetrieved if not a single full text was had
    """
    say = on_progress or (lambda line: None)
    take = take or cast("Take[Taken]", lambda item: item)
    found = Found()
    names = find_named(named, sources, found, say)
    if max_papers > len(found.shelf.works):
        search(question, sources, found, embedder, snowball, say)
    wanted, others = apart(found.shelf.works, names)
    ranked, mute = in_order(question, inside(question, others, found), sources, embedder)
    most = max(max_papers, len(wanted))
    asked = 0

    def ask_ahead(count: int) -> None:
        """Know of each work, before it is fetched, whether it was taken back; in few calls."""
        nonlocal asked
        while asked < count:
            mark_retracted([*wanted, *ranked][asked : asked + 2 * most], sources, found, say)
            asked += 2 * most

    fetched, skipped, left = fetch([*wanted, *ranked], most, sources, say, take, ask_ahead)
    read = len(fetched)
    # Files without a readable word take no place from a paper; they are handed on so that the reader can say what is wrong.
    unread, lost, _ = fetch(mute, max(1, len(mute)), sources, say, take)
    for work, outcome in (*skipped, *lost):
        found.skipped.append(outcome)
        found.leave([work], reason_of(outcome))
    found.leave([*wanted, *ranked][len(wanted) + len(ranked) - left :], BELOW)
    log = settled(found.log, found.shelf.works, found.excluded)
    notices = notices_of(sources, log)
    if left:
        notices = (*notices, f"{left} papers that were found rank below the {read} that were read and were left out")
    if not fetched and not unread:
        raise _nothing(log, found.skipped)
    return Retrieval(tuple(item for _, item in (*fetched, *unread)), tuple(found.skipped), log, notices)


def find(
    question: Question,
    sources: Sequence[Source],
    *,
    embedder: Embedder,
    max_papers: int = 15,
    snowball: int = 0,
    on_progress: Callable[[str], None] | None = None,
) -> Ranking:
    """
    The papers that a retrieval would fetch first, best first, with nothing fetched, and what was taken back apart from them.

    raises   NothingRetrieved if no source has a paper
    """
    say = on_progress or (lambda line: None)
    found = Found()
    search(question, sources, found, embedder, snowball, say)
    ranked, mute = in_order(question, inside(question, found.shelf.works, found), sources, embedder)
    works = [*ranked, *mute]
    mark_retracted(works[: 2 * max_papers], sources, found, say)
    chosen = [work for work in works if not work.best.withdrawn][:max_papers]
    reached = works.index(chosen[-1]) + 1 if len(chosen) == max_papers else len(works)
    back = [work for work in works[:reached] if work.best.withdrawn]
    found.leave(back, TAKEN_BACK)
    found.leave(works[reached:], BELOW)
    skipped = tuple(taken_back(work.best) for work in back)
    log = settled(found.log, found.shelf.works, found.excluded)
    if not chosen:
        raise _nothing(log, skipped)
    return Ranking(tuple(work.best for work in chosen), skipped, log, notices_of(sources, log))


def apart(works: Sequence[Work], named: Mapping[str, int]) -> tuple[list[Work], list[Work]]:
    """The named works in the order named, and the others."""
    places = {id(work): min((named[paper.id] for paper in work.papers if paper.id in named), default=-1) for work in works}
    wanted = sorted((work for work in works if places[id(work)] >= 0), key=lambda work: places[id(work)])
    return wanted, [work for work in works if places[id(work)] < 0]


def inside(question: Question, works: Sequence[Work], found: Found) -> list[Work]:
    """The works within the question's limits; the others are put down with the limit."""
    kept: list[Work] = []
    for work in works:
        reason = outside(work.best, question)
        if reason:
            found.leave([work], reason)
        else:
            kept.append(work)
    return kept


def notices_of(sources: Sequence[Source], log: Sequence[SearchEntry]) -> tuple[str, ...]:
    """One line for each source that gave nothing because it failed."""
    lines: list[str] = []
    for name in dict.fromkeys(source.name for source in sources):
        entries = [entry for entry in log if entry.source == name]
        failed = [entry for entry in entries if entry.state in DOWN]
        if failed and not any(entry.received for entry in entries):
            lines.append(f"{name} gave nothing ({failed[0].state}): {failed[0].reason}")
        elif failed:
            lines.append(f"{name} answered {len(entries) - len(failed)} of {len(entries)} queries; {failed[0].state}: {failed[0].reason}")
    return tuple(lines)


def _nothing(log: Sequence[SearchEntry], skipped: Sequence[Skipped]) -> NothingRetrieved:
    """The error that says why there is not one paper."""
    down = dict.fromkeys(
        f"{entry.source} {entry.state}: {entry.reason.removeprefix('not tried: ')}" for entry in log if entry.state in DOWN
    )
    reasons = list(down) or [f"{item.paper.title[:60]}: {item.reason}" for item in skipped]
    if reasons:
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        return NothingRetrieved(
            "no paper was retrieved: " + "; ".join(reasons[:3]) + more, then="try again later, or use another --source", log=tuple(log)
        )
    return NothingRetrieved(
        "no paper was retrieved: no source has one on this question", then="ask more broadly, or use another --source", log=tuple(log)
    )
