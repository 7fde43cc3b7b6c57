"""Arithmetic of numbers, columns, rows and matrices as mathematicians print it; what does not fit raises `Misfit`."""

from __future__ import annotations

import math

import numpy as np

from utils.printed import Identity, Row

__all__ = ["Misfit", "add", "apply", "kind", "multiply", "norm", "power", "shape_of", "transpose"]

MAX_ENTRIES = 4_000_000  # entries of one array
ELEMENTWISE = {
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
}
#: Functions whose value at a matrix is not its value at the entries.
OF_MATRICES = {"log", "exp", "sqrt"}


#: By the number of axes.
KINDS = "scalar", "column", "matrix"


class Misfit(ValueError):
    """Values whose shapes or sizes do not fit together, or fit in two ways; without the place in the formula."""


def kind(value) -> str:
    """``scalar``, ``column``, ``row``, ``matrix``, ``identity``, ``family`` or ``thing``."""
    if isinstance(value, (float, int)):  # most values by far; NumPy's double is a float
        return "scalar"
    if isinstance(value, np.ndarray):
        return KINDS[value.ndim] if value.ndim < 3 else "family"
    if isinstance(value, Row):
        return "row"
    if isinstance(value, Identity):
        return "identity"
    return "scalar" if isinstance(value, (complex, np.number)) else "thing"


def shape_of(value) -> str:
    """A value's kind and size, in words."""
    name = kind(value)
    if name == "row":
        return f"a row of {len(value.array)}"
    if name == "column":
        return f"a column of {len(value)}"
    if name == "matrix":
        return f"a matrix of {value.shape[0]} × {value.shape[1]}"
    return {"scalar": "a number", "identity": "the identity", "thing": f"a {type(value).__name__}"}.get(
        name, "a family"
    )


def transpose(value):
    if kind(value) == "column":
        return Row(value)
    if kind(value) == "row":
        return value.array
    if kind(value) in ("scalar", "identity"):
        return value
    if kind(value) == "matrix":
        return value.T
    raise Misfit(f"{shape_of(value)} has no transpose")


def add(a, b, sign=1):
    """a + sign·b."""
    kinds = kind(a), kind(b)
    if "thing" in kinds or "family" in kinds:
        raise Misfit(f"{shape_of(a)} and {shape_of(b)} have no sum")
    if kinds == ("identity", "identity"):
        return Identity(a.scale + sign * b.scale)
    if "identity" in kinds:
        other = b if kinds[0] == "identity" else a
        if kind(other) != "matrix" or other.shape[0] != other.shape[1]:
            raise Misfit(f"the identity has no sum with {shape_of(other)}")
        eye = np.eye(len(other))
        return a.scale * eye + sign * b if kinds[0] == "identity" else a + sign * b.scale * eye
    if kinds == ("row", "row") and a.array.shape == b.array.shape:
        return Row(a.array + sign * b.array)
    if kinds[0] == kinds[1] and kinds[0] != "row" and np.shape(a) == np.shape(b):
        return a + sign * b
    if kinds in (("scalar", "column"), ("column", "scalar")):
        return a + sign * b
    raise Misfit(f"{shape_of(a)} and {shape_of(b)} have no sum")


def multiply(a, b):
    """The product that juxtaposition means: by a number, of matrices, inner, outer."""
    kinds = kind(a), kind(b)
    if "thing" in kinds or "family" in kinds:
        raise Misfit(f"{shape_of(a)} and {shape_of(b)} have no product")
    if "scalar" in kinds or "identity" in kinds:
        return _scaled(a, b)
    if kinds == ("row", "column"):
        _check_inner(a, b, len(a.array), len(b))
        return a.array @ b
    if kinds == ("column", "row"):
        _check_size(len(a) * len(b.array))
        return np.outer(a, b.array)
    if kinds == ("row", "matrix"):
        _check_inner(a, b, len(a.array), b.shape[0])
        return Row(a.array @ b)
    if kinds in (("matrix", "column"), ("matrix", "matrix")):
        _check_inner(a, b, a.shape[1], b.shape[0])
        return a @ b
    if kinds in (("column", "column"), ("row", "row")):
        raise Misfit(
            f"a product of two {kinds[0]}s may be meant entry by entry, inner or outer: print ⊙ or a transpose"
        )
    raise Misfit(f"{shape_of(a)} and {shape_of(b)} have no product")


def _scaled(a, b):
    if kind(a) != "scalar" and (kind(b) == "scalar" or kind(a) != "identity"):
        a, b = b, a
    if kind(a) == "identity":  # times anything but a number
        a = a.scale
    if kind(b) == "identity":
        return Identity(a * b.scale)
    return Row(a * b.array) if kind(b) == "row" else a * b


def _check_inner(a, b, left, right):
    if left != right:
        raise Misfit(f"{shape_of(a)} and {shape_of(b)} have no product")


def _check_size(entries):
    if entries > MAX_ENTRIES:
        raise Misfit(f"an array of {entries} entries is too large")


def elementwise(operator: str, a, b):
    """⊙, entry by entry; ⊗, the Kronecker product."""
    if operator == "odot":
        if kind(a) != kind(b) or kind(a) not in ("column", "row", "matrix"):
            raise Misfit(f"⊙ of {shape_of(a)} and {shape_of(b)}")
        x, y = (v.array if isinstance(v, Row) else v for v in (a, b))
        if x.shape != y.shape:
            raise Misfit(f"⊙ of {shape_of(a)} and {shape_of(b)}")
        return Row(x * y) if kind(a) == "row" else x * y
    if kind(a) != kind(b) or kind(a) not in ("column", "matrix"):
        raise Misfit(f"⊗ of {shape_of(a)} and {shape_of(b)}")
    _check_size(a.size * b.size)
    return np.kron(a, b)


def power(base, exponent, holomorphic: bool = False):
    """A power of a number, of the entries of a column, of a matrix."""
    kinds = kind(base), kind(exponent)
    if kinds == ("identity", "scalar"):
        return Identity(power(base.scale, exponent))
    if kinds[0] == "matrix" and kinds[1] == "scalar":
        return _matrix_power(base, exponent, holomorphic)
    if kinds not in (("scalar", "scalar"), ("column", "scalar"), ("scalar", "column")):
        raise Misfit(f"{shape_of(base)} to the power of {shape_of(exponent)} is not read")
    whole = np.all(np.equal(np.mod(np.real(exponent), 1), 0)) and not np.iscomplexobj(exponent)
    if not whole and not np.iscomplexobj(base) and np.any(np.real(base) < 0):
        raise Misfit("a broken power of a negative number")
    if np.any(np.asarray(base) == 0) and np.any(np.real(exponent) < 0):
        raise Misfit("zero to a negative power")
    if kinds == ("scalar", "scalar") and not np.iscomplexobj(base) and not np.iscomplexobj(exponent):
        try:
            return math.pow(base, exponent)
        except (OverflowError, ValueError):
            raise Misfit("a power that is too large") from None
    result = np.power(base, exponent)
    if not np.all(np.isfinite(result)):
        raise Misfit("a power that is too large")
    return result


def _matrix_power(base, exponent, holomorphic):
    if base.shape[0] != base.shape[1]:
        raise Misfit(f"{shape_of(base)} has no powers")
    if np.iscomplexobj(exponent):
        raise Misfit("a complex power of a matrix")
    if float(exponent).is_integer():
        if abs(exponent) > 1e6:
            raise Misfit("a power that is too large")
        if exponent < 0:
            base, exponent = _inverse(base), -exponent
        result = np.linalg.matrix_power(base, int(exponent))
    elif not np.iscomplexobj(base) and np.allclose(base, base.T, rtol=1e-10, atol=1e-12 * np.abs(base).max()):
        values, vectors = np.linalg.eigh(base)
        tiny = 1e-10 * np.abs(values).max()
        if values.min() < -tiny or (exponent < 0 and values.min() < tiny):
            raise Misfit("a broken power of a matrix that is not positive definite")
        result = (vectors * np.maximum(values, 0) ** exponent) @ vectors.T
    else:
        from scipy.linalg import fractional_matrix_power

        result = fractional_matrix_power(base, float(exponent))
        if not holomorphic and np.iscomplexobj(result) and np.abs(result.imag).max() < 1e-9 * np.abs(result).max():
            result = result.real
    if not np.all(np.isfinite(result)):
        raise Misfit("a power that is too large")
    return result


def _inverse(matrix):
    try:
        inverse = np.linalg.inv(matrix)
    except np.linalg.LinAlgError:
        raise Misfit("a matrix that has no inverse") from None
    if not np.iscomplexobj(matrix) and np.linalg.cond(matrix) > 1e14:
        raise Misfit("a matrix that has no inverse, to working precision")
    return inverse


def marked(value, mark: str):
    """Transpose, its inverse, pseudo-inverse."""
    if mark == "T":
        return transpose(value)
    if kind(value) != "matrix":
        raise Misfit(f"an inverse of {shape_of(value)}")
    return np.linalg.pinv(value) if mark == "+" else power(value, -1.0).T


def absolute(value, holomorphic: bool = False):
    if kind(value) not in ("scalar", "column"):
        raise Misfit(f"bars around {shape_of(value)} may mean its determinant or the sizes of its entries")
    return np.where(np.real(value) < 0, -value, value)[()] if holomorphic else np.abs(value)


def norm(value, index, holomorphic: bool = False):
    """A norm: ``""`` none printed, ``"F"``, or a number."""
    name = kind(value)
    if name == "row":
        value, name = value.array, "column"
    if name == "scalar":
        return absolute(value, holomorphic)
    if name == "column":
        if index == "F":
            raise Misfit("a Frobenius norm of a column")
        order = 2.0 if index == "" else index
        if order == 2.0:
            return np.sqrt(np.sum(value**2)) if holomorphic else np.linalg.norm(value)
        sizes = absolute(value, holomorphic)
        if order == math.inf:
            return sizes[np.argmax(np.real(sizes))]
        return np.sum(sizes**order) ** (1 / order)
    if name == "matrix":
        if index == "":
            raise Misfit("a norm of a matrix needs its index: F or 2")
        if index == "F":
            return np.sqrt(np.sum(value**2)) if holomorphic else np.linalg.norm(value)
        if index == 2.0 and not holomorphic:
            return np.linalg.norm(value, 2)
    raise Misfit(f"this norm of {shape_of(value)} is not read")


def largest(values, sign=1, holomorphic: bool = False):
    """The largest of several values, entry by entry; the smallest with sign −1."""
    kinds = {kind(value) for value in values}
    shapes = {np.shape(value) for value in values if kind(value) != "scalar"}
    if not kinds <= {"scalar", "column", "matrix"} or len(shapes) > 1:
        raise Misfit("a maximum of values of different shapes")
    if len(values) == 1 and kind(values[0]) == "column":
        return values[0][np.argmax(sign * np.real(values[0]))]
    result = values[0]
    for value in values[1:]:
        result = np.where(sign * np.real(result) >= sign * np.real(value), result, value)[()]
    return result


def apply(name: str, values: list, holomorphic: bool = False):
    """A function that every reader knows, at values."""
    if name in ("max", "min"):
        return largest(values, 1 if name == "max" else -1, holomorphic)
    if name == "diag" and (len(values) > 1 or kind(values[0]) == "scalar"):
        values = [stacked(values)]
    if name == "softmax" and len(values) > 1:
        values = [stacked(values)]
    if name in ("inner", "binomial", "atan2"):
        if len(values) != 2:
            raise Misfit(f"{name} takes two arguments, found {len(values)}")
    elif len(values) != 1:
        raise Misfit(f"{name} takes one argument, found {len(values)}")
    value = values[0]
    name_of = kind(value)
    if name_of in ("thing", "family", "identity"):
        raise Misfit(f"{name} of {shape_of(value)}")
    if name in ELEMENTWISE:
        if name_of == "row":
            return Row(apply(name, [value.array], holomorphic))
        if name_of == "matrix" and name in OF_MATRICES:
            raise Misfit(f"{name} of a matrix may be meant entry by entry: bind the function, or print entries")
        if name in ("log", "sqrt") and not np.iscomplexobj(value):
            if np.any(value < 0):
                raise Misfit(f"{name} of a negative number")
            if name == "log" and np.any(value == 0):
                raise Misfit("log of zero")
        result = ELEMENTWISE[name](value)
        if not np.all(np.isfinite(result)):
            raise Misfit(f"{name} is not finite here")
        return result
    if any(kind(other) not in ("scalar", "column", "matrix") for other in values):
        raise Misfit(f"{name} of {' and '.join(map(shape_of, values))}")
    return _REST[name](*values, holomorphic)


def stacked(values):
    """Numbers as a column."""
    if any(kind(value) != "scalar" for value in values):
        raise Misfit("a list in brackets holds numbers only; stack columns in a matrix")
    return np.array(values)


def _square(value, what):
    if kind(value) == "scalar":
        return np.array([[value]])
    if kind(value) != "matrix" or value.shape[0] != value.shape[1]:
        raise Misfit(f"{what} of {shape_of(value)}")
    return value


def _diagonal(value, _):
    if kind(value) == "column":
        _check_size(len(value) ** 2)
        return np.diag(value)
    return np.diagonal(_square(value, "a diagonal")).copy()


def _softmax(value, _):
    if kind(value) not in ("column", "matrix"):
        raise Misfit(f"softmax of {shape_of(value)}")
    shifted = np.exp(value - np.real(value).max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def _softplus(value, holomorphic):
    return np.log1p(np.exp(value)) if holomorphic else np.logaddexp(0.0, value)


def _inner(a, b, _):
    if kind(a) != kind(b) or kind(a) not in ("column", "matrix") or a.shape != b.shape:
        raise Misfit(f"an inner product of {shape_of(a)} and {shape_of(b)}")
    return np.sum(a * b)


def _special(name):
    def function(*values):
        from scipy import special

        values = values[:-1]
        if any(kind(value) not in ("scalar", "column", "matrix") for value in values):
            raise Misfit(f"this function of {shape_of(values[0])}")
        result = getattr(special, name)(*values)
        if not np.all(np.isfinite(result)):
            raise Misfit("a value that is not finite")
        return result

    return function


def _factorial(value, _):
    if kind(value) != "scalar" or np.iscomplexobj(value) or value < 0 or not float(value).is_integer() or value > 170:
        raise Misfit("a factorial is read up to 170!")
    return float(math.factorial(int(value)))


def _atan2(a, b, _):
    return np.arctan2(a, b)


_REST = {
    "tr": lambda value, _: np.trace(_square(value, "a trace")),
    "det": lambda value, _: np.linalg.det(_square(value, "a determinant")),
    "rank": lambda value, _: float(np.linalg.matrix_rank(_square(value, "") if kind(value) == "scalar" else value)),
    "diag": _diagonal,
    "sign": lambda value, _: np.sign(np.real(value)),
    "vec": lambda value, _: np.ravel(value, order="F"),
    "softmax": _softmax,
    "softplus": _softplus,
    "inner": _inner,
    "erf": _special("erf"),
    "Phi": _special("ndtr"),
    "quantile": _special("ndtri"),
    "binomial": _special("binom"),
    "factorial": _factorial,
    "atan2": _atan2,
    "real": lambda value, _: np.real(value),
    "imaginary": lambda value, _: np.imag(value),
    "floor": lambda value, _: np.floor(np.real(value)),
    "ceiling": lambda value, _: np.ceil(np.real(value)),
    "positive part": lambda value, _: np.where(np.real(value) > 0, value, 0 * value)[()],
}
