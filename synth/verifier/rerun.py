"""
The witness of the rerun: the numbers that the laboratory measures become Observations, and the judge reads them.

A rerun that could not take place, or whose controls fail, says so and decides nothing.
"""

from __future__ import annotations

import hashlib
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from synth.errors import LaboratoryError
from synth.model import TIMED, CellRequest, Claim, Evidence, LabRecord, Measure, Observation, Scale, Spec, WitnessName
from synth.store.workspace import Workspace
from synth.verifier import laboratory
from synth.verifier.cells import SIZES, Beyond, Plan, plan
from synth.verifier.judge import judge
from synth.verifier.rules import rule_for

Wanted = tuple[Measure, CellRequest]
ORDER: tuple[Measure, ...] = ("gmacs", "tokens", "speed", "performance", "patterns")
SEEDS = (0, 1, 2)
"""of the trained backbones; a run's own seed draws the resamples."""
LEAST_SECONDS = 1.0


def observation_of(record: LabRecord) -> Observation | None:
    """A measured value in long form; None for a control and for a cell without a value."""
    if record.value is None or record.metric.startswith("control_"):
        return None
    timed = record.metric in TIMED
    return Observation(
        method=record.cell.method,
        metric=record.metric,
        value=record.value,
        backbone=record.cell.backbone,
        dataset=record.cell.dataset,
        settings=tuple(sorted({"keep_rate": record.cell.keep_rate, **dict(record.settings)}.items())),
        unit=record.unit,
        seed=None if timed else record.cell.seed,
        replicates=record.replicates,
        origin="measured",
        record=record.digest(),
        scale=record.scale,
    )


class RerunWitness:
    """Testifies with numbers that are measured for the claim, once for all claims that share a cell."""

    name: WitnessName = "rerun"

    def __init__(
        self,
        workspace: Workspace,
        *,
        python: str = sys.executable,
        budget_seconds: float = 120.0,
        seed: int = 0,
        fresh: bool = False,
        grace_seconds: float = laboratory.GRACE_SECONDS,
        images: int = 512,
    ) -> None:
        """
        budget_seconds   wall time for measuring, over all claims of this witness; 0 asks for no rerun
        fresh            measure again what was measured before; every cell once in the life of this witness
        grace_seconds    time beyond the budget before a laboratory that does not end is killed
        images           test images in every cell
        """
        self._folder = workspace.cache_dir / "lab"
        self._python = python
        self._budget = budget_seconds
        self._spent = 0.0
        self._seed = seed
        self._fresh = fresh
        self._grace = grace_seconds
        self._images = images
        self._answers: dict[Wanted, list[LabRecord]] = {}
        self._controls: dict[tuple[Measure, str, str], dict[tuple[str, int], LabRecord]] = defaultdict(dict)
        self._failures: dict[Measure, str] = {}

    def prepare(self, claims: Sequence[Claim]) -> None:
        """Measure what all these claims need, a process for each kind of measurement, before any of them is judged."""
        plans = [plan(claim.hypothesis, seeds=SEEDS) for claim in claims if claim.hypothesis is not None]
        self._measure({wanted for each in plans if isinstance(each, Plan) for wanted in each.wanted}, final=False)

    def testify(self, claim: Claim) -> Evidence:
        """What a rerun says on the claim; "no_evidence" where the laboratory cannot speak, "failed" where it broke down."""
        if claim.hypothesis is None:
            return _silent(f"no hypothesis to measure: {claim.reason or 'the claim was not understood'}")
        planned = plan(claim.hypothesis, seeds=SEEDS)
        if isinstance(planned, Beyond):
            return _silent(planned.reason)
        self._measure(planned.wanted)
        records = [record for wanted in sorted(planned.wanted, key=_order) for record in self._answers.get(wanted, ())]
        observations = tuple(each for record in records if (each := observation_of(record)) is not None)
        if not observations:
            return self._nothing(planned, records)
        return self._judged(claim, planned, observations)

    def _nothing(self, planned: Plan, records: Sequence[LabRecord]) -> Evidence:
        failures = [self._failures[measure] for measure in ORDER if measure in {each for each, _ in planned.wanted} & set(self._failures)]
        if failures:
            return Evidence(witness="rerun", outcome="failed", reason=f"not run: the laboratory failed: {failures[0]}")
        why = next((_told(record) for record in records if record.reason), "")
        return _silent(f"not run: {why or 'the time for reruns is used up'}")

    def _judged(self, claim: Claim, planned: Plan, observations: tuple[Observation, ...]) -> Evidence:
        assert claim.hypothesis is not None
        controls = self._controls_of(planned)
        lines = tuple(_control_line(record) for record in controls)
        scale: Scale = "paper" if all(each.scale == "paper" for each in observations) else "proxy"
        broken = [record for record in controls if record.passed is False]
        if broken:
            reason = f"a control failed, so the numbers mean nothing: {_control_line(broken[0])}"
            return Evidence(
                witness="rerun", outcome="failed", scale=scale, reason=reason, controls=lines, observations=_shown(observations)
            )
        judgement = judge(claim.hypothesis, observations, claim.rule or rule_for(claim.hypothesis))
        pairs = sum("|" in each.method for each in observations)
        notes = [*planned.notes, *([f"{pairs} similarities of two methods are in the ledger"] if pairs else []), *self._gaps(planned)]
        return Evidence(
            witness="rerun",
            outcome=judgement.outcome,
            # Timings differ a little each time; what follows from them must not, so the outcome speaks for them.
            probability=None if any(each.metric in TIMED for each in observations) else judgement.probability,
            independence="rerun",
            scale=scale,
            reason="; ".join([f"measured at {scale} scale in {judgement.n_cells} cells", *notes]),
            observations=_shown(observations),
            judgement=judgement,
            controls=lines,
        )

    def _gaps(self, planned: Plan) -> list[str]:
        """How many cells have no value, with the first reason."""
        missing = [each for each in sorted(planned.wanted, key=_order) if not any(r.value is not None for r in self._answers.get(each, ()))]
        why = next((_told(record) for each in missing for record in self._answers.get(each, ()) if record.reason), "")
        words = f"{len(missing)} of {len(planned.wanted)} cells were not measured" + (f" ({why})" if why else "")
        return [words] if missing else []

    def _controls_of(self, planned: Plan) -> list[LabRecord]:
        places = sorted({(measure, cell.backbone, cell.dataset) for measure, cell in planned.wanted})
        found = [record for place in places for _, record in sorted(self._controls.get(place, {}).items())]
        return [record for record in found if record.passed is not None] or found

    def _measure(self, wanted: Iterable[Wanted], *, final: bool = True) -> None:
        """
        Ask the laboratory for what is not known yet; what it answers, and that it did not answer, is remembered.

        final   whether a failed run settles its cells; after a failure of all claims together each one tries on its own
        """
        groups: dict[Measure, list[CellRequest]] = defaultdict(list)
        for each in sorted((each for each in wanted if each not in self._answers), key=_order):
            groups[each[0]].append(each[1])
        if set(groups.get("performance", ())) <= set(groups.get("patterns", ())):
            groups.pop("performance", None)  # the specification of patterns measures performance in the same passes
        for number, measure in enumerate(each for each in ORDER if each in groups):
            left = (self._budget - self._spent) / (len(groups) - number)
            self._ask(measure, tuple(groups[measure]), left, final)

    def _ask(self, measure: Measure, cells: tuple[CellRequest, ...], budget: float, final: bool) -> None:
        measures: tuple[Measure, ...] = ("performance", "patterns") if measure == "patterns" else (measure,)
        spec = Spec(
            measures=measures, cells=cells, images=self._images, budget_seconds=round(budget, 1), seed=self._seed, fresh=self._fresh
        )
        folder = self._folder / _key(spec, self._python)
        kept = None if self._fresh else _kept(folder, spec)
        if kept is None and budget < LEAST_SECONDS:
            kept = () if self._fresh else _kept(folder, spec, whole=False) or ()
        elif kept is None:
            kept = self._run(measure, spec, folder)
        answered = set(self._answers)
        for record in kept:
            self._remember(measure, record)
            if (
                measure == "patterns"
                and ("performance", record.cell) not in answered
                and record.metric not in laboratory.METRICS["patterns"]
            ):
                self._remember("performance", record)
        for cell in cells if final or measure not in self._failures else ():
            self._answers.setdefault((measure, cell), [])

    def _remember(self, measure: Measure, record: LabRecord) -> None:
        cell = record.cell
        if record.metric.startswith("control_"):
            self._controls[measure, cell.backbone, cell.dataset][record.metric, cell.seed] = record
        else:
            self._answers.setdefault((measure, laboratory.cells_of(record)[0]), []).append(record)

    def _run(self, measure: Measure, spec: Spec, folder: Path) -> tuple[LabRecord, ...]:
        begin = time.monotonic()
        try:
            answer = laboratory.run(spec, folder, python=self._python, ledger=self._folder / "ledger.jsonl", grace=self._grace)
        except LaboratoryError as error:
            answer = laboratory.Answer((), failure=str(error))
        self._spent += time.monotonic() - begin
        self._failures.pop(measure, None)
        if answer.failure:
            self._failures[measure] = answer.failure
        return () if answer.failure else answer.records


def _shown(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """The numbers that evidence carries: resamples and similarities of pairs stay in the ledger, where the records' digests point."""
    return tuple(each.model_copy(update={"replicates": ()}) for each in observations if "|" not in each.method)


def _told(record: LabRecord) -> str:
    """Why a cell has no value, without the name of the laboratory's exception."""
    return re.sub(r"^[A-Z]\w+: ", "", record.reason)


def _silent(reason: str) -> Evidence:
    return Evidence(witness="rerun", outcome="no_evidence", reason=reason)


def _order(wanted: Wanted) -> tuple[object, ...]:
    """Cells of one backbone and data set together and all seeds of a cell next to each other, so that a cut leaves whole cells."""
    measure, cell = wanted
    size = next((rank for rank, name in enumerate(SIZES) if name in cell.backbone), len(SIZES))
    return (ORDER.index(measure), size, cell.dataset, cell.backbone, -cell.keep_rate, cell.method, cell.seed)


def _control_line(record: LabRecord) -> str:
    state = {True: "passed", False: "failed", None: "not run"}[record.passed]
    name = record.metric.removeprefix("control_").replace("_", " ")
    value = "" if record.value is None else f" ({record.value:g})"
    why = f": {record.reason}" if record.reason else ""
    return f"{name} on {record.cell.backbone} {record.cell.dataset}".rstrip() + f"{why}: {state}{value}"


def _key(spec: Spec, python: str) -> str:
    """Folder name of a specification: what is asked, of which laboratory, whatever time it may take."""
    asked = spec.model_copy(update={"budget_seconds": 0.0, "fresh": False}).model_dump_json()
    return hashlib.sha256(f"{asked}\n{python}\n{laboratory.laboratory_digest()}".encode()).hexdigest()[:16]


def _kept(folder: Path, spec: Spec, *, whole: bool = True) -> tuple[LabRecord, ...] | None:
    """Records of an earlier run; None if there is none, or a cell lacks its value and the whole is asked for."""
    path = folder / "records.jsonl"
    if not path.is_file():
        return None
    records = laboratory.believed(path.read_text("utf-8").splitlines(), spec).records
    valued = {record.cell for record in records if record.value is not None and not record.metric.startswith("control_")}
    return records if not whole or valued >= set(spec.cells) else None
