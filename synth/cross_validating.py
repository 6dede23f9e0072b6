"""
What `synth evaluate` says of the sets that the stance head learned from, by heads that saw nothing of what they judge.

    python -m synth.cross_validating scifact citation_integrity --bench ../shared/data/bench --workspace . --out FOLDER

Every step is that of `synth evaluate`, controls included; only the head differs. A claim is read by one that learned from the
documents of the other folds and decides by thresholds chosen there, and so it is beside swapped or blanked evidence. Folds and
fitting are those of synth.verifier.recipes.train_stance.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from synth.evaluate import scoring
from synth.evaluate.formats import open_benchmark
from synth.evaluate.items import ClaimItem
from synth.evaluate.scoring import Evaluation
from synth.evaluating import READING, Stations
from synth.progress import Progress, silent
from synth.settings import Settings
from synth.store.cache import Cache
from synth.store.embedding import Embedder
from synth.verifier.recipes.labelled import FOLDS, LEARNED, Case
from synth.verifier.recipes.train_stance import found_in, heads_apart
from synth.verifier.stance.backend import StanceBackend
from synth.verifier.stance.calibration import calibration_line
from synth.verifier.stance.head import Head
from synth.verifier.stance.rules_and_head import HeadBackend


class StationsApart(Stations):
    """The stations of a run, whose stance is read by a head that has not seen the item."""

    def __init__(self, settings: Settings, embedder: Embedder, heads: Mapping[int, Head], cases: Sequence[Case]) -> None:
        super().__init__(settings, embedder)
        self._backends = {fold: HeadBackend(head) for fold, head in heads.items()}
        self._folds = {(case.claim, case.document): case.fold for case in cases}

    def backend_of(self, item: ClaimItem) -> StanceBackend:
        """The head of the fold that claim and document are in; raises KeyError for an item that is in none."""
        return self._backends[self._folds[item.claim, item.document.paper.id.rpartition(":")[2]]]


def cross_validated(
    names: Sequence[str], bench: Path, settings: Settings, embedder: Embedder, out: Path | None = None, progress: Progress = silent
) -> dict[str, Evaluation]:
    """
    The figures of each set by its name.

    names   "scifact", "citation_integrity"; the heads learn from all that the shipped head learned from, whichever are named
    out     folder in which each set gets a folder with what `synth evaluate --out` writes
    """
    progress("fitting a head to each fold's complement")
    heads = heads_apart([item for each in found_in(bench, embedder).values() for item in each])
    results = {}
    for name in names:
        whole = replace(open_benchmark(bench / name, "dev", READING), searches=(), rationales=(), corpus=())
        stations = StationsApart(settings, embedder, heads, LEARNED[name](bench))
        results[name] = scoring.score(whole, whole, stations, settings.seed, progress)
        results[name].details.update(seed=settings.seed, folds=FOLDS, stance=calibration_line("head"))
        if out is not None:
            scoring.save(results[name], out / name)
    return results


def main() -> None:
    """Cross-validate, print the figures as JSON by set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"{' or '.join(LEARNED)}; all if none is named")
    parser.add_argument("--bench", type=Path, required=True, help="folder with the sets")
    parser.add_argument("--workspace", type=Path, default=Path(), help="folder whose .synth keeps the embeddings")
    parser.add_argument("--out", type=Path, help="folder for what `synth evaluate --out` writes, one folder a set")
    given = parser.parse_args()
    embedder = Embedder(cache=Cache(given.workspace / ".synth"))
    results = cross_validated(given.sets or tuple(LEARNED), given.bench, Settings(), embedder, given.out)
    sys.stdout.write(json.dumps({name: result.data for name, result in results.items()}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
