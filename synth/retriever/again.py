"""
A second look at the sources of a run: how the papers that it read stand now, and which new ones rank among them.

What was read stays, whatever ranks above it by now and whatever a source that is down fails to say: only a word of a source that a
paper was taken back takes it out. A new paper is read where a first run would read it today.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.errors import NothingRetrieved
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped, split_arxiv_id
from synth.retriever.account import BELOW, TAKEN_BACK, reason_of, settled
from synth.retriever.fetching import fetch
from synth.retriever.merge import Work
from synth.retriever.retrieve import DOWN, apart, inside, notices_of
from synth.retriever.searching import Found, find_named, in_order, mark_retracted, search
from synth.retriever.source import Matches, Source, taken_back

if TYPE_CHECKING:
    from synth.store.embedding import Embedder

Say = Callable[[str], None]


@dataclass(frozen=True)
class Standing:
    """How a paper of the run stands now."""

    paper: Paper
    """as the run has it."""
    newer: Paper | None = None
    """a later version, or the paper itself where the run read a note on it."""
    taken_back: str = ""
    """what says so; empty where nothing does."""


@dataclass(frozen=True)
class SecondLook:
    """What the sources say now."""

    standings: tuple[Standing, ...]
    """of the papers of the run that were not taken back before, in their order."""
    fetched: tuple[Fetched, ...]
    """new papers, best first."""
    skipped: tuple[Skipped, ...] = ()
    log: tuple[SearchEntry, ...] = ()
    notices: tuple[str, ...] = ()


def look_again(
    question: Question,
    papers: Sequence[Paper],
    asked: Sequence[Source],
    fetchers: Sequence[Source],
    *,
    also: Sequence[Source] = (),
    embedder: Embedder,
    max_papers: int = 15,
    named: Sequence[str] = (),
    snowball: int = 0,
    on_progress: Say | None = None,
) -> SecondLook:
    """
    The standing of the papers of a run, and the full texts of new ones that rank among its `max_papers`.

    asked     the sources of the run, which answer anew
    fetchers  the same, which give full texts that are kept from what is kept
    also      others that gave papers of the run (a list of papers sends for them); they are asked for those alone
    named     what the run was told to read; a version that is named stays
    raises    NothingRetrieved if not one source answers
    """
    say = on_progress or (lambda line: None)
    found = Found()
    names = find_named(named, asked, found, say)
    search(question, asked, found, embedder, snowball, say)
    gone = _ask_for(papers, (*asked, *also), found, say)
    if not any(entry.state not in DOWN for entry in found.log):
        raise _nobody(found.log)
    held = {paper.id: Work([*found.shelf.records_of(paper), paper]) for paper in papers if not paper.withdrawn}
    wanted, others = apart(found.shelf.works, names)
    ranked, mute = in_order(question, inside(question, others, found), asked, embedder)
    order, most = [*wanted, *ranked], max(max_papers, len(wanted))
    mark_retracted([*held.values(), *[work for work in order[: 2 * most] if not _is_of(work, papers)]], asked, found, say)
    standings = tuple(_standing(paper, held[paper.id], named) for paper in papers if paper.id in held)
    fetched = _fetch_new(order, papers, standings, most, fetchers, found, say)
    unread, lost, _ = fetch([work for work in mute if not _is_of(work, papers)], max(1, len(mute)), fetchers, say, _as_it_is)
    for work, outcome in lost:
        found.skipped.append(outcome)
        found.leave([work], reason_of(outcome))
    log = settled(found.log, found.shelf.works, found.excluded)
    return SecondLook(standings, (*fetched, *(item for _, item in unread)), tuple(found.skipped), log, (*notices_of(asked, log), *gone))


def _ask_for(papers: Sequence[Paper], sources: Sequence[Source], found: Found, say: Say) -> tuple[str, ...]:
    """Ask each source for the papers that it gave and the search did not; one line for each that it says it no longer has."""
    lines: list[str] = []
    for source in sources:
        given = {record.id for work in found.shelf.works for record in work.papers if record.source == source.name}
        missing = [paper for paper in papers if paper.source == source.name and paper.id not in given and not paper.withdrawn]
        if not missing:
            continue
        say(f"asking {source.name} for {len(missing)} papers of the run")
        if isinstance(source, Matches):
            found.take([source.match(missing)])
            continue
        answer, lost = source.find([paper.arxiv_id or paper.location or paper.id for paper in missing])
        found.take([answer])
        if not any(entry.state in DOWN for entry in answer.log):
            names = {item.paper.title for item in lost}
            absent = [paper for paper in missing if (paper.arxiv_id or paper.location or paper.id) in names]
            lines += [f"{paper.title or paper.id}: {source.name} no longer has it; it stays as it was read" for paper in absent]
    return tuple(lines)


def _standing(paper: Paper, work: Work, named: Sequence[str]) -> Standing:
    """What the records of a paper's work say of it; the newest version speaks for a preprint."""
    *records, _ = work.papers
    versions = [each for each in records if each.source == paper.source and each.arxiv_id == paper.arxiv_id and each.arxiv_version]
    newest = max(versions, key=lambda each: each.arxiv_version or 0, default=None)
    back = next((each for each in work.papers if each.withdrawn and (each.notice or not _is_older(each, newest))), None)
    if back is not None:
        return Standing(paper, taken_back=taken_back(back).reason)
    itself = next((each for each in records if each.kind == "paper" and each.id == paper.id), None) if paper.kind == "note" else None
    is_newer = newest is not None and paper.arxiv_version is not None and _is_older(paper, newest) and not _is_pinned(paper, records, named)
    newer = newest if is_newer else itself
    return Standing(paper, newer=work.completed(newer) if newer else None)


def _is_older(paper: Paper, newest: Paper | None) -> bool:
    return newest is not None and paper.arxiv_id == newest.arxiv_id and (paper.arxiv_version or 0) < (newest.arxiv_version or 0)


def _is_pinned(paper: Paper, records: Sequence[Paper], named: Sequence[str]) -> bool:
    """Whether the run was told to read this version, by name or by the user's own folder or list."""
    told = any(each.source.startswith(("folder", "list")) and each.arxiv_version == paper.arxiv_version for each in records)
    return told or any(split[0] == paper.arxiv_id and split[1] for name in named if (split := split_arxiv_id(name)))


def _is_of(work: Work, papers: Sequence[Paper]) -> bool:
    keys = {key for record in work.papers for key in record.keys}
    return any(keys & set(paper.keys) for paper in papers)


def _fetch_new(
    order: Sequence[Work],
    papers: Sequence[Paper],
    standings: Sequence[Standing],
    most: int,
    sources: Sequence[Source],
    found: Found,
    say: Say,
) -> list[Fetched]:
    """The new ones of the works that a run would read today; a paper of the run takes its place without being fetched."""
    standing = [each.paper for each in standings if not each.taken_back]
    gone = [paper for paper in papers if paper not in standing]
    found.leave([work for work in order if _is_of(work, gone)], TAKEN_BACK)
    waiting = [work for work in order if not _is_of(work, gone)]
    fetched: list[Fetched] = []
    room = most
    while waiting and room > 0:
        batch, waiting = waiting[:room], waiting[room:]
        new = [work for work in batch if not _is_of(work, standing)]
        got, lost, _ = fetch(new, len(new), sources, say, _as_it_is)
        fetched += [item for _, item in got]
        room -= len(batch) - len(lost)
        for work, outcome in lost:
            found.skipped.append(outcome)
            found.leave([work], reason_of(outcome))
    found.leave([work for work in waiting if not _is_of(work, standing)], BELOW)
    return fetched


def _as_it_is(item: Fetched) -> Fetched:
    return item


def _nobody(log: Sequence[SearchEntry]) -> NothingRetrieved:
    reasons = dict.fromkeys(f"{entry.source} {entry.state}: {entry.reason.removeprefix('not tried: ')}" for entry in log)
    return NothingRetrieved(
        f"no source answered: {'; '.join(list(reasons)[:3])}", then="the run stays as it is; try again later", log=tuple(log)
    )
