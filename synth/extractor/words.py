"""Words that qualify a claim: hedges, negations, quantifiers and grades, each with the one reading that it gets here."""

from __future__ import annotations

import re

from synth.extractor.text import number_word
from synth.model import Quantifier

HEDGE = re.compile(
    r"\b(may(?!\s+\d)|might|could|would|should|possibly|perhaps|potentially|presumably|probably|likely"
    r"|seems?|appears?(?= to)|appear(?= to)|"
    r"hypothesi[sz]ed?|conjectured?|speculated?|believed?|expect(?:ed|s)?|assumed?|supposedly|arguably"
    r"|aims? to|aim to|tr(?:y|ies) to|hopes?|"
    r"intend|promising|future work)\b",
    re.I,
)
MONTH = re.compile(r"\b(?:in|of|since|until)\s+May\b|\bMay\s+\d")

NEGATION = re.compile(
    r"\b(?:not(?! only)|cannot|never|neither|nor|no(?! (?:more|fewer|less) than\b)|none|nobody|nothing|hardly|scarcely|rarely|seldom|"
    r"fail(?:s|ed|ing)?(?= to\b)|unable|without|lacks?|nowhere|by no means|far from|anything but)\b|n't\b",
    re.I,
)
RARE = re.compile(r"\b(?:rarely|seldom|hardly ever)\b", re.I)

# Most explicit first: a sentence with "consistently ... across all datasets" is consistent, and the data sets are a field of their own.
_QUANTIFIERS: tuple[tuple[str, Quantifier], ...] = (
    (r"consistently|systematically|invariably|without exception|uniformly", "consistently"),
    (r"on average|in the mean|averaged over", "on_average"),
    (r"regularly", "regularly"),
    (r"often|frequently|commonly|in many (?:cases|settings)|many times", "often"),
    (
        r"(?:nearly|almost) always|mostly|usually|generally|typically|largely|mainly|in most|on most|for most|across most"
        r"|in the majority|most of the time|as a rule",
        "mostly",
    ),
    (r"sometimes|occasionally|in some|on some|for some|in certain|in a few|at times", "sometimes"),
    (
        r"always|(?:across|on|in|for|over|under|with|at) (?:all|every|each|both)(?! (?:of the )?other)"
        r"|in every case|everywhere|regardless",
        "all",
    ),
)
_COMPILED = tuple((re.compile(rf"\b(?:{words})\b", re.I), quantifier) for words, quantifier in _QUANTIFIERS)
_OUT_OF = re.compile(
    r"\b(?:(?:in|on|for|at|across)\s+)?(?:at least\s+)?(\d+|one|two|three|four|five|six|seven|eight|nine"
    r"|ten)\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?"
    r"(\d+|two|three|four|five|six|seven|eight|nine|ten)\s+(?:\w+\s+)?(?:data\s?sets?|settings?|cases?"
    r"|backbones?|benchmarks?|tasks?|keep rates?|experiments?)",
    re.I,
)

HIGH = r"great|excellent|strong|good|outstanding|high|impressive|remarkable|superior|very well|well|exceptional|best|excels?|shines?"
MIDDLE = r"average|mediocre|moderate|middling|ordinary|medium|unremarkable"
LOW = r"poor|bad|weak|low|inferior|disappointing|badly|poorly|worst|struggles?|suffers?"


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


def quantifier_of(text: str) -> tuple[Quantifier, str]:
    """(quantifier, assumption): how many of the cells the sentence speaks for; "stated" without a word for it."""
    if counted := _OUT_OF.search(text):
        part, whole = number_word(counted.group(1)) or 0.0, number_word(counted.group(2)) or 1.0
        share = part / whole
        chosen: Quantifier = "all" if share >= 1 else "mostly" if share >= 0.7 else "often" if share >= 0.5 else "sometimes"
        return chosen, f"“{counted.group(0).strip()}” is read as {chosen}, a share of {share:.2f}"
    for pattern, quantifier in _COMPILED:
        if pattern.search(text):
            return quantifier, ""
    return "stated", ""


def hedge_of(text: str) -> str:
    """The first word that takes the assertion back ("may"), empty if there is none."""
    for match in HEDGE.finditer(text):
        if not MONTH.search(text[max(0, match.start() - 6) : match.end() + 4]):
            return match.group(0).lower()
    return ""
