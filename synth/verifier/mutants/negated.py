"""
The claim denied: "ToMe does not double the throughput".

Wrong because evidence for a statement is evidence against its denial. A claim that denies something loses its "not".
"""

from __future__ import annotations

import re

from synth.model import Claim
from synth.verifier.mutants.mutation import replaced
from synth.verifier.mutants.surroundings import Surroundings

_DENIAL = re.compile(r"\b(?:does|do|did|is|are|was|were|can|could|will|has|have) (?P<not>not )|\bcan(?P<fused>not)\b")
_OTHER_DENIAL = re.compile(r"\b(?:no|not|never|neither|nor|none|nothing|without|hardly|barely)\b|n't\b", re.I)
_BE = re.compile(r"\b(?:is|are|was|were|can|could|will|would|should|must|may|might)\b(?! not)", re.I)
_PERFECT = re.compile(r"\b(?:has|have|had)\b(?= (?:\w+ly )?(?:been|shown|become|\w+ed)\b)")
_VERBS = (
    "accelerate", "achieve", "add", "allow", "attain", "beat", "boost", "bring", "come", "consume", "correlate", "cost", "cut",
    "decrease", "degrade", "deliver", "depend", "double", "drop", "enable", "equal", "exceed", "exhibit", "fall", "follow", "gain",
    "generalise", "generalize", "get", "give", "go", "grow", "halve", "have", "hold", "hurt", "improve", "incur", "increase", "keep",
    "lag", "lead", "leave", "lose", "lower", "maintain", "make", "match", "need", "obtain", "offer", "outperform", "outrank", "perform",
    "preserve", "prevent", "produce", "provide", "raise", "rank", "reach", "reduce", "remain", "require", "result", "retain", "reverse",
    "rise", "run", "save", "scale", "show", "speed", "stay", "suffer", "surpass", "sustain", "take", "trail", "triple", "underperform",
    "use", "vary", "win", "work", "yield",
)  # fmt: skip
_PAST = {
    "achieved": "achieve", "attained": "attain", "became": "become", "cut": "cut", "fell": "fall", "gained": "gain", "gave": "give",
    "got": "get", "grew": "grow", "improved": "improve", "increased": "increase", "kept": "keep", "led": "lead", "lost": "lose",
    "obtained": "obtain", "outperformed": "outperform", "ran": "run", "reached": "reach", "reduced": "reduce", "required": "require",
    "rose": "rise", "showed": "show", "surpassed": "surpass", "took": "take", "won": "win", "yielded": "yield",
}  # fmt: skip
_IRREGULAR = {"have": "has", "go": "goes"}
_NOUN_AFTER = ("the", "a", "an", "of", "in", "at", "to", "by", "with", "no", "its", "our", "their")
_NOT_A_NOUN = "".join(rf"(?<!\b{word} )" for word in _NOUN_AFTER)


def _third(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    return verb + ("es" if verb.endswith(("s", "x", "ch", "sh")) else "s")


_THIRD = {_third(verb): verb for verb in _VERBS}
_FORMS: tuple[tuple[re.Pattern[str], str, dict[str, str]], ...] = tuple(
    (re.compile(rf"(?<=\s){_NOT_A_NOUN}(?:{'|'.join(words)})\b(?!-| rate| ratio)"), helper, words)
    for helper, words in (("does", _THIRD), ("did", _PAST), ("do", {verb: verb for verb in _VERBS}))
)


def negated(claim: Claim, around: Surroundings) -> str | None:
    """The claim with its first finite verb denied, or with its "not" dropped; None where no verb of results is found."""
    text = claim.text
    if denial := _DENIAL.search(text):
        start, end = denial.span("not" if denial["not"] else "fused")
        return replaced(text, start, end, "")
    if _OTHER_DENIAL.search(text):
        return None
    return _denied(text)


def _denied(text: str) -> str | None:
    modal = _BE.search(text) or _PERFECT.search(text)
    third = _FORMS[0][0].search(text)
    if modal and not (third and third.start() < modal.start()):
        return replaced(text, modal.end(), modal.end(), "not" if modal.group().lower() == "can" else " not")
    for pattern, helper, base in _FORMS:
        if verb := pattern.search(text):
            return replaced(text, verb.start(), verb.end(), f"{helper} not {base[verb.group()]}")
    return None
