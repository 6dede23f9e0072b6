""" "The highest attendance be 2973 on 22 march": the row or the value at the end of an order, or the k-th from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synth.verifier.operators.counts import most_frequent
from synth.verifier.operators.extremes import at_place
from synth.verifier.operators.grid import Column
from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.records.program import Filter, Program, conjunction, link_of, merged, used
from synth.verifier.operators.records.terms import Terms, combinations

SHOWN = 3


@dataclass(frozen=True)
class _Order:
    """An order that a superlative can mean."""

    place: int
    """of the superlative."""
    column: int
    score: float
    header: frozenset[int]
    upwards: bool
    kth: int
    ordinal: frozenset[int]
    flags: frozenset[str]


def superlatives(terms: Terms) -> Iterator[Program]:
    """Every superlative with every column that it can order by."""
    for place, word in enumerate(terms.words):
        ends = _ends(word)
        following = terms.statement.tokens[place + 1] if place + 1 < len(terms.words) else None
        counts_off = (
            word in ("top", "first", "last", "bottom") and following is not None and following.value is not None and not following.ordinal
        )
        if not ends or place in terms.inside or counts_off:
            continue
        kth, ordinal = _kth(terms, place)
        for rank, (column, score, header, how) in enumerate(terms.orderable(place, word)[:3]):
            for end in ends:
                upwards = _upwards(end, word, terms.grid.columns[column])
                if upwards is not None:
                    flags = frozenset([how, f"choice_{rank}"]) | (frozenset(["kth"]) if kth > 1 else frozenset())
                    yield from _programs(terms, _Order(place, column, score, header, upwards, kth, ordinal, flags))
        if word == "most" or (following is not None and following.text in words("often")):
            yield from _most_frequent(terms, place)


def _ends(word: str) -> list[str]:
    found = [name for name in ("highest", "lowest", "early", "late") if word in words(name)]
    return found + (["worst"] if word == "worst" else ["best"] if word in ("best", "top", "winner") else [])


def _kth(terms: Terms, place: int) -> tuple[int, frozenset[int]]:
    """Which place of the order is meant, "second highest", and the ordinal that says so."""
    kth, ordinal = 1, frozenset[int]()
    for back in (1, 2):
        token = terms.statement.tokens[place - back] if place >= back else None
        if token is not None and token.ordinal and token.value:
            kth, ordinal = int(token.value), frozenset([place - back])
    return kth, ordinal


def _upwards(end: str, word: str, column: Column) -> bool | None:
    """Whether the end is that of the greatest numbers of a column; None where the column has no such order."""
    keys = set(column.key)
    dated = column.kind == "date" or column.years
    ranked = bool(keys & stems("places"))
    less_is_better = bool(keys & stems("lower_is_better"))
    if end in ("early", "late"):
        return end == "late" if dated else None
    if end in ("best", "worst"):
        return (end == "best") != less_is_better
    if (word == "fastest" and column.kind == "time") or (word == "oldest" and dated):
        return False
    if (word == "slowest" and column.kind == "time") or (word == "youngest" and dated):
        return True
    return (end == "highest") != ranked


def _programs(terms: Terms, order: _Order) -> Iterator[Program]:
    groups = terms.cells
    for chosen in combinations(groups, 3):
        splits: list[tuple[Sequence[Filter], Sequence[Filter]]] = [(chosen, ())]
        if len(chosen) > 1:
            splits += [((each,), tuple(other for other in chosen if other is not each)) for each in chosen]
        for target, scope in splits:
            yield from _split(terms, order, chosen, target, scope)


def _split(terms: Terms, order: _Order, chosen: Sequence[Filter], target: Sequence[Filter], scope: Sequence[Filter]) -> Iterator[Program]:
    """With some mentions as what has the extreme and the others as where it is looked for."""
    column = terms.grid.columns[order.column]
    within = conjunction(merged(scope), terms.everything)
    values = {row: value for row in within if (value := column.values[row]) is not None}
    reached = at_place(values, order.kth, upwards=order.upwards) if len(values) > 1 else None
    if reached is None:
        return
    goal, rows = reached
    end = "highest" if order.upwards else "lowest"
    labels = ", ".join(terms.grid.label(row) for row in sorted(rows)[:SHOWN])
    step = f"{f'{order.kth}. ' if order.kth > 1 else ''}{end} {column.header} is {goal:g}: {labels}"
    link = order.score * link_of(chosen)
    places = used(chosen, [order.place], order.ordinal, order.header, terms.denials)
    flags = order.flags | (frozenset(["scoped"]) if scope else frozenset())
    meant = conjunction(merged(target), terms.everything)
    if target and meant != terms.everything:
        flags |= _places(terms, order, target, scope, within) | (frozenset(["tied"]) if len(rows) > 1 else frozenset())
        yield Program("superlative", bool(rows & meant) != terms.denied, places, link, (step,), flags)
    elif target:
        return
    for number in terms.numbers:
        if number.ordinal or terms.bound(number.place)[0] != "=":
            continue
        agrees = abs(goal - number.value) < 1e-9 and (bool(scope) or not target or bool(rows & meant))
        words_ = (step, f"stated {number.value:g}")
        yield Program("superlative_value", agrees != terms.denied, places | {number.place}, link, words_, flags - _TARGET_FLAGS)


_TARGET_FLAGS = frozenset(["target_first", "target_behind", "scope_marked", "target_marked", "small_scope", "tied"])


def _places(terms: Terms, order: _Order, target: Sequence[Filter], scope: Sequence[Filter], within: frozenset[int]) -> frozenset[str]:
    """Where target and scope stand: the scope behind a preposition, the target before the superlative."""

    def marked(each: Filter) -> bool:
        start = min(each.used)
        return any(start >= back and terms.words[start - back] in words("scope_words") for back in (1, 2))

    first = min(min(each.used) for each in target) < order.place
    found = {
        "target_first": first,
        "target_behind": not first,
        "scope_marked": bool(scope) and all(marked(each) for each in scope),
        "target_marked": not scope and len(target) > 1 and any(marked(each) for each in target),
        "small_scope": bool(scope) and len(within) == 2,
    }
    return frozenset(name for name, there in found.items() if there)


def _most_frequent(terms: Terms, place: int) -> Iterator[Program]:
    """ "Used most often": the entry that comes most often in its column."""
    for number, group in enumerate(terms.cells):
        for each in group[:2]:
            rest = next(iter(combinations([other for k, other in enumerate(terms.cells) if k != number], 2)), ())
            within = conjunction(merged(rest), terms.everything)
            keys = {row: terms.grid.rows[row][each.column].key for row in within}
            most, entries = most_frequent(keys.values())
            if most < 2 or len(set(keys.values())) < 2:
                continue
            mine = any(keys[row] in entries for row in each.rows & within)
            flags = frozenset(["scoped"] if rest else [])
            yield Program(
                "mode",
                mine != terms.denied,
                used([each, *rest], [place]),
                each.score,
                (f"the most frequent entry comes {most} times",),
                flags,
            )
