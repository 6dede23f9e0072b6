"""Stance of a passage towards a claim: rules that explain themselves, then a small head that weighs what they saw."""
