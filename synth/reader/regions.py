"""Where the tables of a page are: groups of horizontal rules, each given to the caption that stands nearest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from synth.model import Box
from synth.reader.captions import Caption
from synth.reader.layout import Line, Page, Rule

_REACH = 70.0
"""points between a table and its caption at most."""


@dataclass
class Region:
    """A table on a page: its box, its caption, and its rules."""

    box: Box
    caption: Caption
    rules: list[float] = field(default_factory=list)
    """heights of the rules across its whole width, top first."""
    partial: list[Rule] = field(default_factory=list)
    """rules across some columns only."""


@dataclass
class _Group:
    x0: float
    x1: float
    rules: list[Rule]

    @property
    def top(self) -> float:
        return self.rules[0].y0

    @property
    def bottom(self) -> float:
        return self.rules[-1].y0


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Rules with touching pieces at one height joined."""
    found: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (round(rule.y0), rule.x0)):
        last = found[-1] if found else None
        if last and abs(last.y0 - rule.y0) < 1 and last.x0 - 1 < rule.x0 < last.x1 + 1.5:
            found[-1] = Rule(last.x0, last.y0, max(last.x1, rule.x1), last.y1)
        else:
            found.append(rule)
    return sorted(found, key=lambda rule: (rule.y0, rule.x0))


def _groups(page: Page, captions: Sequence[Caption]) -> list[_Group]:
    """Rules one below the other with nothing but table text between them."""
    groups: list[_Group] = []
    for rule in _merged(page.across):
        fits = [group for group in groups if _fits(rule, group) and not _parted(group, rule, page, captions)]
        if fits:
            max(fits, key=lambda group: (group.bottom, group.x0)).rules.append(rule)
        else:
            groups.append(_Group(rule.x0, rule.x1, [rule]))
    return [_trimmed(group) for group in groups]


def _trimmed(group: _Group) -> _Group:
    """The group from its first to its last rule across the whole width: what hangs on belongs to something else."""
    full = _full(group)
    return _Group(group.x0, group.x1, [rule for rule in group.rules if full[0] - 1 < rule.y0 < full[-1] + 4])


def _fits(rule: Rule, group: _Group) -> bool:
    return group.x0 - 5 < rule.x0 and rule.x1 < group.x1 + 5


def _parted(group: _Group, rule: Rule, page: Page, captions: Sequence[Caption]) -> bool:
    """Whether a caption or running text stands between the last rule of a group and a rule."""
    between = [line for line in page.lines if group.bottom < line.middle < rule.y0 and line.x0 < group.x1 and group.x0 < line.x1]
    if not between:
        return rule.y0 - group.bottom > 60
    heads = {id(line) for caption in captions for line in caption.lines}
    if any(id(line) in heads for line in between):
        return True
    width = group.x1 - group.x0
    prose = [
        line for line in between if line.x1 - line.x0 > 0.8 * width and len(re.findall(r"\b[a-z]{2,}\b", line.text)) > 6 and width > 150
    ]
    return len(prose) > 2 and 2 * len(prose) > len(between)


def _gap(box: Box, group: _Group) -> tuple[float, bool]:
    """Vertical distance of a caption and a group, and whether the caption stands above."""
    middle = (box[1] + box[3]) / 2
    above = middle < (group.top + group.bottom) / 2
    return (max(group.top - box[3], 0.0) if above else max(box[1] - group.bottom, 0.0)), above


def _beside(box: Box, group: _Group, gutter: float | None) -> float | None:
    """Horizontal distance of a caption and a group, 0 where one stands over the other; None if in different columns of text."""
    overlap = min(box[2], group.x1) - max(box[0], group.x0)
    if overlap > 0.3 * min(box[2] - box[0], group.x1 - group.x0):
        return 0.0
    if gutter is not None and (box[0] + box[2] < 2 * gutter) != (group.x0 + group.x1 < 2 * gutter):
        return None
    return max(-overlap, 5.0)


@dataclass
class _Pair:
    """A caption with a group near it."""

    caption: Caption
    group: _Group
    gap: float
    above: bool
    aside: float


def find_regions(page: Page, captions: Sequence[Caption]) -> list[Region]:
    """The tables of the page in the order of their captions; a caption without rules near it takes the rows beside it."""
    pairs = []
    for group in (group for group in _groups(page, captions) if len(_full(group)) > 1):
        for caption in captions:
            aside = _beside(caption.box, group, page.gutter)
            gap, above = _gap(caption.box, group)
            if aside is not None and gap < _REACH:
                pairs.append(_Pair(caption, group, gap, above, aside))
    won = _nearest(pairs)
    found: list[Region] = []
    for caption in captions:
        own = _one_side([pair for pair in won if pair.caption is caption])
        found.extend(_grown(_region(pair.group, caption), page, captions, above=pair.above) for pair in own)
    for caption in captions:
        if caption.kind == "Table" and not any(region.caption is caption for region in found):
            found.extend(unruled(page, caption, [region.box for region in found], captions))
    order = {id(caption): n for n, caption in enumerate(captions)}
    return sorted(found, key=lambda region: (order[id(region.caption)], round(region.box[1] / 60), region.box[0]))


def _nearest(pairs: Sequence[_Pair]) -> list[_Pair]:
    """For every group the pair with its nearest caption, if that is a table's; captions of a page tend to stand on one side."""
    tables = [pair for pair in pairs if pair.caption.kind == "Table" and not pair.aside]
    above = sum(1 / (5 + pair.gap) for pair in tables if pair.above) >= sum(1 / (5 + pair.gap) for pair in tables if not pair.above)

    def cost(pair: _Pair) -> float:
        aside = 12 + pair.aside if pair.aside else 0.0
        return pair.gap + aside + (12 if pair.caption.kind == "Table" and pair.above != above else 0)

    found: list[_Pair] = []
    for group in {id(pair.group): pair.group for pair in pairs}.values():
        best = min((pair for pair in pairs if pair.group is group), key=cost)
        if best.caption.kind == "Table":
            found.append(best)
    return found


def _one_side(pairs: Sequence[_Pair]) -> list[_Pair]:
    """Of the groups of one caption the nearest, those beside it, and those that go on directly behind it."""
    found: list[_Pair] = []
    for pair in sorted(pairs, key=lambda pair: pair.gap + pair.aside):
        near = [
            known
            for known in found
            if known.above == pair.above and max(pair.group.top - known.group.bottom, known.group.top - pair.group.bottom) < 25
        ]
        if not found or near:
            found.append(pair)
    return found


def _full(group: _Group) -> list[float]:
    """Heights of the rules that run across the whole group, a double rule once."""
    found: list[float] = []
    for rule in group.rules:
        if rule.x1 - rule.x0 > 0.93 * (group.x1 - group.x0) and (not found or rule.y0 - found[-1] > 3.5):
            found.append(rule.y0)
    return found


def _region(group: _Group, caption: Caption) -> Region:
    width = group.x1 - group.x0
    return Region(
        box=(group.x0 - 3, group.top - 0.5, group.x1 + 3, group.bottom + 0.5),
        caption=caption,
        rules=_full(group),
        partial=[rule for rule in group.rules if rule.x1 - rule.x0 <= 0.93 * width],
    )


def _grown(region: Region, page: Page, captions: Sequence[Caption], *, above: bool) -> Region:
    """The region with the rows that stand beyond its first and last rule: up to the caption on its side, at most 30 on the other."""
    heads = {id(line) for caption in captions for line in caption.lines}
    left, top, right, bottom = region.box
    inside = [line for line in page.lines if left - 4 < line.x0 and line.x1 < right + 4 and id(line) not in heads]
    over = _attached(sorted((line for line in inside if line.middle < top), key=lambda line: -line.y1), top, up=True, near=above)
    under = _attached(sorted((line for line in inside if line.middle > bottom), key=lambda line: line.y0), bottom, up=False, near=not above)
    if over:
        top = min(line.y0 for line in over) - 0.5
        region.rules.insert(0, top)
    if under:
        bottom = max(line.y1 for line in under) + 0.5
        region.rules.append(bottom)
    region.box = (left, top, right, bottom)
    return region


def _attached(lines: Sequence[Line], edge: float, *, up: bool, near: bool) -> list[Line]:
    """Lines of table text that follow one another from the edge; on the far side only rows of several pieces count."""
    found: list[Line] = []
    for line in lines[:120]:
        row = [other for other in lines if abs(other.middle - line.middle) < 0.4 * line.size]
        words = len(re.findall(r"\b[a-z]{2,}\b", " ".join(other.text for other in row)))
        gap = edge - line.y1 if up else line.y0 - edge
        if gap > 0.6 * line.size or words > 6 or (len(row) < 2 and not near):
            break
        edge = min(edge, line.y0) if up else max(edge, line.y1)
        found.append(line)
    return found if len(found) > 1 else []


def unruled(page: Page, caption: Caption, others: Sequence[Box], captions: Sequence[Caption]) -> list[Region]:
    """The rows directly below a caption, or else directly above, that read as a table."""
    left, top, right, bottom = caption.box
    heads = {id(line) for other in captions for line in other.lines}
    margin = 0.0 if page.gutter else 60.0
    beside = [
        line
        for line in page.lines
        if id(line) not in heads
        and line.x0 < right + margin
        and line.x1 > left - margin
        and not any(box[1] < line.middle < box[3] and box[0] < (line.x0 + line.x1) / 2 < box[2] for box in others)
    ]
    for lines, edge in (
        (sorted((line for line in beside if line.middle > bottom), key=lambda line: line.y0), bottom),
        (sorted((line for line in beside if line.middle < top), key=lambda line: -line.y1), top),
    ):
        block = _block(lines, edge)
        if len(block) >= 4 and len({round(line.x0 / 6) for line in block}) > 1:
            x0, y0, x1, y1 = (
                min(line.x0 for line in block),
                min(line.y0 for line in block),
                max(line.x1 for line in block),
                max(line.y1 for line in block),
            )
            rules = [rule.y0 for rule in page.across if y0 < rule.y0 < y1 and rule.x1 - rule.x0 > 0.7 * (x1 - x0)]
            return [Region(box=(x0 - 2, y0 - 0.5, x1 + 2, y1 + 0.5), caption=caption, rules=[y0 - 0.5, *sorted(rules), y1 + 0.5])]
    return []


def _block(lines: Sequence[Line], edge: float) -> list[Line]:
    """Lines that follow one another from the edge without a wide gap and without running text."""
    found: list[Line] = []
    for line in lines:
        step = min(abs(line.y0 - edge), abs(line.y1 - edge), abs(line.middle - edge))
        if step > 2.2 * line.size or len(re.findall(r"\b[a-z]{2,}\b", line.text)) > 8:
            break
        edge = line.y1 if line.y0 >= edge - line.size else line.y0
        found.append(line)
    # A table has rows of several pieces side by side.
    rows = [sum(abs(other.middle - line.middle) < 2 for other in found) for line in found]
    return found if found and sum(count > 1 for count in rows) > 0.5 * len(rows) else []
