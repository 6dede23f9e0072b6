""" "X outperforms Y on Z by N points": who is held against whom, and in how many cells the one is ahead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from synth.verifier.operators.amounts import difference_agrees, percent_agrees
from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.results.clauses import Clause
from synth.verifier.operators.results.cues import Cue
from synth.verifier.operators.results.extremes import is_measured
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.naming import Named
from synth.verifier.operators.results.subject import NOBODY, Subject, lines_of
from synth.verifier.operators.results.view import View
from synth.verifier.operators.words import Token

_THAN = ("than", "over", "to", "upon", "against", "vs", "from")
_HELD_AGAINST = ("compared", "comparing", "relative", "against", "unlike", "versus", "vs", "than", "over")
_BEATEN = ("outperformed", "surpassed", "exceeded", "beaten")
_WHERE = ("for", "with", "in", "when", "using")
_ADDS = frozenset(["add", "adding", "added", "adds"])
_TAKEN_AWAY = re.compile(r"w/o|without|(?:^|\s)[-−–]\s*\w")
ALL = 0.75
"""share of the cells from which "all" and "consistently" hold."""
BY = 14
"""words behind a comparison in which "by 3.2 points" belongs to it."""
USUAL = 0.04
"""relative difference that is as well called slight as significant."""
SLIGHT, CLEAR = 0.12, 0.01
"""relative differences above which nothing is slight, and below which nothing is significant."""


@dataclass(frozen=True)
class _Sides:
    """Who is compared with whom."""

    subject: Subject
    others: Subject
    rests_on: str
    each: bool = False
    turned: bool = False
    """the words put the subject behind: "is outperformed by"."""


def read_comparison(view: View) -> Iterator[Found]:
    """The first comparison or change of the clause that names enough, executed."""
    clause = view.clause
    for place, cue in enumerate(clause.cues):
        if cue is None or cue.kind == "superlative" or _is_setting(clause, place) or not (cue.by_merit or is_measured(view, place)):
            continue
        sides = _sides(view, place, cue)
        found = _executed(view, place, cue, sides) if sides and sides.subject.lines and sides.others.lines else None
        if found:
            yield found
            return


def _is_setting(clause: Clause, place: int) -> bool:
    """Whether a change is what is done and not what comes of it: "increasing the size reduces the error"."""
    later = any(cue and cue.kind != "superlative" for cue in clause.cues[place + 1 :])
    opens = place == 0 or clause.words[place - 1] in ("by", "when", "while", "with", "that")
    return later and opens and clause.words[place].endswith("ing")


def _sides(view: View, place: int, cue: Cue) -> _Sides | None:
    """
    1. What stands before and behind the cue is subject and object; "compared to Y, X" and "between X and Y" are turned.
    2. A part that a label takes away ("w/o X") is held against the full thing.
    3. "It", "our model" and clauses without a subject go on with what was spoken of.
    4. Without an object: all others where the words say so, else what the subject was built from.
    """
    subject_names, other_names = _parts(view, place, cue)
    subject, others = view.subject(subject_names) if subject_names else NOBODY, _plain(other_names)
    ablated = _ablation(view, subject_names) if not other_names else None
    if ablated:
        return ablated
    if not subject.lines:
        subject = view.subject((), besides=others.lines)
    if not subject.lines and others.lines and view.clause.has("collective", stop=place):
        subject = Subject(view.rivals - others.lines, 0.7)
    front = next((each for each in range(place) if view.clause.words[each] in _HELD_AGAINST), place)
    comma = next((each for each in range(front, place) if view.clause.words[each] == ","), front)
    if not others.lines and view.own and (view.clause.has("own", start=place) or view.clause.has("own", front, comma)):
        others = Subject(view.own, 0.7)
    others = Subject(others.lines - subject.lines, others.link)
    turned = view.clause.words[place] in _BEATEN and "by" in view.clause.words[place : place + 3]
    if not subject.lines or others.lines:
        return _Sides(subject, others, "named", each=_each(view, place), turned=turned)
    if view.axis == "column" and (not view.comparable or (cue.kind == "change" and view.matrix.compared != "column")):
        return None
    before = (view.spoken_of.lines if subject_names and cue.kind == "comparative" else subject.against) & view.everyone - subject.lines
    if before and not _says_others(view.clause, place + 1, place + 7):
        return _Sides(subject, Subject(before, 0.7), "baseline", turned=turned)
    if not _says_others(view.clause, place + 1, place + 7) and (pairs := _counterparts(view, subject)):
        return _Sides(*pairs, "baseline", turned=turned)
    return _against_unnamed(view, place, subject, turned)


def _plain(names: Sequence[Named]) -> Subject:
    return Subject(lines_of(names), sum(name.score for name in names) / len(names)) if names else NOBODY


def _each(view: View, place: int) -> bool:
    return view.clause.has("whole", stop=place)


def _parts(view: View, place: int, cue: Cue) -> tuple[Sequence[Named], Sequence[Named]]:
    """The names of the subject and of what it is held against, by where they stand."""
    spoken = view.clause.words
    before = [name for name in view.things if name.span[1] <= place]
    behind = [name for name in view.things if name.span[0] > place]
    between = next((each for each, word in enumerate(spoken) if word in ("between", "from")), None)
    if cue.kind == "change" and between is not None:
        pair = [name for name in view.things if name.span[0] > between][:2]
        if len(pair) == 2 and {"and", "to"} & set(spoken[pair[0].span[1] : pair[1].span[0]]):
            return [pair[1]], [pair[0]]
    to = next((each for each in range(place) if spoken[each] == "to" and set(spoken[:each]) & _ADDS), None)
    if to is not None and len(before) > 1 and before[0].span[0] < to < before[-1].span[0]:
        return [name for name in before if name.span[0] < to], [name for name in before if to < name.span[0]][:1]
    front = next((each for each in range(place) if spoken[each] in _HELD_AGAINST), None)
    if front is not None and before:
        comma = next((each for each in range(front, place) if spoken[each] == ","), place)
        held = [name for name in before if front < name.span[0] < comma]
        first = [name for name in before if not front < name.span[0] < comma]
        own = bool(view.own) and view.clause.has("own", comma, place)
        if held and (first or behind or own):
            return first or (() if own else behind), held
    than = next((each for each in range(place + 1, min(len(spoken), place + 12)) if spoken[each] in _THAN), None)
    if not before and than and len(behind) > 1:
        return [name for name in behind if name.span[0] < than], [name for name in behind if name.span[0] > than]
    if not before and behind and (cue.kind in ("change", "merit") or (not than and spoken[place + 1] in _WHERE)):
        return behind, []
    return before, behind


def _ablation(view: View, names: Sequence[Named]) -> _Sides | None:
    """The lines without a named part against those with it, where labels take it away."""
    without = frozenset(index for name in names for index in name.lines if _takes_away(view.lines[index].label, name))
    if not without:
        return None
    rest = view.everyone - lines_of(names)
    full = frozenset(index for index in rest if not _TAKEN_AWAY.search(view.lines[index].label.lower())) or rest
    link = _plain(names).link
    with_it, without_it = Subject(full, link), Subject(without, link)
    removed = view.clause.has("removal")
    return _Sides(without_it, with_it, "named") if removed else _Sides(with_it, without_it, "named")


def _takes_away(label: str, name: Named) -> bool:
    first = re.escape(name.words[0][:5])
    return bool(re.search(rf"(?:w/o|without|\bno|(?:^|\s)[-−–])\s*(?:the\s+)?\S*{first}", label.lower()))


def _counterparts(view: View, subject: Subject) -> tuple[Subject, Subject] | None:
    """The lines of a subject that have one called the same but for what is named, and these: "A + X" and "A" where X is named."""
    pairs = {line: view.counterparts(line, view.rivals - subject.lines) for line in subject.lines}
    own = frozenset(line for line, others in pairs.items() if others)
    others = frozenset(each for others in pairs.values() for each in others)
    return (Subject(own, subject.link), Subject(others, 0.8)) if own else None


def _against_unnamed(view: View, place: int, subject: Subject, turned: bool) -> _Sides:
    """All others where the words ask for it, else the baseline."""
    clause = view.clause
    front = next((each for each in range(place) if clause.words[each] in _HELD_AGAINST), None)
    says_others = _says_others(clause, place + 1, place + 7) or (front is not None and _says_others(clause, front, front + 4))
    if not says_others and clause.stems[place] not in ("superior", "outperform"):
        built_from = _baseline(view, subject.lines)
        return _Sides(subject, Subject(built_from or view.rivals - subject.lines, 0.6), "baseline", turned=turned)
    baselines = frozenset(index for index in view.everyone - subject.lines if "baselin" in view.lines[index].keys)
    rest = baselines if baselines and clause.has("baselines") else view.rivals - subject.lines
    return _Sides(subject, Subject(rest, 0.8), "others", each=clause.has("whole", stop=place), turned=turned)


def _says_others(clause: Clause, start: int, stop: int) -> bool:
    """Whether a stretch speaks of the others: "than all others", not "on all datasets"."""
    rivals, conditions = stems("all_others"), words("conditions")
    return any(
        clause.stems[place] in rivals and not conditions & set(clause.words[max(0, place - 2) : place])
        for place in range(start, min(stop, len(clause.words)))
    )


def _baseline(view: View, subjects: frozenset[int]) -> frozenset[int]:
    """The lines whose label is the subject's less something, else those called baseline, else the first of its group."""
    steps = [
        (len(set(view.lines[line].keys) - set(view.lines[each].keys)), each)
        for line in subjects
        for each in view.everyone - subjects
        if view.lines[each].keys and set(view.lines[each].keys) < set(view.lines[line].keys)
    ]
    if steps:
        return frozenset(each for distance, each in steps if distance == min(steps)[0])
    called = frozenset(index for index in view.everyone - subjects if "baselin" in view.lines[index].keys)
    first = {view.group(line): line for line in sorted(view.everyone, reverse=True)}
    return called or frozenset(first[group] for line in subjects if (group := view.group(line)) in first) - subjects


def _executed(view: View, place: int, cue: Cue, sides: _Sides) -> Found | None:
    contest = view.contest(sides.subject.lines, sides.others.lines, cue, each=sides.each)
    share = contest.share
    if share is None:
        return None
    share = 1 - share if sides.turned else share
    clause = view.clause
    said_of = next(
        (clause.tokens[each].value for each in range(len(clause.words) - 2) if clause.words[each + 1 : each + 3] == ("out", "of")), None
    )
    enough = share >= ALL if clause.has("whole") else share > 0.5
    holds = enough if said_of is None else round(share * contest.meetings) == said_of
    holds = holds and not _wrong_degree(view, place, contest.typical_gap)
    gap = _stated_gap(view, place)
    if holds and gap is not None and not _apart(view, sides, gap):
        steps = (f"{gap.text} is not how far apart any two are", *contest.steps)
        sure = sides.rests_on == "named" and bool(view.scopes) and contest.meetings == 1
        link = sides.subject.link * (max(sides.others.link, 0.3) if sure else 1.0)
        return Found("compare", clause.denied(place), link, 1.0, steps, "named" if sure else "numbers", sides.subject)
    link = sides.subject.link * max(sides.others.link, 0.3)
    subject = replace(sides.subject, against=sides.others.lines)
    margin = min(1.0, abs(share - 0.5) * 2) * (_degree(view, place, contest.typical_gap) if holds else 1.0)
    return Found("compare", holds != clause.denied(place), link, margin, tuple(contest.steps), sides.rests_on, subject)


def _stated_gap(view: View, place: int) -> Token | None:
    """The number behind "by" that says how far apart the two are; None where none is said, or only roughly."""
    spoken = view.clause.words
    by = next((each for each in range(max(0, place - 3), min(len(spoken) - 1, place + BY)) if spoken[each] == "by"), None)
    number = view.clause.tokens[by + 1] if by is not None else None
    return number if number is not None and number.value is not None and "." in number.text and not number.ordinal else None


def _apart(view: View, sides: _Sides, gap: Token) -> bool:
    """Whether some number of the subjects is so far from some other line's, where the clause says that they are compared."""
    decimals = len(gap.text.partition(".")[2])
    others = sides.others.lines if sides.rests_on == "named" else view.everyone
    return any(
        difference_agrees(a, b, gap.value or 0.0, decimals) or percent_agrees(a, b, gap.value or 0.0, decimals)
        for across in (view.scope if view.scopes else range(len(view.across)))
        for line in sides.subject.lines
        for each in others - {line}
        if (a := view.value(line, across)) is not None and (b := view.value(each, across)) is not None
    )


def _degree(view: View, place: int, gap: float | None) -> float:
    """0..1: how well a difference fits "slightly" or "significantly", where one of them is said; 1 where none is."""
    near = view.clause.words[max(0, place - 3) : place + 3]
    if not gap:
        return 1.0
    slight, strong = (any(word in words(name) for word in near) for name in ("slight", "strong"))
    return min(1.0, USUAL / gap) if slight else min(1.0, gap / USUAL) if strong else 1.0


def _wrong_degree(view: View, place: int, gap: float | None) -> bool:
    """Whether "slightly" stands on a wide difference or "significantly" on next to none."""
    near = view.clause.words[max(0, place - 3) : place + 3]
    if gap is None:
        return False
    return (any(word in words("slight") for word in near) and gap > SLIGHT) or (
        any(word in words("strong") for word in near) and gap < CLEAR
    )
