"""What each sentence does in its document, and which of them an abstract or a paper puts forward as its own."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from synth.extractor.asserting import assertion
from synth.extractor.chain import Chain, Floats, beliefs
from synth.extractor.contribution import CONTRIBUTES
from synth.extractor.encoding import WIDTH, encoded
from synth.extractor.experiment import experiment_probability
from synth.extractor.extract import extract
from synth.extractor.readings import readings
from synth.extractor.recipes.abstracts import Abstract
from synth.extractor.recipes.train_roles import fit_in_context
from synth.extractor.roles import MERGED, ROLES, WEIGHTS, Role, in_context, merged, role_probabilities, shipped
from synth.extractor.sentences import cues_of
from synth.extractor.text import standalone
from synth.extractor.traits import traits
from synth.model import Document, Paper, Passage, SectionRole

ABSTRACT = (
    "Transformers are widely used for image recognition, but their cost grows with the number of tokens.",
    "In this paper, we aim to reduce the cost of inference.",
    "We train a small network that drops tokens at three layers of the model.",
    "Results show that throughput increased by 40% and accuracy dropped by 0.3 points.",
    "These findings suggest that most tokens are not needed for recognition.",
)


def document(*sentences: tuple[SectionRole, str], title: str = "") -> Document:
    """A document of these sentences, each section role a section."""
    passages, at = [], 0
    for role, text in sentences:
        passages.append(Passage(paper_id="file:a", text=text, start=at, end=at + len(text), role=role, section=role))
        at += len(text) + 1
    text = " ".join(text for _, text in sentences)
    return Document(paper=Paper(id="file:a", title=title), source_digest="", media="markdown", text=text, passages=tuple(passages))


def abstract(*sentences: str) -> Document:
    """A document that is an abstract and no more."""
    return document(*(("abstract", text) for text in sentences))


def test_chain_sums_over_all_sequences() -> None:
    """Beliefs and expected steps of texts of unequal length are those of every sequence of roles, weighed one by one."""
    random = np.random.default_rng(0)
    lengths, k = np.array([3, 1, 2]), 2
    scores = random.normal(size=(6, k))
    chain = Chain(random.normal(size=(k, k)), random.normal(size=k), random.normal(size=k))
    roles, steps, first, last, log_weight = np.zeros((6, k)), np.zeros((k, k)), np.zeros(k), np.zeros(k), 0.0
    for begin, n in ((0, 3), (3, 1), (4, 2)):
        sequences = list(product(range(k), repeat=int(n)))
        weights = np.array([
            np.exp(chain.first[path[0]] + chain.last[path[-1]] + sum(scores[begin + t, role] for t, role in enumerate(path))
                   + sum(chain.step[one, two] for one, two in pairwise(path)))
            for path in sequences
        ])  # fmt: skip
        log_weight += float(np.log(weights.sum()))
        for path, share in zip(sequences, weights / weights.sum(), strict=True):
            first[path[0]] += share
            last[path[-1]] += share
            for t, role in enumerate(path):
                roles[begin + t, role] += share
            for one, two in pairwise(path):
                steps[one, two] += share
    found = beliefs(scores, lengths, chain)
    np.testing.assert_allclose(found.roles, roles)
    np.testing.assert_allclose(found.steps, steps)
    np.testing.assert_allclose((found.first, found.last), (first, last))
    assert found.log_weight == pytest.approx(log_weight)


def test_ruled_out_roles_have_no_weight() -> None:
    """A score of minus infinity keeps a role out, whatever the neighbours say."""
    scores = np.array([[0.0, -np.inf], [0.0, 0.0]])
    found = beliefs(scores, np.array([2]), Chain(np.array([[0.0, 5.0], [0.0, 0.0]]), np.zeros(2), np.zeros(2)))
    assert found.roles[0].tolist() == [1.0, 0.0]
    assert found.roles[1, 1] == pytest.approx(1 / (1 + np.exp(-5)))


def test_sentences_of_an_abstract_have_their_roles() -> None:
    """Background, aim, method and results are told apart; probabilities of a sentence sum to 1."""
    passages = abstract(*ABSTRACT).passages
    words = role_probabilities(passages)
    for rows in (words, in_context(passages, words)):
        assert [merged(row) for row in rows] == ["background", "objective", "method", "result", "result"]
        assert ROLES[rows[4].argmax()] == "conclusion"
        np.testing.assert_allclose(rows.sum(1), 1.0)


def test_context_is_of_abstracts() -> None:
    """Sections of a body, and abstracts of fewer than three sentences, keep the roles that words tell."""
    for read in (document(*(("results", text) for text in ABSTRACT)), abstract(*ABSTRACT[:2])):
        words = role_probabilities(read.passages)
        np.testing.assert_array_equal(in_context(read.passages, words), words)


def test_vectors_of_sentences_depend_on_their_neighbours() -> None:
    """A sentence's vector is that of its text; texts read together or apart give the same, whatever their length."""
    long = tuple(f"{text} Part {n}." for n in range(12) for text in ABSTRACT)
    together, apart = encoded([ABSTRACT, long]), [encoded([ABSTRACT]), encoded([long])]
    assert together.shape == (len(ABSTRACT) + len(long), WIDTH)
    np.testing.assert_allclose(together, np.concatenate(apart), atol=1e-4)
    assert not np.allclose(encoded([ABSTRACT[:1]])[0], apart[0][0], atol=1e-2)
    assert encoded([]).shape == (0, WIDTH)


def test_soft_labels_and_vectors_are_learned() -> None:
    """A model in context tells roles by vectors where words are the same, and believes a label with few annotators less."""
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]] * 20)
    roles: tuple[frozenset[Role], ...] = (frozenset({"background"}), frozenset({"method"}), frozenset({"method"}))

    def told(share: float) -> Floats:
        marked = [Abstract(str(n), ("It is.",) * 3, roles, (share,) * 3) for n in range(20)]
        model = fit_in_context(marked, vectors)
        return model.probabilities([("It is.",) * 3], placed=[True], vectors=vectors[:3].astype(np.float32))

    sure, doubtful = told(1.0), told(0.5)
    assert [MERGED[row.argmax()] for row in sure] == ["background", "method", "method"]
    assert sure[0, 0] > doubtful[0, 0]


def test_wording_makes_a_claim() -> None:
    """What says that it finds or concludes is worth more than what only measures, and that more than a plan."""
    texts = (
        "Our results suggest that sleep protects memory.",
        "Sleep protects memory.",
        "Recall rose by 12%.",
        "Further studies are needed and discussed, with 12% left.",
    )
    found = [assertion(text) for text in texts]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) >= 3


def test_role_depends_on_the_neighbours() -> None:
    """The same sentence is read differently behind another one."""
    sentence = "The tokens are dropped at three layers."
    behind = {text: role_probabilities(abstract(text, sentence).passages)[1] for text in (ABSTRACT[2], ABSTRACT[3])}
    method = ROLES.index("method")
    assert behind[ABSTRACT[2]][method] > behind[ABSTRACT[3]][method]


def test_place_counts_in_an_abstract_alone() -> None:
    """A section of a body has no traits of place, because the model never learned how long sections are."""
    placed, unplaced = set(traits("We merge tokens.", 0, 5)), set(traits("We merge tokens."))
    assert unplaced < placed
    assert {"from start 0", "from end 4"} <= placed - unplaced


def test_numbers_are_of_no_account() -> None:
    """Every number is the same word."""
    assert set(traits("It rose by 4.2 points.")) == set(traits("It rose by 17 points."))


def test_weights_are_small_and_say_where_they_come_from() -> None:
    """The shipped file stays below 2 MB and carries its command and sources."""
    from safetensors import safe_open

    assert WEIGHTS.stat().st_size < 2e6
    with safe_open(str(WEIGHTS), "np") as file:
        about = file.metadata()
    assert "train_roles" in about["command"] and "CSAbstruct" in about["learned_from"]
    for model in shipped():
        assert np.isfinite(model.weights).all()


def test_conclusion_of_an_abstract_is_its_claim() -> None:
    """An abstract of another field gives what it concludes, and neither its background nor its figures."""
    found = extract(
        abstract(
            "Asthma is a common disease of childhood.",
            "We followed 412 children for six years.",
            "Serum levels were higher in the treated group (P < 0.05).",
            "In conclusion, these findings suggest that early treatment protects children against asthma.",
        )
    )
    assert [claim.quote for claim in found] == [
        "In conclusion, these findings suggest that early treatment protects children against asthma."
    ]


PAPER: tuple[tuple[SectionRole, str], ...] = (
    ("introduction", "Recurrent networks have been used for many tasks."),
    ("introduction", "In this paper, we propose a gated reader for the task of answering questions."),
    ("related", "We follow the reader that was proposed by earlier work."),
    ("experiments", "We set the dropout rate to 0.3 and train the model with Adam and a batch size of 32."),
    ("results", "Our reader achieves higher accuracy than the baselines on all datasets."),
    ("conclusion", "We presented a gated reader that achieves higher accuracy than the baselines."),
)


def test_contributions_of_a_paper_by_section() -> None:
    """What the introduction proposes, the set-up and the results contribute; others' work and what the conclusion repeats do not."""
    found = readings(document(*PAPER))
    assert [one.contributes >= CONTRIBUTES for one in found] == [False, True, False, True, True, False]


OPENED: tuple[tuple[SectionRole, str], ...] = (
    ("introduction", "Answering questions with recurrent readers is a central task of language understanding."),
    ("introduction", "Recurrent networks have been used for many other tasks."),
    ("introduction", "The source code is available at https://github.com/someone/reader."),
    ("experiments", "We initialised the embeddings with GloVe and used a dropout of 0.2."),
    ("results", "Table 2 shows the results of all readers with higher accuracy."),
    ("related", "Earlier readers achieve higher accuracy than recurrent networks."),
)


def test_problem_code_and_tools_contribute() -> None:
    """A sentence of the introduction's opening in the words of the title, a repository and a tool count; a pointer to a table does not."""
    found = readings(document(*OPENED, title="Recurrent readers for answering questions"))
    assert [one.contributes >= CONTRIBUTES for one in found] == [True, False, True, True, False, False]


TOLD: tuple[tuple[str, bool], ...] = (
    ("Recurrent networks have been used for years .", False),
    ("They read a text word by word .", False),
    ("Previous readers look at one sentence only .", False),
    ("Earlier answers were chosen at random .", False),
    ("In this paper , we propose a gated reader .", True),
    ("The gates are computed from the words of the question .", True),
    ("Then , a second layer joins what passes the gates .", True),
    ("However , previous readers suffer from long texts .", False),
    ("Our contributions are summarized as follows :", False),
    ("A gated reader with two layers is given .", False),
    ("Section 2 describes the reader .", False),
)


def test_proposal_goes_on_until_the_summary() -> None:
    """What follows the first proposal of an introduction belongs to it; others' work in between and the summary behind it do not."""
    found = readings(document(*(("introduction", text) for text, _ in TOLD), title="A gated reader"))
    assert [one.contributes >= CONTRIBUTES for one in found] == [told for _, told in TOLD]


def test_titles_of_sections_weigh_results() -> None:
    """The same sentence counts for more among results than among a closer look, and a hyper-parameter for more in a set-up."""
    result, set_up = "Our model improves accuracy by 3.2 points .", "We use a learning rate of 0.1 ."
    odds = {
        (title, text): experiment_probability(title, text, set(cues_of(text)), own=True)
        for title in ("Main results", "Error analysis", "Training details")
        for text in (result, set_up)
    }
    assert odds["Main results", result] > CONTRIBUTES > odds["Error analysis", result]
    assert odds["Training details", set_up] > CONTRIBUTES > odds["Main results", set_up]


FRAMES = [
    ("As shown in Figure 1, EViT is faster.", "EViT is faster."),
    ("Referring to Table 3, we see that EViT is faster.", "EViT is faster."),
    ("Our experiments show that EViT is faster (Table 9).", "EViT is faster."),
    ("Note that EViT is faster.", "EViT is faster."),
    ("Our findings suggest that EViT is faster.", "Our findings suggest that EViT is faster."),
    ("EViT shows that pruning helps.", "EViT shows that pruning helps."),
]


@pytest.mark.parametrize(("text", "alone"), FRAMES)
def test_frames_that_assert_nothing_are_left_out(text: str, alone: str) -> None:
    """Who found a thing and in which table is no part of the claim; what weakens it is."""
    assert standalone(text) == alone
