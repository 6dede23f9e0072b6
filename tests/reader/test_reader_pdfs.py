"""Reading the shared PDFs: offsets, references, furniture, and the reason for each that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from synth.model import Document, Paper, Skipped
from synth.reader.read import read

PAPER = Paper(id="file:sample", title="A sample")

PDFS = (
    "1706.03762_attention",
    "1905.11946_efficientnet",
    "2005.07683_movement_pruning",
    "2006.04768_linformer",
    "2010.11929",
    "2012.12877",
    "2101.11605_botnet",
    "2105.03824_fnet",
    "2307.10780_ltmp",
    "2308.03409_dynamic_token_routing",
    "2401.06104_multistate_rnn",
    "2402.10644_rebased",
    "tex_aisci_dual_scale",
    "tex_aisci_weight_init_grokking",
    "tex_cifar10_label_mods",
)

DAMAGED = {
    "broken_2bytes": "not a PDF: 2 bytes",
    "empty": "empty: the file has 0 bytes",
    "enc_user_pw_secret": "encrypted: a password is needed",
    "encrypted_2206.01062_pg3": "encrypted: a password is needed",
    "galileo_zh": "not in English: 35% of the letters are Chinese",
    "html_error": 'an HTML page, not a paper: it says "403 rate limited"',
    "lfs_pointer_adaptive_pruning": "a Git LFS pointer of 131 bytes",
    "rasterised_3pages": "no text layer: 3 pages of images",
    "repaired_zh": "not in English",
    "scanned_acl_d09": "no text layer: 8 pages of images",
    "slides_vit_flowers": "no prose",
    "truncated_60pct": "it is probably truncated",
}


@pytest.fixture(scope="session")
def read_shared(shared: Path) -> Callable[[str], Document | Skipped]:
    """Read a file of the shared PDFs by its stem, each at most once."""
    seen: dict[str, Document | Skipped] = {}

    def load(stem: str) -> Document | Skipped:
        if stem not in seen:
            path = shared / "data" / "pdfs" / f"{stem}.pdf"
            seen[stem] = read(path.read_bytes(), PAPER, name=path.name)
        return seen[stem]

    return load


@pytest.mark.shared
@pytest.mark.parametrize("stem", PDFS)
def test_passages_index_into_the_text(read_shared: Callable[[str], Document | Skipped], stem: str) -> None:
    """Every passage of a real paper is found at its offsets, on a page, inside a box, with the digest of the file."""
    document = read_shared(stem)
    assert isinstance(document, Document)
    assert len(document.passages) > 90
    for passage in document.passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == " ".join(passage.text.split())
        assert passage.page is not None and 1 <= passage.page <= (document.pages or 0)
        assert passage.box is not None and passage.box[0] < passage.box[2] and passage.box[1] < passage.box[3]
        assert passage.source_digest == document.source_digest


@pytest.mark.shared
@pytest.mark.parametrize("stem", PDFS)
def test_every_paper_gives_its_abstract_and_its_references(read_shared: Callable[[str], Document | Skipped], stem: str) -> None:
    """A real paper gives an abstract of several sentences, and its list of references apart from the body."""
    document = read_shared(stem)
    assert isinstance(document, Document)
    assert 500 < len(document.paper.abstract) < 2500
    assert len(document.references) >= 9
    assert not [passage for passage in document.passages if passage.role == "references"]


@pytest.mark.shared
@pytest.mark.parametrize(("stem", "reason"), DAMAGED.items())
def test_what_cannot_be_read_is_skipped_with_its_reason(
    read_shared: Callable[[str], Document | Skipped], stem: str, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each damaged sample is skipped for its own reason, and nothing is printed."""
    outcome = read_shared(f"damaged/{stem}")
    assert isinstance(outcome, Skipped)
    assert reason in outcome.reason
    assert "\n" not in outcome.reason
    assert capfd.readouterr() == ("", "")


@pytest.mark.shared
def test_owner_encryption_is_no_obstacle(read_shared: Callable[[str], Document | Skipped]) -> None:
    """A PDF that only its owner's password protects reads like its unprotected twin."""
    protected, plain = read_shared("damaged/enc_owner_only"), read_shared("2307.10780_ltmp")
    assert isinstance(protected, Document) and isinstance(plain, Document)
    assert protected.text == plain.text
