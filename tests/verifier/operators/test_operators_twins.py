"""Statements on tables of real papers, each beside a rewrite of it that fails: what is read is scope, comparison and polarity."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.model import Document, Paper, Table
from synth.reader.read import read
from synth.verifier.operators.verdict import check

SCALE = ("tex/tex_aisci_dual_scale.tex", "Table 1")
GROKKING = ("tex/tex_aisci_weight_init_grokking.tex", "Table 1")
LABELS = ("tex/tex_cifar10_label_mods.tex", "Table 1")
CLASSES = ("tex/tex_cifar10_label_mods.tex", "Table 2")
GLUE = ("pdfs/2105.03824_fnet.pdf", "Table 2")
ARENA = ("pdfs/2105.03824_fnet.pdf", "Table 4")
ENCODING = ("pdfs/2101.11605_botnet.pdf", "Table 4")
NON_LOCAL = ("pdfs/2101.11605_botnet.pdf", "Table 7")
Place = tuple[str, str]
TWINS: tuple[tuple[Place, str, str], ...] = (
    (
        SCALE,
        "Fixed weighting makes training time longer on every dataset.",
        "Fixed weighting makes training time shorter on every dataset.",
    ),
    (
        SCALE,
        "Adaptive weighting brings the KL divergence on Dino down.",
        "Adaptive weighting does not bring the KL divergence on Dino down.",
    ),
    (
        SCALE,
        "The effect of adaptive weighting on training time is an increase.",
        "The effect of adaptive weighting on training time is a decrease.",
    ),
    (SCALE, "For the baseline, Dino is harder than Line in KL divergence.", "For the baseline, Dino is easier than Line in KL divergence."),
    (
        GROKKING,
        "Orthogonal needs fewer steps than PyTorch default on all tasks.",
        "Orthogonal needs more steps than PyTorch default on all tasks.",
    ),
    (
        GROKKING,
        "For Xavier, permutation takes longer than x_minus_y.",
        "For Xavier, x_minus_y takes longer than permutation.",
    ),
    (LABELS, "Label noise hurts the test Acc@1.", "Label noise does not hurt the test Acc@1."),
    (LABELS, "Input perturbation lifts Cohen's kappa.", "Input perturbation diminishes Cohen's kappa."),
    (LABELS, "Random label shuffle pushes the test loss up.", "Random label shuffle pushes the test loss down."),
    (CLASSES, "Cat is the hardest class for the baseline.", "Ship is the hardest class for the baseline."),
    (
        CLASSES,
        "Input perturbation has a positive effect on the F1-score of Dog.",
        "Input perturbation has a negative effect on the F1-score of Dog.",
    ),
    (
        CLASSES,
        "Label noise comes at a cost for every class.",
        "Label noise comes at no cost for every class.",
    ),
    (GLUE, "Random-Base falls short of FNet-Base on most tasks.", "Random-Base does not fall short of FNet-Base on most tasks."),
    (GLUE, "FNet-Hybrid-Large is ahead of FNet-Large on RTE.", "FNet-Hybrid-Large is behind FNet-Large on RTE."),
    (GLUE, "Linear-Large is behind Linear-Base in the average.", "Linear-Large is no worse than Linear-Base in the average."),
    (
        ARENA,
        "FNet (ours) loses accuracy on Image relative to Transformer (ours).",
        "FNet (ours) gains accuracy on Image relative to Transformer (ours).",
    ),
    (ARENA, "No model does better on Pathfinder than Linear (ours).", "No model does better on Text than Linear (ours)."),
    (
        ENCODING,
        "With relative rather than abs position encoding in addition to qkT, BoT50 achieves a higher APbb.",
        "With relative rather than abs position encoding in addition to qkT, BoT50 achieves a lower APbb.",
    ),
    (NON_LOCAL, "R50 + BoT (c4) gains more in APbb than R50 + NL.", "R50 + BoT (c4) gains less in APbb than R50 + NL."),
)

UNREAD = (GROKKING, "Kaiming Normal is quicker than He on every task.", "Kaiming Normal is quicker than Orthogonal on every task.")
"""names a row that is called by a pronoun."""
_READ: dict[str, tuple[Table, ...]] = {}


def table_of(shared: Path, place: Place) -> Table:
    """The table of a shared paper with this label."""
    name, label = place
    if name not in _READ:
        path = shared / "data" / name
        document = read(path.read_bytes(), Paper(id="file:sample", title="A sample"), name=path.name)
        assert isinstance(document, Document)
        _READ[name] = document.tables
    return next(table for table in _READ[name] if table.label == label)


@pytest.mark.shared
@pytest.mark.parametrize(("place", "true", "false"), [*TWINS, pytest.param(*UNREAD, marks=pytest.mark.xfail(strict=True, reason="“He”"))])
def test_twins_on_the_tables_of_papers(shared: Path, place: Place, true: str, false: str) -> None:
    """What a reader finds true on the page is supported, and its rewrite is refuted."""
    table = table_of(shared, place)
    assert (check(true, [table]).outcome, check(false, [table]).outcome) == ("supported", "refuted")
