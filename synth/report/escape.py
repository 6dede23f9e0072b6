"""Text of a paper is data: here it loses every power over terminals, Markdown and HTML."""

from __future__ import annotations

import html
import re
import unicodedata

# Only what can start something is escaped, so that the source of a report stays readable: an underscore inside a word,
# a bracket or a colon is literal anyway (CommonMark 0.31, sections 6.2 and 6.6); "://" and "www." would become links.
_INLINE = re.compile(r"[\\`*\[\]<|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|&(?=[A-Za-z#])")
_LINK = re.compile(r"(?<=[a-zA-Z]):(?=//)|(?<=www)\.|@(?=[\w.-]+\.\w)", re.IGNORECASE)
_LINE_START = re.compile(r"^(#|>|\+|-|=|(?:\d{1,9}(?=[.)])))")
_ENTITIES = {"&": "&amp;", "<": "&lt;"}
# Terminal sequences (ECMA-48): whole, so that no "[31m" is left of them.
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
# Cc control, Cf format (bidi overrides, zero width), Co private use, Cs surrogates, Cn unassigned: none of them is prose.
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn"}


def plain(text: str) -> str:
    """One line of visible characters: control, bidi and zero-width characters dropped, white space collapsed."""
    visible = "".join(" " if character.isspace() else character for character in _TERMINAL.sub("", text) if not _hidden(character))
    return " ".join(visible.split())


def _hidden(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) in _INVISIBLE


def markdown(text: str) -> str:
    """The text as literal inline Markdown: no emphasis, link, HTML, table bar, heading or list can start in it."""
    escaped = _INLINE.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), plain(text))
    escaped = _LINK.sub(lambda match: f"\\{match[0]}", escaped)
    return _LINE_START.sub(lambda match: f"{match[1]}\\" if match[1].isdigit() else f"\\{match[1]}", escaped)


def as_html(text: str) -> str:
    """The text as literal HTML, quotes included."""
    return html.escape(plain(text), quote=True)
