"""How much a sentence looks like a checkable claim that its own paper makes: named cues, fixed weights, one documented score."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from synth.extractor.roles import Role
from synth.extractor.standing import standing
from synth.extractor.words import hedge_of
from synth.model import Passage, SectionRole, vocabulary

# Own findings stand in abstract, results and conclusion; related work and method sections speak of others and of set-up.
ROLE_WEIGHT: dict[SectionRole, float] = {
    "abstract": 0.8,
    "results": 0.9,
    "experiments": 0.7,
    "conclusion": 0.8,
    "introduction": 0.3,
    "appendix": 0.1,
    "limitations": 0.2,
    "other": 0.0,
    "method": -0.5,
    "related": -1.5,
    "references": -4.0,
}
WEIGHT = {
    "comparative": 1.2,
    "figure": 1.1,
    "metric": 0.5,
    "method": 0.7,
    "dataset": 0.3,
    "finding": 0.6,
    "own": 0.4,
    "correlation": 0.8,
    "rank": 0.8,
    "trend": 0.5,
    "hedge": -1.2,
    "citation": -0.8,
    "citation_only": -1.2,
    "set_up": -1.4,
    "caption": -2.5,
    "future": -2.0,
    "question": -2.5,
    "aim": -1.0,
    "fragment": -2.0,
    "formula": -1.5,
    "long": -0.6,
    "bare": -1.0,
    "pointer": -5.0,
    "described": -4.0,
    "motivation": -4.0,
    "dangling": -2.5,
    "pieced": -5.0,
    "verbless": -4.0,
}
"""log-odds of each cue; chosen by hand so that a comparison of named methods in a results section scores about 0.9."""
BIAS = -2.2
SUBSTANCE = frozenset({"comparative", "figure", "correlation", "rank", "trend"})
"""a sentence with none of these is "bare": it may find something, but nothing that one could measure."""

_COMPARATIVE = re.compile(
    r"\b(?:outperform\w*|underperform\w*|surpass\w*|exceed\w*|beats?|superior|inferior|better|worse|best"
    r"|worst|higher|lower|highest|lowest|faster|slower|fewer|"
    r"larger than|smaller than|more \w+ than|less \w+ than|improv\w+|reduc\w+|increas\w+|decreas\w+"
    r"|comparable|competitive|on par|equal|preserve[sd]|halv\w+|doubl\w+|tripl\w+|match(?:es)?|trails?|lags?|"
    r"gains?|drops?|loses?|speed-?ups?|state[- ]of[- ]the[- ]art|consistently|most \w+|least \w+)\b",
    re.I,
)
_FIGURE = re.compile(
    r"\d+(?:\.\d+)?\s?(?:%|x\b|×|points?\b|percentage|GFLOPs|GMACs|FLOPs|ms\b|images/s|im/s|fps|mAP|mIoU"
    r"|AP\b|BLEU|GB|MB|M\b|tokens?\b|seconds\b|minutes\b|hours\b)|\b\d\d\.\d+\b"
)
_FINDING = re.compile(
    r"\b(?:we|our|results?|experiments?|study|analysis)\b[^.]{0,60}\b(?:show|find|found|observe"
    r"|demonstrate|achieve|obtain|outperform|reveal|confirm|indicate|conclude)\w*",
    re.I,
)
_OWN = re.compile(r"\b(?:we|our|ours|the proposed|this (?:paper|work|method))\b", re.I)
_CORRELATION = re.compile(r"\bcorrelat\w+|\bproxy\b", re.I)
_RANK = re.compile(
    r"\b(?:top|bottom)[- ]?(?:\d|two|three|four|five)\b|\b(?:best|worst)[- ]performing\b|\brank(?:s|ed)?\b"
    r"|\bmost (?:un)?stable\b",
    re.I,
)
_TREND = re.compile(r"\b(?:as|when|with)\b[^.]{0,40}\b(?:increases?|decreases?|grows?|lower|higher|fewer|more)\b", re.I)
_CITATION = re.compile(r"\[\d+(?:\s*[,–-]\s*\d+)*\]|\(\s*[A-Z][\w-]+(?: et al\.| and [A-Z][\w-]+)?,?\s*(?:19|20)\d\d|\bet al\.")
_SET_UP = re.compile(
    r"\b(?:we (?:use|train|set|adopt|employ|follow|initiali[sz]e|evaluate|report|conduct|implement|apply"
    r"|choose|consider|compare)|is trained|are trained|learning rate|batch size|"
    r"weight decay|optimi[sz]er|hyper-?parameters?|defined as|denotes?|let us|is (?:set|defined|computed"
    r"|given)|are (?:set|defined|computed)|code is available|epochs)\b",
    re.I,
)
_CAPTION = re.compile(r"^\s*(?:table|tab\.|figure|fig\.|algorithm|listing|appendix)\s*[\dA-Z]+\s*[:.|]", re.I)
_FUTURE = re.compile(
    r"\b(?:future work|future research|in the future|we (?:plan|hope|leave|intend|believe)"
    r"|remains? (?:an )?open|would be interesting)\b",
    re.I,
)
_AIM = re.compile(
    r"\b(?:in this (?:paper|work),? we (?:propose|present|introduce|study|investigate|explore)"
    r"|we (?:propose|present|introduce|aim)|our (?:goal|aim|contribution)s?)\b",
    re.I,
)
_FORMULA = re.compile(r"[=∑∏∈∂√∫]|\\[a-z]+\{|[α-ω]{1}\s*[=_]")
_PATTERNS = {
    "comparative": _COMPARATIVE,
    "figure": _FIGURE,
    "finding": _FINDING,
    "own": _OWN,
    "correlation": _CORRELATION,
    "rank": _RANK,
    "trend": _TREND,
    "citation": _CITATION,
    "set_up": _SET_UP,
    "caption": _CAPTION,
    "future": _FUTURE,
    "aim": _AIM,
    "formula": _FORMULA,
}


@dataclass(frozen=True)
class Scored:
    """A passage with its score and the cues behind it."""

    passage: Passage
    confidence: float
    cues: tuple[str, ...]
    likely: Mapping[Role, float] = field(default_factory=dict)
    """probability of each role in the document; empty where only the sentence itself was looked at."""
    contributes: float = 0.0
    """probability that it tells of the document's own contribution."""


def _named(text: str) -> set[str]:
    kinds = {mention.term.kind for mention in vocabulary().mentions(text, "method", "family", "metric", "dataset", "backbone")}
    coined = re.search(r"\b[A-Z][a-z]*[A-Z]\w*\b", text) is not None
    found = {kind for kind in ("metric", "dataset") if kind in kinds}
    return found | ({"method"} if kinds & {"method", "family", "backbone"} or coined else set())


def cues_of(text: str, role: SectionRole = "other") -> tuple[str, ...]:
    """Names of the cues in a sentence, sorted; each counts once."""
    found = {name for name, pattern in _PATTERNS.items() if pattern.search(text)} | _named(text)
    words = text.split()
    found |= {"hedge"} if hedge_of(text) else set()
    found |= {"question"} if text.rstrip().endswith("?") else set()
    found |= {"fragment"} if len(words) < 5 or not re.search(r"\b[a-z]{3,}", text) else set()
    found |= {"long"} if len(words) > 60 else set()
    found |= standing(text) | (set() if found & SUBSTANCE else {"bare"})
    if "citation" in found and "own" not in found and role not in {"results", "experiments"}:
        found.add("citation_only")
    return tuple(sorted(found))


def extraction_confidence(text: str, role: SectionRole = "other") -> tuple[float, tuple[str, ...]]:
    """
    (probability-like score that a sentence is a checkable claim of its own paper, cues).

    1 / (1 + exp(-z)) with z = BIAS + ROLE_WEIGHT[role] + the WEIGHT of every cue that is present; rounded to 3 decimals.
    """
    cues = cues_of(text, role)
    z = BIAS + ROLE_WEIGHT[role] + sum(WEIGHT[cue] for cue in cues)
    return round(1 / (1 + 2.718281828459045**-z), 3), cues


def scored(passage: Passage) -> Scored:
    """The passage with its extraction confidence."""
    confidence, cues = extraction_confidence(passage.text, passage.role)
    return Scored(passage=passage, confidence=confidence, cues=cues)
