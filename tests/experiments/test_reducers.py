"""The contract that every reducer keeps, over the whole registry."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from timm.layers.mlp import SwiGLU
from timm.models.deit import VisionTransformerDistilled
from timm.models.vision_transformer import VisionTransformer
from torch import nn

from experiments.errors import ReductionError
from experiments.reducers import REGISTRY, Heads, Shape, build, stage_counts
from experiments.reducers.reducer import add_rows, nearest, squared_distances
from experiments.vit import ReducedViT, attach, create

METHODS = sorted(REGISTRY)
RATES = (0.9, 0.7, 0.5, 0.25)


def make_vit(
    *, image: tuple[int, int] = (32, 32), depth: int = 12, kind: type[VisionTransformer] = VisionTransformer, **options: Any
) -> Any:
    """A small VisionTransformer with 64 patches and fixed random weights."""
    torch.manual_seed(5)
    sizes = {"patch_size": 4, "in_chans": 1, "embed_dim": 32, "num_heads": 2, "num_classes": 7}
    return kind(img_size=image, depth=depth, **(sizes | options)).eval()


ARCHITECTURES: dict[str, dict[str, Any]] = {
    "distilled": {"kind": VisionTransformerDistilled},
    "two_registers": {"reg_tokens": 2},
    "wide_and_shallow": {"embed_dim": 80, "num_heads": 5, "depth": 4},
    "scaled_and_normed": {"init_values": 0.1, "qk_norm": True, "scale_mlp_norm": True},
    "tanh_gelu_without_bias": {"act_layer": partial(nn.GELU, approximate="tanh"), "qkv_bias": False},
    "gated_mlp": {"mlp_layer": SwiGLU},
    "rectangular": {"image": (16, 64)},
}
"""ways in which timm's models differ."""


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


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("method", METHODS)
def test_any_vision_transformer_of_timm_is_served(method: str, architecture: str) -> None:
    """Keep rate one gives the plain model's logits, and keep rate 0.5 leaves what it promises, whatever the blocks are made of."""
    model = make_vit(**ARCHITECTURES[architecture])
    whole, _, _ = traced(model, method, 1.0)
    with torch.inference_mode():
        torch.testing.assert_close(whole, model(make_images(model)), atol=1e-5, rtol=0)
    _, trace, reduced = traced(model, method, 0.5)
    lengths = [trace.lengths[place] for place in reduced.locations]
    assert all(length <= most for length, most in zip(lengths, reduced.reducer.promised(), strict=True))
    assert REGISTRY[method].adaptive or lengths == list(reduced.reducer.promised())


@pytest.mark.parametrize("depth", [1, 2, 3, 5])
@pytest.mark.parametrize("method", METHODS)
def test_stages_may_follow_one_another(method: str, depth: int) -> None:
    """In a model so shallow that one block has a stage after the other, or the first one has, tokens still leave as promised."""
    logits, trace, reduced = traced(make_vit(depth=depth), method, 0.5)
    assert bool(torch.isfinite(logits).all())
    last = len(set(reduced.locations)) - 1
    assert trace.lengths[depth - 1] <= reduced.reducer.promised()[last]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_any_state_of_timm_loads(architecture: str) -> None:
    """Weights of another model of the same kind, loaded by timm's names, give that model's logits."""
    source, target = (make_vit(**ARCHITECTURES[architecture]) for _ in range(2))
    with torch.no_grad():
        source.blocks[0].attn.proj.weight.mul_(1.5)
    reduced = attach(target, "keep_all", 1.0)
    images = make_images(source)
    with torch.inference_mode():
        assert not torch.allclose(reduced(images), source(images), atol=1e-4)
        reduced.model.load_state_dict(source.state_dict())
        torch.testing.assert_close(reduced(images), source(images), atol=1e-5, rtol=0)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_done_in_place_changes_nothing(method: str) -> None:
    """With and without gradients logits and class features are the same, and images and the shared stem stay as they were."""
    model = make_vit()
    images = make_images(model)
    before = images.clone()
    reduced = attach(model, method, 0.5)
    slow, slow_trace = reduced.traced(images)
    with torch.inference_mode():
        fast, fast_trace = reduced.traced(images)
        stem = reduced.stem(images)
        again, _ = reduced.continued(stem)
        twice, _ = reduced.continued(stem)
    torch.testing.assert_close(fast, slow.detach(), atol=1e-5, rtol=0)
    for block, features in slow_trace.class_features.items():
        torch.testing.assert_close(fast_trace.class_features[block], features.detach(), atol=1e-5, rtol=0)
    assert torch.equal(again, twice)
    assert torch.equal(images, before)


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
    model = make_vit(image=(20, 44), depth=8, reg_tokens=1)
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


def test_masked_training_counts_what_the_policy_keeps() -> None:
    """In training DynamicViT holds all tokens, and counts those that its draws kept, fewer from stage to stage."""
    model = make_vit().train()
    _, trace = attach(model, "dynamicvit", 0.5).traced(make_images(model))
    for policy, place in zip(trace.policies, (3, 6, 9), strict=True):
        assert trace.lengths[place] == 64
        assert trace.counts[place].tolist() == policy.sum(1).tolist()
    assert bool((trace.counts[9] < trace.counts[3]).all())


@pytest.mark.parametrize("method", [name for name in METHODS if list(build(name, Shape((8, 8), 32), 0.5).parameters())])
def test_gradients_reach_the_parameters_that_a_method_adds(method: str) -> None:
    """A loss on the logits in training moves every one of them, and the backbone's too."""
    model = make_vit().train()
    reduced = attach(model, method, 0.5)
    reduced(make_images(model)).square().sum().backward()
    gradients = {name: parameter.grad for name, parameter in reduced.named_parameters()}
    assert any(name.startswith("reducer.") for name in gradients)
    assert [name for name, found in gradients.items() if found is None or not bool(torch.isfinite(found).all())] == []
    assert [name for name, found in gradients.items() if name.startswith("model.blocks") and found is not None and not found.any()] == []


def test_class_attention_is_that_of_the_full_matrix() -> None:
    """The class row on its own, with a bias of the keys, equals the first row of the softmax of all."""
    q, k, v = torch.randn(3, 2, 4, 9, 5, generator=torch.Generator().manual_seed(3)).unbind(0)
    bias = torch.linspace(0, 2, 18).view(2, 1, 1, 9)
    full = ((q * 0.3) @ k.transpose(-2, -1) + bias).softmax(-1)
    torch.testing.assert_close(Heads(q, k, v, 0.3, bias).class_row(), full[:, :, 0])


def test_squared_distances_are_those_of_differences() -> None:
    """They agree with cdist, and are exactly zero from a token to itself."""
    tokens = torch.randn(2, 11, 6, generator=torch.Generator().manual_seed(3))
    squared = squared_distances(tokens)
    torch.testing.assert_close(squared, torch.cdist(tokens, tokens).square(), atol=1e-5, rtol=1e-5)
    assert not squared.diagonal(dim1=1, dim2=2).any()


def test_the_first_of_equally_near_centres_wins() -> None:
    """Between two centres the token in the middle goes to the one that is named first."""
    distance = squared_distances(torch.tensor([[[0.0], [1.0], [2.0]]]))
    assert nearest(distance, torch.tensor([[2, 0]])).tolist() == [[1, 0, 0]]


def test_rows_are_added_where_their_index_says() -> None:
    """Each image has its own tokens, and two rows may go to the same one."""
    tokens = torch.zeros(2, 3, 1)
    rows = torch.tensor([[[1.0], [2.0]], [[4.0], [8.0]]])
    assert add_rows(tokens, torch.tensor([[2, 2], [0, 1]]), rows).squeeze(-1).tolist() == [[0, 0, 3], [4, 8, 0]]
    assert not tokens.any()
