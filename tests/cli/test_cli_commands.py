"""Every command on a small workspace: what it prints for people, and the same for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workplace import OPEN, PAPERS, QUESTION, REFUTED, VERIFIED, call, claims_file, report_file, rows, run_arguments, write_papers

VERDICTS = {VERIFIED: "VERIFIED", REFUTED: "REFUTED", OPEN: "UNVERIFIED"}


def test_three_papers_decide_what_they_can(done: Path) -> None:
    """A claim that tables and passages support is verified, its contrary refuted, and one nobody speaks of left open."""
    found = rows(done)
    assert {text: found[text]["verdict"] for text in VERDICTS} == VERDICTS


def test_run_says_where_the_files_are(copy: Path, done: Path) -> None:
    """stdout of a run names the report and the claims table, which exist, and tells that a claim was refuted by its exit code."""
    answer = call(*run_arguments(done / "papers", copy), "--json")
    assert answer.code == 1
    assert Path(answer.data["report"]).read_text("utf-8").startswith(f"# {QUESTION}")
    assert json.loads(Path(answer.data["claims"]).read_text("utf-8"))["question"] == QUESTION
    assert answer.data["papers"] == len(PAPERS)
    assert answer.data["skipped"] == []


def test_a_run_without_a_refuted_claim_ends_with_0(tmp_path: Path, done: Path) -> None:
    """Exit code 0 means that nothing was refuted."""
    papers = write_papers(tmp_path / "one", {"beta.md": PAPERS["beta.md"]})
    assert call(*run_arguments(papers, tmp_path)).code == 0


def test_dry_run_asks_nobody(tmp_path: Path) -> None:
    """--dry-run says what would be asked, and writes nothing."""
    answer = call("run", QUESTION, "--source", "library", "--dry-run", "--json", "-w", tmp_path)
    assert answer.code == 0
    assert answer.data["sources"] == ["library"]
    assert {facet["text"] for facet in answer.data["facets"]} >= {"token merging", "token pruning"}
    assert list(tmp_path.iterdir()) == []


def test_claims_lists_every_claim_with_its_verdict(done: Path) -> None:
    """The listing has all claims of the newest run; as a table it shows each text and mark."""
    found = {row["text"]: row["verdict"] for row in call("claims", "-w", done, "--json").data}
    assert {text: found[text] for text in VERDICTS} == VERDICTS
    shown = call("claims", "-w", done)
    assert shown.code == 0
    assert all(word in shown.out for word in ("✓", "×", VERIFIED, REFUTED))


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (("--verdict", "refuted"), {REFUTED}),
        (("--verdict", "VERIFIED", "--paper", "alpha"), {VERIFIED}),
        (("--containing", "CIFAR-100"), {OPEN}),
        (("--kind", "compare", "--paper", "gamma"), {REFUTED}),
        (("--kind", "none", "--paper", "gamma"), set()),
    ],
)
def test_filters_keep_what_passes_all_of_them(done: Path, filters: tuple[str, ...], kept: set[str]) -> None:
    """Filters by verdict, kind, paper and words, alone and together."""
    assert {row["text"] for row in call("claims", *filters, "-w", done, "--json").data} == kept


def test_a_limit_shows_the_first_and_says_how_many_are_left(done: Path) -> None:
    """--limit cuts what filters and order left, in the table and in JSON; without it JSON is whole, and 0 is no limit."""
    whole = call("claims", "--sort", "text", "-w", done, "--json").data
    assert call("claims", "--sort", "text", "--limit", "2", "-w", done, "--json").data == whole[:2]
    shown = call("claims", "--sort", "text", "--limit", "2", "-w", done).out
    assert "the first 2 are shown; `--limit 0` shows 2 more" in shown
    assert [row["id"] for row in whole if row["id"] in shown] == [row["id"] for row in whole[:2]]
    for limit in ("0", "4"):
        assert "are shown" not in call("claims", "--limit", limit, "-w", done).out


def test_sorting_by_confidence_begins_with_the_surest(done: Path) -> None:
    """--sort confidence falls, --sort text rises."""
    confidences = [row["confidence"] for row in call("claims", "--sort", "confidence", "-w", done, "--json").data]
    assert confidences == sorted(confidences, reverse=True)
    texts = [row["text"].casefold() for row in call("claims", "--sort", "text", "-w", done, "--json").data]
    assert texts == sorted(texts)


def test_runs_lists_the_runs(done: Path) -> None:
    """--runs names each run with its question; a run named by its name is listed like the newest."""
    (run,) = call("claims", "--runs", "-w", done, "--json").data
    assert run["question"] == QUESTION
    assert call("claims", run["run"], "-w", done, "--json").data == call("claims", "-w", done, "--json").data


def test_a_run_is_known_by_its_beginning_and_its_question(done: Path) -> None:
    """Wherever a run is named; what names none is one line with the runs that there are."""
    name = call("claims", "--runs", "--json", "-w", done).data[0]["run"]
    question = json.loads((done / "claims" / f"{name}.json").read_text("utf-8"))["question"]
    whole = call("claims", name, "--json", "-w", done).out
    assert [call("claims", text, "--json", "-w", done).out for text in (name[:6], question)] == [whole, whole]
    assert call("papers", "list", name[:6], "--json", "-w", done).out == call("papers", "list", name, "--json", "-w", done).out
    lost = call("claims", "nothing-of-the-kind", "-w", done)
    assert (lost.code, lost.out) == (2, "")
    assert f"'nothing-of-the-kind' names no run of {done}; expected one of {name}" in lost.err


def test_a_decision_makes_no_run_newer(copy: Path, done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest run is the one that was finished last, whichever file was touched since."""
    old = claims_file(copy).stem
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767409445")
    new = call(*run_arguments(done / "papers", copy), "--claims-per-paper", "1", "--json").data["run"]
    assert call("claims", "accept", rows_of_run(copy, old)[VERIFIED]["id"], "--run", old, "-w", copy).code == 0
    assert [run["run"] for run in call("claims", "--runs", "-w", copy, "--json").data] == [new, old]


def rows_of_run(workspace: Path, name: str) -> dict[str, dict[str, object]]:
    """Rows of one claims table by the text of the claim."""
    return {row["text"]: row for row in json.loads((workspace / "claims" / f"{name}.json").read_text("utf-8"))["claims"]}


def test_show_tells_why(done: Path) -> None:
    """One claim with its quote, rule, hypothesis, what each witness said, and the steps; by the beginning of its id."""
    row = rows(done)[REFUTED]
    answer = call("claims", "show", row["id"][:8], "-w", done)
    assert answer.code == 0
    assert all(word in answer.out for word in ("quote: “", "hypothesis: ", "rule: ", "× REFUTED", "[reported]", "1. "))
    told = call("claims", "show", row["id"], "-w", done, "--json").data
    assert {evidence["witness"] for evidence in told["finding"]["evidence"]} == {"text", "tables", "rerun"}
    assert told["claim"]["passage"]["text"] == REFUTED


def test_decisions_stand_beside_the_verdict(copy: Path, done: Path) -> None:
    """accept, reject and edit are kept with author, time and note, also by a new run; the machine's verdict stays."""
    claim = rows(copy)[VERIFIED]
    assert call("claims", "accept", claim["id"], "--note", "I read the tables", "-w", copy).code == 0
    assert call("claims", "reject", claim["id"], "-w", copy).code == 0
    assert call("claims", "edit", claim["id"], "--text", "Top-K beats chance.", "-w", copy).code == 0
    assert call(*run_arguments(done / "papers", copy)).code == 1
    after = json.loads(claims_file(copy).read_text("utf-8"))["claims"]
    (row,) = [row for row in after if row["id"] == claim["id"]]
    review = row["review"]
    assert (review["decision"], review["text"]) == ("edited", "Top-K beats chance.")
    assert [(item["decision"], item["note"]) for item in review["earlier"]] == [("accepted", "I read the tables"), ("rejected", "")]
    assert review["author"]
    assert review["at"] == "2026-01-02T03:04:05+00:00"
    assert {name: row[name] for name in claim if name != "review"} == {name: claim[name] for name in claim if name != "review"}


def test_the_reviewer_is_named_by_the_settings(copy: Path) -> None:
    """A reviewer in synth.toml signs the decisions."""
    (copy / "synth.toml").write_text('reviewer = "Ada"\n')
    answer = call("claims", "accept", rows(copy)[VERIFIED]["id"], "-w", copy)
    assert "accepted by Ada" in answer.out
    assert rows(copy)[VERIFIED]["review"]["author"] == "Ada"


def test_verify_uses_the_sources_of_the_run(copy: Path) -> None:
    """A claim verified again hears the documents of its run without being told where they are, and nothing changes."""
    claim = rows(copy)[REFUTED]
    answer = call("verify", claim["id"], "--budget", "0", "-w", copy, "--json")
    assert answer.code == 1
    assert answer.err == ""
    assert answer.data["changes"] == []
    assert answer.data["now"]["evidence"] == claim["evidence"]


def test_verify_fresh_hears_everybody_anew(copy: Path) -> None:
    """--fresh comes to the same verdict when nothing changed, and says so."""
    answer = call("verify", rows(copy)[VERIFIED]["id"], "--fresh", "--budget", "0", "-w", copy)
    assert answer.code == 0
    assert "nothing changed although everything was measured anew" in answer.out


def test_verify_says_what_changed(tmp_path: Path, copy: Path) -> None:
    """When a document says something else now, the changes of verdict and numbers are named, and the table holds the new verdict."""
    papers = write_papers(tmp_path / "papers")
    claims_file(copy).unlink()
    call(*run_arguments(papers, copy))
    claim = rows(copy)[VERIFIED]
    for name in ("alpha.md", "beta.md"):
        text = (papers / name).read_text("utf-8")
        (papers / name).write_text(
            text.replace("| Random | 78.0 | 75.0 | 70.0 | 50.0 |", "| Random | 89.0 | 88.5 | 87.0 | 86.0 |"), "utf-8"
        )
    answer = call("verify", claim["id"], "--budget", "0", "-w", copy, "--json")
    assert any(change.startswith("tables: supported → refuted") for change in answer.data["changes"])
    assert rows(copy)[VERIFIED]["verdict"] == answer.data["now"]["verdict"] != "VERIFIED"


def test_verify_says_which_documents_are_gone(tmp_path: Path, copy: Path) -> None:
    """A document that can no longer be had is one line on stderr; when none is left, the verdicts stay and the exit code is 3."""
    papers = write_papers(tmp_path / "papers")
    claims_file(copy).unlink()
    call(*run_arguments(papers, copy))
    (papers / "beta.md").unlink()
    identity = rows(copy)[VERIFIED]["id"]
    answer = call("verify", identity, "--budget", "0", "-w", copy)
    assert "no longer there, so not heard: Beta: A Comparison of Token Pruning" in answer.err
    before = claims_file(copy).read_bytes()
    for path in papers.iterdir():
        path.unlink()
    assert call("verify", identity, "--budget", "0", "-w", copy).code == 3
    assert claims_file(copy).read_bytes() == before


def test_extract_needs_no_workspace(done: Path) -> None:
    """The claims of one file as JSON, each with its exact quote and its hypothesis or the reason why it has none."""
    answer = call("extract", done / "papers" / "gamma.md", "--json")
    assert answer.code == 0
    assert {claim["text"] for claim in answer.data} >= {REFUTED, OPEN}
    assert all(claim["hypothesis"] or claim["reason"] for claim in answer.data)
    assert len(call("extract", done / "papers" / "gamma.md", "--claims", "1", "--json").data) == 1


def test_papers_of_a_run_and_of_the_library(done: Path) -> None:
    """papers list shows what a run read, and the notes of the library without one."""
    (run,) = call("claims", "--runs", "-w", done, "--json").data
    assert {paper["location"] for paper in call("papers", "list", run["run"], "-w", done, "--json").data} == set(PAPERS)
    notes = call("papers", "list", "-w", done, "--json").data
    assert len(notes) >= 10
    assert {paper["kind"] for paper in notes} == {"note"}


def test_papers_search_fetches_nothing(copy: Path, done: Path) -> None:
    """papers search ranks what a run would read, best first, and leaves no run behind."""
    source = f"folder:{done / 'papers'}"
    found = call("papers", "search", QUESTION, "--source", source, "--max-papers", "2", "-w", copy, "--json").data["papers"]
    assert len(found) == 2
    assert "Token" in found[0]["title"]
    assert len(list((copy / "claims").iterdir())) == 1


def test_papers_search_gives_the_account_of_a_run(copy: Path, done: Path) -> None:
    """Every query and what became of every record, as data and in words, without a run."""
    asked = ("papers", "search", QUESTION, "--source", f"folder:{done / 'papers'}", "--max-papers", "2", "-w", copy)
    data = call(*asked, "--json").data
    assert [(entry["source"], entry["received"], entry["excluded"]) for entry in data["search_log"]] == [
        ("folder", 3, [["ranked below those that were read", 1]])
    ]
    flow = data["flow"]
    assert (flow["identified"], flow["screened"], flow["excluded"], flow["sought"]) == (3, 3, {"ranked below those that were read": 1}, 2)
    assert (data["skipped"], data["notices"]) == ([], [])
    text = call(*asked).out
    assert "Screening: Records screened (n = 3), Records excluded (n = 1): ranked below those that were read (n = 1)" in text
    assert "Retrieval: Reports sought for retrieval (n = 2)" in text


def test_report_formats(copy: Path) -> None:
    """Each format is written beside the report and says where; the Markdown is the same as that of the run."""
    before = report_file(copy).read_bytes()
    answer = call("report", "--format", "md,html, json,csv,bib", "-w", copy)
    assert answer.code == 0
    paths = [Path(line) for line in answer.out.splitlines()]
    assert [path.name for path in paths] == ["report.md", "report.html", "report.json", "claims.csv", "references.bib"]
    assert all(path.stat().st_size for path in paths)
    assert report_file(copy).read_bytes() == before


def test_config_says_where_each_value_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Defaults, the workspace's file and the environment, by name."""
    (tmp_path / "synth.toml").write_text("max_papers = 7\n")
    monkeypatch.setenv("SYNTH_SEED", "5")
    told = call("config", "-w", tmp_path, "--json").data
    assert told["max_papers"] == {"value": 7, "origin": str(tmp_path / "synth.toml")}
    assert told["seed"] == {"value": 5, "origin": "environment"}
    assert told["offline"] == {"value": False, "origin": "default"}


def test_audit_of_our_own_report(copy: Path) -> None:
    """Our own report is audited claim by claim, also when its papers have no arXiv id; that they have none is a fault by name."""
    answer = call("audit", report_file(copy), "--offline", "--budget", "0", "-w", copy, "--json")
    assert answer.code == 1
    audited = {claim["text"]: claim["old_mark"] for claim in answer.data["claims"]}
    (name,) = [path.stem for path in (copy / "claims").iterdir() if not path.name.startswith("audit-")]
    marks = {"VERIFIED": "✓", "REFUTED": "×"}
    assert audited == {text: marks.get(row["verdict"], "–") for text, row in rows_of_run(copy, name).items()}
    assert {fault["name"] for fault in answer.data["faults"]} >= {"reference-unresolved"}
    assert Path(answer.data["audit"]).read_text("utf-8").count(VERIFIED) >= 1


def test_audit_pulls_only_what_the_report_cites(tmp_path: Path) -> None:
    """The cited paper is read and no other, and a claim of the report is judged on it."""
    report = tmp_path / "old.md"
    report.write_text(
        "# Do tokens merge?\n\n1 Introduction\n\nResearch question: Does token merging speed up vision transformers?\n\n"
        "## Claims\n\n| Claim | Verified | Confidence |\n| --- | --- | --- |\n"
        "| ToMe can double the throughput of ViT-L. | ✓ | 0.80 |\n\n## References\n\n"
        "- Bolya and others. Token Merging: Your ViT But Faster. 2022. https://arxiv.org/abs/2210.09461\n",
        "utf-8",
    )
    answer = call("audit", report, "--source", "library", "--offline", "--budget", "0", "-w", tmp_path, "--json")
    assert [claim["text"] for claim in answer.data["claims"]] == ["ToMe can double the throughput of ViT-L."]
    assert [paper["arxiv_id"] for paper in call("papers", "list", answer.data["run"], "-w", tmp_path, "--json").data] == ["2210.09461"]


def test_the_workspace_may_stand_before_the_command(done: Path) -> None:
    """`synth claims -w DIR show ID` is `synth claims show ID -w DIR`."""
    claim = next(iter(rows(done).values()))["id"]
    assert call("claims", "-w", done, "show", claim).out == call("claims", "show", claim, "-w", done).out


def test_help_names_every_source() -> None:
    """What the help lists is what can be opened."""
    from synth.cli.options import SOURCES
    from synth.retriever.sources import NAMES

    assert SOURCES == NAMES
