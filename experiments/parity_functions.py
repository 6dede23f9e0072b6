"""
Compares the laboratory's building blocks with what the reference code of arXiv:2308.04657 returned for the same inputs.

One file, functions.npz, holds inputs and answers: likeness of features, of kept sets, of clusterings and of heat maps, mean
average precision, losses, a matching step of ToMe and transport plans. What a file does not hold is not compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments import losses
from experiments.measure import heatmaps, patterns
from experiments.measure.scores import average_precision, mean_average_precision
from experiments.reducers.sinkhorn import transport
from experiments.reducers.tome import bipartite_matching, merge

Arrays = dict[str, Any]


def _features(data: Arrays) -> Arrays:
    one, two = (patterns.normalised(data[f"feat_{name}"].T) for name in "AB")
    correlations, _ = patterns.canonical_correlations(one, two)
    return {
        "procrustes": patterns.procrustes(one, two),
        "procrustes_self": patterns.procrustes(one, one),
        "lin_cka_dist": patterns.cka_distance(one, two),
        "pwcca_dist": patterns.pwcca_distance(one, two),
        "mean_cca": correlations.mean(),
        "mean_sq_cca": np.square(correlations).mean(),
    }


def _heat_maps(data: Arrays) -> Arrays:
    one, two = data["map1"], data["map2"]
    return {
        "KL12": heatmaps.kl(two, one),
        "KL21": heatmaps.kl(one, two),
        "JS": heatmaps.jensen_shannon(one, two),
        "PCC": heatmaps.pearson(one, two),
        "SCC": heatmaps.spearman(one, two),
        "SIM": heatmaps.similarity(one, two),
        "EMD_lp": heatmaps.earth_movers(one, two),
    }


def _clusterings(data: Arrays) -> Arrays:
    labels: list[list[Any]] = [[], []]
    for found, which in zip(labels, (1, 2), strict=True):
        for stage in range(3):
            assign = data[f"assign{which}_{stage}"]
            found.append(assign[found[-1]] if found else assign)
    shares = [patterns.homogeneity_completeness_nmi(one[None], two[None]) for one, two in zip(*labels, strict=True)]
    return {"final1": labels[0][-1], "final2": labels[1][-1], "hcv": np.array(shares)[:, :, 0]}


def _kept_sets(data: Arrays) -> Arrays:
    patches = np.arange(1 + max(data["kept1"].max(), data["kept2"].max()))
    one, two = (np.isin(patches, data[name])[None] for name in ("kept1", "kept2"))
    return {"iou": patterns.iou(one, two)[0], "ioa": patterns.ioa(one, two)[0]}


def _precision(data: Arrays) -> Arrays:
    scores, targets = data["map_scores"], data["map_targets"]
    whole = np.ones((1, len(scores)))
    return {"AP": average_precision(scores, targets, whole)[0], "mAP": mean_average_precision(scores, targets, whole)[0]}


def _losses(data: Arrays) -> Arrays:
    tensors = {name: torch.from_numpy(value) for name, value in data.items() if value.ndim}

    def dynamicvit(kind: Any) -> float:
        loss = losses.dynamicvit(
            tensors["dl_student_logits"],
            tensors["dl_labels"].long(),
            list(tensors["dl_masks"]),
            data["dl_ratio"].tolist(),
            teacher_logits=tensors["dl_teacher_logits"],
            tokens=tensors["dl_student_tokens"],
            teacher_tokens=tensors["dl_teacher_tokens"],
            token_loss=kind,
        )
        return float(loss)

    return {
        "asl": float(losses.asymmetric(tensors["asl_logits"], tensors["asl_targets"])),
        "policy_softmax": losses.policy_softmax(tensors["policy_logits"], tensors["policy"]).numpy(),
        "dyvit_loss_mse": dynamicvit("mse"),
        "dyvit_loss_kl": dynamicvit("kl"),
    }


def _float(array: Any) -> Tensor:
    return torch.from_numpy(array).float()


def _matching(data: Arrays) -> Arrays:
    keys, tokens, sizes = (_float(data[f"tome_{name}"]) for name in ("metric", "x", "size"))
    found: Arrays = {}
    for r in (int(name.removeprefix("tome_x_r")) for name in data if name.startswith("tome_x_r")):
        merged, held = merge(bipartite_matching(keys, r), tokens, sizes.squeeze(-1))
        found[f"tome_x_r{r}"] = torch.cat([tokens[:, :1], merged], 1).numpy()
        found[f"tome_size_r{r}"] = torch.cat([sizes[:, :1, 0], held], 1).unsqueeze(-1).numpy()
    return found


def _plans(data: Arrays) -> Arrays:
    asked = [match for name in data if (match := re.fullmatch(r"ot_eps([\d.]+)_it(\d+)", name))]
    scores = _float(data["ot_scores"])
    return {match[0]: transport(scores, float(match[1]), int(match[2])).numpy() for match in asked}


_GROUPS: dict[str, Callable[[Arrays], Arrays]] = {
    "feat_A": _features,
    "map1": _heat_maps,
    "assign1_0": _clusterings,
    "kept1": _kept_sets,
    "map_scores": _precision,
    "dl_labels": _losses,
    "tome_metric": _matching,
    "ot_scores": _plans,
}
"""an input that says that the others of its group are there, and what answers to them."""


def differences(data: Arrays) -> dict[str, float]:
    """Largest absolute difference of every stored answer from ours; infinite where the shapes differ."""
    ours: Arrays = {}
    for name, answers in _GROUPS.items():
        if name in data:
            ours.update(answers(data))
    return {name: _difference(np.asarray(value), data[name]) for name, value in ours.items() if name in data}


def _difference(ours: Any, theirs: Any) -> float:
    return float(np.abs(ours.astype(np.float64) - theirs).max()) if ours.shape == theirs.shape else float("inf")
