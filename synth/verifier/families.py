"""Groups that are families of the vocabulary, and their members that not every source counts."""

from __future__ import annotations

from collections.abc import Sequence

from synth.model import Term, vocabulary


def family_of(members: Sequence[str]) -> Term | None:
    """The family with exactly these members; None where there is none."""
    return next((term for term in vocabulary().of("family") if set(term.members) == set(members)), None)


def doubtful(members: Sequence[str]) -> tuple[str, ...]:
    """Members of a family that some sources leave out; none of a group that is no family."""
    family = family_of(members)
    return family.doubtful if family else ()


def undisputed(members: Sequence[str]) -> tuple[str, ...]:
    """The members without the doubtful ones, in order."""
    return tuple(member for member in members if member not in doubtful(members))
