"""Which backend a run reads stance with, by its settings."""

from __future__ import annotations

from synth.settings import Settings
from synth.verifier.stance.backend import StanceBackend
from synth.verifier.stance.nli import NliBackend
from synth.verifier.stance.rules_and_head import HeadBackend


def chosen_backend(settings: Settings) -> StanceBackend:
    """The NLI model that the settings name, else rules and head."""
    return NliBackend(settings.nli, offline=settings.offline) if settings.nli else HeadBackend()
