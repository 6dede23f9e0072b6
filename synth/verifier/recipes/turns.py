"""A sentence of a finding turned round: a pointing word for its opposite, a verb denied, a denial taken back, a number changed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import cache

from synth.verifier.recipes.contrast import renumber

VERBS = """
increase/decrease increase/reduce raise/lower enhance/reduce enhance/impair improve/worsen improve/impair promote/inhibit promote/suppress
promote/prevent activate/inhibit activate/suppress induce/inhibit induce/prevent induce/suppress stimulate/inhibit stimulate/suppress
accelerate/delay facilitate/hinder upregulate/downregulate up-regulate/down-regulate stabilize/destabilize cause/prevent elevate/reduce
outperform/underperform strengthen/weaken expand/shrink amplify/attenuate potentiate/attenuate restore/abolish maintain/disrupt
gain/lose succeed/fail include/exclude extend/shorten enable/prevent
"""
WORDS = """
higher/lower high/low greater/smaller larger/smaller more/less better/worse best/worst faster/slower stronger/weaker strong/weak
longer/shorter long/short early/late earlier/later positive/negative positively/negatively sensitive/resistant sensitivity/resistance
susceptible/resistant susceptibility/resistance essential/dispensable required/dispensable necessary/unnecessary dependent/independent
dependently/independently effective/ineffective efficient/inefficient efficiently/inefficiently presence/absence present/absent gain/loss
beneficial/harmful protective/harmful safe/unsafe common/rare stable/unstable similar/different rapid/slow rapidly/slowly
activation/inhibition activation/suppression induction/suppression stimulation/inhibition enhancement/reduction enhanced/reduced
elevated/reduced improvement/deterioration upregulation/downregulation agonist/antagonist agonists/antagonists activator/inhibitor
activators/inhibitors overexpression/depletion superior/inferior favorable/unfavorable favourable/unfavourable benefit/harm
sufficient/insufficient abundant/scarce direct/indirect directly/indirectly normal/abnormal accurate/inaccurate reliable/unreliable
acute/chronic poor/good many/few major/minor unlikely/likely proliferation/apoptosis survival/death
"""
FINITE = """
regulate mediate affect control contribute lead predict determine bind correlate modulate drive require depend show have form reveal
provide produce act interact associate alter support protect trigger target limit suggest explain exhibit play express encode confer
achieve use allow decrease increase reduce enhance inhibit promote activate induce suppress prevent improve stimulate
"""
"""verbs whose third person marks the place of a denial."""
AUXILIARY = re.compile(r"\b(is|are|was|were|can|could|may|might|will|would|should|has|have|had)\b(?! been)(?! not\b)")
DENIED = re.compile(r"\b(is|are|was|were|can|could|may|might|will|would|should|has|have|had|does|do|did) not |\bcan(not) |\b(no) (?=\w)")
Turn = Callable[[str, random.Random], str | None]


def _forms(verb: str) -> tuple[str, ...]:
    """Base, third person, past, participle."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("e"):
        return verb, verb + "s", verb + "d", verb[:-1] + "ing"
    return verb, verb + ("es" if verb.endswith(("s", "sh")) else "s"), verb + "ed", verb + "ing"


IRREGULAR = {
    "lose": ("lose", "loses", "lost", "losing"),
    "shrink": ("shrink", "shrinks", "shrank", "shrinking"),
    "lead": ("lead", "leads", "led", "leading"),
}


@cache
def opposites() -> Mapping[str, tuple[str, ...]]:
    """Word → words that say the opposite, in the same form."""
    found: dict[str, set[str]] = {}
    pairs = [tuple(entry.split("/")) for entry in WORDS.split()]
    pairs += [both for entry in VERBS.split() for both in zip(*map(_forms, entry.split("/")), strict=True)]
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {word: tuple(sorted(others)) for word, others in found.items()}


@cache
def _pointing() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])({'|'.join(sorted(opposites(), key=len, reverse=True))})(?![\w-])", re.IGNORECASE)


def pointing_words(text: str) -> frozenset[str]:
    """The words that can be turned, in lower case."""
    return frozenset(match.group().lower() for match in _pointing().finditer(text))


def exchanged(text: str, word: str, other: str) -> str:
    """The text with each of one word replaced, capitals kept."""

    def said(match: re.Match[str]) -> str:
        return other.capitalize() if match.group()[0].isupper() else other

    return re.sub(rf"(?<![\w-]){re.escape(word)}(?![\w-])", said, text, flags=re.IGNORECASE)


def turned(text: str, rng: random.Random) -> str | None:
    """One pointing word for its opposite; None where there is none."""
    words = sorted(pointing_words(text))
    if not words:
        return None
    word = rng.choice(words)
    return exchanged(text, word, rng.choice(opposites()[word]))


def denied(text: str, rng: random.Random) -> str | None:
    """The first denial taken back, else the first finite verb denied; None where neither is found."""
    if match := DENIED.search(text):
        kept = match[1] + " " if match[1] else "can " if match[2] else ""
        return text[: match.start()] + kept + text[match.end() :]
    if match := AUXILIARY.search(text):
        return f"{text[: match.end()]} not{text[match.end() :]}"
    if match := _finite().search(text):
        return f"{text[: match.start()]}does not {_finites()[match.group().lower()]}{text[match.end() :]}"
    return None


@cache
def _finites() -> Mapping[str, str]:
    return {_forms(verb)[1]: verb for verb in FINITE.split()}


@cache
def _finite() -> re.Pattern[str]:
    return re.compile(rf"(?<=\w )({'|'.join(_finites())})(?= \w)", re.IGNORECASE)


TURNS: tuple[Turn, ...] = (turned, turned, denied, renumber)
"""turned twice: a denial must not be the sign of what is refuted."""
