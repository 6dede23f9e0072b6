"""CIFAR-10 from arrays of JPEG bytes or torchvision's folder: whole splits, known identities, damage in one clear line."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from experiments.data import Format, Split, open_data
from experiments.data.cifar10 import ARRAYS, BATCHES, SHIPPED, Cifar10
from experiments.data.interface import SPLITS
from experiments.errors import DataError


def jpeg(level: int, side: int = 32) -> bytes:
    """A picture of one grey level."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), (level,) * 3).save(file, "JPEG")
    return file.getvalue()


def arrays(half: str, n: int, base: int = 0) -> dict[str, Any]:
    """`n` pictures of their own levels in the layout of the file."""
    pictures = [jpeg(base + i) for i in range(n)]
    offsets = np.cumsum([0, *map(len, pictures)]).astype(np.uint32)
    stream = np.frombuffer(b"".join(pictures), np.uint8)
    return {f"jpg_{half}": stream, f"off_{half}": offsets, f"y_{half}": np.arange(n, dtype=np.uint8) % 10}


def written(folder: Path, **changed: Any) -> Cifar10:
    """A small data set with 40 training and 20 test pictures, some of its arrays replaced (or left out with None)."""
    members = arrays("train", 40) | arrays("test", 20, 100) | changed
    np.savez(folder / ARRAYS, **{name: value for name, value in members.items() if value is not None})
    return Cifar10(folder)


def test_splits_are_disjoint_and_together_everything(tmp_path: Path) -> None:
    """A tenth of the training images is for validation, the same ones in any process."""
    data = written(tmp_path)
    sizes: dict[Split, int] = {split: data.size(split) for split in SPLITS}
    assert sizes == {"train": 36, "validation": 4, "test": 20}
    levels = [sorted(int(image.mean()) for image in data.take(split, sizes[split], 0).images) for split in SPLITS]
    assert sorted(level for found in levels for level in found) == [*range(40), *range(100, 120)]
    assert levels[1] == [1, 19, 26, 27]


def test_labels_stay_with_their_images(tmp_path: Path) -> None:
    """Whatever the order, an image has the label that stands beside it in the file."""
    scenes = written(tmp_path).take("test", 20, 5)
    assert [round(image.mean()) % 10 for image in scenes.images] == scenes.labels.tolist()


def test_training_batches_are_cropped_flipped_and_repeatable(tmp_path: Path) -> None:
    """A batch is fixed by its seed; over many images the black frame shows at every edge."""
    pictures = [jpeg(255)] * 40
    data = written(tmp_path, jpg_train=np.frombuffer(b"".join(pictures), np.uint8), off_train=np.arange(41) * len(pictures[0]))
    batch = data.training_batch(200, (0, 1, 7))
    assert batch.digest() == data.training_batch(200, (0, 1, 7)).digest() != data.training_batch(200, (0, 2, 7)).digest()
    edges = [batch.images[:, 0], batch.images[:, -1], batch.images[:, :, 0], batch.images[:, :, -1]]
    assert all(0.2 < (edge.max((1, 2)) < 9).mean() < 0.7 for edge in edges)
    assert batch.images[:, 4:-4, 4:-4].min() == 255


def test_pixels_are_colour_channels_of_mean_zero(tmp_path: Path) -> None:
    """The input of a backbone has the channels first, and the mean grey of CIFAR-10 becomes about zero."""
    data = written(tmp_path)
    pixels = data.pixels(np.full((2, 32, 32, 3), 120, np.uint8))
    assert tuple(pixels.shape) == (2, 3, 32, 32)
    assert float(pixels.abs().max()) < 0.15
    assert data.format == Format(32, 4, 3, 10)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"jpg_test": None}, r"no array jpg_test in .*cifar10_jpeg.npz; expected jpg_\*, off_\* and y_\* for train and test"),
        ({"y_test": np.zeros(19, np.uint8)}, r"test of .*: 21 offsets for 19 labels, expected one more than labels; fetch the file again"),
        ({"off_test": np.arange(21) * 10**6}, r"offsets end at 20000000, beyond the \d+ bytes"),
        ({"off_test": np.zeros(21, np.int64)}, r"offsets do not rise"),
        ({"off_test": np.arange(21.0)}, r"off is float64 of shape \(21,\), expected a row of integers"),
        ({"y_test": np.arange(20)}, r"labels lie in 0\.\.19, expected 0\.\.9"),
        ({"jpg_test": np.zeros(10**5, np.uint8)}, r"image 0 of jpg_test in .* is no JPEG"),
        ({"jpg_test": np.zeros(10**5, np.int64)}, r"jpg is int64, expected uint8"),
        ({"jpg_test": np.array([{}], dtype=object)}, r"cifar10_jpeg.npz is damaged \(Object arrays cannot be loaded"),
    ],
)
def test_damaged_arrays_are_one_clear_line(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    """What does not belong together is named; nothing is unpickled."""
    data = written(tmp_path, **changed)
    with pytest.raises(DataError, match=message) as caught:
        data.take("test", 1, 0)
    assert "\n" not in str(caught.value)


def test_images_of_another_size_are_refused(tmp_path: Path) -> None:
    """A picture that is not 32 x 32 is named."""
    picture = jpeg(1, 48)
    data = written(tmp_path, jpg_test=np.frombuffer(picture, np.uint8), off_test=np.array([0, len(picture)]), y_test=np.array([0]))
    with pytest.raises(DataError, match=r"image 0 of jpg_test in .* has 48 x 48 pixels, expected 32 x 32"):
        data.take("test", 1, 0)


def test_a_truncated_file_is_one_clear_line(tmp_path: Path) -> None:
    """Half of the file is not read as a small data set."""
    data = written(tmp_path)
    path = tmp_path / ARRAYS
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"cifar10_jpeg.npz is damaged \(.*\); fetch it again"):
        data.take("test", 1, 0)


def test_missing_data_say_what_to_do(tmp_path: Path) -> None:
    """No folder, an empty folder and too many images are three different lines."""
    with pytest.raises(DataError, match=r"no folder for cifar10; state the one that holds cifar10_jpeg.npz or cifar-10-batches-py"):
        open_data("cifar10").take("test", 1, 0)
    with pytest.raises(DataError, match=r"no CIFAR-10 in .*; expected cifar10_jpeg.npz or torchvision's folder"):
        open_data("cifar10", tmp_path).take("test", 1, 0)
    with pytest.raises(DataError, match=r"21 images asked of cifar10, whose test split has 20; ask for 1 to 20"):
        written(tmp_path).take("test", 21, 0)


class Hostile:
    """Leaves a trace when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        """Touch the file."""
        return (Path.touch, (self.path,))


def test_pickles_of_unknown_content_are_not_opened(tmp_path: Path) -> None:
    """Files that are not torchvision's by checksum are refused before any code in them can run."""
    trace = tmp_path / "ran"
    folder = tmp_path / BATCHES
    folder.mkdir()
    for name in ("batches.meta", "test_batch", *(f"data_batch_{i}" for i in range(1, 6))):
        (folder / name).write_bytes(pickle.dumps(Hostile(trace)))
    with pytest.raises(DataError, match=r"cifar-10-batches-py is incomplete or damaged; fetch CIFAR-10 again with torchvision"):
        open_data("cifar10", tmp_path).take("test", 1, 0)
    assert not trace.exists()


def test_torchvisions_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images and labels come as torchvision gives them, once the files are the known ones."""
    import torchvision.datasets

    class Known:
        """Stands for torchvision's class with its checksums met."""

        def __init__(self, root: str, train: bool, download: bool) -> None:
            assert not download
            self.data = np.full((30 if train else 10, 32, 32, 3), 9, np.uint8)
            self.targets = [3] * len(self.data)

    monkeypatch.setattr(torchvision.datasets, "CIFAR10", Known)
    (tmp_path / BATCHES).mkdir()
    data = open_data("cifar10", tmp_path)
    assert [data.size(split) for split in SPLITS] == [27, 3, 10]
    assert data.take("test", 2, 0).labels.tolist() == [3, 3]


def test_an_identity_depends_on_content_and_choice(tmp_path: Path) -> None:
    """Other images, another number, another seed or another split is another identity; without data it is the shipped one."""
    small = written(tmp_path)
    known = open_data("cifar10")
    found = [small.identity("test", 20, 0), known.identity("test", 20, 0), known.identity("test", 19, 0), known.identity("test", 20, 1)]
    assert len({*found, known.identity("train", 20, 0), known.identity("validation", 20, 0)}) == 6


@pytest.mark.shared
def test_the_shipped_identity_is_that_of_the_stored_arrays(shared: Path) -> None:
    """The test images in the shared folder decode to the pixels that shipped rows were measured on."""
    if not (shared / "data/images" / ARRAYS).is_file():
        pytest.skip("needs data/images/cifar10_jpeg.npz in the shared folder")
    stored = open_data("cifar10", shared / "data/images")
    assert stored.identity("test", 512, 0) == open_data("cifar10").identity("test", 512, 0)
    assert stored.size("test") == 10000
    assert len(SHIPPED["train"]) == 64
