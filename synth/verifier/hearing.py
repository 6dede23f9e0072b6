"""Claims → Findings: fix the rule, hear the three witnesses, combine; testimony is kept under all that it depends on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import resources

from synth.model import Claim, Document, Evidence, Finding, WitnessName
from synth.progress import Progress, silent
from synth.settings import Settings
from synth.store.code import code_digest
from synth.store.embedding import Embedder
from synth.store.llm import ChatModel
from synth.store.workspace import Workspace
from synth.verifier.combine import combine
from synth.verifier.laboratory import laboratory_digest
from synth.verifier.rerun import RerunWitness
from synth.verifier.rules import rule_of
from synth.verifier.stance.chosen import chosen_backend
from synth.verifier.tabular import TableWitness
from synth.verifier.textual import TextWitness
from synth.verifier.witness import Witness

WITNESSES: tuple[WitnessName, ...] = ("text", "tables", "rerun")


class Hearing:
    """The three witnesses of one run, called only when something is not known yet."""

    def __init__(
        self,
        workspace: Workspace,
        documents: Sequence[Document],
        embedder: Embedder,
        settings: Settings,
        *,
        fresh: bool = False,
        model: ChatModel | None = None,
    ) -> None:
        """model: a language model that reads stance, None for what the settings say."""
        self._workspace = workspace
        self._documents = tuple(documents)
        self._embedder = embedder
        self._settings = settings
        self._fresh = fresh
        self._backend = chosen_backend(settings, model)
        self._replayed: tuple[WitnessName, ...] = ("text",) if model else ()
        """witnesses whose testimony is not kept: what a language model said is, call by call, and is counted again."""

    @cached_property
    def _text(self) -> Witness:
        return TextWitness(self._documents, self._embedder, backend=self._backend)

    @cached_property
    def _tables(self) -> Witness:
        return TableWitness(self._documents)

    @cached_property
    def _rerun(self) -> RerunWitness:
        return RerunWitness(
            self._workspace,
            budget_seconds=self._settings.budget_seconds,
            fresh=self._fresh,
            spot_checks=self._settings.spot_checks,
            data_folder=self._settings.data_folder,
        )

    @cached_property
    def _circumstances(self) -> tuple[str, ...]:
        """What testimony depends on beside the claim and the documents."""
        told = (self._settings.embedding_model, self._settings.nli, str(self._settings.seed))
        return (*told, code_digest("verifier", "reader", "model"))

    @cached_property
    def _corpus(self) -> str:
        """Digest of everything but the claim that the testimony of text and tables depends on."""
        parts = sorted(f"{document.paper.id} {document.source_digest}" for document in self._documents)
        return hashlib.sha256("\n".join((*parts, *self._circumstances)).encode()).hexdigest()

    def verify(self, claims: Sequence[Claim], progress: Progress = silent) -> tuple[tuple[Claim, ...], tuple[Finding, ...]]:
        """The claims with the rules by which they were decided, and one finding each."""
        ruled = tuple(_with_rule(claim) for claim in claims)
        self._measure(ruled, progress)
        return ruled, self._heard(ruled, progress)

    def verify_unmeasured(self, claims: Sequence[Claim], beside: Sequence[Claim], progress: Progress = silent) -> tuple[Finding, ...]:
        """
        One finding each, by the same witnesses and rules, with nothing measured: the rerun knows what it measured before.

        beside  claims that were verified before, whose measurements are used
        """
        ruled = tuple(_with_rule(claim) for claim in claims)
        if any(self._kept("rerun", claim) is None for claim in ruled):
            self._rerun.rest(beside)
        return self._heard(ruled, progress)

    def _heard(self, claims: Sequence[Claim], progress: Progress) -> tuple[Finding, ...]:
        findings = []
        for number, claim in enumerate(claims, 1):
            progress(f"verifying {number} of {len(claims)}: {claim.text}")
            findings.append(combine(claim.id, [self._hear(name, claim) for name in WITNESSES]))
        return tuple(findings)

    def _measure(self, claims: Sequence[Claim], progress: Progress) -> None:
        """Measure the cells of all claims without kept testimony in one process."""
        waiting = [claim for claim in claims if claim.hypothesis and (self._fresh or self._kept("rerun", claim) is None)]
        if waiting and self._settings.budget_seconds > 0:
            progress(f"measuring for {len(waiting)} claims, at most {self._settings.budget_seconds:.0f} s")
            self._rerun.prepare(waiting)

    def _hear(self, name: WitnessName, claim: Claim) -> Evidence:
        kept = None if self._fresh or name in self._replayed else self._kept(name, claim)
        if kept is not None:
            return kept
        witnesses: dict[WitnessName, Callable[[], Witness]] = {
            "text": lambda: self._text,
            "tables": lambda: self._tables,
            "rerun": lambda: self._rerun,
        }
        evidence = witnesses[name]().testify(claim)
        # What broke down may be heard the next time: a failure is not kept.
        if evidence.outcome != "failed" and name not in self._replayed:
            self._workspace.cache.put("evidence", self._key(name, claim, evidence.complete), evidence.model_dump_json().encode())
        return evidence

    def _kept(self, name: WitnessName, claim: Claim) -> Evidence | None:
        """Complete testimony, else, of a rerun, what it could say in this very budget."""
        for whole in (True, False) if name == "rerun" else (True,):
            data = self._workspace.cache.get("evidence", self._key(name, claim, whole))
            if data is not None:
                return Evidence.model_validate_json(data)
        return None

    def _key(self, name: WitnessName, claim: Claim, whole: bool) -> str:
        # What the laboratory measures depends on no document, so a paper more or less lets its testimony stand.
        budget = "" if whole else str(self._settings.budget_seconds)
        on = f"{laboratory_digest()} {budget} {' '.join(self._circumstances)}" if name == "rerun" else self._corpus
        return hashlib.sha256(f"{name} {on} {claim.model_dump_json()}".encode()).hexdigest()


def _with_rule(claim: Claim) -> Claim:
    """The claim with the rule by which it will be decided; a rule that was stored earlier stays."""
    if claim.hypothesis is None or claim.rule is not None:
        return claim
    return claim.model_copy(update={"rule": rule_of(claim)})


def calibration_error() -> float | None:
    """Expected calibration error of the text witness's probabilities on labelled pairs, as it was measured; None where it was not."""
    file = resources.files("synth.verifier").joinpath("calibration.json")
    if not file.is_file():
        return None
    error = json.loads(file.read_text("utf-8")).get("error")
    return float(error) if error is not None else None
