"""Values that cross the wall between a submission and its judge, as JSON and raw array bytes.

Nothing in this format can run when it is read: there are numbers, text, lists, dictionaries, arrays of numbers, and
handles (numbers that name objects which stay inside the box). Anything else becomes an `Opaque`, its type and the
beginning of its repr.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

import numpy as np

__all__ = ["HEADER", "Handle", "Opaque", "WireError", "decode", "encode", "frame_length"]

#: The first bytes of a frame: a word to recognise it by, the length of the JSON, the length of the arrays.
HEADER = struct.Struct("<4sQQ")
MAGIC = b"EER1"
#: Kinds of entries that arrays may have: bool, integers, floats, complex.
KINDS = "biufc"
#: Deepest nesting of lists and dictionaries.
DEPTH = 20


class WireError(ValueError):
    """Bytes that are not a frame, or a value that cannot be put into one."""


@dataclass(frozen=True)
class Handle:
    """Names an object that stays inside the box."""

    number: int


@dataclass(frozen=True)
class Opaque:
    """What came out is of a type that does not cross the wall; this says what it was."""

    type: str
    text: str


def encode(value) -> bytes:
    """One frame that holds `value`."""
    buffers: list[memoryview] = []
    text = json.dumps(_pack(value, buffers, 0)).encode()
    return b"".join([HEADER.pack(MAGIC, len(text), sum(map(len, buffers))), text, *buffers])


def frame_length(header: bytes, limit: int) -> int:
    """Bytes that follow a header.

    Raises
    ------
    WireError
        The header is not one, or announces more than `limit` bytes.
    """
    magic, text, arrays = HEADER.unpack(header)
    if magic != MAGIC:
        raise WireError("the answer is not in the format of the grader")
    if text + arrays > limit:
        raise WireError(f"the answer has {(text + arrays) / 1e6:.0f} MB, more than {limit / 1e6:.0f} MB")
    return text + arrays


def decode(frame: bytes):
    """The value in a frame; arrays are new and writeable.

    Raises
    ------
    WireError
        Anything about the frame is wrong.
    """
    try:
        _, length, size = HEADER.unpack_from(frame)
        tree = json.loads(frame[HEADER.size : HEADER.size + length])
        arrays = memoryview(frame)[HEADER.size + length :]
        if len(arrays) != size:
            raise WireError("the answer is cut off")
        return _unpack(tree, arrays, 0)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, struct.error, RecursionError, OverflowError) as problem:
        raise WireError(f"the answer cannot be read: {problem}") from None


def _pack(value, buffers, depth):
    if value is None or type(value) in (bool, int, float, str):
        return value
    if depth > DEPTH:
        return {"opaque": [type(value).__name__, "nested too deep"]}
    if isinstance(value, Handle):
        return {"handle": value.number}
    if (type(value) is np.ndarray or isinstance(value, np.generic)) and value.dtype.kind in KINDS:
        array = np.ascontiguousarray(value)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        start = sum(map(len, buffers))
        buffers.append(array.reshape(-1).view(np.uint8).data)
        return {"array": [array.dtype.str, list(np.shape(value)), start], "scalar": isinstance(value, np.generic)}
    if type(value) is list:
        return [_pack(item, buffers, depth + 1) for item in value]
    if type(value) is tuple:
        return {"tuple": [_pack(item, buffers, depth + 1) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_pack(k, buffers, depth + 1), _pack(v, buffers, depth + 1)] for k, v in value.items()]}
    try:
        text = repr(value)[:200]
    except Exception as problem:
        text = f"(its repr raises {type(problem).__name__})"
    return {"opaque": [type(value).__name__, text]}


def _unpack(tree, arrays, depth):
    if depth > 2 * DEPTH:
        raise WireError("the answer is nested too deep")
    if isinstance(tree, list):
        return [_unpack(item, arrays, depth + 1) for item in tree]
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        name, shape, start = tree["array"]
        dtype = np.dtype(name)
        if dtype.kind not in KINDS or not all(type(n) is int and n >= 0 for n in [*shape, start]) or len(shape) > 32:
            raise WireError(f"the answer holds an array of {dtype} and shape {shape}")
        count = 1
        for n in shape:
            count *= n
        array = np.frombuffer(arrays, dtype, count, start).reshape(shape).copy()
        return array[()] if tree.get("scalar") else array
    if "tuple" in tree:
        return tuple(_unpack(item, arrays, depth + 1) for item in tree["tuple"])
    if "dict" in tree:
        return {_unpack(k, arrays, depth + 1): _unpack(v, arrays, depth + 1) for k, v in tree["dict"]}
    if "handle" in tree:
        return Handle(int(tree["handle"]))
    name, text = tree["opaque"]
    return Opaque(str(name)[:200], str(text)[:200])
