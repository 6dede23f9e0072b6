"""The speed table reports what it measured, and under which circumstances."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from experiments.bench import bench, peak_memory, table
from experiments.errors import ReductionError


@pytest.fixture(scope="module")
def result() -> Any:
    """Two rounds of Top-K and of keeping all, fused and eager, on the smallest backbone."""
    return bench(["keep_all", "topk"], backbone="proxy_tiny", keep_rate=0.5, batch=2, rounds=2, eager=True)


def test_every_row_holds_its_raw_samples_and_warm_ups(result: Any) -> None:
    """As many samples as rounds, of every model, the unreduced one and the eager ones too."""
    names = ["unreduced timm", "keep_all", "keep_all (eager)", "topk", "topk (eager)"]
    assert [row["method"] for row in result["methods"]] == names
    assert {(len(row["samples_seconds"]), len(row["warm_up_seconds"])) for row in result["methods"]} == {(2, 2)}


def test_the_promise_is_the_ratio_of_counted_multiply_adds(result: Any) -> None:
    """Nothing is promised where nothing is removed; Top-K promises what its count says."""
    plain, keep_all, _, topk, _ = result["methods"]
    assert keep_all["promised_speedup"] == pytest.approx(1.0)
    assert topk["promised_speedup"] == pytest.approx(plain["gmacs"] / topk["gmacs"])
    assert topk["promised_speedup"] > 1.5


def test_a_speedup_is_the_median_of_ratios_within_a_round(result: Any) -> None:
    """The plain model over the method, round by round."""
    plain, *others = result["methods"]
    for row in others:
        ratios = [a / b for a, b in zip(plain["samples_seconds"], row["samples_seconds"], strict=True)]
        assert row["speedup"] == pytest.approx(sum(ratios) / 2)


def test_the_circumstances_stand_in_the_result_and_above_the_table(result: Any) -> None:
    """Device, threads, dtype and torch.compile are told, and all of it is JSON."""
    facts = {"device", "threads", "dtype", "channels_last", "compile", "torch", "timm", "batch", "rounds", "keep_rate", "backbone"}
    assert facts < set(json.loads(json.dumps(result)))
    assert "dtype=float32" in table(result)
    assert all(f"{fact}=" in table(result).splitlines()[0] for fact in facts)


def test_peak_memory_is_that_of_one_pass() -> None:
    """Two tensors of 4 MiB at a time are 8 MiB, however many are made one after the other."""
    images = torch.zeros(1, 2**20)
    assert peak_memory(lambda x: ((x + 1) + 1) + 1, images) == pytest.approx(8.0, abs=0.1)


def test_a_missing_accelerator_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for a device that is not there, the bench says so."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ReductionError, match="no accelerator for device 'cuda'"):
        bench(["topk"], backbone="proxy_tiny", keep_rate=0.5, device="cuda")
