"""The methods in the order and under the names in which tables and figures show them."""

from __future__ import annotations

FAMILIES: dict[str, tuple[str, ...]] = {
    "learned pruning": ("topk", "evit", "dynamicvit", "ats"),
    "fixed patterns": ("l1", "l2", "linf"),
    "hard merging": ("tome", "dpcknn", "kmedoids"),
    "soft merging": ("sit", "patchmerger", "sinkhorn"),
}
"""family → methods; "learned" as arXiv:2308.04657 has it: what is kept depends on the image."""
UNREDUCED, RANDOM, NO_TEACHER = "keep_all", "random", "dynamicvit_no_teacher"
CONTROLS = (UNREDUCED, RANDOM, NO_TEACHER)
"""shown beside the methods and never ranked among them."""
COMPETITORS = tuple(method for family in FAMILIES.values() for method in family)
TITLES = {
    "topk": "Top-K",
    "evit": "EViT",
    "dynamicvit": "DynamicViT",
    "ats": "ATS",
    "l1": "l1",
    "l2": "l2",
    "linf": "l∞",
    "tome": "ToMe",
    "dpcknn": "DPC-KNN",
    "kmedoids": "K-Medoids",
    "sit": "SiT",
    "patchmerger": "PatchMerger",
    "sinkhorn": "Sinkhorn",
    "keep_all": "unreduced",
    "random": "random",
    "dynamicvit_no_teacher": "DynamicViT, no teacher",
}


def family_of(method: str) -> str:
    """Family of a method; "control" for what is no competitor."""
    return next((family for family, members in FAMILIES.items() if method in members), "control")


def title(method: str) -> str:
    """The name that papers use."""
    return TITLES.get(method, method)


def in_order(methods: set[str]) -> list[str]:
    """Methods by family, then what no family has, controls last."""
    known = [*COMPETITORS, *CONTROLS]
    return sorted(methods, key=lambda method: (known.index(method) if method in known else len(COMPETITORS) - 0.5, method))
