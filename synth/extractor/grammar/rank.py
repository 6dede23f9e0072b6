"""Places in a ranking: "among the top three", "the best performing methods", "achieves the second highest accuracy"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from synth.extractor.groups import group_in, higher_is_better, metric_in, reading_of, subject_before
from synth.extractor.reading import Reading, Refusal, no_subject, quantified
from synth.extractor.scene import Scene
from synth.extractor.text import number_word
from synth.model import PERFORMANCE, Group, Rank

VAGUE_K = 3
"""places that "among the best" stands for where a claim gives no number."""

End = Literal["top", "bottom"]
_K = r"(?P<k>\d+|two|three|four|five|six|seven|eight|nine|ten)"
_GOOD = r"top|best|first|leading|strongest|highest|upper"
_BAD = r"bottom|worst|last|weakest|lowest|poorest|lower"
_AMONG = re.compile(
    rf"\b(?P<end>{_GOOD}|{_BAD})(?:[- ](?:performing|ranked|scoring))?[\s-]+{_K}\b(?!\s*(?:%|x\b|points"
    rf"|percent|\.\d))(?P<tail>\s+(?:[\w-]+\s+)?(?:methods|approaches|models|places|ranks|positions|spots"
    rf"|performers|entries|techniques)?)"
)
_COUNT_FIRST = re.compile(
    rf"\b{_K}\s+(?P<end>{_GOOD}|{_BAD})(?:[- ](?:performing|ranked|scoring))?\s+(?:\w+\s+)?(?:\ue002+"
    rf"|methods|approaches|models|performers|techniques|places)"
)
_ORDINAL = r"(?:(?P<nth>second|third|fourth|fifth|2nd|3rd|4th|5th)[\s-]+)?"
_BE = (
    r"(?:\b(?:is|are|was|were|be|being|remains?|remain|becomes?|as|ranks?|comes?|comes? out|places?"
    r"|finish(?:es)?|stays?|performs?|perform|does|works?|rated)\s+)"
)
_SUPERLATIVE = re.compile(
    rf"{_BE}(?:\w+ly\s+|not\s+|still\s+|also\s+|among\s+|one of\s+"
    rf"|out\s+)*(?:on\s+)?(?:the\s+)?(?:very\s+)?(?:single\s+)?{_ORDINAL}(?P<sup>best|worst|strongest"
    rf"|weakest|fastest|slowest|cheapest|most accurate|least accurate|"
    rf"most effective|least effective|most competitive|top|first|last|second|third|fourth|poorest|leading"
    rf")\b(?:[\s-]*(?:performing|performers?|performer|ranked|scoring))?"
)
_ACHIEVES = re.compile(
    rf"\b(?:achiev\w+|attain\w*|reach\w*|obtain\w*|yield\w*|gives?|giving|has|have|having|shows?|offers?"
    rf"|delivers?|provides?|gets?|sets?|requires?|uses?|needs?|with)\s+(?:\w+ly\s+)?(?:the\s+|an?\s+)(?:(?:\w+ly|overall)\s+)?{_ORDINAL}"
    rf"(?P<sup>best|highest|lowest|worst|largest|smallest|greatest|fewest|most|least|top|fastest|slowest"
    rf"|shortest|longest|state-of-the-art|new state-of-the-art)\s+(?:overall\s+|average\s+"
    rf"|mean\s+)?(?:results?\b|scores?\b|rank\b|(?:\w+\s+)?\ue003+)"
)
_SOTA = re.compile(
    r"\b(?:achiev\w+|attain\w*|reach\w*|obtain\w*|yield\w*|sets?|establish\w*)\s+(?:an?\s+"
    r"|the\s+)?(?:new\s+)?(?P<sup>state[- ]of[- ]the[- ]art|sota)(?:\s+(?:results?|performance|\ue003+))?"
)
_IS_SOTA = re.compile(r"\b(?:is|are)\s+(?:the\s+)?(?:new\s+)?(?P<sup>state[- ]of[- ]the[- ]art|sota)\b")
_NO_ONE = re.compile(
    r"^\s*(?:no|none of the|not one)\s+(?:other\s+)?(?:[\w-]+\s+)?(?:methods?|approach(?:es)?|models?"
    r"|techniques?|\ue002+)\s+(?:consistently\s+)?(?:outperforms?|beats?|surpass(?:es)?|exceeds?|matches)\b"
)
_HEADING = re.compile(
    rf"^\s*(?:on\s+\ue004+\s*,\s*)?(?:the\s+)?(?:overall\s+)?{_ORDINAL}(?P<sup>best|worst|strongest|weakest"
    rf"|highest|lowest|fastest|slowest|most accurate|least accurate)\b"
    r"[^,;.]*?(?=\b(?:is|are|was|were)\s+(?:\w+\s+){0,3}?(?:the\s+)?\ue001)"
)
_NTH = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_TRADE_OFF = re.compile(r"trade-?off|balance|compromise|pareto")
_COUNTED = re.compile(r"\b(?:\d+|one|two|three|four|five|most|half|some|many|all|none)\s+of\s+the\s+$")
_HALF = re.compile(r"\b(?:top|bottom|upper|lower)\s+(?:half|third|quarter|quartile)\b|\b(?:top|bottom)[\s-]+\d+\s*%")


@dataclass(frozen=True)
class _Cue:
    end: End
    k: int | None
    """None: as many as the subject has members."""
    start: int
    stop: int
    metric: str | None = None
    whole: bool = False
    """a superlative over the methods as such, which is ranked once by the mean."""
    note: str = ""


def _end(word: str) -> End:
    return "bottom" if re.search(r"bottom|worst|last|weakest|lowest|poorest|lower|slowest|least", word) else "top"


def _metric_end(word: str, metric: str) -> End:
    """Top or bottom for "lowest latency": what is best depends on the metric."""
    if re.search(r"best|top|state|sota|fastest", word):
        return "top"
    if re.search(r"worst|slowest", word):
        return "bottom"
    low = re.search(r"lowest|smallest|fewest|least|shortest", word) is not None
    return "top" if low != higher_is_better(metric) else "bottom"


def _counted(scene: Scene) -> _Cue | None:
    match = _AMONG.search(scene.skeleton) or _COUNT_FIRST.search(scene.skeleton)
    k = number_word(match["k"]) if match else None
    if match is None or k is None or k < 1:
        return None
    return _Cue(end=_end(match["end"]), k=int(k), start=match.start(), stop=match.end())


def _heading(scene: Scene) -> _Cue | None:
    """The superlative as the subject of its sentence: "The best performing method is Top-K"."""
    match = _HEADING.match(scene.skeleton)
    if match is None:
        return None
    metric = metric_in(scene, *match.span())
    end = _metric_end(match["sup"], metric) if metric and "performing" not in match.group(0) else _end(match["sup"])
    return _placed(match, end, metric=metric, whole=metric is None)


def _achieved(scene: Scene) -> _Cue | None:
    match = _ACHIEVES.search(scene.skeleton)
    if match is None:
        return None
    metric = metric_in(scene, match.start(), match.end()) or PERFORMANCE
    return _placed(match, _metric_end(match["sup"], metric), metric=metric)


def _placed(match: re.Match[str], end: End, metric: str | None = None, whole: bool = False) -> _Cue:
    nth = (match.groupdict().get("nth") or "") or (match["sup"] if match["sup"] in _NTH else "")
    note = f"“{nth}” is read as among the {'best' if end == 'top' else 'worst'} {_NTH[nth]}" if nth else ""
    vague = not nth and re.search(r"\b(?:among|one of)\b", match.group(0)) is not None
    if vague:
        return _Cue(
            end=end,
            k=VAGUE_K,
            start=match.start(),
            stop=match.end(),
            metric=metric,
            whole=whole,
            note=f"“among” gives no number: it is read as {VAGUE_K}",
        )
    k = _NTH.get(nth) or (None if whole else 1)
    return _Cue(end=end, k=k, start=match.start(), stop=match.end(), metric=metric, whole=whole and not nth, note=note)


def _cue(scene: Scene) -> _Cue | None:
    if counted := _counted(scene):
        return counted
    if found := _heading(scene) or _achieved(scene):
        return found
    if match := _SOTA.search(scene.skeleton) or _IS_SOTA.search(scene.skeleton):
        return _placed(match, "top", metric=metric_in(scene, match.start(), match.end()))
    match = _SUPERLATIVE.search(scene.skeleton)
    if match is None or re.match(
        r"\s*(?:step|stage|layer|proxy|predictor|row|column|to|when|if|author"
        r"|choice of)\b",
        scene.skeleton[match.end() :],
    ):
        return None
    if match["sup"] in {"top", "first", "last", "second", "third", "fourth"} and not re.match(
        r"rank|come|place|finish|be|is|are", match.group(0)
    ):
        return None
    metric = (
        "images_per_second"
        if match["sup"] in {"fastest", "slowest"}
        else metric_in(scene, match.end(), min(len(scene.text), match.end() + 40))
    )
    return _placed(match, _end(match["sup"]), metric=metric, whole=True)


def _population(scene: Scene, at: int, subject: Group) -> Group:
    after = re.compile(r"\b(?:of|among|amongst|within|out of)\s").search(scene.skeleton, max(0, at - 4))
    group = group_in(scene, after.end(), len(scene.text)) if after else None
    if group is None or not group.members:
        return Group(label=group.label if group else "all methods", members=())
    return Group(label=group.label, members=tuple(dict.fromkeys((*group.members, *subject.members))))


def _negated(scene: Scene, cue: _Cue) -> bool:
    return scene.negation_before(cue.start + 1, 5) is not None or any(cue.start <= start < cue.stop for start, _ in scene.negations)


def _unbeaten(scene: Scene) -> Reading | Refusal | None:
    """Rank 1 for "no other method outperforms X"."""
    match = _NO_ONE.search(scene.skeleton)
    if match is None:
        return None
    subject = group_in(scene, match.end(), len(scene.text))
    if subject is None or not subject.members:
        return no_subject(scene)
    quantifier, assumptions = quantified(scene)
    notes = (*assumptions, "that none is better is read as rank 1, ties included", *reading_of(scene, subject))
    part = Rank(subject=subject, end="top", k=len(subject.members), where=scene.where, quantifier=quantifier, assumptions=notes)
    used = tuple(one for one in scene.negations if one[0] < match.end())
    return Reading(parts=(part,), used=used, subject=subject)


def rank(scene: Scene) -> Reading | Refusal | None:
    """Rank for places, superlatives and "no method outperforms X"."""
    if unbeaten := _unbeaten(scene):
        return unbeaten
    if _HALF.search(scene.skeleton):
        return Refusal("ranks in a share of a population whose size is not stated")
    cue = _cue(scene)
    if cue is None:
        return None
    if _TRADE_OFF.search(scene.skeleton, cue.start, min(len(scene.text), cue.stop + 45)):
        return Refusal("ranks by a trade-off, which is no single metric")
    if _COUNTED.search(scene.skeleton[: cue.start]):
        return Refusal("counts how many of the places a group takes, which the grammar cannot express")
    headed = _HEADING.match(scene.skeleton) is not None
    subject = (_by_agent(scene, cue) if headed else None) or subject_before(scene, cue.start) or _by_agent(scene, cue)
    if subject is None or not subject.members:
        return no_subject(scene)
    if _negated(scene, cue):
        return Refusal("denies a place in a ranking, which the grammar cannot express")
    return _statement(scene, cue, subject)


def _by_agent(scene: Scene, cue: _Cue) -> Group | None:
    """The method named behind the cue: "The best performing method is Top-K", "the highest accuracy is achieved by EViT"."""
    link = re.compile(r"\b(?:is|are|was|were|by|with)\s").search(scene.skeleton, cue.stop)
    return group_in(scene, link.end(), len(scene.text)) if link else None


def _statement(scene: Scene, cue: _Cue, subject: Group) -> Reading:
    quantifier, assumptions = quantified(scene)
    metric = cue.metric or _in_terms_of(scene) or PERFORMANCE
    by_mean = cue.whole and quantifier in {"stated", "on_average"}
    notes = [*assumptions, *((cue.note,) if cue.note else ()), *reading_of(scene, subject)]
    if by_mean:
        notes.append("the best or worst methods as such are read by their mean rank over all cells")
    part = Rank(
        subject=subject,
        end=cue.end,
        k=cue.k or len(subject.members),
        population=_population(scene, cue.stop, subject),
        metric=metric,
        quantifier=quantifier,
        by="mean_rank" if by_mean else "cell",
        per_dataset=_PER_DATASET.search(scene.skeleton) is not None,
        where=scene.where,
        assumptions=tuple(dict.fromkeys(notes)),
    )
    return Reading(parts=(part,), subject=subject, metric=metric)


_PER_DATASET = re.compile(
    r"\b(?:all|every|each|both|regardless of(?: the)?"
    r"|on all of the)\s+(?:of\s+)?(?:the\s+)?(?:[\w-]+\s+){0,2}(?:data\s?sets?|benchmarks?)\b"
)


def _in_terms_of(scene: Scene) -> str | None:
    match = re.search(r"\b(?:in terms of|in|by|on|with respect to|regarding)\s+(?:the\s+)?(?:\w+\s+)?(?=\ue003)", scene.skeleton)
    return metric_in(scene, match.end(), len(scene.text)) if match else None
