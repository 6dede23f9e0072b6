"""Looks at reports: ours before they leave the house, and older ones under audit."""
