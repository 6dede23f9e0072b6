"""
Backbones by name: three small vision transformers of the laboratory, and every VisionTransformer that timm knows.

The small ones have 12 blocks, heads of 16 channels and widths in the ratio 1 : 2 : 4 of DeiT-T, -S and -B
(Touvron et al. 2021, arXiv:2012.12877); their trained weights lie in checkpoints/, one file a data set and seed.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from pathlib import Path
from typing import Any, cast

from torch import Tensor

from experiments.data import Format, open_data
from experiments.errors import MissingCheckpoint, ReductionError

PROXIES = {"proxy_tiny": 32, "proxy_small": 64, "proxy_base": 128}
"""name → width."""
CHECKPOINTS = Path(__file__).parent / "checkpoints"
_ALIASES = {"deit_tiny": "deit_tiny_patch16_224", "deit_small": "deit_small_patch16_224", "deit_base": "deit_base_patch16_224"}


def is_proxy(backbone: str) -> bool:
    """Whether this is one of the laboratory's own small backbones."""
    return backbone in PROXIES


def plain(backbone: str, form: Format | None = None, *, pretrained: bool = False) -> Any:
    """
    The unreduced timm VisionTransformer in eval mode, weights at random unless `pretrained`.

    form    input and head; by default those of the digit scenes for the small ones, timm's own for the others, whose patch is fixed
    raises  ReductionError if timm has no VisionTransformer of this name
    """
    if not is_proxy(backbone):
        return _timm(_ALIASES.get(backbone, backbone), form, pretrained)
    from timm.models.vision_transformer import VisionTransformer

    width, form = PROXIES[backbone], form or open_data("digit_scenes").format
    model = VisionTransformer(
        img_size=form.side,
        patch_size=form.patch,
        in_chans=form.channels,
        embed_dim=width,
        depth=12,
        num_heads=width // 16,
        num_classes=form.classes,
    )
    return model.eval()


def _timm(name: str, form: Format | None, pretrained: bool) -> Any:
    import timm
    from timm.models.vision_transformer import VisionTransformer

    if name not in timm.list_models():
        raise ReductionError(f"no backbone {name!r}; there are {', '.join(PROXIES)} and the VisionTransformers of timm")
    shape: dict[str, Any] = {"num_classes": form.classes, "in_chans": form.channels, "img_size": form.side} if form else {}
    model = timm.create_model(name, pretrained=pretrained, **shape)
    if not isinstance(model, VisionTransformer):
        raise ReductionError(f"{name!r} is a {type(model).__name__}; reducers apply to timm's VisionTransformer")
    return model.eval()


def format_of(state: dict[str, Tensor]) -> Format:
    """The format of the images that weights were trained on, as their shapes tell it (not whether an image has several labels)."""
    patches, positions = state["patch_embed.proj.weight"], state["pos_embed"]
    grid = math.isqrt(positions.shape[1] - 1)
    return Format(grid * patches.shape[-1], patches.shape[-1], patches.shape[1], state["head.weight"].shape[0])


def checkpoint(backbone: str, dataset: str, seed: int, folder: Path = CHECKPOINTS) -> Path:
    """Where the weights of this cell lie, whether they exist or not."""
    return folder / f"{_file_name(dataset)}-{backbone}-{seed}.safetensors"


def _file_name(dataset: str) -> str:
    """A data set's name; one that holds a path is shortened to letters that any file system takes, with a digest of the whole."""
    if re.fullmatch(r"\w+", dataset):
        return dataset
    return f"{re.sub(r'[^A-Za-z0-9]+', '_', dataset)[-40:].strip('_')}_{hashlib.sha256(dataset.encode()).hexdigest()[:8]}"


def load(backbone: str, dataset: str, seed: int, folder: Path = CHECKPOINTS) -> Any:
    """
    A trained backbone in eval mode.

    raises  MissingCheckpoint, with the command that makes the weights
    """
    from safetensors.torch import load_file

    path = checkpoint(backbone, dataset, seed, folder)
    if not path.is_file():
        command = f"python -m experiments train --backbone {backbone} --dataset {dataset} --seed {seed}"
        raise MissingCheckpoint(f"no trained weights for {backbone} on {dataset} with seed {seed}; `{command}` makes them")
    state = load_file(path)
    model = plain(backbone, format_of(state))
    model.load_state_dict({name: value.float() for name, value in state.items()})
    return model


def save(model: Any, path: Path, facts: dict[str, Any]) -> None:
    """Write weights in half precision and, beside them, what is known of them as JSON."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    state = cast("dict[str, Tensor]", model.state_dict())
    save_file({name: value.half().contiguous() for name, value in state.items()}, path)
    path.with_suffix(".json").write_text(json.dumps(facts, indent=2) + "\n", "utf-8")


def weights_digest(path: Path) -> str:
    """SHA-256 of a file of weights."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pixels(images: Any) -> Tensor:
    """uint8 grey scenes [n, 64, 64] → the float32 input [n, 1, 64, 64] that the proxies were trained on."""
    return open_data("digit_scenes").pixels(images)
