"""What stands at the edges of many pages and is no text of the paper: running headers, footers, page numbers, archive stamps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from synth.reader.layout import Line, Page, Rule

_STAMP = re.compile(r"^arXiv:\S+\s*(?:v\d+)?\s*\[", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"^(?:page\s*)?[-–—]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:(?:of|/)\s*\d{1,4})?\s*[-–—]?$", re.IGNORECASE)


def without_furniture(pages: Sequence[Page]) -> None:
    """Take running headers, footers, page numbers and archive stamps out of the pages' lines."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        seen.update({_furniture_key(line) for line in page.lines if _at_edge(line, page)})
    least = 2 if len(pages) < 6 else 3
    ruled = Counter(key for page in pages for key in {_rule_key(rule) for rule in page.across})
    for page in pages:
        page.lines = [line for line in page.lines if not _is_furniture(line, page, seen, least)]
        edges = (0.11 * page.height, 0.89 * page.height)
        page.across = [rule for rule in page.across if edges[0] < rule.y0 < edges[1] or ruled[_rule_key(rule)] < least]


def _rule_key(rule: Rule) -> tuple[int, int]:
    return round(rule.x0 / 2), round(rule.y0 / 2)


def _at_edge(line: Line, page: Page) -> bool:
    return line.y1 < 0.11 * page.height or line.y0 > 0.89 * page.height


def _furniture_key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.y0 / 4)


def _is_furniture(line: Line, page: Page, seen: Counter[tuple[str, int]], least: int) -> bool:
    if _STAMP.match(line.text):
        return True
    if not _at_edge(line, page):
        return False
    text, place = _furniture_key(line)
    if sum(seen[text, place + shift] for shift in (-1, 0, 1)) >= least and len(text) > 1:
        return True
    return bool(_PAGE_NUMBER.match(line.text)) and (line.y1 < 0.09 * page.height or line.y0 > 0.9 * page.height)
