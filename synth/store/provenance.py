"""The circumstances of a run: version, commit, packages, machine, arguments asked and resolved, inputs, times."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from synth import __version__
from synth.model import Provenance
from synth.settings import Settings

PACKAGES = ("arxiv", "httpx", "numpy", "pydantic", "pymupdf", "scikit-learn", "sentence-transformers", "timm", "torch", "torchvision")


def now() -> str:
    """The time in UTC to the second, ISO 8601; SOURCE_DATE_EPOCH, where set, stands for it (reproducible builds)."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(fixed), UTC) if fixed.isdecimal() else datetime.now(UTC)
    return moment.replace(microsecond=0).isoformat()


def collect(
    settings: Settings,
    *,
    asked: Sequence[tuple[str, str]],
    inputs: Sequence[tuple[str, str]],
    started: str,
    seconds: Sequence[tuple[str, float]],
) -> Provenance:
    """What is true of this process and machine now, with what the caller knows of the run."""
    commit, dirty = _commit()
    return Provenance(
        version=__version__,
        commit=commit,
        dirty=dirty,
        packages=tuple((name, version) for name in PACKAGES if (version := _version(name))),
        python=platform.python_version(),
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        seed=settings.seed,
        asked=tuple(asked),
        resolved=tuple((name, json.dumps(value)) for name, value in settings.model_dump(mode="json").items()),
        inputs=tuple(inputs),
        started=started,
        finished=now(),
        seconds=tuple(seconds),
    )


def settings_of(circumstances: Provenance) -> dict[str, Any]:
    """The settings under which a run was made, by name; those that this version does not know are left out."""
    given: dict[str, Any] = {}
    for name, text in circumstances.resolved:
        with contextlib.suppress(json.JSONDecodeError):
            given[name] = json.loads(text)
    return {name: value for name, value in given.items() if name in Settings.model_fields}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _commit() -> tuple[str | None, bool | None]:
    """Commit of this program's checkout and whether it was changed since; (None, None) outside a checkout."""
    here = Path(__file__).resolve().parents[1]

    def git(*arguments: str) -> str | None:
        try:
            answer = subprocess.run(("git", "-C", str(here), *arguments), capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return answer.stdout.strip() if answer.returncode == 0 else None

    if git("ls-files", "--error-unmatch", str(Path(__file__).resolve())) is None:
        return None, None
    changes = git("status", "--porcelain", "--untracked-files=no", "--", str(here), str(here.parent / "experiments"))
    return git("rev-parse", "HEAD"), bool(changes)
