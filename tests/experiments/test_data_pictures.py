"""Picture files: chosen by names alone, prepared as the protocol says, refused in one line where they are missing or damaged."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.data import Data, Format, open_data
from experiments.data.interface import SPLITS
from experiments.errors import DataError


def picture(path: Path, level: int, size: tuple[int, int] = (40, 30)) -> None:
    """A JPEG of one grey level."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (level,) * 3).save(path, "JPEG")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two classes, ten training and three validation pictures each; every picture has a level of its own."""
    for c, name in enumerate(("cat", "dog")):
        for i in range(10):
            picture(tmp_path / "tree/train" / name / f"{i}.jpg", 100 * c + 10 * i)
        for i in range(3):
            picture(tmp_path / "tree/val" / name / f"v{i}.jpeg", 100 * c + 10 * i + 5)
    return tmp_path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Twelve pictures of three classes in a CSV file, six of them for testing."""
    rows = ["image,split,labels"]
    for i in range(12):
        picture(tmp_path / "list/images" / f"{i}.jpg", 20 * i)
        rows.append(f"images/{i}.jpg,{'test' if i % 2 else 'train'},{('cat;dog', 'dog', '', 'bird;cat')[i % 4]}")
    (tmp_path / "list/labels.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return tmp_path


def opened(folder: Path, name: str = "imagefolder:tree?side=32&patch=8") -> Data:
    """The tree or the list in a folder."""
    return open_data(name, folder)


def test_a_tree_says_its_shape_and_keeps_its_splits_apart(tree: Path) -> None:
    """Classes come from the folders; a tenth of the training pictures is held out, and no picture is in two splits."""
    data = opened(tree)
    assert data.format == Format(32, 8, 3, 2)
    assert [data.size(split) for split in SPLITS] == [18, 2, 6]
    levels = [
        {int(image.mean()) for image in data.take(split, data.size(split) or 0, 0).images} for split in ("train", "validation", "test")
    ]
    assert len(set.union(*levels)) == 26


def test_val_is_for_validation_where_test_has_classes(tree: Path) -> None:
    """With three labelled folders nothing is carved out of the training pictures."""
    for name in ("cat", "dog"):
        picture(tree / "tree/test" / name / "t.png", 7)
    assert [opened(tree).size(split) for split in SPLITS] == [20, 6, 2]


def test_pictures_are_those_that_the_seed_chooses(tree: Path) -> None:
    """Equal seeds give equal images; labels belong to their pictures; other seeds give others."""
    data = opened(tree)
    scenes = data.take("test", 6, 3)
    assert scenes.digest() == data.take("test", 6, 3).digest() != data.take("test", 6, 4).digest()
    assert [int(image.mean()) >= 100 for image in scenes.images] == [bool(label) for label in scenes.labels]
    assert scenes.images.shape == (6, 32, 32, 3)
    assert tuple(data.pixels(scenes.images).shape) == (6, 3, 32, 32)


def test_only_pictures_that_are_needed_are_decoded(tree: Path) -> None:
    """A damaged picture stops nobody who does not take it, and whoever takes it is told which it is."""
    (tree / "tree/val/cat/v0.jpeg").write_bytes(b"no picture")
    data = opened(tree)
    assert len(data.take("train", 18, 0).labels) == 18
    with pytest.raises(DataError, match=r"^val/cat/v0.jpeg in .*tree is no JPEG, PNG, WEBP, BMP picture; replace it or leave it out"):
        data.take("test", 6, 0)


def test_the_centre_is_evaluated_and_the_aspect_kept(tmp_path: Path) -> None:
    """Of a wide picture with marked ends only the middle is seen."""
    array = np.zeros((64, 192, 3), np.uint8)
    array[:, 64:128] = 255
    (tmp_path / "tree/val/a").mkdir(parents=True)
    Image.fromarray(array).save(tmp_path / "tree/val/a/x.png")
    assert opened(tmp_path).take("test", 1, 0).images.min() >= 250


def test_training_pictures_vary_by_seed_alone(tree: Path, table: Path) -> None:
    """Equal seeds give equal batches, other seeds other ones, for one label and for several."""
    for name in ("imagefolder:tree?side=32&patch=8", "csv:list/labels.csv?side=32&patch=8"):
        data = opened(tree, name)
        batch = data.training_batch(8, (0, 1, 7))
        assert batch.digest() == data.training_batch(8, (0, 1, 7)).digest() != data.training_batch(8, (0, 2, 7)).digest()


def test_an_identity_follows_content_names_and_labels(tree: Path) -> None:
    """One byte more in a taken picture, or another name for it, is another identity; an untaken picture changes nothing."""
    first = opened(tree).identity("test", 6, 0)
    picture(tree / "tree/train/cat/0.jpg", 3)
    assert opened(tree).identity("test", 6, 0) == first
    path = tree / "tree/val/cat/v1.jpeg"
    path.write_bytes(path.read_bytes() + b"\0")
    second = opened(tree).identity("test", 6, 0)
    path.rename(path.with_name("v1b.jpeg"))
    reopened = open_data("imagefolder:tree?patch=8&side=32", tree)
    assert len({first, second, reopened.identity("test", 6, 0)}) == 3


def test_a_list_gives_several_labels(table: Path) -> None:
    """Classes are the sorted names, a picture without labels has none, and macro mAP is its measure."""
    data = opened(table, "csv:list/labels.csv?side=16&patch=8")
    assert data.format == Format(16, 8, 3, 3, True)
    assert data.metric == "map_percent"
    scenes = data.take("test", 6, 0)
    expected = {1: (0, 0, 1), 3: (1, 1, 0)}
    assert [tuple(row) for row in scenes.labels.astype(int)] == [expected[round(image.mean() / 20) % 4] for image in scenes.images]


def test_the_character_between_labels_is_stated(table: Path) -> None:
    """A list with other separators is refused with what to do, and read once that is done."""
    path = table / "list/labels.csv"
    path.write_text(path.read_text("utf-8").replace(";", "|"), "utf-8")
    with pytest.raises(
        DataError, match=r"no picture of .*labels.csv has two labels joined by ';'; state what joins them: csv:PATH\?separator=|"
    ):
        opened(table, "csv:list/labels.csv")
    assert opened(table, "csv:list/labels.csv?separator=|").format.classes == 3


def _no_val(root: Path) -> None:
    (root / "tree/val").rename(root / "tree/other")


def _empty_class(root: Path) -> None:
    for path in (root / "tree/val/dog").iterdir():
        path.unlink()


def _other_classes(root: Path) -> None:
    (root / "tree/val/dog").rename(root / "tree/val/wolf")


def _truncated(root: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = root / "tree/val/dog/v0.jpeg"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])


def _link_out(root: Path) -> None:
    picture(root / "secret.jpg", 1)
    (root / "tree/val/dog/link.jpg").symlink_to(root / "secret.jpg")


def _class_link_out(root: Path) -> None:
    for split in ("train", "val"):
        (root / "tree" / split / "etc").symlink_to("/etc")


def _bomb(root: Path) -> None:
    Image.new("1", (9000, 9000)).save(root / "tree/val/dog/bomb.png")


def _pipe(root: Path) -> None:
    os.mkfifo(root / "tree/val/dog/pipe.jpg")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_no_val, r"no labelled test pictures in .*tree; expected val/ or test/ with a folder for each class"),
        (_empty_class, r"no pictures in .*val/dog; expected .jpg, .* files, or no such class"),
        (_other_classes, r"tree/train and .*tree/val have different classes \('dog' is in one only\); expected the same in both"),
        (_truncated, r"val/dog/v0.jpeg in .* is damaged \(.*truncated"),
        (_link_out, r"val/dog/link.jpg leads out of .*tree; copy the picture into it"),
        (_class_link_out, r"train/etc leads out of .*tree"),
        (_bomb, r"val/dog/bomb.png in .* has 9000 x 9000 pixels, at most 67108864 in all are read; leave it out"),
        (_pipe, r"val/dog/pipe.jpg is no file of at most 268435456 bytes; replace it or leave it out"),
    ],
)
def test_a_damaged_tree_is_one_clear_line(tree: Path, damage: Callable[[Path], None], message: str) -> None:
    """Whatever is wrong with a tree is named, with what was expected or what to do."""
    damage(tree)
    with pytest.raises(DataError, match=message) as caught:
        data = opened(tree)
        data.take("test", data.size("test") or 0, 0)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "image,labels\na.jpg,cat\n",
            r"no column split in .*, it has \['image', 'labels'\]; expected columns image, split, labels",
        ),
        ("", r"no column image, split, labels in .*, it has none"),
        ("image,split,labels\n0.jpg,dev,cat\n", r"split 'dev' in line 2 of .*; expected train, validation, test, val"),
        ("image,split,labels\n0.jpg,test\n", r"line 2 of .* has another number of cells than the first"),
        ("image,split,labels\n0.jpg,test,\"['cat', 'dog']\"\n", r"labels \"\['cat', 'dog'\]\" in line 2 .*; expected names joined by ';'"),
        ("image,split,labels\n0.jpg,test,cat;;dog\n", r"labels 'cat;;dog' in line 2"),
        ("image,split,labels\n0.jpg,test,a;b\n./0.jpg,train,a\n", r"0.jpg stands twice in .*; expected one row a picture"),
        ("image,split,labels\nno.jpg,test,a;b\n", r"no.jpg' is absent; put it back or take it out of the list"),
        ("image,split,labels\n../secret.jpg,test,a;b\n", r"secret.jpg leads out of .*list"),
        ("image,split,labels\n0.jpg,train,a;b\n", r"1 images asked of csv:.*, whose test split has 0"),
    ],
)
def test_a_damaged_list_is_one_clear_line(table: Path, text: str, message: str) -> None:
    """Whatever is wrong with a list is named, with what was expected or what to do."""
    picture(table / "secret.jpg", 1)
    (table / "list/labels.csv").write_text(text, "utf-8")
    with pytest.raises(DataError, match=message) as caught:
        opened(table, "csv:list/labels.csv").take("test", 1, 0)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_are_no_list(table: Path) -> None:
    """A picture given as the list is refused as such."""
    with pytest.raises(DataError, match=r"images/0.jpg is no readable CSV file \(.*\); expected columns"):
        opened(table, "csv:list/images/0.jpg")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("imagefolder:nowhere", r"no folder .*nowhere; expected one with train/ and val/ or test/, each with a folder a class"),
        ("csv:nowhere.csv", r"nowhere.csv is no readable CSV file"),
        ("imagefolder:tree?size=3", r"no option 'size' in 'imagefolder:tree\?size=3'; there are patch, side"),
        ("imagefolder:tree?side=big", r"side and patch big and 16 .*; expected pixels"),
        ("imagefolder:tree?side=30", r"side 30 and patch 16 .*; expected a side that is a multiple of the patch"),
        ("csv:list/labels.csv?separator=ab", r"separator 'ab' .*; expected one character"),
        ("imagefolder:", r"no data set 'imagefolder:' here"),
    ],
)
def test_a_name_that_means_nothing_is_one_clear_line(tree: Path, name: str, message: str) -> None:
    """What is wrong with a name is said before anything is read."""
    with pytest.raises(DataError, match=message):
        open_data(name, tree)
