"""Abstracts with a role for each sentence: labelled by people (CSAbstruct), or by their own headings (SciFact's corpus)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth.extractor.roles import Role

_HEADING = re.compile(r"^([A-Z][A-Z &/,'-]{4,60}?)\s*:?\s+(?=[A-Z0-9(])")
_HEADED: tuple[tuple[Role, str], ...] = (
    ("conclusion", r"CONCLU|INTERPRET|SIGNIFICANCE|IMPLICATION|DISCUSSION"),
    ("result", r"^(?!.*METHOD).*(?:RESULT|FINDING|SYNTHESIS)"),
    ("objective", r"OBJECTIVE|PURPOSE|AIM|RATIONALE|QUESTION"),
    ("background", r"BACKGROUND|CONTEXT|INTRODUCTION|IMPORTANCE|MOTIVATION"),
    (
        "method",
        r"METHOD|DESIGN|SETTING|PARTICIPANT|PATIENT|MEASURE|OUTCOME|SOURCE|SELECTION|EXTRACTION|TRIAL|SUBJECT|INTERVENTION|SEARCH"
        r"|MATERIAL|DATA|STUDY|EXPOSURE|EXPERIMENTAL",
    ),
)
_LEFT_OUT = re.compile(r"FUNDING|AVAILABILITY|CONTACT|REGISTR")


@dataclass(frozen=True)
class Abstract:
    """Sentences with the roles that each may have."""

    id: str
    sentences: tuple[str, ...]
    roles: tuple[frozenset[Role], ...]
    sure: tuple[float, ...]
    """for each sentence, the share of its annotators who agree on them."""


def labelled(bench: Path) -> list[Abstract]:
    """CSAbstruct's development abstracts; what is called a result there may be a result or a conclusion."""
    found = []
    for line in _lines(bench / "csabstruct" / "dev.jsonl"):
        roles = tuple(frozenset({label, "conclusion"} if label == "result" else {label}) for label in line["labels"])
        sure = tuple(map(float, line["confs"]))
        found.append(Abstract(line["id"], tuple(line["sentences"]), roles, sure))
    return found


def headed(bench: Path) -> list[Abstract]:
    """Abstracts of SciFact's corpus whose own headings, taken off, say the role of every sentence up to a conclusion."""
    found = []
    for line in _lines(bench / "scifact" / "corpus.jsonl"):
        pairs = list(_by_heading(line["sentences"]))
        roles = [role for _, role in pairs]
        if len(pairs) > 3 and None not in roles and "conclusion" in roles:
            sentences = tuple(text for text, _ in pairs)
            only = tuple(frozenset({role}) for role in roles if role)
            found.append(Abstract(str(line["doc_id"]), sentences, only, (1.0,) * len(only)))
    return found


def _by_heading(sentences: list[str]) -> Iterator[tuple[str, Role | None]]:
    role: Role | None = None
    left_out = False
    for sentence in filter(None, map(str.strip, sentences)):
        text = sentence
        heading = _HEADING.match(sentence)
        named = next((role for role, words in _HEADED if heading and re.search(words, heading[1])), None)
        if heading and (named or _LEFT_OUT.search(heading[1])):
            role, left_out, text = named, named is None, sentence[heading.end() :]
        if not left_out:
            yield text, role


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)
