"""Tables to observations: each number with the names that its table gives it, and no others."""

from __future__ import annotations

from table_builders import make_document, make_table

from synth.model import Observation
from synth.verifier.reported import observations_of

DEIT = [
    ["Method", "Top-1 (%)", "FLOPs (G)", "Throughput (img/s)", "Params (M)"],
    ["DeiT-S", "79.8", "4.6", "2.6K", "22.1"],
    ["EViT-DeiT-S (ρ=0.7)", "79.5 (-0.3)", "3.0", "3,900", "22.1"],
    ["ToMe-DeiT-S r=13", "79.4", "2.7", "-", "22.1"],
]


def only(observations: tuple[Observation, ...], **wanted: object) -> Observation:
    """The one observation with these fields."""
    found = [each for each in observations if all(getattr(each, name) == value for name, value in wanted.items())]
    assert len(found) == 1, (wanted, [(each.method, each.metric, each.settings, each.value) for each in observations])
    return found[0]


def test_a_row_is_linked_to_method_backbone_setting_and_metric() -> None:
    """A combined row name is taken apart; the unit comes from the head."""
    found = observations_of(make_document(make_table(DEIT, caption="Results on ImageNet.")))
    top1 = only(found, method="evit", metric="top1_percent")
    assert (top1.value, top1.unit, top1.backbone, top1.dataset) == (79.5, "percent", "deit_small", "imagenet")
    assert (top1.settings, top1.decimals, top1.page, top1.cell) == ((("keep_rate", 0.7),), 1, 3, (2, 1))
    assert only(found, method="tome", metric="gmacs").settings == (("r", 13.0),)
    assert only(found, method="keep_all", metric="images_per_second").value == 2600
    assert not [each for each in found if each.method == "tome" and each.metric == "images_per_second"]


def test_units_are_brought_to_the_metrics_own() -> None:
    """Mega-FLOPs, plain parameter counts and seconds become gmacs, millions and milliseconds, with fitting precision."""
    rows = [["Model", "FLOPs (M)", "#Params", "Latency (s)"], ["EViT", "4600", "22100000", "0.012"]]
    found = observations_of(make_document(make_table(rows)))
    gmacs = only(found, metric="gmacs")
    assert (gmacs.value, gmacs.unit, gmacs.decimals) == (4.6, "gmacs", 3)
    assert abs(only(found, metric="parameters_million").value - 22.1) < 1e-9
    assert only(found, metric="latency_ms").value == 12.0


def test_a_change_is_another_metric() -> None:
    """Changes and factors never pass for values of their column's metric."""
    rows = [["Method", "Top-1", "ΔTop-1", "Throughput"], ["DeiT-S", "79.8", "-", "1.0×"], ["EViT", "79.5", "-0.3", "2.1×"]]
    found = observations_of(make_document(make_table(rows)))
    assert only(found, method="evit", metric="top1_percent").value == 79.5
    assert only(found, method="evit", metric="top1_percent_delta").value == -0.3
    assert only(found, method="evit", metric="images_per_second_ratio").value == 2.1
    assert not [each for each in found if each.metric == "images_per_second"]


def test_attribute_columns_become_settings() -> None:
    """A column of keep rates or resolutions describes its row and is no result; a column of backbones names them."""
    rows = [["Method", "Backbone", "Keep rate", "Image size", "Top-1"], ["EViT", "DeiT-B", "70%", "384", "83.1"]]
    found = observations_of(make_document(make_table(rows)))
    assert len(found) == 1
    assert (found[0].backbone, found[0].settings) == ("deit_base", (("keep_rate", 0.7), ("resolution_px", 384.0)))


def test_rows_of_keep_rates_take_their_method_from_the_columns() -> None:
    """Settings down, methods across: both find their place."""
    rows = [["Keep rate", "Top-K", "EViT", "Ours"], ["0.9", "79.7", "79.8", "79.9"], ["0.5", "78.0", "78.5", "78.9"]]
    table = make_table(rows, caption="Top-1 accuracy of DeiT-S on ImageNet")
    found = observations_of(make_document(table, title="PuMer: merging and pruning tokens"))
    assert len(found) == 6
    mine = only(found, method="pumer", settings=(("keep_rate", 0.5),))
    assert (mine.value, mine.metric, mine.backbone, mine.dataset) == (78.9, "top1_percent", "deit_small", "imagenet")


def test_a_transposed_table_reads_the_same() -> None:
    """Metrics down and methods across give the observations that the usual layout gives."""
    usual = [["Method", "Top-1 (%)", "GFLOPs"], ["EViT", "79.5", "3.0"], ["ToMe", "79.4", "2.7"]]
    turned = [["", "EViT", "ToMe"], ["Top-1 (%)", "79.5", "79.4"], ["GFLOPs", "3.0", "2.7"]]

    def triples(rows: list[list[str]]) -> set[tuple[str, str, float]]:
        return {(each.method, each.metric, each.value) for each in observations_of(make_document(make_table(rows)))}

    assert triples(usual) == triples(turned)


def test_group_rows_and_head_paths_count() -> None:
    """A backbone that heads a group of rows and a data set that heads a group of columns reach every number below them."""
    rows = [["", "CIFAR-10 > top-1", "CIFAR-100 > top-1"], ["DeiT-T"], ["EViT", "97.1", "84.0"], ["DeiT-B"], ["EViT", "98.9", "90.1"]]
    found = observations_of(make_document(make_table(rows)))
    assert only(found, backbone="deit_base", dataset="cifar100").value == 90.1


def test_an_unknown_method_keeps_its_own_name() -> None:
    """Names that the vocabulary lacks become slugs, and an ablation is not the method that it ablates."""
    rows = [["Model", "ROUGE-1"], ["Graph-attention (Tan et al., 2017)", "38.1"], ["ToMe w/o size", "39.0"]]
    found = observations_of(make_document(make_table(rows)))
    assert {each.method for each in found} == {"graph_attention", "tome_w_o_size"}
    assert all(each.confidence < 1 for each in found)


def test_what_is_not_named_stays_empty() -> None:
    """Two data sets in a caption are none; a table without names gives observations that no claim can use."""
    rows = [["", "Top-1"], ["EViT", "79.5"]]
    assert observations_of(make_document(make_table(rows, caption="ImageNet and CIFAR-10 results")))[0].dataset == ""
    bare = observations_of(make_document(make_table([["", ""], ["", "79.5"]])))
    assert [(each.method, each.metric, each.dataset, each.backbone) for each in bare] == [("", "", "", "")]


def test_two_metrics_in_one_column_need_two_names() -> None:
    """ "79.5/94.8" is split under "Top-1/Top-5" and dropped under a single name."""
    named = observations_of(make_document(make_table([["", "Top-1/Top-5"], ["EViT", "79.5/94.8"]])))
    assert {(each.metric, each.value) for each in named} == {("top1_percent", 79.5), ("top5_percent", 94.8)}
    assert not observations_of(make_document(make_table([["", "Top-1"], ["EViT", "79.5/94.8"]])))


def test_shares_become_percent() -> None:
    """A whole table of accuracies between 0 and 1 is read as percent, less surely."""
    found = observations_of(make_document(make_table([["", "Accuracy"], ["EViT", "0.795"], ["ToMe", "0.794"]])))
    assert [(each.value, each.decimals) for each in found] == [(79.5, 1), (79.4, 1)]
