"""
What a sentence asserts beyond its reading.

The readers of the grammar look for what they know. A sentence may say more: "..., which is the best result ever published", "on one
V100", "because of its design". Every word that is no name, number, condition or part of the grammar's own language is unread, and so
are words of scope (see model/scope.py) that no statement of the hypothesis expresses. They are listed on the claim, and a witness
must bear them out before it decides (verifier/unread.py).
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources

from synth.extractor.conditions import placed_scene
from synth.extractor.numbers import Quantity, quantities
from synth.extractor.reading import Part
from synth.extractor.scene import Context, Scene, annotate
from synth.extractor.scene import Span as Named
from synth.extractor.text import plain, unframed
from synth.model import UNREAD, Amount, Compare, Contrast, Rank, Spread, Statement, leaves
from synth.model.scope import Sort, scope_words

_LISTS: dict[str, str] = tomllib.loads(resources.files(__package__).joinpath("known.toml").read_text("utf-8"))
_KNOWN = frozenset(word for words in _LISTS.values() for word in words.split())
_OF_SPEED = frozenset(["fastest", "slowest", "quicker", "quickest", "inference", "process", "processes"])
"""words that say nothing more where a statement is on speed."""
_ADVERB = re.compile(r"\w{3,}ly$")
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_UNIT = re.compile(r"[\d.]*\s?[A-Za-z%][\w-]*(?:/\w+)?")
_GAP = re.compile(r"(?:[\s(),]*(?:\b(?:the|a|an|of|is|are|to|in|with|and|which|that|result|results|number|value)\b)?){0,4}")
"""what may stand between two unread words of one stretch."""
Span = tuple[int, int]


def unread(text: str, hypothesis: Part, itself: str | None = None) -> tuple[str, ...]:
    """
    The stretches of a sentence that its hypothesis does not hold, in its words and order; empty where all of it was read.

    itself  canonical name of the paper's own method
    """
    sentence = unframed(plain(text)).rstrip(" .;:!")
    scene = placed_scene(annotate(sentence, Context(itself=itself)))
    numbers = list(quantities(scene.skeleton))
    masked = _masked(scene.skeleton, [(one.begin, one.end) for one in numbers])
    expressed = {sort for leaf in leaves(hypothesis) for sort in _expressed(leaf)}
    said = _Said(hypothesis)
    known = _OF_SPEED if any("images_per_second" in vars(leaf).values() for leaf in leaves(hypothesis)) else frozenset()
    left = [
        *((start, end) for sort, start, end in scope_words(masked) if sort not in expressed),
        *(
            match.span()
            for match in _WORD.finditer(masked)
            if not (match.group() in known or _is_known(match.group()) or _in_a_name(scene, match.span()))
        ),
        *((one.begin, _with_unit(sentence, one.end)) for one in numbers if not said.quantity(one, scene.skeleton)),
        *((span.start, span.end) for span in scene.spans if span.kind in _NAMED and not said.name(span)),
    ]
    return tuple(sentence[start:end] for start, end in _stretches(masked, sorted(left)))


def _masked(text: str, spans: list[Span]) -> str:
    """The text with noughts in the place of these spans."""
    letters = list(text)
    for start, end in spans:
        letters[start:end] = "0" * (end - start)
    return "".join(letters)


def _with_unit(text: str, end: int) -> int:
    """Where the word behind a number ends: what it counts or is measured in."""
    unit = _UNIT.match(text, end)
    return unit.end() if unit else end


_NAMED = ("method", "family", "dataset", "backbone")


def _is_known(word: str) -> bool:
    """Whether a word is of the grammar's own language; of a compound, each of its parts."""
    parts = [part for part in re.split(r"[-']", word) if part and not part.isdigit()]
    return all(part in _KNOWN or _ADVERB.match(part) for part in parts)


def _in_a_name(scene: Scene, word: Span) -> bool:
    """Whether a word with a capital stands beside a name that the vocabulary does not know, whose ends are a guess."""
    text = scene.text
    if not text[word[0]].isupper():
        return False
    beside = (text[word[1] : span.start] if word[1] <= span.start else text[span.end : word[0]] for span in scene.spans if span.unknown)
    return any(not gap.strip() and len(gap) == 1 for gap in beside)


def _expressed(leaf: Statement) -> set[Sort]:
    """The sorts of scope words that a statement of this kind can hold."""
    found: set[Sort] = set()
    if isinstance(leaf, Rank | Spread | Contrast) or (isinstance(leaf, Compare) and not leaf.other.members):
        found |= {"superlative", "universal"}
    if isinstance(leaf, Rank | Compare | Amount) and leaf.quantifier != "stated":
        found.add("universal")
    if isinstance(leaf, Compare) and leaf.subject_by == "each":
        found.add("universal")
    return found


class _Said:
    """The names and numbers that a hypothesis holds."""

    def __init__(self, hypothesis: Part) -> None:
        self._names: set[str] = set()
        self._numbers: set[float] = set()
        for leaf in leaves(hypothesis):
            self._collect(leaf.model_dump(exclude={"assumptions", "kind"}))

    def _collect(self, value: object) -> None:
        match value:
            case dict():
                for each in value.values():
                    self._collect(each)
            case list() | tuple():
                for each in value:
                    self._collect(each)
            case str():
                self._names.add(value)
            case int() | float():
                self._numbers.add(float(value))

    def name(self, span: Named) -> bool:
        """Whether a statement names it, or one of its members."""
        return bool({span.name, *span.members} & self._names)

    def quantity(self, one: Quantity, text: str) -> bool:
        """Whether a statement holds a quantity; "39.6M" is 39.6, whatever stands behind it."""
        whole = _DIGITS.match(text, one.start)
        half = max(0.5 * 10.0**-one.decimals, 0.1 * abs(one.value) if one.bounded and not one.is_range else 0.0)
        return all(self._number(end, half) for end in one.ends) or (whole is not None and self._number(float(whole[0]), 0.0))

    def _number(self, value: float, half: float) -> bool:
        """Whether a bound of a statement is this number within its rounding: as it stands, as a share, or as what a change leaves."""
        forms = (
            (value, 1.0),
            (100 - value, 1.0),
            (value - 1, 1.0),
            (value / 100, 0.01),
            (1 - value / 100, 0.01),
            (1 + value / 100, 0.01),
            (100 * value, 100.0),
            (100 * (value - 1), 100.0),
            (1 / value, 1 / value**2) if value else (0.0, 0.0),
        )
        return any(abs(abs(form) - abs(held)) <= half * scale + 1e-6 for form, scale in forms for held in self._numbers)


def _stretches(text: str, spans: list[Span]) -> list[Span]:
    """The spans, neighbours joined."""
    found: list[Span] = []
    for start, end in spans:
        if found and (start <= found[-1][1] or _GAP.fullmatch(text[found[-1][1] : start])):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def notes_of(text: str, hypothesis: Part, itself: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """A note for each stretch that no note tells already."""
    return tuple(
        f"“{words}” {UNREAD}" for words in unread(text, hypothesis, itself) if not any(words.lower() in note.lower() for note in known)
    )
