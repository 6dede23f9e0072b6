"""Correlations: how strongly two quantities go together, and which of two is the better proxy."""

from __future__ import annotations

import re
from typing import Literal

from synth.extractor.reading import Reading, Refusal
from synth.extractor.scene import Scene
from synth.model import AnyOf, CompareCorrelations, Correlate, slug

Strength = Literal["weak", "moderate", "high", "any"]
Sign = Literal["positive", "negative", "either"]

_ADVERB = (
    r"(?:(?P<adverb>highly|strongly|closely|tightly|well|moderately|fairly|reasonably|somewhat|weakly"
    r"|loosely|slightly|barely|poorly|only \w+ly|positively|negatively|inversely|significantly|perfectly)\s+(?:(?:and\s+)?\w+ly\s+)?)?"
)
_ADJECTIVE = (
    r"(?:(?P<adverb>high|strong|close|tight|moderate-to-strong|moderate|medium|fair|weak|loose|low|slight"
    r"|positive|negative|inverse|significant|perfect|clear|no)\s+(?:\w+\s+)?)?"
)
_CORRELATED = re.compile(
    rf"\b(?:is|are|was|were|be|being|remains?)?\s*(?:also\s+"
    rf"|both\s+)?(?:not\s+)?{_ADVERB}(?:anti-?|un)?(?:correlated|associated)\b(?:\s+(?:with|to)\b)?"
)
_CORRELATES = re.compile(
    rf"\b{_ADVERB}correlates?\b(?:\s+(?P<after>strongly|highly|well|closely|tightly|moderately|weakly"
    rf"|poorly|positively|negatively|inversely|somewhat))?\s+with\b"
)
_BETWEEN = re.compile(
    rf"\b{_ADJECTIVE}(?:correlation"
    rf"|association)s?\s+between\s+(?:the\s+)?(?P<x>.+?)\s+and\s+(?:the\s+)?(?P<y>.+?)(?:[.,;]|$)"
)
_HAS = re.compile(rf"\b(?:has|have|shows?|exhibits?|displays?)\s+(?:an?\s+|only an?\s+)?{_ADJECTIVE}correlations?\s+(?:with|to)\b")
_MORE = re.compile(
    r"\b(?:correlates?\s+(?P<more>more|less)\s+(?:strongly|closely|highly|tightly|well)?"
    r"|correlates?\s+(?P<better>better|worse|stronger)|(?:is|are)\s+(?P<more2>more|less)\s+(?:strongly\s+"
    r"|highly\s+|closely\s+)?correlated)\s+(?:with|to)\b"
)
_THAN = re.compile(r"\bthan\s+(?:with\s+)?")
_PROXY = re.compile(
    r"\b(?:is|are|serves? as|acts? as|makes?|provides?|gives?|be)?\s*(?:an?\s+"
    r"|the\s+)?(?:\w+\s+)?(?P<more>better|stronger|superior|more (?:reliable|accurate|faithful"
    r"|informative)|worse|weaker|poorer|inferior|less (?:reliable|accurate|faithful"
    r"|informative))\s+(?:proxy|proxies|predictors?|indicators?|surrogates?|estimators?|measures?)\b"
)
_PREDICTS = re.compile(
    r"\b(?:is|are)\s+(?P<adj>more|less)\s+(?:predictive|indicative|informative)\s+(?:of|about)\s+(?P<y2>.+?)\s+than\b|"
    r"\b(?:predicts?|reflects?|tracks?|indicates?)\s+(?P<y>.+?)\s+(?P<more>better|worse|more \w+ly"
    r"|less \w+ly)\s+than\b"
)
_DOWN = re.compile(r"less|worse|weaker|poorer|inferior")
_STRENGTHS: tuple[tuple[str, Strength], ...] = (
    (r"moderate-to-strong|highly|strongly|closely|tightly|\bwell\b|high|strong|close|tight|perfect", "high"),
    (r"moderate|fair|reasonabl|medium|somewhat", "moderate"),
    (r"weak|loose|slight|barely|poor|low|\bno\b|uncorrelated", "weak"),
)


def _strength(words: str) -> Strength:
    return next((strength for pattern, strength in _STRENGTHS if re.search(pattern, words)), "any")


def _sign(words: str) -> Sign:
    if re.search(r"negative|inverse|anti", words):
        return "negative"
    return "positive" if "positive" in words else "either"


def _names(scene: Scene, low: int, high: int) -> tuple[str, ...]:
    """Metrics named between two offsets; without one, the slug of what the words name."""
    found = tuple(dict.fromkeys(span.name for span in scene.of("metric", low=low, high=high)))
    if found:
        return found
    words = re.sub(
        r"^(?:(?:the|a|an|that|both|we|find|its|their|there|is|of"
        r"|for)\s+)+",
        "",
        scene.text[low:high].strip(" ,."),
        flags=re.I,
    )
    words = re.split(r"\s+(?:in|on|for|across|at|under|when|which|that)\s+|[,;.]", words)[0]
    name = slug(re.sub(r"\b(?:metric|distance metric|score)s?$", "", words).strip())
    return (name,) if name and len(words.split()) <= 5 else ()


def _targets(scene: Scene, low: int, high: int) -> tuple[str, ...]:
    return _names(scene, low, high)[:1]


SIMILARITIES = frozenset({"iou", "nmi", "procrustes", "cka", "pwcca"})
"""quantities of two models at once: what they can go with is a difference between the two."""


def _target(xs: tuple[str, ...], y: str) -> tuple[str, tuple[str, ...]]:
    """(y, assumption): the score of one model becomes the difference between two where x compares two models."""
    if y in {"performance", "top1_percent", "map_percent"} and SIMILARITIES & set(xs):
        label = y if y == "performance" else "accuracy" if y == "top1_percent" else "mAP"
        return "performance_difference", (f"{label} is read as the difference in it, as the similarity is one of two models",)
    return y, ()


def _notes(scene: Scene, names: tuple[str, ...]) -> tuple[str, ...]:
    known = {span.name for span in scene.of("metric")}
    return tuple(f"“{name.replace('_', ' ')}” is not in the vocabulary and is taken for a quantity" for name in names if name not in known)


def correlation(scene: Scene) -> Reading | Refusal | None:
    """Correlate for "X and Z are highly correlated with Y", one statement for each X."""
    match = _CORRELATED.search(scene.skeleton) or _CORRELATES.search(scene.skeleton) or _HAS.search(scene.skeleton)
    if match:
        xs, ys = _names(scene, 0, match.start()), _targets(scene, match.end(), len(scene.text))
        if not ys and len(xs) == 2:
            xs, ys = xs[:1], xs[1:]
    elif match := _BETWEEN.search(scene.skeleton):
        xs, ys = _names(scene, *match.span("x")), _names(scene, *match.span("y"))
        if xs and len(ys) > 1:
            xs, ys = (*xs, *ys[:-1]), ys[-1:]
    else:
        return None
    if not xs or not ys:
        return Refusal("names no second quantity to correlate with" if xs else "names no quantity that correlates")
    words = match.group(0)
    return _stated(scene, match, xs, ys[0], words)


def _stated(scene: Scene, match: re.Match[str], xs: tuple[str, ...], y: str, words: str) -> Reading | Refusal:
    negation = next((one for one in scene.negations if match.start() <= one[0] < match.end()), None) or scene.negation_before(match.start())
    strength, sign = _strength(words), _sign(words)
    if y in SIMILARITIES and len(xs) == 1 and xs[0] not in SIMILARITIES:
        xs, y = (y,), xs[0]
    y, assumed = _target(xs, y)
    notes = (*assumed, *_notes(scene, (*xs, y)))
    base = [Correlate(x=x, y=y, strength=strength, sign=sign, where=scene.where, assumptions=(*scene.assumptions, *notes)) for x in xs]
    if negation is None:
        return Reading(parts=tuple(base))
    if strength in {"any", "weak"} and sign == "either" and not re.search(r"weakly|loosely|weak ", words):
        return Reading(parts=tuple(one.model_copy(update={"strength": "weak"}) for one in base), used=(negation,))
    left: dict[Strength, tuple[Strength, ...]] = {
        "high": ("weak", "moderate"),
        "moderate": ("weak", "high"),
        "weak": ("moderate", "high"),
        "any": ("weak",),
    }
    if sign != "either":
        return Refusal("denies the sign of a correlation, which the grammar cannot express")
    parts = tuple(AnyOf(parts=tuple(one.model_copy(update={"strength": level}) for level in left[strength])) for one in base)
    return Reading(parts=parts, used=(negation,))


def proxies(scene: Scene) -> Reading | Refusal | None:
    """CompareCorrelations for "X is a better proxy than Z for Y" and "X correlates more strongly with Y than Z"."""
    skeleton = scene.skeleton
    if match := _PROXY.search(skeleton):
        better, worse, target = _around_proxy(scene, match)
        down = _DOWN.search(match["more"]) is not None
    elif match := _MORE.search(skeleton):
        than = _THAN.search(skeleton, match.end())
        if than is None:
            return None
        better = _targets(scene, 0, match.start())
        target, worse = _targets(scene, match.end(), than.start()), _targets(scene, than.end(), len(scene.text))
        down = _DOWN.search(match.group(0)) is not None
    elif match := _PREDICTS.search(skeleton):
        better, target, worse = (
            _targets(scene, 0, match.start()),
            _targets(scene, *match.span("y" if match["y"] else "y2")),
            _targets(scene, match.end(), len(scene.text)),
        )
        down = _DOWN.search(match["more"] or match["adj"]) is not None
    else:
        return None
    if not better or not worse:
        return Refusal("names no second quantity to compare the proxy with" if better else "names no proxy")
    return _ordered(scene, match, better[0], worse[0], target[0] if target else "performance_difference", down)


def _around_proxy(scene: Scene, match: re.Match[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    skeleton, end = scene.skeleton, len(scene.text)
    than = re.compile(r"\b(?:than|compared (?:to|with)|over)\b").search(skeleton, match.end())
    aim = re.compile(r"\b(?:for|of)\b").search(skeleton, match.end())
    ahead = _names(scene, 0, match.start())
    if than is not None and len(ahead) > 1 and re.match(r"\s*(?:for|as|when|in)\b", skeleton):
        return ahead[-1:], _targets(scene, than.end(), end), ahead[:1]
    before = re.match(r"\s*(?:compared (?:to|with)|relative to)\s+", skeleton)
    comma = skeleton.find(",")
    if than is None and before and comma > 0:
        worse, better = _targets(scene, before.end(), comma), _targets(scene, comma + 1, match.start())
    else:
        better = _targets(scene, 0, match.start())
        stop = aim.start() if aim and than and aim.start() > than.end() else end
        worse = _targets(scene, than.end(), stop) if than else ()
    stop = than.start() if than and aim and than.start() > aim.end() else end
    target = _targets(scene, aim.end(), stop) if aim else ()
    return better, worse, target


def _ordered(scene: Scene, match: re.Match[str], better: str, worse: str, target: str, down: bool) -> Reading:
    inside = next((one for one in scene.negations if match.start() <= one[0] < match.end()), None)
    negation = inside or scene.negation_before(match.end() - len(match.group(0).lstrip()), 3) or scene.negation_before(match.end(), 6)
    target, assumed = _target((better, worse), target)
    assumptions = (*scene.assumptions, *assumed, *_notes(scene, (better, worse)))
    if negation:
        down = not down
        assumptions = (*assumptions, "“not better” is read as worse: a tie of two correlations is left aside")
    first, second = (worse, better) if down else (better, worse)
    statement = CompareCorrelations(better=first, worse=second, y=target, where=scene.where, assumptions=assumptions)
    return Reading(parts=(statement,), used=(negation,) if negation else ())
