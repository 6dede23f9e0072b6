"""Labels in the first column that several rows share: each belongs to the rows that it is the centre of, or that follow it."""

from __future__ import annotations

from collections.abc import Sequence

from synth.reader.columns import Chunk

Placed = list[tuple[Chunk, int, int]]
"""chunks of a row with first column and width."""


def shared_labels(full: Sequence[Placed], near: Sequence[Placed], size: float) -> dict[int, tuple[Chunk, int]]:
    """For the first row of each group the label and the number of rows that share it."""
    lines = sorted([row[0][0] for row in full if row[0][1] == 0] + [row[0][0] for row in near], key=lambda chunk: chunk.middle)
    aligned = {id(row[0][0]) for row in full if row[0][1] == 0}
    heights = [row[-1][0].middle for row in full]
    alone = _clustered(lines, aligned, size, mixed=False)
    mixed = _clustered(lines, aligned, size, mixed=True)
    centred = [(*_centred_counts(heights, some, size), some) for some in (alone, mixed)]
    possible = [option for option in centred if option[1]]
    _, counts, labels = min(possible, key=lambda option: option[0]) if possible else (0.0, _filled_counts(full, alone), alone)
    found: dict[int, tuple[Chunk, int]] = {}
    start = 0
    for label, count in zip(labels, counts, strict=True):
        if count:
            found[id(full[start])] = (label, count)
        start += count
    return found


def _clustered(lines: Sequence[Chunk], aligned: set[int], size: float, *, mixed: bool) -> list[Chunk]:
    """Lines of labels directly below one another joined: those that stand in no row, with `mixed` also to one that does."""
    found: list[Chunk] = []
    last: Chunk | None = None
    for chunk in lines:
        in_rows = (id(chunk) in aligned) + (id(last) in aligned)
        if last is not None and chunk.box[1] - last.box[3] < 0.45 * size and in_rows <= mixed:
            found[-1] = Chunk([*found[-1].words, *chunk.words])
        else:
            found.append(chunk)
        last = chunk
    return found


def _centred_counts(heights: Sequence[float], labels: Sequence[Chunk], size: float) -> tuple[float, list[int]]:
    """Mean distance of the labels from the centres of their rows, and how many rows each has; no counts if that fails."""
    counts: list[int] = []
    total, start = 0.0, 0
    for label in labels:
        errors = [(abs((heights[start] + heights[end]) / 2 - label.middle), end) for end in range(start, len(heights))]
        if len(labels) > 1 and (not errors or min(errors)[0] > 0.6 * size):
            return 0.0, []
        error, end = min(errors) if len(labels) > 1 else (0.0, len(heights) - 1)
        total += error
        counts.append(end - start + 1)
        start += counts[-1]
    return (total / len(labels), counts) if labels and start == len(heights) else (0.0, [])


def _filled_counts(full: Sequence[Placed], labels: Sequence[Chunk]) -> list[int]:
    """How many rows each label heads if it stands in or before its first row; rows above the first label go to it."""
    starts = [next((n for n, row in enumerate(full) if row[-1][0].middle > label.middle - 3), len(full)) for label in labels]
    if starts:
        starts[0] = 0
    ends = [*starts[1:], len(full)]
    return [max(end - start, 0) for start, end in zip(starts, ends, strict=True)]
