"""What a witness is: something that can testify on a claim. It never raises on a claim; absence is evidence with a reason."""

from __future__ import annotations

from typing import Protocol

from synth.model import Claim, Evidence, WitnessName


class Witness(Protocol):
    """Text, tables or a rerun."""

    name: WitnessName

    def testify(self, claim: Claim) -> Evidence:
        """What this witness says on the claim; outcome "no_evidence" with the reason where it has nothing to say."""
        ...
