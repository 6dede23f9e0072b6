"""The sentences and figures that every format of a report shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from synth.model import Claim, Evidence, Finding, Judgement, Observation, Paper, Passage, Reading, Run, Verdict, vocabulary

OUTCOME_MARKS = {"supported": "✓", "refuted": "×", "inconclusive": "?", "no_evidence": "–", "failed": "!"}
WITNESS_LABELS = {"text": "Text", "tables": "Tables", "rerun": "Rerun"}
WITNESSES = tuple(WITNESS_LABELS)
LEGEND = (
    "✓ verified, × refuted, – not decided (CONTESTED where witnesses disagree, UNVERIFIED where evidence is missing). "
    "Witness columns: ✓ for, × against, ? heard but undecided, – nothing to say, ! could not be judged. "
    "Confidence is the probability that the verdict's reading is right: that the claim holds, or for × that it does not."
)


def pairs(run: Run) -> Iterator[tuple[Claim, Finding | None]]:
    """Every claim with its finding, in the order of the table."""
    by_id = {finding.claim_id: finding for finding in run.findings}
    return ((claim, by_id.get(claim.id)) for claim in run.claims)


def counts(run: Run) -> Counter[Verdict]:
    """How many claims have which verdict."""
    return Counter(finding.verdict for finding in run.findings)


def notices(run: Run) -> tuple[str, ...]:
    """What the user should know of the run and of its last update, each once."""
    last = run.updates[-1].notices if run.updates else ()
    return tuple(dict.fromkeys((*run.notices, *last)))


def cited(run: Run) -> tuple[Paper, ...]:
    """The papers that a claim or a piece of evidence comes from, in the order of the run."""
    used = {claim.paper_id for claim in run.claims}
    for finding in run.findings:
        for evidence in finding.evidence:
            used |= {quote.passage.paper_id for quote in evidence.quotes}
            used |= {observation.paper_id for observation in evidence.observations if observation.paper_id}
    return tuple(paper for paper in run.papers if paper.id in used)


def kinds(run: Run) -> str:
    """What was read and stands, "15 papers" or "12 papers and 3 reading notes"."""
    standing = [paper for paper in run.papers if not paper.withdrawn]
    notes = sum(paper.kind == "note" for paper in standing)
    parts = [_count(len(standing) - notes, "paper"), _count(notes, "reading note")]
    return " and ".join(part for part in parts if part) or "no papers"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def number_of(count: int, noun: str) -> str:
    """The noun with its count, "no claims", "1 claim", "12 claims"."""
    return _count(count, noun) or f"no {noun}s"


def tally(run: Run) -> str:
    """One sentence that counts the verdicts."""
    found = counts(run)
    return (
        f"{number_of(len(run.claims), 'claim')} extracted: {found[Verdict.VERIFIED]} verified, {found[Verdict.REFUTED]} refuted, "
        f"{found[Verdict.CONTESTED]} contested, {found[Verdict.UNVERIFIED]} not verified"
    )


def heard(finding: Finding | None, witness: str) -> Evidence | None:
    """What this witness said, None if it was not heard."""
    return next((item for item in finding.evidence if item.witness == witness), None) if finding else None


def place(passage: Passage) -> str:
    """Where a passage stands, "p. 4, section 3.2"."""
    parts = [f"p. {passage.page}" if passage.page else "", passage.section]
    return ", ".join(part for part in parts if part)


def page_link(paper: Paper | None, page: int | None) -> str | None:
    """A link to the page of an arXiv PDF in the version that was read, None for other papers and for notes."""
    if paper is None or paper.arxiv_id is None:
        return None
    if paper.kind == "note":
        return paper.url
    version = f"v{paper.arxiv_version}" if paper.arxiv_version else ""
    return f"https://arxiv.org/pdf/{paper.arxiv_id}{version}" + (f"#page={page}" if page else "")


def observation_words(observation: Observation) -> str:
    """A number with its names, "ToMe, DeiT-S, keep_rate=0.7: top-1 accuracy 79.4 percent"."""
    names = vocabulary()
    parts = [
        names.label("method", observation.method),
        names.label("backbone", observation.backbone),
        names.label("dataset", observation.dataset),
    ]
    parts += [f"{name}={value:g}" for name, value in observation.settings]
    if observation.seed is not None:
        parts.append(f"seed {observation.seed}")
    value = f"{observation.value:.{observation.decimals}f}" if observation.decimals is not None else f"{observation.value:.4g}"
    subject = ", ".join(part for part in parts if part)
    return f"{subject}: {names.label('metric', observation.metric)} {value} {observation.unit}".rstrip()


def judgement_words(judgement: Judgement) -> str:
    """Its figures in one line, "statistic 0.75 (0.60 to 0.90), chance 0.71, 24 cells, 3 seeds, smallest detectable effect 0.12"."""
    parts = []
    if judgement.share is not None:
        span = f" ({judgement.interval[0]:.2f} to {judgement.interval[1]:.2f})" if judgement.interval else ""
        parts.append(f"statistic {judgement.share:.2f}{span}")
    parts += [f"chance {judgement.chance:.2f}"] if judgement.chance is not None else []
    parts += [number_of(judgement.n_cells, "cell"), *([number_of(judgement.n_seeds, "seed")] if judgement.n_seeds else [])]
    if judgement.smallest_detectable_effect is not None:
        parts.append(f"smallest detectable effect {judgement.smallest_detectable_effect:.2f}")
    return ", ".join(parts)


def readings_of(judgement: Judgement) -> tuple[Reading, ...]:
    """The other readings of a statement and of its parts, those that found numbers, in order."""
    own = tuple(reading for reading in judgement.readings if reading.share is not None)
    return (*own, *(reading for part in judgement.parts for reading in readings_of(part)))


def reading_words(reading: Reading) -> str:
    """ "without ATS: 1.25 (0.90 to 1.60), chance 0.69, 24 cells: inconclusive"."""
    span = f" ({reading.interval[0]:.2f} to {reading.interval[1]:.2f})" if reading.interval else ""
    chance = f", chance {reading.chance:.2f}" if reading.chance is not None else ""
    figures = f"{reading.share:.2f}{span}{chance}" if reading.share is not None else "no figures"
    return f"{reading.name}: {figures}, {number_of(reading.n_cells, 'cell')}: {reading.outcome.replace('_', ' ')}"


def distinctions(run: Run) -> tuple[str, ...]:
    """What sets the documents apart that readers might take for papers."""
    notes = [paper for paper in run.papers if paper.kind == "note"]
    if not notes:
        return ()
    return (
        f"{number_of(len(notes), 'document')} of this run {'is a' if len(notes) == 1 else 'are'} reading "
        f"note{'' if len(notes) == 1 else 's'}, "
        "not the papers themselves: a quote from a note is the note's wording, and its figures carry the source that the note names.",
    )
