"""No reduction at all: the control that must equal the plain model."""

from __future__ import annotations

from experiments.reducers.reducer import Reducer, Reduction, View, register


@register
class KeepAll(Reducer):
    """Every token stays, whatever the keep rate."""

    name = "keep_all"
    kind = "none"
    place = "before"

    def reduce(self, view: View) -> Reduction | None:
        """Nothing changes."""
        return None

    def promised(self) -> tuple[int, ...]:
        """All patches at every stage."""
        return (self.shape.patches,) * len(self.counts)
