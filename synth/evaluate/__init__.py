"""Scoring on data that others labelled: formats of labelled sets, conversion to our records, and the figures; knows no other station."""
