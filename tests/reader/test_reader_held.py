"""Documents that are kept without their bytes."""

from __future__ import annotations

from pathlib import Path

from builders import make_paper

from synth.model import Document
from synth.reader.held import held, hold
from synth.reader.read import read
from synth.store.cache import Cache
from synth.store.upkeep import sizes

TEXT = "# A Paper\n\n## Results\n\n" + "ToMe doubles the throughput of ViT-L on ImageNet-1K. " * 400


def document(text: str = TEXT) -> Document:
    """A paper that was read."""
    found = read(text.encode(), make_paper(), name="a.md")
    assert isinstance(found, Document)
    return found


def test_a_document_is_had_by_paper_and_digest(tmp_path: Path) -> None:
    """Each version on its own; what is not kept is not there."""
    cache, old, new = Cache(tmp_path), document(), document(TEXT + "More.")
    hold([old, new], cache)
    assert held([(old.paper.id, old.source_digest)], cache) == {old.paper.id: old}
    assert held([(new.paper.id, new.source_digest)], cache) == {new.paper.id: new}
    assert held([(old.paper.id, "0" * 64), ("arxiv:2401.00001", old.source_digest)], cache) == {}


def test_what_another_version_wrote_counts_as_absent(tmp_path: Path) -> None:
    """A document with fields that nobody knows, or none, is read again and stops no update."""
    cache, kept = Cache(tmp_path), document()
    for data in (b'D{"unknown": 1}', b"D", b"S{}"):
        cache.put("held", f"{kept.paper.id} {kept.source_digest}", data)
        assert held([(kept.paper.id, kept.source_digest)], cache) == {}


def test_a_document_takes_no_second_room(tmp_path: Path) -> None:
    """The shelf has kept the same bytes, and equal bytes lie on the disk once."""
    from synth.model import Fetched
    from synth.reader.shelf import read_all

    cache = Cache(tmp_path)
    documents, _ = read_all([Fetched(make_paper(), TEXT.encode(), "a.md")], cache, lambda line: None)
    blobs = sorted(path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    hold(documents, cache)
    assert {size.kind: size.entries for size in sizes(cache)} == {"document": 1, "held": 1}
    assert blobs
    assert sorted(path for path in (tmp_path / "blobs").rglob("*") if path.is_file()) == blobs
