"""
What all sources know of a question, put to works: named papers, queries, listed papers completed, references and citations
followed, retractions marked; and the works in the order in which they are worth reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from synth.model import Paper, Question, SearchEntry, Skipped
from synth.retriever.merge import Shelf, Work
from synth.retriever.rank import order
from synth.retriever.source import Answer, Follows, Matches, Retractions, Source

if TYPE_CHECKING:
    from synth.store.embedding import Embedder

CANDIDATES = 50
"""papers asked of each query before ranking; more than three times the default of papers read."""
SEEDS = 5
"""papers a round whose references and citations are looked at."""
LINKS = 25
"""references, and citations, that are asked of one paper."""


@runtime_checkable
class Opens(Protocol):
    """A source that can look into its files before they are fetched."""

    def opening(self, paper: Paper) -> str | None:
        """The first words of a paper's file; None where there is not a word that can be read."""
        ...


@dataclass
class Found:
    """What the sources gave so far."""

    shelf: Shelf = field(default_factory=Shelf)
    skipped: list[Skipped] = field(default_factory=list)
    log: list[SearchEntry] = field(default_factory=list)
    excluded: list[tuple[Work, str]] = field(default_factory=list)

    def take(self, answers: Iterable[Answer]) -> None:
        """Put the papers of answers to their works, and the entries into the log."""
        for answer in answers:
            self.log += answer.log
            for paper in answer.papers:
                self.shelf.add(paper)

    def leave(self, works: Iterable[Work], reason: str) -> None:
        """Put down works that are not read."""
        self.excluded += [(work, reason) for work in works]


def find_named(named: Sequence[str], sources: Sequence[Source], found: Found, say: Callable[[str], None]) -> dict[str, int]:
    """Take every source's record of the named works, and say by id at which place they are named; what no source knows is skipped."""
    names = list(dict.fromkeys(name.strip() for name in named if name.strip()))
    places: dict[str, int] = {}
    missing: dict[str, list[Skipped]] = {name: [] for name in names}
    for source in sources if names else ():
        say(f"looking for {len(names)} named papers in {source.name}")
        answer, lost = source.find(names)
        found.take([answer])
        for skipped in lost:
            missing.setdefault(skipped.paper.title, []).append(skipped)
        known = [name for name in names if name not in {skipped.paper.title for skipped in lost}]
        for position, paper in enumerate(answer.papers):
            places.setdefault(paper.id, names.index(known[min(position, len(known) - 1)]) if known else len(names))
    for name in names:
        if missing[name] and len(missing[name]) == len(sources):
            text = "; ".join(dict.fromkeys(skipped.reason for skipped in missing[name]))
            found.skipped.append(missing[name][0].model_copy(update={"reason": text}))
    return places


def search(
    question: Question, sources: Sequence[Source], found: Found, embedder: Embedder, rounds: int, say: Callable[[str], None]
) -> None:
    """What all sources give, searched at the same time since they are different places; then what completes it and what it leads to."""
    say(f"searching {', '.join(source.name for source in sources)}")
    found.take(_at_once(lambda source: source.search(question, CANDIDATES), sources))
    _complete(sources, found, say)
    followers = [source for source in sources if isinstance(source, Follows)]
    followed: set[int] = set()
    for number in range(1, rounds + 1 if followers else 0):
        best_first, _ = in_order(question, found.shelf.works, sources, embedder)
        seeds = [work for work in best_first if id(work) not in followed and not work.best.withdrawn][:SEEDS]
        followed |= {id(work) for work in seeds}
        say(f"following references and citations of {len(seeds)} papers, round {number}")
        papers = [work.best for work in seeds]
        found.take(_at_once(lambda source, papers=papers: source.follow(papers, LINKS), followers))  # type: ignore[misc]


def _at_once(ask: Callable[[Any], Answer], sources: Sequence[Any]) -> list[Answer]:
    """The answers in the order of the sources."""
    if not sources:
        return []
    with ThreadPoolExecutor(max_workers=len(sources)) as pool:
        return list(pool.map(ask, sources))


def _complete(sources: Sequence[Source], found: Found, say: Callable[[str], None]) -> None:
    """Records of a reading list that hold little more than a title, completed by the first service that surely knows them."""
    for source in sources:
        bare = [work.best for work in found.shelf.works if work.best.source.startswith("list") and not work.best.abstract]
        if bare and isinstance(source, Matches):
            say(f"completing {len(bare)} listed papers from {source.name}")
            found.take([source.match(bare[:CANDIDATES])])


def mark_retracted(works: Sequence[Work], sources: Sequence[Source], found: Found, say: Callable[[str], None]) -> None:
    """Mark the works that a source knows to be taken back."""
    for source in sources:
        if works and isinstance(source, Retractions):
            say(f"asking {source.name} whether a paper was retracted")
            by_id = {work.best.id: work for work in works}
            notices, log = source.retracted([work.best for work in works])
            found.log += log
            for name, notice in notices.items():
                by_id[name].mark(notice)


def in_order(question: Question, works: Sequence[Work], sources: Sequence[Source], embedder: Embedder) -> tuple[list[Work], list[Work]]:
    """The works, the one to read first first, and apart from them those without a word that can be read."""
    texts = [_about(work.best, sources) for work in works]
    mute = [work for work, text in zip(works, texts, strict=True) if text is None]
    told = [(work, text) for work, text in zip(works, texts, strict=True) if text is not None]
    places = order(question, [text for _, text in told], [work.best.id for work, _ in told], embedder)
    return [told[place][0] for place in places], mute


def _about(paper: Paper, sources: Sequence[Source]) -> str | None:
    """Title and abstract; where there is no abstract, the first words of the file if its source can tell them."""
    source = next((source for source in sources if source.name == paper.source), None)
    if paper.abstract or not isinstance(source, Opens):
        return f"{paper.title}. {paper.abstract}".strip()
    opening = source.opening(paper)
    return None if opening is None else f"{paper.title}. {opening}"
