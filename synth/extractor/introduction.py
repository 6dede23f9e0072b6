"""How likely each sentence of an introduction tells the problem of the paper or what it proposes, one after the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from synth.extractor.roles import Role
from synth.extractor.select import content_words

OPENING = 4
"""sentences among which the problem is told,"""
REACH = 8
"""sentences for which a proposal goes on, unless it ends before,"""
ENOUGH = 3
"""and sentences of it after which a summary of the contributions only repeats."""

_BETWEEN = r"(?:\w+ly\s+|also\s+|then\s+|first\s+|thus\s+|hence\s+|therefore\s+|here\s+|instead\s+)*"
_HERE = r"\bin this (?:paper|work|study|article|report)\b"
_WE = rf"\b(?:we|this (?:paper|work|article|study))\s+{_BETWEEN}"
_PROPOSES = re.compile(
    rf"{_HERE}|{_WE}(?:propose|present|introduce|develop|describe|design|devise)[sd]?(?:ed)?\b|\bis (?:thus )?proposed\b"
    r"|\bour\s+(?:proposed\s+|new\s+|novel\s+)?(?:model|method|approach|framework|system|network|architecture|algorithm|idea)s?\b",
    re.I,
)
_DOING = (
    r"(?:propose[ds]?|present(?:s|ed)?|introduce[ds]?|develop(?:s|ed)?|describe[ds]?|design(?:s|ed)?|explore[ds]?|investigate[ds]?"
    r"|stud(?:y|ies)|address(?:es)?|tackles?|focus(?:es)?|extends?|aims?|offers?|contributes?|devise[ds]?|formulates?|builds?|suggests?"
    r"|argues?|attempts?|consider|show|take|adopt|employ|use|leverage|apply|make|create|demonstrate|combine|incorporate|learn|model"
    r"|treat|exploit|utili[sz]e|construct|train|seek)"
)
_SPEAKS = re.compile(
    rf"{_HERE}|{_WE}{_DOING}\b|\bour\s+(?:\w+\s+-?\s*){{0,3}}(?:model|method|approach|framework|system|network|architecture|algorithm|idea"
    r"|work|key|main|technique|solution|goal|contribution|parser)s?\b",
    re.I,
)
_OUTLINES = re.compile(
    r"\bcontributions?\b[^.]*\b(?:summari[sz]ed|follow\w*|are|is|include|lie|three|two|four|\w*-? ?fold)\b|\bsummari[sz]ed as\b"
    r"|\b(?:organi[sz]ed|structured) as follows\b|\b(?:rest|remainder) of (?:this|the) paper\b|^(?:in )?section \d|\bin section\b"
    r"|\bto (?:sum up|summari[sz]e)\b|^in summary\b",
    re.I,
)
_TESTS = re.compile(
    r"\b(?:experiment\w*|evaluat\w+|empirical\w*|results? (?:on|show|demonstrate|indicate|suggest|confirm)|benchmarks?"
    r"|state[ -]+of[ -]+the[ -]+art|outperform\w*|significantly|boosts?|surpass\w*)\b",
    re.I,
)
_OTHERS = re.compile(
    r"^(?:however|although|recent\w*|typically|traditional\w*|existing|previous\w*|prior|most|many|for (?:example|instance)|e\.g|take"
    r"|consider|unfortunately|in practice)\b|\bet al\b|\b(?:challeng|limitation|drawback|shortcoming|suffer)\w*"
    r"|\b(?:existing|previous|prior|traditional|conventional) (?:\w+ ){0,2}(?:work|method|model|approach|stud|system)\w*",
    re.I,
)


@dataclass
class Introduction:
    """Where in an introduction we are."""

    title: frozenset[str]
    """content words of the paper's title, in which the problem is told."""
    read: int = 0
    proposed: int = 0
    """sentences that proposed,"""
    left: int = 0
    """sentences for which the present proposal may go on,"""
    since: int = 0
    """and sentences since it last spoke of the paper."""
    over: bool = False
    """whether the summary of the contributions has begun."""

    def probability(self, text: str, likely: Mapping[Role, float], *, own: bool) -> float:
        """Of the next sentence; `own` if it speaks of the paper."""
        self.read += 1
        told = self._told(text, likely, own=own)
        self.proposed += told >= 0.5
        if self.left or self.over or self.read > OPENING:
            return told
        return max(told, 0.3 + 0.1 * min(len(self.title & content_words(text)), 4) - 0.05 * self.read)

    def _told(self, text: str, likely: Mapping[Role, float], *, own: bool) -> float:
        speaks = own and _SPEAKS.search(text) is not None
        if _OUTLINES.search(text):
            return self._outlined(own=own)
        if self.left + self.over and _TESTS.search(text):
            self.left = 0
            return 0.3 if own else 0.1
        if self.over:
            return 0.3 if speaks else 0.05
        if _PROPOSES.search(text) and not _OTHERS.match(text):
            self.left, self.since = REACH, 0
            return 0.8 if likely["background"] < 0.8 else 0.6
        return self._goes_on(text, likely, own=own, speaks=speaks) if self.left else 0.45 * speaks

    def _outlined(self, *, own: bool) -> float:
        """A list of contributions is the proposal where nothing was proposed before it."""
        self.over = self.proposed >= ENOUGH
        self.left, self.since = 0 if self.over else REACH, 0
        return 0.4 if own and not self.over else 0.0

    def _goes_on(self, text: str, likely: Mapping[Role, float], *, own: bool, speaks: bool) -> float:
        self.left, self.since = self.left - 1, self.since + 1
        if speaks:
            self.since = 0
            return 0.7
        if _OTHERS.search(text):
            self.left = max(0, self.left - 2)
            return 0.15
        return (0.7 - 0.25 * (likely["background"] + likely["other"]) + 0.1 * own) * (1 - 0.05 * self.since)
