"""The manners of the HTTP client: who waits for whom, which address is one, where it may be sent."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth.store.http import Reply, cache_key, redirect_target, retry_after, user_agent
from synth.store.limiter import Fault, Limiter

ROOT = Path(__file__).resolve().parents[2]
TAKE_A_TURN = """
import sys
from pathlib import Path
from synth.store.limiter import Limiter
with Limiter(Path(sys.argv[1])).turn("arxiv", 3.0):
    pass
"""


class Watch:
    """The real time, without the waiting."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.ahead += seconds


def make_reply(url: str = "https://a.org/x", **headers: str) -> Reply:
    return Reply(url=url, status=302, headers={name.replace("_", "-"): value for name, value in headers.items()}, content=b"")


def test_a_turn_of_another_process_counts(tmp_path: Path) -> None:
    """What another process just did is waited for, other lanes are free."""
    subprocess.run([sys.executable, "-c", TAKE_A_TURN, str(tmp_path)], check=True, cwd=ROOT, timeout=60)
    watch = Watch()
    limiter = Limiter(tmp_path, watch)
    with limiter.turn("other", 3.0):
        pass
    assert watch.waited == []
    with limiter.turn("arxiv", 3.0):
        pass
    assert len(watch.waited) == 1
    assert 0 < watch.waited[0] <= 3.0


def test_a_clock_that_was_set_back_does_not_lock_the_lane(tmp_path: Path) -> None:
    """The wait is never longer than the pause that was asked for."""
    watch = Watch()
    watch.ahead = 1e6
    with Limiter(tmp_path, watch).turn("arxiv", 3.0):
        pass
    behind = Watch()
    with Limiter(tmp_path, behind).turn("arxiv", 3.0):
        pass
    assert behind.waited == [3.0]


def test_a_held_lane_is_not_waited_for_beyond_the_deadline(tmp_path: Path) -> None:
    """A server that asked for an hour stops everybody in the lane, and nobody sits it out."""
    watch = Watch()
    limiter = Limiter(tmp_path, watch)
    limiter.hold("arxiv", 3600)
    with pytest.raises(Fault, match="asked to wait 3600 s") as caught, limiter.turn("arxiv", 3.0, watch.now() + 100):
        pass
    assert caught.value.state == "throttled"
    assert watch.waited == []


def test_a_broken_time_file_is_no_obstacle(tmp_path: Path) -> None:
    """A file cut by a crash costs the memory of one call."""
    (tmp_path / "arxiv.next").write_text("17")
    watch = Watch()
    with Limiter(tmp_path, watch).turn("arxiv", 3.0):
        pass
    assert watch.waited == []


def test_the_cache_key_is_canonical_and_holds_no_secret() -> None:
    """Order of parameters does not matter, values do, keys and addresses of people are left out."""
    assert cache_key("https://a.org/q?b=2&a=1&api_key=S3CRET&mailto=me@x.org") == "GET https://a.org/q?a=1&b=2"
    assert cache_key("https://user:pass@a.org/q") == "GET https://a.org/q"
    assert cache_key("https://a.org/q?sortBy=relevance") != cache_key("https://a.org/q?sortBy=submittedDate")


@pytest.mark.parametrize(
    ("location", "allowed"),
    [
        ("/y", True),
        ("https://a.org/y", True),
        ("https://sub.a.org/y", True),
        ("http://a.org/y", False),
        ("https://b.org/y", False),
        ("https://nota.org/y", False),
        ("https://a.org:8443/y", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_redirects(location: str, allowed: bool) -> None:
    """Followed on the same host or its relatives and never from https to anything else."""
    reply = make_reply(location=location)
    if allowed:
        assert redirect_target(reply).startswith("https://")
    else:
        with pytest.raises(Fault, match="refused a redirect"):
            redirect_target(reply)


def test_http_may_become_https() -> None:
    """The upgrade of the scheme is allowed on the same host."""
    assert redirect_target(make_reply("http://a.org/x", location="https://a.org/x")) == "https://a.org/x"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("Sun, 22 Nov 2026 21:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 20:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    """Seconds or a date; what cannot be read is no hint."""
    assert retry_after(make_reply(retry_after=text, date="Sun, 22 Nov 2026 21:00:00 GMT")) == seconds


def test_the_user_agent_names_a_person_only_if_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address of SYNTH_CONTACT is sent, and nothing that would break the header."""
    monkeypatch.delenv("SYNTH_CONTACT", raising=False)
    assert "mailto" not in user_agent()
    monkeypatch.setenv("SYNTH_CONTACT", "me@example.org")
    assert "mailto:me@example.org" in user_agent()
    monkeypatch.setenv("SYNTH_CONTACT", "me@example.org)\r\nX-Evil: 1")
    assert "Evil" not in user_agent()


def test_the_pause_counts_from_the_end_of_a_call(tmp_path: Path) -> None:
    """A call that takes long does not shorten the pause after it."""
    watch = Watch()
    limiter = Limiter(tmp_path, watch)
    with limiter.turn("arxiv", 3.0):
        watch.ahead += 100
    with limiter.turn("arxiv", 3.0):
        pass
    assert len(watch.waited) == 1
    assert 2.5 < watch.waited[0] <= 3.0
