"""The flow diagram of a search in both of its forms: it adds up, it reads well, and no text in it has any power."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from builders import make_paper, make_provenance, make_run
from hypothesis import given
from hypothesis import strategies as st

from synth.model import SearchEntry
from synth.model.flow import NO_TEXT, UNUSABLE, Flow, SourceFlow, flow
from synth.report.markdown import Markdown
from synth.report.mermaid import flowchart, inert
from synth.report.page import Page
from synth.report.prisma import stages
from synth.report.svg import COLUMN, PAD, drawing

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    '"] --> x["<script>alert(1)</script>"]',
    '%%{init: {"theme": "dark"}}%%',
    'click kept1 href "javascript:alert(1)"',
    "#quot;#93; &quot; &#34; ﬂ°°34¶ß",
    "1) a list",
    "- a list\n```\n# out of the block",
    "**b** _i_ `code` $$x$$ [l](http://x) fa:fa-car",
    "]]></style><style>text{display:none}</style>",
    "end",
    "\x1b[31m\u202eback",
)


def numbers_of(reason: str, source: str = "openalex") -> Flow:
    """One source of whose seven records two were left out for this reason."""
    return Flow(sources=(SourceFlow(source=source, asked=1, received=7, excluded=((reason, 2),)),), read=5)


def texts(svg: str) -> list[str]:
    """What the drawing shows, without the indents and glue of its lines."""
    return [(each.text or "").replace("\N{NO-BREAK SPACE}", " ").strip() for each in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_rows_are_those_of_prisma_2020() -> None:
    """Every box says in PRISMA's words how many, and each reason stands where records leave for it."""
    excluded = (("older than 2020", 3), (NO_TEXT, 2), (UNUSABLE, 1))
    one = SourceFlow(source="openalex", asked=2, received=20, duplicates=4, excluded=excluded, partial=1)
    two = SourceFlow(source="crossref", asked=2, failed=2)
    rows = stages(Flow(sources=(one, two), read=9))
    out = [(row.left_out.heading, row.left_out.parts) if row.left_out else ("", ()) for row in rows]
    told = [(row.name, row.kept.heading, row.kept.parts, *left) for row, left in zip(rows, out, strict=True)]
    assert told == [
        (
            "Identification",
            "Records identified (n = 20)",
            ("openalex (n = 20), 1 of 2 queries incomplete", "crossref (n = 0), 2 of 2 queries failed"),
            "Records removed before screening (n = 5)",
            ("Duplicate records (n = 4)", "No paper: without a title or an id, or a notice on another paper (n = 1)"),
        ),
        ("Screening", "Records screened (n = 15)", (), "Records excluded (n = 3)", ("older than 2020 (n = 3)",)),
        ("Retrieval", "Reports sought for retrieval (n = 12)", (), "Reports not retrieved (n = 2)", ()),
        (
            "Eligibility",
            "Reports assessed for eligibility (n = 10)",
            (),
            "Reports excluded (n = 1)",
            ("damaged, without text, or a copy of one that is read",),
        ),
        ("Included", "Studies included in the review (n = 9)", (), "", ()),
    ]


def test_many_reasons_are_summed_and_none_is_lost() -> None:
    """Of twelve reasons the most frequent are named, and the rest are one line with the records of all of them."""
    reasons = tuple((f"not in cs.{number}", 20 - number) for number in range(12))
    total = sum(count for _, count in reasons)
    box = stages(Flow(sources=(SourceFlow(source="arxiv", received=total, excluded=reasons),)))[1].left_out
    assert box is not None
    assert box.parts[-1] == "5 other reasons (n = 55)"
    assert sum(int(re.findall(r"\(n = (\d+)\)", part)[-1]) for part in box.parts) == box.count == total


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_adds_nothing_to_the_chart(text: str) -> None:
    """In Mermaid the chart has the same lines and arrows as with a harmless text, and no mark that means anything."""
    chart, harmless = (flowchart(stages(numbers_of(each, each))) for each in (text, "harmless"))
    assert len(chart.splitlines()) == len(harmless.splitlines())
    shape = [re.sub(r'"[^"]*"', '""', each) for each in (chart, harmless)]
    assert shape[0] == shape[1]
    labels = re.findall(r'"([^"]*)"', chart)
    assert all(re.fullmatch(r"(?:[\w ,:=()\N{NO-BREAK SPACE}]|#\d+;|<br/>)*", label) for label in labels)
    assert not any(re.search(r"(?:^|<br/>)\d+\)|_|ﬂ°", label) for label in labels)


@given(st.text())
def test_any_text_comes_out_of_its_codes_as_it_went_in(text: str) -> None:
    """Decoding the codes gives what is visible of the text, so nothing is lost by taking its power."""
    from synth.report.escape import plain

    decoded = re.sub(r"#(\d+);", lambda match: chr(int(match[1])), inert(text))
    assert decoded.replace("\N{ZERO WIDTH SPACE}", "") == plain(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_adds_nothing_to_the_drawing(text: str) -> None:
    """In SVG it is the text of a text: no element, attribute or style more than with a harmless one, and it can be read."""
    drawn, harmless = (ET.fromstring(drawing(stages(numbers_of(each)))) for each in (text, "harmless"))

    def others(root: ET.Element) -> list[tuple[str, list[str]]]:
        return [(each.tag, sorted(each.attrib)) for each in root.iter() if each.tag != f"{SVG}text"]

    assert others(drawn) == others(harmless)
    assert drawn.find(f"{SVG}style").text == harmless.find(f"{SVG}style").text  # type: ignore[union-attr]
    assert "(n = 2)" in " ".join(texts(drawing(stages(numbers_of(text)))))


def test_a_hostile_page_has_one_drawing_and_no_script() -> None:
    """Rendered whole, names and reasons of servers stay text in Markdown and HTML, and nothing may be loaded."""
    log = tuple(SearchEntry(source=text, query=text, state="ok", received=1, excluded=((text, 1),), reason=text) for text in HOSTILE)
    run = make_run(search_log=log, papers=())
    assert Markdown().render(run, make_provenance()).count("```") == 2
    page = Page().render(run, make_provenance())
    assert "<script" not in page
    assert "<style>text" not in page
    assert (page.count("<svg"), page.count("</svg>"), page.count("flowchart")) == (1, 1, 0)
    assert "default-src 'none'" in page
    root = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on") or "href" in name]


def test_a_listener_is_told_every_number() -> None:
    """Title and description carry the diagram for those who cannot see it, in both forms."""
    rows = stages(numbers_of("older than 2020"))
    root = ET.fromstring(drawing(rows))
    title, told = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {told.get('id')}"
    headings = [box.heading for row in rows for box in (row.kept, row.left_out) if box]
    assert all(heading in (told.text or "") for heading in headings)
    assert all(heading in flowchart(rows).splitlines()[2] for heading in headings)


@pytest.mark.parametrize(
    "reason", ["older than 2020", "a reason of many words " * 40, "x" * 400, "長い理由" * 50], ids=["short", "long", "one word", "wide"]
)
def test_every_line_lies_in_its_box_and_no_box_on_another(reason: str) -> None:
    """However long the text and however many the sources, lines fit in height and width, and boxes stand apart."""
    from rich.cells import cell_len

    sources = tuple(SourceFlow(source=f"source{number}", asked=1, received=2, excluded=((reason, 1),)) for number in range(10))
    root = ET.fromstring(drawing(stages(Flow(sources=sources, read=10))))
    boxes = [
        [int(each.get(name, "")) for name in ("x", "y", "width", "height")]
        for each in root.iter(f"{SVG}rect")
        if each.get("class") in ("kept", "out")
    ]
    assert len(boxes) == 9
    for x in {box[0] for box in boxes}:
        column = sorted(box for box in boxes if box[0] == x)
        assert all(above[1] + above[3] < below[1] for above, below in pairwise(column))
    for line in (each for each in root.iter(f"{SVG}text") if not each.get("transform")):
        x, y = int(line.get("x", "")), int(line.get("y", ""))
        assert any(box[0] < x < box[0] + box[2] and box[1] + 10 < y < box[1] + box[3] for box in boxes), line.text
        assert cell_len(line.text or "") * 7 <= COLUMN - 2 * PAD


def test_a_log_that_does_not_add_up_is_not_drawn() -> None:
    """More papers than full texts: a line says so, in place of a diagram with numbers below zero."""
    entry = SearchEntry(source="arxiv", query="q", state="ok", received=1)
    run = make_run(search_log=(entry,), papers=(make_paper(), make_paper(id="arxiv:2401.00001", arxiv_id="2401.00001")))
    assert not flow(run.search_log, 2).adds_up
    text = Markdown().render(run, make_provenance())
    assert "mermaid" not in text
    assert "leads to 1 full texts, and 2 papers were read" in text
    assert "<svg" not in Page().render(run, make_provenance())


def test_a_run_that_sent_no_query_has_no_diagram() -> None:
    """There is nothing to draw."""
    text = Markdown().render(make_run(), make_provenance())
    assert "mermaid" not in text
    assert "No query was sent." in text


def test_each_source_has_a_row_with_what_became_of_its_records() -> None:
    """Asked, failed, throttled, promised, received, merged, left out with the reason, and full texts stand side by side."""
    entries = (
        SearchEntry(source="openalex", query="a", state="ok", promised=90, received=5, duplicates=1, excluded=(("older than 2020", 2),)),
        SearchEntry(source="openalex", query="b", state="throttled", throttled=4, reason="HTTP 429"),
    )
    text = Markdown().render(make_run(search_log=entries), make_provenance())
    assert "| openalex | 2 | 1 | 4 | 90 | 5 | 1 | 2 older than 2020 | 2 |" in text
