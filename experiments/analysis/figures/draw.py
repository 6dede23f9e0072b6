"""Which figures are drawn of which rows, with the words below them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.analysis.figures import style
from experiments.analysis.figures.costs import draw_costs
from experiments.analysis.figures.curves import draw_curves, read_curves
from experiments.analysis.figures.kept_tokens import draw_kept, stages_of
from experiments.analysis.figures.rank_map import draw_ranks
from experiments.analysis.figures.vanishing import METHODS, Spot, draw_vanishing, map_of, map_rows, map_table
from experiments.analysis.methods import COMPETITORS
from experiments.analysis.models import at_hand, tuned_here
from experiments.analysis.panels import Array, by_width
from experiments.analysis.throughput import Speeds, with_speeds
from experiments.errors import DataError
from synth.model import CellRequest

Row = Mapping[str, Any]
DEPTH = 12
MAP_IMAGES = 256
REGIMES = {"fine_tuned": "fine-tuned", "off_the_shelf": "off the shelf"}


@dataclass(frozen=True)
class Work:
    """What the figures are drawn of."""

    rows: Sequence[Row]
    """of a rank table."""
    images: Mapping[str, int]
    folder: Path
    formats: tuple[str, ...] = style.FORMATS
    weights: Path | None = None
    """folder with fine-tuned weights and their learning curves."""
    data: Path | None = None
    """where real data sets lie."""
    speeds: Sequence[Speeds] = ()
    keep_rate: float = 0.5
    """of the kept tokens and of the learning curves."""
    image: int = 2
    """of the test images, for the kept tokens."""
    log: Callable[[str], None] = lambda line: None

    @property
    def regime(self) -> str:
        """Of the rows."""
        return str(self.rows[0]["regime"])

    def circumstances(self) -> str:
        """ "fine-tuned; 3 seeds; 512 test images"."""
        seeds = sorted({row["n_seeds"] for row in self.rows})
        told = f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else f"{seeds[0]} seed{'s' * (seeds[0] > 1)}"
        counts = sorted({self.images[row["dataset"]] for row in self.rows if row["dataset"] in self.images})
        images = f"; {' or '.join(map(str, counts))} test images" if counts else ""
        return f"{REGIMES[self.regime]}; {told}{images}"

    def keep(self, figure: Any, name: str) -> Iterator[Path]:
        """Save a figure, if there is one."""
        if figure is not None:
            yield from style.save(figure, self.folder, name, self.formats)

    def smallest(self) -> str:
        """The narrowest backbone of the rows."""
        return min((str(row["backbone"]) for row in self.rows), key=by_width)

    def datasets(self, backbone: str) -> list[str]:
        """Those of the rows on a backbone."""
        return list(dict.fromkeys(row["dataset"] for row in self.rows if row["backbone"] == backbone))


BARS = "Bars: paired 95 % interval of the difference to the unreduced model over images and seeds (images alone where there is one seed)"
FRONT = "yellow: Pareto front; dashed: unreduced"


def costs(work: Work) -> Iterator[Path]:
    """Performance against multiply-adds, and against images per second where they are known."""
    words = f"Performance and multiply-adds of one image; {work.circumstances()}. {BARS}; {FRONT}. Points of a method: its keep rates."
    rows = [{**row, "mmacs": None if row.get("gmacs") is None else 1000 * row["gmacs"]} for row in work.rows]
    yield from work.keep(draw_costs(rows, "mmacs", "multiply-adds (millions an image)", words, lower_is_better=True), "performance_gmacs")
    timed = with_speeds(work.rows, work.speeds)
    shapes = {row["timed_on"]: row["backbone"] for row in timed if row["timed_on"]}
    told = "; ".join(dict.fromkeys(one.circumstances for one in work.speeds if one.backbone in shapes))
    where = "" if all(timed_on == own for timed_on, own in shapes.items()) else f", timed on {', '.join(sorted(shapes))}"
    words = f"Performance and measured throughput{where} ({told}); {work.circumstances()}. {BARS}; {FRONT}."
    yield from work.keep(
        draw_costs(timed, "images_per_second", "images per second", words, lower_is_better=False), "performance_throughput"
    )


def ranks(work: Work) -> Iterator[Path]:
    """Ranks of all methods in all cells."""
    names = {
        "equal_keep_rate": "at equal keep rate",
        "equal_mean_tokens": "at equal mean tokens a block, those that the keep rate promises (–: the method does not get there)",
    }
    for comparison, told in names.items():
        words = f"Rank of the mean over seeds {told}; 1 is best, ties share the mean rank; {work.circumstances()}."
        yield from work.keep(draw_ranks(work.rows, comparison, words), f"ranks_{comparison}")


KEPT = (
    "after stages 1, 2 and 3, with the number of patch tokens left (EViT's fused one counts, and has no place). Dropped patches are "
    "dimmed. Merged ones are tinted, with a border between tokens; colours tell neighbours apart and repeat beyond ten tokens. "
    "SiT, PatchMerger and Sinkhorn mix all patches: each is shown in the token where it weighs most."
)


def kept(work: Work) -> Iterator[Path]:
    """What every method leaves of one test image of each data set, on the narrowest backbone."""
    backbone = work.smallest()
    for dataset in work.datasets(backbone):
        opened = _opened(work, dataset, work.image + 1)
        if opened is None:
            continue
        data, scenes = opened
        image = scenes.images[work.image : work.image + 1]
        found = []
        for method in COMPETITORS:
            cell = _cell(work, method, dataset, backbone, work.keep_rate)
            model = at_hand(cell, work.weights)
            if model is not None:
                found.append(stages_of(model[0], data.pixels(image), method, model[1]))
                grid = model[0].reducer.shape.grid
        if found:
            regime = _most([one.regime for one in found])
            where = (
                f"{style.place_name(dataset, backbone)}, keep rate {work.keep_rate:g}, {REGIMES[regime]}, seed 0, test image {work.image}"
            )
            words = f"{where}; {KEPT}"
            figure = draw_kept(scenes.images[work.image], grid, found, words, regime)
            yield from work.keep(figure, f"kept_{dataset}_{backbone}_{work.keep_rate:g}")


def _most(regimes: Sequence[str]) -> str:
    return max(sorted(set(regimes)), key=regimes.count)


def _cell(work: Work, method: str, dataset: str, backbone: str, keep_rate: float) -> CellRequest:
    regime = "fine_tuned" if work.regime == "fine_tuned" else "off_the_shelf"
    return CellRequest(method=method, backbone=backbone, dataset=dataset, keep_rate=keep_rate, regime=regime)  # type: ignore[arg-type]


def _opened(work: Work, dataset: str, images: int) -> tuple[Any, Any] | None:
    """A data set and some of its test images; None, said in the log, where it is not at hand."""
    from experiments.data import open_data

    try:
        data = open_data(dataset, work.data)
        return data, data.take("test", images, 0)
    except DataError as error:
        work.log(f"no pictures of {dataset}: {error}")
        return None


def vanishing(work: Work) -> Iterator[Path]:
    """Maps of where patches vanish on the narrowest backbone, and how alike they are; all of one regime."""
    backbone = work.smallest()
    rates = sorted({row["keep_rate"] for row in work.rows if row["keep_rate"]}, reverse=True)
    cells = [_cell(work, method, dataset, backbone, rate) for dataset in work.datasets(backbone) for rate in rates for method in METHODS]
    if not all(tuned_here(cell, work.weights) for cell in cells if cell.regime == "fine_tuned"):
        work.log("maps are off the shelf: fine-tuned weights of some cells are not here (--weights FOLDER)")
        cells = [cell.model_copy(update={"regime": "off_the_shelf"}) for cell in cells]
    maps = dict(_maps(work, cells))
    if not maps:
        return
    where = f"{backbone.removeprefix('proxy_')} backbone, {REGIMES[cells[0].regime]}, seed 0, {MAP_IMAGES} test images"
    words = f"{where}; of DPC-KNN and K-Medoids the centres."
    yield from work.keep(draw_vanishing(maps, DEPTH, words), f"vanishing_{backbone}")
    rows = map_rows(maps)
    table, text = work.folder / "vanishing.json", work.folder / "vanishing.txt"
    table.write_text(json.dumps({"circumstances": words, "rows": rows}, indent=1) + "\n", "utf-8")
    head = "Maps of one method on two data sets: medians over keep rates and pairs of data sets. kl and js in bits, emd in patches."
    text.write_text("\n".join([head, words, "", *map_table(rows)]) + "\n", "utf-8")
    yield from (table, text)


def _maps(work: Work, cells: Sequence[CellRequest]) -> Iterator[tuple[Spot, Array]]:
    """The maps of the cells that have one: of methods that keep patches, with weights and pictures at hand."""
    for dataset in dict.fromkeys(cell.dataset for cell in cells):
        opened = _opened(work, dataset, MAP_IMAGES)
        if opened is None:
            continue
        pixels = opened[0].pixels(opened[1].images)
        for cell in (cell for cell in cells if cell.dataset == dataset):
            model = at_hand(cell, work.weights)
            heat = map_of(model[0], pixels) if model else None
            if heat is not None:
                yield Spot(cell.method, dataset, cell.backbone, cell.keep_rate), heat


def learning(work: Work) -> Iterator[Path]:
    """Learning curves of fine-tuning, where there are any."""
    curves = read_curves(work.weights) if work.weights is not None else []
    places = {(row["dataset"], row["backbone"]) for row in work.rows}
    curves = [curve for curve in curves if (curve.dataset, curve.backbone) in places]
    seeds = len({curve.seed for curve in curves})
    words = (
        f"Training loss at keep rate {work.keep_rate:g}, mean of ten steps and of up to {seeds} seeds, logarithmic; dashed: unreduced. "
        "DynamicViT's loss has further terms (ratio, distillation, tokens), so that its height is not comparable."
    )
    yield from work.keep(draw_curves(curves, work.keep_rate, words), "learning_curves")


FIGURES: dict[str, Callable[[Work], Iterator[Path]]] = {
    "costs": costs,
    "kept": kept,
    "ranks": ranks,
    "vanishing": vanishing,
    "learning": learning,
}


def draw(work: Work, only: Sequence[str] = ()) -> Iterator[Path]:
    """Draw the figures of these names, all of them without any; yields every file written."""
    import matplotlib

    work.folder.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(style.RC):
        for name in only or FIGURES:
            yield from FIGURES[name](work)
