"""Data sets by name; every one of them is deterministic by seed and disjoint between its splits."""

from experiments.data.digit_scenes import DATASETS, Scenes, Split, load_scenes

__all__ = ["DATASETS", "Scenes", "Split", "load_scenes"]
