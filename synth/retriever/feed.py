"""
Feeds of the arXiv API, looked at before the `arxiv` package sees them: what is no answer becomes a Fault, what would make the
package lose count is repaired. Formats and errors: info.arxiv.org/help/api/user-manual.html and the public server's source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from synth.retriever.plain import plain
from synth.store.http import Reply
from synth.store.limiter import Fault

ATOM = "{http://www.w3.org/2005/Atom}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
UNKNOWN_TIME = "0001-01-01T00:00:00Z"
"""written where an entry has no usable date; read back as "not known"."""
UNKNOWN_ID = "urn:synth:entry-without-id:"
"""stands where an entry has no id, so that the package still counts it."""


@dataclass(frozen=True)
class Page:
    """One page of results, its faults mended."""

    content: bytes
    total: int
    entries: int


def check(reply: Reply) -> None:
    """Raise a Fault unless the reply is a whole page of results that agrees with itself."""
    try:
        page = read(reply)
    except Fault as fault:
        if reply.status == 400 and fault.state != "throttled":  # the server's word that asking again would not help
            raise Fault("bad_request", fault.reason, status=400, tries=1) from fault
        raise
    start, asked = _window(reply.url)
    due = max(0, min(asked, page.total - start))
    if due and not page.entries:
        raise Fault("malformed", f"an empty page at {start} of {page.total} results")


def read(reply: Reply) -> Page:
    """The page of results of a reply; a Fault where it is an error, throttling, markup of another kind or cut short."""
    root = _root(reply)
    if root.tag != f"{ATOM}feed":
        raise Fault("malformed", f"no feed but <{_local(root.tag)}>{_status(reply)}")
    _refuse_errors(root, reply)
    if reply.status != 200:
        raise Fault("bad_request", f"HTTP {reply.status}", status=reply.status, tries=1)
    total = _integer(root.findtext(f"{OPENSEARCH}totalResults"))
    if total is None:
        raise Fault("malformed", "the feed does not say how many results there are")
    entries = root.findall(f"{ATOM}entry")
    for number, entry in enumerate(entries):
        _mend(entry, number)
    from lxml import etree

    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return Page(content=content, total=total, entries=len(entries))


def _root(reply: Reply) -> Any:
    from lxml import etree

    body = reply.content.strip()
    if not body:
        raise Fault("malformed", f"an empty body{_status(reply)}")
    if body[:200].lower().startswith(b"rate exceeded"):
        raise Fault("throttled", f'"Rate exceeded."{_status(reply)}')
    if b"html" in body[:200].lower() or "text/html" in reply.headers.get("content-type", ""):
        raise Fault("malformed", f"an HTML page instead of a feed{_status(reply)}", status=reply.status)
    try:
        # Strict, unlike the package's own parser, which takes the whole entries of a page that was cut in the middle.
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
        root = etree.fromstring(body, parser=parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Fault("malformed", f"the XML cannot be read, it may be cut off: {plain(str(error))[:120]}") from error
    if root.getroottree().docinfo.doctype:
        raise Fault("malformed", "refused: the feed declares a document type, which arXiv never sends", tries=1)
    return root


def _refuse_errors(root: Any, reply: Reply) -> None:
    """An error is a feed with one entry titled "Error", whatever the status."""
    for entry in root.findall(f"{ATOM}entry"):
        title = (entry.findtext(f"{ATOM}title") or "").strip()
        author = (entry.findtext(f"{ATOM}author/{ATOM}name") or "").strip()
        marked = "/api/errors" in (entry.findtext(f"{ATOM}id") or "")
        if marked or (title == "Error" and (author == "arXiv api core" or entry.find(f"{ATOM}published") is None)):
            summary = plain(entry.findtext(f"{ATOM}summary") or "no reason given")
            raise Fault("bad_request", f"arXiv refused the query: {summary[:300]}", status=reply.status, tries=1)


def _mend(entry: Any, number: int) -> None:
    """Fill in an entry's missing id and dates, since the package drops such entries and then asks for the wrong page."""
    dates = {name: _date(entry.findtext(f"{ATOM}{name}")) for name in ("published", "updated")}
    for name, other in (("published", "updated"), ("updated", "published")):
        _set(entry, name, dates[name] or (dates[other] if name == "updated" else None) or UNKNOWN_TIME)
    if not (entry.findtext(f"{ATOM}id") or "").strip():
        _set(entry, "id", f"{UNKNOWN_ID}{number}")


def _set(entry: Any, name: str, text: str) -> None:
    from lxml import etree

    child = entry.find(f"{ATOM}{name}")
    if child is None:
        child = etree.SubElement(entry, f"{ATOM}{name}")
    child.text = text


def _date(text: str | None) -> str | None:
    """The date as it is, if the package will be able to read it."""
    try:
        datetime.fromisoformat((text or "").strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return (text or "").strip()


def _window(url: str) -> tuple[int, int]:
    """start and max_results of a request."""
    query = parse_qs(urlsplit(url).query)
    return _integer(query.get("start", ["0"])[0]) or 0, _integer(query.get("max_results", ["10"])[0]) or 0


def _integer(text: str | None) -> int | None:
    return int(text.strip()) if text and re.fullmatch(r"\s*\d{1,12}\s*", text) else None


def _local(tag: object) -> str:
    return plain(str(tag).rpartition("}")[2])[:40]


def _status(reply: Reply) -> str:
    return f" (HTTP {reply.status})"
