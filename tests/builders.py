"""Builders that fill in everything but the field under test."""

from __future__ import annotations

from typing import Any

from synth.model import Claim, Evidence, Finding, Paper, Passage, Provenance, Question, Run, Verdict, claim_id


def make_paper(**fields: Any) -> Paper:
    """A paper on arXiv."""
    return Paper(**{"id": "arxiv:2210.09461", "title": "Token Merging", "authors": ("A. Person",), "year": 2022, "arxiv_id": "2210.09461",
                    "arxiv_version": 3, "source": "library"} | fields)  # fmt: skip


def make_passage(text: str = "ToMe doubles throughput.", **fields: Any) -> Passage:
    """A sentence on page 4."""
    return Passage(
        **{"paper_id": "arxiv:2210.09461", "text": text, "start": 0, "end": len(text), "page": 4, "section": "4 Results"} | fields
    )


def make_claim(text: str = "ToMe doubles throughput.", **fields: Any) -> Claim:
    """A claim whose quote is its text."""
    paper = fields.pop("paper_id", "arxiv:2210.09461")
    given = {
        "id": claim_id(paper, text), "text": text, "passage": make_passage(text, paper_id=paper), "paper_id": paper,
        "reason": "names no baseline", "extraction_confidence": 0.8,
    }  # fmt: skip
    return Claim(**given | fields)


def make_evidence(witness: str = "text", **fields: Any) -> Evidence:
    """A witness that heard nothing."""
    return Evidence(**{"witness": witness, "outcome": "no_evidence", "reason": "nothing speaks of it"} | fields)


def make_finding(claim: Claim, **fields: Any) -> Finding:
    """A finding that decides nothing."""
    evidence = tuple(make_evidence(name) for name in ("text", "tables", "rerun"))
    given = {"claim_id": claim.id, "verdict": Verdict.UNVERIFIED, "confidence": 0.5, "evidence": evidence, "wording": "no evidence"}
    return Finding(**given | fields)


def make_run(*claims: Claim, **fields: Any) -> Run:
    """A run over one paper with a finding for each claim."""
    claims = claims or (make_claim(),)
    given = {
        "name": "a-run-000000", "question": Question(text="Does token merging pay?"), "papers": (make_paper(),), "claims": claims,
        "findings": tuple(make_finding(claim) for claim in claims),
    }  # fmt: skip
    return Run(**given | fields)


def make_provenance(**fields: Any) -> Provenance:
    """The circumstances of a run on a fixed day."""
    return Provenance(**{"version": "0.1.0", "started": "2026-01-02T03:04:05+00:00", "finished": "2026-01-02T03:05:06+00:00"} | fields)
