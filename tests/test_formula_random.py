"""Random expressions, written as TeX and computed by NumPy at the same time, have one value."""

from __future__ import annotations

import numpy as np
import pytest

from book.formula import evaluate

TREES = 10_000
BLOCKS = 20
BRACKETS = ("({})", r"\left({}\right)", r"\bigl({}\bigr)", r"\Bigl[{}\Bigr]", "[{}]")


class Writer:
    """Writes random expressions over quantities of random shapes; every method returns (TeX, value, is it a sum?)."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng
        self.sizes = tuple(int(size) for size in rng.choice([2, 3, 4, 5, 6], 2, replace=False))
        self.bindings, self.scalars, self.columns, self.matrices = {}, {}, {}, {}
        for name in ("a", r"\beta", r"\hat\lambda_1", r"\bar y", "s^2", r"t'"):
            self.scalars[name] = float(rng.normal())
        for size, letter in zip(self.sizes, "zx", strict=True):
            for name in (
                rf"\mathbf{{{letter}}}",
                rf"\boldsymbol\mu_{{{size}}}",
                rf"\tilde{{\mathbf{{w}}}}_{{{size}}}",
            ):
                self.columns.setdefault(size, {})[name] = rng.normal(size=size)
        for row in self.sizes:
            for column in self.sizes:
                first, second = self.sizes.index(row), self.sizes.index(column)
                names = ("ABCD"[2 * first + second], rf"\Sigma_{{{first}{second}}}")
                self.matrices[row, column] = {name: rng.normal(size=(row, column)) for name in names}
        for group in (self.scalars, *self.columns.values(), *self.matrices.values()):
            self.bindings |= group

    def pick(self, options):
        return options[self.rng.integers(len(options))]

    def bracketed(self, tex):
        return self.pick(BRACKETS).format(tex)

    def factor(self, expression):
        """An expression that can stand in a product."""
        tex, value, is_sum = expression
        return (self.bracketed(tex) if is_sum or self.rng.random() < 0.1 else tex), value

    def juxtaposed(self, *expressions):
        factors = [self.factor(expression) for expression in expressions]
        value = factors[0][1]
        for _, other in factors[1:]:
            value = value @ other if np.ndim(value) and np.ndim(other) else value * other
        return self.pick([" ", r"\,", r"\;", " ", r"\cdot "]).join(tex for tex, _ in factors), value, False

    def added(self, first, second):
        sign = self.pick("+-")
        tex, value = second[0], second[1]
        if second[2]:
            tex = self.bracketed(tex)
        return f"{first[0]} {sign} {tex}", first[1] + value if sign == "+" else first[1] - value, True

    def scalar(self, depth):
        if depth == 0:
            return self.scalar_leaf()
        make = self.pick([
            self.scalar_leaf, self.scalar_sum, self.scalar_product, self.quotient, self.square, self.known_function,
            self.inner, self.norm, self.trace, self.index_sum, self.greater, self.indicator, self.quadratic_form,
        ])  # fmt: skip
        return make() if make == self.scalar_leaf else make(depth - 1)

    def scalar_leaf(self):
        kind = self.rng.integers(5)
        if kind == 0:
            return (
                *self.pick(
                    [("2", 2.0), (r"\tfrac12", 0.5), (r"\frac{3}{7}", 3 / 7), ("0.25", 0.25), (r"\frac1{10}", 0.1)]
                ),
                False,
            )
        size = self.pick(self.sizes)
        if kind == 1:
            name, place = self.pick(list(self.columns[size])), int(self.rng.integers(size))
            if name.startswith(r"\mathbf"):  # entries in bold and, as usual, in italics
                tex = self.pick([f"{name}_{place + 1}", f"{name[8]}_{{{place + 1}}}"])
                return tex, self.columns[size][name][place], False
        if kind == 2:
            row, column = self.pick(self.sizes), self.pick(self.sizes)
            name = self.pick(list(self.matrices[row, column]))
            i, j = int(self.rng.integers(row)), int(self.rng.integers(column))
            if len(name) == 1:
                return (
                    f"{name}_{{{i + 1}{self.pick(['', ',', ', '])}{j + 1}}}",
                    self.matrices[row, column][name][i, j],
                    False,
                )
        name = self.pick(list(self.scalars))
        return name, self.scalars[name], False

    def scalar_sum(self, depth):
        return self.added(self.scalar(depth), self.scalar(depth))

    def scalar_product(self, depth):
        left, right = self.scalar(depth), self.scalar(depth)
        if right[0][0].isdigit() or right[0][0] == ".":
            left, right = right, left
        if right[0][0].isdigit():
            return rf"{self.factor(left)[0]} \cdot {self.factor(right)[0]}", left[1] * right[1], False
        return self.juxtaposed(left, right)

    def quotient(self, depth):
        (above, x, _), (below, y, _) = self.scalar(depth), self.scalar(depth)
        command = self.pick([r"\frac", r"\tfrac", r"\dfrac"])
        return rf"{command}{{{above}}}{{1 + {self.bracketed(below)}^2}}", x / (1 + y**2), False

    def square(self, depth):
        tex, value, _ = self.scalar(depth)
        power, exponent = self.pick([("2", 2), ("{2}", 2), ("3", 3), ("{1+1}", 2)])
        return rf"{self.bracketed(tex)}^{power}", value**exponent, False

    def known_function(self, depth):
        tex, value, _ = self.scalar(depth)
        name, function = self.pick([
            (r"\tanh", np.tanh), (r"\sin", np.sin), (r"\cos", np.cos), (r"\arctan", np.arctan),
            (r"\operatorname{sign}", np.sign), (r"\operatorname{softplus}", lambda x: np.logaddexp(0, x)),
        ])  # fmt: skip
        kind = self.rng.integers(4)
        if kind == 0:
            return rf"\log{self.bracketed(f'1 + {self.bracketed(tex)}^2')}", np.log(1 + value**2), False
        if kind == 1:
            return rf"\sqrt{{1 + {self.bracketed(tex)}^2}}", np.sqrt(1 + value**2), False
        if kind == 2:
            return rf"e^{{-\lvert {tex}\rvert}}", np.exp(-abs(value)), False
        return f"{name}{self.pick(BRACKETS[:3]).format(tex)}", function(value), False

    def inner(self, depth):
        size = self.pick(self.sizes)
        (left, x), (right, y) = self.factor(self.column(depth, size)), self.factor(self.column(depth, size))
        if self.rng.random() < 0.2:
            return rf"\langle {left}, {right}\rangle", x @ y, False
        return rf"{self.bracketed(left)}^\top {self.bracketed(right)}", x @ y, False

    def norm(self, depth):
        if self.rng.random() < 0.5:
            tex, value, _ = self.column(depth, self.pick(self.sizes))
            power, order = self.pick([("", 2), ("_1", 1), (r"_\infty", np.inf), ("_{3}", 3)])
            return rf"\lVert {tex}\rVert{power}", np.linalg.norm(value, order), False
        tex, value, _ = self.matrix(depth, self.pick(self.sizes), self.pick(self.sizes))
        return rf"\bigl\lVert {tex}\bigr\rVert_F^2", np.sum(value**2), False

    def trace(self, depth):
        size = self.pick(self.sizes)
        tex, value, _ = self.matrix(depth, size, size)
        return rf"\operatorname{{tr}}{self.bracketed(tex)}", np.trace(value), False

    def index_sum(self, depth):
        size = self.pick(self.sizes)
        name = next(name for name in self.columns[size] if name.startswith(r"\mathbf"))
        tex, value = self.factor(self.scalar(depth))
        x, letter = self.columns[size][name], name[8]
        kind = self.rng.integers(4)
        if kind == 0:
            return rf"\Bigl(\sum_{{i=1}}^{{{size}}} {letter}_i\,{tex}\Bigr)", np.sum(x) * value, False
        if kind == 1:
            return rf"\max_k {name}_k", np.max(x), True
        if kind == 2:
            return (
                rf"\Bigl(\sum_{{i<j}} {letter}_i {letter}_j^2\Bigr)",
                sum(x[i] * x[j] ** 2 for j in range(size) for i in range(j)),
                False,
            )
        return rf"\bigl({letter}_1^2 + \dots + {letter}_{{{size}}}^2\bigr)", np.sum(x**2), False

    def greater(self, depth):
        (left, x, _), (right, y, _) = self.scalar(depth), self.scalar(depth)
        return rf"\max({left},\; {right})", max(x, y), False

    def indicator(self, depth):
        (left, x, _), (right, y, _) = self.scalar(depth), self.scalar(depth)
        return rf"[\,{left} > {right}\,]", float(x > y), False

    def quadratic_form(self, depth):
        size = self.pick(self.sizes)
        name = next(name for name in self.columns[size] if name.startswith(r"\mathbf"))
        tex, value = self.factor(self.matrix(depth, size, size))
        x = self.columns[size][name]
        return rf"{name}^\top {tex}\,{name}", x @ value @ x, False

    def column(self, depth, size):
        if depth == 0:
            name = self.pick(list(self.columns[size]))
            return name, self.columns[size][name], False
        other = self.pick(self.sizes)
        kind = self.rng.integers(6)
        if kind == 0:
            return self.column(0, size)
        if kind == 1:
            return self.added(self.column(depth - 1, size), self.column(depth - 1, size))
        if kind == 2:
            return self.juxtaposed(self.scalar(depth - 1), self.column(depth - 1, size))
        if kind == 3:
            return self.juxtaposed(self.matrix(depth - 1, size, other), self.column(depth - 1, other))
        if kind == 4:
            left, right = self.column(depth - 1, size), self.column(depth - 1, size)
            return rf"{self.bracketed(left[0])} \odot {self.bracketed(right[0])}", left[1] * right[1], True
        tex, value, _ = self.column(depth - 1, size)
        return rf"\tanh{self.pick(BRACKETS[:3]).format(tex)}", np.tanh(value), False

    def matrix(self, depth, rows, columns):
        if depth == 0:
            name = self.pick(list(self.matrices[rows, columns]))
            return name, self.matrices[rows, columns][name], False
        other = self.pick(self.sizes)
        kind = self.rng.integers(8)
        if kind == 0:
            return self.matrix(0, rows, columns)
        if kind == 1:
            return self.added(self.matrix(depth - 1, rows, columns), self.matrix(depth - 1, rows, columns))
        if kind == 2:
            return self.juxtaposed(self.matrix(depth - 1, rows, other), self.matrix(depth - 1, other, columns))
        if kind == 3:
            tex, value, _ = self.matrix(depth - 1, columns, rows)
            return rf"{self.bracketed(tex)}^\top", value.T, False
        if kind == 4:
            (left, x, _), (right, y, _) = self.column(depth - 1, rows), self.column(depth - 1, columns)
            return rf"{self.bracketed(left)}{self.bracketed(right)}^\top", np.outer(x, y), False
        if kind == 5 and rows == columns:
            tex, value, _ = self.column(depth - 1, rows)
            return rf"\operatorname{{diag}}{self.bracketed(tex)}", np.diag(value), False
        if kind == 6:
            left, right = self.matrix(depth - 1, rows, columns), self.matrix(depth - 1, rows, columns)
            return rf"{self.bracketed(left[0])} \odot {self.bracketed(right[0])}", left[1] * right[1], True
        if kind == 7 and rows == columns:
            tex, value, _ = self.matrix(depth - 1, rows, other)
            gram = np.eye(rows) + value @ value.T
            return (
                rf"\Bigl(I + {self.bracketed(tex)}{self.bracketed(tex)}^\top\Bigr)^{{-1}}",
                np.linalg.inv(gram),
                False,
            )
        return self.juxtaposed(self.scalar(depth - 1), self.matrix(depth - 1, rows, columns))

    def expression(self):
        depth = int(self.rng.integers(1, 4))
        kind = self.rng.integers(4)
        if kind < 2:
            return self.scalar(depth)
        return (
            self.column(depth, self.pick(self.sizes))
            if kind == 2
            else self.matrix(depth, self.pick(self.sizes), self.pick(self.sizes))
        )


@pytest.mark.parametrize("block", range(BLOCKS))
def test_random_expressions_have_the_value_that_numpy_gives_them(block):
    rng = np.random.default_rng(block)
    for trial in range(TREES // BLOCKS):
        if trial % 25 == 0:
            writer = Writer(rng)
        tex, expected, _ = writer.expression()
        part = evaluate(tex, writer.bindings).chains[0][0][0]
        found = np.asarray(part.values[0])
        assert found.shape == np.shape(expected), tex
        scale = max(np.abs(expected).max(), part.magnitude, 1.0)
        assert np.abs(found - expected).max() <= 1e-9 * scale, tex
