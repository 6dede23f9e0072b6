"""Does this claim hold? Papers in, typed claims out, each judged by text, tables and a rerun."""

__version__ = "0.1.0"
