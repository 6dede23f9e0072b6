"""The research question and the facets that a paper would have to cover to answer it."""

from __future__ import annotations

from synth.model.base import Record


class Facet(Record):
    """One thing that the question asks about."""

    role: str
    """what the facet is: "task", "method", "model", "metric" or "dataset"."""
    text: str
    """the words of the question, "tokens per second"."""
    terms: tuple[str, ...] = ()
    """words and phrases that count as speaking of it, the facet's own words first."""


class Question(Record):
    """A research question with its facets."""

    text: str
    facets: tuple[Facet, ...] = ()

    def facets_of(self, role: str) -> tuple[Facet, ...]:
        """The facets with this role, in the order of the question."""
        return tuple(facet for facet in self.facets if facet.role == role)
