"""
Scientific prose → sentences, shared by all formats.

A full stop ends a sentence only if what stands before it is no abbreviation, initial or list number, what follows looks
like a beginning, and no short bracket is open. Nothing is looked up in a model, so the split is the same on every run.
"""

from __future__ import annotations

import re

_END = re.compile(r"(?:[.!?]|[.!?]['\"”’)\]]{1,2}|\.\^\d{1,2})\s+")
_TOKEN = re.compile(r"\S+$")
_BEGINS = re.compile(r"[\"'“‘(\[]?[A-Z0-9\u0370-\u03ff\u00c0-\u00de$\\•∼~]")
_STARTERS = re.compile(
    r"(?:The|This|These|Those|That|We|Our|It|Its|In|On|For|However|Moreover|Furthermore|Finally|Here|There|As|At|To|When|While|Since|"
    r"Thus|Hence|Therefore|They|Their|Although|Also|Other|Another|Both|Unlike|Given|With|From|By|If|An|A|I|All|Each|Recently|"
    r"Most|Some|Similarly|Specifically|Instead|Then|Next|First|Second|More|Note|Using|Following)\b"
)
_REFERRING_WORDS = "fig figs tab tabs eq eqs eqn eqns sec secs sect app ref refs alg algs thm def prop lem cor ch chap no nos vol pp "
_REFERRING = frozenset(_REFERRING_WORDS.split())
_NEVER_WORDS = "e.g i.e cf vs viz resp approx ca dr prof mr mrs ms st w.r.t a.k.a incl excl std dev avg min max e.g., i.e., "
_NEVER = frozenset(_NEVER_WORDS.split())
_MAYBE_WORDS = "al etc inc ltd co corp jr sr dept univ "
_MAYBE = frozenset(_MAYBE_WORDS.split())
_INITIAL = re.compile(r"^[(\[]?[A-Z]$")
_NUMBERING = re.compile(r"^[(\[]?(?:\d{1,2}|[a-zA-Z]|[ivx]+)$")


def _is_end(text: str, start: int, mark: int, after: int) -> bool:
    """Whether the mark at `mark` ends the sentence that began at `start`; the next one would begin at `after`."""
    following = text[after : after + 24]
    if text[mark] != ".":
        return bool(_BEGINS.match(following)) and not _in_bracket(text, start, mark)
    token_match = _TOKEN.search(text, start, mark)
    token = token_match.group().lstrip("([{\"'“‘") if token_match else ""
    word = token.lower()
    if word in _REFERRING and (following[:1].isdigit() or following[:1] in "([" or re.match(r"[A-Z](?:\.|\d|\b)", following)):
        return False
    if word in _NEVER or not _BEGINS.match(following):
        return False
    if word in _MAYBE:
        return bool(_STARTERS.match(following)) and not _in_bracket(text, start, mark)
    if _INITIAL.match(token) and not _STARTERS.match(following):
        return False
    if _NUMBERING.match(token) and token_match is not None and token_match.start() <= start + 1:
        return False
    return not _in_bracket(text, start, mark)


def _in_bracket(text: str, start: int, mark: int) -> bool:
    """Whether a bracket that opened fewer than 300 characters ago is still open at the mark and closes within the next 300."""
    piece = text[max(start, mark - 300) : mark + 1]
    depth = piece.count("(") - piece.count(")")
    return depth > 0 and ")" in text[mark : mark + 300]


def spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of every sentence, in order; together they cover the text but for the blanks between them."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match.start() > start and _is_end(text, start, match.start(), match.end()):
            found.append((start, match.start() + len(match.group().rstrip())))
            start = match.end()
    if text[start:].strip():
        found.append((start, len(text.rstrip())))
    return found


def split(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[start:end] for start, end in spans(text)]
