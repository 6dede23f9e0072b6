"""
A finished report → what it said and the faults of the report itself.

Reads the shape of machine-written reports: a title, sections under `##`, a claims table whose columns are separated by
tabs, bars or runs of blanks, and a list of references. Our own Markdown reports have the same shape.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from synth.errors import UsageError
from synth.model import Facet, Fault, OldClaim, OldReference, OldReport, Question, split_arxiv_id, vocabulary

LOW_CONFIDENCE = 0.5
"""a tick below this says that the claim is more likely wrong than right."""
CARRIED = 0.6
"""share of the title's content words that one claim must hold to carry it."""

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf)/([a-z.-]+/\d{7}(?:v\d+)?|\d{4}\.\d{4,5}(?:v\d+)?)", re.IGNORECASE)
_ARXIV_TEXT = re.compile(r"\barXiv:\s*(\d{4}\.\d{4,5}(?:v\d+)?)", re.IGNORECASE)
_QUESTION = (
    re.compile(r"research question\s*:?\s*(.+?)(?:\?|\.\s+\d+ claims|$)", re.IGNORECASE | re.DOTALL),
    re.compile(r"on the question\s*:\s*(.+?)(?:\?|$)", re.IGNORECASE | re.DOTALL),
)
_PAPERS = (re.compile(r"(\d+)\s+(?:peer-reviewed\s+)?(?:papers|documents|reading notes)", re.IGNORECASE),)
_CLAIMS = (re.compile(r"(\d+)\s+claims?\s+(?:were\s+)?extracted", re.IGNORECASE),)
_VERIFIED = (
    re.compile(r"(\d+)\s+(?:were\s+|was\s+)?independently verified", re.IGNORECASE),
    re.compile(r"extracted:\s*(\d+)\s+verified", re.IGNORECASE),
)
_MARKS = {"✓": "✓", "✔": "✓", "yes": "✓", "true": "✓", "×": "×", "✗": "×", "✘": "×", "x": "×", "no": "×", "false": "×", "–": "–", "-": "–"}
_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by can do does for from how in into is it its of on or than that the their this to using via "
        "what when which with",
    )
)


def parse_report(text: str) -> OldReport:
    """
    What a report says of itself.

    raises  UsageError if it holds no claims table
    """
    sections = _sections(text)
    claims = next((table for name, body in sections if (table := _claims_table(body))), ())
    if not claims:
        raise UsageError(
            "no claims table in the report",
            got=f"{len(sections)} sections: {', '.join(name for name, _ in sections if name)[:120] or 'none named'}",
            expected="a table with the columns Claim, Verified and Confidence",
        )
    prose = " ".join(text.split())
    references = next((body for name, body in reversed(sections) if "reference" in name.lower()), "")
    return OldReport(
        title=_title(text),
        date=_date(text),
        question=_question(sections, prose),
        papers_counted=_number(_PAPERS, prose),
        claims_counted=_number(_CLAIMS, prose),
        verified_counted=_number(_VERIFIED, prose),
        claims=claims,
        references=tuple(_reference(line) for line in references.splitlines() if line.strip(" -*•.")),
    )


def stopped_by_length(report: OldReport) -> tuple[str, ...]:
    """Claims that a limit of length cut: several rows of exactly the longest length, none of which ends its sentence."""
    longest = max(len(claim.text) for claim in report.claims)
    # A blank at the limit is stripped with the cell, so one character less is still the limit.
    at_limit = [claim.text for claim in report.claims if len(claim.text) >= longest - 1]
    return tuple(at_limit) if len(at_limit) > 1 and not any(text.endswith((".", "!", "?")) for text in at_limit) else ()


def faults(report: OldReport, question: Question | None, *, cut_short: Sequence[str], unresolved: Sequence[str]) -> tuple[Fault, ...]:
    """
    What is wrong with the report itself, each fault with a name.

    cut_short    texts of claims that stop before they end
    unresolved   references that no source could resolve, as "reference: reason"
    """
    found = [
        *_count_faults(report),
        *(Fault(name="claim-cut-short", text=f"the claim stops before its end: “{text}”") for text in cut_short),
    ]
    found += _title_faults(report)
    if question is not None:
        found += [_facet_fault(facet) for facet in question.facets if not _addressed(facet, report)]
    found += [
        Fault(name="tick-on-low-confidence", text=f"✓ at confidence {claim.confidence:.2f}: “{claim.text}”")
        for claim in report.claims
        if claim.mark == "✓" and claim.confidence is not None and claim.confidence < LOW_CONFIDENCE
    ]
    found += [Fault(name="reference-unresolved", text=line) for line in unresolved]
    return tuple(found)


def _count_faults(report: OldReport) -> list[Fault]:
    found = []
    if report.papers_counted is not None and report.papers_counted > len(report.references):
        text = f"{report.papers_counted} papers are counted and {len(report.references)} are cited"
        found.append(Fault(name="papers-counted-not-cited", text=text))
    if report.claims_counted is not None and report.claims_counted != len(report.claims):
        found.append(
            Fault(name="claims-miscounted", text=f"{report.claims_counted} claims are counted and {len(report.claims)} are listed")
        )
    ticks = sum(claim.mark == "✓" for claim in report.claims)
    if report.verified_counted is not None and report.verified_counted != ticks:
        found.append(Fault(name="verified-miscounted", text=f"{report.verified_counted} claims are called verified and {ticks} have a ✓"))
    return found


def _title_faults(report: OldReport) -> list[Fault]:
    """A title that is the question asserts nothing; any other must be carried by a claim."""
    title = _words(report.title)
    if not title or title <= _words(report.question):
        return []
    best = max((len(title & _words(claim.text)) / len(title) for claim in report.claims), default=0.0)
    if best >= CARRIED:
        return []
    missing = title - set().union(*(_words(claim.text) for claim in report.claims))
    lacking = f"; no claim says {', '.join(sorted(missing))}" if missing else ""
    return [Fault(name="title-not-carried", text=f"no claim carries the title “{report.title}”{lacking}")]


def _facet_fault(facet: Facet) -> Fault:
    return Fault(name="facet-unaddressed", text=f"the question asks for {facet.role} “{facet.text}”, and no claim speaks of it")


def _addressed(facet: Facet, report: OldReport) -> bool:
    texts = [claim.text for claim in report.claims]
    terms = (facet.text, *facet.terms)
    if any(_says(text, term) for text in texts for term in terms):
        return True
    wanted = {(mention.term.kind, mention.term.name) for mention in vocabulary().mentions(facet.text)}
    return any((mention.term.kind, mention.term.name) in wanted for text in texts for mention in vocabulary().mentions(text))


def _says(text: str, term: str) -> bool:
    words = _words(term)
    return bool(words) and words <= _words(text)


def _words(text: str) -> set[str]:
    """Content words, lower case, plural endings dropped so that "ViTs" and "ViT" are one."""
    found = re.findall(r"[a-z0-9@]+", text.lower())
    return {word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found} - _STOP


def _title(text: str) -> str:
    for line in text.splitlines():
        if line.strip():
            match = _HEADING.match(line.strip())
            return _unescaped(match[2] if match else line.strip())
    return ""


def _date(text: str) -> str:
    """The first line of the head that is a date."""
    pattern = re.compile(r"^(?:[A-Z][a-z]+ \d{1,2}, \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d{2}-\d{2})$")
    return next((line.strip() for line in text.splitlines()[:20] if pattern.match(line.strip())), "")


def _sections(text: str) -> list[tuple[str, str]]:
    """(heading, body) in order; what stands before the first heading has an empty one."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        match = _HEADING.match(line.strip())
        # A report saved as plain text may have lost the marks of its headings.
        bare = re.match(r"^(?:\d+\s+)?(Abstract|Introduction|Methodology|Results|Limitations|Extracted Claims|References)$", line.strip())
        if match or bare:
            sections.append((_unescaped(match[2]) if match else line.strip(), []))
        else:
            sections[-1][1].append(line)
    return [(name, "\n".join(body)) for name, body in sections]


def _question(sections: Sequence[tuple[str, str]], prose: str) -> str:
    """The research question where the report states it, with its question mark."""
    bodies = [" ".join(body.split()) for name, body in sections if re.search(r"introduction|abstract", name, re.IGNORECASE)]
    for body in (*reversed(bodies), prose):
        for pattern in _QUESTION:
            match = pattern.search(body)
            if match and len(match[1].split()) > 2:
                return _unescaped(match[1].strip(' .*“”"')) + "?"
    return ""


def _number(patterns: Sequence[re.Pattern[str]], prose: str) -> int | None:
    return next((int(match[1]) for pattern in patterns if (match := pattern.search(prose))), None)


def _claims_table(body: str) -> tuple[OldClaim, ...]:
    """Rows below a header that names Claim and Verified or Confidence; empty where the section has no such table."""
    columns: dict[str, int] = {}
    claims: list[OldClaim] = []
    for line in body.splitlines():
        cells = _cells(line)
        names = [cell.lower() for cell in cells]
        if not columns:
            if "claim" in names and {"verified", "confidence", "verdict"} & set(names):
                columns = {name: place for place, name in enumerate(names)}
        elif len(cells) > 1 and not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            claims.append(_old_claim(cells, columns))
    return tuple(claims)


def _old_claim(cells: Sequence[str], columns: dict[str, int]) -> OldClaim:
    def cell(*names: str) -> str:
        place = next((columns[name] for name in names if name in columns), None)
        return cells[place] if place is not None and place < len(cells) else ""

    number = re.search(r"\d+(?:\.\d+)?", cell("confidence"))
    confidence = float(number[0]) / (100 if "%" in cell("confidence") else 1) if number else None
    return OldClaim(text=_unescaped(cell("claim")), mark=_MARKS.get(cell("verified", "verdict").lower(), ""), confidence=confidence)


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return [cell.strip() for cell in line.split("\t")]
    if line.strip().startswith("|"):
        return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
    return [cell.strip() for cell in re.split(r"\s{2,}", line.strip()) if cell.strip()]


def _reference(line: str) -> OldReference:
    text = line.strip().lstrip("-*•").strip()
    match = _ARXIV.search(text) or _ARXIV_TEXT.search(text)
    identifier = split_arxiv_id(match[1]) if match else None
    if identifier is None:
        return OldReference(text=text)
    return OldReference(text=text, arxiv_id=identifier[0], arxiv_version=identifier[1])


def _unescaped(text: str) -> str:
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
    return " ".join(html.unescape(plain).split())
