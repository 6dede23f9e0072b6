"""
Any OpenAI-compatible language model: one question and a schema go in, a validated answer or the reason why there is none comes out.

Every answer is kept under the digest of its question, so that a run is replayed without network. The key is read from the
environment at the moment of a call, sent in a header, and written nowhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from synth.errors import SynthError, UsageError
from synth.store.cache import Cache
from synth.store.http import Call, PoliteClient, Reply
from synth.store.limiter import Fault

KEYS = ("SYNTH_LLM_KEY", "OPENAI_API_KEY")
"""environment variables that may hold the key, the first that is set counts."""
KIND = "llm"
MAX_BYTES = 1_000_000
READ_SECONDS = 120.0
PATIENCE = 3
"""calls in a row that may fail for want of an answer before the run ends: the server is down, not the question hard."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True)
class Dropped:
    """No usable answer, and why."""

    reason: str


@dataclass
class Use:
    """What was asked of a model so far; replayed calls count as when they were made."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dropped: list[str] = field(default_factory=list)
    """reasons of answers that were not used."""


class ChatModel:
    """A model behind a chat-completions address."""

    def __init__(
        self, base_url: str, model: str, cache: Cache | None, *, offline: bool = False, client: PoliteClient | None = None
    ) -> None:
        """
        base_url  up to and without "/chat/completions"
        offline   only replay what the cache holds
        raises    UsageError for an address that holds a password, is no HTTP address, or would carry the key in the clear
        """
        self.base_url = checked_address(base_url)
        self.model = model
        self.use = Use()
        self._cache = cache
        self._offline = offline
        self._client = client or PoliteClient()
        self._knows_schemas = True
        self._failed = 0

    def ask(self, label: str, instructions: str, data: Mapping[str, Any], answer: type[Answer]) -> Answer | Dropped:
        """
        The model's answer to one question.

        label         what the question is for, in the words of an error: "stance of c-1 to p. 4"
        instructions  ours; data stands apart from them, as one JSON object
        answer        the record that the answer must validate as
        raises        SynthError where the server refuses us, stays away, or an answer is missing offline
        """
        question = self._question(instructions, data, answer)
        record = self._record(label, question)
        if isinstance(record, Dropped):
            self.use.dropped.append(record.reason)
            return record
        self._count(record)
        found = _validated(str(record["content"]), answer)
        if isinstance(found, Dropped):
            self.use.dropped.append(found.reason)
        return found

    def _question(self, instructions: str, data: Mapping[str, Any], answer: type[BaseModel]) -> dict[str, Any]:
        schema = answer.model_json_schema()
        return {
            "model": self.model,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": f"{instructions}\n\nAnswer with one JSON object of this schema:\n{json.dumps(schema)}"},
                {"role": "user", "content": json.dumps(data, ensure_ascii=False)},
            ],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": answer.__name__.strip("_").lower(), "strict": True, "schema": schema},
            },
        }

    def _record(self, label: str, question: dict[str, Any]) -> dict[str, Any] | Dropped:
        key = hashlib.sha256(f"{self.base_url}\n{json.dumps(question, sort_keys=True)}".encode()).hexdigest()
        kept = self._cache.get(KIND, key) if self._cache else None
        if kept is not None:
            return dict(json.loads(kept))
        if self._offline:
            raise SynthError(
                f"offline, and a call of the language model is not recorded: {label}",
                got=f"no answer {key[:12]} of {self.model}",
                then="run once without --offline, or without --llm",
            )
        reply = self._called(question)
        if isinstance(reply, Dropped):
            return reply
        record = _record_of(question, reply)
        if not isinstance(record, Dropped) and self._cache:
            self._cache.put(KIND, key, json.dumps(record | {"key": key}).encode())
        return record

    def _called(self, question: dict[str, Any]) -> Reply | Dropped:
        """The reply; without a schema where the server does not know them."""
        try:
            reply = self._client.get(self._call(question))
        except Fault as fault:
            if fault.status == 400 and self._knows_schemas:
                self._knows_schemas = False
                return self._called(question)
            return self._unanswered(fault)
        self._failed = 0
        return reply

    def _unanswered(self, fault: Fault) -> Dropped:
        self._failed += 1
        if fault.state not in ("unavailable", "malformed") or self._failed >= PATIENCE or fault.status == 404:
            raise SynthError(
                f"the language model at {self.base_url} does not answer",
                got=fault.reason,
                then=_remedy(fault),
            ) from None
        return Dropped(f"the language model did not answer: {fault.reason}")

    def _call(self, question: dict[str, Any]) -> Call:
        body = question if self._knows_schemas else {name: part for name, part in question.items() if name != "response_format"}
        key = next((os.environ[name] for name in KEYS if os.environ.get(name)), "")
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        return Call(
            url=f"{self.base_url}/chat/completions",
            lane="llm-" + re.sub(r"[^a-z0-9.]+", "-", urlsplit(self.base_url).netloc.lower()),
            pause=0.0,
            headers=headers,
            body=json.dumps(body).encode(),
            read_seconds=READ_SECONDS,
            max_bytes=MAX_BYTES,
        )

    def _count(self, record: Mapping[str, Any]) -> None:
        self.use.calls += 1
        self.use.prompt_tokens += record["prompt_tokens"]
        self.use.completion_tokens += record["completion_tokens"]


def checked_address(base_url: str) -> str:
    """The address without a slash at its end; UsageError where it may not be called."""
    parts = urlsplit(base_url.strip())
    wanted = "an address such as https://api.example.org/v1"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("--llm is no HTTP address", got=base_url, expected=wanted)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError("the address of --llm holds more than host and path", expected=wanted, then=f"put the key into {KEYS[0]}")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and any(os.environ.get(name) for name in KEYS):
        raise UsageError("a key would be sent in the clear", got=base_url, expected="https, or a server on this machine")
    return base_url.strip().rstrip("/")


def _remedy(fault: Fault) -> str:
    if fault.state == "unauthorised":
        return f"set {KEYS[0]} to a key that this server accepts"
    return "check --llm and --model, try again later, or run without --llm; what was answered is kept"


def _record_of(question: Mapping[str, Any], reply: Reply) -> dict[str, Any] | Dropped:
    """What is kept of a call; Dropped where the reply is no chat completion."""
    try:
        body = json.loads(reply.content)
        content = body["choices"][0]["message"]["content"]
        used = body.get("usage") or {}
        tokens = {name: max(0, int(used.get(name) or 0)) for name in ("prompt_tokens", "completion_tokens")}
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return Dropped("the language model's reply is no chat completion")
    if not isinstance(content, str):
        return Dropped("the language model's reply holds no text")
    return {"request": dict(question), "content": content, "response_sha256": hashlib.sha256(reply.content).hexdigest(), **tokens}


def _validated(content: str, answer: type[Answer]) -> Answer | Dropped:
    """The answer in the text: all of it, or what stands between its outermost braces."""
    start, end = content.find("{"), content.rfind("}")
    try:
        return answer.model_validate_json(content[start : end + 1] if 0 <= start < end else content)
    except (ValidationError, ValueError, RecursionError):
        return Dropped("the language model's answer does not fit the schema")
