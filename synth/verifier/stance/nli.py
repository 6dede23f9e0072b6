"""Any cross-encoder for natural language inference as a backend: the passage is the premise, the claim the hypothesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from synth.errors import SynthError, UsageError
from synth.store.embedding import encodable
from synth.verifier.stance.backend import Excerpt
from synth.verifier.stance.reading import Reading
from synth.verifier.stance.rule import Signal, Stance

STANCE_OF: dict[str, Stance] = {"entailment": "supports", "contradiction": "refutes", "neutral": "neutral"}
LONGEST = 512
"""tokens of passage and claim together, unless the model reads fewer."""
BATCH = 16
SAID: dict[Stance, str] = {
    "supports": "entails the claim",
    "refutes": "contradicts the claim",
    "neutral": "neither entails nor contradicts it",
}


class NliBackend:
    """A model by its name or folder, loaded when the first passage is read; its probabilities are raw scores."""

    def __init__(self, name: str, *, offline: bool = False) -> None:
        self.name = name
        self._offline = offline
        self._loaded: tuple[Any, Any, list[Stance]] | None = None

    def read(self, claim: str, excerpts: Sequence[Excerpt]) -> tuple[Reading, ...]:
        """
        How each passage stands to the claim, by the model alone.

        raises  SynthError if the model cannot be loaded, UsageError if its labels are not those of inference
        """
        shares = [row for at in range(0, len(excerpts), BATCH) for row in self._shares(claim, excerpts[at : at + BATCH])]
        return tuple(self._reading(row) for row in shares)

    def _shares(self, claim: str, excerpts: Sequence[Excerpt]) -> list[dict[Stance, float]]:
        import torch

        tokenizer, model, order = self._model()
        premises = [encodable(each.passage.text) for each in excerpts]
        longest = min(LONGEST, getattr(model.config, "max_position_embeddings", LONGEST))
        tokens = tokenizer(
            premises, [encodable(claim)] * len(premises), padding=True, truncation="only_first", max_length=longest, return_tensors="pt"
        )
        with torch.inference_mode():
            shares = torch.softmax(model(**tokens).logits.double(), dim=-1).tolist()
        return [dict(zip(order, row, strict=True)) for row in shares]

    def _reading(self, shares: Mapping[Stance, float]) -> Reading:
        stance = max(SAID, key=lambda each: shares[each])
        reason = f"{self.name} (uncalibrated): {SAID[stance]}"
        signals = () if stance == "neutral" else (Signal("nli", leans=stance, weight=shares[stance], reason=reason),)
        return Reading(shares["supports"], shares["refutes"], shares["neutral"], reason, signals)

    def _model(self) -> tuple[Any, Any, list[Stance]]:
        if self._loaded is None:
            tokenizer, model = self._open()
            self._loaded = tokenizer, model, stances_of(model.config.id2label, self.name)
        return self._loaded

    def _open(self) -> tuple[Any, Any]:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging as chatter

        quiet: Any = chatter
        quiet.disable_progress_bar()
        local = self._offline or Path(self.name).is_dir()
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.name, local_files_only=local)
            return tokenizer, AutoModelForSequenceClassification.from_pretrained(self.name, local_files_only=local).eval()
        except Exception as error:  # the libraries below raise whatever they like, and all of it means one thing
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            raise SynthError(
                f"the NLI model {self.name!r} could not be loaded ({reason})",
                then="name a cross-encoder of three labels such as cross-encoder/nli-deberta-v3-base, or the folder of one",
            ) from error


def stances_of(labels: Mapping[int, str], name: str) -> list[Stance]:
    """The stances in the order of a model's outputs, whatever the capitals; raises UsageError unless they are those three."""
    order = [str(labels[i]).strip().lower() for i in sorted(labels)]
    if sorted(order) != sorted(STANCE_OF):
        raise UsageError(
            f"the model {name!r} does not tell inference",
            got=f"labels {', '.join(order)}",
            expected="labels entailment, contradiction and neutral, in any order",
            then="name a cross-encoder for natural language inference, or mend id2label in its config.json",
        )
    return [STANCE_OF[label] for label in order]
