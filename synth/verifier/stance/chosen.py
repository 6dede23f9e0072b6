"""Which backend a run reads stance with, by its settings."""

from __future__ import annotations

from synth.errors import UsageError
from synth.settings import Settings
from synth.store.llm import ChatModel
from synth.verifier.stance.backend import StanceBackend
from synth.verifier.stance.llm import LlmBackend
from synth.verifier.stance.nli import NliBackend
from synth.verifier.stance.rules_and_head import HeadBackend


def chosen_backend(settings: Settings, model: ChatModel | None = None) -> StanceBackend:
    """
    The language model of the run or the NLI model that the settings name, else rules and head.

    raises  UsageError if there are both
    """
    if model is not None and settings.nli:
        raise UsageError("stance is read by one model", got="--llm and --nli", then="leave one of them out")
    if model is not None:
        return LlmBackend(model)
    return NliBackend(settings.nli, offline=settings.offline) if settings.nli else HeadBackend()
