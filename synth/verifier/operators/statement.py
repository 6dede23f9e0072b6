"""
The value that a sentence gives for its authors' own system, taken apart: "we reach 41.54 ROUGE-1 on CNN / Daily Mail".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.words import Token, key, tokens_of, weight

APART = 2
"""words between a number and the comparative that it belongs to."""


@dataclass(frozen=True)
class Statement:
    """A stated value in parts; words as `words.key`."""

    value: float
    decimals: int
    measure: tuple[str, ...]
    where: tuple[tuple[str, ...], ...]
    """data sets and the like, phrase by phrase; the task where no other place is named."""
    text: str = ""
    """the sentence, whose other words tell neighbours apart."""


def read_stated(text: str) -> Statement | None:
    """The value that a sentence gives for its authors' own system; None where it gives none, or speaks of another."""
    tokens = tokens_of(text)
    verb = next((place for place, token in enumerate(tokens) if token.text in words("reaching")), None)
    at = _value_place(tokens, verb) if verb is not None else None
    if verb is None or at is None or not _own_subject(tokens[:verb]) or _is_compared(tokens, at):
        return None
    phrases = _phrases(tokens, verb, at)
    measure = _words(phrases, ("value", "measure")) or (_words(phrases, ("verb",)) if tokens[at - 1].text == "of" else ())
    places = tuple(part for head, part in _by_phrase(phrases) if head in ("on", "in", "under", "at") and part)
    task = _words(phrases, ("for",))
    if not measure:
        return None
    token = tokens[at]
    return Statement(token.value or 0.0, len(token.text.partition(".")[2]), measure, places or ((task,) if task else ()), text)


def _value_place(tokens: Sequence[Token], verb: int) -> int | None:
    """The number right behind the verb or behind a word such as "of"."""
    numbers = [place for place, token in enumerate(tokens) if token.text[0].isdigit() and token.value is not None and not token.ordinal]
    behind = [
        place for place in numbers if place == verb + 1 or (place > verb and tokens[place - 1].text in ("of", "a", "to", ":", "=", "is"))
    ]
    if not behind:
        return None
    return behind[-1] if tokens[behind[0] - 1].text == "of" and len(behind) > 1 else behind[0]


def _is_compared(tokens: Sequence[Token], at: int) -> bool:
    """Whether the number says how far apart two things are: "2.5x faster", "1.2 points higher than"."""
    behind = [token.text for token in tokens[at + 1 : at + 2 + APART]]
    return bool(behind) and (behind[0] in words("multiples") or any(each in words("of_two") for each in behind))


def _own_subject(tokens: Sequence[Token]) -> bool:
    """Whether the subject is "we", "our model" or "the paper": no word of a name stands in front of the verb, phrases of place aside."""
    inside, subject = False, []
    for token in tokens:
        inside = token.text in ("on", "for", "in", "under", "at") or (inside and token.text != ",")
        subject += [] if inside or not token.text[0].isalnum() else [token]
    return bool(subject) and all(token.text in words("own_subjects") or weight(token.stem) < 1 for token in subject)


def _phrases(tokens: Sequence[Token], verb: int, at: int) -> list[tuple[str, list[Token]]]:
    """The tokens between prepositions, verb and value, each part under what opens it."""
    found: list[tuple[str, list[Token]]] = [("", [])]
    place = 0
    while place < len(tokens):
        text = tokens[place].text
        if text == "in" and [token.text for token in tokens[place + 1 : place + 3]] == ["terms", "of"]:
            found.append(("measure", []))
            place += 2
        elif place in (verb, at):
            found.append(("verb" if place == verb else "value", []))
        elif text in words("phrase_openers") or text in (",", "."):
            found.append((text, []))
        else:
            found[-1][1].append(tokens[place])
        place += 1
    return found


def _by_phrase(phrases: Sequence[tuple[str, list[Token]]]) -> list[tuple[str, tuple[str, ...]]]:
    left_out = stems("own_subjects")
    return [
        (head, tuple(word for token in part for word in key(token.text) if (weight(word) == 1 or len(word) == 1) and word not in left_out))
        for head, part in phrases
    ]


def _words(phrases: Sequence[tuple[str, list[Token]]], heads: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for head, part in _by_phrase(phrases) if head in heads for word in part)
