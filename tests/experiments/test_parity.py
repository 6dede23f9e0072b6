"""Reducers and measures give what the reference code gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.errors import DataError
from experiments.parity import functions, parity
from experiments.parity_functions import differences


@pytest.mark.shared
def test_every_stored_run_is_reproduced(shared: Path) -> None:
    """Decisions and token counts are equal and logits within 1e-4, for every file; so are the values of the building blocks."""
    lines = list(parity(shared / "vectors"))
    assert len(lines) == len(list((shared / "vectors" / "p64").glob("*.npz"))) + 1
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
def test_every_building_block_is_reproduced(shared: Path) -> None:
    """All answers that the reference stored are compared, none is left out, and all agree."""
    data = dict(np.load(shared / "vectors" / "functions.npz"))
    found = differences(data)
    inputs = ("feat_", "map1", "map2", "assign", "kept", "map_", "asl_", "dl_")
    left = {name for name in data if name not in found and not name.startswith(inputs)}
    assert left == {"policy_logits", "policy", "tome_metric", "tome_x", "tome_size", "ot_scores"}
    assert {name: difference for name, difference in found.items() if not difference <= 1e-5} == {}


@pytest.mark.shared
@pytest.mark.parametrize(
    ("answer", "blame"), [("mean_sq_cca", "max_logit_difference"), ("final2", "decisions_equal"), ("AP", "tokens_equal")]
)
def test_another_answer_is_told_apart(shared: Path, answer: str, blame: str) -> None:
    """A value, a label or a shape that differs shows in the line, at its place."""
    data = dict(np.load(shared / "vectors" / "functions.npz"))
    data[answer] = data[answer][1:] if blame == "tokens_equal" else data[answer] + 1
    line = functions(data)
    assert line[blame] is False or line[blame] == pytest.approx(1.0)


def test_what_a_file_does_not_hold_is_not_compared() -> None:
    """Of a file with two kept sets alone, IoU is compared, and nothing else."""
    assert differences({"kept1": np.array([0, 1, 2]), "kept2": np.array([1, 2, 5]), "iou": np.array(0.5)}) == {"iou": 0.0}
