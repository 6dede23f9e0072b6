"""Measurements of what the reader makes of papers whose source is known."""
