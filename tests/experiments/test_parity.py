"""Reducers and measures give what the reference code gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import losses
from experiments.errors import DataError
from experiments.measure import heatmaps, patterns
from experiments.measure.scores import average_precision, mean_average_precision
from experiments.parity import parity
from experiments.reducers.sinkhorn import transport
from experiments.reducers.tome import bipartite_matching, merge


@pytest.mark.shared
def test_every_stored_run_is_reproduced(shared: Path) -> None:
    """Decisions and token counts are equal and logits within 1e-4, for every file."""
    lines = list(parity(shared / "vectors"))
    assert len(lines) == len(list((shared / "vectors" / "p64").glob("*.npz")))
    assert [line for line in lines if not (line["decisions_equal"] and line["tokens_equal"] and line["max_logit_difference"] < 1e-4)] == []


@pytest.mark.shared
def test_other_weights_are_told_apart(shared: Path, tmp_path: Path) -> None:
    """The comparison fails where one weight differs: it can fail."""
    source = shared / "vectors"
    weights = dict(np.load(source / "weights.npz"))
    weights["blocks.2.attn.qkv.bias"] = weights["blocks.2.attn.qkv.bias"] + np.float16(0.5)
    np.savez(tmp_path / "weights.npz", **weights)
    (tmp_path / "images_p64.npz").write_bytes((source / "images_p64.npz").read_bytes())
    (tmp_path / "p64").mkdir()
    (tmp_path / "p64" / "topk_0.5.npz").write_bytes((source / "p64" / "topk_0.5.npz").read_bytes())
    (line,) = parity(tmp_path)
    assert line["max_logit_difference"] > 1e-4


def test_missing_weights_are_one_clear_line(tmp_path: Path) -> None:
    """A folder without weights is an error that names the file."""
    with pytest.raises(DataError, match=r"no file weights\.npz"):
        list(parity(tmp_path))


@pytest.mark.shared
def test_a_matching_step_equals_tomes(shared: Path) -> None:
    """Merged tokens and sizes agree for r = 2, 5 and the capped 8."""
    data = np.load(shared / "vectors" / "functions.npz")
    keys, tokens, sizes = (torch.from_numpy(data[f"tome_{name}"]).float() for name in ("metric", "x", "size"))
    for r in (2, 5, 8):
        merged, held = merge(bipartite_matching(keys, r), tokens, sizes.squeeze(-1))
        np.testing.assert_allclose(merged.numpy(), data[f"tome_x_r{r}"][:, 1:], atol=1e-5)
        np.testing.assert_allclose(held.numpy(), data[f"tome_size_r{r}"][:, 1:, 0], atol=1e-5)


@pytest.mark.shared
def test_the_transport_plan_equals_the_references(shared: Path) -> None:
    """One and three rounds of scaling agree."""
    data = np.load(shared / "vectors" / "functions.npz")
    scores = torch.from_numpy(data["ot_scores"]).float()
    for rounds in (1, 3):
        np.testing.assert_allclose(transport(scores, 1.0, rounds).numpy(), data[f"ot_eps1_it{rounds}"], atol=1e-5)


@pytest.mark.shared
def test_pattern_measures_equal_the_references(shared: Path) -> None:
    """IoU, IoA, homogeneity, completeness, NMI, Procrustes, CKA and PWCCA agree."""
    data = np.load(shared / "vectors" / "functions.npz")
    one, two = (patterns.normalised(data[f"feat_{name}"].T) for name in "AB")
    assert patterns.procrustes(one, two) == pytest.approx(float(data["procrustes"]), abs=1e-4)
    assert patterns.cka_distance(one, two) == pytest.approx(float(data["lin_cka_dist"]), abs=1e-4)
    assert patterns.pwcca_distance(one, two) == pytest.approx(float(data["pwcca_dist"]), abs=1e-4)
    sets = [np.isin(np.arange(196), data[name])[None] for name in ("kept1", "kept2")]
    assert patterns.iou(*sets)[0] == pytest.approx(float(data["iou"]))
    labels = [data["assign1_0"], data["assign2_0"]]
    for stage in range(3):
        if stage:
            labels = [data[f"assign{which + 1}_{stage}"][label] for which, label in enumerate(labels)]
        found = patterns.homogeneity_completeness_nmi(labels[0][None], labels[1][None])
        np.testing.assert_allclose([float(value[0]) for value in found], data["hcv"][stage], atol=1e-6)


@pytest.mark.shared
def test_mean_average_precision_equals_the_references(shared: Path) -> None:
    """AP of every class and their mean agree."""
    data = np.load(shared / "vectors" / "functions.npz")
    scores, targets = data["map_scores"], data["map_targets"]
    ones = np.ones((1, len(scores)))
    scale = 100 if float(data["AP"].max()) > 1 else 1
    np.testing.assert_allclose(average_precision(scores, targets, ones)[0] * scale, data["AP"], atol=1e-5)
    assert mean_average_precision(scores, targets, ones)[0] == pytest.approx(
        float(data["mAP"]) * (1 if float(data["mAP"]) > 1 else 100), abs=1e-4
    )


@pytest.mark.shared
def test_heat_map_measures_equal_the_references(shared: Path) -> None:
    """KL both ways, JS, Pearson, Spearman, SIM and EMD of two maps agree."""
    data = np.load(shared / "vectors" / "functions.npz")
    one, two = data["map1"], data["map2"]
    assert heatmaps.kl(two, one) == pytest.approx(float(data["KL12"]), abs=1e-5)
    assert heatmaps.kl(one, two) == pytest.approx(float(data["KL21"]), abs=1e-5)
    assert heatmaps.jensen_shannon(one, two) == pytest.approx(float(data["JS"]), abs=1e-5)
    assert heatmaps.pearson(one, two) == pytest.approx(float(data["PCC"]), abs=1e-5)
    assert heatmaps.spearman(one, two) == pytest.approx(float(data["SCC"]), abs=1e-5)
    assert heatmaps.similarity(one, two) == pytest.approx(float(data["SIM"]), abs=1e-5)
    assert heatmaps.earth_movers(one, two) == pytest.approx(float(data["EMD_lp"]), abs=1e-5)


@pytest.mark.shared
def test_losses_equal_the_references(shared: Path) -> None:
    """Asymmetric loss, DynamicViT's masked softmax and its loss with either token term agree."""
    data = {name: torch.from_numpy(value) for name, value in np.load(shared / "vectors" / "functions.npz").items() if value.ndim}
    stored = np.load(shared / "vectors" / "functions.npz")
    assert float(losses.asymmetric(data["asl_logits"], data["asl_targets"])) == pytest.approx(float(stored["asl"]), abs=1e-4)
    torch.testing.assert_close(losses.policy_softmax(data["policy_logits"], data["policy"]), data["policy_softmax"], atol=1e-5, rtol=0)
    for kind in ("mse", "kl"):
        loss = losses.dynamicvit(
            data["dl_student_logits"],
            data["dl_labels"].long(),
            list(data["dl_masks"]),
            data["dl_ratio"].tolist(),
            teacher_logits=data["dl_teacher_logits"],
            tokens=data["dl_student_tokens"],
            teacher_tokens=data["dl_teacher_tokens"],
            token_loss=kind,
        )
        assert float(loss) == pytest.approx(float(stored[f"dyvit_loss_{kind}"]), abs=1e-4)
