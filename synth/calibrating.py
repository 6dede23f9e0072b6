"""
Fit the slope by which the joined log-odds of witnesses become the printed probability, and write it to calibration.json.

    python -m synth.calibrating --bench ../shared/data/bench --workspace .

1. Labelled claims go through the steps of `synth evaluate`: SciFact and Citation-Integrity with heads that saw nothing of what they
   judge, the claims on TDMS tables as they are, since nothing was fitted to them.
2. Each set asks for the slope under which its claims that hold or fail are likeliest. The least of these slopes is taken: where sets
   disagree, the less sure one is believed.
3. The error of calibration on each set is told with the slope that the other sets ask for.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from synth.cross_validating import StationsApart
from synth.evaluate.answers import answer_of
from synth.evaluate.calibration import calibration_error
from synth.evaluate.formats import open_benchmark
from synth.evaluate.items import ClaimItem
from synth.evaluating import READING, Stations
from synth.settings import Settings
from synth.store.cache import Cache
from synth.store.embedding import Embedder
from synth.store.files import write_atomic
from synth.verifier.combine import Calibration, combine
from synth.verifier.recipes.labelled import LEARNED
from synth.verifier.recipes.train_stance import found_in, heads_apart

COMMAND = "python -m synth.calibrating --bench ../shared/data/bench --workspace ."
TABLES = "tdms_claims"
NAMES = {"scifact": "SciFact", "citation_integrity": "Citation-Integrity", TABLES: "TDMS claims"}
STEEPEST = 10.0
Array = npt.NDArray[np.float64]
Told = tuple[Array, Array]
"""(log-odds that each claim holds, 1 where it does and 0 where it fails)."""


def told(items: Iterable[ClaimItem], stations: Stations) -> Told:
    """What the witnesses together say of the claims that hold or fail, before calibration."""
    odds, holds = [], []
    for item in items:
        if item.label == "NEI":
            continue
        probability = answer_of(item, combine(item.id, stations.judge(item).evidence, calibrated=Calibration())).holds
        odds.append(math.log(probability / (1 - probability)))
        holds.append(float(item.label == "SUPPORT"))
    return np.array(odds), np.array(holds)


def slope_of(said: Told) -> float:
    """The slope, up to STEEPEST, under which what came true is likeliest."""
    from scipy.optimize import minimize_scalar

    odds, holds = said
    signed = odds * (2 * holds - 1)
    return float(minimize_scalar(lambda slope: np.logaddexp(0, -slope * signed).mean(), bounds=(0.0, STEEPEST), method="bounded").x)


def error_at(slope: float, said: Told) -> float:
    """Expected calibration error of the probabilities that a slope gives, 15 bins of equal mass."""
    return float(calibration_error(1 / (1 + np.exp(-slope * said[0])), said[1]))


def fitted(sets: Mapping[str, Told]) -> dict[str, object]:
    """The entry of calibration.json: the slope, what each set asks for, and each set's error with the slope of the others."""
    slopes = {name: slope_of(said) for name, said in sets.items()}
    others = {name: min(slope for other, slope in slopes.items() if other != name) for name in sets}
    return {
        "slope": round(min(slopes.values()), 2),
        "fitted_on": ", ".join(NAMES.get(name, name) for name in sets),
        "n": {name: len(odds) for name, (odds, _) in sets.items()},
        "asked_for": {name: round(slope, 2) for name, slope in slopes.items()},
        "ece_before": {name: round(error_at(1.0, said), 4) for name, said in sets.items()},
        "ece_by_the_slope_of_the_others": {name: round(error_at(others[name], said), 4) for name, said in sets.items()},
        "command": COMMAND,
    }


def sets_in(bench: Path, embedder: Embedder) -> dict[str, Told]:
    """The labelled claims as the witnesses tell them, documents apart from what any part was fitted to."""
    settings = Settings()
    heads = heads_apart([item for each in found_in(bench, embedder).values() for item in each])
    found = {}
    for name in (*LEARNED, TABLES):
        items = open_benchmark(bench / name, "dev", READING).claims
        stations = StationsApart(settings, embedder, heads, LEARNED[name](bench)) if name in LEARNED else Stations(settings, embedder)
        if name in LEARNED:
            stations.prepare([text for item in items for text in (item.claim, *(each.text for each in item.document.passages))])
        found[name] = told(items, stations)
    return found


def main() -> None:
    """Fit, write, print the entry."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", type=Path, required=True, help="folder with scifact, citation_integrity, tdms_claims and tdms")
    parser.add_argument("--workspace", type=Path, default=Path(), help="folder whose .synth keeps the embeddings")
    given = parser.parse_args()
    entry = fitted(sets_in(given.bench, Embedder(cache=Cache(given.workspace / ".synth"))))
    file = Path(str(resources.files("synth.verifier").joinpath("calibration.json")))
    write_atomic(file, json.dumps({**json.loads(file.read_text("utf-8")), "combine": entry}, indent=1) + "\n")
    sys.stdout.write(json.dumps(entry, indent=1) + "\n")


if __name__ == "__main__":
    main()
