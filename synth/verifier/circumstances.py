"""What a judgement says about its cells before it looks at a value: regime, seeds, population, stand-ins, what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from synth.model import Conditions, Observation, Scale, vocabulary
from synth.verifier.panel import Panel
from synth.verifier.scaling import PROXY_DATASETS, PROXY_PREFIX, backbone_matches, dataset_matches

REGIME_WORDS = {
    "off_the_shelf": "off the shelf: each method on the trained backbone as it is",
    "fine_tuned": "fine-tuned: backbone and method trained further together at the keep rate, as the paper does",
    "fine_tuned_no_teacher": "fine-tuned without a teacher",
}
FAMILIES = ("pruning", "merging")
"""the families that hold every method of the protocol."""

PROXY_WORDS = (
    f"single-label sets are shown by {PROXY_DATASETS[False]}, multi-label sets by {PROXY_DATASETS[True]}, "
    "backbones by the proxy of their size"
)


def scale_of(observations: Sequence[Observation]) -> Scale:
    """Paper scale only if every observation is."""
    return "paper" if all(observation.scale == "paper" for observation in observations) else "proxy"


def uncertainty_note(panel: Panel) -> str:
    """Where the intervals come from."""
    if any(o.origin == "measured" for o in panel.used):
        return "intervals: seeds resampled (stretched by Student's factor for few of them), images resampled in pairs"
    return "intervals: reported numbers have no seeds; the printed deviation, else the precision of print, stands in"


def regime_notes(used: Sequence[Observation]) -> list[str]:
    """Which trained weights the measured numbers belong to, and how many seeds each backbone has on each data set."""
    notes = [f"regime: {REGIME_WORDS[name]}" for name in sorted({o.regime for o in used} & set(REGIME_WORDS))]
    return [*notes, f"seeds: {seeds_words(used)}"] if notes else []


def seeds_words(used: Iterable[Observation]) -> str:
    """ "proxy_small 1, proxy_tiny 3": the most seeds that a cell of the backbone has."""
    seeds: dict[tuple[str, ...], set[int | None]] = defaultdict(set)
    for each in used:
        if each.regime:
            seeds[each.backbone, each.dataset, each.method, str(each.settings)].add(each.seed)
    most: dict[str, int] = {}
    for (backbone, *_), found in seeds.items():
        most[backbone] = max(most.get(backbone, 0), len(found))
    return ", ".join(f"{backbone} {number}" for backbone, number in sorted(most.items()))


def population_note(panel: Panel, rivals: Sequence[str]) -> str:
    """Who is ranked: all names, how many of them a cell has, and which methods of the protocol were not measured."""
    sizes = (~np.isnan(panel.values[0][:, panel.columns(rivals)])).sum(1)
    each = f"{int(sizes.min())}" if sizes.min() == sizes.max() else f"{int(sizes.min())} to {int(sizes.max())}"
    told = f"population: {len(rivals)} methods ({', '.join(rivals)}), {each} in a cell"
    terms = [vocabulary().get("family", name) for name in FAMILIES]
    absent = [member for term in terms if term for member in term.members if member not in rivals]
    measured = any(o.origin == "measured" for o in panel.used)
    return f"{told}; not among them: {', '.join(absent)}" if absent and measured else told


def proxy_notes(where: Conditions, used: Sequence[Observation]) -> list[str]:
    """What stands for the backbones and data sets of the claim at proxy scale."""
    if scale_of(used) == "paper":
        return []
    proxies = [o for o in used if o.scale == "proxy"]
    names = sorted({o.dataset for o in proxies} | {o.backbone for o in proxies})
    named = ", ".join((*where.datasets, *where.backbones)) or "the claim's data sets and backbones"
    told = f"{', '.join(name for name in names if name)} stand for {named}"
    small = any(o.backbone.startswith(PROXY_PREFIX) for o in proxies)
    return [f"{told} ({PROXY_WORDS})" if small else f"{told}: the shapes are real, weights and images random"]


def missing_cells(where: Conditions, used: Sequence[Observation]) -> list[str]:
    """What the conditions name and the observations lack."""
    absent = [name for name in where.datasets if not any(dataset_matches(name, o) for o in used)]
    absent += [name for name in where.backbones if not any(backbone_matches(name, o) for o in used)]
    for setting in where.settings:
        if not any(o.setting(setting.name) is not None for o in used):
            absent.append(f"{setting.name} {setting.range.low if setting.range.low is not None else ''}..{setting.range.high or ''}")
    return absent
