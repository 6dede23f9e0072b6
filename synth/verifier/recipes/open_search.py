"""
The witness where it will stand: every claim against all documents of a part at once, most of which do not speak of it.

Here the pooling of passages is calibrated and the error measured that the report prints. A claim counts as supported or
refuted by the label that its cited document has; other documents that speak of it too are not labelled, and count as neutral.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.model import Claim, claim_id
from synth.verifier.passages import Embeds, PassageIndex
from synth.verifier.recipes.labelled import Case, document_of
from synth.verifier.recipes.measure import calibration_error, macro_f1
from synth.verifier.stance.head import Head
from synth.verifier.stance.pool import pool_of_head
from synth.verifier.stance.read import read_stance
from synth.verifier.stance.reading import Reading
from synth.verifier.stance.rules_and_head import HeadBackend
from synth.verifier.textual import READ_OTHERS, TextWitness

Array = npt.NDArray[np.float64]


def labelled_claims(cases: Sequence[Case]) -> list[tuple[Case, int]]:
    """(first case of a claim, label of the claim): that of its decided documents; claims with both labels are left out."""
    found: dict[str, tuple[Case, set[int]]] = {}
    for case in cases:
        found.setdefault(case.claim, (case, set()))[1].add(case.label)
    return [(case, min(labels)) for case, labels in found.values() if not {0, 1} <= labels]


def documents_of(cases: Sequence[Case]) -> dict[str, tuple[str, ...]]:
    """Sentences by name of document."""
    return {case.document: case.sentences for case in cases}


def read_open(cases: Sequence[Case], head_for: Callable[[Case], Head], embedder: Embeds) -> list[tuple[int, list[Reading]]]:
    """(label, readings of what the search finds among all documents) of each claim."""
    index = PassageIndex([document_of(name, sentences) for name, sentences in documents_of(cases).items()], embedder)
    everything, found = np.ones(len(index.passages), bool), []
    for case, label in labelled_claims(cases):
        hits = index.search(case.claim, everything, READ_OTHERS)
        found.append((label, [read_stance(case.claim, hit.passage.text, hit.similarity, weights=head_for(case)) for hit in hits]))
    return found


def witness_figures(cases: Sequence[Case], head: Head, embedder: Embeds) -> dict[str, Any]:
    """What the text witness testifies on every claim, all documents of these cases retrieved, against the labels."""
    documents = [document_of(name, sentences) for name, sentences in documents_of(cases).items()]
    witness = TextWitness(documents, embedder, backend=HeadBackend(head), pool=pool_of_head(head))
    claims = labelled_claims(cases)
    heard = [
        witness.testify(Claim(id=claim_id("none", case.claim), text=case.claim, passage=None, paper_id="none", extraction_confidence=1.0))
        for case, _ in claims
    ]
    labels = np.array([label for _, label in claims])
    given = np.array([0.5 if evidence.probability is None else evidence.probability for evidence in heard])
    said = np.array([{"supported": 0, "refuted": 1}.get(evidence.outcome, 2) for evidence in heard])
    decided, sure = labels < 2, said < 2
    truth = (labels[decided] == 0).astype(float)
    return {
        "n": len(claims),
        "documents": len(documents_of(cases)),
        "n_decided": int(decided.sum()),
        "ece_holds": round(calibration_error(given[decided], truth), 4),
        "ece_noise_floor": round(noise_floor(given[decided]), 4),
        "brier_holds": round(float(np.mean((given[decided] - truth) ** 2)), 4),
        "macro_f1_outcome": round(macro_f1(said, labels), 4),
        "decisions": int(sure.sum()),
        "decisions_right": round(float(np.mean(said[sure] == labels[sure])), 4) if sure.any() else None,
        "decisions_opposite": round(float(np.mean(said[sure] == 1 - labels[sure])), 4) if sure.any() else None,
    }


def noise_floor(probability: Array, draws: int = 500) -> float:
    """Mean calibration error that perfectly calibrated probabilities would show on as many claims; seed 0."""
    rng = np.random.default_rng(0)
    return float(
        np.mean([calibration_error(probability, (rng.random(len(probability)) < probability).astype(float)) for _ in range(draws)])
    )
