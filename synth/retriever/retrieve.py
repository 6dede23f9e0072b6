"""
A question to full texts: every source searched, records merged, ranked against the question, cut, fetched.

Nothing is dropped in silence: what a source said is an entry of the log, what was not used is skipped with its reason, and a
source that is down is one notice while the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synth.errors import NothingRetrieved
from synth.model import Fetched, Paper, Question, SearchEntry, Skipped
from synth.retriever.merge import Work, is_same, merge
from synth.retriever.source import Answer, Source

if TYPE_CHECKING:
    from synth.store.embedding import Embedder

CANDIDATES = 50
"""papers asked of each query before ranking; more than three times the default of papers read."""
DOWN = ("throttled", "unauthorised", "unavailable", "malformed", "bad_request")


@dataclass(frozen=True)
class Retrieval:
    """Full texts in the order of their rank, named papers first, and the account of how they were found."""

    fetched: tuple[Fetched, ...]
    skipped: tuple[Skipped, ...] = ()
    log: tuple[SearchEntry, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass
class _Found:
    """What the sources gave so far."""

    papers: list[Paper] = field(default_factory=list)
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
    room = max(0, max_papers - len(wanted))
    candidates = _search(question, sources, found, say) if room or not wanted else []
    works, duplicates = merge(candidates)
    works = [work for work in works if not any(is_same(work.best, paper) for paper in wanted)]
    ranked = _ranked(question, works, sources, embedder)
    fetched = _fetch(wanted, ranked, max(max_papers, len(wanted)), sources, found, say)
    log = _with_duplicates(found.log, candidates, duplicates)
    notices = _notices(sources, log)
    if not fetched:
        raise _nothing(log, found.skipped)
    return Retrieval(tuple(fetched), tuple(found.skipped), tuple(log), notices)


def _find_named(named: Sequence[str], sources: Sequence[Source], found: _Found, say: Callable[[str], None]) -> list[Paper]:
    """The named papers in the order named, each from the first source that has it; the others are skipped with every source's reason."""
    left = list(dict.fromkeys(name.strip() for name in named if name.strip()))
    at: dict[str, Paper] = {}
    reasons: dict[str, list[Skipped]] = {name: [] for name in left}
    for source in sources:
        if not left:
            break
        say(f"looking for {len(left)} named papers in {source.name}")
        for name in list(left):
            answer, missing = source.find([name])
            found.log += answer.log
            if answer.papers:
                at[name] = answer.papers[0]
                left.remove(name)
            reasons[name] += missing
    for name in left:
        if reasons[name]:
            text = "; ".join(dict.fromkeys(skipped.reason for skipped in reasons[name]))
            found.skipped.append(reasons[name][0].model_copy(update={"reason": text}))
    unique: list[Paper] = []
    for name in at:
        if not any(is_same(at[name], held) for held in unique):
            unique.append(at[name])
    return unique


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


def _ranked(question: Question, works: Sequence[Work], sources: Sequence[Source], embedder: Embedder) -> list[Work]:
    """The works by similarity of title and abstract to the question; equal ones by id, so that the order never varies."""
    if not works:
        return []
    texts = [_about(work.best, sources) for work in works]
    rows = embedder.embed([question.text, *texts])
    scores = [round(float(row @ rows[0]), 5) for row in rows[1:]]
    order = sorted(range(len(works)), key=lambda index: (-scores[index], works[index].best.id))
    return [works[index] for index in order]


def _about(paper: Paper, sources: Sequence[Source]) -> str:
    """Title and abstract; where there is no abstract, the first words of the file if its source can tell them."""
    opening = ""
    if not paper.abstract:
        source = _source_of(paper, sources)
        opening = source.opening(paper)[:1200] if source is not None and hasattr(source, "opening") else ""
    return f"{paper.title}. {paper.abstract or opening}".strip()


def _fetch(
    wanted: Sequence[Paper], ranked: Sequence[Work], most: int, sources: Sequence[Source], found: _Found, say: Callable[[str], None]
) -> list[Fetched]:
    """Full texts until there are enough: a paper that cannot be had makes room for the next one."""
    fetched: list[Fetched] = []
    queue = [[paper] for paper in wanted] + [[work.best, *(paper for paper in work.papers if paper is not work.best)] for work in ranked]
    for records in queue:
        if len(fetched) >= most:
            break
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
    return fetched


def _withdrawn(paper: Paper) -> Skipped:
    return Skipped(paper=paper, reason=f"withdrawn: {paper.comment or 'its authors or arXiv took it back'}"[:300])


def _source_of(paper: Paper, sources: Sequence[Source]) -> Source | None:
    return next((source for source in sources if source.name == paper.source), None)


def _with_duplicates(log: Sequence[SearchEntry], candidates: Sequence[Paper], duplicates: int) -> list[SearchEntry]:
    """The log, with the records that a second source gave again counted as duplicates where they came."""
    seen: list[Paper] = []
    again: dict[str, int] = {}
    for paper in candidates:
        if any(is_same(paper, held) for held in seen):
            again[paper.source] = again.get(paper.source, 0) + 1
        else:
            seen.append(paper)
    entries = list(log)
    for name, count in again.items():
        last = max((i for i, entry in enumerate(entries) if entry.source == name and entry.received), default=None)
        if last is not None and duplicates:
            entries[last] = entries[last].model_copy(update={"duplicates": entries[last].duplicates + count})
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
    down = dict.fromkeys(f"{entry.source} {entry.state}: {entry.reason}" for entry in log if entry.state in DOWN)
    reasons = list(down) or [f"{item.paper.title[:60]}: {item.reason}" for item in skipped]
    if reasons:
        more = f" (and {len(reasons) - 3} more)" if len(reasons) > 3 else ""
        return NothingRetrieved("no paper was retrieved: " + "; ".join(reasons[:3]) + more, then="try again later, or use another --source")
    return NothingRetrieved("no paper was retrieved: no source has one on this question", then="ask more broadly, or use another --source")
