"""Words of a PDF page with their size and weight, as tables need them: footnote marks off, upright headers whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from synth.model import Box
from synth.reader.clean import plain
from synth.reader.columns import Word
from synth.reader.spans import is_bold, is_sign, shown


def words_of(text_page: Any) -> list[Word]:
    """Words of the page with size and weight, footnote marks taken off; a line that runs upwards is one word."""
    lines: dict[tuple[int, int], list[dict[str, Any]]] = {}
    found: list[Word] = []
    for block in text_page.extractDICT()["blocks"]:
        for number, line in enumerate(block.get("lines", ())):
            spans = line["spans"]
            if abs(line["dir"][0] - 1) < 0.02:
                lines[block["number"], number] = spans
                # MuPDF takes signs without Unicode meaning for blanks.
                found.extend(_word(span["bbox"], shown(span).strip(), span) for span in spans if is_sign(span))
            elif abs(line["dir"][0]) < 0.02 and any(span["text"].strip() for span in spans):
                found.append(_word(line["bbox"], " ".join(_turned(spans).split()), spans[0], turned=True))
    for x0, y0, x1, y1, text, block, line, _ in text_page.extractWORDS():
        spans = [span for span in lines.get((block, line), ()) if _covers(span, x0, x1)]
        if not spans:
            continue
        main = max(spans, key=lambda span: (span["size"], min(x1, span["bbox"][2]) - max(x0, span["bbox"][0])))
        word = _unmarked(plain(text), spans, main).strip()
        if word and not is_sign(main):
            found.append(_word((x0, y0, x1, y1), word, main))
    return found


def _word(box: Box, text: str, span: dict[str, Any], *, turned: bool = False) -> Word:
    base = 0.0 if turned else span["origin"][1]
    return Word(box[0], box[1], box[2], box[3], text, span["size"], is_bold(span), turned, base)


def _turned(spans: Sequence[dict[str, Any]]) -> str:
    """The text of a line that runs upwards, a smaller number behind a number shown as its exponent."""
    text = ""
    for before, span in zip([spans[0], *spans], spans, strict=False):
        power = span["size"] < 0.85 * before["size"] and text[-1:].isdigit() and span["text"].strip().isdigit()
        text += ("^" if power else "") + shown(span)
    return text


def _covers(span: dict[str, Any], x0: float, x1: float) -> bool:
    """Whether a span has text between two places of its line."""
    return bool(span["bbox"][0] < x1 - 0.1 and x0 < span["bbox"][2] - 0.1 and span["text"].strip())


def _unmarked(text: str, spans: Sequence[dict[str, Any]], main: dict[str, Any]) -> str:
    """The word with a raised footnote mark dropped and a raised exponent shown as ^."""
    raised = ""
    for span in reversed(spans):
        if not span["flags"] & 1 or span["size"] > 0.85 * main["size"]:
            break
        raised = plain(span["text"]).strip() + raised
    base = text.removesuffix(raised)
    if not raised or base in (text, ""):
        return text
    power = re.search(r"(?:^|[^\d.])10$", base) or (re.search(r"(?:^|\D)\d{1,3}$", base) and "." not in base)
    if power and re.match(r"[\d+\-−]+$", raised):
        return f"{base}^{raised}"
    return base if re.match(r"^(?:[\d,]+|[*∗⋆†‡§¶]+|[a-e])$", raised) else text
