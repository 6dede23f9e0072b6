"""The command as shells see it: help, pipes, encodings, signals, and what it imports."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from workplace import VERIFIED, environment, heed_interrupts, kept, process, rows, run_arguments, start, until

HEAVY = ("torch", "sklearn", "scipy", "transformers", "sentence_transformers", "timm", "pymupdf", "matplotlib", "httpx", "arxiv")


@pytest.mark.parametrize("arguments", [(), ("run",), ("claims",), ("claims", "show"), ("papers",), ("doctor",)])
def test_help_is_plain_text(arguments: tuple[str, ...]) -> None:
    """Every command explains itself on stdout with exit code 0 and without a code for colours."""
    answer = process(*arguments, "--help")
    assert answer.code == 0
    assert answer.out.startswith("Usage: synth")
    assert "\x1b" not in answer.out
    assert answer.err == ""


def test_a_pipe_gets_whole_plain_lines(done: Path) -> None:
    """Listings in a pipe hold no escape code, and with --json nothing but JSON."""
    assert "\x1b" not in process("claims", "-w", done).out
    assert {claim["text"] for claim in process("claims", "-w", done, "--json").data} >= {VERIFIED}


def test_a_reader_that_leaves_is_no_failure(done: Path) -> None:
    """`synth claims | head -1` ends with 0 and says nothing on stderr."""
    started = start("claims", "-w", done, "--json")
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    assert started.stderr.read() == ""
    assert started.wait(60) == 0


def test_a_terminal_without_our_letters_shows_others(done: Path) -> None:
    """Where ✓ cannot be encoded, it is replaced and the listing goes on."""
    answer = process("claims", "-w", done, extra={"PYTHONIOENCODING": "ascii"})
    assert answer.code == 0
    assert VERIFIED.split(" than ")[0] in answer.out


def test_a_dropped_interrupt_stops_the_next_step() -> None:
    """An interrupt that a callback of Python swallowed is raised again where progress is told; without one nothing is raised."""
    code = (
        "import os, signal, weakref\n"
        "from synth import interrupt\n"
        "from synth.cli import options\n"
        "interrupt.watch()\n"
        "class Thing: pass\n"
        "thing = Thing()\n"
        "seen = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))\n"
        "try:\n"
        "    with options.progress() as say:\n"
        "        say('before')\n"
        "        del thing\n"
        "        print('went on')\n"
        "        say('after')\n"
        "except KeyboardInterrupt: print('stopped')\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=60,
        check=False,
        preexec_fn=heed_interrupts,
    )
    assert (answer.stdout, answer.stderr) == ("went on\nstopped\n", "")


def test_ctrl_c_is_one_line(tmp_path: Path, done: Path) -> None:
    """A run that is interrupted says so in one line, with the exit code of shells for it, and has written no report."""
    started = start(*run_arguments(done / "papers", tmp_path))
    assert until(started, (tmp_path / ".synth").exists)
    started.send_signal(signal.SIGINT)
    _, err = started.communicate(timeout=60)
    assert err == "synth: stopped; the same command goes on where this one stopped\n"
    # Python ends itself by the signal, which shells call 130, where a library was running code of its own when it came.
    assert started.returncode in (130, -signal.SIGINT)
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("command", ["run", "verify"])
def test_what_is_kept_is_not_computed(done: Path, copy: Path, command: str) -> None:
    """A second run, and a claim verified from what is kept, import neither torch nor any other heavy library, nor reach out."""
    again = run_arguments(done / "papers", copy)
    arguments = again if command == "run" else ("verify", rows(copy)[VERIFIED]["id"], "--budget", "0", "-w", copy)
    code = (
        "import sys, json\n"
        "from synth.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as stop: code = stop.code\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), code, file=sys.stderr)\n"
    )
    command_line = [sys.executable, "-c", code, *map(str, arguments)]
    answer = subprocess.run(command_line, capture_output=True, text=True, env=environment(), timeout=120, check=False)
    assert answer.stderr == f"[] {1 if command == 'run' else 0}\n"


def test_the_laboratory_is_reached_through_synth(tmp_path: Path) -> None:
    """`synth experiments` hands arguments on, whatever folder of that name lies where it is called, and gives back its exit code."""
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "__main__.py").write_text("raise SystemExit(9)\n")
    answer = process("experiments", "--help", cwd=tmp_path)
    assert answer.code == 0
    assert "train" in answer.out
    assert process("experiments", "nonsense", cwd=tmp_path).code == 2


def test_the_doctor_looks_at_everything(tmp_path: Path) -> None:
    """doctor --json lists each check with its state and a remedy for what is not as it should be."""
    answer = process("doctor", "--offline", "--json", "-w", tmp_path)
    checks = {check["name"]: check for check in answer.data}
    assert list(checks) == [
        "Python", "torch and torchvision", "imports", "device", "embedding model", "laboratory", "PDF engine", "arXiv", "disk",
    ]  # fmt: skip
    assert checks["arXiv"]["found"] == "not asked: offline"
    assert all(check["remedy"] for check in checks.values() if check["state"] == "failed")
    assert answer.code == int(any(check["state"] == "failed" for check in checks.values()))


def test_dates_can_be_fixed(done: Path) -> None:
    """SOURCE_DATE_EPOCH stands for the clock: two runs on two days can be compared byte by byte."""
    (path,) = (done / "reports").glob("*/run.json")
    assert json.loads(path.read_text("utf-8"))["provenance"]["finished"] == "2026-01-02T03:04:05+00:00"
    siblings = json.loads(path.read_text("utf-8"))["siblings"]
    assert kept(done, "evidence") == 3 * (len(rows(done)) + len(siblings))
