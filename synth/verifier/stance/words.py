"""The words of a sentence: tokens with offsets, stems, stop words and the reach of a negation."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

TOKEN = re.compile(r"[A-Za-z]+(?:\d+[A-Za-z0-9]*)?|\d+(?:\.\d+)?|[α-ωΑ-Ω]+|[,;:.()]")
SUFFIXES = ("ations", "ation", "ments", "ment", "ically", "ings", "ing", "ions", "ion", "ied", "ies", "ally", "ed", "es", "ly", "s", "e")
REACH = 6
"""words behind a negation that it covers, unless a clause ends before."""


@cache
def lexicon(name: str) -> tuple[str, ...]:
    """One list of words of lexicon.toml, in its order."""
    data: dict[str, str] = tomllib.loads(resources.files(__package__).joinpath("lexicon.toml").read_text("utf-8"))
    return tuple(data[name].split())


STOP, NEGATIONS, CONTRAST = (frozenset(lexicon(name)) for name in ("stop", "negations", "contrast"))
CLAUSE_END = frozenset([";", ":", "."])


@dataclass(frozen=True)
class Word:
    """One token of a sentence."""

    text: str
    """lower case."""
    stem: str
    start: int
    end: int
    negated: bool
    """inside the reach of "not", "no", "without", "fails to", ..."""

    @property
    def is_content(self) -> bool:
        """Whether it carries meaning of its own."""
        return self.text[0].isalnum() and self.text not in STOP and (len(self.text) > 1 or not self.text.isascii())


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A short form shared by the inflections of a word: "improves", "improvement" → "improv"."""
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            base = word[: -len(suffix)]
            if suffix == "s" and base.endswith("s"):
                return word
            base = base[:-1] if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "aeiouls" else base
            return base.removesuffix("e") if len(base) > 3 else base
    return word


def words_of(text: str) -> tuple[Word, ...]:
    """The tokens of a sentence in order, clause marks included, each knowing whether it stands negated."""
    plain = re.sub(r"(?<=[A-Za-z])n[’']t\b", " not", text.replace("cannot", "can not"))
    found: list[Word] = []
    reach, double = 0, False
    for match in TOKEN.finditer(plain):
        token = match.group().lower()
        if token in CLAUSE_END or token in CONTRAST:
            reach = 0
        found.append(Word(token, stem(token), match.start(), match.end(), reach > 0))
        if token in NEGATIONS:
            double = token == "not" and found[-1].negated
            reach = 0 if double else REACH
        elif reach and token == "only" and len(found) > 1 and found[-2].text == "not":
            reach = 0
        elif reach:
            reach -= 1
    return tuple(found)


def content(words: tuple[Word, ...]) -> frozenset[str]:
    """Stems of the words that carry meaning."""
    return frozenset(word.stem for word in words if word.is_content)
