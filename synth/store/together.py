"""
Several files that change as one: what a killed process leaves is the old files, or a journal from which the new ones follow.

The journal holds the whole new contents and lies beside the files. Once it stands the change is made; whoever reads the files
next finishes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from synth.errors import StoreError
from synth.store.files import write_atomic


def write_together(journal: Path, root: Path, files: Mapping[Path, str]) -> None:
    """
    Write all files or none.

    journal   where the change is noted while it is made
    root      folder that all files lie in
    raises    StoreError where the disk cannot be written; the journal is gone then and the files are the old ones, or it stands
    """
    write_atomic(journal, json.dumps({path.relative_to(root).as_posix(): text for path, text in files.items()}, ensure_ascii=False))
    finish(journal, root)


def finish(journal: Path, root: Path) -> None:
    """Make the change that a journal tells, if there is one; by one process at a time. StoreError if it cannot be finished."""
    try:
        files = json.loads(journal.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return
    except ValueError:  # not written by us: ours stand whole or not at all
        files = {}
    except OSError as error:
        raise _stuck(journal, error) from error
    for name, text in files.items() if isinstance(files, dict) else ():
        path = root / name
        if isinstance(text, str) and path.resolve().is_relative_to(root.resolve()):  # a workspace may be somebody else's
            write_atomic(path, text)
    try:
        journal.unlink()
    except OSError as error:  # left behind it would undo what is written later
        raise _stuck(journal, error) from error


def _stuck(journal: Path, error: OSError) -> StoreError:
    reason = error.strerror or str(error)
    return StoreError(f"a change that was begun cannot be finished: {journal}: {reason}", then="check that you may read and delete it")
