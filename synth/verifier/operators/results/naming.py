"""
Which lines of a table of results a clause names, by the words that it shares with their labels.

A name is a run of words; a run may name several lines ("BERT" those of every variant), and stands for the lines whose whole label
it is where there are such. Short forms are met by the initials of the words that they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.results.matrix import Axis, Line, Matrix
from synth.verifier.operators.words import key, runs, weight

_CITATION = re.compile(r"\([^()]*\b(?:19|20)\d\d[a-z]?\)|\b[A-Z]\w+(?: et al\.?| and [A-Z]\w+)?,? \((?:19|20)\d\d[a-z]?\)")
_WORD = re.compile(r"[A-Za-z][\w\-+&/’']*\w|\b[A-Z]\b")
_POINTERS = frozenset(["Table", "Tables", "Figure", "Figures", "Section", "TABLE", "Tab", "Fig", "I", "A"])
WHOLE = 0.999
GENERIC = 0.4
"""what a word like "model" tells of a name, against 1 for a name of its own."""
NUMBERED = 3
"""most words of a label with a number that may stand apart in a claim."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Named:
    """A run of words that names lines of one axis."""

    span: Span
    axis: Axis
    lines: frozenset[int]
    score: float
    """0..1: how telling the words are and how much of the label they are."""
    words: tuple[str, ...]

    @property
    def only_aggregates(self) -> bool:
        """Whether it names a mean or a total and not a thing."""
        return set(self.words) <= stems("aggregates")


def named_in(matrix: Matrix, keys: Sequence[str], texts: Sequence[str]) -> tuple[Named, ...]:
    """
    The lines that a clause names, in the order of its words; runs do not overlap, the most telling come first.

    keys    the words of the clause as `words.number_key`
    texts   the same words as printed
    """
    places = [place for place, word in enumerate(keys) if weight(word) > 0]
    said = [keys[place] for place in places]
    found: dict[Span, dict[Axis, dict[int, float]]] = {}
    for axis, lines in matrix.lines.items():
        for line in lines:
            for start, length, share in _shares(line, matrix, said, [texts[place] for place in places]):
                by_line = found.setdefault((start, start + length), {}).setdefault(axis, {})
                by_line[line.index] = max(by_line.get(line.index, 0.0), share)
    names: list[Named] = []
    for start, stop in _apart(found, said):
        for axis, by_line in found[start, stop].items():
            span = (places[start], places[stop - 1] + 1)
            name = _named(span, axis, by_line, said[start:stop], matrix.lines[axis])
            names += [name] if name else []
    return tuple(sorted(names, key=lambda name: name.span))


def _shares(line: Line, matrix: Matrix, said: Sequence[str], texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """(start, length, share of the label) of each run of words that the label has, or that it abbreviates."""
    for inside, start, length in runs(line.keys, said):
        run = line.keys[inside : inside + length]
        if _tells(run, start, length, line, matrix, said, texts):
            yield start, length, min(1.0, sum(map(weight, run)) / (line.core or 1.0))
    if 1 < len(line.setting) <= NUMBERED:
        yield from ((start, length, 1.0) for start, length in _scattered(line.setting, said))
    for meant in matrix.glossed(line.label):
        for _, start, length in runs(meant, said):
            if length >= min(2, len(meant)):
                yield start, length, min(1.0, 1.0 / (line.core or 1.0))
    for start, length, short in _initials(said, matrix.short_forms):
        if short in line.keys:
            yield start, length, min(1.0, 1.0 / (line.core or 1.0))


def _scattered(wanted: Sequence[str], said: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(start, length) of stretches that have all words of a label and little else: "iteration is set to 3" for "Iteration=3"."""
    for start in range(len(said)):
        for length in range(len(wanted) + 1, len(wanted) + 4):
            stretch = said[start : start + length]
            if len(stretch) == length and {stretch[0], stretch[-1]} <= set(wanted) <= set(stretch):
                yield start, length


def _tells(run: Sequence[str], start: int, length: int, line: Line, matrix: Matrix, said: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether a run of words is a name: no words without meaning, no number by itself, no lone small letter."""
    if all(weight(word) < 1 for word in run):
        return False
    if all(word.replace(".", "").isdigit() for word in run):
        beside = {*said[max(0, start - 2) : start], *said[start + length : start + length + 1]}
        return length == len(line.keys) and bool(beside & matrix.corner)
    return len(run) > 1 or len(run[0]) > 1 or len(line.keys) == 1 or texts[start].isupper()


def _initials(said: Sequence[str], short_forms: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    """(start, length, short form) of two to four words whose initials are a word of a label: "logistic regression", "LR"."""
    for start in range(len(said)):
        for length in (4, 3, 2):
            run = said[start : start + length]
            initials = "".join(word[0] for word in run)
            if len(run) == length and weight(run[0]) == weight(run[-1]) == 1 and initials.isalpha() and initials in short_forms:
                yield start, length, initials


def _telling(run: Sequence[str]) -> float:
    return sum((GENERIC if word in stems("generic") else 1.0) * weight(word) for word in run)


def _apart(found: dict[Span, dict[Axis, dict[int, float]]], said: Sequence[str]) -> list[Span]:
    """Spans that do not overlap, the most telling first."""

    def value(span: Span) -> tuple[float, float, int]:
        return _telling(said[span[0] : span[1]]), max(max(by_line.values()) for by_line in found[span].values()), -span[0]

    chosen: list[Span] = []
    for span in sorted(found, key=value, reverse=True):
        if all(span[1] <= other[0] or span[0] >= other[1] for other in chosen):
            chosen.append(span)
    return chosen


def _named(span: Span, axis: Axis, by_line: dict[int, float], run: Sequence[str], lines: Sequence[Line]) -> Named | None:
    """
    The name that a run of words is on one axis; None where it names every line and so none.

    A name with a number ("M1") is that of the labels that it opens, where it also stands inside of others ("M3: M1 + X").
    """
    best = max(by_line.values())
    chosen = frozenset(index for index, share in by_line.items() if share >= WHOLE or best < WHOLE)
    if any(word[0].isdigit() for word in run):
        opened = frozenset(index for index in chosen if lines[index].keys[: len(run)] == tuple(run))
        chosen = opened or chosen
    if len(chosen) == len(lines) > 1:
        return None
    return Named(span, axis, chosen, min(1.0, _telling(run)) * (0.5 + 0.5 * best), tuple(run))


def unknown_names(text: str, known: frozenset[str]) -> tuple[int, tuple[str, ...]]:
    """
    How many things a claim calls by name, and which of these names have no word in the table.

    A name is a word with a capital inside, a digit or, behind the start of a sentence, a capital; such words in a row are one
    name; authors of citations are none. A label may shorten a name ("Giga" Gigaword) or be its initials.
    """
    text = _CITATION.sub(" ", text)
    names: list[list[str]] = []
    last = -1
    for match in _WORD.finditer(text):
        word = match.group()
        if not _is_name(word, text[: match.start()]) or not any(weight(part) == 1 for part in key(word)):
            continue
        if names and not text[last : match.start()].strip(" &("):
            names[-1].append(word)
        else:
            names.append([word])
        last = match.end()
    return len(names), tuple(" ".join(name) for name in names if not _is_known(name, known))


def _is_name(word: str, before: str) -> bool:
    if word in _POINTERS or word.lower() in words("connectives"):
        return False
    starts = not before.strip() or before.rstrip()[-1:] in ".!?]:"
    return any(char.isdigit() or char.isupper() for char in word[1:]) or (word[0].isupper() and not starts)


def _is_known(name: Sequence[str], known: frozenset[str]) -> bool:
    parts = [part for word in name for part in key(word) if weight(part) == 1]
    if any(part in known or part + "s" in known for part in parts) or (
        len(name) > 1 and "".join(word[0] for word in name).lower() in known
    ):
        return True
    long = [part for part in parts if len(part) >= 4]
    return any(part.startswith(other) or other.startswith(part) for part in long for other in known if len(other) >= 4)
