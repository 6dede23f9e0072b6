"""Full texts of arXiv: the PDF, the LaTeX source, or each where the other cannot be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal
from urllib.parse import quote, urlsplit

from synth.model import Fetched, Paper, Skipped
from synth.retriever.eprint import Unusable, text_of
from synth.retriever.fulltext import MAX_PDF_BYTES, PAUSES, check_pdf
from synth.retriever.source import taken_back
from synth.store.http import Call, PoliteClient, Reply
from synth.store.limiter import Fault

LatexUse = Literal["fallback", "prefer", "never"]
"""when the LaTeX source is read: where there is no PDF, before the PDF, or not at all."""
MAX_SOURCE_BYTES = 50_000_000
DAY = 86_400.0
"""seconds; for which the word holds that there is none, and a text of which no version is pinned."""
DOWN = ("throttled", "unauthorised", "unavailable")
"""states after which the next download would fare no better."""


class ArxivTexts:
    """Fetches from one host; gives up when two downloads in a row failed because it was out of reach."""

    def __init__(
        self, client: PoliteClient, source: str, base_url: str, latex: LatexUse, fetch_seconds: float, read_seconds: float
    ) -> None:
        self.client = client
        self.source = source
        self.base_url = base_url
        self.latex = latex
        self.fetch_seconds = fetch_seconds
        self.read_seconds = read_seconds
        self._failed = 0

    def fetch(self, paper: Paper) -> Fetched | Skipped:
        """A versioned text is kept for ever and never asked for again; where a paper names its source as its place, that is asked first."""
        if paper.withdrawn:
            return taken_back(paper)
        if paper.arxiv_id is None:
            return Skipped(paper=paper, reason="it has no arXiv id")
        short = paper.arxiv_id + (f"v{paper.arxiv_version}" if paper.arxiv_version else "")
        reasons: list[str] = []
        for form in self._forms(paper):
            try:
                return form(paper, short)
            except Fault as fault:
                reasons.append(fault.reason)
                if fault.state in DOWN:  # the other form lies on the same host
                    break
        return Skipped(paper=paper, reason="; ".join(reasons))

    def _forms(self, paper: Paper) -> list[Callable[[Paper, str], Fetched]]:
        if self.latex == "prefer" or self._is_source(paper.location or ""):
            return [self._latex, self._pdf]
        return [self._pdf] if self.latex == "never" else [self._pdf, self._latex]

    def _pdf(self, paper: Paper, short: str) -> Fetched:
        given = paper.location or ""
        own = self._is_here(given) and not self._is_source(given)
        url = given if own else f"{self.base_url}/pdf/{quote(short, safe='/')}"
        reply = self._reply(self._call(url, "arxiv-pdf", paper, check_pdf, MAX_PDF_BYTES), short, "PDF")
        read = paper if paper.source == self.source else paper.model_copy(update={"source": self.source, "location": url})
        return Fetched(paper=read, data=reply.content, name=_file_name(short, "pdf"))

    def _latex(self, paper: Paper, short: str) -> Fetched:
        url = f"{self.base_url}/src/{quote(short, safe='/')}"
        reply = self._reply(self._call(url, "arxiv-source", paper, check_source, MAX_SOURCE_BYTES), short, "LaTeX source")
        try:
            text = text_of(reply.content)
            if text.ending == "pdf":
                check_pdf(replace(reply, content=text.data))
        except Unusable as error:
            raise Fault("malformed", str(error), tries=1) from error
        # The place says which form was read, so that the same one is had again.
        read = paper.model_copy(update={"source": self.source, "location": url})
        return Fetched(paper=read, data=text.data, name=_file_name(short, text.ending))

    def _call(self, url: str, kind: str, paper: Paper, check: Callable[[Reply], None], most: int) -> Call:
        return Call(
            url=url,
            lane="arxiv",
            pause=PAUSES["arxiv"],
            kind=kind,
            deadline=self.client.clock.now() + self.fetch_seconds,
            first_wait={"throttled": 30.0},
            keep=None if paper.arxiv_version else DAY,
            check=check,
            max_bytes=most,
            read_seconds=self.read_seconds,
        )

    def _reply(self, call: Call, short: str, what: str) -> Reply:
        """The answer, kept or new; a Fault that says what could not be had."""
        kind = "arxiv-no-pdf" if what == "PDF" else "arxiv-no-source"
        cache = self.client.cache
        missing = cache.get(kind, self.base_url + short) if cache is not None and not self.client.refresh else None
        if missing:
            raise Fault("bad_request", missing.decode(), tries=1)
        reply = self.client.known(call)
        if reply is not None:
            return reply
        if self._failed >= 2:
            raise Fault("unavailable", "not tried: the downloads before it failed because arXiv was out of reach", tries=1)
        try:
            reply = self.client.get(call)
        except Fault as fault:
            self._failed = self._failed + 1 if fault.state in DOWN else 0
            gone = fault.status == 404
            reason = f"arXiv has no {what} of this version (HTTP 404)" if gone else f"the {what} could not be had: {fault.reason}"
            if gone and cache is not None:  # for a day: it may not have been built yet
                cache.put(kind, self.base_url + short, reason.encode(), seconds=DAY)
            raise Fault(fault.state, reason, status=fault.status, tries=1) from fault
        self._failed = 0
        return reply

    def _is_here(self, url: str) -> bool:
        return url.startswith("http") and urlsplit(url).netloc == urlsplit(self.base_url).netloc

    def _is_source(self, url: str) -> bool:
        return self._is_here(url) and url.startswith(f"{self.base_url}/src/")


def check_source(reply: Reply) -> None:
    """Raise a Fault where a page of the site comes instead of a source; what the source is worth is seen when it is unpacked."""
    head = reply.content[:1024].lower()
    if reply.status == 200 and (not head or b"<html" in head or b"<!doctype html" in head):
        raise Fault("malformed", f"the server sent {'an HTML page' if head else 'nothing'} instead of a source", tries=1)


def _file_name(short: str, ending: str) -> str:
    return f"{short.replace('/', '_')}.{ending}"
