"""A server on this machine that speaks the chat-completions format, and answers as a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass
class Scene:
    """What the server does next, and what it was asked."""

    answer: Callable[[Body], str | Body] = lambda question: "{}"
    """content of the answer to a question; a dict replaces the whole body."""
    statuses: list[int] = field(default_factory=list)
    """statuses of the next replies, 200 behind the last one."""
    headers: dict[str, str] = field(default_factory=dict)
    """of replies that are not 200."""
    seconds: float = 0.0
    asked: list[Body] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""


def completion(content: str) -> Body:
    """A chat completion that used 100 and 10 tokens."""
    return {"choices": [{"message": {"role": "assistant", "content": content}}], "usage": {"prompt_tokens": 100, "completion_tokens": 10}}


def data_of(question: Body) -> Body:
    """The JSON object that stands in the user's message."""
    return dict(json.loads(question["messages"][1]["content"]))


@contextmanager
def served(scene: Scene) -> Iterator[Scene]:
    """The server while it runs; its address is in the scene."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            scene.asked.append(question)
            scene.keys.append(self.headers.get("Authorization", ""))
            time.sleep(scene.seconds)
            status = scene.statuses.pop(0) if scene.statuses else 200
            answer = scene.answer(question) if status == 200 else {"error": "no"}
            body = answer if isinstance(answer, dict) else completion(answer)
            data = body["raw"].encode() if "raw" in body else json.dumps(body).encode()
            self.send_response(status)
            for name, value in scene.headers.items() if status != 200 else ():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scene.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield scene
    finally:
        server.shutdown()
        server.server_close()
