"""
How likely each sentence of a paper tells of the paper's own contribution.

By the guideline of the NLPContributionGraph scheme (D'Souza and Auer 2020) that is: the title; the problem, where the introduction
opens; what abstract and introduction say of the paper's own aim and approach; where the code is; set-up and hyper-parameters of the
experiments; results. Others' work, the details of the method, pointers to tables, and the conclusion, which repeats, are none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from synth.extractor.roles import Role
from synth.extractor.select import content_words
from synth.extractor.sentences import SUBSTANCE, Scored
from synth.model import Document

OPENING = 3
"""sentences of the introduction among which the problem is told,"""
SHARED = 2
"""which shares this many words with the title."""
IMMEASURABLE = 0.5
"""what a finding without comparison, number or trend keeps of its probability,"""
PLAIN_SET_UP = 0.4
"""and what is done in an experiment without a hyper-parameter or tool has."""

_CODE = re.compile(
    r"\b(?:codes?|implementations?)\b[^.]{0,60}\b(?:available|released|github|gitlab|bitbucket)\b"
    r"|\breleased? (?:our|the) (?:source )?code\b",
    re.I,
)
_HYPER = re.compile(
    r"\b(?:learning rates?|batch(?:es)?(?: size)?|mini-?batch\w*|drop-?out|optimi[sz](?:er|ed|ation)|adam\w*|sgd|rmsprop|adagrad|adadelta"
    r"|momentum|weight decay|epochs?|iterations|hidden (?:size|units?|states?|layers?|dimensions?)|dimension(?:s|al|ality)?|initiali[sz]ed"
    r"|regulari[sz]ation|gpus?|tensorflow|pytorch|theano|keras|caffe|glove|word2vec|pre-?trained|early stopping|beam|gradient)\b",
    re.I,
)
_NO_RESULT = frozenset({"pointer", "caption", "future", "question", "motivation", "verbless"})


def contributions(document: Document, read: Sequence[tuple[Scored, Mapping[Role, float]]], itself: str | None) -> list[float]:
    """
    One probability a passage.

    read    every passage of the document with its cues and its roles
    itself  the paper's name for its own method: who names it speaks of the paper
    """
    title = content_words(document.paper.title)
    opened = 0
    found = []
    for one, likely in read:
        opened += one.passage.role == "introduction" and "fragment" not in one.cues
        own = "own" in one.cues or (itself is not None and itself in one.passage.text)
        problem = one.passage.role == "introduction" and opened <= OPENING and len(title & content_words(one.passage.text)) >= SHARED
        found.append(1.0 if _is_title(document, one) else _of_section(one, likely, own=own, problem=problem))
    return found


def _is_title(document: Document, one: Scored) -> bool:
    return bool(one.passage.text) and one.passage.text == document.paper.title


def _of_section(one: Scored, likely: Mapping[Role, float], *, own: bool, problem: bool) -> float:
    cues, role, text = set(one.cues), one.passage.role, one.passage.text
    if "fragment" in cues or role in ("references", "related"):
        return 0.0
    if _CODE.search(text):
        return 1.0
    match role:
        case "abstract":
            return likely["objective"] if own else 0.0
        case "introduction":
            said = 1 - likely["background"] - likely["other"]
            return max(said if own else 0.0, likely["background"] + likely["objective"] if problem else 0.0)
        case "experiments":
            return max(_set_up(text, cues), _finding(cues, likely))
        case "results":
            return _finding(cues, likely)
        case _:
            return 0.0


def _set_up(text: str, cues: set[str]) -> float:
    """A hyper-parameter or a tool that is used is set-up; whatever else is done may be."""
    if cues & {"set_up", "described"} and _HYPER.search(text):
        return 1.0
    return PLAIN_SET_UP if "set_up" in cues else 0.0


def _finding(cues: set[str], likely: Mapping[Role, float]) -> float:
    if cues & _NO_RESULT:
        return 0.0
    found = likely["result"] + likely["conclusion"]
    return found if cues & SUBSTANCE else IMMEASURABLE * found
