"""
The claim misquoted: cut off in the middle of a sentence, or laid in the mouth of another paper.

Cut off, it says nothing that could be checked to its end: what the missing words restrict is not known. Attributed to a paper that
prints none of its numbers and does not name its subject, it is not what that paper says.
"""

from __future__ import annotations

import re

from synth.model import Claim, vocabulary
from synth.verifier.mutants.surroundings import Surroundings
from synth.verifier.stance.numbers import results_of

_CUT_FROM = 0.6
"""share of the letters behind which the sentence is cut,"""
_LONG = re.compile(r"(?<![\w-])[A-Za-z]{6,}(?![\w-])")
"""in the middle of a word that is long enough to be seen to be cut."""


def truncated(claim: Claim, around: Surroundings) -> str | None:
    """The claim up to the middle of a word in its second half; None where no word there is long enough."""
    word = _LONG.search(claim.text, int(_CUT_FROM * len(claim.text)))
    return claim.text[: word.start() + len(word.group()) // 2] if word else None


def misattributed(claim: Claim, around: Surroundings) -> str | None:
    """The claim as the finding of another paper of the run; None where every other one might say it."""
    subject = next((mention.term.name for mention in vocabulary().mentions(claim.text, "method")), "")
    values = {number.text for number in results_of(claim.text)}
    title = around.stranger(claim.paper_id, subject, values)
    if title is None or not (values or subject):
        return None
    return f"According to “{title}”, {claim.text}"
