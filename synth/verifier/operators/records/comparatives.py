""" "A have 3 more points than B", "more wins than losses": two rows or two columns held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synth.verifier.operators.amounts import agrees
from synth.verifier.operators.grid import Column
from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.mentions import NumberMention
from synth.verifier.operators.records.program import Filter, Program, conjunction, link_of, merged, span, used
from synth.verifier.operators.records.terms import Terms, combinations

REACH = 7
_BY_RANK = ("better", "worse", "higher", "lower", "above", "below")


def comparatives(terms: Terms) -> Iterator[Program]:
    """Every comparative of the statement with what stands on either side of it."""
    for place, word in enumerate(terms.words):
        sign = 1 if word in words("more") else -1 if word in words("less") else 0
        if not sign or place in terms.inside:
            continue
        than = next((each for each in range(place, min(len(terms.words), place + REACH)) if terms.words[each] == "than"), None)
        if than is None and word not in words("comparing"):
            continue
        pivot = place if than is None else than
        yield from _rows(terms, place, pivot, sign)
        yield from _columns(terms, place, pivot, sign)


def _rows(terms: Terms, place: int, pivot: int, sign: int) -> Iterator[Program]:
    left = [number for number, group in enumerate(terms.cells) if max(group[0].used) < pivot][-2:]
    right = [number for number, group in enumerate(terms.cells) if min(group[0].used) > pivot][:2]
    columns = terms.orderable(place, terms.words[place])
    for a in left:
        for b in right:
            rest = [group for number, group in enumerate(terms.cells) if number not in (a, b)]
            within = next(iter(combinations(rest, 1)), ())
            for one in terms.cells[a][:2]:
                for other in terms.cells[b][:2]:
                    if one.column != other.column:
                        continue
                    for rank, column in enumerate(columns[:3]):
                        yield from _pair(terms, place, pivot, sign, one, other, within, column, rank)
                    if not any(column[3] == "named" for column in columns):
                        yield _counted(terms, place, pivot, sign, one, other, within)


def _pair(
    terms: Terms,
    place: int,
    pivot: int,
    sign: int,
    one: Filter,
    other: Filter,
    within: Sequence[Filter],
    chosen: tuple[int, float, frozenset[int], str],
    rank: int,
) -> Iterator[Program]:
    index, score, header, how = chosen
    column = terms.grid.columns[index]
    base = conjunction(merged(within), terms.everything)
    first, second = (_values(column, each.rows, base) for each in (one, other))
    if not first or not second or index == one.column:
        return
    many = len(first) > 1 or len(second) > 1
    summed = many and column.kind == "number" and not column.years
    a, b = (sum(first), sum(second)) if summed else (first[0], second[0])
    holds = (a - b) * _sign(terms.words[place], sign, column) > 0
    found = {"many": many, "within": bool(within)}
    flags = frozenset([how, f"choice_{rank}", *(name for name, there in found.items() if there)])
    step = f"{column.header}: {one.words} {a:g} against {other.words} {b:g}"
    taken = used([one, other, *within], [place, pivot], header, terms.denials)
    link = score * one.score * other.score
    gap = _gap(terms, place)
    if gap is None:
        yield Program("comparative", holds != terms.denied, taken, link, (step,), flags)
        return
    exact = (
        agrees(abs(a - b), gap.value, gap.decimals, share=False) if gap.decimals else abs(abs(a - b) - gap.value) < 1e-6 * max(1, gap.value)
    )
    steps = (step, f"apart by {abs(a - b):g}, stated {gap.value:g}")
    yield Program("difference", (holds and exact) != terms.denied, taken | {gap.place}, link, steps, flags)


def _values(column: Column, rows: frozenset[int], base: frozenset[int]) -> list[float]:
    inside = [value for row in sorted(rows & base) if (value := column.values[row]) is not None]
    return inside or [value for row in sorted(rows) if (value := column.values[row]) is not None]


def _gap(terms: Terms, place: int) -> NumberMention | None:
    """The number that says by how much: beside the comparative or behind "by"."""
    near = (
        number
        for number in terms.numbers
        if not number.ordinal and ((number.place > 0 and terms.words[number.place - 1] == "by") or abs(number.place - place) <= 2)
    )
    return next(near, None)


def _sign(word: str, sign: int, column: Column) -> int:
    """The direction in numbers: a better rank is a lower one, the older date the earlier one."""
    keys = set(column.key)
    turned = (
        (word in _BY_RANK and keys & stems("ranks"))
        or (word in ("better", "worse") and keys & stems("lower_is_better"))
        or (word in ("faster", "slower") and column.kind == "time")
        or (word in ("older", "younger") and (column.kind == "date" or column.years))
    )
    return -sign if turned else sign


def _counted(terms: Terms, place: int, pivot: int, sign: int, one: Filter, other: Filter, within: Sequence[Filter]) -> Program:
    """ "A win more race than B": more rows, where no column is named."""
    base = conjunction(merged(within), terms.everything)
    a, b = len(one.rows & base), len(other.rows & base)
    flags = frozenset(["within"] if within else [])
    link = one.score * other.score * 0.8
    step = f"{a} rows with {one.words}, {b} with {other.words}"
    return Program("count_compare", ((a - b) * sign > 0) != terms.denied, used([one, other, *within], [place, pivot]), link, (step,), flags)


def _columns(terms: Terms, place: int, pivot: int, sign: int) -> Iterator[Program]:
    """ "More wins than losses": two columns in the rows that are named."""
    measured = [head for head in terms.headers if terms.grid.columns[head.column].kind == "number"]
    left = [head for head in measured if head.span[1] <= pivot]
    right = [head for head in measured if head.span[0] > pivot]
    chosen = next(iter(combinations(terms.cells, 1)), ())
    if not left or not right or left[-1].column == right[0].column or not chosen:
        return
    one, other = terms.grid.columns[left[-1].column], terms.grid.columns[right[0].column]
    rows = conjunction(merged(chosen), terms.everything)
    pairs = [(a, b) for row in sorted(rows) if (a := one.values[row]) is not None and (b := other.values[row]) is not None]
    if not pairs:
        return
    holds = all((a - b) * sign > 0 for a, b in pairs)
    taken = used(chosen, [place, pivot], span(left[-1].span), span(right[0].span))
    step = "; ".join(f"{one.header} {a:g}, {other.header} {b:g}" for a, b in pairs[:3])
    flags = frozenset(["one_row"] if len(pairs) == 1 else [])
    yield Program("column_compare", holds != terms.denied, taken, left[-1].score * right[0].score * link_of(chosen), (step,), flags)
