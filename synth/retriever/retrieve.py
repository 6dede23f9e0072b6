"""
A question to full texts: every source searched, records merged, ranked against the question, cut, fetched.

Nothing is dropped in silence: what a source said is an entry of the log, what was not used is skipped with its reason, and a
source that is down is one notice while the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from synth.errors import NothingRetrieved
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped
from synth.retriever.merge import Work, is_same, merge
from synth.retriever.rank import nearness
from synth.retriever.source import Answer, Source

if TYPE_CHECKING:
    from synth.store.embedding import Embedder

CANDIDATES = 50
"""papers asked of each query before ranking; more than three times the default of papers read."""
DOWN = ("throttled", "unauthorised", "unavailable", "malformed", "bad_request")


@runtime_checkable
class Opens(Protocol):
    """A source that can look into its files before they are fetched."""

    def opening(self, paper: Paper) -> str | None:
        """The first words of a paper's file; None where there is not a word that can be read."""
        ...


@dataclass(frozen=True)
class Retrieval:
    """Full texts in the order of their rank, named papers first, and the account of how they were found."""

    fetched: tuple[Fetched, ...]
    skipped: tuple[Skipped, ...] = ()
    log: tuple[SearchEntry, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """Papers by rank, of which nothing was fetched, and the account of how they were found."""

    papers: tuple[Paper, ...]
    log: tuple[SearchEntry, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass
class _Found:
    """What the sources gave so far."""

    skipped: list[Skipped] = field(default_factory=list)
    log: list[SearchEntry] = field(default_factory=list)


def retrieve(
    question: Question,
    sources: Sequence[Source],
    *,
    embedder: Embedder,
    max_papers: int = 15,
    named: Sequence[str] = (),
    on_progress: Callable[[str], None] | None = None,
) -> Retrieval:
    """
    The full texts of at most max_papers papers, those named first, then the ones nearest to the question.

    raises   NothingRetrieved if not a single full text was had
    """
    say = on_progress or (lambda line: None)
    found = _Found()
    wanted = _find_named(named, sources, found, say)
    named_papers = [paper for work in wanted for paper in work.papers]
    candidates = _search(question, sources, found, say) if max_papers > len(wanted) else []
    works = [work for work in merge(candidates)[0] if not any(is_same(a, b) for a in work.papers for b in named_papers)]
    ranked, mute = _ranked(question, works, sources, embedder)
    most = max(max_papers, len(wanted))
    fetched, left = _fetch([_records(work) for work in (*wanted, *ranked)], most, sources, found, say)
    read = len(fetched)
    # Files without a readable word take no place from a paper; they are handed on so that the reader can say what is wrong.
    fetched += _fetch([_records(work) for work in mute], len(mute), sources, found, say)[0]
    log = _with_duplicates(found.log, named_papers, candidates)
    notices = _notices(sources, log)
    if left:
        notices = (*notices, f"{left} papers that were found rank below the {read} that were read and were left out")
    if not fetched:
        raise _nothing(log, found.skipped)
    return Retrieval(tuple(fetched), tuple(found.skipped), tuple(log), notices)


def find(
    question: Question,
    sources: Sequence[Source],
    *,
    embedder: Embedder,
    max_papers: int = 15,
    on_progress: Callable[[str], None] | None = None,
) -> Ranking:
    """
    The papers that a retrieval would fetch first, best first, with nothing fetched.

    raises   NothingRetrieved if no source has a paper
    """
    found = _Found()
    candidates = _search(question, sources, found, on_progress or (lambda line: None))
    ranked, mute = _ranked(question, merge(candidates)[0], sources, embedder)
    log = _with_duplicates(found.log, (), candidates)
    if not ranked and not mute:
        raise _nothing(log, ())
    return Ranking(tuple(work.best for work in (*ranked, *mute))[:max_papers], tuple(log), _notices(sources, log))


def _find_named(named: Sequence[str], sources: Sequence[Source], found: _Found, say: Callable[[str], None]) -> list[Work]:
    """The named works in the order named, with every source's record; a name that no source knows is skipped with all their reasons."""
    names = list(dict.fromkeys(name.strip() for name in named if name.strip()))
    order: dict[str, int] = {}
    papers: list[Paper] = []
    missing: dict[str, list[Skipped]] = {name: [] for name in names}
    for source in sources if names else ():
        say(f"looking for {len(names)} named papers in {source.name}")
        answer, lost = source.find(names)
        found.log += answer.log
        for skipped in lost:
            missing.setdefault(skipped.paper.title, []).append(skipped)
        known = [name for name in names if name not in {skipped.paper.title for skipped in lost}]
        for position, paper in enumerate(answer.papers):
            order.setdefault(paper.id, names.index(known[min(position, len(known) - 1)]) if known else len(names))
        papers += answer.papers
    for name in names:
        if missing[name] and len(missing[name]) == len(sources):
            text = "; ".join(dict.fromkeys(skipped.reason for skipped in missing[name]))
            found.skipped.append(missing[name][0].model_copy(update={"reason": text}))
    works, _ = merge(papers)
    return sorted(works, key=lambda work: min(order[paper.id] for paper in work.papers))


def _search(question: Question, sources: Sequence[Source], found: _Found, say: Callable[[str], None]) -> list[Paper]:
    """What all sources give, searched at the same time since they are different places, in the order of the sources."""
    say(f"searching {', '.join(source.name for source in sources)}")
    if not sources:
        return []
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        answers: list[Answer] = list(pool.map(lambda source: source.search(question, CANDIDATES), sources))
    papers: list[Paper] = []
    for answer in answers:
        found.log += answer.log
        papers += answer.papers
    return papers


def _ranked(question: Question, works: Sequence[Work], sources: Sequence[Source], embedder: Embedder) -> tuple[list[Work], list[Work]]:
    """The works, nearest to the question first, and apart from them those without a word that can be read."""
    texts = [_about(work.best, sources) for work in works]
    mute = [work for work, text in zip(works, texts, strict=True) if text is None]
    told = [(work, text) for work, text in zip(works, texts, strict=True) if text is not None]
    scores = nearness(question, [text for _, text in told], embedder)
    order = sorted(range(len(told)), key=lambda index: (-scores[index], told[index][0].best.id))
    return [told[index][0] for index in order], mute


def _about(paper: Paper, sources: Sequence[Source]) -> str | None:
    """Title and abstract; where there is no abstract, the first words of the file if its source can tell them."""
    source = _source_of(paper, sources)
    if paper.abstract or not isinstance(source, Opens):
        return f"{paper.title}. {paper.abstract}".strip()
    opening = source.opening(paper)
    return None if opening is None else f"{paper.title}. {opening}"


def _records(work: Work) -> list[Paper]:
    """The records of a work, the best first."""
    return [work.best, *(paper for paper in work.papers if paper.source != work.best.source)]


def _fetch(
    queue: Sequence[Sequence[Paper]], most: int, sources: Sequence[Source], found: _Found, say: Callable[[str], None]
) -> tuple[list[Fetched], int]:
    """Full texts until there are enough, and how many works were not needed: one that cannot be had makes room for the next."""
    fetched: list[Fetched] = []
    for done, records in enumerate(queue):
        if len(fetched) >= most:
            return fetched, len(queue) - done
        say(f"fetching {records[0].title[:60]} ({len(fetched) + 1} of at most {most})")
        reasons: list[str] = []
        for paper in records:  # another source's record of the same work, where the first cannot be had
            source = _source_of(paper, sources)
            outcome = source.fetch(paper) if source is not None and not paper.withdrawn else _withdrawn(paper)
            if isinstance(outcome, Fetched):
                fetched.append(outcome)
                break
            reasons.append(outcome.reason)
        else:
            found.skipped.append(Skipped(paper=records[0], reason="; ".join(dict.fromkeys(reasons))))
    return fetched, 0


def _withdrawn(paper: Paper) -> Skipped:
    return Skipped(paper=paper, reason=f"withdrawn: {paper.comment or 'its authors or arXiv took it back'}"[:300])


def _source_of(paper: Paper, sources: Sequence[Source]) -> Source | None:
    return next((source for source in sources if source.name == paper.source), None)


def _with_duplicates(log: Sequence[SearchEntry], named: Sequence[Paper], candidates: Sequence[Paper]) -> list[SearchEntry]:
    """The log, with the records of works that another source gave already counted as duplicates, so that its numbers add up."""
    seen: list[Paper] = []
    again: dict[str, int] = {}
    for paper in (*named, *candidates):
        if any(is_same(paper, held) for held in seen):
            again[paper.source] = again.get(paper.source, 0) + 1
        else:
            seen.append(paper)
    entries = list(log)
    for index in reversed(range(len(entries))):
        entry = entries[index]
        more = min(again.get(entry.source, 0), entry.received - entry.duplicates)
        if more:
            again[entry.source] -= more
            entries[index] = entry.model_copy(update={"duplicates": entry.duplicates + more})
    return entries


def _notices(sources: Sequence[Source], log: Sequence[SearchEntry]) -> tuple[str, ...]:
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
