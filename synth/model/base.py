"""The one base class of all records: frozen, strict about unknown fields, stable when written as JSON."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen value; two records are equal when their fields are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def digest(self) -> str:
        """SHA-256 of the canonical JSON form, as 64 hexadecimal characters."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
