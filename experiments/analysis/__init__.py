"""
What the measured rows say: rank tables, similarities of patterns, and figures.

Reading (`rows`, `panels`), arithmetic (`ranks`, `equal_tokens`, `pareto`, `similarity`, `correlation`) and rendering
(`text`, `figures/`) are apart; only `commands` knows the command line.
"""
