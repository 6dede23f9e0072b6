"""An open PDF from the address that a source gave: a stranger's address, so never a private one, and a PDF only where it begins as one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from synth.model import Fetched, Paper, Skipped
from synth.store.address import Public
from synth.store.http import Call, PoliteClient, Reply
from synth.store.limiter import Fault

MAX_PDF_BYTES = 100_000_000
KEEP_SECONDS = 30 * 86_400.0
PAUSES = {"arxiv": 3.0}
"""seconds between two calls of a lane, where they are not 1 s; arXiv's terms count its PDFs with its API."""


def lane_of(url: str) -> str:
    """The lane that a download takes: one for all of arXiv, else one a host."""
    host = urlsplit(url).hostname or "nowhere"
    return "arxiv" if host == "arxiv.org" or host.endswith(".arxiv.org") else re.sub(r"[^\w.-]", "_", host)


def open_pdf(
    client: PoliteClient, paper: Paper, url: str, *, home: str = "", seconds: float = 120.0, read_seconds: float = 60.0
) -> Fetched | Skipped:
    """
    The PDF that lies there, or why it could not be had.

    home   a host with its port that may be called though it is private, such as the mirror that the user named
    """
    lane = lane_of(url)
    call = Call(
        url=url,
        lane=lane,
        pause=PAUSES.get(lane, 1.0),
        check=check_pdf,
        kind="pdf",
        keep=KEEP_SECONDS,
        deadline=client.clock.now() + seconds,
        read_seconds=read_seconds,
        max_bytes=MAX_PDF_BYTES,
        allow=Public(home),
    )
    try:
        reply = client.get(call)
    except Fault as fault:
        return Skipped(paper=paper, reason=f"the PDF at {urlsplit(url).hostname} could not be had: {fault.reason}")
    name = re.sub(r"[^\w.-]+", "_", paper.id.partition(":")[2] or paper.id)[:100]
    return Fetched(paper=paper.model_copy(update={"location": url}), data=reply.content, name=name + ".pdf")


def check_pdf(reply: Reply) -> None:
    """Raise a Fault unless the reply is a whole PDF: pages of publishers say "200" to anything."""
    if reply.status != 200:
        return
    if b"%PDF-" not in reply.content[:1024]:
        kind = reply.headers.get("content-type", "").partition(";")[0]
        html = "html" in kind or b"<html" in reply.content[:1024].lower()
        what = "an HTML page" if html else "nothing" if not reply.content else f"{kind or 'something else'}"
        raise Fault("malformed", f"the server sent {what} instead of a PDF", tries=1)
    if b"%%EOF" not in reply.content:
        raise Fault("malformed", "the PDF is cut off: it has no end mark", tries=2)
