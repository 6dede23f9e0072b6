"""Which methods a stretch of a clause speaks of."""

from __future__ import annotations

import re

from synth.extractor.scene import Scene, Span, SpanKind
from synth.model import Group, vocabulary

_METHOD_KINDS: tuple[SpanKind, ...] = ("method", "family", "others", "self")
_TAIL = re.compile(r"\s+(?:pruning\s+|merging\s+)?(?:methods?|approach(?:es)?|techniques?|models?)\b")
_APPOSED = re.compile(r"^\s*(?:methods?|approaches)?\s*(?:[,:(]|,?\s*namely|,?\s*i\.e\.,?)?\s*$")


def _apposed(spans: tuple[Span, ...], text: str) -> tuple[Span, ...]:
    """Families that are followed by their own members ("hard-merging methods ToMe and DPC-KNN") give way to those."""
    kept = []
    for at, span in enumerate(spans):
        after = spans[at + 1] if at + 1 < len(spans) else None
        named = after is not None and after.kind == "method" and after.name in span.members
        if span.kind == "family" and after and named and _APPOSED.match(text[span.end : after.start]):
            continue
        kept.append(span)
    return tuple(kept)


_VERB_BETWEEN = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|does|do|achiev\w+|reach\w+|attain\w*|obtain\w*|yields?|yielded|decreas\w+|increas\w+"
    r"|lowers?|raises?|reduc(?:es|ed|e)|improv(?:es|ed|e)|outperform\w*|surpass\w*|beats?|experiment(?:ed)?|present|design|propose|train|use"
    r"|found|find|runs?|keeps?|shows?|matche[sd]|needs?|requires?|contains?)\b",
    re.I,
)
_ABBREVIATED = re.compile(r"^\s*\(\s*$")


def _one_run(spans: tuple[Span, ...], text: str) -> tuple[Span, ...]:
    """
    The names up to the first verb between two of them, without an abbreviation or detail in brackets: one subject.

    "We present an extension of A" speaks of A: a leading "we" gives way to what stands behind its verb.
    """
    kept = [spans[0]]
    for span in spans[1:]:
        between = text[kept[-1].end : span.start]
        if _ABBREVIATED.match(between) and span.unknown:
            continue
        if ":" in between:
            kept = []
        elif _VERB_BETWEEN.search(between):
            if len(kept) > 1 or text[kept[0].start : kept[0].end].lower() != "we":
                break
            kept = []
        kept.append(span)
    return tuple(kept)


def _label(text: str, spans: tuple[Span, ...]) -> str:
    end = spans[-1].end
    if tail := _TAIL.match(text[end:]):
        end += tail.end()
    return text[spans[0].start : end]


def group_in(scene: Scene, low: int, high: int) -> Group | None:
    """
    The methods named between two offsets; None where none is named.

    "other pruning methods" is a family without what stands outside; "the other methods" has no members: all others.
    """
    spans = scene.of(*_METHOD_KINDS, low=low, high=high)
    if not spans:
        return _backbones(scene, low, high)
    spans = _one_run(spans, scene.text)
    if any(span.kind == "self" and not span.members for span in spans):
        return None
    label = _label(scene.text, spans)
    others = [span for span in spans if span.kind == "others"]
    if others and len(others) < len(spans) and others[0].start > spans[0].start:
        spans = tuple(span for span in spans if span.kind != "others")
    elif others:
        return Group(label=_label(scene.text, (others[0],)), members=())
    members = dict.fromkeys(member for span in _apposed(spans, scene.text) for member in span.members)
    return Group(label=label, members=tuple(members))


def _backbones(scene: Scene, low: int, high: int) -> Group | None:
    """Plain backbones where they stand in the place of methods: "DeiT-B outperforms DeiT-S"."""
    spans = scene.of("backbone", low=low, high=high)
    if not spans:
        return None
    return Group(label=scene.text[spans[0].start : spans[-1].end], members=tuple(dict.fromkeys(span.name for span in spans)))


_COMPARED = re.compile(
    r"^(?:compared (?:to|with)|unlike|relative to|in contrast to|in comparison (?:to|with)|as opposed to)\b[^,]*,\s*"
    r"|^(?:on|for|in|at|across|under|over)\b.{2,120}?,\s+(?=we\b|our\b)",
    re.I,
)
"""an opening that names others than the subject."""
_PARTICIPLE = re.compile(r"^\s*(?:matching|outperforming|surpassing|exceeding|beating|rivalling|improving (?:on|over))\b", re.I)


def subject_before(scene: Scene, at: int) -> Group | None:
    """The group that a predicate at this offset speaks of: named before it, or taken over from the clause before."""
    if scene.context.subject is not None and _PARTICIPLE.match(scene.text):
        return scene.context.subject
    opened = _COMPARED.match(scene.text)
    named = (group_in(scene, opened.end(), at) if opened and opened.end() < at else None) or group_in(scene, 0, at)
    if named is not None and (named.members or scene.of("others", high=at)):
        return named
    return scene.context.subject


def apart(other: Group, subject: Group) -> Group:
    """The other side without the subject's own methods: "other pruning methods" than Top-K."""
    members = tuple(member for member in other.members if member not in subject.members)
    return other if not members or members == other.members else Group(label=other.label, members=members)


def reading_of(scene: Scene, group: Group) -> tuple[str, ...]:
    """What had to be assumed to read a group: which methods a family has, and that an unknown name is a method."""
    notes = []
    for span in scene.of("family"):
        if set(span.members) & set(group.members) and len(group.members) >= len(span.members):
            names = ", ".join(vocabulary().label("method", member) for member in span.members)
            notes.append(f"“{scene.text[span.start : span.end]}” is read as {names}; a source may count fewer or more")
    for span in scene.of("method"):
        if span.unknown and span.name in group.members:
            notes.append(f"“{scene.text[span.start : span.end]}” is not in the vocabulary and is taken for a method")
    return tuple(dict.fromkeys(notes))


def metric_in(scene: Scene, low: int, high: int) -> str | None:
    """Canonical name of the last metric between two offsets, None without one."""
    spans = scene.of("metric", low=low, high=high)
    return spans[-1].name if spans else None


def first_metric(scene: Scene, low: int, high: int) -> str | None:
    """Canonical name of the first metric between two offsets, None without one."""
    spans = scene.of("metric", low=low, high=high)
    return spans[0].name if spans else None


def higher_is_better(metric: str) -> bool:
    """Whether more of the metric is better; true of a metric that nobody knows."""
    term = vocabulary().get("metric", metric)
    return term.higher_is_better if term else True
