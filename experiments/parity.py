"""
Compares every reducer with outputs of the reference code of arXiv:2308.04657, file by file.

A folder holds weights.npz, images_<config>.npz and, for every configuration, <config>/<method>_<rate>.npz; functions.npz holds
the building blocks. All sizes are read from the arrays. Decisions are compared exactly where the file calls them stable,
Sinkhorn's by its plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.errors import DataError
from experiments.parity_functions import differences
from experiments.reducers import REGISTRY
from experiments.vit import ReducedViT, Trace, attach

Arrays = dict[str, Any]
_NAMES = {"dyvit": "dynamicvit", "full": "keep_all"}
TOLERANCE = 1e-4
FUNCTIONS = "functions.npz"
_HEAD_CHANNELS = (64, 16, 32, 8, 48, 80, 24)
"""channels of a head to try, as no array tells the number of heads; the unreduced logits decide."""


def _read(path: Path) -> Arrays:
    if not path.is_file():
        raise DataError(f"no file {path.name} in {path.parent}")
    with np.load(path) as data:
        return {name: data[name] for name in data.files}


def _tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.asarray(array, dtype=np.float32))


def reference_model(weights: Arrays, config: str, images: Any, logits: Any | None) -> Any:
    """The timm VisionTransformer that the weights belong to; the number of heads is the one that gives the unreduced `logits`."""
    width = weights["cls_token"].shape[-1]
    models = [_model(weights, config, images, width // channels) for channels in _HEAD_CHANNELS if width % channels == 0]
    if logits is None or len(models) == 1:
        return models[0]
    with torch.inference_mode():
        misses = [float(np.abs(model(_tensor(images)).numpy() - logits).max()) for model in models]
    return models[int(np.argmin(misses))]


def _model(weights: Arrays, config: str, images: Any, heads: int) -> Any:
    from timm.models.vision_transformer import VisionTransformer

    state = {name: _tensor(value) for name, value in weights.items() if "@" not in name}
    state["pos_embed"] = _tensor(weights[f"pos_embed@{config}"])
    width, channels, patch, _ = state["patch_embed.proj.weight"].shape
    depth = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("blocks."))
    model = VisionTransformer(
        img_size=(images.shape[2], images.shape[3]),
        patch_size=patch,
        in_chans=channels,
        embed_dim=width,
        depth=depth,
        num_heads=heads,
        mlp_ratio=state["blocks.0.mlp.fc1.weight"].shape[0] / width,
        qkv_bias="blocks.0.attn.qkv.bias" in state,
        num_classes=state["head.weight"].shape[0],
    )
    model.load_state_dict(state)
    return model.eval()


def _with_parameters(reduced: ReducedViT, run: Arrays) -> ReducedViT:
    """Load what the method adds to the backbone, stored under the reference's own names."""
    state = {name[2:]: _tensor(value) for name, value in run.items() if name.startswith("w:")}
    reduced.reducer.load_state_dict(state)
    return reduced.eval()


def _same(ours: Tensor | None, theirs: Any) -> bool:
    return ours is not None and ours.shape == theirs.shape and bool((ours.cpu().numpy() == theirs).all())


def _stage_equal(trace: Trace, run: Arrays, stage: int, location: int, method: str) -> bool:
    """Whether all stored decisions of a stage are ours too."""
    reduction = trace.reductions[stage]
    kept = reduction.kept if reduction is not None else None
    if method in ("l1", "l2", "linf"):
        return _same(trace.kept[stage], run[f"abs_{location}"])
    if method == "sinkhorn":
        soft = reduction.soft if reduction is not None else None
        return soft is not None and bool(np.allclose(soft.sum(2).numpy(), run[f"soft_rowsum_{location}"], atol=TOLERANCE))
    pairs = (
        ("kept", kept),
        ("abs", trace.kept[stage]),
        ("assign", reduction.assign if reduction else None),
        ("labels", trace.labels[stage]),
    )
    return all(_same(ours, run[f"{key}_{location}"]) for key, ours in pairs if f"{key}_{location}" in run)


def _counts(trace: Trace, locations: tuple[int, ...], method: str) -> list[int]:
    """Patch tokens after each stage as the reference counts them: padding included, masked ones left out."""
    masked = method in ("l1", "l2", "linf")
    return [int(trace.counts[block].max()) if masked else trace.lengths[block] for block in locations]


def compare(model: Any, images: Tensor, run: Arrays, method: str, keep_rate: float) -> dict[str, Any]:
    """One line of the comparison, without the name of the configuration."""
    reduced = _with_parameters(attach(model, method, keep_rate), run)
    with torch.inference_mode():
        logits, trace = reduced.traced(images)
    places = reduced.locations
    decisions = all(_stage_equal(trace, run, stage, place, method) for stage, place in enumerate(places) if f"cls_{place}" in run)
    real = np.stack([trace.counts[place].numpy() for place in places], 1)
    stable = method == "sinkhorn" or bool(np.all(run.get("stable", True)))
    return {
        "method": method,
        "keep_rate": keep_rate,
        "decisions_equal": decisions or (False if stable else None),
        "tokens_equal": _counts(trace, places, method) == [int(n) for n in run["n_tokens"]]
        and ("n_real" not in run or _same(torch.tensor(real), run["n_real"])),
        "max_logit_difference": float(np.abs(logits.numpy() - run["logits"]).max()),
    }


def parity(folder: Path) -> Iterator[dict[str, Any]]:
    """
    One result for every file of every configuration, in the order of their names, and one for functions.npz if it is there.

    raises  DataError where the weights are missing or a method is unknown
    """
    weights = _read(folder / "weights.npz")
    for config in sorted(name.removeprefix("pos_embed@") for name in weights if name.startswith("pos_embed@")):
        if not (folder / f"images_{config}.npz").is_file() or not (folder / config).is_dir():
            continue
        images = _read(folder / f"images_{config}.npz")["x"]
        full = folder / config / "full.npz"
        model = reference_model(weights, config, images, _read(full)["logits"] if full.is_file() else None)
        for path in sorted((folder / config).glob("*.npz")):
            yield {"config": config, **_one(model, _tensor(images), path)}
    if (folder / FUNCTIONS).is_file():
        yield functions(_read(folder / FUNCTIONS))


def functions(data: Arrays) -> dict[str, Any]:
    """The line of the building blocks: decisions are composed clusters, tokens the shapes, and the difference is that of any value."""
    found = differences(data)
    return {
        "config": "functions",
        "method": "functions",
        "keep_rate": None,
        "decisions_equal": all(found.get(name, 0.0) == 0 for name in ("final1", "final2")),
        "tokens_equal": all(np.isfinite(difference) for difference in found.values()),
        "max_logit_difference": max(found.values(), default=0.0),
        "differences": found,
    }


def _one(model: Any, images: Tensor, path: Path) -> dict[str, Any]:
    run = _read(path)
    if "_" not in path.stem:
        with torch.inference_mode():
            difference = float(np.abs(attach(model, "keep_all", 1.0)(images).numpy() - run["logits"]).max())
        return {"method": "keep_all", "keep_rate": 1.0, "decisions_equal": True, "tokens_equal": True, "max_logit_difference": difference}
    name, rate = path.stem.rsplit("_", 1)
    method = _NAMES.get(name, name)
    if method not in REGISTRY:
        raise DataError(f"{path.name} names no reducer; there are {', '.join(REGISTRY)}")
    return compare(model, images, run, method, float(rate))
