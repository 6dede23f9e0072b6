"""What an answer in JSON must be before it counts as one, and how a service's own errors read, whatever status they came with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from synth.retriever.plain import plain
from synth.retriever.record import text
from synth.store.http import Reply
from synth.store.limiter import Fault

_SLOW_DOWN = re.compile(r"too many requests|rate limit|rate exceeded|throttl", re.IGNORECASE)


def parsed(reply: Reply) -> Any:
    """The JSON object of an answer; a Fault for anything else, and for an error that was sent as an answer."""
    body = reply.content.strip()
    if not body:
        raise Fault("malformed", f"an empty body (HTTP {reply.status})")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        if body[:300].lstrip(b"\xef\xbb\xbf").lower().startswith((b"<!doctype html", b"<html")):
            raise Fault("malformed", f"an HTML page instead of JSON (HTTP {reply.status})") from error
        if _SLOW_DOWN.search(body[:200].decode("utf-8", "replace")):
            raise Fault("throttled", f'"{plain(body[:80].decode("utf-8", "replace"))}" (HTTP {reply.status})') from error
        what = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read, it may be cut off"
        raise Fault("malformed", f"the JSON {what}") from error
    if not isinstance(data, dict):
        raise Fault("malformed", f"JSON of another shape: {type(data).__name__} instead of an object")
    return data


def no_page(data: Mapping[str, Any]) -> Fault:
    """What a JSON object says that should have held a page of results: an error of its own, or nothing known."""
    words = said(data)
    if _SLOW_DOWN.search(words):
        return Fault("throttled", f"an error sent as an answer: {words}")
    if words:
        return Fault("bad_request", f"an error sent as an answer: {words}", tries=1)
    return Fault("malformed", "JSON without results")


def message(reply: Reply) -> str:
    """The words of the error in an answer; empty where it has none that can be read."""
    try:
        data = parsed(reply)
    except Fault:
        return ""
    return said(data)


def said(data: Mapping[str, Any]) -> str:
    """The words of an error, under the names that these services give them."""
    told = data.get("message")
    if isinstance(told, list):  # Crossref's list of what is wrong with the parameters
        told = "; ".join(text(item.get("message")) for item in told if isinstance(item, dict))
    parts = (data.get("error"), told, data.get("errMsg"))
    return "; ".join(dict.fromkeys(plain(str(part)) for part in parts if isinstance(part, str) and part.strip()))[:300]
