"""Token-reduction methods, one file each; importing this package registers all of them."""

from experiments.reducers import (
    ats,
    dpcknn,
    dynamicvit,
    evit,
    keep_all,
    kmedoids,
    patchmerger,
    radial,
    random,
    sinkhorn,
    sit,
    tome,
    topk,
)
from experiments.reducers.reducer import REGISTRY, Heads, Reducer, Reduction, Shape, View, build, stage_counts

__all__ = [
    "REGISTRY",
    "Heads",
    "Reducer",
    "Reduction",
    "Shape",
    "View",
    "ats",
    "build",
    "dpcknn",
    "dynamicvit",
    "evit",
    "keep_all",
    "kmedoids",
    "patchmerger",
    "radial",
    "random",
    "sinkhorn",
    "sit",
    "stage_counts",
    "tome",
    "topk",
]
