"""Statements on a table of records: candidate programs over its rows, each executed, and a vote among them."""
