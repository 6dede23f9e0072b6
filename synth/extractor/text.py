"""Plain form of a sentence: one kind of dash, no citations, no reporting frame; the words that carry the claim stay as they are."""

from __future__ import annotations

import re

_DASHES = str.maketrans({"–": "-", "—": " - ", "−": "-", "‐": "-", "‑": "-", "×": "x", "’": "'", "“": '"', "”": '"', "\u00a0": " "})

_CITATION = re.compile(
    r"\s*\[\s*\d+(?:\s*[,;-]\s*\d+)*\s*\]"
    r"|\s*\((?:see |e\.g\.,? |cf\. )?(?:(?:Table|Tab\.|Figure|Fig\.|Section|Sec\.|Appendix)s?\s*[\w.]+(?:\s*[,&]\s*\w+)*"
    r"|[^()]{0,80}?\bet al\.?,?\s*\(?\d{4}[a-z]?\)?[^()]*|[A-Z][\w-]+(?: and [A-Z][\w-]+)?,\s*(?:19|20)\d\d[a-z]?)\)"
    r"|\s+et al\.(?:,?\s*\(?\d{4}[a-z]?\)?)?"
)
_REFERENCE = re.compile(
    r"\b(?:as (?:shown|seen|reported|listed|can be seen) in|in|from)\s+(?:Table|Tab\.|Figure|Fig\.)\s*\w+\s*,?\s*", re.I
)
_SAYING = (
    r"(?:find|found|show|shows|showed|observe|observed|demonstrate|demonstrates|demonstrated|see|note|report|reported|conclude|concluded|"
    r"notice|reveal|reveals|indicate|indicates|confirm|confirms|suggest|suggests|suggested|establish|verify|prove|proves)"
)
_FRAME = re.compile(
    r"^(?:(?:overall|moreover|furthermore|in addition|additionally|in particular|specifically"
    r"|interestingly|surprisingly|notably|remarkably|"
    r"importantly|finally|however|first|second|third|thus|hence|therefore|in summary|in conclusion"
    r"|in general|in fact|as expected)\s*,\s*)*"
    r"(?:(?:we|it (?:is|was|can be)|one can|(?:our|the|these|those|extensive|all)?\s*(?:\w+\s)?"
    r"(?:results?|experiments?|findings?|evaluations?|analys[ie]s|study|work|paper|figure \w+"
    r"|table \w+)(?: (?:on|in|of) [^,]{1,40}?)?)\s+"
    rf"(?:(?:also|further|clearly|empirically|experimentally|consistently|finally"
    rf"|first)\s+)?(?:be\s+)?{_SAYING}(?:\s+\w+ly)?(?:\s+us)?\s*,?\s*that\s+)",
    re.I,
)
_OPENING = re.compile(
    r"^(?:overall|moreover|furthermore|in addition|additionally|in particular|specifically|interestingly|surprisingly|notably|remarkably|"
    r"importantly|finally|however|thus|hence|therefore|in summary|in conclusion|in fact|as expected"
    r"|as (?:we can see|can be seen|we will show)(?: (?:in|from) [^,]+)?)\s*,\s*",
    re.I,
)
_BESIDES = re.compile(r"^(?:besides|in addition to)\s+[^,]+,\s*(?=\w)", re.I)
_FOUND_TO = re.compile(r"\b(?:are|is|was|were)\s+(?:found|shown|observed|seen|reported|known)\s+to\s+(be|have|\w+)\b", re.I)
_FINITE = {"be": "are", "have": "have"}
_SIZES = re.compile(r"\b(DeiT|ViT|Swin|LV-ViT)-(Ti|T|S|B|L|H|M)((?:\s*(?:/|,|,? and|&)\s*-?(?:Ti|T|S|B|L|H|M))+)(?![\w-])")
_WORDS = {"half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}


def number_word(text: str) -> float | None:
    """The value of digits or of a small number word, "three" → 3.0; None for anything else."""
    word = str(_WORDS.get(text.lower(), text))
    try:
        return float(word.replace(",", ""))
    except ValueError:
        return None


def _spell_sizes(match: re.Match[str]) -> str:
    sizes = [match.group(2), *re.findall(r"Ti|[TSBLHM]", match.group(3))]
    return ", ".join(f"{match.group(1)}-{size}" for size in sizes[:-1]) + f" and {match.group(1)}-{sizes[-1]}"


def plain(text: str) -> str:
    """White space collapsed, dashes and quotes of one kind, citations and pointers to tables gone, "DeiT-T/S" spelled out."""
    text = " ".join(text.translate(_DASHES).split())
    text = re.sub(r"\bper cent\b|\bpercent(?!age)\b", "%", text, flags=re.I)
    text = re.sub(r"(?<=\d)\s+%", "%", text)
    text = _SIZES.sub(_spell_sizes, _CITATION.sub("", text))
    return " ".join(text.split())


_LEAD = re.compile(
    r"^(?:(?:\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])[.)]|[•·▪*-])\s+(?=[A-Z]))|^(?:overall|moreover|furthermore|further|in addition|additionally"
    r"|in particular|particularly|specifically|interestingly|surprisingly|notably|remarkably|importantly|finally|however|nonetheless"
    r"|nevertheless|thus|hence|therefore|in summary|in conclusion|in general|in fact|for example|for instance|on the other hand"
    r"|similarly|as a result|empirically|consequently),\s+(?:here\s+)?(?=\S)",
    re.I,
)


_TELLS = (
    r"(?:find|found|shows?|showed|observed?|demonstrates?|demonstrated|see|notes?|report|reveals?|confirms?|confirmed|conclude|establish)"
)
_SEEN_IN = r"(?:Table|Tab\.|Figure|Fig\.|Section|Sec\.|Appendix)\s*\w+"
_TOLD = re.compile(
    r"^(?:(?:as (?:shown|seen|reported|listed|can be seen|demonstrated|illustrated)|referring|according)"
    rf"\s+(?:in|to|from|by)\s+{_SEEN_IN}\s*,\s*"
    rf"|as we (?:will )?(?:show|see)(?: (?:in|below)[^,]{{0,30}})?,\s*"
    rf"|(?:note|notice|observe)\s+that\s+"
    rf"|(?:we|one)\s+(?:can\s+|also\s+|further\s+|first\s+)*{_TELLS}\s+(?:in\s+{_SEEN_IN}\s+)?that\s+(?!this|these|it\b|they)"
    rf"|(?:(?:our|the|these|extensive)\s+)?(?:\w+\s+)?(?:results?|experiments?|findings|evaluations?)\s+(?:\w+ly\s+)?{_TELLS}\s+that\s+"
    rf"|{_SEEN_IN}\s+(?:also\s+)?{_TELLS}\s+that\s+)(?=\w)",
    re.I,
)
"""frames that only say where or by whom a thing was found; "suggest that" stays, because it takes something back."""
_ASIDE = re.compile(rf"\s*\((?:see |cf\. |shown in )?{_SEEN_IN}(?:\s*(?:,|and|&)\s*{_SEEN_IN})*\)", re.I)


def standalone(text: str) -> str:
    """The sentence without list number, pointers and frames ("However, ", "Table 3 shows that "), which tie it to where it stands."""
    before = None
    text = _ASIDE.sub("", text)
    while before != text:
        before, text = text, _TOLD.sub("", _LEAD.sub("", text))
    first = text.split(" ", 1)[0]
    return text[0].upper() + text[1:] if first.isalpha() and first.islower() else text


_TIMES_AS_FAST = re.compile(r"\b(twice|(?:\d+(?:\.\d+)?|two|three|four|five|six|eight|ten)(?: ?x|[ -]times)) as fast as\b", re.I)


def unframed(text: str) -> str:
    """The sentence without "we find that", "as shown in Table 2," and "are found to be"; "twice as fast as" is "twice faster than"."""
    text = _TIMES_AS_FAST.sub(r"\1 faster than", text)
    before = None
    while before != text:
        before = text
        text = _BESIDES.sub("", text)
        text = _OPENING.sub("", _FRAME.sub("", _REFERENCE.sub("", text).lstrip(" ,")))
    return _FOUND_TO.sub(lambda match: _FINITE.get(match.group(1).lower(), match.group(1)), text).strip()
