"""Effect: by how much a metric changes against a baseline."""

from __future__ import annotations

import numpy as np

from synth.model import Effect, Judgement, vocabulary
from synth.verifier.bench import Bench
from synth.verifier.circumstances import scale_of
from synth.verifier.panel import EVERYWHERE
from synth.verifier.predicates.groups import both, others_in, reduced
from synth.verifier.predicates.ranges import decide_range, operating_point

FAR_CHANGE_POINTS = 0.5
"""a change of a percentage outside its range by more than this speaks against the claim."""
NO_CHANGE = {"ratio": 1.0, "percent": 0.0}
"""differences in points are judged by their rounding alone: a tenth of "0.3 points" is below any noise."""


def effect(hypothesis: Effect, bench: Bench) -> Judgement:
    """Judge "against a baseline a metric changes by so much"."""
    subject, baseline = hypothesis.subject.members, hypothesis.baseline.members
    broad = EVERYWHERE | frozenset(baseline)
    panel = bench.panel(
        hypothesis.metric,
        hypothesis.where,
        needed=subject,
        judgeable=lambda p: both(p, subject or others_in(p, baseline, ()), baseline),
        everywhere=broad,
    )
    changed = subject or tuple(others_in(panel, baseline, ()))
    panel = panel.only((*changed, *baseline))
    own = panel.columns(changed)
    base = reduced(panel.values[:, :, panel.columns(baseline)], "mean", first=False)[:, :, None]
    values = panel.values[:, :, own]
    changes = {"ratio": values / base, "difference": values - base, "percent": 100.0 * (values / base - 1.0)}[hypothesis.change]
    seen = ~np.isnan(changes[0])
    rows, columns = np.nonzero(seen)
    bench.step(
        3,
        f"{hypothesis.change} of {hypothesis.metric} to {hypothesis.baseline.label}: "
        + ", ".join(
            f"{panel.methods[own[c]]} at {panel.places[r].label}: {changes[0, r, c]:.4g}"
            for r, c in list(zip(rows, columns, strict=True))[:12]
        ),
    )
    slack = 2 * float(panel.slack.max(initial=0.0)) if hypothesis.change == "difference" else 0.0
    units = changes[:, rows, columns]
    term = vocabulary().get("metric", panel.metric)
    points = hypothesis.change == "difference" and term is not None and term.unit == "percent"
    far = FAR_CHANGE_POINTS if points else None
    places = [panel.places[r] for r in rows]
    return decide_range(
        bench,
        panel,
        units,
        hypothesis.size,
        slack,
        places,
        far_points=far,
        some=operating_point(hypothesis.size, NO_CHANGE.get(hypothesis.change, 0.0)),
        neutral=NO_CHANGE.get(hypothesis.change),
        turns_at=NO_CHANGE.get(hypothesis.change, 0.0) if scale_of(panel.used) == "paper" else None,
    )
