"""Figures say what the rows say: same bytes each time, one look per method, and nothing drawn that is not there."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments
from experiments.analysis.figures import style
from experiments.analysis.figures.curves import read_curves
from experiments.analysis.figures.draw import FIGURES, Work, draw
from experiments.analysis.figures.kept_tokens import PALETTE, Stages, cluster_colours, painted
from experiments.analysis.figures.vanishing import Spot, map_of, map_rows, map_table
from experiments.analysis.methods import COMPETITORS, CONTROLS
from experiments.analysis.models import at_hand
from experiments.analysis.rows import read_rows
from experiments.analysis.throughput import read_bench, with_speeds
from experiments.backbones import plain
from experiments.data import open_data
from experiments.errors import DataError
from experiments.finetune import Recipe, name_of
from experiments.ledger import Ledger, Row
from experiments.measure import heatmaps
from experiments.measure.speed import sample_input
from experiments.vit import attach
from synth.model import CellRequest, LabRecord


def row(method: str, value: float, cost: float, rate: float = 0.5, **more: Any) -> dict[str, Any]:
    """A row of a rank table at equal keep rate."""
    own = {"method": method, "performance_percent": value, "gmacs": cost, "keep_rate": rate, "rank": 1.0, "note": ""}
    place = {"comparison": "equal_keep_rate", "regime": "off_the_shelf", "dataset": "digit_scenes", "backbone": "proxy_tiny", "n_seeds": 3}
    return {**place, **own, "lost_low": value - 94, "lost_high": value - 92, **more}


def made() -> list[dict[str, Any]]:
    """Two methods at two keep rates with the unreduced model, and a rank at equal tokens with one that is not reached."""
    rows = [
        row("topk", 90, 0.010, 0.9),
        row("topk", 80, 0.006),
        row("tome", 91, 0.011, 0.9),
        row("tome", 70, 0.006),
        row("keep_all", 93, 0.013),
    ]
    reached = row("topk", 80, 0.006, comparison="equal_mean_tokens")
    missed = row("tome", 0, 0.006, comparison="equal_mean_tokens", rank=None, performance_percent=None, note="not reached: measured")
    return [*rows, reached, missed]


def test_every_method_has_its_own_look() -> None:
    """No two methods share colour and marker, and all have one."""
    assert set(style.LOOKS) == {*COMPETITORS, *CONTROLS}
    assert len(set(style.LOOKS.values())) == len(style.LOOKS)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """Two runs write the same files in all formats, with nothing of the day or the program in them."""
    for name in ("one", "two"):
        work = Work(made(), {"digit_scenes": 512}, tmp_path / name, formats=("png", "svg", "pdf"))
        names = [path.name for path in draw(work, ["costs", "ranks"])]
    assert names == [
        f"{stem}.{kind}"
        for stem in ("performance_gmacs", "ranks_equal_keep_rate", "ranks_equal_mean_tokens")
        for kind in ("png", "svg", "pdf")
    ]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert "<dc:date>" not in (tmp_path / "one" / "performance_gmacs.svg").read_text("utf-8")
    assert b"CreationDate" not in (tmp_path / "one" / "performance_gmacs.pdf").read_bytes()


def test_captions_name_seeds_images_and_regime() -> None:
    """What stands below a figure says how it was measured."""
    work = Work([*made(), row("evit", 80, 0.006, n_seeds=1)], {"digit_scenes": 512}, Path())
    assert work.circumstances() == "off the shelf; 1 to 3 seeds; 512 test images"


def test_throughput_comes_from_the_backbone_or_one_of_its_size(tmp_path: Path) -> None:
    """Masked and eager rows are other methods; the unreduced model has one speed for all keep rates; other sizes have none."""
    rows = [("unreduced timm", 10.0), ("topk", 18.0), ("l1 (mask)", 5.0)]
    methods = [{"method": name, "images_per_second": value} for name, value in rows]
    path = tmp_path / "bench.json"
    path.write_text(
        json.dumps(
            {"backbone": "deit_tiny_patch16_224", "keep_rate": 0.5, "device": "cpu", "dtype": "float32", "batch": 4, "methods": methods}
        )
    )
    timed = with_speeds([*made(), row("topk", 80, 0.1, backbone="proxy_base"), row("l1", 70, 0.005)], read_bench([path]))
    found = {(one["method"], one["keep_rate"], one["backbone"]): one["images_per_second"] for one in timed}
    assert found["topk", 0.5, "proxy_tiny"] == 18
    assert found["keep_all", 0.5, "proxy_tiny"] == 10
    assert found["topk", 0.9, "proxy_tiny"] is None
    assert found["topk", 0.5, "proxy_base"] is None
    assert found["l1", 0.5, "proxy_tiny"] is None


def test_the_shipped_bench_can_be_read() -> None:
    """The result that is in the README has the speeds of every method at its keep rate."""
    (speeds,) = read_bench([Path(experiments.__file__).parent / "results" / "bench-deit_small-0.5-batch16-cpu.json"])
    assert {("tome", 0.5), ("sit", 0.5), ("keep_all", 1.0)} <= set(speeds.images_per_second)


def test_a_file_that_is_no_bench_is_one_clear_line(tmp_path: Path) -> None:
    """The error names the file and the command that makes one."""
    path = tmp_path / "other.json"
    path.write_text("[]")
    with pytest.raises(DataError, match=r"other\.json is no result of `python -m experiments bench --json`"):
        read_bench([path])


def test_neighbouring_clusters_differ_in_colour() -> None:
    """Every patch of a cluster has one colour, and no neighbour of another cluster has it."""
    labels = np.random.default_rng(0).integers(0, 12, 64)
    colours = cluster_colours(labels, (8, 8)).reshape(8, 8)
    table = labels.reshape(8, 8)
    assert all(len(set(colours[table == label])) == 1 for label in np.unique(labels))
    across, down = table[:, 1:] != table[:, :-1], table[1:] != table[:-1]
    if colours.max() < len(PALETTE) - 1:
        assert (colours[:, 1:] != colours[:, :-1])[across].all()
        assert (colours[1:] != colours[:-1])[down].all()


def test_dropped_patches_are_dimmed_and_kept_ones_are_not() -> None:
    """The pixels of kept patches are those of the image, and dropped ones are almost white."""
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    kept = np.array([True, False, False, True])
    shown = painted(image, (2, 2), Stages("topk", "off_the_shelf", [kept], [None], [2]), 0)
    np.testing.assert_allclose(shown[:8, :8], image[:8, :8] / 255)
    assert shown[:8, 8:].min() > 0.85
    merged = painted(image, (2, 2), Stages("tome", "off_the_shelf", [None], [np.array([0, 0, 1, 2])], [3]), 0)
    np.testing.assert_allclose(merged[8:], image[8:] / 255)
    assert np.abs(merged[:8] - image[:8] / 255).max() > 0.1


def test_maps_of_a_fixed_pattern_show_it() -> None:
    """l1 at 0.5 loses the corners at the first stage and never the centre; merging has no map."""
    model = plain("proxy_tiny")
    heat = map_of(attach(model, "l1", 0.5), sample_input(model, 2))
    assert heat is not None
    assert (heat[0, 0], heat[3, 3]) == (3, 12)
    assert map_of(attach(model, "tome", 0.5), sample_input(model, 2)) is None


def test_maps_are_compared_across_data_sets_and_across_methods() -> None:
    """Equal maps are at no distance; a pair of other keep rates is none; what never vanishes correlates with nothing."""
    rng = np.random.default_rng(0)
    heat = rng.uniform(3, 12, (4, 4))
    maps = {
        Spot("topk", "a", "proxy_tiny", 0.5): heat,
        Spot("topk", "b", "proxy_tiny", 0.5): heat,
        Spot("ats", "a", "proxy_tiny", 0.5): np.full((4, 4), 12.0),
        Spot("topk", "b", "proxy_tiny", 0.9): heat,
    }
    rows = {(r["method"], r["other_method"], r["dataset"], r["other_dataset"]): r for r in map_rows(maps)}
    assert set(rows) == {("ats", "topk", "a", "a"), ("topk", "topk", "a", "b")}
    same = rows["topk", "topk", "a", "b"]
    assert (same["emd_patches"], same["pearson"], same["sim"], same["kl_bits"]) == pytest.approx((0, 1, 1, 0))
    assert rows["ats", "topk", "a", "a"]["pearson"] is None
    assert map_table(list(rows.values()))[1].split() == ["topk", "0.000", "0.000", "1.000", "1.000", "1.000", "0.000", "1"]


def test_moving_mass_by_one_patch_costs_its_share() -> None:
    """All mass moved by two columns costs two patches; half of it by one row costs a half."""
    one, two, three = np.zeros((3, 3, 3))
    one[0, 0], two[0, 2] = 1, 1
    three[0, 0] = three[1, 0] = 0.5
    assert heatmaps.earth_movers(one, two) == pytest.approx(2)
    assert heatmaps.earth_movers(one, three) == pytest.approx(0.5)


def test_learning_curves_are_read_beside_the_weights(tmp_path: Path) -> None:
    """A run without teacher has its own name; files of other code, and such that are no curve, are passed over."""
    recipe = Recipe("dynamicvit", "proxy_tiny", "digit_scenes", 0.5, 1, "fine_tuned_no_teacher")
    facts = {"recipe": asdict(recipe), "loss": [[10, 2.0], [20, 1.0]]}
    (tmp_path / f"{name_of(recipe, open_data('digit_scenes'))}.json").write_text(json.dumps(facts))
    (tmp_path / "of_older_code.json").write_text(json.dumps(facts))
    (tmp_path / "other.json").write_text(json.dumps({"recipe": {}, "loss": [[10, 2.0]]}))
    (found,) = read_curves(tmp_path)
    assert (found.method, found.steps.tolist(), found.loss.tolist()) == ("dynamicvit_no_teacher", [10, 20], [2, 1])
    work = Work(made(), {}, tmp_path / "figures", formats=("png",), weights=tmp_path)
    assert [path.name for path in draw(work, ["learning"])] == ["learning_curves.png"]
    assert list(draw(Work(made(), {}, tmp_path), ["learning"])) == []


def test_a_method_that_has_to_be_trained_is_not_drawn_untrained(tmp_path: Path) -> None:
    """Without fine-tuned weights Top-K is taken off the shelf, and SiT is not there."""
    cell = CellRequest(method="topk", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.5, regime="fine_tuned")
    found = at_hand(cell, tmp_path)
    assert found is not None
    assert found[1] == "off_the_shelf"
    assert at_hand(cell.model_copy(update={"method": "sit"}), tmp_path) is None


def test_stale_rows_are_counted_and_not_used(tmp_path: Path) -> None:
    """A row whose key nothing gives today is no record of an analysis."""
    cell = CellRequest(method="topk", backbone="proxy_tiny", dataset="digit_scenes", keep_rate=0.31)
    old = Row.measured(
        "0" * 24,
        (),
        (LabRecord(cell=cell, metric="performance", value=50.0),),
        unit="Performance",
        cell=cell,
        asked={"images": 512, "replicates": 200, "seed": 0, "batch": 16},
    )
    Ledger(tmp_path / "ledger.jsonl", None).put(old)
    found = read_rows(
        tmp_path / "ledger.jsonl", metrics=("performance",), dataset="digit_scenes", backbone="proxy_tiny", regime="off_the_shelf"
    )
    assert found.stale >= 1
    assert cell not in {record.cell for record in found.records}


def test_all_figures_have_a_name() -> None:
    """The command line offers what the page of figures knows."""
    assert set(FIGURES) == {"costs", "kept", "ranks", "vanishing", "learning"}
