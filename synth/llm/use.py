"""Settings → the language model of a run, and the account of what was asked of it."""

from __future__ import annotations

from collections import Counter

from synth.errors import UsageError
from synth.model.run import ModelUse
from synth.settings import Settings
from synth.store.cache import Cache
from synth.store.llm import ChatModel


def chosen_model(settings: Settings, cache: Cache | None) -> ChatModel | None:
    """The model that the settings name, None where they name none; UsageError where half of its name is missing."""
    if not settings.llm and not settings.llm_model:
        return None
    if not (settings.llm and settings.llm_model):
        raise UsageError("a language model needs an address and a name", expected="--llm BASE_URL --model NAME")
    return ChatModel(settings.llm, settings.llm_model, cache, offline=settings.offline)


def account(model: ChatModel | None, settings: Settings) -> ModelUse | None:
    """What was asked, and what it cost at the prices of the settings."""
    if model is None:
        return None
    use = model.use
    cost = (use.prompt_tokens * settings.llm_prompt_price + use.completion_tokens * settings.llm_completion_price) / 1e6
    return ModelUse(
        address=model.base_url,
        model=model.model,
        calls=use.calls,
        prompt_tokens=use.prompt_tokens,
        completion_tokens=use.completion_tokens,
        cost=round(cost, 6) if settings.llm_prompt_price or settings.llm_completion_price else None,
        dropped=tuple(Counter(use.dropped).most_common()),
    )
