"""Documents → the claims of a run, and how other wordings of a claim are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from synth.errors import NotFound, UsageError
from synth.extractor.extract import extract
from synth.extractor.parse import Parse, parse
from synth.extractor.resolve import canonical, own_name
from synth.extractor.unread import notes_of
from synth.llm.hypotheses import completed, hypothesis_of, note_of
from synth.model import Claim, Document, Paper, Question, Skipped
from synth.reader.read import read
from synth.settings import Settings
from synth.store.cache import Cache
from synth.store.code import code_digest
from synth.store.llm import ChatModel, Dropped

_CLAIMS = TypeAdapter(tuple[Claim, ...])


def claims_of(
    documents: Sequence[Document], question: Question, settings: Settings, cache: Cache, model: ChatModel | None = None
) -> tuple[Claim, ...]:
    """The claims of all documents, each id once, in the order of the documents; a model reads what the grammar does not."""
    claims = {
        claim.id: claim for document in documents for claim in reversed(_extracted(document, question, settings.claims_per_paper, cache))
    }
    order = {document.paper.id: place for place, document in enumerate(documents)}
    found = tuple(sorted(claims.values(), key=lambda claim: (order[claim.paper_id], claim.passage.start if claim.passage else 0)))
    return tuple(map(_noted, completed(found, model), found)) if model else found


def _noted(claim: Claim, before: Claim) -> Claim:
    """The claim with what a hypothesis that a model has read leaves of its sentence."""
    if claim.hypothesis is None or before.hypothesis is not None:
        return claim
    return claim.model_copy(update={"notes": (*claim.notes, *notes_of(claim.text, claim.hypothesis, None, claim.notes))})


def _extracted(document: Document, question: Question, budget: int, cache: Cache) -> tuple[Claim, ...]:
    """The claims of one document, out of the cache where the same code has extracted them before."""
    depends_on = (
        code_digest("extractor", "reader", "model"),
        document.paper.id,
        document.source_digest,
        question.model_dump_json(),
        budget,
    )
    key = hashlib.sha256(repr(depends_on).encode()).hexdigest()
    kept = cache.get("claims", key)
    if kept is not None:
        return _CLAIMS.validate_json(kept)
    claims = extract(document, question=question, budget=budget)
    cache.put("claims", key, _CLAIMS.dump_json(claims))
    return claims


def reader(documents: Sequence[Document], model: ChatModel | None = None) -> Callable[[Claim, str], Parse]:
    """How wordings of a claim are read: "our method" is the claim's own paper's, and a model reads what the grammar does not."""
    names = {document.paper.id: canonical(own_name(document)) for document in documents}

    def read_wording(claim: Claim, text: str) -> Parse:
        parsed = parse(text, subject=names.get(claim.paper_id))
        if parsed.hypothesis or model is None:
            return parsed
        found = hypothesis_of(text, model)
        if isinstance(found, Dropped):
            return parsed
        notes = (*parsed.notes, note_of(model))
        return Parse(found, "", (*notes, *notes_of(text, found, names.get(claim.paper_id), notes)))

    return read_wording


def extract_file(path: Path, budget: int) -> tuple[Claim, ...]:
    """
    The claims of one file.

    raises  NotFound if there is no such file, UsageError if it cannot be read as a paper
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFound(f"{path} cannot be read", got=error.strerror or str(error), expected="a PDF, Markdown or LaTeX file") from None
    document = read(data, Paper(id=f"file:{path.name}", title="", source="folder", location=path.name), name=path.name)
    if isinstance(document, Skipped):
        raise UsageError(f"{path}: {document.reason}")
    return extract(document, budget=budget)
