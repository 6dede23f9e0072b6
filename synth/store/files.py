"""The one way in which files are written: whole or not at all, and on the disk before anything speaks of them."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from pathlib import Path

from synth.errors import StoreError

TEMPORARY = ".tmp"
"""how names of files end that are being written; what a killed process leaves of them is never read."""


PROBE_BYTES = 1_000_000
"""that must find room before a run begins: about what a small one writes."""


def write_atomic(path: Path, data: bytes | str) -> None:
    """
    Put the data at the path in one step: a reader sees the old file or the new one, never a part, also after a power cut.

    data     text is written as UTF-8
    raises   StoreError where the folder cannot be written or the disk is full
    """
    payload = data.encode() if isinstance(data, str) else data
    try:
        _make(path.parent)
        # Not mkstemp: its files are for their owner alone, and a report is read by others.
        temporary = _beside(path)
        try:
            with temporary.open("xb") as file:
                file.write(payload)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync(path.parent)
    except OSError as error:
        raise _not_written(path, error) from error


def check_room(folder: Path) -> None:
    """
    Write in the folder, or in the one where it would be made, and leave nothing there.

    raises   StoreError where that cannot be done
    """
    place = next(place for place in (folder, *folder.parents) if place.exists())
    temporary = _beside(place / "room")
    try:
        with temporary.open("xb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _not_written(folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _beside(path: Path) -> Path:
    return path.parent / f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{TEMPORARY}"


def _not_written(path: Path, error: OSError) -> StoreError:
    return StoreError(f"could not write {path}: {error.strerror or error}", then="check that the folder is writable and the disk has room")


def _make(folder: Path) -> None:
    """Make the folder and those above it, each known to the one that holds it."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in reversed(missing):
        _sync(place.parent)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk: fsync of a file does not (man 2 fsync)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot
            raise
    finally:
        os.close(descriptor)
