"""A claim cut into clauses that each compare something, and the words of a clause with what they name."""

from __future__ import annotations

import re
from functools import cached_property

from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.results.cues import Cue, cue_at
from synth.verifier.operators.results.matrix import Matrix
from synth.verifier.operators.results.naming import Named, named_in
from synth.verifier.operators.words import Token, number_key, tokens_of

REACH = 7
"""words in front of a cue in which a denial holds for it."""
_JOINTS = (
    r"(?<=[a-z0-9)%])[.!?]\s+(?=[A-Z])",
    r"(?<=[a-z0-9),])\s+(?=(?:We|The|This|These|It|Our|However|Although|Moreover|In|As|From)\s)",
    r";|:\s",
    r",?\s+(?:while|whereas|although|though|but|however|despite|and therefore|which|indicating|suggesting|showing|demonstrating|confirming"
    r"|proving|thus|hence|because|since|so)\b",
    r",\s+and\s+(?=(?:it|they|the|our|we|this|also|does|do|is|are|has|have|performs?)\b)",
    r"\s+and\s+(?=(?:it|they|also|does|do|is|are|has|have|performs?|outperforms?|achieves?)\b)",
)
_CUT = re.compile("|".join(_JOINTS))
_SAYS = re.compile(
    r"\b(?:shows?|showed|indicates?|suggests?|finds?|found|observes?|observed|notes?|noted|notices?|see|seen|confirms?|demonstrates?"
    r"|reveals?|fact|is|means?|believe|implies|imply|conclude)\s+(?:in\s+\S+\s+\S+\s+)?that\s+"
)
_SUBORDINATE = re.compile(r"(?i)(?:despite|although|though|while|whereas|even though|in spite of)\b")
_COORDINATE = re.compile(r",?\s+and\s+|,\s+(?=outperform|achiev|improv|perform)")


def clauses_of(text: str) -> list[str]:
    """The parts of a claim that can hold or fail on their own, in order."""
    parts: list[str] = []
    start = 0
    for match in _CUT.finditer(text):
        parts.append(text[start : match.start()])
        opens = match.group().strip(" ,").replace(" ", "").isalpha()
        start = match.start() if opens else match.end()
    parts.append(text[start:])
    said = (part for whole in parts for part in _SAYS.split(whole))
    found = [each.strip(" ,.") for part in said for piece in _subordinate(part) for each in _coordinate(piece)]
    return [each for each in found if len(each.split()) >= 3] or [text]


def _subordinate(text: str) -> list[str]:
    """ "Despite A, B" and "although A, B" as two clauses; a comma in brackets does not part them."""
    text = text.strip(" ,.")
    if not _SUBORDINATE.match(text):
        return [text]
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and not depth and len(text[:place].split()) > 3 and len(text[place + 1 :].split()) > 2:
            return [text[:place], text[place + 1 :]]
    return [text]


def _coordinate(text: str) -> list[str]:
    """Two clauses joined by "and" where each has a relation of its own."""
    for match in _COORDINATE.finditer(text):
        left, right = text[: match.start()], text[match.end() :]
        if "between" not in left.split() and all(len(part.split()) > 3 and _relates(part) for part in (left, right)):
            return [left, *_coordinate("and " + right)]
    return [text]


def _relates(text: str) -> bool:
    tokens = tokens_of(text)
    return any(cue_at(tokens, place) or token.text in words("equality") for place, token in enumerate(tokens))


class Clause:
    """The words of one clause and the lines that they name."""

    def __init__(self, text: str, matrix: Matrix) -> None:
        self.text = text
        self.matrix = matrix
        self.tokens: tuple[Token, ...] = tokens_of(text)
        self.words = tuple(token.text for token in self.tokens)
        self.stems = tuple(token.stem for token in self.tokens)
        self.keys = tuple(matrix.called(number_key(token)) for token in self.tokens)

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """The names in order."""
        texts = [self.text[token.start : token.end] or token.text for token in self.tokens]
        return named_in(self.matrix, self.keys, texts)

    @cached_property
    def cues(self) -> tuple[Cue | None, ...]:
        """The relation that begins at each word; None where none does."""
        return tuple(None if self.is_named(place) else cue_at(self.tokens, place) for place in range(len(self.tokens)))

    def is_named(self, place: int) -> bool:
        """Whether a word is part of a name."""
        return any(name.span[0] <= place < name.span[1] for name in self.named)

    def denied(self, place: int, reach: int = REACH) -> bool:
        """Whether what a word says is denied: by an odd number of denials in front of it, none of them before a comma or "but"."""
        count = 0
        for each in range(max(0, place - reach), place):
            if self.words[each] in (",", "but"):
                count = 0
            else:
                count += self._denies(each)
        return count % 2 == 1

    def _denies(self, place: int) -> bool:
        """Whether a word denies: one of the list as it is written or inflected, where "note" is no form of "not"."""
        contracted = self.words[place] == "t" and self.words[max(0, place - 1)] == "'"
        return contracted or self.words[place] in words("denial") or self.stems[place] in stems("denial") - {"not"}

    def denied_around(self, place: int, behind: int = 6) -> bool:
        """As `denied`, with what stands behind the word: "the best result is not reached by X"."""
        stop = next(
            (each for each in range(place, min(len(self.words), place + behind)) if self.words[each] in (",", "but")), place + behind
        )
        later = sum(self._denies(each) for each in range(place + 1, min(stop, len(self.words))))
        return self.denied(place) != (later % 2 == 1)

    def has(self, name: str, start: int = 0, stop: int | None = None) -> bool:
        """Whether a word of a list of the lexicon stands in a stretch of the clause."""
        return any(word in stems(name) for word in self.stems[max(0, start) : stop])
