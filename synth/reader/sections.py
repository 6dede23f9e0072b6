"""Titles of sections → the role that the section plays in the paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from synth.model import SectionRole

_ROLES: tuple[tuple[SectionRole, str], ...] = (
    ("abstract", r"abstract|summary$"),
    ("references", r"references|bibliography|literature cited|works cited"),
    ("limitations", r"limitation|threats to validity|shortcoming"),
    ("appendix", r"appendi|supplement"),
    ("conclusion", r"conclu|discussion and (future|conclu)|future work|closing|summary and"),
    ("related", r"related|prior work|previous work|background|preliminar|literature"),
    ("introduction", r"introduction|motivation|overview$"),
    ("results", r"result|finding|discussion|analysis|comparison|ablation|performance|evaluation results"),
    ("experiments", r"experiment|evaluation|setup|set-up|dataset|data set|benchmark|implementation|training details|empirical"),
    ("method", r"method|approach|model|architecture|algorithm|proposed|framework|formulation|our "),
)
_PATTERNS = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _ROLES)
_NUMBER = re.compile(r"^(?:(?:section|appendix)\s+)?((?:\d{1,2}|[A-Z])(?:\.\d{1,2})*|[IVX]{1,5})(?:[.:)]\s*|\s+)(?=\S)")

KNOWN = re.compile(
    r"^(?:abstract|introduction|related works?|background|preliminaries|methods?|methodology|approach|experiments?|"
    r"experimental (?:setup|results)|evaluation|results(?: and discussion)?|discussion|analysis|ablations?|ablation stud(?:y|ies)|"
    r"conclusions?(?: and future work)?|discussion and conclusions?|limitations?|future work|acknowledge?ments?|references|bibliography|"
    r"appendix|appendices|supplementary (?:materials?|information)|broader impact|ethics statement|reproducibility statement|"
    r"author contributions|funding|data availability|impact statement|summary)\s*[:.]?$",
    re.IGNORECASE,
)
"""Titles that are headings even where nothing numbers them."""


def number_of(title: str) -> str:
    """The number that a title begins with, "4.2" or "B"; empty where it has none."""
    match = _NUMBER.match(title)
    return match.group(1) if match else ""


def role_of(title: str, parent: SectionRole = "other") -> SectionRole:
    """Role of a section by its title; a title that says nothing takes the role of the section around it."""
    if parent in ("appendix", "references") and not re.match(r"references|bibliography", title, re.IGNORECASE):
        return "appendix"
    bare = _NUMBER.sub("", title)
    return next((role for role, pattern in _PATTERNS if pattern.search(bare)), parent)


_OPENS = frozenset({"abstract", "introduction", "related", "experiments", "results", "conclusion", "limitations", "references", "appendix"})
"""roles that a section names whatever it stands in; an unknown title may be that of a part of the section before."""
LONGEST = 9
"""words of a heading,"""
LONGEST_PLAIN = 7
"""of one in which not every longer word has a capital,"""
LONGEST_NAMED = 6
"""and of one in small letters that names a role."""


def is_heading(line: str) -> bool:
    """Whether a line of running text is a heading: known, or a few words without a stop, mostly in capitals or naming a role."""
    title = _NUMBER.sub("", line.strip())
    words = [word for word in title.split() if any(letter.isalpha() for letter in word)]
    if KNOWN.match(title):
        return True
    if not 0 < len(words) <= LONGEST or not (title[0].isupper() or title[0].isdigit()) or re.search(r"[=?,<>]|\d\.\d|[.;:!]$", title):
        return False
    long = [word for word in words if len(word) > 3]
    if not long:
        return len(words) == 1 and len(words[0]) == 3 and words[0].isupper()
    capitals = sum(word[0].isupper() for word in long)
    titled = 2 * capitals > len(long) and (capitals == len(long) or len(words) <= LONGEST_PLAIN)
    return titled or (len(words) <= LONGEST_NAMED and role_of(title) != "other")


class Outline:
    """The role of each section, given title and depth in the order of the document."""

    def __init__(self) -> None:
        self._open: list[tuple[int, SectionRole]] = []
        self._seen: set[SectionRole] = set()

    def enter(self, title: str, depth: int) -> SectionRole:
        """
        The role of the section that begins here.

        A subsection keeps its parent's role unless its title names results, experiments or limitations; a section
        between introduction and experiments whose title says nothing is the paper's method.
        """
        parents = [role for level, role in self._open if level < depth]
        parent: SectionRole = parents[-1] if parents else "other"
        if not parents and "references" in self._seen:
            parent = "appendix"
        role = role_of(title, parent)
        if parent not in ("other", "appendix", "references") and role not in ("results", "experiments", "limitations", "references"):
            role = parent
        if role == "other" and not parents and "introduction" in self._seen and not self._seen & {"experiments", "results", "conclusion"}:
            role = "method"
        if re.match(r"acknowledg|author contributions|funding", title, re.IGNORECASE):
            role = "other"
        self._open = [entry for entry in self._open if entry[0] < depth] + [(depth, role)]
        self._seen.add(role)
        return role


def _opens_section(title: str, before: SectionRole) -> bool:
    """Whether a heading begins a section of its own, and no part of the one before."""
    named = role_of(title)
    return (
        bool(KNOWN.match(title)) or named in _OPENS or before in ("abstract", "introduction") or (before == "related" and named != "other")
    )


def sections_of(lines: Sequence[str]) -> list[tuple[str, SectionRole]]:
    """
    Title and role of the section that each line stands in, where headings are lines like others.

    Known titles, and what follows abstract and introduction, open a section; an unknown title later on is that of a part of it.
    """
    outline, title = Outline(), ""
    role: SectionRole = "other"
    found: list[tuple[str, SectionRole]] = []
    for line in map(str.strip, lines):
        if is_heading(line):
            title, role = line, outline.enter(line, 1 if _opens_section(line, role) else 2)
        found.append((title, role))
    return found
