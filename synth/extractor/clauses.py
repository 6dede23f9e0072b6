"""Where a sentence falls into clauses, which conditions open it for all of them, and what it offers as alternatives."""

from __future__ import annotations

import re
from itertools import pairwise

from synth.extractor.conditions import conditions_of
from synth.extractor.scene import annotate
from synth.extractor.words import quantifier_of
from synth.model import UNREAD, Conditions

_VERB = (
    r"(?:outperform|beat|surpass|exceed|underperform|trail|lag|match|reduc|increas|improv|decreas|achiev"
    r"|reach|attain|obtain|yield|rank|perform|drop|fall|"
    r"lower|cut|sav|boost|speed|run|use|requir|keep|remain|stay|is|are|has|have|correlat|gain|los|cost"
    r"|rais|accelerat|doubl|halv|score|give|degrad)"
)
_PARTICIPLE = (
    r"(?:being|ranking|placing|performing|outperforming|beating|trailing|achieving|reaching|reducing"
    r"|improving|surpassing|exceeding|underperforming|increasing|"
    r"lagging|matching|remaining|having|losing|gaining|yielding|requiring|using|dropping|falling)"
)
_ADVERB = r"(?:(?:\w+ly|often|even|also|still|only|not|does not|do not|it|they|is|are|always|never|sometimes)\s+)*"
_SPLIT = re.compile(
    rf"\s*;\s*|,?\s+(?:but|while|whereas|yet|although|though)\s+|,\s+however,?\s+|,\s+and\s+(?=(?:[^\s,;]+\s+){{0,7}}?{_VERB}\w*\b)"
    rf"|\s+and\s+(?={_ADVERB}{_VERB}\w*\b)|\s+and\s+(?=(?:the\s+)?[A-Z][\w-]+\s+{_ADVERB}{_VERB}\w*\b)|,\s+(?={_ADVERB}{_PARTICIPLE}\b)"
)
_SUBORDINATE = re.compile(r"^(?:while|although|though|whereas|even though)\s+(?P<first>[^,]+),\s*", re.I)
_OPENING = re.compile(
    r"^(?P<words>(?:with|on|for|at|under|in|using|across|when|where|if|by|given|over|among|compared (?:to"
    r"|with)|relative to)\b[^,;]{2,90}),\s+(?!and\b|or\b)(?P<rest>.+)$",
    re.I,
)
_LISTED = re.compile(r"^(?P<words>(?:with|on|for|at|across)\s.{2,120}?),\s+(?=(?:the|our|we|it|[A-Z][\w-]+|[a-z]+-[a-z]+)\s)", re.I)
_NEITHER = re.compile(r"\bneither\s+(?:of\s+)?(?P<x>[^,;]+?),?\s+nor\s+(?P<rest>.+)$", re.I)
_EITHER = re.compile(r"\beither\s+(?P<x>.+?),?\s+or\s+(?P<y>.+)$", re.I)


def pieces(text: str) -> tuple[str, ...]:
    """The parts of a sentence at its clause boundaries, in order; together they may be joined by a blank again."""
    head: tuple[str, ...] = ()
    if subordinate := _SUBORDINATE.match(text):
        head, text = (subordinate["first"],), text[subordinate.end() :]
    cuts = [0]
    parts = []
    for match in _SPLIT.finditer(text):
        parts.append(text[cuts[-1] : match.start()])
        cuts.append(match.end())
    parts.append(text[cuts[-1] :])
    return (*head, *(part for part in parts if part.strip()))


def opening(text: str, itself: str | None) -> tuple[str, Conditions, tuple[str, ...]]:
    """(sentence without its opening condition, that condition, assumptions): "With DeiT-B, ...", "On ImageNet, ..."."""
    match = _OPENING.match(text)
    if match is None or re.match(r"compared|relative", match["words"], re.I):
        return text, Conditions(), ()
    scene = annotate(match["words"])
    # The first comma may stand inside a list of conditions: "On ImageNet, COCO and NUS-WIDE, ...".
    while scene.of("dataset", "backbone") and (more := re.match(r"^((?:and\s+|or\s+)?[\w. -]{2,40}),\s+(.+)$", match["rest"])):
        longer = annotate(more.group(1))
        if longer.of("method", "family", "others", "self", "metric") or not longer.of("dataset", "backbone"):
            break
        match = re.match(rf"^(?P<words>{re.escape(match['words'] + ', ' + more.group(1))}),\s+(?P<rest>.+)$", text)
        if match is None:
            return text, Conditions(), ()
        scene = annotate(match["words"])
    if scene.of("method", "family", "others", "self"):
        return text, Conditions(), ()
    found = conditions_of(scene)
    if found.where == Conditions():
        return text, Conditions(), ()
    return match["rest"], found.where, found.assumptions


_HARMLESS = re.compile(
    r"^(?:in (?:(?:our |all )?experiments|this|our|general|fact|particular|contrast|comparison|addition|summary|total|conclusion"
    r"|practice|terms)|on average|for example|for instance|on the (?:other|one)|by contrast|"
    r"at the same time|over all|compared|relative|among|with (?:our|the proposed))\b",
    re.I,
)
_WHEN = re.compile(r"\b(?:when|if|unless|provided that|as long as|only with|only for)\b(?P<rest>[^,;]*)")
_NEGLIGIBLE = re.compile(
    r"\b(?:negligible|minimal|marginal|slight|small|little|minor|almost no|virtually no"
    r"|hardly any)\s+(?:\w+\s+)?(?:\ue003+\s+)?(?:loss|drop|degradation|decrease|cost)\b"
)


AT_LEVEL = re.compile(
    r"\b(?:with|at|under|for)\s+(?:an?\s+|the\s+)?(?:similar|comparable|same|equal|identical|matched)\s+(?:[\w-]+\s+){0,3}?\(?\ue003+"
    r"(?:\s*(?:,|and|or|/|\()\s*\(?\ue003+)*\)?"
)
_WITHIN = re.compile(
    r"\b(?:in|within|after)\s+(?:just\s+|only\s+|about\s+)?[\d,.]+k?\s+(?:\w+\s+)?(?:steps|iterations|updates|days|hours)\b"
)


def lost(text: str, skeleton: str) -> tuple[str, ...]:
    """Notes on what no reading can hold: an opening or a "when" that states no known condition, a loss without a number."""
    found = []
    opened = _OPENING.match(text)
    if (
        opened
        and not _HARMLESS.match(text)
        and quantifier_of(opened["words"])[0] == "stated"
        and not re.search("[\ue001-\ue007]", skeleton[: opened.end("words")])
    ):
        found.append(opened["words"])
    found += [
        text[match.start() : match.end()].strip() for match in _WHEN.finditer(skeleton) if not re.search("[\ue004-\ue007]", match["rest"])
    ]
    found += [text[slice(*match.span())].strip() for pattern in (AT_LEVEL, _WITHIN) for match in pattern.finditer(skeleton)]
    notes = [f"the condition “{words}” {UNREAD}" for words in found]
    return (*notes, *(f"“{text[match.start() : match.end()]}” gives no number" for match in _NEGLIGIBLE.finditer(skeleton)))


def alternatives(text: str) -> tuple[str, str] | None:
    """The two sentences that "either X or Y" stands for; None without one."""
    match = _EITHER.search(text)
    if match is None:
        return _plain_or(text)
    before, x, y = text[: match.start()], match["x"], match["y"]
    if re.search(rf"\s{_VERB}\w*\b", x) and re.search(rf"(?:^|\s){_VERB}\w*\b", y) and not before.strip():
        return x, y
    if re.match(rf"{_ADVERB}{_VERB}\w*\b", y) and re.match(rf"{_ADVERB}{_VERB}\w*\b", x):
        return before + x, before + y
    second = annotate(y).of("method", "family", "self", "backbone", "dataset", "metric")
    if not second:
        return None
    tail = y[second[0].end :]
    return before + x + tail, before + y[: second[0].end] + tail


def neither(text: str) -> tuple[str, str] | None:
    """The two denials that "neither X nor Y ..." stands for; None without one."""
    match = _NEITHER.search(text)
    second = annotate(match["rest"]).of("method", "family", "self", "backbone", "metric") if match else ()
    if match is None or not second or second[0].start > 12:
        return None
    tail, before = match["rest"][second[0].end :], text[: match.start()]
    return f"{before}{match['x']} not{tail}", f"{before}{match['rest'][: second[0].end]} not{tail}"


def _plain_or(text: str) -> tuple[str, str] | None:
    """ "A or B outperforms C" without "either": two methods joined by "or"."""
    if " or " not in text:
        return None
    spans = annotate(text).of("method", "family")
    for left, right in pairwise(spans):
        if re.fullmatch(r"\s*,?\s+or\s+(?:the\s+)?", text[left.end : right.start]):
            return text[: left.end] + text[right.end :], text[: left.start] + text[right.start :]
    return None
