"""Any research question has facets, and what no document covers is said in words."""

from __future__ import annotations

import pytest

from synth.errors import UsageError
from synth.model import Cell, Document, Facet, Paper, Passage, Question, Table
from synth.retriever.coverage import speaks_of
from synth.retriever.facets import question_of, uncovered
from synth.retriever.queries import arxiv_queries

SEED = (
    "What is the impact of self-attention mechanism complexity reduction techniques on the inference throughput of ViTs in code "
    "generation tasks, measured by tokens per second on MBPP?"
)


def roles(text: str) -> list[tuple[str, str]]:
    return [(facet.role, facet.text) for facet in question_of(text).facets]


def make_document(*sentences: str, title: str = "A title", tables: tuple[Table, ...] = ()) -> Document:
    text = " ".join(sentences)
    passages = tuple(
        Passage(paper_id="p", text=sentence, start=text.index(sentence), end=text.index(sentence) + len(sentence)) for sentence in sentences
    )
    paper = Paper(id="p", title=title)
    return Document(paper=paper, source_digest="0" * 64, media="markdown", text=text, passages=passages, tables=tables)


def make_table(caption: str, *cells: tuple[str, str, str]) -> Table:
    return Table(
        paper_id="p",
        index=0,
        caption=caption,
        cells=tuple(
            Cell(row=i, column=1, text=text, row_path=(row,), column_path=(column,)) for i, (row, column, text) in enumerate(cells)
        ),
    )


def test_the_seed_question() -> None:
    """Method, metrics, model, task and data set are told apart."""
    assert roles(SEED) == [
        ("method", "self-attention mechanism complexity reduction"),
        ("metric", "inference throughput"),
        ("model", "ViTs"),
        ("task", "code generation tasks"),
        ("metric", "tokens per second"),
        ("dataset", "MBPP"),
    ]
    model = question_of(SEED).facets_of("model")[0]
    assert model.terms[0] == "ViTs"
    assert "vision transformer" in model.terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "How does knowledge distillation affect the calibration of BERT on SST-2?",
            [("method", "knowledge distillation"), ("metric", "calibration"), ("model", "BERT"), ("dataset", "SST-2")],
        ),
        (
            "Does weight decay cause grokking in modular arithmetic?",
            [("method", "weight decay"), ("method", "grokking"), ("task", "modular arithmetic")],
        ),
        (
            "Can spiking neural networks reach the accuracy of CNNs on CIFAR-10 with lower energy consumption?",
            [
                ("model", "spiking neural networks"),
                ("metric", "accuracy"),
                ("model", "CNNs"),
                ("dataset", "CIFAR-10"),
                ("metric", "energy consumption"),
            ],
        ),
        (
            "What is the effect of quantization-aware training on perplexity of LLaMA-7B on WikiText-2?",
            [("method", "quantization-aware training"), ("metric", "perplexity"), ("model", "LLaMA-7B"), ("dataset", "WikiText-2")],
        ),
        (
            "Does sharpness-aware minimisation improve generalization measured by the Foo score on FooBench?",
            [("method", "sharpness-aware minimisation"), ("metric", "generalization"), ("metric", "Foo score"), ("dataset", "FooBench")],
        ),
        ("Is EViT faster than ToMe at DeiT-S?", [("method", "EViT"), ("method", "ToMe"), ("model", "DeiT-S")]),
        ("How robust are ViTs?", [("metric", "robust"), ("model", "ViTs")]),
        ("Does token merging speed up ViTs?", [("method", "token merging"), ("metric", "speed up"), ("model", "ViTs")]),
    ],
)
def test_questions_of_other_subjects(text: str, expected: list[tuple[str, str]]) -> None:
    """Known names, names that only look like one, and phrases that nobody listed all become facets."""
    assert roles(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "?!", "\x00\x1b", "pruning", " pruning? "])
def test_no_question(text: str) -> None:
    """An empty question and a single word are refused in one line that shows what to ask."""
    with pytest.raises(UsageError, match=r"the question is empty|one word is no question") as caught:
        question_of(text)
    assert "\n" not in str(caught.value)


def test_a_question_about_nothing() -> None:
    """Words that name no subject cannot be searched for."""
    with pytest.raises(UsageError, match="names nothing to search for"):
        question_of("What is the effect of it?")


@pytest.mark.parametrize(
    "text",
    ["transformer " * 3000, "a" * 20_000 + " b" * 10, "ViT\u202e\x1b[31m (ti: AND \"x' OR) what", "视觉变换器中的令牌修剪是否提高吞吐量"],
)
def test_odd_questions_do_no_harm(text: str) -> None:
    """Long, hostile and Chinese text gives facets or a clear refusal, and never an unbalanced query."""
    question = question_of(text)
    for query in arxiv_queries(question):
        assert query.count("(") == query.count(")")
        assert query.count('"') % 2 == 0
        assert "\x1b" not in query


def test_every_question_gives_a_query() -> None:
    """One facet is enough to ask."""
    assert arxiv_queries(Question(text="x y", facets=(Facet(role="method", text="weight decay", terms=("weight decay",)),))) == (
        '(ti:"weight decay" OR abs:"weight decay")',
    )


def test_uncovered_names_each_missing_facet_and_combination() -> None:
    """For the seed: vision transformers and MBPP are each spoken of, but no paper reports tokens per second on MBPP for them."""
    vision = make_document(
        "Vision transformers are slow.",
        "Token pruning lowers the attention complexity by reduction of tokens.",
        "EViT reaches 4385 images/s of throughput.",
    )
    code = make_document(
        "Code generation is evaluated on MBPP.", "The model decodes 40 tokens per second.", "Our model solves 58% of MBPP."
    )
    lines = uncovered(question_of(SEED), [vision, code])
    assert lines == (
        "No retrieved paper reports “inference throughput” on “MBPP”.",
        "No retrieved paper reports “tokens per second” on “MBPP”.",
        "No retrieved paper speaks of both “self-attention mechanism complexity reduction” and “code generation tasks”.",
        "No retrieved paper speaks of both “ViTs” and “code generation tasks”.",
        "No retrieved paper speaks of both “ViTs” and “MBPP”.",
        "No retrieved paper speaks of both “self-attention mechanism complexity reduction” and “MBPP”.",
        "No retrieved paper that speaks of “ViTs” reports “inference throughput” on “MBPP”.",
        "No retrieved paper that speaks of “ViTs” reports “tokens per second” on “MBPP”.",
    )


def test_a_missing_facet_is_said_and_the_whole_with_it() -> None:
    """The combination that the question is about is named even where a part is missing by itself."""
    lines = uncovered(question_of(SEED), [make_document("Vision transformers run fast.")])
    assert "No retrieved paper speaks of “MBPP”." in lines
    assert "No retrieved paper that speaks of “ViTs” reports “tokens per second” on “MBPP”." in lines
    assert "No retrieved paper speaks of both “ViTs” and “MBPP”." not in lines


def test_a_question_that_is_answered_has_nothing_uncovered() -> None:
    """One document that reports the metric on the data set for the model covers it, by a sentence or by a table."""
    question = question_of("What is the top-1 accuracy of EViT on ImageNet with vision transformers?")
    told = make_document("EViT is a method for vision transformers.", "On ImageNet-1k EViT reaches a top-1 accuracy of 79.5%.")
    shown = make_document("EViT is a method for ViTs.", tables=(make_table("Results on ImageNet", ("EViT", "Top-1", "79.5")),))
    assert uncovered(question, [told]) == uncovered(question, [shown]) == ()


def test_a_metric_named_without_a_number_is_not_reported() -> None:
    """A sentence that only names both has no result; the digits of "CIFAR-10" and "top-1" are none."""
    question = question_of("What is the top-1 accuracy of EViT on CIFAR-10?")
    line = "No retrieved paper reports “top-1 accuracy” on “CIFAR-10”."
    assert line in uncovered(question, [make_document("We measure the top-1 accuracy of EViT on CIFAR-10.")])
    assert line not in uncovered(question, [make_document("The top-1 accuracy of EViT on CIFAR-10 is 91.2.")])


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It contains no vision transformer.", False),
        ("There is no measurement of vision transformers here.", False),
        ("We do not evaluate any of the larger vision transformers.", False),
        ("We prune vision transformers.", True),
        ("There is no vision transformer overhead.", True),
        ("Nothing here has no ViT, but EViT speeds up a ViT.", True),
    ],
)
def test_a_denial_does_not_cover(sentence: str, expected: bool) -> None:
    """A sentence that says that something is not there is not about it; "no accuracy loss" is about accuracy."""
    assert speaks_of(sentence, question_of("How fast are ViTs?").facets_of("model")[0]) is expected


def test_no_documents_cover_nothing() -> None:
    """Without papers the answer is one line."""
    assert uncovered(question_of(SEED), []) == ("No paper was read, so nothing of the question is covered.",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We reduce the complexity of the self-attention mechanism.", True),
        ("Efficient attention for all.", True),
        ("A mechanism of attention.", False),
        ("", False),
    ],
)
def test_a_phrase_is_spoken_of_by_its_words_or_its_names(text: str, expected: bool) -> None:
    """An unknown phrase counts as named where all its words stand in one sentence, in any order and ending."""
    facet = Facet(role="method", text="self-attention mechanism complexity reduction", terms=("efficient attention",))
    assert speaks_of(text, facet) is expected
