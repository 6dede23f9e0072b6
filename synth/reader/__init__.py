"""Bytes → Document: sections, located sentences, tables with header paths."""
