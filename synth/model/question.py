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
    """A research question with its facets, and the papers that it is limited to."""

    text: str
    facets: tuple[Facet, ...] = ()
    since: str | None = None
    """first day of publication that counts, ISO 8601: "2022", "2022-03" or "2022-03-01"."""
    until: str | None = None
    """last day of publication that counts; "2023" is all of that year."""
    categories: tuple[str, ...] = ()
    """arXiv's names of subjects, "cs.CV" or a whole archive, "cs"; empty: any."""

    def facets_of(self, role: str) -> tuple[Facet, ...]:
        """The facets with this role, in the order of the question."""
        return tuple(facet for facet in self.facets if facet.role == role)
