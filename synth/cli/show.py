"""Views of what the commands return: runs, claims, findings, checks and settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synth.cli.view import View, line, table
from synth.model import Audit, Claim, Finding, Paper, Run, Verdict
from synth.report import siblings, wording
from synth.report.escape import plain
from synth.store.listing import WITNESSES, Row

if TYPE_CHECKING:
    from synth.doctor import Check
    from synth.gathering import Plan
    from synth.settings import Configuration
    from synth.store.listing import Table

SHOWN = 20


def notices(run: Run) -> None:
    """What the user must not miss goes to stderr, on a terminal or not."""
    warn(run.notices)


def warn(lines: Sequence[str]) -> None:
    """One line each on stderr."""
    for text in lines:
        sys.stderr.write(f"synth: {plain(text)}\n")


def exit_code(run: Run) -> int:
    """1 if a claim was refuted, else 0."""
    return 1 if wording.counts(run)[Verdict.REFUTED] else 0


def run(result: Run, workspace: Path) -> View:
    """A finished run: tally, the most decided claims, and where the files are."""
    report = workspace / "reports" / result.name / "report.md"
    claims = workspace / "claims" / f"{result.name}.json"
    decided = sorted(wording.pairs(result), key=lambda pair: _eagerness(pair[1]))[:SHOWN]
    data = {
        "run": result.name,
        "report": str(report),
        "claims": str(claims),
        "papers": len(result.papers),
        "skipped": [{"paper": item.paper.id, "reason": item.reason} for item in result.skipped],
        "verdicts": {str(verdict): wording.counts(result)[verdict] for verdict in Verdict},
        "control": siblings.figures(result),
        "uncovered": list(result.uncovered),
        "notices": list(result.notices),
    }
    parts: list[Any] = [line(result.question.text, "bold"), line(f"{wording.kinds(result)} read. {wording.tally(result)}.")]
    parts += [line(f"not used: {item.paper.title or item.paper.id}: {item.reason}") for item in result.skipped]
    parts.append(_claims_table([_row(*pair) for pair in decided], f"The {len(decided)} most decided of {len(result.claims)} claims"))
    parts += [line(text) for text in siblings.summary(result)]
    parts += [line(f"no paper covers: {text}", "yellow") for text in result.uncovered]
    parts += [line(f"report: {report}"), line(f"claims: {claims}"), line("`synth claims` lists all, `synth claims show ID` says why")]
    return View(data, tuple(parts))


def _eagerness(finding: Finding | None) -> tuple[int, float]:
    order = [Verdict.VERIFIED, Verdict.REFUTED, Verdict.CONTESTED, Verdict.UNVERIFIED]
    return (order.index(finding.verdict), -finding.confidence) if finding else (len(order), 0.0)


def _row(claim: Claim, finding: Finding | None) -> Row:
    """A claim of a run that was just made, in short."""
    heard = [wording.heard(finding, name) for name in WITNESSES]
    return Row(
        claim.id,
        claim.text,
        claim.paper_id,
        claim.hypothesis.kind if claim.hypothesis else None,
        claim.reason,
        finding.verdict if finding else None,
        finding.confidence if finding else None,
        [item.outcome if item else None for item in heard],
        None,
    )


def _claims_table(rows: Sequence[Row], title: str) -> Any:
    drawn = [
        (
            row.id,
            Verdict(row.verdict).mark if row.verdict else "–",
            "" if row.confidence is None else f"{row.confidence:.2f}",
            "".join(wording.OUTCOME_MARKS[outcome] if outcome else "–" for outcome in row.outcomes),
            row.text,
        )
        for row in rows
    ]
    return table(("id", "verdict", "conf.", "text tables rerun", "claim"), drawn, title)


def claims(of: Table, passed: int, shown: Sequence[Row]) -> View:
    """The claims of a run that are shown of those that passed the filters."""
    data = [
        {
            "id": row.id,
            "text": row.text,
            "paper": row.paper,
            "verdict": row.verdict,
            "confidence": row.confidence,
            "kind": row.kind,
            "reason": row.reason,
            "review": row.decision,
        }
        for row in shown
    ]
    title = f"{passed} of {len(of.rows)} claims of {of.run}"
    parts = [_claims_table(shown, title), line(wording.LEGEND, "dim")]
    left = passed - len(shown)
    parts += [line(f"the first {len(shown)} are shown; `--limit 0` shows {left} more, filters fewer", "yellow")] if left else []
    return View(data, tuple(parts))


def claim(result: Run, found: Claim) -> View:
    """One claim with everything that was said on it."""
    finding = result.finding(found.id)
    reviews = [review for claim_id, review in result.reviews if claim_id == found.id]
    data = {
        "claim": found.model_dump(mode="json"),
        "finding": finding.model_dump(mode="json") if finding else None,
        "reviews": [review.model_dump(mode="json") for review in reviews],
    }
    parts = [line(found.text, "bold"), line(f"quote: “{found.quote}” ({_source(result.paper(found.paper_id), found)})")]
    parts += [line(f"hypothesis: {found.hypothesis.model_dump_json()}" if found.hypothesis else f"no hypothesis: {found.reason}")]
    parts += (
        [line(f"rule: {found.rule.predicate}; for at {found.rule.support_at:g}, against at {found.rule.refute_at:g}")] if found.rule else []
    )
    parts += [line(f"note: {note}") for note in found.notes]
    parts += _finding_lines(finding)
    parts += [line(f"review by {item.author} at {item.at}: {item.decision}. {item.note} {item.text or ''}") for item in reviews]
    return View(data, tuple(parts))


def _source(paper: Paper | None, found: Claim) -> str:
    where = wording.place(found.passage) if found.passage else ""
    return ", ".join(part for part in (paper.title if paper else found.paper_id, where) if part)


def _finding_lines(finding: Finding | None) -> list[Any]:
    if finding is None:
        return [line("not verified yet")]
    lines = [line(f"{finding.verdict.mark} {finding.verdict} {finding.confidence:.2f}: {finding.wording}", "bold")]
    for evidence in finding.evidence:
        lines.append(line(f"{wording.WITNESS_LABELS[evidence.witness]} {evidence.outcome}: {evidence.reason}"))
        lines += [line(f"  {quote.stance} {quote.probability:.2f} “{quote.passage.text}” ({quote.reason})") for quote in evidence.quotes]
        lines += [line(f"  {wording.observation_words(item)} [{item.origin}]") for item in evidence.observations[:SHOWN]]
        lines += [line(f"  and {len(evidence.observations) - SHOWN} more numbers")] if len(evidence.observations) > SHOWN else []
        lines += [line(f"  control: {control}") for control in evidence.controls]
        lines += [line(f"  {step}") for step in (evidence.judgement.steps if evidence.judgement else ())]
    return [*lines, *(line(step) for step in finding.steps)]


def again(found: Claim, before: Finding | None, now: Finding, *, fresh: bool) -> View:
    """A claim that was verified once more, with what changed."""
    changes = _changes(before, now)
    data = {
        "claim": found.id,
        "before": before.model_dump(mode="json") if before else None,
        "now": now.model_dump(mode="json"),
        "changes": changes,
    }
    parts = [line(found.text, "bold"), *_finding_lines(now)]
    parts += [line(f"changed: {change}", "yellow") for change in changes] or [
        line("nothing changed" + (" although everything was measured anew" if fresh else "; `--fresh` measures anew"))
    ]
    return View(data, tuple(parts))


def _changes(before: Finding | None, now: Finding) -> list[str]:
    """Differences of verdict, confidence, outcomes and numbers, in words."""
    if before is None:
        return [f"first verdict {now.verdict}"]
    changes = [f"verdict {before.verdict} → {now.verdict}"] if before.verdict != now.verdict else []
    if abs(before.confidence - now.confidence) >= 0.005:
        changes.append(f"confidence {before.confidence:.2f} → {now.confidence:.2f}")
    for name in wording.WITNESSES:
        old, new = wording.heard(before, name), wording.heard(now, name)
        if old and new:
            changes += _witness_changes(name, old, new)
    return changes


def _witness_changes(name: str, old: Any, new: Any) -> list[str]:
    changes = [f"{name}: {old.outcome} → {new.outcome}"] if old.outcome != new.outcome else []
    added = {quote.passage.text for quote in new.quotes} ^ {quote.passage.text for quote in old.quotes}
    changes += [f"{name}: {len(added)} passages differ"] if added else []

    def numbers(evidence: Any) -> dict[Any, float]:
        return {
            (item.method, item.backbone, item.dataset, item.settings, item.metric, item.seed, item.table, item.cell): item.value
            for item in evidence.observations
        }

    first, second = numbers(old), numbers(new)
    moved = [key for key in first.keys() & second.keys() if first[key] != second[key]]
    for key in sorted(moved, key=repr)[:SHOWN]:
        changes.append(f"{name}: {key[0]} {key[1]} {key[4]} {dict(key[3])}: {first[key]:.4g} → {second[key]:.4g}")
    changes += [f"{name}: and {len(moved) - SHOWN} more numbers moved"] if len(moved) > SHOWN else []
    if first.keys() != second.keys():
        changes.append(f"{name}: {len(second.keys() - first.keys())} numbers new, {len(first.keys() - second.keys())} gone")
    return changes


def extracted(found: Sequence[Claim]) -> View:
    """Claims of one file."""
    rows = [
        (item.id, f"{item.extraction_confidence:.2f}", item.hypothesis.kind if item.hypothesis else f"none: {item.reason}", item.text)
        for item in found
    ]
    return View(
        [item.model_dump(mode="json") for item in found], (table(("id", "conf.", "hypothesis", "claim"), rows, f"{len(found)} claims"),)
    )


def papers(found: Sequence[Paper], title: str) -> View:
    """A list of papers."""
    rows = [
        (paper.arxiv_id or paper.id, str(paper.year or ""), "taken back" if paper.withdrawn else paper.kind, paper.source, paper.title)
        for paper in found
    ]
    return View([paper.model_dump(mode="json") for paper in found], (table(("id", "year", "kind", "source", "title"), rows, title),))


def audit(result: Audit, workspace: Path) -> View:
    """An audited report: faults first, then old and new verdicts side by side."""
    report = workspace / "reports" / result.run.name / "audit.md"
    rows = [
        (old.mark, f"{old.confidence:.2f}" if old.confidence is not None else "", new.verdict.mark, f"{new.confidence:.2f}", old.text)
        for old, new in result.compared
    ]
    parts: list[Any] = [
        line(f"{len(result.faults)} faults of the report itself", "bold"),
        *(line(f"{fault.name}: {fault.text}") for fault in result.faults),
    ]
    parts += [
        table(("old", "conf.", "now", "conf.", "claim"), rows, "Claims, as the report judged them and as they stand"),
        line(f"audit: {report}"),
    ]
    data = {
        "run": result.run.name,
        "audit": str(report),
        "faults": [fault.model_dump(mode="json") for fault in result.faults],
        "claims": [
            {"text": old.text, "old_mark": old.mark, "old_confidence": old.confidence, "id": new.claim_id, "verdict": new.verdict,
             "confidence": new.confidence}
            for old, new in result.compared
        ],
    }  # fmt: skip
    return View(data, tuple(parts))


def checks(results: Sequence[Check]) -> View:
    """What the doctor found."""
    marks = {"passed": "✓", "warning": "!", "failed": "×"}
    rows = [(marks[check.state], check.name, check.found, check.remedy) for check in results]
    return View([check.model_dump(mode="json") for check in results], (table(("", "check", "found", "what to do"), rows),))


def configuration(settled: Configuration) -> View:
    """Settings with their origins."""
    values = settled.settings.model_dump(mode="json")
    rows = [(name, ", ".join(value) if isinstance(value, list) else str(value), settled.origins[name]) for name, value in values.items()]
    data = {name: {"value": value, "origin": settled.origins[name]} for name, value in values.items()}
    return View(data, (table(("setting", "value", "from"), rows),))


def plan(planned: Plan) -> View:
    """What a run would do."""
    data = {"sources": list(planned.sources), "facets": [facet.model_dump(mode="json") for facet in planned.question.facets]}
    parts = [line(planned.question.text, "bold"), line(f"sources: {', '.join(planned.sources)}")]
    parts += [line(f"{facet.role}: {facet.text}") for facet in planned.question.facets]
    return View(data, tuple(parts))
