"""A run that is kept alive: new versions, new papers and papers taken back are found, and only what they touch is heard again."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from living import (
    AGAINST,
    ALPHA,
    APART,
    BETA,
    BODIES,
    CLAIM,
    FILLER,
    NUMBER,
    ArxivServer,
    HttpAnswer,
    first_run,
    library,
    put,
    services,
    stock,
    update,
)
from workplace import Answer, call, claims_file, kept, report_file, rows, start, until

from synth.reader import shelf
from synth.retriever.crossref import CrossrefSource
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace
from synth.verifier import hearing

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
DELTA = "2401.00004"
DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:]+\+00:00)?")


@pytest.fixture(scope="module")
def first(bare_settings: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ArxivServer, Path]]:
    """arXiv, and a workspace with a run over its three papers; to be copied."""
    root = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch, library(patch) as running:
        assert first_run(root).code == 0
        yield running, root


@pytest.fixture
def server(first: tuple[ArxivServer, Path]) -> ArxivServer:
    """arXiv as it was when the run was made."""
    stock(first[0])
    return first[0]


@pytest.fixture
def place(first: tuple[ArxivServer, Path], tmp_path: Path) -> Path:
    """A workspace with the run."""
    return Path(shutil.copytree(first[1], tmp_path / "living"))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts of the claims that a witness was asked about, and the names of other costly steps, as they happen."""
    calls: list[str] = []

    def count(place: object, name: str, label: Callable[..., str]) -> None:
        real = getattr(place, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            calls.append(label(*arguments))
            return real(*arguments, **options)

        monkeypatch.setattr(place, name, counted)

    count(shelf.Shelf, "_fresh", lambda *rest: "read")
    count(Embedder, "_compute", lambda *rest: "embedded")
    for witness in (hearing.TextWitness, hearing.TableWitness, hearing.RerunWitness):
        count(witness, "testify", lambda witness, claim: str(claim.text))
    return calls


def record(workspace: Path) -> dict[str, Any]:
    """run.json of the one run."""
    return dict(json.loads((report_file(workspace).parent / "run.json").read_text("utf-8")))


def by_text(answer: Answer) -> dict[str, dict[str, Any]]:
    """The claims of an update by their text."""
    return {each["text"]: each for each in answer.data["claims"]}


def test_nothing_changed_hears_nothing(server: ArxivServer, place: Path, heard: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No witness, no reading, no embedding and no download; the claims table is the same bytes, the report too but for its date."""
    table, report, before, asked = (
        claims_file(place).read_bytes(),
        report_file(place).read_text(),
        record(place),
        len(server.calls),
    )
    heard.clear()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    answer = update(place)
    assert (answer.code, answer.err, answer.data["changed"], answer.data["claims"]) == (0, "", False, [])
    assert heard == []
    assert all(call.path == "/api/query" for call in server.calls[asked:])
    assert len(server.calls) > asked
    assert claims_file(place).read_bytes() == table
    assert report_file(place).read_text() != report
    assert DATE.sub("", report_file(place).read_text()) == DATE.sub("", report)
    after = record(place)
    assert [each["provenance"]["finished"] for each in after.pop("updates")] == ["2026-09-21T14:13:20+00:00"]
    assert before.pop("updates") == []
    assert DATE.sub("", json.dumps(after)) == DATE.sub("", json.dumps(before))
    assert "nothing changed" in call("run", "--update", "-w", place).out


def test_a_changed_number_is_heard_where_it_speaks(server: ArxivServer, place: Path, heard: list[str]) -> None:
    """A version with another number: the claim keeps its name, it and those that the sentence speaks of are heard, no others."""
    before = rows(place)
    put(server, ALPHA, f"{NUMBER.format('77.4')} {FILLER}", 2)
    heard.clear()
    answer = update(place)
    assert answer.code == 0, answer.err
    assert answer.data["documents"][0] | {"event": "new version", "before": "v1", "after": "v2"} == answer.data["documents"][0]
    own, other = by_text(answer)[NUMBER.format("77.4")], by_text(answer)[CLAIM]
    assert set(by_text(answer)) == {NUMBER.format("77.4"), CLAIM, AGAINST} == set(heard) - {"read", "embedded"}
    assert own["claim_id"] == before[NUMBER.format("79.4")]["id"]
    assert (own["text_before"], own["reasons"]) == (NUMBER.format("79.4"), ["its paper has a new version (v1 → v2)"])
    assert other["reasons"] == ["other passages speak of it: “Alpha: Merging Tokens of Vision Transformers”"]
    assert rows(place)[APART] == before[APART]
    assert (record(place)["papers"][0]["arxiv_version"], len(record(place)["updates"])) == (2, 1)
    assert "new version v1 → v2: Alpha: Merging Tokens of Vision Transformers" in report_file(place).read_text()
    assert update(place).data["changed"] is False


def test_a_new_paper_refutes_a_claim(server: ArxivServer, place: Path) -> None:
    """Exit code 1 and the verdict before and after; its own claims are in the table, those that it does not touch as they were."""
    before = rows(place)
    assert before[CLAIM]["verdict"] == "UNVERIFIED"
    put(server, DELTA, "Random pruning does not achieve higher accuracy than Top-K pruning on ImageNet-1K with DeiT-S.")
    answer = update(place)
    told = by_text(answer)[CLAIM]
    assert (told["before"], told["after"]) == ("UNVERIFIED", "REFUTED")
    assert answer.code == 1
    assert before[CLAIM]["id"] in answer.data["newly_refuted"]
    assert rows(place)[APART] == before[APART]
    assert any(each["before"] is None and each["after"] for each in answer.data["claims"])
    assert f"UNVERIFIED {told['confidence_before']:.2f} → REFUTED {told['confidence_after']:.2f}" in report_file(place).read_text()
    assert update(place).code == 0


def test_a_paper_that_is_withdrawn_leaves_the_evidence(server: ArxivServer, place: Path) -> None:
    """It is marked and named, its claims stay with a note, and nothing rests on its passages any more."""
    put(server, BETA, AGAINST, 2, comment="This paper has been withdrawn by the authors due to an error.")
    answer = update(place)
    (change,) = answer.data["documents"]
    assert (change["event"], change["paper_id"]) == ("taken back", f"arxiv:{BETA}")
    assert "withdrawn by the authors" in change["reason"]
    after = rows(place)
    assert any("was taken back" in note for note in after[AGAINST]["notes"])
    assert f"arxiv:{BETA}" not in json.dumps([item["quotes"] for row in after.values() for item in row["evidence"]])
    assert [paper["withdrawn"] for paper in record(place)["papers"] if paper["id"] == f"arxiv:{BETA}"] == [True]
    assert "(taken back)" in report_file(place).read_text()
    assert update(place).data["changed"] is False


def test_reviews_survive(server: ArxivServer, place: Path) -> None:
    """A decision stays with a claim that is worded otherwise now, and one on a claim that is gone stays in the file."""
    names = {text: row["id"] for text, row in rows(place).items()}
    for text in (NUMBER.format("79.4"), AGAINST):
        assert call("claims", "accept", names[text], "--note", "seen", "-w", place).code == 0
    put(server, ALPHA, f"{NUMBER.format('77.4')} {FILLER}", 2)
    put(server, BETA, "EViT processes more images per second than DeiT-S.", 2)
    answer = update(place)
    assert by_text(answer)[NUMBER.format("77.4")]["is_reviewed"]
    assert by_text(answer)[AGAINST]["after"] is None
    assert rows(place)[NUMBER.format("77.4")]["review"]["note"] == "seen"
    (earlier,) = json.loads(claims_file(place).read_text())["reviews_of_earlier_claims"]
    assert (earlier["id"], earlier["review"]["note"]) == (names[AGAINST], "seen")
    assert "A person had decided on it as it was: look again." in report_file(place).read_text()


def test_a_source_that_is_down_changes_nothing(server: ArxivServer, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no source answers the run stays byte for byte and the exit code is 3; offline is no other case."""
    files = {path: path.read_bytes() for path in place.rglob("*") if path.is_file() and ".synth" not in path.parts}
    for more, url in (((), "http://127.0.0.1:9"), (("--offline",), server.url)):
        monkeypatch.setenv("SYNTH_ARXIV_URL", url)
        answer = update(place, *more)
        assert (answer.code, answer.out, answer.err.count("\n")) == (3, "", 1)
        assert "the run stays as it is" in answer.err
        assert {path: path.read_bytes() for path in files} == files


def test_a_version_that_cannot_be_had_leaves_the_earlier_one(server: ArxivServer, place: Path) -> None:
    """The new PDF fails: a notice names the paper, nothing is heard again, and the next update reads it."""
    before = rows(place)
    put(server, ALPHA, f"{NUMBER.format('77.4')} {FILLER}", 2)
    good, server.pdfs[f"{ALPHA}v2"] = server.pdfs[f"{ALPHA}v2"], HttpAnswer(403)
    answer = update(place)
    assert (answer.code, answer.data["changed"]) == (0, False)
    assert "a new version could not be read, the earlier one stays" in answer.err
    assert rows(place) == before
    server.pdfs[f"{ALPHA}v2"] = good
    assert update(place).data["documents"][0]["after"] == "v2"


def test_a_retraction_arrives(server: ArxivServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While Crossref is down there is a notice and nothing changes; when it tells of a retraction the paper leaves the evidence."""
    monkeypatch.setattr(CrossrefSource, "pause", 0.0)
    put(server, BETA, AGAINST, dois=("10.1234/beta",))
    with services.serve() as service:
        monkeypatch.setenv("SYNTH_CROSSREF_URL", service.url)
        work = services.Work(1, title="Beta: A Comparison of Token Pruning", own_doi="10.1234/beta", authors=("Person2 Family2",))
        service.speaks, service.works = "crossref", [work]
        first_run(tmp_path, "--source", "crossref")
        before = rows(tmp_path)
        monkeypatch.setenv("SYNTH_CROSSREF_URL", "http://127.0.0.1:9")
        answer = update(tmp_path)
        assert (answer.code, answer.data["changed"], rows(tmp_path)) == (0, False, before)
        assert "crossref gave nothing (unavailable)" in answer.err
        assert "crossref gave nothing" in report_file(tmp_path).read_text()
        monkeypatch.setenv("SYNTH_CROSSREF_URL", service.url)
        service.works = [replace(work, retracted=True)]
        (change,) = update(tmp_path).data["documents"]
    assert (change["event"], change["reason"]) == ("taken back", "retracted 2025-02-03, notice 10.1234/notice")
    assert "crossref gave nothing" not in report_file(tmp_path).read_text()


def test_a_killed_update_leaves_the_run(done: Path, copy: Path, tmp_path: Path) -> None:
    """kill -9 while claims are heard: the files of the run are the old ones, and the next update ends as an undisturbed one."""
    papers = Path(shutil.copytree(done / "papers", tmp_path / "changed"))
    text = (papers / "alpha.md").read_text("utf-8")
    (papers / "alpha.md").write_text(text.replace("Top-K | 79.4", "Top-K | 71.4"), "utf-8")
    (circumstances,) = copy.glob("reports/*/run.json")
    circumstances.write_text(circumstances.read_text("utf-8").replace(str(done / "papers"), str(papers)), "utf-8")
    undisturbed = Path(shutil.copytree(copy, tmp_path / "undisturbed"))
    files = {path: path.read_bytes() for part in ("claims", "reports") for path in (copy / part).rglob("*") if path.is_file()}
    known = kept(copy, "evidence")
    started = start("run", "--update", "--offline", "-w", copy)
    assert until(started, lambda: kept(copy, "evidence") > known)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    assert {path: path.read_bytes() for path in files} == files
    answers = [update(place, "--offline") for place in (copy, undisturbed)]
    assert [answer.data["claims"] for answer in answers] == [answers[0].data["claims"]] * 2 != [[], []]
    assert claims_file(copy).read_bytes() == claims_file(undisturbed).read_bytes()


def test_the_papers_of_a_list_are_looked_after(server: ArxivServer, tmp_path: Path) -> None:
    """A paper of a BibTeX file that arXiv withdrew is taken back, and a version that the file names stays though there is a newer one."""
    entries = ((ALPHA, "v1", "Alpha: Merging Tokens of Vision Transformers"), (BETA, "", "Beta: A Comparison of Token Pruning"))
    text = "\n".join(f"@misc{{x{base}, title={{{title}}}, eprint={{{base}{version}}}, year={{2024}}}}" for base, version, title in entries)
    (tmp_path / "papers.bib").write_text(text, "utf-8")
    first_run(tmp_path, "--source", f"list:{tmp_path / 'papers.bib'}", source="")
    assert {NUMBER.format("79.4"), AGAINST} <= rows(tmp_path).keys()
    put(server, ALPHA, f"{NUMBER.format('77.4')} {FILLER}", 2)
    put(server, BETA, AGAINST, 2, comment="This paper has been withdrawn by the authors due to an error.")
    answer = update(tmp_path)
    assert [(each["event"], each["paper_id"]) for each in answer.data["documents"]] == [("taken back", f"arxiv:{BETA}")], answer.err
    assert NUMBER.format("79.4") in rows(tmp_path)


def test_a_version_that_was_named_stays(server: ArxivServer, place: Path) -> None:
    """A run that was told to read v1 goes on reading v1."""
    first_run(place / "named", "--paper", f"{ALPHA}v1")
    put(server, ALPHA, f"{NUMBER.format('77.4')} {FILLER}", 2)
    assert update(place / "named").data["changed"] is False
    assert NUMBER.format("79.4") in rows(place / "named")


def test_a_claim_waits_for_a_text_that_cannot_be_had(server: ArxivServer, place: Path) -> None:
    """A finding that cites a text which is gone stays; when the text is back, that claim and the new ones are heard on it."""
    before = rows(place)
    shutil.rmtree(place / ".synth")
    good, server.pdfs[f"{BETA}v1"] = server.pdfs[f"{BETA}v1"], HttpAnswer(403)
    put(server, DELTA, "Random pruning does not achieve higher accuracy than Top-K pruning on ImageNet-1K with DeiT-S.")
    answer = update(place)
    assert "its text can no longer be had" in answer.err
    assert {before[CLAIM]["id"], before[AGAINST]["id"]} <= answer.data["waiting"].keys()
    assert {text: rows(place)[text] for text in before} == before
    server.pdfs[f"{BETA}v1"] = good
    answer = update(place)
    told = by_text(answer)[CLAIM]
    assert (told["before"], told["after"], answer.data["waiting"]) == ("UNVERIFIED", "REFUTED", {})
    assert told["reasons"][0].startswith("the last update could not hear it on all texts: the text of Beta")
    assert any(each["text"] not in before for each in answer.data["claims"])


def test_one_update_at_a_time(server: ArxivServer, place: Path) -> None:
    """While another process updates the run there is one line, exit code 3, and nobody is asked."""
    asked = len(server.calls)
    with Workspace(place).only_update(claims_file(place).stem):
        answer = update(place)
    assert (answer.code, answer.out, answer.err.count("\n")) == (3, "", 1)
    assert "another process is updating" in answer.err
    assert len(server.calls) == asked


def test_an_update_says_what_it_would_ask(server: ArxivServer, place: Path) -> None:
    """--dry-run names run, sources and papers, asks nobody and writes nothing; a run is found by its beginning and by its question."""
    asked, name = len(server.calls), claims_file(place).stem
    answer = update(place, "--dry-run")
    assert (answer.code, answer.data["run"], answer.data["sources"]) == (0, name, ["arxiv"])
    assert answer.data["papers"] == [f"arxiv:{base}" for base in BODIES]
    for known in (name, name[:8], answer.data["question"]):
        assert call("run", "--update", known, "--dry-run", "--json", "-w", place).data["run"] == name
        assert call("run", f"--update={known}", "--dry-run", "--json", "-w", place).data["run"] == name
    assert len(server.calls) == asked
    assert record(place)["updates"] == []


def test_what_an_update_cannot_do_is_one_line(server: ArxivServer, place: Path) -> None:
    """No run, an unknown run, a setting that makes another run: one clear line and exit code 2."""
    assert "start one with" in call("run", "--update", "-w", place / "empty").err
    unknown = call("run", "--update", "no-such-run", "-w", place)
    assert (unknown.code, unknown.err.count("\n")) == (2, 1)
    assert claims_file(place).stem in unknown.err
    other = call("run", "--update", "--max-papers", "3", "-w", place)
    assert (other.code, other.err.count("\n")) == (2, 1)
    assert "max_papers" in other.err
    assert call("run", "-w", place).code == 2
