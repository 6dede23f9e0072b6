"""The contract that every reducer keeps, over the whole registry."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from timm.models.vision_transformer import VisionTransformer

from experiments.errors import ReductionError
from experiments.reducers import REGISTRY, Shape, build, stage_counts
from experiments.vit import ReducedViT, attach, create

METHODS = sorted(REGISTRY)
RATES = (0.9, 0.7, 0.5, 0.25)


def make_vit(*, image: tuple[int, int] = (32, 32), depth: int = 12, registers: int = 0) -> Any:
    """A small VisionTransformer with 64 patches and fixed random weights."""
    torch.manual_seed(5)
    model = VisionTransformer(
        img_size=image, patch_size=4, in_chans=1, embed_dim=32, depth=depth, num_heads=2, num_classes=7, reg_tokens=registers
    )
    return model.eval()


def make_images(model: Any, number: int = 3) -> torch.Tensor:
    """Random images of the size that the model takes."""
    return torch.randn(number, 1, *model.patch_embed.img_size, generator=torch.Generator().manual_seed(1))


def traced(model: Any, method: str, rate: float, **options: bool) -> tuple[torch.Tensor, Any, ReducedViT]:
    """Logits, trace and the reduced model."""
    reduced = attach(model, method, rate, **options)
    with torch.inference_mode():
        logits, trace = reduced.traced(make_images(model))
    return logits, trace, reduced


def test_the_registry_holds_the_thirteen_methods_and_two_controls() -> None:
    """Every canonical name of the laboratory is there."""
    expected = "keep_all random l1 l2 linf topk evit dynamicvit ats tome dpcknn kmedoids sit patchmerger sinkhorn"
    assert set(REGISTRY) == set(expected.split())


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("method", METHODS)
def test_a_stage_leaves_the_promised_number_of_tokens(method: str, rate: float) -> None:
    """Tokens in the tensor equal the promise (at most, for adaptive methods), and logits are finite and of the right shape."""
    logits, trace, reduced = traced(make_vit(), method, rate)
    assert logits.shape == (3, 7)
    assert bool(torch.isfinite(logits).all())
    lengths = [trace.lengths[place] for place in reduced.locations]
    promised = list(reduced.reducer.promised())
    if reduced.reducer.adaptive:
        assert all(length <= most for length, most in zip(lengths, promised, strict=True))
    else:
        assert lengths == promised


@pytest.mark.parametrize("method", METHODS)
def test_keep_rate_one_equals_the_plain_model(method: str) -> None:
    """Asked to keep everything, every method returns the logits of the plain model."""
    model = make_vit()
    logits, _, _ = traced(model, method, 1.0)
    with torch.inference_mode():
        torch.testing.assert_close(logits, model(make_images(model)), atol=1e-5, rtol=0)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_logits(method: str) -> None:
    """Two builds with one seed agree bit for bit, whatever the global random state."""
    model = make_vit()
    first, _, _ = traced(model, method, 0.5)
    torch.manual_seed(99)
    second, _, _ = traced(model, method, 0.5)
    assert torch.equal(first, second)


@pytest.mark.parametrize("method", [name for name in METHODS if REGISTRY[name].kind == "pruning"])
def test_pruning_keeps_a_subset_of_what_entered(method: str) -> None:
    """Kept original patches of a stage are distinct and were all kept by the stage before."""
    _, trace, _ = traced(make_vit(), method, 0.7)
    earlier = [set(range(64))] * 3
    for kept in trace.kept:
        now = [[patch for patch in row.tolist() if patch >= 0] for row in kept]
        assert all(len(row) == len(set(row)) and set(row) <= before for row, before in zip(now, earlier, strict=True))
        earlier = [set(row) for row in now]


@pytest.mark.parametrize("method", ["tome", "dpcknn", "kmedoids"])
def test_merging_gives_every_patch_one_living_cluster(method: str) -> None:
    """Labels composed over the stages stay below the number of tokens, and no cluster of ToMe is empty."""
    _, trace, reduced = traced(make_vit(), method, 0.5)
    for labels, count in zip(trace.labels, reduced.reducer.promised(), strict=True):
        assert labels.shape == (3, 64)
        assert int(labels.min()) >= 0
        assert int(labels.max()) < count
        if method == "tome":
            assert all(len(set(row.tolist())) == count for row in labels)


def test_tome_conserves_the_total_size() -> None:
    """The sizes of merged tokens sum to the number of patches at every stage."""
    _, trace, _ = traced(make_vit(), "tome", 0.25)
    assert [reduction.sizes.sum(1).tolist() for reduction in trace.reductions] == [[64.0] * 3] * 3


@pytest.mark.parametrize("method", ["l1", "l2", "linf"])
@pytest.mark.parametrize("rate", RATES)
def test_masking_a_pattern_equals_removing_it(method: str, rate: float) -> None:
    """Logits of the reference's mask and of real removal agree, and so do the counted tokens."""
    model = make_vit()
    removed, trace, reduced = traced(model, method, rate)
    masked, mask_trace, _ = traced(model, method, rate, mask=True)
    torch.testing.assert_close(removed, masked, atol=1e-5, rtol=0)
    for place in reduced.locations:
        assert torch.equal(trace.counts[place], mask_trace.counts[place])
        assert mask_trace.lengths[place] == 64


@pytest.mark.parametrize("method", METHODS)
def test_fused_attention_equals_full_matrices(method: str) -> None:
    """The fused kernel with the class row on its own gives what the eager path gives."""
    model = make_vit()
    images = make_images(model)
    with torch.inference_mode():
        torch.testing.assert_close(attach(model, method, 0.5)(images), attach(model, method, 0.5, fused=False)(images), atol=1e-5, rtol=0)


@pytest.mark.parametrize("method", METHODS)
def test_other_shapes_and_prefixes_work(method: str) -> None:
    """A grid that is no square, another depth and a second prefix token change nothing of the contract."""
    model = make_vit(image=(20, 44), depth=8, registers=1)
    logits, trace, reduced = traced(model, method, 0.5)
    assert bool(torch.isfinite(logits).all())
    assert reduced.locations == (2, 4, 6)
    assert all(trace.lengths[place] <= most for place, most in zip(reduced.locations, reduced.reducer.promised(), strict=True))


@pytest.mark.parametrize("method", [name for name in METHODS if name != "random"])
def test_the_answer_for_an_image_does_not_depend_on_its_batch(method: str) -> None:
    """The first image alone gets the logits that it gets among others: nothing leaks through padding or sorting (random draws by place)."""
    model = make_vit()
    images = make_images(model)
    reduced = attach(model, method, 0.7)
    with torch.inference_mode():
        torch.testing.assert_close(reduced(images)[:1], reduced(images[:1]), atol=1e-5, rtol=0)


def test_a_distilled_deit_works() -> None:
    """A model with class and distillation token loses patches only."""
    with torch.inference_mode():
        reduced = create("tome", backbone="deit_tiny_distilled_patch16_224", keep_rate=0.5)
        _, trace = reduced.traced(torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0)))
    assert [trace.lengths[place] for place in (3, 6, 9)] == [98, 49, 25]


def test_adaptive_sampling_counts_no_padding() -> None:
    """ATS counts per image what is really kept, which the kept indices confirm."""
    _, trace, reduced = traced(make_vit(), "ats", 0.9)
    for stage, place in enumerate(reduced.locations):
        assert trace.counts[place].tolist() == (trace.kept[stage] >= 0).sum(1).tolist()


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("topk", [(176, 158, 142), (137, 96, 67), (98, 49, 24), (49, 12, 3)]),
        ("l1", [(172, 156, 136), (136, 92, 68), (92, 40, 24), (40, 12, 4)]),
        ("l2", [(176, 156, 140), (140, 96, 68), (96, 52, 24), (52, 12, 4)]),
        ("linf", [(196, 144, 144), (144, 100, 64), (100, 36, 16), (36, 16, 4)]),
        ("tome", [(176, 158, 142), (137, 96, 67), (98, 49, 25), (98, 61, 52)]),
        ("evit", [(177, 159, 143), (138, 97, 68), (99, 50, 25), (50, 13, 4)]),
    ],
)
def test_counts_at_196_patches_are_those_of_the_reference(method: str, expected: list[tuple[int, ...]]) -> None:
    """The four rates give the published counts, quirks included."""
    assert [build(method, Shape((14, 14), 48), rate).promised() for rate in RATES] == expected


@pytest.mark.parametrize("rate", [0.0, -0.5, 1.5])
def test_a_rate_outside_the_range_is_refused(rate: float) -> None:
    """A keep rate of 0, below or above 1 is an error that names it."""
    with pytest.raises(ReductionError, match=f"got {rate}"):
        stage_counts(196, rate)


def test_unknown_names_are_refused_with_what_there_is() -> None:
    """An unknown method, and a backbone that timm has but is no VisionTransformer, are errors that say so."""
    with pytest.raises(ReductionError, match=r"no reducer 'shrink'; there are .*topk"):
        create("shrink")
    with pytest.raises(ReductionError, match="reducers apply to timm's VisionTransformer"):
        create("topk", backbone="resnet18")


@pytest.mark.parametrize("method", ["sit", "patchmerger", "sinkhorn", "dpcknn"])
def test_gradients_reach_the_parameters_of_trained_methods(method: str) -> None:
    """A loss on the logits moves every parameter that a method adds."""
    model = make_vit()
    reduced = attach(model, method, 0.5)
    reduced(make_images(model)).square().sum().backward()
    assert all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in reduced.reducer.parameters())
