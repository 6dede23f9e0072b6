"""Whether a sentence breaks off before its end, and where."""

from __future__ import annotations

import re
from functools import cache

from synth.extractor.words import word_set
from synth.model import vocabulary

_CLOSED = re.compile(r"[.!?…][\"'”’)\]]*$")
_DOTS = re.compile(r"(?:\.\.\.|…)[\"'”’)\]]*$")
_OPEN_WORD = re.compile(
    r"(?:\b(?:a|an|the|of|in|on|at|by|for|from|to|with|without|than|and|or|but|as|that|which|when|where"
    r"|while|if|because|especially|particularly|"
    r"is|are|was|were|be|being|has|have|does|do|not|its|their|our|very|more|less|most|least|such|both"
    r"|either|under|over|across|between|compared|"
    r"using|due|versus|vs|outperforms?|beats?|surpass(?:es)?|exceeds?|achieves?|underperforms?)|,|;|:|\()$",
    re.I,
)
_OPEN_CLAUSE = re.compile(r"\b(?:when|if|while|where|as|once|because|since|although)\s+(?P<rest>[^,;.]*)$", re.I)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|does|do|can|gets?|becomes?|remains?|goes|kept|uses?|used|falls?|drops?|rises?|"
    r"increases?|decreases?|reduced?|removed|pruned|dropped|merged|trained|applied|compared|combined|added"
    r"|changed?|grows?|shrinks?|varies|\w{4,}ed|\w+ing)\b",
    re.I,
)
# Beginnings of words that claims use; a last word that is such a beginning and no word itself was cut.
_LONG = sorted(
    word_set(
        """
    significantly especially particularly performance performances accuracy methods method approaches approach baseline baselines
    datasets dataset backbone backbones throughput compared considerably substantially consistently respectively drastically
    dramatically competitive outperforms outperform pruning merging clustering reduction tokens keep rates lower higher
    experiments settings computational inference transformers additionally increases decreases improves correlated correlation
    moderately regularly average slightly ImageNet classification segmentation detection
    """
    )
)
_WHOLE = word_set(
    """
    method perform token rate low high set class a an the in on at average keep compute computation inference computational
    transform transformer add base as all also it is be we to or by of no so me do if up us am i s t data backbone baseline
    dataset approach increase decrease improve correlate slight regular moderate significant special particular consistent
    respective drastic dramatic compete outperform prune merge cluster reduce experiment setting image detect segment act ad app
    back clip comp core cut dec exp hi imp inf key lo me met mod out pa par per pre red reg res sign spec sub to
    """
)


def _mid_word(text: str) -> str:
    """The word that the last letters begin, where they are no word of their own; "" otherwise."""
    last = re.search(r"([A-Za-z]{2,})$", text)
    if last is None:
        return ""
    word = last.group(1)
    if _known_word(text, word):
        return ""
    wholes = (*_LONG, *(_measures() if len(word) > 2 else ()))
    return next((whole for whole in wholes if len(whole) > len(word) and whole.lower().startswith(word.lower())), "")


@cache
def _measures() -> tuple[str, ...]:
    """The words by which the vocabulary knows its metrics, "GFLOPs", longest first."""
    words = {
        word for term in vocabulary().of("metric") for name in (term.label, *term.aliases) for word in re.findall(r"[A-Za-z]{3,}", name)
    }
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _known_word(text: str, word: str) -> bool:
    low = word.lower()
    # "sign" is a word, but not behind a verb of change: "drops sign" was going to be "significantly".
    if low in {"sign", "spec", "sub", "cons", "dram", "mod", "par", "comp"} and re.search(r"\b\w+(?:s|ed|es|are|is|,)\s+\w+$", text):
        return False
    return low in _WHOLE or low in {whole.lower() for whole in (*_LONG, *_measures())}


def cut_short(text: str) -> tuple[str, str]:
    """
    (how the sentence breaks off, word that its last letters began); two empty strings for a whole sentence.

    A missing full stop alone is no sign: it takes a last word that is only the beginning of one, a last word that must
    be followed by something, an open bracket or clause, or dots.
    """
    text = " ".join(text.split())
    if _DOTS.search(text):
        return "cut short: it ends in dots", ""
    if not text or _CLOSED.search(text):
        return "", ""
    if text.endswith("-") or _OPEN_WORD.search(text):
        return f"cut short before its object, behind “{text.split()[-1]}”", ""
    if whole := _mid_word(text):
        return f"cut short in the middle of a word, “{text.split()[-1]}”", whole
    if text.count("(") > text.count(")"):
        return "cut short inside a bracket", ""
    clause = _OPEN_CLAUSE.search(text)
    if clause and not _VERB.search(clause["rest"]) and not re.search(r"\d", clause["rest"]):
        return f"cut short in an open clause, “{clause.group(0)}”", ""
    return "", ""
