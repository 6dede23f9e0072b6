"""Arguments → one call → exit code. Nothing is computed here, and nothing heavy is imported before a command needs it."""

from synth.cli.app import main

__all__ = ["main"]
