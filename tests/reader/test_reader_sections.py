"""Headings among the lines of a text, and the sections that they open."""

from __future__ import annotations

import pytest

from synth.reader.sections import is_heading, sections_of

HEADINGS = ["abstract", "Introduction and Motivating Work", "Attention Flow", "Results on image captions", "4.2 Training details", "SST"]
LINES = [
    "We merge .",
    "where q ?",
    "P and an argument a ?",
    "BERT is large .",
    "On both sets accuracy rises",
    "0.4891 0.4924",
    "x = Wh",
    "",
]


@pytest.mark.parametrize("line", HEADINGS)
def test_short_titles_are_headings(line: str) -> None:
    """Known titles, a few words in capitals, and a few words that name a role are headings."""
    assert is_heading(line)


@pytest.mark.parametrize("line", LINES)
def test_sentences_and_formulas_are_no_headings(line: str) -> None:
    """What ends a sentence, holds a formula or numbers only, or is plain words, is none."""
    assert not is_heading(line)


def test_lines_stand_in_sections() -> None:
    """What follows the introduction is a section of its own; parts of the experiments are told by their titles."""
    lines = ["abstract", "A .", "Introduction", "B .", "Gated Reader", "C .", "Experiments", "D .", "Datasets", "E .", "Ablations", "F ."]
    found = dict(zip(lines, sections_of(lines), strict=True))
    assert [found[text] for text in ("A .", "B .", "C .", "D .", "E .", "F .")] == [
        ("abstract", "abstract"),
        ("Introduction", "introduction"),
        ("Gated Reader", "method"),
        ("Experiments", "experiments"),
        ("Datasets", "experiments"),
        ("Ablations", "results"),
    ]
