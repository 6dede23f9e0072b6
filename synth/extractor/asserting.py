"""
How a sentence of an abstract puts forward what it says: as a finding, a conclusion, a plan, or a bare measurement.

Experts call a claim what says that something is better, proposes something new, or describes a new finding or a cause and its effect
(Achakulvisut et al. 2019, arXiv:1907.00962). The words are those by which English says so. Their weights are round numbers
set by hand in view of their shares of claims among the development abstracts of that set; no optimiser saw them.
"""

from __future__ import annotations

import re

_FINDS = re.compile(
    r"\b(?:we|our|these|this|present|here)\b[^.;]{0,80}?\b(?:suggest|indicat|imply|implies|demonstrat|conclud|reveal|show|support|propos"
    r"|confirm|highlight|provid|underscor|establish|argu|hypothesi[sz]|report|identif|find|found|represent|believ)\w*\b",
    re.I,
)
_CONCLUDES = re.compile(
    r"\b(?:in conclusion|in summary|to conclude|taken together|together,|collectively|overall|thus|therefore|hence|consequently"
    r"|conclusions?|should|recommend\w*|could be|may|might be|can be used|potential|important|novel|first (?:time|report|study|evidence)"
    r"|suggest\w*)\b",
    re.I,
)
_PLANS = re.compile(
    r"\b(?:further|future|more|additional) (?:\w+ ){0,2}(?:stud|research|investigation|work|trial)\w*|\bdiscuss(?:ed)?\b|\bcopyright\b|©"
    r"|\btrial registration\b|\bwe (?:aimed|investigated|examined|tested|used|performed|evaluated|studied|measured|analy[sz]ed)\b",
    re.I,
)
_MEASURES = re.compile(r"\bp ?[<=>] ?0?\.\d|\bCI\b|\d ?%|±", re.I)
_WEIGHTS = ((_FINDS, 2.0), (_CONCLUDES, 1.5), (_PLANS, -1.5), (_MEASURES, -1.5))


def assertion(text: str) -> float:
    """Log-odds that its wording adds to a sentence's being a claim."""
    return sum(weight for pattern, weight in _WEIGHTS if pattern.search(text))
