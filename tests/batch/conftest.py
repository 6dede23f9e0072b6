"""The fixtures of workplace.py: one finished workspace, and settings that nothing on the machine changes."""

from workplace import bare_settings, copy, done

__all__ = ["bare_settings", "copy", "done"]
