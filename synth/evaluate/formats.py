"""
A folder → one split of a labelled set, in whatever of the known formats its files are.

    scifact             claims, their abstracts and pairs of both       claims, rationales, searches
    citation_integrity  citing sentences, passages of cited papers      claims
    healthver, plain    claims with their evidence as text              claims
    scitab              claims with a table each                        claims
    tabfact             statements, tables apart                        claims
    tdms_claims         claims, tables of papers in a folder beside     claims
    cl_scisumm          citing sentences, cited papers                  rationales
    ncg, csabstruct, biomed_claims   sentences that were marked         papers
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synth.errors import NotFound, UsageError
from synth.evaluate import shapes
from synth.evaluate.files import LabelledFile, files_in
from synth.evaluate.items import Benchmark, Malformed, Reading
from synth.evaluate.sentences import biomed, cl_scisumm, csabstruct, ncg
from synth.evaluate.tables import scitab, tabfact, tdms_claims
from synth.evaluate.texts import citation_integrity, healthver, plain, scifact

Loader = Callable[[Sequence[LabelledFile], Reading, list[Malformed]], dict[str, Any]]


@dataclass(frozen=True)
class Format:
    """A labelled set's format: the shapes of its files and how they are read."""

    name: str
    leading: tuple[type[shapes.Shape], ...]
    """any of these makes a folder one of this format, and names its splits."""
    load: Loader
    beside: type[shapes.Shape] | None = None
    """what the leading files refer to."""


FORMATS: tuple[Format, ...] = (
    Format("scifact", (shapes.ScifactPair, shapes.ScifactClaim), scifact, shapes.Abstract),
    Format("citation_integrity", (shapes.CitationClaim,), citation_integrity, shapes.Abstract),
    Format("healthver", (shapes.HealthClaim,), healthver),
    Format("scitab", (shapes.TableClaim,), scitab),
    Format("tabfact", (shapes.GridClaim,), tabfact, shapes.GridTable),
    Format("tdms_claims", (shapes.TaggedClaim,), tdms_claims, shapes.TablePaper),
    Format("cl_scisumm", (shapes.CitingSentence,), cl_scisumm, shapes.CitedPaper),
    Format("ncg", (shapes.ContributionPaper,), ncg),
    Format("csabstruct", (shapes.RoleAbstract,), csabstruct),
    Format("biomed_claims", (shapes.ClaimAbstract,), biomed),
    Format("plain", (shapes.PlainClaim,), plain),
)


def open_benchmark(folder: Path, split: str, reading: Reading) -> Benchmark:
    """
    One split of the labelled set in a folder.

    raises  NotFound for no such folder or split, UsageError where the files are of no known format, of several, or lack a part
    """
    files = files_in(folder)
    found = format_of(folder, files)
    chosen = _of_split(folder, files, found, split)
    if found.beside is not None:
        chosen += _beside(folder, files, found, split)
    malformed: list[Malformed] = []
    parts = found.load(chosen, reading, malformed)
    names = tuple(sorted({file.path.name for file in chosen}))
    loaded = Benchmark(format=found.name, split=split, files=names, malformed=tuple(malformed), **parts)
    if not len(loaded):
        first = f": {malformed[0]}" if malformed else ""
        raise UsageError(f"{folder} has no usable line for split {split!r}{first}", then="mend the lines, or name another split")
    return loaded


def sets_in(folder: Path) -> tuple[Path, ...]:
    """
    The folders of labelled sets within a folder, by name; the folder itself where it holds one.

    raises  NotFound if there is no such folder
    """
    if any(_leads(file) for file in files_in(folder)):
        return (folder,)
    within = (place for place in sorted(folder.iterdir()) if place.is_dir())
    return tuple(place for place in within if any(_leads(file) for file in files_in(place))) or (folder,)


def _leads(file: LabelledFile) -> bool:
    """Whether a file makes its folder a labelled set."""
    return any(file.shape in form.leading for form in FORMATS)


def format_of(folder: Path, files: Sequence[LabelledFile]) -> Format:
    """The one format of the files; raises UsageError for none or several."""
    found = [form for form in FORMATS if any(file.shape in form.leading for file in files)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{folder} holds several sets", got=", ".join(form.name for form in found), expected="one set a folder")
    seen = ", ".join(f"{file.path.name} ({_first_line(file.shape)})" for file in files) or "no *.jsonl file with fields that we know"
    known = ", ".join(form.name for form in FORMATS if form.name != "plain")
    raise UsageError(
        f"{folder} is no labelled set that we can read", got=seen, expected=f"{known}, or lines of {{claim, evidence: [..], label}}"
    )


def _first_line(shape: type[shapes.Shape]) -> str:
    return (shape.__doc__ or shape.__name__).splitlines()[0].rstrip(".")


def _of_split(folder: Path, files: Sequence[LabelledFile], form: Format, split: str) -> tuple[LabelledFile, ...]:
    leading = [file for file in files if file.shape in form.leading]
    chosen = tuple(file for file in leading if file.is_of(split))
    if not chosen:
        there = ", ".join(sorted({file.split for file in leading}))
        raise NotFound(f"{folder} has no split {split!r}", expected=f"one of: {there}", then="name it with --split")
    return chosen


def _beside(folder: Path, files: Sequence[LabelledFile], form: Format, split: str) -> tuple[LabelledFile, ...]:
    """What the leading files refer to: in the folder, else in one beside it; of the split where that is told apart."""
    assert form.beside is not None
    held = [file for file in files if file.shape is form.beside]
    if not held:
        held = [file for place in sorted(folder.absolute().parent.iterdir()) if place.is_dir() for file in files_in(place)
                if file.shape is form.beside]  # fmt: skip
    if not held:
        raise UsageError(f"{folder} lacks a part of {form.name}", expected=f"a *.jsonl with lines of {_first_line(form.beside)}")
    return tuple(file for file in held if file.is_of(split)) or tuple(held)
