"""
How likely each sentence of a paper tells of the paper's own contribution.

By the guideline of the NLPContributionGraph scheme (D'Souza and Auer 2020, arXiv:2006.12870) that is: the title; the problem, where
abstract and introduction open; what the introduction proposes, sentence upon sentence; where the code is; set-up of the experiments
and their baselines; results. Others' work, the details of the method, pointers to tables, and the conclusion, which repeats, are none.
The figures here, in introduction.py and in experiment.py are round numbers set by hand in view of errors and of shares of marked
sentences among NCG's development papers; no optimiser saw them. Expect a little less on other papers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from synth.extractor.experiment import experiment_probability
from synth.extractor.introduction import Introduction
from synth.extractor.roles import Role
from synth.extractor.select import content_words
from synth.extractor.sentences import Scored
from synth.model import Document

CONTRIBUTES = 0.35
"""probability from which a sentence is taken for a contribution: F1 is best below one half where it stays below 1 (Lipton et al. 2014)."""
ELSEWHERE = frozenset({"references", "related", "conclusion", "limitations", "appendix"})
"""roles of sections that tell of others, or tell again."""

_CODE = re.compile(
    r"\b(?:codes?|implementations?|data ?sets?|models?)\b[^.]{0,80}\b(?:available|released?|github|gitlab|bitbucket)\b"
    r"|\breleased? (?:our|the) (?:source )?code\b|\bgithub\b|https?\s?: ?/ ?/",
    re.I,
)


def contributions(document: Document, read: Sequence[tuple[Scored, Mapping[Role, float]]], itself: str | None) -> list[float]:
    """
    One probability a passage.

    read    every passage of the document with its cues and its roles
    itself  the paper's name for its own method: who names it speaks of the paper
    """
    title = content_words(document.paper.title)
    introduction = Introduction(title)
    opening = next((one for one, _ in read if one.passage.role == "abstract" and "fragment" not in one.cues), None)
    found = []
    for one, likely in read:
        text = one.passage.text
        own = "own" in one.cues or (itself is not None and itself in text)
        if text and text == document.paper.title:
            found.append(1.0)
        elif "fragment" in one.cues or one.passage.role in ELSEWHERE:
            found.append(0.0)
        else:
            problem = 0.35 + 0.05 * min(len(title & content_words(text)), 3) if one is opening else 0.0
            found.append(max(problem, _of_section(one, likely, introduction, own=own)))
    return found


def _of_section(one: Scored, likely: Mapping[Role, float], introduction: Introduction, *, own: bool) -> float:
    text, role = one.passage.text, one.passage.role
    told = _CODE.search(text) is not None and (own or "http" in text or "github" in text.lower())
    match role:
        case "abstract":
            return 0.9 if told else 0.25 * likely["objective"] * own
        case "introduction":
            return max(0.95 * told, introduction.probability(text, likely, own=own))
        case "experiments" | "results":
            return max(0.95 * told, experiment_probability(one.passage.section, text, set(one.cues), own=own))
        case _:
            return 0.0
