"""Whether a reading makes sense: what the grammar can spell out of a sentence, and yet no author would have meant."""

from __future__ import annotations

import re
from itertools import combinations

from synth.extractor.grammar.effect import UNREDUCED
from synth.extractor.reading import Part
from synth.extractor.words import word_set
from synth.model import AllOf, Amount, AnyOf, Compare, Correlate, Effect, Interval, vocabulary

_REDUCING = re.compile(
    r"\b(?:keep|keeps|kept|keeping|retain\w*|prun\w+|remov\w+|drop\w*|discard\w*|merg\w+|reduc\w+|fewer|patch\w*|image|images|visual|visible"
    r"|vision|ViT|DeiT|Swin|per (?:image|layer|block|stage)|attend\w*)\b",
    re.I,
)
_OF_TEXT = re.compile(
    r"\b(?:stor(?:y|ies)|texts?|documents?|vocabular\w+|context|prompts?|sentences?|words?|generat\w+|corpus|corpora|sequence length"
    r"|sequences?|long(?:er)?|length|summar\w+|questions?|answers?|chunks?|window|language|batch(?:es)?)\b",
    re.I,
)
_CLAUSE_IN_NAME = word_set("are is was were has have be do does did done can the a an low high when where which that")
_AGAINST = re.compile(r"\bthan\b|\bcompared (?:to|with)\b|\bover (?:the )?(?:[A-Z]|previous|prior|existing|other|current|best|state)")
_WHICH = re.compile(r",\s+which\s+(?:is|are|was|were)\s+(?:\w+\s+)?\d")


def _contradict(first: Interval, second: Interval) -> bool:
    """Whether no value lies in both."""
    return any(one.high is not None and other.low is not None and one.high < other.low for one, other in ((first, second), (second, first)))


def _twice(parts: tuple[Part, ...]) -> str:
    """Two values of the same thing under the same conditions: they belong to things that the reading did not tell apart."""
    figures = [part for part in parts if isinstance(part, Amount | Effect)]
    for first, second in combinations(figures, 2):
        if isinstance(first, Amount) and isinstance(second, Amount):
            same = first.relation == second.relation and first.versus == second.versus
            ranges = first.range, second.range
        elif isinstance(first, Effect) and isinstance(second, Effect):
            same = first.change == second.change and first.baseline == second.baseline
            ranges = first.size, second.size
        else:
            continue
        if same and (first.subject, first.metric, first.where) == (second.subject, second.metric, second.where) and _contradict(*ranges):
            return f"gives several values of {vocabulary().label('metric', first.metric)} without saying of what each one is"
    return ""


def _of_a_text(part: Part, text: str) -> bool:
    """Whether a count of tokens is the length of a text, not what a reducer leaves of an image."""
    if not isinstance(part, Amount) or part.metric != "tokens" or part.relation != "value":
        return False
    reducers = [member for member in part.subject.members if member != "keep_all" and vocabulary().get("method", member)]
    return not _REDUCING.search(text) and (_OF_TEXT.search(text) is not None or not reducers)


def _itself(part: Part) -> bool:
    return isinstance(part, Compare) and bool(part.other.members) and set(part.other.members) <= set(part.subject.members)


def _against_unknown(part: Part, text: str) -> bool:
    """Whether a change of an unknown method against something that was not read would be taken for one against the unreduced model."""
    if not isinstance(part, Effect) or part.baseline != UNREDUCED or not _AGAINST.search(text):
        return False
    return not all(vocabulary().get("method", member) for member in part.subject.members)


def _wordy(part: Part) -> bool:
    """Whether a correlation speaks of half a clause."""
    return isinstance(part, Correlate) and any(_CLAUSE_IN_NAME & set(name.split("_")) for name in (part.x, part.y))


def doubt(parts: tuple[Part, ...], text: str) -> str:
    """Why a reading cannot be what the sentence says; empty where nothing speaks against it."""
    flat = tuple(one for part in parts for one in (part.parts if isinstance(part, AllOf) else (part,)))
    if reason := _twice(flat):
        return reason
    for part in flat:
        if isinstance(part, AnyOf):
            continue
        if _of_a_text(part, text):
            return "counts the tokens of a text, not those that a method keeps"
        if _itself(part):
            return "compares variants of one method, which have no names of their own"
        if _against_unknown(part, text):
            return "gives a change against something that is not named as a method"
        if _wordy(part):
            return "names no two quantities that correlate"
        if isinstance(part, Compare) and _WHICH.search(text) and part.margin is not None:
            return "leaves open which of its quantities “which” refers to"
    return ""
