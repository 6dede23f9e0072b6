"""
What a claim's backbones and data sets become at proxy scale, in one place.

A proxy stands for a size (tiny, small, base: widths 1:2:4, as in DeiT) and for a kind of labels (single or multi).
It never stands for a particular data set; what it shows is "consistent with" or "at odds with" a claim.
"""

from __future__ import annotations

import re
from functools import cache

from synth.model import Conditions, Observation, vocabulary

PROXY_PREFIX = "proxy_"
PROXY_DATASETS = {False: "digit_scenes", True: "digit_scenes_multi"}
"""multi-label? → the data set that stands for it."""
DATA_FREE = frozenset({"gmacs", "parameters_million", "memory_gib", "images_per_second", "latency_ms", "tokens"})
"""costs that follow from the architecture: a number without a data set holds for all of them."""
MULTI_LABEL = frozenset({"coco"})
"""data sets that the token-reduction literature uses as multi-label ones, though the vocabulary has them for detection too."""
KEEP_RATE_SLACK = 0.005


def multi_label(dataset: str) -> bool:
    """Whether performance on the data set is mAP over several labels an image."""
    term = vocabulary().get("dataset", dataset)
    return bool(term and term.multi_label) or dataset in MULTI_LABEL


@cache
def canonical_backbone(name: str) -> str:
    """The backbone without patch size and resolution: "deit_small_patch16_224" → "deit_small"."""
    return vocabulary().name("backbone", re.sub(r"_patch\d+_\d+$", "", name))


def backbone_matches(claimed: str, observed: Observation) -> bool:
    """Whether an observation is on the claimed backbone, or on the proxy of its size."""
    have, want = canonical_backbone(observed.backbone), canonical_backbone(claimed)
    if have == want:
        return True
    return observed.scale == "proxy" and have.startswith(PROXY_PREFIX) and want.rsplit("_", 1)[-1] == have.removeprefix(PROXY_PREFIX)


def dataset_matches(claimed: str, observed: Observation) -> bool:
    """Whether an observation is on the claimed data set, needs no data at all, or is at proxy scale on a set of its kind."""
    if claimed == observed.dataset or (not observed.dataset and observed.metric in DATA_FREE):
        return True
    return observed.scale == "proxy" and multi_label(claimed) == multi_label(observed.dataset)


def is_elsewhere(where: Conditions, observed: Observation) -> bool:
    """Whether an observation is of a data set or backbone of the vocabulary that the conditions do not name, where they name some."""
    known = vocabulary()
    backbone = bool(where.backbones and observed.backbone) and known.get("backbone", canonical_backbone(observed.backbone)) is not None
    claimed = [name for name in where.datasets if known.get("dataset", name)]
    dataset = bool(claimed and observed.dataset) and known.get("dataset", observed.dataset) is not None
    return (backbone and not any(backbone_matches(name, observed) for name in where.backbones)) or (
        dataset and not any(dataset_matches(name, observed) for name in claimed)
    )


def matches(where: Conditions, observed: Observation, *, free: frozenset[str] = frozenset()) -> bool:
    """Whether an observation lies within the conditions; settings in `free` are not asked for."""
    if where.datasets and not any(dataset_matches(name, observed) for name in where.datasets):
        return False
    if where.backbones and not any(backbone_matches(name, observed) for name in where.backbones):
        return False
    for setting in where.settings:
        value = observed.setting(setting.name)
        if setting.name not in free and (value is None or not setting.range.contains(value, KEEP_RATE_SLACK)):
            return False
    return True
