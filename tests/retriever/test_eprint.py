"""LaTeX sources: put together as one text, and no archive reaches beyond itself or grows without bound."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest
from arxiv_server import PDF, Answer, ArxivServer
from eprints import MAIN, PAPER, REFERENCES, SENTENCES, TABLE, special, tar
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.model import Document, Fetched, Paper, Skipped
from synth.reader.read import read
from synth.retriever import arxiv_texts, eprint
from synth.retriever.arxiv import ArxivSource
from synth.retriever.eprint import Unusable, text_of
from synth.store.http import PoliteClient

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
RECORD = Paper(id="arxiv:2401.00001", title="Tokens", arxiv_id="2401.00001", arxiv_version=1, source="arxiv")
HERE, SOURCE = "/pdf/2401.00001v1", "/src/2401.00001v1"
GONE = Answer(404, b"gone", "text/plain")


def text(data: bytes) -> str:
    return text_of(data).data.decode()


def document(body: str) -> str:
    return rf"\documentclass{{article}}\begin{{document}}{body}\end{{document}}"


@pytest.mark.parametrize("compress", [True, False], ids=["gzipped", "unpacked on the way"])
def test_an_archive_is_one_text(compress: bool) -> None:
    """Parts, parts of parts and the list of references stand where the main file names them; pictures are left out."""
    found = text(tar(PAPER, compress=compress))
    for part in (SENTENCES, "ToMe merges tokens", TABLE.strip(), REFERENCES):
        assert part in found
    assert "PNG" not in found
    assert r"\input" not in found


def test_the_reader_reads_it() -> None:
    """Sentences, the table and the references of an archive reach the document."""
    found = read(text_of(tar(PAPER)).data, RECORD, name="a.tex")
    assert isinstance(found, Document)
    assert "ToMe merges tokens and reaches 79.1 percent." in [passage.text for passage in found.passages]
    assert [table.caption for table in found.tables] == ["Accuracy on ImageNet."]
    assert "Token Merging: Your ViT But Faster" in found.references[0]


def test_a_single_file_and_a_pdf_are_what_they_are() -> None:
    """A gzipped file is the paper; where there is only a PDF, it is handed on."""
    assert text(gzip.compress(MAIN.encode())).startswith(r"\documentclass")
    for packed in (PDF, gzip.compress(PDF)):
        assert (text_of(packed).data, text_of(packed).ending) == (PDF, "pdf")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (r"\input{part}", "part.tex"),
        (r"\input part ", "part.tex"),
        (r"\include{part.tex}", "part.tex"),
        (r"\input{./a/../part}", "part.tex"),
        (r"\import{a/}{part}", "a/part.tex"),
        (r"\subimport{a}{part.tex}", "a/part.tex"),
        (r"\subfile{a/part}", "a/part.tex"),
    ],
)
def test_parts_are_found_in_every_way_of_naming_them(command: str, name: str) -> None:
    """Each command of LaTeX that puts a file in its place does so here."""
    assert "The part itself." in text(tar({"main.tex": document(SENTENCES + command), name: "The part itself."}))


def test_a_part_with_a_preamble_of_its_own_gives_its_body() -> None:
    """A part that can stand alone brings no second beginning."""
    part = r"\documentclass[main]{subfiles}\begin{document}The part itself.\end{document}"
    found = text(tar({"main.tex": document(SENTENCES + r"\subfile{part}"), "part.tex": part}))
    assert found.count(r"\begin{document}") == 1
    assert "The part itself." in found


def test_a_comment_names_no_part() -> None:
    """What is commented out stays out; an escaped per cent begins no comment."""
    body = SENTENCES + "% \\input{draft}\n5\\% \\input{part}"
    found = text(tar({"main.tex": document(body), "draft.tex": "A draft.", "part.tex": "The part itself."}))
    assert "A draft." not in found
    assert "The part itself." in found


def test_the_paper_is_told_from_what_lies_beside_it() -> None:
    """Figures, templates and replies are documents too; the longest that is no figure is the paper."""
    others = {"a.tex": document("A reply."), "fig.tex": MAIN.replace("{article}", "{standalone}") * 3, "macros.tex": r"\newcommand{\x}{1}"}
    assert "ToMe merges tokens" in text(tar(others | PAPER))
    assert "A reply." not in text(tar(others | PAPER))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_files_of_any_encoding_are_read(encoding: str) -> None:
    """Each file is decoded by itself, whatever the others are in."""
    found = text(tar({"main.tex": document(SENTENCES + "Søren \\input{part}"), "part.tex": "Müller".encode(encoding)}))
    assert "Søren" in found
    assert "Müller" in found


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../../../../etc/passwd", "sections/../../x", "~/x", "/proc/self/environ", "|id", "a\0b", "C:/x", "."]
)
def test_a_name_leads_nowhere_but_into_the_archive(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that names a file of the disk gives nothing, and no file of the disk is opened."""
    (tmp_path / "x").write_text("SECRET")
    monkeypatch.chdir(tmp_path)
    data = tar({"main.tex": document(SENTENCES + rf"\input{{{name}}}\include{{{name}}}\import{{{name}}}{{{name}}}")})
    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", lambda *rest, **terms: pytest.fail("a file was opened"))
        found = text(data)
    assert "SECRET" not in found
    assert "root:" not in found


@pytest.mark.parametrize(
    "member",
    [
        special("sections/results.tex", tarfile.SYMTYPE, "/etc/passwd"),
        special("sections/results.tex", tarfile.LNKTYPE, "/etc/passwd"),
        special("sections/results.tex", tarfile.SYMTYPE, "../main.tex"),
        special("sections/results.tex", tarfile.CHRTYPE),
        special("sections/results.tex", tarfile.FIFOTYPE),
        special("sections/results.tex", tarfile.DIRTYPE),
        special("../../evil.tex", tarfile.REGTYPE),
        special("/evil.tex", tarfile.REGTYPE),
    ],
    ids=["symlink", "hard link", "inner link", "device", "fifo", "folder", "out of it", "absolute"],
)
def test_what_is_no_file_of_the_archive_is_none(member: tarfile.TarInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Links, devices and names that lead out are passed over; the rest is read, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    found = text(tar({"main.tex": MAIN, "sections/table.tex": TABLE}, member))
    assert SENTENCES in found
    assert "root:" not in found
    assert found.count(r"\documentclass") == 1
    assert list(tmp_path.iterdir()) == []


DOUBLING = {f"{number}.tex": rf"\input{{{number + 1}}}" * 2 for number in range(40)} | {
    "40.tex": "x",
    "main.tex": document(SENTENCES + r"\input{0}"),
}
BOMBS = {
    "a bomb": (gzip.compress(bytes(3_000_000)), "holds no LaTeX document"),
    "a bomb in a picture": (tar({"main.tex": MAIN, "fig.png": bytes(3_000_000)}), "unpacks to more than 1 MB"),
    "a bomb of text": (tar({"main.tex": MAIN, "part.tex": "x" * 500_000}), "the LaTeX files are larger than"),
    "a single bomb of text": (gzip.compress(b"\\x" * 250_000), "the LaTeX files are larger than"),
    "many files": (tar({f"{number}.txt": "" for number in range(60)}), "more than 50 files"),
    "no end": (tar(DOUBLING), "name one another without end"),
    "a deep end": (
        tar({"main.tex": document(SENTENCES + r"\input{0}")} | {f"{n}.tex": rf"\input{{{n + 1}}}" for n in range(900)}),
        "more than 50 files|name one another without end",
    ),
    "a text that grows": (
        tar({"main.tex": document(SENTENCES + r"\input{a}" * 90), "a.tex": "word " * 800}),
        "name one another without end",
    ),
    "a PDF in a wrapper": (tar({"main.tex": document(r"\includepdf{paper.pdf}"), "paper.pdf": PDF}), "only 16 letters of text"),
    "no LaTeX": (gzip.compress(b"%!PS-Adobe-2.0\n" + b"moveto " * 100), "holds no LaTeX document"),
    "only a part": (tar({"part.tex": SENTENCES}), "holds no LaTeX document"),
    "nothing": (gzip.compress(b""), "holds no LaTeX document"),
    "a cut archive": (tar(PAPER)[:-200], "is damaged"),
    "a cut tar": (tar(PAPER, compress=False)[:1500], "is damaged"),
    "a broken sum": (gzip.compress(MAIN.encode())[:-8] + bytes(8), "is damaged"),
    "noise": (b"\x1f\x8b" + bytes(range(256)), "is damaged"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_an_archive_that_means_harm_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each ends in its reason, before more is held than the limits allow."""
    monkeypatch.setattr(eprint, "MAX_UNPACKED_BYTES", 1_000_000)
    monkeypatch.setattr(eprint, "MAX_TEXT_BYTES", 300_000)
    monkeypatch.setattr(eprint, "MAX_MEMBERS", 50)
    data, reason = BOMBS[name]
    with pytest.raises(Unusable, match=reason):
        text_of(data)


@pytest.mark.parametrize(
    "line", ["\\documentclass[", "\\printbibliography[", "\\input{", "\\import{", "\\input\n\n\n", "\\\\", "{", "%"], ids=repr
)
def test_open_ends_are_not_searched_for_without_end(line: str) -> None:
    """Megabytes of what is never closed are one pass, and not one from each place: this ends within the time of a test."""
    with pytest.raises(Unusable):
        text_of(gzip.compress((line * (2_000_000 // len(line))).encode()))
    found = text(gzip.compress(document(SENTENCES + line * (2_000_000 // len(line))).encode()))
    assert SENTENCES.strip() in found


def test_many_documents_of_an_archive_cost_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive of documents that each name the largest file is not put together as often as it has documents."""
    names = {f"{number:03}.tex": document(SENTENCES + r"\input{part}") for number in range(200)}
    put: list[str] = []
    whole = eprint._Flattening.text
    monkeypatch.setattr(eprint._Flattening, "text", lambda one: put.append(one.main) or whole(one))
    assert "The part" in text(tar(names | {"part.tex": "The part itself. " * 1000}))
    assert len(put) <= 8


def test_a_circle_ends() -> None:
    """A file is not put into itself, neither at once nor by way of another."""
    found = text(
        tar({"main.tex": document(SENTENCES + r"\input{a}"), "a.tex": r"One. \input{a}\input{b}", "b.tex": r"Two. \input{main}\input{a}"})
    )
    assert (found.count("One."), found.count("Two.")) == (1, 1)


@given(st.binary(max_size=3000), st.integers(0, 3000), st.sampled_from(["plain", "gzip", "tar"]))
@settings(max_examples=200, deadline=None)
def test_no_bytes_raise_anything_else(noise: bytes, place: int, how: str) -> None:
    """Whatever an archive holds, and wherever it is damaged, ends as a text or as the reason why there is none."""
    whole = tar(PAPER, compress=False)
    data = {"plain": noise, "gzip": gzip.compress(noise), "tar": whole[:place] + noise + whole[place + len(noise) :]}[how]
    try:
        assert text_of(data).ending in ("tex", "pdf")
    except Unusable as error:
        assert str(error)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["tex_aisci_dual_scale", "tex_aisci_weight_init_grokking", "tex_cifar10_label_mods"])
def test_real_sources_give_the_same_document_packed_and_plain(name: str, shared: Path, source: ArxivSource, server: ArxivServer) -> None:
    """A real paper out of an archive, over the wire, has the sentences and the tables of its file."""
    plain = (shared / "data" / "tex" / f"{name}.tex").read_bytes()
    server.pdfs["2401.00001v1"] = GONE
    server.sources["2401.00001v1"] = Answer(200, tar({"paper.tex": plain, "fig.png": b"\x89PNG"}), "application/gzip")
    outcome = source.fetch(RECORD)
    assert isinstance(outcome, Fetched)
    packed = read(outcome.data, RECORD, name=outcome.name)
    expected = read(plain, RECORD, name="paper.tex")
    assert isinstance(packed, Document)
    assert isinstance(expected, Document)
    assert [passage.text for passage in packed.passages] == [passage.text for passage in expected.passages]
    assert packed.tables == expected.tables


def opened(latex: str, server: ArxivServer, client: PoliteClient) -> ArxivSource:
    return ArxivSource(client, base_url=server.url, latex=latex)  # type: ignore[arg-type]


def paths(server: ArxivServer) -> list[str]:
    return [call.path for call in server.calls]


@pytest.mark.parametrize(
    ("latex", "has_pdf", "has_source", "calls", "name"),
    [
        ("fallback", True, True, [HERE], "2401.00001v1.pdf"),
        ("fallback", False, True, [HERE, SOURCE], "2401.00001v1.tex"),
        ("prefer", True, True, [SOURCE], "2401.00001v1.tex"),
        ("prefer", True, False, [SOURCE, HERE], "2401.00001v1.pdf"),
        ("never", False, True, [HERE], None),
        ("fallback", False, False, [HERE, SOURCE], None),
    ],
)
def test_when_the_source_is_read(
    server: ArxivServer, client: PoliteClient, latex: str, has_pdf: bool, has_source: bool, calls: list[str], name: str | None
) -> None:
    """The setting says which form is asked for first, and whether the other one is when that cannot be had."""
    server.pdfs |= {} if has_pdf else {"2401.00001v1": GONE}
    server.sources |= {"2401.00001v1": Answer(200, tar(PAPER), "application/gzip")} if has_source else {}
    outcome = opened(latex, server, client).fetch(RECORD)
    assert paths(server) == calls
    assert (outcome.name if isinstance(outcome, Fetched) else None) == name
    if latex == "fallback" and not has_source and not has_pdf:
        assert isinstance(outcome, Skipped)
        assert outcome.reason == "arXiv has no PDF of this version (HTTP 404); arXiv has no LaTeX source of this version (HTTP 404)"


def test_a_source_that_is_a_pdf_is_the_paper(server: ArxivServer, client: PoliteClient) -> None:
    """Where authors sent a PDF, one call is enough."""
    server.sources["2401.00001v1"] = Answer(200, PDF, "application/pdf")
    outcome = opened("prefer", server, client).fetch(RECORD)
    assert isinstance(outcome, Fetched)
    assert (outcome.data, outcome.name, paths(server)) == (PDF, "2401.00001v1.pdf", [SOURCE])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, tar({"main.tex": document("Nothing."), "a.pdf": PDF}), "application/gzip"),
        Answer(200, b"<!DOCTYPE html><html>No source</html>", "text/html"),
        Answer(200, b"", "application/gzip"),
        Answer(200, PDF[:20], "application/pdf"),
        Answer(302, b"", "text/html", (("Location", "http://elsewhere.test/src/2401.00001v1"),)),
        Answer(302, b"", "text/html", (("Location", "http://10.0.0.1/src/2401.00001v1"),)),
    ],
    ids=["wrapper", "page", "empty", "cut PDF", "elsewhere", "inside"],
)
def test_a_source_that_is_none_gives_way_to_the_pdf(server: ArxivServer, client: PoliteClient, answer: Answer) -> None:
    """What is preferred and cannot be used costs a call and no paper; a redirect leads to no other host."""
    server.sources["2401.00001v1"] = answer
    outcome = opened("prefer", server, client).fetch(RECORD)
    if 300 <= answer.status < 400:  # a refused redirect counts as a host out of reach
        assert isinstance(outcome, Skipped)
        assert "refused a redirect" in outcome.reason
        assert set(paths(server)) == {SOURCE}
    else:
        assert isinstance(outcome, Fetched)
        assert outcome.name == "2401.00001v1.pdf"


def test_a_source_beyond_the_cap_is_not_loaded(server: ArxivServer, client: PoliteClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive without end does not fill the memory."""
    monkeypatch.setattr(arxiv_texts, "MAX_SOURCE_BYTES", 1_000_000)
    server.pdfs["2401.00001v1"] = GONE
    server.sources["2401.00001v1"] = Answer(200, b"\x1f\x8b" + bytes(2_000_000), "application/gzip")
    outcome = opened("fallback", server, client).fetch(RECORD)
    assert isinstance(outcome, Skipped)
    assert "the LaTeX source could not be had: larger than 1 MB" in outcome.reason


def test_what_was_read_from_its_source_is_had_from_it_again(server: ArxivServer, client: PoliteClient) -> None:
    """The paper of a run says which form was read: another setting later gives the same bytes, and asks nobody."""
    server.sources["2401.00001v1"] = Answer(200, tar(PAPER), "application/gzip")
    first = opened("prefer", server, client).fetch(RECORD)
    assert isinstance(first, Fetched)
    assert first.paper.location == f"{server.url}{SOURCE}"
    assert opened("never", server, client).fetch(first.paper) == first
    assert paths(server) == [SOURCE]
