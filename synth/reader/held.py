"""Documents kept under paper and digest, so that those of a saved run are had without their bytes, also in a version that is gone."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from pydantic import ValidationError

from synth.model import Document
from synth.store.cache import Cache


def hold(documents: Sequence[Document], cache: Cache) -> None:
    """Keep documents; the cache holds equal bytes once, and these are those of the shelf."""
    cache.put_many("held", {_key(each.paper.id, each.source_digest): b"D" + each.model_dump_json().encode() for each in documents})


def held(names: Sequence[tuple[str, str]], cache: Cache) -> dict[str, Document]:
    """The documents of these (paper id, digest of the bytes) that are kept, by paper id."""
    keys = {_key(*name): name[0] for name in names}
    documents: dict[str, Document] = {}
    for key, data in cache.get_many("held", list(keys)).items():
        with contextlib.suppress(ValidationError):  # kept by a version that wrote documents otherwise: as good as not kept
            documents[keys[key]] = Document.model_validate_json(data[1:])
    return documents


def _key(paper_id: str, digest: str) -> str:
    return f"{paper_id} {digest}"
