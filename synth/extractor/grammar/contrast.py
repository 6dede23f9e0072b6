"""One condition against the others: "great on NUS-WIDE but average on all other datasets", "better with DeiT-B than with DeiT-S"."""

from __future__ import annotations

import re
from typing import Literal

from synth.extractor.conditions import joined
from synth.extractor.groups import reading_of, subject_before
from synth.extractor.reading import Reading, Refusal, no_subject
from synth.extractor.scene import Scene
from synth.extractor.words import HIGH, LOW, MIDDLE
from synth.model import PERFORMANCE, Conditions, Contrast, SettingRange

Level = Literal["high", "middle", "low"]
_ORDER = {"low": 0, "middle": 1, "high": 2}
_LEVEL = re.compile(rf"\b(?:(?P<high>{HIGH})|(?P<middle>{MIDDLE})|(?P<low>{LOW}))\b(?!\s*(?:\ue006|\ue007|on average))")
_BUT = re.compile(r",?\s*\b(?:but|while|whereas|yet|and|though|although|however)\b|;")
_ELSEWHERE = re.compile(
    r"\b(?:on|for|with|across|in|at|under)\s+(?:all\s+|most\s+|any\s+)?(?:of\s+)?(?:the\s+)?(?:other"
    r"|others|remaining|rest)\b|\belsewhere\b|\beverywhere else\b|\botherwise\b"
)
_GRADE = re.compile(
    r"\b(?P<grade>better|worse|best|worst|stronger|weaker|higher|lower|more effective|less effective"
    r"|more accurate|less accurate|more competitive|less competitive)\b"
)
_PLACE = r"(?:on|with|for|under|at|in|using|when)"
_THAN = re.compile(rf"\bthan\s+(?=(?:it does\s+|they do\s+)?{_PLACE}\b|elsewhere|(?:(?:the|all|any)\s+)*other\s+(?:data|backbone|bench))")
_ESPECIALLY = re.compile(
    rf"\b(?:particularly|especially|exceptionally)\s+(?P<level>well|strong|good|effective|poorly|poor|weak"
    rf"|bad|badly)\s+{_PLACE}\b"
)


def _settings(scene: Scene, low: int, high: int) -> tuple[SettingRange, ...]:
    marks = scene.skeleton[low:high]
    return scene.where.settings if "\ue007" in marks else ()


def _place(scene: Scene, low: int, high: int) -> Conditions:
    datasets = tuple(dict.fromkeys(span.name for span in scene.of("dataset", low=low, high=high)))
    backbones = tuple(dict.fromkeys(span.name for span in scene.of("backbone", low=low, high=high)))
    return Conditions(datasets=datasets, backbones=backbones, settings=_settings(scene, low, high))


def _level(match: re.Match[str]) -> Level:
    return "high" if match["high"] else "middle" if match["middle"] else "low"


def _named(place: Conditions) -> bool:
    return place != Conditions()


def contrast(scene: Scene) -> Reading | Refusal | None:
    """Contrast for two grades under two conditions, a comparison of conditions, or "particularly well on X"."""
    return _two_levels(scene) or _than(scene) or _particularly(scene)


def _two_levels(scene: Scene) -> Reading | Refusal | None:
    levels = list(_LEVEL.finditer(scene.skeleton))
    if len(levels) < 2:
        return None
    first, second = levels[0], levels[1]
    if not _BUT.search(scene.skeleton, first.end(), second.start()):
        return None
    under, against = _place(scene, first.end(), second.start()), _place(scene, second.end(), len(scene.text))
    general = _ELSEWHERE.search(scene.skeleton, second.end()) is not None
    if _named(under) and (general or _named(against)):
        return _statement(scene, first.start(), under, Conditions() if general else against, _level(first), _level(second))
    if _named(against) and _ELSEWHERE.search(scene.skeleton, first.end(), second.start()):
        return _statement(scene, first.start(), against, Conditions(), _level(second), _level(first))
    return None


def _statement(scene: Scene, at: int, under: Conditions, against: Conditions, here: Level | None, there: Level | None) -> Reading | Refusal:
    subject = subject_before(scene, at)
    if subject is None or not subject.members:
        return no_subject(scene)
    if any(start < at + 40 for start, _ in scene.negations):
        return Refusal("denies a contrast of conditions, which the grammar cannot express")
    if here and there and here == there:
        return None or Refusal("claims the same grade under both conditions, which is no contrast")
    better = here is None or there is None or _ORDER[here] > _ORDER[there]
    metric = next((span.name for span in scene.of("metric")), PERFORMANCE)
    assumptions = (*scene.assumptions, *reading_of(scene, subject))
    if here and there:
        assumptions = (*assumptions, "grades are thirds of the ranking: high, middle, low")
    part = Contrast(
        subject=subject,
        under=under,
        against=against,
        metric=metric,
        relation="better" if better else "worse",
        level_under=here,
        level_against=there,
        where=joined(scene.context.shared, Conditions()),
        assumptions=assumptions,
    )
    return Reading(parts=(part,), subject=subject, metric=metric)


def _than(scene: Scene) -> Reading | Refusal | None:
    than = _THAN.search(scene.skeleton)
    grade = _GRADE.search(scene.skeleton, 0, than.start()) if than else None
    if than is None or grade is None:
        return None
    under = _place(scene, grade.end(), than.start())
    general = _ELSEWHERE.match(scene.skeleton, than.end()) or re.match(
        r"elsewhere|(?:(?:the|all|any)\s+)*other\s", scene.skeleton[than.end() :]
    )
    against = Conditions() if general else _place(scene, than.end(), len(scene.text))
    if not _named(under) or not (general or _named(against)):
        return None
    reading = _statement(scene, grade.start(), under, against, None, None)
    worse = re.search(r"worse|worst|weaker|lower|less", grade["grade"]) is not None
    return _turned(reading) if worse and isinstance(reading, Reading) else reading


def _turned(reading: Reading) -> Reading:
    parts = tuple(part.model_copy(update={"relation": "worse"}) for part in reading.parts)
    return Reading(parts=parts, subject=reading.subject, metric=reading.metric)


def _particularly(scene: Scene) -> Reading | Refusal | None:
    match = _ESPECIALLY.search(scene.skeleton)
    under = _place(scene, match.end(), len(scene.text)) if match else Conditions()
    if match is None or not _named(under):
        return None
    reading = _statement(scene, match.start(), under, Conditions(), None, None)
    bad = re.search(r"poor|weak|bad", match["level"]) is not None
    return _turned(reading) if bad and isinstance(reading, Reading) else reading
