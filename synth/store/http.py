"""
Polite HTTP: one call at a time and a pause between calls for each lane, shared by threads and processes; bounded retries;
a deadline; a cap on size; answers cached once they were found good. Every failure ends as a Fault with a state of the search log.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import os
import random
import re
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from synth import __version__
from synth.store.address import Public
from synth.store.limiter import Clock, Fault, Limiter, SystemClock

if TYPE_CHECKING:
    import httpx

    from synth.store.cache import Cache

RETRY_STATUS = frozenset({408, 425, 500, 502, 503, 504})
SECRET_PARAMETERS = frozenset({"api_key", "apikey", "key", "token", "access_token", "mailto", "email"})
MAX_REDIRECTS = 5
MAX_WAIT = 60.0
"""seconds; longest pause before a retry that we choose ourselves. A Retry-After may be longer, up to the deadline."""


@dataclass(frozen=True)
class Reply:
    """A complete answer."""

    url: str
    status: int
    headers: Mapping[str, str]
    """names in lower case."""
    content: bytes


@dataclass(frozen=True)
class Call:
    """What to get and on which terms."""

    url: str
    lane: str
    """calls of one lane wait for one another: "arxiv" for its API and its PDFs together."""
    pause: float
    """seconds between the end of a call and the start of the next one of the lane."""
    check: Callable[[Reply], None] | None = None
    """raises a Fault on an answer that only looks like one; asked for status 200 and 400."""
    kind: str = "http"
    """kind under which the answer is cached."""
    keep: float | None = None
    """seconds for which a good answer is kept; None: for ever."""
    deadline: float | None = None
    """time on the clock after which no try is started or waited for."""
    read_seconds: float = 30.0
    max_bytes: int = 100_000_000
    first_wait: Mapping[str, float] = field(default_factory=dict)
    """first pause before a retry by state, where it is not 3 s."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """such as a key; sent to the host of the address and to no other, never kept, never shown."""
    body: bytes | None = None
    """JSON to send (POST) instead of getting; such a call is not redirected, and an answer to it must be kept by the caller."""
    allow: Public | None = None
    """for addresses that a stranger gave: which may be called, redirects included; None: redirects stay near the host."""


def user_agent() -> str:
    """Who we are: "synth/<version> (+project page; mailto:address)", the address only if SYNTH_CONTACT gives one."""
    parts = [f"+{_project_page()}"] if _project_page() else []
    contact = os.environ.get("SYNTH_CONTACT", "").strip()
    if re.fullmatch(r"[^\s@()<>;]+@[^\s@()<>;]+", contact):
        parts.append(f"mailto:{contact}")
    return f"synth/{__version__} ({'; '.join(parts) or 'checks claims of research papers'})"


def _project_page() -> str:
    try:
        urls = metadata.metadata("synth").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return ""
    return str(urls[0]).split(",", 1)[-1].strip() if urls else ""


class PoliteClient:
    """Gets things over HTTP by the rules of the module; threads may share one."""

    def __init__(
        self,
        *,
        cache: Cache | None = None,
        limiter: Limiter | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
        offline: bool = False,
        refresh: bool = False,
    ) -> None:
        self.cache = cache
        self.clock = clock or SystemClock()
        self.limiter = limiter or Limiter(clock=self.clock)
        self.offline = offline
        self.refresh = refresh
        self.throttled: Counter[str] = Counter()
        """how often a server said that it was called too often, by lane; those that a later try made good are counted too."""
        self._random = random.Random(seed)
        self._client: httpx.Client | None = None

    def get(self, call: Call) -> Reply:
        """
        The answer, out of the cache or from the server.

        raises   Fault, after as many tries as its kind is worth
        """
        known = None if self.refresh else self.known(call)
        if known is not None:
            return known
        if self.offline:
            raise Fault("unavailable", "offline, and the answer is not in the cache", tries=1)
        attempt = 0
        while True:
            attempt += 1
            try:
                reply = self._send(call)
                break
            except Fault as fault:
                self.throttled[call.lane] += fault.state == "throttled"
                self._pause_or_give_up(call, fault, attempt)
        self._remember(call, reply)
        return reply

    def known(self, call: Call) -> Reply | None:
        """The cached answer, None if there is none."""
        data = self.cache.get(call.kind, cache_key(call.url)) if self.cache is not None else None
        if data is None:
            return None
        head, _, body = data.partition(b"\n")
        fields = json.loads(head)
        return Reply(url=call.url, status=fields["status"], headers=fields["headers"], content=body)

    def _remember(self, call: Call, reply: Reply) -> None:
        if self.cache is not None and reply.status == 200:
            headers = {name: reply.headers[name] for name in ("content-type", "date", "etag") if name in reply.headers}
            head = json.dumps({"status": reply.status, "headers": headers}).encode()
            self.cache.put(call.kind, cache_key(call.url), head + b"\n" + reply.content, seconds=call.keep)

    def _pause_or_give_up(self, call: Call, fault: Fault, attempt: int) -> None:
        """Wait before the next try, or raise the fault where no try is left or the deadline would pass."""
        tried = f" (tried {attempt} times)" if attempt > 1 else ""
        if attempt >= fault.tries:
            raise Fault(fault.state, fault.reason + tried, status=fault.status, tries=1) from fault
        if fault.wait is not None:
            wait = fault.wait
        else:
            longest = min(MAX_WAIT, call.first_wait.get(fault.state, 3.0) * 2 ** (attempt - 1))
            wait = longest * (0.5 + 0.5 * self._random.random())
        if call.deadline is not None and self.clock.now() + wait > call.deadline:
            asked = (
                f"; asked to wait {wait:.0f} s, longer than the time that is left"
                if fault.wait is not None
                else "; no time is left to retry"
            )
            raise Fault(fault.state, fault.reason + tried + asked, status=fault.status, tries=1) from fault
        if fault.state == "throttled":
            self.limiter.hold(call.lane, wait)  # everybody in the lane waits; our next turn waits with them
        else:
            self.clock.sleep(wait)

    def _send(self, call: Call) -> Reply:
        if call.allow is not None and not call.allow.allows(call.url):
            raise _private(call.url)
        with self.limiter.turn(call.lane, call.pause, call.deadline):
            reply = self._follow(call, call.url)
        for _ in range(MAX_REDIRECTS if call.body is None else 0):
            if reply.status not in (301, 302, 303, 307, 308):
                break
            target = redirect_target(reply, call.allow)
            with self.limiter.turn(call.lane, call.pause, call.deadline):
                reply = self._follow(call, target)
        return judged(call, reply)

    def _follow(self, call: Call, url: str) -> Reply:
        import httpx

        headers = {"User-Agent": user_agent()}
        if urlsplit(url)[:2] == urlsplit(call.url)[:2]:
            headers |= call.headers
        method = "GET" if call.body is None else "POST"
        try:
            terms: dict[str, Any] = {"timeout": self._timeout(call), "extensions": _watched(call.allow, url)}
            with self._http().stream(method, url, headers=headers, content=call.body, **terms) as response:
                content = self._body(call, response)
                received = {name.lower(): value for name, value in response.headers.items()}
                return Reply(url=url, status=response.status_code, headers=received, content=content)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Fault("bad_request", f"not an address to call: {error}", tries=1) from error
        except httpx.DecodingError as error:
            raise Fault("malformed", "the body could not be unpacked") from error
        except httpx.ConnectError as error:
            raise _unreachable(url, error) from error
        except httpx.ConnectTimeout as error:
            raise Fault("unavailable", f"{_host(url)} did not answer in time", tries=2) from error
        except httpx.TimeoutException as error:
            raise Fault("unavailable", f"{_host(url)} did not answer in time") from error
        except httpx.HTTPError as error:
            raise Fault("unavailable", f"the connection to {_host(url)} was cut") from error

    def _body(self, call: Call, response: httpx.Response) -> bytes:
        if "," in response.headers.get("content-encoding", ""):  # each layer may multiply the size by a thousand within one step
            raise Fault("malformed", "the body is packed more than once", tries=1)
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > call.max_bytes:
                raise Fault("malformed", f"larger than {call.max_bytes / 1e6:.0f} MB", tries=1)
            if call.deadline is not None and self.clock.now() > call.deadline:
                raise Fault("unavailable", "the time ran out in the middle of the answer", tries=1)
        return b"".join(parts)

    def _timeout(self, call: Call) -> httpx.Timeout:
        import httpx

        left = call.read_seconds if call.deadline is None else max(1.0, call.deadline - self.clock.now())
        return httpx.Timeout(min(10.0, left), read=min(call.read_seconds, left))

    def _http(self) -> httpx.Client:
        if self._client is None:
            import httpx

            self._client = httpx.Client(follow_redirects=False)
        return self._client

    def close(self) -> None:
        """Close open connections."""
        if self._client is not None:
            self._client.close()
            self._client = None


def judged(call: Call, reply: Reply) -> Reply:
    """The reply, if it is an answer; a Fault otherwise."""
    if call.check is not None and reply.status in (200, 400):
        call.check(reply)
    status = reply.status
    if status == 200:
        return reply
    if status == 429:
        raise Fault("throttled", "HTTP 429, too many requests", status=status, wait=retry_after(reply))
    if status in RETRY_STATUS:
        raise Fault("unavailable", f"HTTP {status}", status=status, wait=retry_after(reply))
    if status in (401, 403):
        raise Fault("unauthorised", f"HTTP {status}, access denied", status=status, tries=1)
    if 300 <= status < 400:
        raise Fault("unavailable", f"HTTP {status}, redirected more often than is followed", status=status, tries=1)
    raise Fault("bad_request" if 400 <= status < 500 else "unavailable", f"HTTP {status}", status=status, tries=1)


def retry_after(reply: Reply) -> float | None:
    """Seconds that the server asks us to wait, from seconds or an HTTP date; None if it does not say or cannot be read."""
    text = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,7}", text):
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        asked = email.utils.parsedate_to_datetime(text).timestamp()
        sent = reply.headers.get("date", "")
        now = email.utils.parsedate_to_datetime(sent).timestamp() if sent else time.time()
        return max(0.0, asked - now)
    return None


def redirect_target(reply: Reply, allow: Public | None = None) -> str:
    """Where the reply sends us: the same host, one above or below it, or one that `allow` lets pass; never https to http; else a Fault."""
    target = urljoin(reply.url, reply.headers.get("location", ""))
    here, there = urlsplit(reply.url), urlsplit(target)
    upgraded = (here.scheme, there.scheme) == ("http", "https")
    same_scheme = here.scheme == there.scheme and (allow is not None or here.port == there.port)
    near = _related(here.hostname or "", there.hostname or "") if allow is None else allow.allows(target)
    if not (reply.headers.get("location") and (upgraded or same_scheme) and near):
        raise Fault("unavailable", f"refused a redirect to {there.scheme}://{there.hostname}", status=reply.status, tries=1)
    return target


def _related(here: str, there: str) -> bool:
    return here == there or ("." in there and here.endswith("." + there)) or (here != "" and there.endswith("." + here))


def cache_key(url: str) -> str:
    """The address with its parameters sorted and without keys and e-mail addresses."""
    parts = urlsplit(url)
    query = sorted((name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in SECRET_PARAMETERS)
    return "GET " + urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, urlencode(query), ""))


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _private(url: str) -> Fault:
    return Fault("bad_request", f"refused to call {_host(url)}: not a public address", tries=1)


def _watched(allow: Public | None, url: str) -> dict[str, Any]:
    """What has httpx give up a connection to an address that is not allowed, before anything is sent."""
    asked = ""

    def trace(event: str, info: dict[str, Any]) -> None:
        nonlocal asked
        if event == "connection.connect_tcp.started":
            asked = info["host"]
        elif event == "connection.connect_tcp.complete" and asked == _host(url):  # the host is another where a proxy is used
            stream = info["return_value"]
            if allow is not None and not allow.allows_peer(url, stream.get_extra_info("server_addr")[0]):
                stream.close()
                raise _private(url)

    return {} if allow is None else {"trace": trace}


def _unreachable(url: str, error: Exception) -> Fault:
    """No such name means no network, which a second try does not mend; a refused connection may be a restart."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return Fault("unavailable", f"the name {_host(url)} cannot be resolved: is there a network?", tries=1)
        if isinstance(cause, ssl.SSLError):
            return Fault("unavailable", f"no secure connection to {_host(url)}: {cause.reason or cause}", tries=1)
        cause = cause.__cause__ or cause.__context__
    return Fault("unavailable", f"{_host(url)} cannot be reached: {error}", tries=2)
