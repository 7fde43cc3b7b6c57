"""Tests of utils.data.shapes: what is promised of the pictures, of the dials, and of how classifiers rank."""

import hashlib
import time

import numpy as np
import pytest

from benchmarks import shapes32 as benchmark
from utils.data import CLASS_NAMES, DEFAULTS, DIALS, shapes32, shapes32_splits

#: Of seed 7; means, since a rounding error of the processor may move a single value by one.
FIRST_LABELS = [6, 3, 4, 9, 0, 2, 8, 7, 5, 1]
FIRST_MEANS = [81.485, 141.566, 143.438]

ZERO = dict.fromkeys(DIALS, 0.0)


def test_shapes_types_and_balance():
    X, y = shapes32(230, seed=1)
    assert X.shape == (230, 32, 32, 3)
    assert X.dtype == np.uint8
    assert y.shape == (230,)
    assert y.dtype == np.int64
    assert np.all(np.bincount(y, minlength=10) == 23)
    assert len(CLASS_NAMES) == 10


def test_every_ten_in_a_row_hold_each_class_once():
    _, y = shapes32(100, seed=2)
    assert all(set(ten) == set(range(10)) for ten in y.reshape(10, 10))
    assert len({tuple(ten) for ten in y.reshape(10, 10)}) > 5  # in changing order


def test_a_seed_means_the_same_pictures_always():
    X, y = shapes32(20, seed=7)
    again, _ = shapes32(20, seed=7)
    other, _ = shapes32(20, seed=8)
    assert np.array_equal(X, again)
    assert not np.array_equal(X, other)
    assert list(y[:10]) == FIRST_LABELS
    assert np.abs(X[:3].astype(float).mean(axis=(1, 2, 3)) - FIRST_MEANS).max() < 0.01


def test_a_longer_set_begins_with_the_shorter_one():
    X, y = shapes32(13, seed=3)
    longer, labels = shapes32(600, seed=3)
    assert np.array_equal(X, longer[:13])
    assert np.array_equal(y, labels[:13])


def test_one_picture():
    X, y = shapes32(1)
    assert X.shape == (1, 32, 32, 3)
    assert y.shape == (1,)


def test_with_every_dial_at_zero_a_class_is_one_picture():
    X, y = shapes32(100, seed=4, **ZERO)
    for label in range(10):
        assert np.all(X[y == label] == X[y == label][0])
    assert len({hashlib.sha256(x.tobytes()).hexdigest() for x in X}) == 10


def test_with_every_dial_at_zero_the_shapes_look_as_they_are_called():
    X, y = shapes32(10, seed=0, **ZERO)
    bright = X.mean(axis=-1) > 127  # a light shape on a dark ground
    shape = {name: bright[np.flatnonzero(y == label)[0]] for label, name in enumerate(CLASS_NAMES)}
    area = {name: mask.mean() for name, mask in shape.items()}
    assert all(0.04 < share < 0.35 for share in area.values())
    assert not shape["ring"][15:17, 15:17].any()  # a hole
    assert shape["circle"][15:17, 15:17].all()
    for name in ("circle", "square", "cross", "ring"):  # the same after a quarter turn
        assert np.mean(shape[name] != np.rot90(shape[name])) < 0.02
    for name in ("triangle", "star", "heart"):  # upright, mirrored left to right
        assert np.mean(shape[name] != shape[name][:, ::-1]) < 0.02
        assert np.mean(shape[name] != shape[name][::-1]) > 0.02
    rows = shape["triangle"].sum(axis=1)
    assert rows[10] < rows[20]  # it stands on its base
    columns = np.flatnonzero(shape["arrow"].any(axis=0))
    assert shape["arrow"].sum(axis=0).argmax() > columns.mean()  # it points to the right
    assert shape["moon"][:, :16].sum() > shape["moon"][:, 16:].sum()  # open to the right


@pytest.mark.parametrize("dial", DIALS)
def test_each_dial_changes_something_and_only_its_own_random_numbers(dial):
    base, labels = shapes32(50, seed=5, **ZERO)
    turned, same = shapes32(50, seed=5, **(ZERO | {dial: 1.0}))
    assert np.array_equal(labels, same)
    changed = np.any(base != turned, axis=(1, 2, 3))
    assert changed.mean() > 0.9
    little, _ = shapes32(50, seed=5, **(ZERO | {dial: 0.3}))
    distance = [np.abs(X.astype(float) - base).mean() for X in (little, turned)]
    assert 0 < distance[0] < distance[1]  # the more it is turned, the more changes


def test_a_dial_leaves_the_rest_of_the_picture_alone():
    light, _ = shapes32(20, seed=6, **(ZERO | {"viewpoint": 0.5}))
    both, _ = shapes32(20, seed=6, **(ZERO | {"viewpoint": 0.5, "occlusion": 0.5}))
    same = np.all(light == both, axis=-1).mean(axis=(1, 2))
    assert np.all(same > 0.5)  # outside the bar it is the same picture


def test_defaults_are_what_is_used_and_cannot_be_changed_by_accident():
    X, _ = shapes32(10, seed=1)
    explicit, _ = shapes32(10, seed=1, **DEFAULTS)
    assert np.array_equal(X, explicit)
    assert set(DIALS) == set(DEFAULTS)
    assert len(DIALS) == 7
    with pytest.raises(TypeError):
        DEFAULTS["scale"] = 1.0


@pytest.mark.parametrize("dial", DIALS)
@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf")])
def test_dial_out_of_range(dial, value):
    with pytest.raises(ValueError, match=rf"the dial {dial} must lie in \[0, 1\]"):
        shapes32(1, **{dial: value})


@pytest.mark.parametrize("value", ["0.5", [0.5], np.array([0.5]), True, 1j])
def test_dial_that_is_no_number(value):
    with pytest.raises(TypeError, match="the dial scale must be a number"):
        shapes32(1, scale=value)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n": 0}, ValueError, "n must be at least 1"),
        ({"n": -3}, ValueError, "n must be at least 1"),
        ({"n": 2.0}, TypeError, "n must be an integer"),
        ({"n": True}, TypeError, "n must be an integer"),
        ({"n": 5, "seed": -1}, ValueError, "seed must be at least 0"),
        ({"n": 5, "seed": 0.5}, TypeError, "seed must be an integer"),
        ({"n": 5, "seed": None}, TypeError, "seed must be an integer"),
        ({"n": 5, "zoom": 0.5}, TypeError, "zoom"),
    ],
)
def test_bad_arguments(arguments, error, message):
    with pytest.raises(error, match=message):
        shapes32(**arguments)


def test_numpy_integers_and_floats_are_numbers():
    X, _ = shapes32(np.int64(3), seed=np.uint8(2), scale=np.float32(0.25))
    assert len(X) == 3


def test_splits_are_one_stream_cut_in_three():
    data = shapes32_splits(30, 20, 10, seed=9, clutter=0.1)
    X, y = shapes32(60, seed=9, clutter=0.1)
    assert set(data) == {"X_train", "y_train", "X_val", "y_val", "X_test", "y_test"}
    assert np.array_equal(np.concatenate([data["X_train"], data["X_val"], data["X_test"]]), X)
    assert np.array_equal(np.concatenate([data["y_train"], data["y_val"], data["y_test"]]), y)
    assert len(data["y_val"]) == 20


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_splits_reject_sizes(sizes):
    with pytest.raises(ValueError, match="must be at least 1"):
        shapes32_splits(*sizes)


def test_it_is_fast():
    shapes32(10)
    start = time.process_time()
    shapes32(1000)
    assert time.process_time() - start < 3  # 0.4 s on an idle core


@pytest.mark.parametrize("dial", DIALS)
def test_each_dial_makes_it_harder_for_nearest_neighbours(dial):
    for seed in range(3):
        easy, hard = (benchmark.dial_accuracy(dial, stop, seed, sizes=(500, 100, 400)) for stop in (0.0, 1.0))
        assert hard < easy - 0.02


#: The order that binds, without the ConvNet, which takes a minute: `python -m benchmarks.shapes32` has it.
RANKED = ["k-NN", "softmax", "two-layer net", "features + softmax"]


def test_classifiers_rank_as_on_cifar10():
    data = shapes32_splits(3000, 500, 1000, seed=0)
    found = {model: benchmark.accuracy(model, data) for model in RANKED}
    assert sorted(found, key=found.get) == RANKED, found


def test_hog_finds_the_direction_of_an_edge_and_not_its_sign():
    picture = np.zeros((2, 32, 32, 3), dtype=np.uint8)
    picture[0, :, 12:] = 200  # a vertical edge, in the second column of cells
    picture[1] = 200 - picture[0]
    cells = benchmark.hog(picture).reshape(2, 4, 4, 9)
    assert np.allclose(cells[0], cells[1])
    assert cells[0].sum(axis=(0, 1)).argmax() == 0  # its gradient is horizontal
    assert np.all(cells[0][:, 2:] == 0)
    assert np.allclose(cells[0, 1, 1].sum(), cells[0, 2, 1].sum())


def test_hue_histogram_counts_colours():
    picture = np.zeros((1, 32, 32, 3), dtype=np.uint8)
    picture[0, :16] = (255, 0, 0)
    picture[0, 16:24] = (0, 255, 0)  # hue 1/3
    histogram = benchmark.hue_histogram(picture)[0]  # the rest is black and has no hue
    assert np.allclose(histogram, [0.5, 0, 0, 0.25, 0, 0, 0, 0, 0, 0])
