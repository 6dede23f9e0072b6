"""
The report as Markdown, in the order of a paper: what was asked, how, what was found, what is missing, and the evidence.

Title and abstract assert nothing but counts, verdicts and the question itself: a finding stands only in the claims table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth.model import Claim, Evidence, Finding, Paper, Provenance, Quote, Run, Verdict
from synth.report import changes, searched, siblings, wording
from synth.report.escape import markdown, plain

SHOWN_QUOTES = 3
SHOWN_OBSERVATIONS = 6


class Markdown:
    """reports/<run>/report.md"""

    name = "md"
    file_name = "report.md"

    def render(self, run: Run, provenance: Provenance) -> str:
        """The whole report; the same run gives the same text apart from the date."""
        sections = (
            _head(run, provenance), _abstract(run), changes.section(run), _introduction(run), _methodology(run, provenance), _results(run),
            _limitations(run), _claims(run), _uncovered(run), _evidence(run), searched.section(run), _references(run),
        )  # fmt: skip
        return "\n\n".join("\n\n".join(block for block in section if block) for section in sections) + "\n"


def _head(run: Run, provenance: Provenance) -> Iterator[str]:
    yield f"# {markdown(run.question.text)}"
    yield f"synth {provenance.version}"
    yield provenance.finished[:10]
    for notice in wording.notices(run):
        yield f"> {markdown(notice)}"


def _abstract(run: Run) -> Iterator[str]:
    yield "## Abstract"
    yield (
        f"{wording.kinds(run).capitalize()} {'was' if len(run.papers) == 1 else 'were'} read on the question: "
        f"{markdown(run.question.text)} "
        f"{wording.tally(run)}. A claim is verified only if passages of other papers, reported tables or a rerun speak for it "
        "beyond its own sentence and none speaks against it."
    )
    verified = [claim for claim, finding in wording.pairs(run) if finding and finding.verdict == Verdict.VERIFIED]
    if verified:
        yield f"Verified: {_joined(verified)}"
    refuted = [claim for claim, finding in wording.pairs(run) if finding and finding.verdict == Verdict.REFUTED]
    if refuted:
        yield f"Refuted: {_joined(refuted)}"
    if run.uncovered:
        yield f"What is missing: {' '.join(markdown(line) for line in run.uncovered)}"


def _joined(claims: list[Claim], most: int = 3) -> str:
    """The first few claims, whole; the table has all."""
    shown = " · ".join(f"“{markdown(claim.text)}”" for claim in claims[:most])
    return shown + (f" · and {len(claims) - most} more in section 5." if len(claims) > most else "")


def _introduction(run: Run) -> Iterator[str]:
    yield "## 1 Introduction"
    yield f"Research question: {markdown(run.question.text)}"
    yield "\n".join(f"- {facet.role}: {markdown(facet.text)}" for facet in run.question.facets)


def _methodology(run: Run, provenance: Provenance) -> Iterator[str]:
    yield "## 2 Methodology"
    yield (
        f"Sources asked: {', '.join(dict.fromkeys(markdown(entry.source) for entry in run.search_log)) or 'none'}; "
        "section 8 has every query "
        f"with what it gave. {wording.kinds(run).capitalize()} could be read, {len(run.skipped)} could not. "
        "Sentences that state a checkable result became claims; each keeps its exact quote. A claim that the "
        "hypothesis grammar can express "
        "is a predicate over a table of results, and the rule that decides it was stored before any evidence was looked at."
    )
    yield (
        "Three witnesses were heard on every claim: passages of the other documents (text), numbers that the documents "
        "report (tables), and "
        "numbers measured here by running token-reduction code on vision transformers (rerun). The same judge reads both kinds of tables. "
        "A claim's own sentence is no evidence of its truth."
    )
    for line in wording.distinctions(run):
        yield markdown(line)
    yield f"Seed {provenance.seed}; commit, packages, arguments, input digests and times are in run.json beside this file."


def _results(run: Run) -> Iterator[str]:
    yield "## 3 Results"
    cited = sum(not paper.withdrawn for paper in wording.cited(run))
    yield f"{wording.kinds(run).capitalize()} retrieved and read, {cited} of them cited. {wording.tally(run)}."
    if run.calibration_error is not None:
        yield (
            f"Expected calibration error of the text witness on labelled pairs held out from fitting: {run.calibration_error:.3f} "
            "(synth/verifier/calibration.json says on which, and how to measure it again)."
        )
    for line in run.calibration:
        yield f"{markdown(line[:1].upper() + line[1:])}."
    yield from _asked(run)
    yield from siblings.section(run)


def _asked(run: Run) -> Iterator[str]:
    """What a language model was asked, what it cost, and what was not believed."""
    use = run.model_use
    if use is None:
        return
    cost = f", cost {use.cost:g}" if use.cost is not None else ", prices not set"
    yield (
        f"The language model {markdown(use.model)} was asked {wording.number_of(use.calls, 'time')} ({use.prompt_tokens} tokens sent, "
        f"{use.completion_tokens} answered{cost})."
    )
    if use.dropped:
        yield "\n".join(f"- {count} answers not used: {markdown(reason)}" for reason, count in use.dropped)


def _limitations(run: Run) -> Iterator[str]:
    yield "## 4 Limitations"
    yield (
        "This report is machine-made. Retrieval, reading and extraction can miss papers, sentences and table cells. A "
        "rerun on small models "
        "(proxy scale) shows whether a claim's mechanism is plausible there; it is worded “consistent with” or “at odds with” and decides "
        "nothing about the original models. What was measured stands with each rerun: fine-tuned models, or models off the "
        "shelf where a claim is about use without training. Confidence joins the witnesses by fixed weights, stretched by one "
        "slope that was fitted to labelled claims beside the document that they cite; a rerun has no labelled set. It is no proof: read "
        "the evidence before you rely on a verdict."
    )


def _claims(run: Run) -> Iterator[str]:
    yield "## 5 Extracted Claims"
    header = ("Claim", "Verified", "Confidence", *(wording.WITNESS_LABELS[name] for name in wording.WITNESSES), "How far", "Source")
    lines = [_table_row(header), _table_row(["---"] * len(header))]
    lines += [_table_row(_claim_cells(run, claim, finding)) for claim, finding in wording.pairs(run)]
    yield "\n".join(lines) if run.claims else "No checkable claim was found."
    yield wording.LEGEND


def _claim_cells(run: Run, claim: Claim, finding: Finding | None) -> list[str]:
    witnesses = [wording.heard(finding, name) for name in wording.WITNESSES]
    return [
        markdown(claim.text),
        finding.verdict.mark if finding else "–",
        f"{finding.confidence:.2f}" if finding else "",
        *(wording.OUTCOME_MARKS[item.outcome] if item else "–" for item in witnesses),
        markdown(finding.wording) if finding else "",
        _source(run, claim),
    ]


def _source(run: Run, claim: Claim) -> str:
    paper = run.paper(claim.paper_id)
    label = _short(paper) if paper else plain(claim.paper_id)
    page = claim.passage.page if claim.passage else None
    text = f"{label}, p. {page}" if page else label
    back = " (taken back)" if paper and paper.withdrawn else ""
    return _link(text, wording.page_link(paper, page)) + back


def _uncovered(run: Run) -> Iterator[str]:
    yield "## 6 What no paper covers"
    if not run.uncovered:
        yield "Every facet of the question is spoken of by at least one document that was read."
        return
    yield "\n".join(f"- {markdown(line)}" for line in run.uncovered)


def _evidence(run: Run) -> Iterator[str]:
    yield "## 7 Evidence"
    for claim, finding in wording.pairs(run):
        verdict = f"{finding.verdict.mark} {finding.verdict} {finding.confidence:.2f}" if finding else "not verified yet"
        yield f"### {claim.id}: {verdict}"
        yield markdown(claim.text)
        yield "\n".join(_claim_lines(run, claim, finding))


def _claim_lines(run: Run, claim: Claim, finding: Finding | None) -> Iterator[str]:
    where = wording.place(claim.passage) if claim.passage else "no source passage"
    yield f"- Quote ({_source(run, claim)}; {markdown(where)}): “{markdown(claim.quote)}”"
    if claim.rule:
        yield f"- Rule, fixed before: {markdown(claim.rule.predicate)}"
    if claim.reason:
        yield f"- No hypothesis: {markdown(claim.reason)}"
    for note in claim.notes:
        yield f"- Note: {markdown(note)}"
    for evidence in finding.evidence if finding else ():
        yield from _witness_lines(run, evidence)
    if finding and finding.wording:
        yield f"- How far: {markdown(finding.wording)}"


def _witness_lines(run: Run, evidence: Evidence) -> Iterator[str]:
    mark = wording.OUTCOME_MARKS[evidence.outcome]
    probability = f", probability {evidence.probability:.2f}" if evidence.probability is not None else ""
    reach = f", {evidence.independence.replace('_', ' ')}" if evidence.independence else ""
    scale = f", {evidence.scale} scale" if evidence.scale else ""
    label = wording.WITNESS_LABELS[evidence.witness]
    yield f"- {label} {mark} {evidence.outcome.replace('_', ' ')}{probability}{reach}{scale}: {markdown(evidence.reason)}"
    for quote in evidence.quotes[:SHOWN_QUOTES]:
        yield f"  - {_quote(run, quote)}"
    if evidence.judgement and evidence.judgement.n_cells and not evidence.is_timed:
        yield f"  - judged: {markdown(wording.judgement_words(evidence.judgement))}"
    if evidence.is_timed:
        yield "  - the timings, which are this machine's and this moment's, are in run.json"
    else:
        yield from _readings(evidence)
        yield from _numbers(run, evidence)
    yield from _controls(evidence)


def _readings(evidence: Evidence) -> Iterator[str]:
    """What the measured table says on the statement read otherwise; none of it gave the verdict."""
    for reading in wording.readings_of(evidence.judgement) if evidence.witness == "rerun" and evidence.judgement else ():
        yield f"  - read otherwise: {markdown(wording.reading_words(reading))}"


def _numbers(run: Run, evidence: Evidence) -> Iterator[str]:
    """The first few numbers; where the rest stands."""
    for observation in evidence.observations[:SHOWN_OBSERVATIONS]:
        paper = run.paper(observation.paper_id) if observation.paper_id else None
        table = f"table {observation.table + 1} of {_short(paper)}" if paper and observation.table is not None else observation.origin
        yield f"  - {markdown(wording.observation_words(observation))} ({_link(table, wording.page_link(paper, observation.page))})"
    if len(evidence.observations) > SHOWN_OBSERVATIONS:
        rest = "run.json" if evidence.witness == "rerun" else "the claims table"
        yield f"  - and {len(evidence.observations) - SHOWN_OBSERVATIONS} more numbers in {rest}"


def _controls(evidence: Evidence) -> Iterator[str]:
    """Controls that did not pass, one by one, and how many did."""
    passed = [control for control in evidence.controls if re.search(r": passed\b[^:]*$", control)]
    if passed:
        yield f"  - controls: {len(passed)} of {len(evidence.controls)} passed; the claims table has each"
    for control in evidence.controls:
        if control not in passed:
            yield f"  - control: {markdown(control)}"


def _quote(run: Run, quote: Quote) -> str:
    paper = run.paper(quote.passage.paper_id)
    link = _link(
        f"{_short(paper)}, {wording.place(quote.passage)}" if paper else quote.passage.paper_id,
        wording.page_link(paper, quote.passage.page),
    )
    return f"{quote.stance} {quote.probability:.2f}, {markdown(quote.reason)}: “{markdown(quote.passage.text)}” ({link})"


def _references(run: Run) -> Iterator[str]:
    yield "## References"
    yield "\n".join(f"- {_reference(paper)}" for paper in run.papers) or "None."


def _reference(paper: Paper) -> str:
    authors = ", ".join(paper.authors[:3]) + (" and others" if len(paper.authors) > 3 else "")
    parts = [authors, paper.title or paper.id, str(paper.year or ""), paper.venue or ""]
    text = ". ".join(markdown(part) for part in parts if part)
    label = " (reading note, not the paper)" if paper.kind == "note" else ""
    back = f" Taken back: {markdown(paper.notice)}." if paper.withdrawn else ""
    return f"{text}{label}.{back} {_address(paper)}".rstrip()


def _address(paper: Paper) -> str:
    if paper.url:
        return f"<{paper.url}>"
    return markdown(paper.location or "")


def _short(paper: Paper) -> str:
    """A short name for links: "Haurum 2023", else the arXiv id, else the title."""
    family = plain(paper.authors[0]).split()[-1] if paper.authors and plain(paper.authors[0]) else ""
    if family and paper.year:
        return f"{family} {paper.year}"
    return f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else plain(paper.title) or paper.id


def _link(text: str, url: str | None) -> str:
    return f"[{markdown(text)}]({url})" if url else markdown(text)


def _table_row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"
