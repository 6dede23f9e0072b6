"""
A quantifier raised: "some" becomes "all", "often" becomes "always".

Not entailed: what holds in some cases does not follow for all. Denials and sentences that say "all" already are left alone.
"""

from __future__ import annotations

import re

from synth.model import Claim
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings

RAISED = {
    "some": "all", "several": "all", "many": "all", "most": "all", "a few": "all", "certain": "all", "various": "all",
    "often": "always", "sometimes": "always", "usually": "always", "generally": "always", "mostly": "always", "typically": "always",
    "frequently": "always", "regularly": "always", "occasionally": "always", "on average": "in every single case",
}  # fmt: skip
_LOW = re.compile(rf"(?<!\bat )(?<!\bthe )\b(?:{'|'.join(RAISED)})\b(?! of\b| \w+(?:able|ive|ful|ous|ent|ant|ate)\b)", re.I)
_DENIED = re.compile(r"\b(?:no|not|never|neither|nor|none|without|cannot|every|all|each|always)\b|n't\b", re.I)


def raised(claim: Claim, around: Surroundings) -> str | None:
    """The claim with its first low quantifier made universal; None where it has none."""
    word = _LOW.search(claim.text)
    if word is None or _DENIED.search(claim.text):
        return None
    return replaced(claim.text, *word.span(), RAISED[word.group().lower()])
