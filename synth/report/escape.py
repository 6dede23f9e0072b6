"""Text of a paper is data: here it loses every power over terminals, Markdown and HTML."""

from __future__ import annotations

import html
import re
import unicodedata

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~$^=:])")
_LINE_START = re.compile(r"^(\s*)(-|\d+[.)])")
# Cc control, Cf format (bidi overrides, zero width), Co private use, Cs surrogates: none of them is prose.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}


def plain(text: str) -> str:
    """One line of visible characters: control, bidi and zero-width characters dropped, white space collapsed."""
    spaced = re.sub(r"\s+", " ", text)
    return "".join(character for character in spaced if unicodedata.category(character) not in _INVISIBLE).strip()


def markdown(text: str) -> str:
    """The text as literal inline Markdown: no emphasis, link, HTML, table bar, heading or list can start in it."""
    escaped = _MARKDOWN.sub(r"\\\1", plain(text).replace("&", "&amp;"))
    return _LINE_START.sub(
        lambda match: f"{match[1]}\\{match[2]}" if match[2] == "-" else f"{match[1]}{match[2][:-1]}\\{match[2][-1]}", escaped
    )


def as_html(text: str) -> str:
    """The text as literal HTML, quotes included."""
    return html.escape(plain(text), quote=True)
