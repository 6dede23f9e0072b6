"""Which backbones and data sets of the laboratory stand for those that a claim names."""

from __future__ import annotations

from synth.model import CompareCorrelations, Conditions, Contrast, Correlate, Measure, Regime, Statement, vocabulary
from synth.verifier.scaling import PROXY_DATASETS, multi_label
from synth.verifier.selection import metrics_of

SIZES = ("tiny", "small", "base")
FAMILIES = ("deit", "vit", "proxy")
"""backbones that a proxy of their size may stand for: plain vision transformers."""
SCENES = (
    "imagenet",
    "imagenet21k",
    "imagenet_real",
    "nabirds",
    "coco",
    "nuswide",
    "cifar10",
    "cifar100",
    "digit_scenes",
    "digit_scenes_multi",
)
"""image classification sets, single- and multi-label, for which the digit scenes may stand."""
OWN = {"cifar10": "tiny"}
"""data sets of real images that the laboratory has itself, with the one size that was trained on them."""
SEEDS: dict[Regime, dict[str, tuple[int, ...]]] = {
    "off_the_shelf": dict.fromkeys(SIZES, (0, 1, 2)),
    "fine_tuned": {"tiny": (0, 1, 2), "small": (0,), "base": (0,)},
    "fine_tuned_no_teacher": {"tiny": (0, 1, 2), "small": (0,), "base": (0,)},
}
"""of the trained backbones: those that the shipped ledger holds, as a fine-tuned cell takes half a minute to measure."""
ON_SHAPES: tuple[Measure, ...] = ("speed", "gmacs", "tokens")
"""what is measured on the real shapes, with random weights and no data."""

Place = tuple[str, str]
"""(backbone, data set)"""


class Beyond(ValueError):
    """The laboratory cannot speak on a claim."""

    @property
    def reason(self) -> str:
        """Why it cannot."""
        return str(self)


def conditions_of(leaf: Statement) -> tuple[Conditions, ...]:
    """Every condition that a statement has cells under."""
    return (leaf.where, leaf.under, leaf.against) if isinstance(leaf, Contrast) else (leaf.where,)


def places_of(leaf: Statement, measure: Measure) -> tuple[tuple[Place, ...], tuple[str, ...]]:
    """
    (places, notes on what stands for what).

    raises  Beyond where nothing of the laboratory is like the claim's data sets or backbones
    """
    named = tuple(dict.fromkeys(name for where in conditions_of(leaf) for name in where.datasets))
    foreign = [name for name in named if name not in SCENES]
    if foreign and len(foreign) == len(named):
        raise Beyond(f"the laboratory has nothing like {vocabulary().label('dataset', foreign[0])}: it classifies images")
    sizes = sizes_of(leaf)
    if measure in ON_SHAPES:
        if measure == "speed" and sizes == SIZES:
            # Timing all three shapes takes minutes; where a claim names none, the middle one speaks.
            return (("deit_small_patch16_224", ""),), ("speed is measured on DeiT-S, as the claim names no backbone",)
        return tuple((f"deit_{size}_patch16_224", "") for size in sizes), ()
    known = tuple(name for name in named if name in SCENES)
    # Where no data set is named, real images speak beside the composed ones.
    named_or_real = known or tuple(name for name in OWN if set(metrics_of(leaf)) != {"map_percent"} or multi_label(name))
    own = tuple((f"proxy_{OWN[name]}", name) for name in named_or_real if name in OWN and OWN[name] in sizes)
    rest = tuple(name for name in known if name not in {dataset for _, dataset in own})
    datasets = _scenes(leaf, rest) if rest or not own or not known or isinstance(leaf, Contrast) else ()
    found = (*own, *((f"proxy_{size}", dataset) for size in sizes for dataset in datasets))
    return found, (_told(own if known else (), datasets if known else (*datasets, *(name for _, name in own)), sizes),)


def _told(own: tuple[Place, ...], datasets: tuple[str, ...], sizes: tuple[str, ...]) -> str:
    themselves = f"{', '.join(name for _, name in own)} itself" if own else ""
    stand_in = f"{', '.join(datasets)} for the claim's data sets" if datasets else ""
    backbones = sizes if datasets else tuple(OWN[name] for _, name in own)
    words = " and ".join(part for part in (themselves, stand_in) if part)
    return f"{words}, {', '.join('proxy_' + size for size in backbones)} for its backbones"


def _scenes(leaf: Statement, named: tuple[str, ...]) -> tuple[str, ...]:
    """The digit scenes of the kinds named; both kinds where none is named or a contrast leaves its other side open."""
    kinds = {multi_label(name) for name in named}
    if not kinds or (isinstance(leaf, Contrast) and not leaf.against.datasets):
        kinds = {False, True}
    if not named and not isinstance(leaf, Contrast | Correlate | CompareCorrelations):
        metrics = set(metrics_of(leaf))
        kinds = {False} if metrics == {"top1_percent"} else {True} if metrics == {"map_percent"} else kinds
    return tuple(PROXY_DATASETS[kind] for kind in sorted(kinds))


def sizes_of(leaf: Statement) -> tuple[str, ...]:
    """Sizes that the claim's backbones have; all where it names none. Raises Beyond where none is a plain vision transformer."""
    named = tuple(dict.fromkeys(name for where in conditions_of(leaf) for name in where.backbones))
    if not named:
        return SIZES
    parts = [(name.split("_")[0], name.split("_")[1] if "_" in name else "") for name in named]
    fitting = tuple(dict.fromkeys(size for family, size in parts if family in FAMILIES and size in SIZES))
    if not fitting:
        raise Beyond(f"the laboratory has no backbone like {vocabulary().label('backbone', named[0])}")
    return fitting


def size_of(backbone: str) -> str:
    """ "tiny" of "proxy_tiny" and of "deit_tiny_patch16_224"; empty for a backbone of no known size."""
    return next((size for size in SIZES if size in backbone), "")
