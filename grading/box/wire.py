"""Values that cross the wall between a submission and its judge, as JSON and raw array bytes.

Nothing in this format can run when it is read: there are numbers, text, lists, dictionaries, arrays of numbers, and
handles (numbers that name objects which stay inside the box). Anything else, arrays of a class of their own among it,
becomes an `Opaque`, its type and the beginning of its repr.
"""

from __future__ import annotations

import itertools
import json
import math
import struct
from dataclasses import dataclass

import numpy as np

__all__ = ["HEADER", "Handle", "Opaque", "WireError", "decode", "encode", "frame_length"]

#: The first bytes of a frame: a word to recognise it by, the length of the JSON, the length of the arrays.
HEADER = struct.Struct("<4sQQ")
MAGIC = b"EER1"
#: Kinds of entries that arrays may have: bool, integers, floats, complex; and their types as they are written.
KINDS = "biufc"
DTYPES = {dtype.str: dtype for dtype in map(np.dtype, ("?", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8"))}
DTYPES |= {dtype.str: dtype for dtype in map(np.dtype, ("<f2", "<f4", "<f8", "<c8", "<c16"))}
DTYPES |= {dtype.str: dtype for dtype in (np.dtype(kind).newbyteorder("<") for kind in (np.longdouble, np.clongdouble))}
#: Deepest nesting of lists and dictionaries; bytes of JSON; values in it; characters of a text; entries of long lists.
DEPTH, TEXT_BYTES, VALUES, CHARACTERS, LISTED = 20, 4 << 20, 200_000, 10_000, 3_000_000
#: Lists of numbers that are longer cross as arrays do.
SHORT = 16
#: Whole numbers that arrays can hold.
WHOLE = range(-(2**63), 2**64)
#: Types of which an answer says that it is of them; all others are kinds of the submission's own.
TYPES = {"DataFrame", "Decimal", "Fraction", "Generator", "Index", "MaskedArray", "NoneType", "NotImplementedType"}
TYPES |= {"Parameter", "PosixPath", "Random", "RandomState", "Series", "Tensor", "builtin_function_or_method", "bytes"}
TYPES |= {
    "bytearray",
    "bytes_",
    "complex",
    "coo_array",
    "coo_matrix",
    "csc_array",
    "csc_matrix",
    "csr_array",
    "csr_matrix",
}
TYPES |= {"date", "datetime", "datetime64", "deque", "dict", "dict_items", "dict_keys", "dict_values", "ellipsis"}
TYPES |= {"enumerate", "filter", "float", "frozenset", "function", "generator", "int", "list", "list_iterator", "map"}
TYPES |= {"matrix", "memmap", "memoryview", "method", "module", "ndarray", "object", "partial", "range", "recarray"}
TYPES |= {"reversed", "set", "str", "str_", "timedelta64", "tuple", "type", "ufunc", "void", "zip"}
OTHER_TYPE = "object of its own class"


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
    packer = _Packer()
    text = json.dumps(packer.pack(value, 0)).encode()
    return b"".join([HEADER.pack(MAGIC, len(text), packer.bytes), text, *packer.buffers])


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
    if text > TEXT_BYTES:
        raise WireError(f"the answer has {text / 1e6:.0f} MB of text, more than {TEXT_BYTES / 1e6:.0f} MB")
    if text + arrays > limit:
        raise WireError(f"the answer has {(text + arrays) / 1e6:.0f} MB, more than {limit / 1e6:.0f} MB")
    return text + arrays


def decode(frame: bytes | bytearray):
    """The value in a frame; arrays are new and writeable.

    What reading it takes is bounded by the frame's length: arrays share no bytes, and there are at most so many values.

    Raises
    ------
    WireError
        Anything about the frame is wrong.
    """
    try:
        view = memoryview(frame)
        _, length, size = HEADER.unpack_from(view)
        text = bytes(view[HEADER.size : HEADER.size + length])
        if len(view) != HEADER.size + length + size or len(text) > TEXT_BYTES:
            raise WireError("the answer is cut off")
        if text.count(b",") + text.count(b"[") + text.count(b"{") > VALUES:
            raise WireError(f"the answer holds more than {VALUES} values outside of arrays")
        unpacker = _Unpacker(view[HEADER.size + length :])
        value = unpacker.unpack(json.loads(text), 0)
        if unpacker.at != size:
            raise WireError("the answer is cut off")
        return value
    except WireError:
        raise
    except Exception as problem:  # of whatever kind: nobody knows what a stranger has put there
        raise WireError(f"the answer cannot be read ({type(problem).__name__})") from None


class _Packer:
    """Makes of a value what JSON can hold, and keeps the bytes of its arrays."""

    def __init__(self):
        self.buffers: list[memoryview] = []
        self.bytes, self.left, self.characters = 0, VALUES // 8, TEXT_BYTES // 8

    def pack(self, value, depth: int):
        self.left -= 1
        if value is None or type(value) in (bool, float):
            return value
        if type(value) is int and value in WHOLE:
            return value
        if type(value) is str and len(value) <= min(CHARACTERS, self.characters):
            self.characters -= len(value)
            return value
        if depth > DEPTH:
            return {"opaque": [type(value).__name__, "nested too deep"]}
        if self.left < 0:
            return {"opaque": [type(value).__name__, "too many values"]}
        if isinstance(value, Handle):
            return {"handle": value.number}
        if (type(value) is np.ndarray or isinstance(value, np.generic)) and value.dtype.kind in KINDS:
            return {"array": self.array(value), "scalar": isinstance(value, np.generic)}
        if type(value) is list:
            if len(value) > SHORT and (array := _as_array(value)) is not None:
                return {"list": self.array(array)}
            return [self.pack(item, depth + 1) for item in value[: self.left + 1]]
        if type(value) is tuple:
            return {"tuple": [self.pack(item, depth + 1) for item in value[: self.left + 1]]}
        if isinstance(value, dict):
            items = itertools.islice(value.items(), max(0, self.left + 1))
            return {"dict": [[self.pack(k, depth + 1), self.pack(v, depth + 1)] for k, v in items]}
        try:
            text = repr(value)[:200]
        except Exception as problem:
            text = f"(its repr raises {type(problem).__name__})"
        return {"opaque": [type(value).__name__, text]}

    def array(self, value) -> list:
        array = np.ascontiguousarray(value)
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        start, shape = self.bytes, list(np.shape(value))
        self.buffers.append(array.reshape(-1).view(np.uint8).data)
        self.bytes += array.nbytes
        return [array.dtype.str, shape, start]


def _as_array(value: list, depth: int = 0) -> np.ndarray | None:
    """A long list of numbers, or of lists of equally many, as an array; None where it is something else."""
    first = value[0] if value else None
    if type(first) is list and depth < 4:
        rows = [_as_array(row, depth + 1) if type(row) is list else None for row in value]
        if any(row is None for row in rows) or len({(row.shape, row.dtype.kind) for row in rows}) > 1:
            return None
        return np.array(rows)
    if not all(type(item) in (bool, int, float) or isinstance(item, np.number) for item in value):
        return None
    if len({type(item) is bool for item in value}) > 1:
        return None
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        return None
    return array if array.dtype.kind in "biuf" and array.ndim == 1 else None


class _Unpacker:
    """Makes values of what JSON held; `at` is where the bytes of the next array begin."""

    def __init__(self, arrays: memoryview):
        self.arrays, self.at, self.listed = arrays, 0, 0

    def unpack(self, tree, depth: int):
        if depth > 2 * DEPTH:
            raise WireError("the answer is nested too deep")
        if isinstance(tree, list):
            return [self.unpack(item, depth + 1) for item in tree]
        if not isinstance(tree, dict):
            if type(tree) is int and tree not in WHOLE:
                raise WireError("the answer holds a number that is too large")
            return tree
        if "array" in tree:
            array = self.array(*tree["array"])
            return array[()] if tree.get("scalar") and array.ndim == 0 else array
        if "list" in tree:
            array = self.array(*tree["list"])
            self.listed += array.size + 4 * math.prod(array.shape[:-1])
            if self.listed > LISTED or not array.ndim or array.dtype.kind not in "biuf":
                raise WireError("the answer holds a list that is too long")
            return array.tolist()
        if "tuple" in tree:
            return tuple(self.unpack(item, depth + 1) for item in tree["tuple"])
        if "dict" in tree:
            return {self.unpack(k, depth + 1): self.unpack(v, depth + 1) for k, v in tree["dict"]}
        if "handle" in tree:
            if type(tree["handle"]) is not int:
                raise WireError("the answer holds no handle")
            return Handle(tree["handle"])
        name, text = tree["opaque"]
        return Opaque(name if name in TYPES else OTHER_TYPE, str(text)[:200])

    def array(self, name, shape, start) -> np.ndarray:
        """The next array: its bytes follow those of the last, so that none is named twice."""
        if name not in DTYPES or start != self.at or len(shape) > 32:
            raise WireError("the answer holds an array that is none")
        if not all(type(n) is int and 0 <= n <= 2**40 for n in shape):
            raise WireError("the answer holds an array of no possible shape")
        dtype, count = DTYPES[name], math.prod(shape)
        if count * dtype.itemsize > len(self.arrays) - self.at:
            raise WireError("the answer holds an array without its bytes")
        array = np.frombuffer(self.arrays, dtype, count, self.at) if count else np.zeros(0, dtype)
        self.at += count * dtype.itemsize
        return array.reshape(shape).copy()
