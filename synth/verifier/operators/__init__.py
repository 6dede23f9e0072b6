"""Statements on a table, read as programs of small operators, executed on its cells."""
