"""
What a claim asserts beyond its reading, held against what decides it.

A table decides only what the hypothesis says. The rest of the sentence ("on one V100", "with soft targets") must stand in the caption or
the headers of the tables that decide, or nothing is decided. That nothing is better, that it holds everywhere, that nobody did it
before or why it is so, no table shows: such words keep a verdict off unless the hypothesis expresses them. A passage must state them too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from synth.model import Claim, Compare, Observation, Table, leaves
from synth.model.scope import Sort, sorts_of
from synth.verifier.regimes import OFF_THE_SHELF
from synth.verifier.selection import metrics_of
from synth.verifier.stance.words import content, words_of
from synth.verifier.units import of_machine

BEYOND_TABLES: frozenset[Sort] = frozenset({"exclusive", "novel", "causal"})
"""what no operator on a table can show, whatever it reads."""
_EVERY = re.compile(
    r"\b(?:all|every|each|both|any|most|many|several|multiple|various|different|two|three|four|five|six|seven|eight|nine|ten|\d+)"
    r"(?: of)?(?: the)? (?:[\w-]+ )?(?:(?P<dataset>data ?sets?|benchmarks?)|(?P<backbone>backbones?)"
    r"|(?P<keep_rate>keep rates?))\b",
    re.I,
)


_DEVICE = (
    r"(?:NVIDIA|AMD|Intel|GeForce|Tesla|Quadro|Titan|Jetson|Xeon|[RG]TX|A100|A40|A10G?|A6000|H[12]00|V100|P100|P40|K[48]0|T4|L40?S?"
    r"|TPU ?v\d|[CGT]PUs?)"
)
_HARDWARE = re.compile(
    rf"(?:(?:a|an|the|on|one|two|four|eight|single|\d)[\s-]+)*{_DEVICE}(?:[\s-]+(?:{_DEVICE}|\d{{3,4}}(?: ?Ti)?|XP?|Nano|cards?|cores?))*",
    re.I,
)
_AMOUNT = re.compile(r"\d+(?:\.\d+)?\s?[A-Za-z%][\w-]*(?: points?)?")


def unchecked(claim: Claim, said: Iterable[str], *, own: bool = False) -> tuple[str, ...]:
    """
    The stretches of the claim that nobody read and that these texts do not bear out.

    said   captions and headers of the tables that decide
    own    whether they are of the claim's own paper, so that "there" and "in this setting" are at home
    """
    texts = tuple(said)
    known = content(words_of(" ; ".join(texts)))
    untrained = any(OFF_THE_SHELF.search(text) for text in texts)
    return tuple(words for words in claim.unread if not _is_borne_out(words, known, own=own, untrained=untrained, whole=claim.text))


def rescuing(claim: Claim, said: Iterable[str]) -> tuple[str, ...]:
    """
    The stretches under which what a table refutes may be right all the same: what nobody read, unless it cannot matter.

    1. Hardware, where the table names it or no metric of the claim depends on the machine: an accuracy is the same on every GPU.
    2. By how much one thing is ahead of another, where it is not ahead at all.

    A caption that has the words of another condition says only that some of the numbers are under it.
    """
    parts = leaves(claim.hypothesis) if claim.hypothesis else ()
    anywhere = bool(parts) and not any(of_machine(metric) for leaf in parts for metric in metrics_of(leaf))
    led = bool(parts) and all(isinstance(leaf, Compare) and leaf.relation != "equals" and leaf.margin is None for leaf in parts)
    elsewhere = unchecked(claim, said)
    return tuple(
        words
        for words in claim.unread
        if not (_HARDWARE.fullmatch(words) and (anywhere or words not in elsewhere))
        and not (led and _AMOUNT.fullmatch(words) and f"by {words}" in claim.text)
    )


def _is_borne_out(words: str, known: frozenset[str], *, own: bool, untrained: bool, whole: str) -> bool:
    if sorts_of(words):
        return False
    if untrained and any(words in match.group() or match.group() in words for match in OFF_THE_SHELF.finditer(whole)):
        return True
    asserted = content(words_of(words))
    return all(_is_among(word, known) for word in asserted) if asserted else own


def _is_among(word: str, known: frozenset[str]) -> bool:
    """Whether a word, or one that shortens it or is shortened by it ("params"), is among others."""
    return word in known or any(min(len(word), len(each)) > 3 and (word.startswith(each) or each.startswith(word)) for each in known)


def surroundings(table: Table, spots: Collection[tuple[int, int] | None]) -> list[str]:
    """What a table says of some of its numbers, by row and column: its caption, and the rows that they stand in under their headers."""
    rows = {spot[0] for spot in spots if spot}
    return [table.caption, *(text for cell in table.cells if cell.row in rows for text in (*cell.row_path, *cell.column_path, cell.text))]


def headers(table: Table) -> frozenset[str]:
    """All headers of a table, of rows and columns."""
    return frozenset(text for cell in table.cells for path in (cell.row_path, cell.column_path) for text in path)


def unseen_places(claim: Claim, observations: Iterable[Observation]) -> str:
    """ "every data set" or "several backbones" where the numbers are of a single one, so that they do not bear it out; else empty."""
    seen = tuple(observations)
    for match in _EVERY.finditer(claim.text):
        field = str(match.lastgroup)
        values = {each.setting(field) if field == "keep_rate" else getattr(each, field) for each in seen}
        if len(values - {None, ""}) < 2:
            return match.group()
    return ""


def unsaid(claim: Claim, passage: str) -> str:
    """What the claim asserts and the passage does not state: a sort of scope words, or a stretch that nobody read; empty if nothing."""
    lacking = sorts_of(claim.text) - sorts_of(passage)
    if lacking:
        return f"the claim has a word of scope ({', '.join(sorted(lacking))}) that the passage does not state"
    known = content(words_of(passage))
    missing = next((words for words in claim.unread if not all(_is_among(word, known) for word in content(words_of(words)))), "")
    return f"the passage does not say “{missing}”" if missing else ""
