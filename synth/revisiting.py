"""A saved run and its sources → the documents that it was heard on, those that it has now, and what changed between them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from synth.model import Document, DocumentChange, Fetched, Paper, Run, Skipped
from synth.model.change import DocumentEvent
from synth.progress import Progress
from synth.reader.held import held
from synth.reader.shelf import one_each, read_all
from synth.retriever import sources
from synth.retriever.again import SecondLook, Standing, look_again
from synth.settings import Settings
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace


@dataclass
class Revisit:
    """What became of the documents of a run."""

    papers: tuple[Paper, ...]
    """those of the run in their order, taken-back ones marked, and the new ones."""
    inputs: tuple[tuple[str, str], ...]
    """digests of their documents."""
    before: tuple[Document, ...] = ()
    """what the run was heard on, as far as it can be had; empty where nothing changed, since nothing is opened then."""
    after: tuple[Document, ...] = ()
    changes: list[DocumentChange] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    lost: list[Paper] = field(default_factory=list)
    """papers whose documents cannot be had any more, so that nothing can be heard on them."""
    notices: list[str] = field(default_factory=list)

    def change_of(self, paper_id: str) -> DocumentChange | None:
        """What happened to a paper, None where nothing did."""
        return next((change for change in self.changes if change.paper_id == paper_id), None)


def look(saved: Run, named: Sequence[str], workspace: Workspace, settings: Settings, embedder: Embedder, progress: Progress) -> SecondLook:
    """What the sources of a run say now, asked anew; raises NothingRetrieved if none answers."""
    used = [paper.source for paper in saved.papers if paper.source in sources.WEB and paper.source not in settings.sources]
    return look_again(
        saved.question,
        saved.papers,
        sources.open_sources(settings.sources, workspace, settings, refresh=True),
        sources.open_sources(settings.sources, workspace, settings),
        also=sources.open_sources(used, workspace, settings, refresh=True),
        embedder=embedder,
        max_papers=settings.max_papers,
        named=named,
        snowball=settings.snowball,
        on_progress=progress,
    )


def revisit(
    saved: Run, seen: SecondLook, digests: Mapping[str, str], workspace: Workspace, settings: Settings, wanted: bool, progress: Progress
) -> Revisit:
    """
    The documents of a run before and after a second look.

    digests  of the documents that the run was heard on, by paper id
    wanted   open them even where nothing changed
    """
    found = Revisit(saved.papers, tuple(digests.items()), skipped=list(seen.skipped), notices=list(seen.notices))
    back = {each.paper.id: each.taken_back for each in seen.standings if each.taken_back}
    renewed = _renewed(seen.standings, digests, workspace, settings, found, progress)
    new, unreadable = read_all(seen.fetched, workspace.cache, progress)
    found.skipped += unreadable
    if not (back or renewed or new or wanted):
        return found
    opened = _opened([paper for paper in saved.papers if not paper.withdrawn], digests, workspace, settings, progress)
    now = [renewed.get(paper.id) or opened.get(paper.id) for paper in saved.papers if not paper.withdrawn and paper.id not in back]
    after = one_each([*(each for each in now if each), *new])
    found.skipped += [each for each in after if isinstance(each, Skipped)]
    found.before = tuple(opened.values())
    found.after = tuple(each for each in after if isinstance(each, Document))
    _account(saved, found, back, renewed, digests)
    return found


def _renewed(
    standings: Sequence[Standing], digests: Mapping[str, str], workspace: Workspace, settings: Settings, found: Revisit, progress: Progress
) -> dict[str, Document]:
    """
    The documents of papers that have a later version, or whose file is another one now.

    A text without a numbered version is fetched as any other: again as soon as the copy that is kept has expired.
    """
    asked = [each for each in standings if not each.taken_back and (each.newer or not _is_fixed(each.paper))]
    fetched, lost = sources.fetch_again([each.newer or each.paper for each in asked], workspace, settings)
    versions = {each.paper.id: each.paper.arxiv_version for each in standings}
    known = {name: (version, digests.get(name)) for name, version in versions.items()}
    changed = [item for item in fetched if (item.paper.arxiv_version, _digest(item)) != known[item.paper.id]]
    documents, unreadable = read_all(changed, workspace.cache, progress)
    newer = {each.paper.id for each in standings if each.newer}
    for item in (*lost, *unreadable):
        if item.paper.id in newer or item in unreadable:
            found.notices.append(
                f"{item.paper.title or item.paper.id}: a new version could not be read, the earlier one stays: {item.reason}"
            )
    return {document.paper.id: document for document in documents}


def _is_fixed(paper: Paper) -> bool:
    """Whether what was read can never be another text."""
    return paper.source in sources.WEB and paper.arxiv_version is not None


def _digest(item: Fetched) -> str:
    return hashlib.sha256(item.data).hexdigest()


def _opened(
    papers: Sequence[Paper], digests: Mapping[str, str], workspace: Workspace, settings: Settings, progress: Progress
) -> dict[str, Document]:
    """The documents that the run was heard on, in its order: kept ones, else those that are the same when fetched again."""
    kept = held([(paper.id, digests.get(paper.id, "")) for paper in papers], workspace.cache)
    fetched, _ = sources.fetch_again([paper for paper in papers if paper.id not in kept], workspace, settings)
    # arXiv makes the PDF of a version again now and then: other bytes, the same text.
    same = [item for item in fetched if _is_fixed(item.paper) or _digest(item) == digests.get(item.paper.id)]
    again = {document.paper.id: document for document in read_all(same, workspace.cache, progress)[0]}
    return {paper.id: kept.get(paper.id) or again[paper.id] for paper in papers if paper.id in kept or paper.id in again}


def _account(saved: Run, found: Revisit, back: Mapping[str, str], renewed: Collection[str], digests: Mapping[str, str]) -> None:
    """Say what changed, and put papers and inputs in order."""
    now = {document.paper.id: document for document in found.after}
    papers: list[Paper] = []
    for paper in saved.papers:
        document = now.pop(paper.id, None)
        if paper.id in back:
            found.changes.append(_change(paper, paper, "taken back", back[paper.id]))
            papers.append(paper.model_copy(update={"withdrawn": True, "notice": back[paper.id]}))
            found.skipped.append(Skipped(paper=papers[-1], reason=back[paper.id]))
        elif document and paper.id in renewed:
            note = "the paper itself in place of a reading note on it" if paper.kind != document.paper.kind else ""
            found.changes.append(_change(paper, document.paper, "new version", note))
            papers.append(document.paper)
        else:
            papers.append(paper)
            if document is None and not paper.withdrawn:
                found.lost.append(paper)
    for document in now.values():
        found.changes.append(_change(document.paper, document.paper, "added"))
        papers.append(document.paper)
    found.papers = tuple(papers)
    new = {**digests, **{document.paper.id: document.source_digest for document in found.after}}
    found.inputs = tuple((paper.id, new[paper.id]) for paper in papers if not paper.withdrawn and paper.id in new)


def _change(before: Paper, after: Paper, event: DocumentEvent, reason: str = "") -> DocumentChange:
    first = f"v{before.arxiv_version}" if before.arxiv_version else ""
    then = f"v{after.arxiv_version}" if after.arxiv_version else ""
    return DocumentChange(
        paper_id=after.id,
        title=after.title,
        event=event,
        before="" if event == "added" else first,
        after="" if event == "taken back" else then,
        reason=reason,
    )
