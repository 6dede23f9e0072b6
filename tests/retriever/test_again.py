"""A second look: what was read stays, what a first run would read today comes in, and only a source's word takes a paper out."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from test_retrieve import QUESTION, Shelf, make_paper

from synth.errors import NothingRetrieved
from synth.model import Paper, SearchEntry
from synth.retriever.again import SecondLook, look_again
from synth.store.embedding import Embedder

BEST = make_paper("best", "Token merging speeds up vision transformers")
GOOD = make_paper("good", "Token merging makes vision transformers faster at inference")
FAIR = make_paper("fair", "A survey of neural networks and transformers", year=2024)
POOR = make_paper("poor", "Soil bacteria in rice fields")


class Registry(Shelf):
    """A source that knows what was taken back."""

    notices: dict[str, str] = {}  # noqa: RUF012

    def retracted(self, papers: Sequence[Paper]) -> tuple[dict[str, str], tuple[SearchEntry, ...]]:
        """The notices on those of the papers that have one."""
        return {paper.id: self.notices[paper.id] for paper in papers if paper.id in self.notices}, ()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    """The packaged model."""
    return Embedder()


def looked(held: Sequence[Paper], source: Shelf, embedder: Embedder, most: int = 2, **terms: object) -> SecondLook:
    """A second look at a run that read these papers of the source."""
    papers = [paper.model_copy(update={"source": source.name}) for paper in held]
    return look_again(QUESTION, papers, [source], [source], embedder=embedder, max_papers=most, **terms)  # type: ignore[arg-type]


def new(found: SecondLook) -> list[str]:
    """Ids of the papers that come in."""
    return [item.paper.id for item in found.fetched]


def test_nothing_is_fetched_where_nothing_is_new(embedder: Embedder) -> None:
    """The papers that the run read are not fetched again, and those that ranked below it still do."""
    source = Shelf(BEST, GOOD, FAIR, POOR)
    found = looked([BEST, GOOD], source, embedder)
    assert (new(found), source.fetched, found.skipped, found.notices) == ([], [], (), ())
    assert [(each.paper.id, each.newer, each.taken_back) for each in found.standings] == [("best", None, ""), ("good", None, "")]
    (entry,) = found.log
    assert entry.received == entry.duplicates + sum(count for _, count in entry.excluded) + 2


def test_a_new_paper_comes_in_where_it_ranks(embedder: Embedder) -> None:
    """It is read if a first run would read it today; the one that it pushes out of the best stays all the same."""
    assert new(looked([GOOD, FAIR], Shelf(BEST, GOOD, FAIR), embedder)) == ["best"]
    assert new(looked([BEST, GOOD], Shelf(BEST, GOOD, POOR), embedder)) == []
    assert [each.paper.id for each in looked([GOOD, FAIR], Shelf(BEST, GOOD, FAIR), embedder).standings] == ["good", "fair"]


def test_a_new_paper_that_cannot_be_had_makes_room_for_the_next(embedder: Embedder) -> None:
    """The place of a paper without a full text goes to the next one, and the reason is told."""
    found = looked([GOOD], Shelf(BEST, GOOD, FAIR, POOR, refuse="best"), embedder)
    assert new(found) == ["fair"]
    assert [item.reason for item in found.skipped] == ["it fell behind the shelf"]


def test_a_retracted_paper_gives_its_place_to_the_next(embedder: Embedder) -> None:
    """A notice takes a paper out; the next best is read as a first run would, and the retracted one is not taken for new."""
    source = Registry(BEST, GOOD, FAIR)
    source.notices = {"best": "retracted 2025-02-03"}
    found = looked([BEST, GOOD], source, embedder)
    assert [each.taken_back for each in found.standings] == ["retracted 2025-02-03", ""]
    assert new(found) == ["fair"]
    assert dict(found.log[0].excluded) == {"withdrawn or retracted": 1}
    source.notices = {}
    back = BEST.model_copy(update={"withdrawn": True, "notice": "retracted 2025-02-03", "source": "shelf"})
    again = looked([back, GOOD, FAIR], source, embedder)
    assert (new(again), [each.paper.id for each in again.standings]) == ([], ["good", "fair"])


def test_a_paper_that_its_source_no_longer_has_stays(embedder: Embedder) -> None:
    """It is named in a notice, and it is neither taken back nor replaced."""
    found = looked([GOOD, FAIR], Shelf(GOOD), embedder)
    assert found.notices == (f"{FAIR.title}: shelf no longer has it; it stays as it was read",)
    assert [each.taken_back for each in found.standings] == ["", ""]


def test_a_source_that_is_down_takes_nothing_away(embedder: Embedder) -> None:
    """Beside one that answers it is a notice; where no source answers there is no second look."""
    up, down = Shelf(GOOD, name="up"), Shelf(name="down", state="unavailable")
    held = [GOOD.model_copy(update={"source": "up"}), FAIR.model_copy(update={"source": "down"})]
    found = look_again(QUESTION, held, [up, down], [up, down], embedder=embedder, max_papers=2)
    assert [each.taken_back for each in found.standings] == ["", ""]
    assert found.notices[0] == "down gave nothing (unavailable): the shelf is closed"
    with pytest.raises(NothingRetrieved, match="no source answered: down unavailable: the shelf is closed; the run stays as it is"):
        look_again(QUESTION, [], [down], [down], embedder=embedder)
