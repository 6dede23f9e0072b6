"""Losses: what each term compares, what it does where there is nothing to compare, and that it has a gradient."""

from __future__ import annotations

import math

import pytest
import torch

from experiments import losses


def test_masked_attention_equals_the_masked_softmax_times_the_values() -> None:
    """Output and gradients of logits, values and policy are those of the matrix that is never built."""
    torch.manual_seed(0)
    shapes = ((2, 3, 5, 5), (2, 3, 5, 4), (2, 5, 1))
    parts = [torch.randn(shape) for shape in shapes]
    parts[2] = (parts[2] > 0).float()
    outcomes = []
    for fast in (True, False):
        logits, values, policy = (part.clone().requires_grad_() for part in parts)
        out = losses.policy_attention(logits, values, policy) if fast else losses.policy_softmax(logits, policy) @ values
        out.square().sum().backward()
        outcomes.append((out.detach(), logits.grad, values.grad, policy.grad))
    for fast_one, slow_one in zip(*outcomes, strict=True):
        torch.testing.assert_close(fast_one, slow_one, atol=1e-4, rtol=1e-4)


def test_several_labels_are_averaged_over_images() -> None:
    """Twice the same batch has the loss of one; summed as in the reference it would have twice as much."""
    logits, labels = torch.randn(4, 3), torch.tensor([[1.0, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0]])
    once = losses.classification(logits, labels)
    torch.testing.assert_close(losses.classification(logits.repeat(2, 1), labels.repeat(2, 1)), once)
    torch.testing.assert_close(once * 4, losses.asymmetric(logits, labels))


def test_the_kept_share_is_compared_with_the_share_of_each_stage() -> None:
    """Half kept where half should be costs nothing, none kept costs a quarter; stages and images are averaged."""
    half, none = torch.tensor([[1.0, 0, 1, 0]]), torch.zeros(1, 4)
    assert losses.kept_share([half], [0.5]) == 0
    assert losses.kept_share([half, none], [0.5, 0.5]) == pytest.approx(0.125)


@pytest.mark.parametrize("multi_label", [False, True])
def test_distillation_vanishes_for_equal_predictions_only(multi_label: bool) -> None:
    """A student that predicts what the teacher does pays nothing, another pays."""
    teacher = torch.tensor([[2.0, -1.0, 0.5]])
    assert float(losses.distillation(teacher, teacher, multi_label)) == pytest.approx(0, abs=1e-6)
    assert float(losses.distillation(-teacher, teacher, multi_label)) > 0.1


def test_several_labels_are_distilled_one_by_one() -> None:
    """A shift of all logits, which a softmax does not see, costs the divergence of every single yes or no, summed over classes."""
    teacher, student = torch.zeros(1, 2), torch.full((1, 2), math.log(3.0))
    assert float(losses.distillation(student, teacher)) == pytest.approx(0, abs=1e-6)
    one = 0.5 * math.log(0.5 / 0.75) + 0.5 * math.log(0.5 / 0.25)
    assert float(losses.distillation(student, teacher, multi_label=True)) == pytest.approx(2 * one, abs=1e-6)


def test_only_kept_tokens_are_compared_with_the_teachers() -> None:
    """A dropped token may differ at no cost; where all are dropped there is nothing to pay and no NaN."""
    tokens = torch.tensor([[[1.0, 1.0], [9.0, 9.0]]], requires_grad=True)
    teacher = torch.ones(1, 2, 2)
    assert float(losses.token_distance(tokens, teacher, torch.tensor([[1.0, 0.0]])).detach()) == 0
    assert float(losses.token_distance(tokens, teacher, torch.tensor([[1.0, 1.0]])).detach()) == 32
    nothing = losses.token_distance(tokens, teacher, torch.zeros(1, 2))
    nothing.backward()
    assert nothing.item() == 0
    assert tokens.grad is not None


def test_without_a_teacher_classification_and_share_remain() -> None:
    """The loss is cross entropy plus twice the squared difference of shares."""
    logits, labels, mask = torch.tensor([[1.0, 0.0]]), torch.tensor([0]), torch.tensor([[1.0, 1.0, 1.0, 0.0]])
    found = losses.dynamicvit(logits, labels, [mask], [0.5], teacher_logits=None, tokens=torch.zeros(1, 4, 2), teacher_tokens=None)
    assert float(found) == pytest.approx(math.log(1 + math.exp(-1)) + 2 * 0.25**2)
