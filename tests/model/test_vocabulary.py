"""The vocabulary: every name is found, none is claimed twice, and everyday words stay words."""

from __future__ import annotations

import pytest

from synth.model import vocabulary
from synth.model.vocabulary import KINDS, Kind, slug


def names(text: str, *kinds: Kind) -> list[str]:
    return [mention.term.name for mention in vocabulary().mentions(text, *kinds)]


def test_every_alias_is_found_in_a_sentence() -> None:
    """Each label and alias is mentioned by a sentence that holds it, as a term of its kind."""
    missed = [
        (term.kind, alias)
        for term in vocabulary().terms
        for alias in (term.label, *term.aliases)
        if term.name not in names(f"We look at {alias}, here.", term.kind)
    ]
    assert missed == []


def test_every_name_resolves_as_a_whole() -> None:
    """Canonical name, label, alias and table name each give their own term back, whatever the spelling of blanks and hyphens."""
    for term in vocabulary().terms:
        for alias in (term.name, term.label, *term.aliases, *term.exact):
            assert vocabulary().find(term.kind, alias) == term, alias
            assert vocabulary().find(term.kind, alias.replace("-", " ")) == term, alias


def test_no_alias_is_claimed_twice_in_a_kind() -> None:
    """Two terms of one kind never share a name."""
    owners: dict[tuple[str, str], str] = {}
    for term in vocabulary().terms:
        for alias in (term.label, *term.aliases, *term.exact):
            key = (term.kind, slug(alias).replace("_", ""))
            assert owners.setdefault(key, term.name) == term.name, alias


def test_family_members_are_known_methods() -> None:
    """Families consist of methods that the vocabulary has, and their counterparts are families."""
    for family in vocabulary().of("family"):
        assert all(vocabulary().get("method", member) for member in family.members)
        assert not family.counterpart or vocabulary().get("family", family.counterpart)


@pytest.mark.parametrize("term", [term for term in vocabulary().terms if any(len(one) < 5 and one.isupper() for one in (term.label,))])
def test_short_capital_names_need_their_capitals(term: object) -> None:
    """A short name in capitals is no name in small letters, unless that spelling is an alias of its own."""
    label, kind = term.label, term.kind  # type: ignore[attr-defined]
    assert names(f"see {label} here", kind) == [term.name]  # type: ignore[attr-defined]
    if label.lower() not in term.aliases:  # type: ignore[attr-defined]
        assert names(f"see {label.lower()} here", kind) == []


@pytest.mark.parametrize(
    "text",
    [
        "we sit at a table and read a tome",
        "a random seed and a random crop",
        "L2 regularisation and the l2 norm of l1 losses",
        "a strong baseline among many baseline methods",
        "by pruning tokens, merging others",
        "SEViTs and preEViT",
        "eat tofu",
    ],
)
def test_everyday_words_are_no_methods(text: str) -> None:
    """Words that happen to look like a method's name are left alone."""
    assert names(text, "method", "family") == []


@pytest.mark.parametrize("text", ["the attention map", "we compute the sum", "at full speed", "glue the parts"])
def test_everyday_words_are_no_metrics_or_data_sets(text: str) -> None:
    """Generic words name neither a metric nor a data set."""
    assert names(text, "metric", "dataset") == []


def test_table_names_count_as_a_whole_only() -> None:
    """ "Baseline" is the unreduced model as a row of a table, and a plain word in prose."""
    assert names("Baseline", "method") == ["keep_all"]
    assert names("Baseline (DeiT-S)", "method") == ["keep_all"]
    assert names("Random", "method") == ["random"]
    assert names("a competitive baseline", "method") == []
    assert names("than the baseline", "method") == ["keep_all"]


def test_longest_name_wins() -> None:
    """A longer name swallows the shorter one inside it."""
    assert names("difference in model performance", "metric") == ["performance_difference"]
    assert names("pruning-based methods with learned reduction patterns", "family") == ["pruning_learned"]
    assert names("tokens per second", "metric") == ["tokens_per_second"]


def test_plurals_and_spellings_are_the_same_name() -> None:
    """Plural endings, blanks and hyphens do not matter."""
    assert names("EViTs, Top K, top-k, DPC KNN and DPCKNN", "method") == ["evit", "topk", "topk", "dpcknn", "dpcknn"]
    assert names("DeiT-S, deit small and DeiT-Small", "backbone") == ["deit_small", "deit_small", "deit_small"]


def test_unknown_name_keeps_its_slug() -> None:
    """A name that nobody knows is its own slug, so that unknown methods work too."""
    assert vocabulary().name("method", "Foo-ViT (ours)") == "foo_vit_ours"
    assert vocabulary().label("method", "foo_vit") == "foo_vit"


def test_mentions_come_in_the_order_of_the_text() -> None:
    """Mentions of several kinds are sorted by place and their offsets hold the name."""
    text = "ToMe on ImageNet with DeiT-S reaches 79.4% top-1"
    found = vocabulary().mentions(text, *KINDS)
    assert [text[one.start : one.end] for one in found] == ["ToMe", "ImageNet", "DeiT-S", "top-1"]
