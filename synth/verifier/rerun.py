"""
The witness of the rerun: the numbers that the laboratory measures become Observations, and the judge reads them.

A rerun that could not take place, or whose controls fail, says so and decides nothing.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from synth.errors import LaboratoryError
from synth.model import (
    TIMED,
    CellRequest,
    Claim,
    Evidence,
    Hypothesis,
    LabRecord,
    Measure,
    Observation,
    Regime,
    Scale,
    Spec,
    WitnessName,
    leaves,
)
from synth.store.workspace import Workspace
from synth.verifier import kept, laboratory
from synth.verifier.answers import ORDER, Answers, has_value, in_order, observation_of, told
from synth.verifier.cells import Beyond, Plan, Wanted, plan
from synth.verifier.circumstances import REGIME_WORDS, seeds_words
from synth.verifier.controls import Control, voided
from synth.verifier.doubts import held_back, unmeasured
from synth.verifier.judge import judge
from synth.verifier.regimes import regime_of
from synth.verifier.rules import rule_of
from synth.verifier.selection import metrics_of

LEAST_SECONDS = 1.0
MEASURED_TOGETHER: dict[Measure, tuple[Measure, ...]] = {
    "performance": ("performance", "tokens"),
    "patterns": ("performance", "tokens", "patterns"),
}
"""what one pass of a trained backbone gives beside the measure that is asked for."""


class RerunWitness:
    """Testifies with numbers that are measured for the claim, once for all claims that share a cell."""

    name: WitnessName = "rerun"

    def __init__(
        self,
        workspace: Workspace,
        *,
        python: str = sys.executable,
        budget_seconds: float = 120.0,
        fresh: bool = False,
        grace_seconds: float = laboratory.GRACE_SECONDS,
        images: int = 512,
        spot_checks: int = 2,
        data_folder: str = "",
    ) -> None:
        """
        budget_seconds   wall time for measuring, over all claims of this witness; 0 asks for no rerun
        fresh            measure again what the budget allows, every cell once in the life of this witness; the ledger gives the rest
        grace_seconds    time beyond the budget before a laboratory that does not end is killed
        images           test images in every cell
        spot_checks      ledger rows of each specification that are measured again here
        data_folder      where data sets lie that are not embedded
        """
        self._folder = workspace.cache_dir / "lab"
        self._python = python
        self._budget = budget_seconds
        self._spent = 0.0
        self._fresh = fresh
        self._grace = grace_seconds
        self._images = images
        self._spot_checks = spot_checks
        self._data_folder = data_folder
        self._answers = Answers()
        self._failures: dict[Measure, str] = {}

    def prepare(self, claims: Sequence[Claim]) -> None:
        """Measure what all these claims need, a process for each kind of measurement, before any of them is judged."""
        plans = [planned for claim in claims if isinstance(planned := _planned(claim), Plan)]
        wanted = {each for planned in plans for each in planned.wanted}
        self._measure(wanted, {each for planned in plans for each in planned.beside} - wanted, final=False)

    def rest(self, claims: Sequence[Claim]) -> None:
        """Measure nothing from now on; what earlier runs kept of these claims' cells is known."""
        self._budget = self._spent = 0.0
        self._fresh = False
        self.prepare(claims)

    def testify(self, claim: Claim) -> Evidence:
        """What a rerun says on the claim; "no_evidence" where the laboratory cannot speak, "failed" where it broke down."""
        planned = _planned(claim)
        if planned is None:
            return _silent(f"no hypothesis to measure: {claim.reason or 'the claim was not understood'}")
        if isinstance(planned, Beyond):
            return _silent(planned.reason)
        self._measure(planned.wanted, planned.beside)
        if not any(has_value(self._answers[each], each[0]) for each in planned.wanted):
            return self._nothing(planned)
        return self._judged(claim, planned)

    def _nothing(self, planned: Plan) -> Evidence:
        failures = [self._failures[measure] for measure in ORDER if measure in {each for each, _ in planned.wanted} & set(self._failures)]
        if failures:
            return Evidence(witness="rerun", outcome="failed", reason=f"not run: the laboratory failed: {failures[0]}", complete=False)
        why = self._why(planned.wanted)
        return _silent(f"not run: {why or 'the time for reruns is used up'}", complete=False)

    def _judged(self, claim: Claim, planned: Plan) -> Evidence:
        assert claim.hypothesis is not None
        controls = self._answers.controls_of(planned.wanted)
        lines = tuple(control.line for control in controls)
        places = [(cell.backbone, cell.dataset) for _, cell in planned.wanted]
        if broken := voided(controls, places):
            return self._void(claim.hypothesis, planned, broken, lines)
        aside = {control.place: control for control in controls if control.state == "set aside"}
        main, everything = (
            tuple(each for each in self._observations(cells) if (each.backbone, each.dataset) not in aside)
            for cells in (planned.wanted, planned.wanted | planned.beside)
        )
        scale: Scale = "paper" if all(each.scale == "paper" for each in main) else "proxy"
        rule = claim.rule or rule_of(claim)
        assert rule is not None
        judgement = judge(claim.hypothesis, everything, rule)
        if scale == "paper":
            judgement = held_back(judgement, unmeasured(judgement, claim, rule.regime))
        gaps = self._gaps(planned)
        notes = [
            *_regime_notes(main),
            *planned.notes,
            *_set_aside(aside.values()),
            self._answers.sources(planned.wanted),
            *_pairs_note(main),
            *gaps,
        ]
        return Evidence(
            witness="rerun",
            outcome=judgement.outcome,
            # Timings differ a little each time; what follows from them must not, so the outcome speaks for them.
            probability=None if any(each.metric in TIMED for each in main) else judgement.probability,
            independence="rerun",
            scale=judgement.scale or scale,
            reason="; ".join([f"measured at {judgement.scale or scale} scale in {judgement.n_cells} cells", *notes]),
            complete=not gaps,
            observations=_shown(claim.hypothesis, main),
            judgement=judgement,
            controls=lines,
        )

    def _void(self, hypothesis: Hypothesis, planned: Plan, broken: Sequence[Control], lines: tuple[str, ...]) -> Evidence:
        """Evidence that decides nothing, as a control failed; the numbers stand beside it."""
        main = self._observations(planned.wanted)
        shown = _shown(hypothesis, main)
        scale: Scale = "paper" if all(each.scale == "paper" for each in main) else "proxy"
        reason = f"a control failed, so the numbers mean nothing: {broken[0].line}"
        return Evidence(witness="rerun", outcome="failed", scale=scale, reason=reason, controls=lines, observations=shown)

    def _observations(self, cells: Collection[Wanted]) -> tuple[Observation, ...]:
        """The numbers of some cells, each record once."""
        records = dict.fromkeys(given.record for each in sorted(cells, key=in_order) for given in self._answers[each])
        return tuple(each for record in records if (each := observation_of(record)) is not None)

    def _gaps(self, planned: Plan) -> list[str]:
        """How many cells have no value, with the first reason."""
        missing = [each for each in planned.wanted if not has_value(self._answers[each], each[0])]
        why = self._why(missing)
        words = f"{len(missing)} of {len(planned.wanted)} cells were not measured" + (f" ({why})" if why else "")
        return [words] if missing else []

    def _why(self, cells: Collection[Wanted]) -> str:
        records = (given.record for each in sorted(cells, key=in_order) for given in self._answers[each])
        return next((told(record) for record in records if record.value is None and record.reason), "")

    def _measure(self, wanted: Collection[Wanted], beside: Collection[Wanted], *, final: bool = True) -> None:
        """
        Ask the laboratory for what is not known yet; what it answers, and that it did not answer, is remembered.

        beside  cells that are asked for after all others of their measure
        final   whether a failed run settles its cells; after a failure of all claims together each one tries on its own
        """
        groups = self._unknown(wanted)
        # The specification of patterns measures the performance of its cells in the same passes.
        alone = [cell for cell in groups.pop("performance", ()) if cell not in set(groups.get("patterns", ()))]
        groups |= {"performance": alone} if alone else {}
        needed = [each for each in ORDER if each in groups]
        for measure, cells in self._unknown(beside).items():
            with_them = "patterns" if measure == "performance" and "patterns" in groups else measure
            groups.setdefault(with_them, []).extend(cell for cell in cells if cell not in set(groups.get(with_them, ())))
        for number, measure in enumerate((*needed, *(each for each in ORDER if each in groups and each not in needed))):
            left = (self._budget - self._spent) / max(1, len(needed) - number)
            self._ask(measure, tuple(groups[measure]), left, final)

    def _unknown(self, cells: Collection[Wanted]) -> dict[Measure, list[CellRequest]]:
        """Cells without an answer yet, by measure and in order."""
        groups: dict[Measure, list[CellRequest]] = defaultdict(list)
        for measure, cell in sorted(cells, key=in_order):
            if (measure, cell) not in self._answers:
                groups[measure].append(cell)
        return dict(groups)

    def _ask(self, measure: Measure, cells: tuple[CellRequest, ...], budget: float, final: bool) -> None:
        spec = Spec(
            measures=MEASURED_TOGETHER.get(measure, (measure,)),
            cells=cells,
            images=self._images,
            budget_seconds=round(budget, 1),
            fresh=self._fresh,
            spot_checks=0 if self._fresh else self._spot_checks,
            data_folder=self._data_folder,
        )
        folder = kept.folder_of(spec, self._folder, self._python)
        records = None if self._fresh else kept.records(folder, spec)
        if records is None and budget < LEAST_SECONDS:
            records = () if self._fresh else kept.records(folder, spec, whole=False) or ()
        elif records is None:
            records = self._run(measure, spec, folder)
        self._answers.take(measure, records, kept.asked_at(folder))
        for cell in cells if final or measure not in self._failures else ():
            self._answers.settle((measure, cell))
            if measure == "patterns":
                self._answers.settle(("performance", cell))

    def _run(self, measure: Measure, spec: Spec, folder: Path) -> tuple[LabRecord, ...]:
        begin = time.monotonic()
        kept.note_asking(folder)
        try:
            answer = laboratory.run(spec, folder, python=self._python, ledger=self._folder / "ledger.jsonl", grace=self._grace)
        except LaboratoryError as error:
            answer = laboratory.Answer((), failure=str(error))
        self._spent += time.monotonic() - begin
        self._failures.pop(measure, None)
        if answer.failure:
            self._failures[measure] = answer.failure
        return () if answer.failure else answer.records


def _planned(claim: Claim) -> Plan | Beyond | None:
    """The cells of a claim in the regime that its rule names; None where it has no hypothesis."""
    if claim.hypothesis is None:
        return None
    regime: Regime = (claim.rule.regime if claim.rule else None) or regime_of(claim)
    return plan(claim.hypothesis, regime=regime)


def _regime_notes(observations: Iterable[Observation]) -> list[str]:
    """Which trained weights speak, and how many seeds each backbone has."""
    trained = [each for each in observations if each.regime]
    names = sorted({each.regime for each in trained})
    seeds = seeds_words(trained)
    return [*(REGIME_WORDS[name] for name in names), *([f"seeds: {seeds}"] if seeds else [])]


def _set_aside(controls: Iterable[Control]) -> list[str]:
    """Places whose numbers are not judged, with the control that says why."""
    return [f"set aside: {' '.join(control.place)} ({control.reason})" for control in controls]


def _pairs_note(observations: Iterable[Observation]) -> list[str]:
    pairs = sum("|" in each.method for each in observations)
    return [f"{pairs} similarities of two methods are in the ledger"] if pairs else []


def _shown(hypothesis: Hypothesis, observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """
    The numbers that evidence carries.

    Resamples, similarities of pairs, and token counts that only stand beside performance stay in the ledger, where the
    records' digests point.
    """
    counted = any("tokens" in metrics_of(leaf) for leaf in leaves(hypothesis))
    shown = [each for each in observations if "|" not in each.method and (counted or each.metric != "tokens")]
    return tuple(each.model_copy(update={"replicates": ()}) for each in shown)


def _silent(reason: str, *, complete: bool = True) -> Evidence:
    return Evidence(witness="rerun", outcome="no_evidence", reason=reason, complete=complete)
