"""Sentences of scientific prose."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.reader.sentences import spans, split

WHOLE = [
    "We follow Bolya et al. (2023) and merge tokens.",
    "As shown in Fig. 3, accuracy drops.",
    "See Sec. 4.2 and Eq. (7) for details.",
    "Accuracy falls by 0.3 points at 1.5x speed.",
    "Fixed patterns, e.g. ToMe, keep 50 tokens, i.e. 25% of them.",
    "Code is at https://github.com/Mxbonn/ltmp.git today.",
    "J. Deng and L. Fei-Fei collected it.",
    "Token pruning (see Table 2. Note the seeds) is faster.",
    "Latency vs. FLOPs differs on mobile devices.",
    "The optimizer of Kingma et al. Adam was not used.",
]


@pytest.mark.parametrize("text", WHOLE)
def test_a_full_stop_that_ends_nothing_does_not_split(text: str) -> None:
    """Abbreviations, citations, decimals, initials, addresses and open brackets do not end a sentence."""
    assert split(text) == [text]


def test_sentences_end_where_a_new_one_begins() -> None:
    """Full stops, question marks and closing brackets before a capital, a digit or a quote end a sentence."""
    text = 'Does it hold? It does (see Fig. 2). ToMe leads by 0.3%. "No loss" was seen. 5 seeds agree et al. The end.'
    assert split(text) == [
        "Does it hold?",
        "It does (see Fig. 2).",
        "ToMe leads by 0.3%.",
        '"No loss" was seen.',
        "5 seeds agree et al.",
        "The end.",
    ]


@given(st.text(alphabet="aB1.?!() \"'", max_size=80))
def test_spans_cover_the_text_in_order(text: str) -> None:
    """Spans lie in order, do not overlap, begin and end at no blank, and leave out nothing but blanks."""
    found = spans(" ".join(text.split()))
    clean = " ".join(text.split())
    assert "".join(clean[start:end] for start, end in found).replace(" ", "") == clean.replace(" ", "")
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(found))
    assert all(clean[start:end] == clean[start:end].strip() for start, end in found)
