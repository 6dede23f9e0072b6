"""Stability: which method's results vary most or least."""

from __future__ import annotations

import re
from typing import Literal

from synth.extractor.groups import group_in, metric_in, reading_of, subject_before
from synth.extractor.reading import Reading, Refusal, no_subject
from synth.extractor.scene import Scene
from synth.model import PERFORMANCE, Group, Spread

_UNSTABLE = r"unstable|variable|volatile|inconsistent|erratic|sensitive|brittle|fluctuating|unreliable"
_STABLE = r"stable|consistent|robust|reliable|steady"
_ADJECTIVE = re.compile(rf"\b(?P<grade>most|least|more|less)\s+(?:(?P<bad>{_UNSTABLE})|(?P<good>{_STABLE}))\b")
_VARIES = re.compile(r"\b(?:varies|vary|varied|fluctuates?|fluctuated|changes)\s+(?:by\s+)?(?:the\s+)?(?P<grade>most|least|more|less)\b")
_VARIANCE = re.compile(
    r"\b(?P<grade>highest|largest|greatest|biggest|most|lowest|smallest|least|higher|larger|greater|lower"
    r"|smaller)\s+(?:\w+\s+)?(?:variance|variation|variability|spread|"
    r"fluctuations?|standard deviation|deviation|instability)\b"
)
_SMALL = re.compile(r"least|less|lowest|smallest|lower|smaller")
_COMPARATIVE = re.compile(r"more|less|higher|larger|greater|lower|smaller")


def _extreme(match: re.Match[str]) -> Literal["most", "least"]:
    small = _SMALL.search(match["grade"]) is not None
    if match.groupdict().get("good"):
        small = not small
    return "least" if small else "most"


def spread(scene: Scene) -> Reading | Refusal | None:
    """Spread for "the most unstable method" and "varies less than X"."""
    match = _ADJECTIVE.search(scene.skeleton) or _VARIES.search(scene.skeleton) or _VARIANCE.search(scene.skeleton)
    if match is None:
        return None
    than = re.compile(r"\bthan\s").search(scene.skeleton, match.end())
    if _COMPARATIVE.fullmatch(match["grade"]) and than is None:
        return None
    if than and re.match(r"\s*(?:the\s+)?\ue003", scene.skeleton[than.end() :]):
        return None
    subject = subject_before(scene, match.start()) or _behind(scene, match.end())
    if subject is None or not subject.members:
        return no_subject(scene)
    if scene.negation_before(match.start(), 5):
        return Refusal("denies an extreme of stability, which the grammar cannot express")
    return _statement(scene, match, subject, than)


def _behind(scene: Scene, at: int) -> Group | None:
    link = re.compile(r"\b(?:is|are|was|were|by)\s").search(scene.skeleton, at)
    return group_in(scene, link.end(), len(scene.text)) if link else None


def _statement(scene: Scene, match: re.Match[str], subject: Group, than: re.Match[str] | None) -> Reading:
    after = re.compile(r"\b(?:of|among|amongst)\s").search(scene.skeleton, match.end())
    start = than.end() if than else after.end() if after else len(scene.text)
    population = group_in(scene, start, len(scene.text)) or Group(label="all methods", members=())
    metric = metric_in(scene, 0, match.end()) or _in(scene, match.end()) or PERFORMANCE
    part = Spread(
        subject=subject,
        population=population,
        extreme=_extreme(match),
        metric=metric,
        where=scene.where,
        assumptions=(*scene.assumptions, *reading_of(scene, subject)),
    )
    return Reading(parts=(part,), subject=subject, metric=metric)


def _in(scene: Scene, at: int) -> str | None:
    link = re.compile(r"\b(?:in|of|in terms of)\s+(?:its\s+|the\s+)?(?=\ue003)").search(scene.skeleton, at)
    return metric_in(scene, link.end(), min(len(scene.text), link.end() + 30)) if link else None
