"""Tests of what comes with scikit-learn: the small real data sets, the seeded, stratified split, the handwriting."""

import numpy as np
import pytest
import torch

from utils.data import breast_cancer, digits, halves, handwriting, iris, photograph, split, wine


@pytest.mark.parametrize(
    ("load", "shape", "classes"),
    [(digits, (1797, 64), 10), (iris, (150, 4), 3), (wine, (178, 13), 3), (breast_cancer, (569, 30), 2)],
)
def test_tables_have_their_known_sizes_and_types(load, shape, classes):
    table = load()
    assert table.X.shape == shape
    assert table.X.dtype == np.float64
    assert table.y.shape == shape[:1]
    assert table.y.dtype == np.int64
    assert set(table.y) == set(range(classes))
    assert len(table.class_names) == classes
    assert len(table.feature_names) == shape[1]
    assert all(type(name) is str for name in table.class_names + table.feature_names)


def test_a_table_is_the_readers_own_to_change():
    iris().X[:] = 0
    assert iris().X.max() > 5


@pytest.mark.parametrize("name", ["china", "flower"])
def test_photographs(name):
    picture = photograph(name)
    assert picture.shape == (427, 640, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.writeable


def test_unknown_photograph():
    with pytest.raises(ValueError, match="'china' and 'flower'"):
        photograph("lena")


def test_split_parts_are_disjoint_and_complete():
    X = np.arange(200.0)[:, None]
    y = np.repeat([0, 1], 100)
    parts = split(X, y, val=0.1, test=0.3)
    together = np.concatenate([parts.X_train, parts.X_val, parts.X_test])
    assert sorted(together.ravel()) == list(range(200))
    assert (len(parts.y_train), len(parts.y_val), len(parts.y_test)) == (120, 20, 60)
    for part in ("train", "val", "test"):  # rows keep their label
        assert np.array_equal(getattr(parts, f"X_{part}").ravel() >= 100, getattr(parts, f"y_{part}") == 1)


def test_split_gives_every_class_its_share_in_every_part():
    table = wine()
    parts = split(table.X, table.y, seed=3)
    whole = np.bincount(table.y)
    for y, share in ((parts.y_train, 0.6), (parts.y_val, 0.2), (parts.y_test, 0.2)):
        assert np.all(np.abs(np.bincount(y) - share * whole) <= 1)


def test_split_depends_on_the_seed_alone():
    table = iris()
    one, same, other = (split(table.X, table.y, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(one.X_test, same.X_test)
    assert not np.array_equal(one.X_test, other.X_test)


def test_standardisation_uses_the_training_set_only_and_can_be_undone():
    table = wine()
    raw, parts = split(table.X, table.y), split(table.X, table.y, standardize=True)
    assert np.allclose(parts.X_train.mean(axis=0), 0)
    assert np.allclose(parts.X_train.std(axis=0), 1)
    assert not np.allclose(parts.X_test.mean(axis=0), 0, atol=1e-3)
    assert np.allclose(parts.X_test * parts.scale + parts.mean, raw.X_test)


def test_standardisation_leaves_a_constant_column_at_zero():
    table = digits()  # the first pixel is 0 in every picture
    parts = split(table.X, table.y, standardize=True)
    assert np.all(parts.X_train[:, 0] == 0)
    assert np.all(np.isfinite(parts.X_test))


def test_split_does_not_change_its_input():
    X, y = np.ones((10, 2)), np.zeros(10, dtype=int)
    split(X, y, standardize=True)
    assert np.all(X == 1)


def test_split_without_validation_set():
    parts = split(np.ones((10, 1)), np.zeros(10, int), val=0.0)
    assert parts.X_val.shape == (0, 1)
    assert len(parts.X_train) == 8


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        (np.ones(10), np.zeros(10, int), {}, "shape"),
        (np.ones((0, 3)), np.zeros(0, int), {}, "shape"),
        (np.ones((10, 2)), np.zeros(9, int), {}, "one label a row"),
        (np.ones((10, 2)), np.zeros((10, 1), int), {}, "one label a row"),
        (np.ones((10, 2)), np.zeros(10), {}, "integer labels"),
        (np.full((10, 2), np.nan), np.zeros(10, int), {}, "NaN"),
        (np.ones((10, 2)), np.zeros(10, int), {"val": 0.5, "test": 0.5}, "sum < 1"),
        (np.ones((10, 2)), np.zeros(10, int), {"val": -0.1}, "shares"),
        (np.ones((10, 2)), np.zeros(10, int), {"test": float("nan")}, "shares"),
        (np.ones((10, 2)), np.array([0] * 9 + [1]), {}, "class 1 has 1 members"),
    ],
)
def test_split_rejects(X, y, options, message):
    with pytest.raises(ValueError, match=message):
        split(X, y, **options)


@pytest.mark.parametrize("n", [2, 7, 100])
def test_halves_are_disjoint_and_complete(n):
    first, second = halves(n, 3)
    assert len(second) - len(first) == n % 2
    assert sorted([*first, *second]) == list(range(n))
    assert all(np.array_equal(*pair) for pair in zip(halves(n, 3), (first, second), strict=True))


def test_halves_depend_on_the_seed_and_need_two():
    assert not np.array_equal(halves(100, 0)[0], halves(100, 1)[0])
    with pytest.raises(ValueError, match="at least 2, found 1"):
        halves(1, 0)


def test_handwriting_holds_each_digit_of_the_small_set_once():
    found, table = handwriting("digits"), digits()
    assert (found.name, found.side) == ("digits", 8)
    assert found.X_train.shape == (1500, 64)
    assert found.X_train.dtype == np.float32
    rows = np.column_stack([np.concatenate([found.X_train, found.X_test]) * 16, np.r_[found.y_train, found.y_test]])
    assert sorted(map(tuple, rows)) == sorted(map(tuple, np.column_stack([table.X, table.y])))
    assert np.bincount(found.y_test, minlength=10).min() >= 20
    assert np.array_equal(handwriting("digits").X_train, found.X_train)


def test_pictures_come_from_arrays_and_tensors_and_stay_in_range():
    found = handwriting("digits")
    tensor = torch.linspace(-1, 2, 128).reshape(2, 64).requires_grad_()
    pictures = found.pictures(tensor)
    assert pictures.shape == (2, 8, 8)
    assert (pictures.min(), pictures.max()) == (0, 1)
    assert np.array_equal(pictures, found.pictures(tensor.detach().numpy()))
    with pytest.raises(ValueError, match="reshape"):
        found.pictures(np.zeros((2, 63)))


def test_handwriting_rejects_a_name():
    with pytest.raises(ValueError, match="found 'emnist'"):
        handwriting("emnist")
