"""How a comparison shows itself: the verbs, comparatives and set phrases that put one side above, below or beside another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from synth.extractor.groups import first_metric, group_in, higher_is_better, metric_in
from synth.extractor.reading import Refusal
from synth.extractor.scene import Scene
from synth.model import Group, Interval, vocabulary

Relation = Literal["beats", "trails", "equals"]
COMPETITIVE_POINTS = 1.0
"""within this many points counts as competitive or on par where a claim states no margin (token_reduction facts, claim 5)."""
_BEATS = (
    r"outperform\w*|beats?|beaten|beating|surpass\w*|exceed\w*|outranks?|outdo(?:es)?|overtakes?"
    r"|improv\w+ (?:up)?on|improv\w+ over|wins? (?:over|against)|(?:is |are |be )?superior to|(?:is "
    r"|are )?ahead of|dominat\w+|eclips\w+|outclass\w*"
)
_TRAILS = (
    r"underperform\w*|trail(?:s|ed|ing)?(?: behind)?|lag(?:s|ged|ging)?(?: behind)?|fall(?:s"
    r"|ing)? (?:behind|short of)|los(?:es|e|ing) (?:out )?(?:to|against)|(?:is |are |be )?inferior to|(?:is|are) behind"
)
_EQUALS = (
    r"match(?:es|ed|ing)?|keeps? (?:up|pace) with|equal(?:s|led)?|rival(?:s|led)?|(?:is |are |be |performs? "
    r"|performing )?(?:roughly |about |almost |nearly )?on (?:a )?par with|"
    r"(?:is |are |performs? )?(?:\w+ly )?(?:comparabl[ey]|similar(?:ly)?|equivalent(?:ly)?"
    r"|competitive(?:ly)?|identical(?:ly)?|equal(?:ly)?) (?:to|with)|"
    r"differs? from|(?:is|are) as (?:good|accurate|fast|well) as|performs? as well as|achieves? the same \ue003+ as|(?:is|are) close to"
)
_VERB = re.compile(rf"\b(?:(?P<beats>{_BEATS})|(?P<trails>{_TRAILS})|(?P<equals>{_EQUALS}))\b")
_SAME = re.compile(
    r"\b(?P<equals>similar|comparable|equal|equivalent|the same|competitive"
    r"|identical)\s+(?:\w+\s+)?\ue003+\s+(?:to|with|as|than)\b"
)
_UP = r"higher|greater|larger|more|bigger|longer"
_DOWN = r"lower|smaller|fewer|less|shorter"
_ADJECTIVE = re.compile(
    rf"\b(?:(?P<better>better|stronger|superior)|(?P<worse>worse|weaker|poorer|inferior)|(?P<faster>faster|quicker)|(?P<slower>slower)|"
    rf"(?P<moreacc>more accurate|more effective)|(?P<lessacc>less accurate|less effective)"
    rf"|(?P<cheaper>cheaper|lighter)|(?P<vague>more efficient|less efficient)|(?P<up>{_UP})|(?P<down>{_DOWN}))\b"
)
_THAN = re.compile(r"\b(?:than|compared (?:to|with)|relative to|versus|vs\.?|over|against)\s+")
_BEFORE = re.compile(r"^\s*(?:compared (?:to|with)|relative to|versus|in comparison (?:to|with)|unlike)\s+(?P<other>[^,]+),")
_BARE = re.compile(r"\b(?:is|are|remains?|stays?|be)\s+(?:not\s+|also\s+|still\s+|highly\s+|\w+ly\s+)?competitive\b(?!\s+(?:with|to))")
_WITHIN = re.compile(r"\bwithin\s+(?P<n>\d+(?:\.\d+)?)\s?(?:%|percentage points?|points?|pp)\s+(?:points\s+)?of\s+")
_ABOVE = re.compile(
    r"(?:points?|%|\bpp)\s+(?P<side>above|over|ahead of|below|under|behind)\s+(?:that of\s+|those of\s+"
    r"|the\s+)?(?=[\ue001\ue002\ue005])"
)
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?)\s+(?:\w+\s+){0,2}$")
_TURN: dict[Relation, Relation] = {"beats": "trails", "trails": "beats", "equals": "equals"}
_INHERITS = re.compile(
    r"^\s*(?:(?:is|are|has|have|with|at|it|they|yields?|gives?|achieves?|shows?|requires?|uses?|needs?"
    r"|also|even|but|and|an?|much|slightly|being|[\d.]+\s?(?:%|percentage points?|points?|pp)?|\w+ly)\s+)*$"
)


@dataclass(frozen=True)
class Cue:
    relation: Relation
    start: int
    stop: int
    """where the other side begins."""
    metric: str | None = None
    margin: Interval | None = None
    passive: bool = False
    other: Group | None = None
    note: str = ""
    more: tuple[tuple[Relation, str | None], ...] = ()
    """further comparatives of the same sides: "faster and more accurate than"."""
    inherits: bool = False
    """the other side is that of the clause before."""


def _verb(scene: Scene) -> Cue | None:
    for match in _VERB.finditer(scene.skeleton):
        relation: Relation = "beats" if match["beats"] else "trails" if match["trails"] else "equals"
        by = re.match(r"\s*(?:\w+\s+)?by\s+(?=(?:\w+\s+){0,4}[\ue001\ue002\ue005\ue008])", scene.skeleton[match.end() :])
        passive = bool(by) and _PASSIVE.search(scene.skeleton[: match.start()]) is not None
        if relation == "equals" and "differ" in match.group(0) and scene.negation_before(match.start()) is None:
            continue
        return Cue(_TURN[relation] if passive else relation, match.start(), match.end(), passive=passive)
    same = _SAME.search(scene.skeleton)
    return Cue("equals", same.start(), same.end(), metric=metric_in(scene, same.start(), same.end())) if same else None


def _within(scene: Scene) -> Cue | None:
    match = _WITHIN.search(scene.skeleton)
    return Cue("equals", match.start(), match.end(), margin=Interval(low=0.0, high=float(match["n"]))) if match else None


def _above(scene: Scene) -> Cue | None:
    match = _ABOVE.search(scene.skeleton)
    return Cue("beats" if re.match(r"above|over|ahead", match["side"]) else "trails", match.start(), match.end()) if match else None


def _adjective_sense(scene: Scene, match: re.Match[str], stop: int) -> tuple[Relation, str | None] | None:
    """(relation, metric) of a comparative; None for one that names nothing measurable."""
    named = first_metric(scene, match.end(), stop) or metric_in(scene, 0, match.start())
    if match["vague"]:
        return None
    if match["faster"] or match["slower"]:
        return ("beats" if match["faster"] else "trails"), "images_per_second"
    if match["better"] or match["worse"]:
        return ("beats" if match["better"] else "trails"), named
    if match["moreacc"] or match["lessacc"]:
        return ("beats" if match["moreacc"] else "trails"), "top1_percent" if "accurate" in match.group(0) else named
    if match["cheaper"]:
        return "beats", named or "gmacs"
    if named is None:
        return None
    return ("beats" if (match["up"] is not None) == higher_is_better(named) else "trails"), named


def _adjective(scene: Scene) -> Cue | Refusal | None:
    before = _BEFORE.match(scene.skeleton)
    for match in _ADJECTIVE.finditer(scene.skeleton, before.end() if before else 0):
        if re.match(r"\s+than\s+\d", scene.skeleton[match.end() :]):
            continue
        than = _THAN.search(scene.skeleton, match.end())
        inherited = scene.context.other if than is None and _INHERITS.match(scene.skeleton[: match.start()]) else None
        if than is None and before is None and inherited is None:
            continue
        sense = _adjective_sense(scene, match, than.start() if than else len(scene.text))
        if sense is None:
            if match["vague"]:
                return Refusal("compares nothing measurable: “efficient” names no metric")
            continue
        other = group_in(scene, before.start("other"), before.end("other")) if before and not than else None
        stop = than.end() if than else match.end()
        more = _further(scene, match, than.start() if than else len(scene.text))
        return Cue(sense[0], match.start(), stop, metric=sense[1], other=other or inherited, inherits=inherited is not None, more=more)
    return None


def _further(scene: Scene, first: re.Match[str], stop: int) -> tuple[tuple[Relation, str | None], ...]:
    """Comparatives that share their "than" with the first one."""
    found = []
    for match in _ADJECTIVE.finditer(scene.skeleton, first.end(), stop):
        sense = (
            _adjective_sense(scene, match, stop)
            if re.search(r"\b(?:and|or|but|,)\s+(?:\w+\s+)?$", scene.skeleton[: match.start()])
            else None
        )
        if sense is not None:
            found.append(sense)
    return tuple(found)


def _bare(scene: Scene) -> Cue | None:
    """ "are competitive" with nothing named: against the family's counterpart, else against all others."""
    match = _BARE.search(scene.skeleton)
    if match is None:
        return None
    family = next((span for span in scene.of("family", high=match.start())), None)
    term = vocabulary().get("family", family.name) if family else None
    rival = vocabulary().get("family", term.counterpart) if term and term.counterpart else None
    other = Group(label=rival.label, members=rival.members) if rival else Group(label="the other methods", members=())
    note = f"“competitive” names no other side: it is read against {other.label}, by the median"
    return Cue("equals", match.start(), match.end(), other=other, note=note)


def cue_of(scene: Scene) -> Cue | Refusal | None:
    """What compares the sides of the clause, the most explicit wording first; None where nothing does."""
    return _within(scene) or _above(scene) or _verb(scene) or _adjective(scene) or _bare(scene)
