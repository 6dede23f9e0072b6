"""Characters, hyphens and languages."""

from __future__ import annotations

import pytest

from synth.reader.clean import collapsed
from synth.reader.hyphens import Words, joined
from synth.reader.language import foreign


def test_ligatures_become_letters() -> None:
    """Ligatures are undone and exponents are not."""
    assert collapsed("e\ufb03cient \ufb01ne-tuning of 10\u00b2 \ufb02ops") == "efficient fine-tuning of 10² flops"


def test_hidden_and_control_characters_vanish() -> None:
    """Terminal codes, zero-width and direction-changing characters, and soft hyphens leave no trace."""
    hostile = "safe\x1b[31m te\u200bxt\u202e with\u00ad no\u2066 codes\ufeff\x07\U000e0041"
    assert collapsed(hostile) == "safe[31m text with no codes"


@pytest.mark.parametrize(
    ("lines", "before", "after", "expected"),
    [
        (["the hard-merging methods"], "the hard-", "merging methods", "the hard-merging methods"),
        (["hard cases and merging tokens"], "the hard-", "merging methods", "the hard-merging methods"),
        (["a transformer"], "a trans-", "former block", "a transformer block"),
        ([], "repre-", "sentations of", "representations of"),
        (["under a stand that we stand on"], "we under-", "stand it", "we understand it"),
        ([], "with DeiT-", "S as teacher", "with DeiT-S as teacher"),
        (["attention"], "and self-", "attention layers", "and self-attention layers"),
        ([], "both pre-", "and post-training", "both pre- and post-training"),
        ([], "at https:", "//example.org", "at https://example.org"),
        ([], "no hyphen", "here", "no hyphen here"),
    ],
)
def test_the_document_decides_on_a_hyphen(lines: list[str], before: str, after: str, expected: str) -> None:
    """A hyphen at the end of a line stays in compounds and goes in broken words, as the document's own words tell."""
    text, start = joined(before, after, Words(lines))
    assert text == expected
    assert text[start:] == after


def test_foreign_texts_are_named() -> None:
    """Chinese, Russian and German are told from English, with their share; formulas and names in English are not foreign."""
    assert foreign("视觉变换器的令牌合并方法" * 10) == "not in English: 100% of the letters are Chinese"
    assert "Cyrillic" in foreign("Мы предлагаем новый метод сжатия токенов. " * 5)
    assert "German" in foreign("Wir zeigen dass die Methode mit der Zahl der Token und den Daten nicht auf das Bild passt. " * 6)
    assert foreign("We show that the α of Dubé and the λ of Müller are in the range of [0, 1] for all models. " * 6) == ""
