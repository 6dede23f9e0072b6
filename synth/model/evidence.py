"""What witnesses say and what follows from it: Judgement, Evidence, Finding, Verdict."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from synth.model.base import Record
from synth.model.document import Passage
from synth.model.experiment import Regime
from synth.model.observation import Observation, Scale

Outcome = Literal["supported", "refuted", "inconclusive", "no_evidence", "failed"]
"""no_evidence: nothing to judge on; failed: the judgement itself broke down, which is neither."""

WitnessName = Literal["text", "tables", "rerun"]

Independence = Literal["stated", "own_tables", "other_papers", "rerun"]
"""stated: only the claim's own source says so, which is no evidence of truth."""


class Verdict(StrEnum):
    """What is to be thought of a claim after all witnesses were heard."""

    VERIFIED = "VERIFIED"
    REFUTED = "REFUTED"
    CONTESTED = "CONTESTED"
    UNVERIFIED = "UNVERIFIED"

    @property
    def mark(self) -> str:
        """✓, ×, or – for a claim that is contested or not verified."""
        return {"VERIFIED": "✓", "REFUTED": "×"}.get(self.value, "–")


class Rule(Record):
    """How a hypothesis will be decided; fixed and stored with the claim before anything is measured."""

    predicate: str
    """the predicate in words, "share of cells in which the best of A exceeds the best of B"."""
    support_at: float
    """the statistic must reach this for support."""
    refute_at: float
    """the statistic at or below this speaks against."""
    chance: float | None = None
    """value of the statistic if names were exchanged at random; None where there is none."""
    level: float = 0.95
    """coverage of the interval."""
    draws: int = 1000
    """bootstrap draws over seeds and images."""
    minimum_seeds: int = 3
    """fewer seeds of measured observations are inconclusive at best."""
    regime: Regime | None = None
    """which measured cells are judged, never a mixture; None: those that the claim's words imply, or reported numbers."""
    refuted_by: Literal["any", "every"] = "any"
    """parts of an "all" that must be refuted to refute it; "every" where they are signs of one property."""
    parts: tuple[Rule, ...] = ()
    """rules of the parts of a composition, in order."""


class Reading(Record):
    """The statement in another sense, or on other cells, with figures of its own; it never gives the verdict."""

    name: str
    """ "without ATS", "strong: all 3 among the bottom 3"."""
    outcome: Outcome
    """by the stored thresholds, or those of a plain share where the reading is one."""
    share: float | None = None
    interval: tuple[float, float] | None = None
    chance: float | None = None
    n_cells: int = 0


class Judgement(Record):
    """What one table of observations says on one hypothesis."""

    outcome: Outcome
    share: float | None = None
    """the statistic of the rule; for most kinds the share of cells in which the predicate holds."""
    interval: tuple[float, float] | None = None
    probability: float | None = None
    """share of the bootstrap draws in which the rule's support condition holds; None without cells."""
    n_cells: int = 0
    n_seeds: int = 0
    chance: float | None = None
    smallest_detectable_effect: float | None = None
    """smallest difference from the threshold that this many cells and seeds could have shown."""
    missing: tuple[str, ...] = ()
    """cells that the conditions name and the table lacks."""
    steps: tuple[str, ...] = ()
    """the numbered steps of the judgement, in words and figures."""
    scale: Scale | None = None
    readings: tuple[Reading, ...] = ()
    """the other senses of the statement, beside the one that decides."""
    parts: tuple[Judgement, ...] = ()


TIMED = ("images_per_second", "speedup")
"""measured metrics that depend on the machine and the moment."""


class Quote(Record):
    """A passage with its stance towards the claim."""

    passage: Passage
    stance: Literal["supports", "refutes", "neutral"]
    probability: float
    """of the stance, calibrated, 0..1."""
    similarity: float
    """to the claim, cosine of the embeddings."""
    independence: Independence
    reason: str
    """why, in words: "states the opposite direction (trails / beats)"."""


class Stances(Record):
    """How likely it is, as far as one witness can tell, that its evidence supports a claim, refutes it, or does neither; sum 1."""

    supports: float
    refutes: float
    neutral: float
    reader: str = ""
    """what read the evidence: "head", "llm", the name of an NLI model; empty where a witness has but one way to read."""
    calibrated: bool = True
    """False: raw scores of a reader that was fitted to no labelled pairs, not to be taken for shares of claims that hold."""

    @property
    def likeliest(self) -> Literal["supports", "refutes", "neutral"]:
        """The most probable of the three; neutral wins ties."""
        best = max(self.supports, self.refutes, self.neutral)
        return "neutral" if self.neutral == best else "supports" if self.supports == best else "refutes"


class Evidence(Record):
    """What one witness says on one claim."""

    witness: WitnessName
    outcome: Outcome
    probability: float | None = None
    """that the claim holds, as far as this witness can tell, 0..1; None without evidence."""
    stances: Stances | None = None
    """the same told apart, whether or not the witness decides; None where it has nothing to go by."""
    independence: Independence | None = None
    """of the strongest part of the testimony."""
    scale: Scale | None = None
    reason: str
    """one line: what was found, or why there is nothing."""
    complete: bool = True
    """False for a rerun that lacks cells, so that more time might change what it says."""
    from_note: bool = False
    """whether the numbers are those of a reading note of the built-in library, not of the paper itself."""
    quotes: tuple[Quote, ...] = ()
    observations: tuple[Observation, ...] = ()
    judgement: Judgement | None = None
    controls: tuple[str, ...] = ()
    """outcome of each built-in control of a rerun, "keep-all equals the plain model: passed (0.0)"."""

    @property
    def is_timed(self) -> bool:
        """Whether it rests on timings of this machine, which no second run repeats to the digit."""
        return self.witness == "rerun" and any(observation.metric in TIMED for observation in self.observations)


class Finding(Record):
    """All evidence on a claim, with the verdict."""

    claim_id: str
    verdict: Verdict
    confidence: float
    """calibrated probability that the verdict is right, 0..1."""
    evidence: tuple[Evidence, ...] = ()
    wording: str = ""
    """how far the verdict goes, "consistent with a rerun at proxy scale"."""
    steps: tuple[str, ...] = ()
    """the numbered steps of the combination."""
