"""Spans of a PDF line, as MuPDF gives them → text: what is bold or mathematics, raised marks dropped, exponents shown as ^."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from synth.reader.clean import collapsed, plain

MATH_FONT = re.compile(
    r"CM(?:MI|SY|EX|BSY|MIB)|MSBM|MSAM|Math|Symbol|MTSY|MTMI|RMTMI|EUF|EUS|rsfs|txsy|txmi|NewTXMI|LMMath|STIX.*Math", re.IGNORECASE
)
BOLD_FONT = re.compile(r"bold|black|heavy|medi\b|-medi|cmb|bx\d|-bd|demi|(?:^|[-+])[A-Za-z]*B(?:old)?$", re.IGNORECASE)
_MARK = re.compile(r"^(?:[\d,\s]{1,5}|[*∗⋆†‡§¶♠♣♢♡,\s]+|[a-e])$")
_INTEGER = re.compile(r"(?:^|[\s(×·=≈~])\d+$")


@cache
def is_math_font(font: str) -> bool:
    """Whether a font, by its name, holds mathematical letters and signs."""
    return bool(MATH_FONT.search(font))


@cache
def _is_bold_font(font: str) -> bool:
    return bool(BOLD_FONT.search(font))


def is_bold(span: dict[str, Any]) -> bool:
    """Whether a span is set in bold, by its flag or the name of its font."""
    return bool(span["flags"] & 16) or _is_bold_font(span["font"])


_DINGBATS = {"\x13": "✓", "\x14": "✔", "\x17": "✗", "\x18": "✘", "3": "✓", "4": "✔", "5": "✗", "6": "✘", "7": "✗", "8": "✘"}


def is_sign(span: dict[str, Any]) -> bool:
    """Whether a span is of signs (ticks, crosses) from a font without Unicode meaning."""
    return "ingbat" in span["font"] and any(char in _DINGBATS for char in span["text"])


def shown(span: dict[str, Any]) -> str:
    """The plain text of a span; signs of a dingbats font that has no Unicode meaning are named by their place in it."""
    text: str = span["text"]
    if "ingbat" in span["font"]:
        text = "".join(_DINGBATS.get(char, char) for char in text)
    return plain(text)


def joined_spans(spans: Sequence[dict[str, Any]]) -> tuple[str, bool]:
    """The text of spans with raised marks dropped and exponents shown as ^, and whether it begins with a mark."""
    text, mark, end, math, raised = "", False, 0.0, False, False
    for number, span in enumerate(spans):
        piece = shown(span)
        bare = piece.strip()
        if bare and text and span["bbox"][0] - end > 0.16 * span["size"] and not text.endswith(" ") and not piece.startswith(" "):
            text += " "
        if span["flags"] & 1 and bare:
            power = bool(_INTEGER.search(text)) or (math and text[-1:].isalpha())
            if raised:
                text += piece
            elif power and re.match(r"[\d+\-−]", bare):
                text += "^" + piece.lstrip()
                raised = True
            elif not _MARK.match(bare):
                text += piece
            elif not text.strip():
                mark = True
            elif piece.endswith(" "):
                text += " "
        else:
            text += piece
            raised = raised and not bare
        if bare:
            end = span["bbox"][2]
            math = is_math_font(span["font"]) or (bool(span["flags"] & 2) and len(bare) == 1)
        if number > 400:
            break
    return text, mark


def lead_of(spans: Sequence[dict[str, Any]]) -> str:
    """Bold or italic text at the beginning of a line whose rest is neither."""
    text = ""
    for span in spans:
        if span["text"].strip() and not (is_bold(span) or span["flags"] & 2):
            return collapsed(text) if len(text.strip()) > 2 else ""
        text += span["text"]
    return ""
