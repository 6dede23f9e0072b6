"""The wrong siblings of a claim: one for each way of being wrong that its words allow."""

from __future__ import annotations

from collections.abc import Sequence

from synth.model import Claim, Document, slug
from synth.model.run import SiblingKind
from synth.verifier.mutants.condition import dropped, exchanged
from synth.verifier.mutants.mutation import Mutation
from synth.verifier.mutants.negated import negated
from synth.verifier.mutants.number import renumbered
from synth.verifier.mutants.quantifier import raised
from synth.verifier.mutants.quote import misattributed, truncated
from synth.verifier.mutants.reversed import sign_turned, turned
from synth.verifier.mutants.subject import swapped
from synth.verifier.mutants.superlative import topped
from synth.verifier.mutants.surroundings import Surroundings
from synth.verifier.mutants.unit import exchanged_unit

MUTATIONS: tuple[tuple[SiblingKind, Mutation], ...] = (
    ("negated", negated),
    ("comparison turned round", turned),
    ("number changed", renumbered),
    ("subject swapped", swapped),
    ("condition changed", exchanged),
    ("condition dropped", dropped),
    ("superlative added", topped),
    ("sign turned", sign_turned),
    ("unit changed", exchanged_unit),
    ("quantifier raised", raised),
    ("quote cut off", truncated),
    ("quote attributed elsewhere", misattributed),
)


class Siblings:
    """Makes wrong siblings of the claims of one run."""

    def __init__(self, documents: Sequence[Document], claims: Sequence[Claim]) -> None:
        """
        documents  of the run: what they name and print decides what could hold by chance
        claims     of the run: a sibling that one of them states is not made
        """
        self._around = Surroundings(documents)
        self._stated = {slug(claim.text) for claim in claims}

    def of(self, claim: Claim) -> tuple[tuple[SiblingKind, str], ...]:
        """(kind, text) of each, in the order of MUTATIONS; the same claim and run give the same siblings."""
        made = ((kind, mutate(claim, self._around)) for kind, mutate in MUTATIONS)
        return tuple((kind, text) for kind, text in made if text is not None and slug(text) not in self._stated)
