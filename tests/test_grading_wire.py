"""Tests of grading.box.wire: what crosses the wall arrives as it was, and nothing else arrives."""

import json

import numpy as np
import pytest

from grading.box.wire import HEADER, MAGIC, OTHER_TYPE, Handle, Opaque, WireError, decode, encode, frame_length


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        -2.5,
        "Größe",
        float("inf"),
        [1, [2, "x"]],
        (1, (2.0, None)),
        {"W1": 1, 3: "three"},
        Handle(7),
        [],
        {},
    ],
)
def test_plain_values_survive(value):
    found = decode(encode(value))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int32", "int64", "float16", "float32", "float64", "complex128", ">f8"]
)
def test_arrays_survive(dtype):
    array = np.arange(12).reshape(3, 4).astype(dtype)
    found = decode(encode({"a": array, "b": [array.T, array[:0]]}))
    assert np.array_equal(found["a"], array)
    assert found["a"].dtype == np.dtype(dtype).newbyteorder("<")
    assert np.array_equal(found["b"][0], array.T)
    assert found["b"][1].shape == (0, 4)
    found["a"][0] = 1  # arrives writeable


def test_nan_and_scalars_survive():
    assert np.isnan(decode(encode(np.float64("nan"))))
    assert type(decode(encode(np.int64(3)))) is np.int64
    assert decode(encode(np.array(2.5))).shape == ()


class Trouble:
    def __repr__(self):
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "value", [object(), open, {1, 2}, np.array(["a"]), np.array([None]), b"bytes", Trouble(), np.matrix]
)
def test_what_is_no_number_becomes_opaque(value):
    found = decode(encode([value]))[0]
    assert isinstance(found, Opaque)
    assert found.type == (type(value).__name__ if type(value) is not Trouble else OTHER_TYPE)


def test_nesting_without_end_is_cut():
    value: list = []
    value.append(value)
    assert "Opaque" in repr(decode(encode(value)))


def frame(tree, arrays=b"") -> bytes:
    text = json.dumps(tree).encode()
    return HEADER.pack(MAGIC, len(text), len(arrays)) + text + arrays


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"x" * 40,
        frame({"array": ["<f8", [2], 0]}),  # no bytes for it
        frame({"array": ["<f8", [-1], 0]}, bytes(8)),
        frame({"array": ["<f8", [1], 8]}, bytes(8)),
        frame({"array": ["|O", [1], 0]}, bytes(8)),
        frame({"array": ["<f8", [1] * 40, 0]}, bytes(8)),
        frame({"array": ["<f8", [2**62, 2**62], 0]}, bytes(8)),
        frame({"array": [[["a", "<f8"]], [1], 0]}, bytes(8)),
        frame({"what": 1}),
        frame({"opaque": 3}),
        frame({"dict": [[[1], 2]]}),
        frame(1)[:-1] + b"}",
        frame(1, b"abc")[:-1],
        frame([1])[:-1],
        HEADER.pack(MAGIC, 2**60, 0),
    ],
)
def test_bytes_that_are_no_frame_are_refused(bad):
    with pytest.raises(WireError):
        decode(bad)


def test_deep_nesting_is_refused_rather_than_followed():
    tree: list = []
    for _ in range(200):
        tree = [tree]
    with pytest.raises(WireError, match="nested"):
        decode(frame(tree))


def test_headers_announce_what_follows_and_no_more_than_allowed():
    header = encode([1.0, np.zeros(3)])[: HEADER.size]
    length = frame_length(header, 10_000)
    assert length + HEADER.size == len(encode([1.0, np.zeros(3)]))
    with pytest.raises(WireError, match="more than"):
        frame_length(header, 10)
    with pytest.raises(WireError, match="format"):
        frame_length(b"HTTP" + header[4:], 10_000)
