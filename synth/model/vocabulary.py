"""
One vocabulary of methods, families, backbones, data sets, metrics and tasks, read from vocabulary.toml.

Sentences, table headers and questions name the same things in many ways; everything that has to know that two names
mean one thing asks here. A name that the vocabulary does not know keeps its slug, so unknown methods work too.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Literal

from synth.model.base import Record

Kind = Literal["method", "family", "backbone", "dataset", "metric", "setting", "task"]
KINDS: tuple[Kind, ...] = ("method", "family", "backbone", "dataset", "metric", "setting", "task")


class Term(Record):
    """One thing with its names."""

    kind: Kind
    name: str
    """canonical: "topk"."""
    label: str
    """as it is printed: "Top-K"."""
    aliases: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """of a family: canonical method names."""
    unit: str = ""
    """of a metric: "percent", "images/s", "gmacs", "tokens", ..."""
    higher_is_better: bool = True
    of_machine: bool = False
    """of a metric: its values depend on the machine, so those of two papers cannot be compared."""
    multi_label: bool = False
    """of a data set: performance is mAP, not top-1."""
    exact: tuple[str, ...] = ()
    """names that count only where they are the whole text or stand before a bracket, as in a table cell: "random", "baseline"."""
    not_before: tuple[str, ...] = ()
    """words that make something else of a name right before them: "norm" after "l2"."""
    doubtful: tuple[str, ...] = ()
    """of a family: members that not every source counts; a statement on the family is also judged without them."""
    counterpart: str = ""
    """of a family: the family that it is measured against where a sentence names none."""


class Mention(Record):
    """Where a text names a term."""

    term: Term
    start: int
    end: int


def slug(text: str) -> str:
    """Lower-case words joined by underscores, accents and punctuation dropped: "PM-ViT (ours)" → "pm_vit_ours"."""
    plain = unicodedata.normalize("NFKD", text.replace("∞", "inf")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


def _key(text: str) -> str:
    """What spellings of one name share; a text without Latin letters and digits ("ρ", "–") stands for itself."""
    return slug(text).replace("_", "") or text.strip().lower()


def _pattern(alias: str) -> str:
    """Words of an alias with any hyphen, underscore or blank between them, plural endings allowed."""
    words = [re.escape(word) for word in re.split(r"[\s_\-–]+", alias) if word]
    # "A-ViT" is a name and "a ViT" is not: behind an article a blank makes two words.
    first = r"[_\-–]?" if words and words[0].lower() == "a" else r"[\s_\-–]?"
    return first.join(words[:2]) + "".join(rf"[\s_\-–]?{word}" for word in words[2:]) + ("s?" if words and words[-1][-1:].isalpha() else "")


def _cased(alias: str) -> bool:
    """Whether an alias is a name only as it is written: short with capitals ("ATS", "SiT"), which in small letters is a word."""
    return (len(alias) < 5 or alias[1:2] == "-") and alias != alias.lower()


def _spelled(alias: str, term: Term) -> str:
    """The pattern of one alias with its case and what may not follow it."""
    unless = "|".join(re.escape(word) for word in term.not_before)
    return f"(?{'' if _cased(alias) else 'i'}:{_pattern(alias)}(?![A-Za-z0-9])" + (rf"(?![\s-]+(?i:{unless})))" if unless else ")")


class Vocabulary:
    """Terms by kind and name, and a search for their mentions in a text."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self.terms = terms
        self._by_name = {(term.kind, term.name): term for term in terms}
        self._by_alias: dict[tuple[str, str], Term] = {}
        for term in terms:
            for alias in (term.name, term.label, *term.aliases, *term.exact):
                self._by_alias.setdefault((term.kind, _key(alias)), term)
        self._patterns = {kind: self._compile(kind) for kind in KINDS}

    def _compile(self, kind: Kind) -> tuple[re.Pattern[str], tuple[Term, ...]]:
        """One alternation of all aliases of a kind, by first letter and the longest first, and the term of each of its groups."""
        pairs = [(alias, term) for term in self.of(kind) for alias in dict.fromkeys((term.label, *term.aliases))]
        pairs.sort(key=lambda pair: (pair[0][0].lower(), -len(pair[0]), pair[0]))
        letters = []
        for letter, group in groupby(pairs, key=lambda pair: pair[0][0].lower()):
            # One look at the first letter spares the attempt at every alias that begins otherwise.
            choices = "|".join(f"({_spelled(alias, term)})" for alias, term in group)
            letters.append(f"(?={re.escape(letter)}|{re.escape(letter.upper())})(?:{choices})")
        return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(letters) or '(?!)'})"), tuple(term for _, term in pairs)

    def of(self, kind: Kind) -> tuple[Term, ...]:
        """All terms of a kind, in the order of the file."""
        return tuple(term for term in self.terms if term.kind == kind)

    def get(self, kind: Kind, name: str) -> Term | None:
        """The term with this canonical name."""
        return self._by_name.get((kind, name))

    def find(self, kind: Kind, text: str) -> Term | None:
        """The term that the whole text names, whatever its spelling; None if none does."""
        key = _key(text)
        return self._by_alias.get((kind, key)) or (self._by_alias.get((kind, key[:-1])) if key.endswith("s") else None)

    def name(self, kind: Kind, text: str) -> str:
        """Canonical name of what the whole text names, else its slug."""
        term = self.find(kind, text)
        return term.name if term else slug(text)

    def label(self, kind: Kind, name: str) -> str:
        """How a canonical name is printed; the name itself where it is unknown."""
        term = self.get(kind, name)
        return term.label if term else name

    def mentions(self, text: str, *kinds: Kind) -> tuple[Mention, ...]:
        """Where the text names terms of these kinds (all if none given), longest match first at each place, in order of the text."""
        found: list[Mention] = []
        for kind in kinds or KINDS:
            pattern, terms = self._patterns[kind]
            for match in pattern.finditer(text):
                found.append(Mention(term=terms[(match.lastindex or 1) - 1], start=match.start(), end=match.end()))
            if not any(mention.term.kind == kind for mention in found):
                found.extend(self._whole(kind, text))
        return tuple(sorted(found, key=lambda mention: (mention.start, -mention.end)))

    def _whole(self, kind: Kind, text: str) -> tuple[Mention, ...]:
        """The term whose exact name is the text up to its first bracket: "Baseline (DeiT-S)"."""
        head = re.split(r"[(\[]", text, maxsplit=1)[0].strip()
        term = self.find(kind, head) if head and len(head) < 40 else None
        start = text.find(head)
        return (Mention(term=term, start=start, end=start + len(head)),) if term else ()


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the program."""
    data = tomllib.loads(resources.files(__package__).joinpath("vocabulary.toml").read_text("utf-8"))
    sections: dict[str, Kind] = {
        "methods": "method",
        "families": "family",
        "backbones": "backbone",
        "datasets": "dataset",
        "metrics": "metric",
        "settings": "setting",
        "tasks": "task",
    }
    return Vocabulary(
        tuple(Term(kind=kind, name=name, **fields) for section, kind in sections.items() for name, fields in data.get(section, {}).items())
    )
