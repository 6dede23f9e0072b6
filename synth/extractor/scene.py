"""A clause with everything in it that has a name: spans of methods, data sets, metrics, and a skeleton in which they are single letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from synth.extractor.names import unknown_names
from synth.extractor.words import NEGATION
from synth.model import Conditions, Group, vocabulary
from synth.model.vocabulary import Kind

SpanKind = Literal["method", "family", "backbone", "dataset", "metric", "setting", "others", "self", "condition", "pronoun"]

EVERYWHERE = Conditions()

MARKS: dict[str, str] = {
    "method": "\ue001",
    "family": "\ue001",
    "others": "\ue002",
    "self": "\ue001",
    "metric": "\ue003",
    "dataset": "\ue004",
    "backbone": "\ue005",
    "setting": "\ue006",
    "condition": "\ue007",
    "pronoun": "\ue008",
}
"""What stands in the skeleton, as often as the span has letters, so that offsets stay."""

_KINDS: tuple[Kind, ...] = ("method", "family", "backbone", "dataset", "metric", "setting")
_METHODS = (
    r"(?:methods?|approach(?:es)?|techniques?|models?|algorithms?|baselines?|variants?|competitors?|works?"
    r"|strateg(?:y|ies)|reducers?|schemes?|polic(?:y|ies)|architectures?|networks?|[Cc]onv[Nn]ets?|CNNs?"
    r"|ViTs?|modifications?|ensembles?|systems?|transformers?)"
)
_OTHERS = re.compile(
    r"\b(?:(?:all|any|every|each|most|many|the|various|several|both)\s+(?:of\s+)?(?:the\s+)?(?:\d+\s+)?)?"
    r"(?:other|others|remaining|competing|existing|previous|prior|rival|alternative|tested|evaluated"
    r"|considered|compared(?! (?:to|with|against)\b)|examined|studied|"
    r"state-of-the-art|sota|baseline|recent|earlier|concurrent)\s+(?:(?!datasets?|data|backbones?)[\w-]+\s+){0,3}?"
    + _METHODS
    + r"\b(?! size)"
    r"|\b(?:all\s+(?:the\s+)?|the\s+)?others\b(?!\s+(?:data|backbone))|\bthe rest\b(?! of)"
    r"|\b(?:all\s+)?(?:the\s+)?(?:strong\s+)?(?:baselines|competitors|alternatives)\b"
    r"|\b(?:all|any|every|most)(?:\s+of)?(?:\s+the)?(?:\s+(?:\d+|ten|thirteen|twelve|tested|evaluated))?\s+" + _METHODS + r"\b"
    r"|\bany other\b(?!\s+data)|\beverything else\b|\bprior (?:work|art)\b|\bprevious(?: best)? (?:work"
    r"|results?)\b|\bthe (?:previous )?state[- ]of[- ]the[- ]art\b",
    re.I,
)
_SELF = re.compile(
    r"\b(?:our|the proposed|the presented|the present|this|the new|the introduced)\s+(?:(?:novel|simple"
    r"|full|final|proposed|best|new|learned|token|pruning|"
    r"merging|own|adaptive|hybrid|\w+-\w+)\s+){0,3}(?:methods?|approach|model|framework|algorithm|technique|system"
    r"|strategy|scheme|module|architecture|network|"
    r"variant)s?\b|\bours\b|\bthe best system in this paper\b|\bthe (?:approach|model|system) (?:of"
    r"|in) this paper\b|\bthe (?:method|approach|model|system)"
    r"(?=\s+(?:of this|in this|attains|achieves|reaches|obtains|scores|gets|yields))"
    r"|\b(?:the|this) paper(?=\s+(?:reports|achieves|obtains|reaches|gets|attains))|\b[Ww]e\b(?!\s+(?:find"
    r"|show|observe|report|see|note)\b)",
    re.I,
)
_PRONOUN = re.compile(r"\b(?:it|they|the former|the latter|them|this|these|its|their)\b(?!\s+(?:is\s+)?(?:that|to)\b)", re.I)


@dataclass(frozen=True)
class Span:
    """A stretch of the text that names something."""

    kind: SpanKind
    name: str
    """canonical name or slug."""
    start: int
    end: int
    members: tuple[str, ...] = ()
    """of a family or method: method names."""
    unknown: bool = False
    """the vocabulary does not know it."""


@dataclass(frozen=True)
class Context:
    """What a clause takes over from the sentence before it."""

    itself: str | None = None
    """the paper's own method, canonical or slug."""
    subject: Group | None = None
    """subject of the clause before, for a clause that names none."""
    metric: str | None = None
    shared: Conditions = EVERYWHERE
    """conditions that open the sentence and hold for all its clauses."""
    other: Group | None = None
    """what the clause before was compared with, for "it" and "them"."""
    keep_start: float | None = None
    """keep rate that the clause before spoke of, where "lower" begins."""


NOWHERE = Context()


@dataclass(frozen=True)
class Scene:
    """A clause, annotated."""

    text: str
    spans: tuple[Span, ...]
    skeleton: str
    """lower-cased text, every span overwritten by its mark; same offsets as text."""
    named: str = ""
    """the skeleton in which conditions are still readable."""
    context: Context = NOWHERE
    where: Conditions = EVERYWHERE
    """conditions that this clause states, shared ones included."""
    cut: str = ""
    """how the sentence breaks off, empty for a whole one."""
    negations: tuple[tuple[int, int], ...] = ()
    values: tuple[tuple[str, tuple[float, ...]], ...] = ()
    """settings with their stated values one by one."""
    places: tuple[tuple[str, int, int], ...] = ()
    """(setting, start, end) of every stretch that states a setting."""
    assumptions: tuple[str, ...] = ()
    """what the conditions took for granted."""

    def of(self, *kinds: SpanKind, low: int = 0, high: int | None = None) -> tuple[Span, ...]:
        """Spans of these kinds that lie between two offsets, in order."""
        high = len(self.text) if high is None else high
        return tuple(span for span in self.spans if span.kind in kinds and low <= span.start and span.end <= high)

    def negation_before(self, at: int, words: int = 4) -> tuple[int, int] | None:
        """The negation that governs what stands at an offset: at most this many words earlier, with no comma between."""
        for start, end in reversed(self.negations):
            between = self.text[end:at]
            if end <= at and len(between.split()) <= words and not re.search(r"[,;:]", between):
                return start, end
        return None


@lru_cache(maxsize=8192)
def _vocabulary_spans(text: str) -> tuple[Span, ...]:
    found = []
    for mention in vocabulary().mentions(text, *_KINDS):
        term = mention.term
        words = text[mention.start : mention.end].lower()
        if term.name == "keep_all" and words.endswith("baselines"):
            continue
        counts_methods = re.match(r"\s+(?:\w+\s+){0,2}?(?:methods|approaches|models|performers|techniques)\b", text[mention.end :])
        if term.kind == "metric" and counts_methods and re.fullmatch(r"top[- ]?[15]", words):
            continue
        members = term.members or ((term.name,) if term.kind == "method" else ())
        found.append(
            Span(
                kind=term.kind if term.kind != "task" else "condition",
                name=term.name,
                start=mention.start,
                end=mention.end,
                members=members,
            )
        )
    return tuple(found)


def _first_longest(spans: list[Span]) -> tuple[Span, ...]:
    """Spans that do not overlap: the longer wins, then the earlier in the list."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda one: (one.start - one.end, one.start)):
        if not any(span.start < other.end and other.start < span.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda one: one.start))


@lru_cache(maxsize=256)
def _own_pattern(itself: str) -> re.Pattern[str]:
    """The name of the paper's own method as a text writes it, "foo_vit" → "Foo-ViT"; a plain word only with a capital."""
    words = r"[\s_+/-]*".join(re.escape(word) for word in itself.split("_"))
    return re.compile(rf"(?<![\w-])(?=[A-Z])(?i:{words})(?:\s+models?)?(?![\w/-])")


def _is_named(match: re.Match[str], itself: str | None) -> bool:
    """Whether "the proposed A-ViT model" names a method, and another than the paper's own."""
    return any(mention.term.name != itself for mention in vocabulary().mentions(match.group(), "method"))


def _phrases(text: str, itself: str | None) -> list[Span]:
    own = (itself,) if itself else ()
    found = [Span("others", "", match.start(), match.end()) for match in _OTHERS.finditer(text)]
    found += [Span("self", itself or "", match.start(), match.end(), own) for match in _SELF.finditer(text) if not _is_named(match, itself)]
    if itself and len(itself) > 2:
        named = _own_pattern(itself).finditer(text)
        found += [Span("method", itself, match.start(), match.end(), own, vocabulary().get("method", itself) is None) for match in named]
    found += [Span("pronoun", match.group(0).lower(), match.start(), match.end()) for match in _PRONOUN.finditer(text)]
    return found


def skeleton_of(text: str, spans: tuple[Span, ...]) -> str:
    """The text in small letters with every span overwritten by its mark."""
    letters = [low if len(low := letter.lower()) == 1 else letter for letter in text]
    for span in spans:
        letters[span.start : span.end] = MARKS[span.kind] * (span.end - span.start)
    return "".join(letters)


def annotate(text: str, context: Context = NOWHERE, cut: str = "") -> Scene:
    """The clause with its spans: what the vocabulary knows, "the other methods", "our method", then names that nobody knows."""
    spans = _first_longest([*_vocabulary_spans(text), *_phrases(text, context.itself)])
    named = [
        Span(kind, name, start, end, (name,) if kind == "method" else (), unknown=True)
        for kind, name, start, end in unknown_names(text, skeleton_of(text, spans))
    ]
    spans = _first_longest([*spans, *named])
    negations = tuple(match.span() for match in NEGATION.finditer(text))
    skeleton = skeleton_of(text, spans)
    return Scene(text=text, spans=spans, skeleton=skeleton, named=skeleton, context=context, negations=negations, cut=cut)


def marked(scene: Scene, stretches: tuple[tuple[int, int], ...]) -> str:
    """The skeleton with these stretches overwritten as conditions, so that no reader takes their numbers for results."""
    return skeleton_of(scene.text, (*scene.spans, *(Span("condition", "", start, end) for start, end in stretches)))
