"""Derivatives, differentials, integrals and expectations of printed expressions: the part of `Meaning` that moves what
names stand for."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np

from book.formula import arithmetic
from book.formula.arithmetic import kind, shape_of
from book.formula.calculus import complex_step, extrapolated_difference
from book.formula.errors import FormulaError
from book.formula.tree import (
    Applied,
    Call,
    Chain,
    Derivative,
    Differential,
    Expectation,
    Index,
    Integral,
    Marked,
    Name,
    Norm,
    Number,
    Power,
    walk,
)
from utils.printed import Depending, Distribution, Indexed, Outcomes, Row

__all__ = ["Analysis"]


class Analysis:
    """What `Meaning` computes by trying an expression at other values of its names."""

    def slope(self, function, x, order, node):
        """First or second derivative of a function that acts entry by entry."""
        self.approximate = True
        if order == 2:
            return self.difference(lambda t: self.slope(function, x + t, 1, node), x, node)
        return self.difference(lambda t: function(x + t), x, node)

    def difference(self, function, x, node):
        """Derivative at 0 by differences; `x` says where, for the size of the step."""
        self.approximate = True
        size = float(np.abs(x).max()) if np.size(x) else 1.0
        first = 0.05 * max(min(size, 1.0), 0.05)
        for _ in range(4):
            try:
                found, error = extrapolated_difference(function, first)
            except FormulaError as problem:
                if "steps" in problem.problem or "failed" in problem.problem:
                    raise
                first /= 30  # a step that left the domain of the function
                continue
            if error > 1e-5 * max(float(np.abs(found).max(initial=0.0)), 1.0):
                self.fail("the derivative could not be computed here: a kink, or noise", node)
            return found[()]
        return self.fail("the function has no values around this point", node)

    def used(self, node) -> set[str]:
        """Keys of all quantities that an expression rests on."""
        found, pending = set(), [n.key for n in walk(node) if isinstance(n, Name)]
        pending += [n.law for n in walk(node) if isinstance(n, Expectation) and n.law]
        while pending:
            key = pending.pop()
            if key in found:
                continue
            found.add(key)
            value = self.bindings.values.get(key)
            if isinstance(value, Depending):
                pending += [self.bindings.key(name) for name in value.names]
        return found

    def is_holomorphic(self, node) -> bool:
        """Whether every step of an expression's evaluation can be made with complex numbers."""
        for inner in walk(node):
            if isinstance(inner, (Call, Derivative, Integral, Differential, Chain)):
                return False
            if isinstance(inner, Norm) and inner.kind not in ("", "F"):
                return False
            if isinstance(inner, Power) and not isinstance(inner.exponent, Number):
                return False
            if isinstance(inner, Marked) and inner.mark == "+":
                return False
            if isinstance(inner, Applied) and inner.name in (
                "real",
                "imaginary",
                "floor",
                "ceiling",
                "atan2",
                "factorial",
            ):
                return False
            if isinstance(inner, Number) and isinstance(inner.value, complex):
                return False
        return not any(
            isinstance(value := self.bindings.values.get(key), Depending) or np.iscomplexobj(value)
            for key in self.used(node)
        )

    def derivative(self, node: Derivative, scope):
        function, x, safe = self.as_function(node, scope)
        if scope.holomorphic:  # a derivative of a derivative: complex numbers are taken already
            return self.iterated(function, x, node, (False,) * node.order, False)
        return self.iterated(function, x, node, (False,) * (node.order - 1) + (safe,), True)

    def iterated(self, function, x, node, safe, may_step):
        """The gradient, or the gradient of the gradient: differences outside, the complex step inside."""
        if len(safe) == 1:
            return self.gradient(function, x, safe[0], may_step, node)
        inner = partial(self.gradient, function, safe=safe[1], may_step=may_step, node=node)
        return self.gradient(inner, x, False, False, node)

    def as_function(self, node: Derivative, scope):
        """(function of the variable's value, the variable's value, whether complex values may be put in)."""
        body, variable = node.body, node.variable
        call = body.base if isinstance(body, Index) else body
        key = None
        if variable is not None:
            name = variable.base if isinstance(variable, Index) else variable
            if not isinstance(name, Name) or (not name.bound and name.key not in scope.local):
                self.fail("a derivative is taken by a bound quantity or an entry of one", variable)
            key = name.key
        if key is None or (key not in self.used(body) and isinstance(call, Call) and not isinstance(variable, Index)):
            if not isinstance(call, Call):
                self.fail("the gradient of a function is taken at its argument", node)
            if isinstance(body, Index):
                self.fail("a gradient of an entry is not read", body)
            arguments = [self.value(argument, scope) for argument in call.arguments]
            if variable is None and len(arguments) > 1:
                if any(kind(argument) != "scalar" for argument in arguments):
                    self.fail("by which argument? Print the variable below ∇", node)
                return lambda point: self.call_with(call, list(point), scope), np.array(arguments), False
            return lambda point: self.call_with(call, [*arguments[:-1], point], scope), arguments[-1], False
        if key not in self.used(body):
            self.fail(f"{key} does not occur in what is differentiated", node)
        safe = self.is_holomorphic(body)
        local = key in scope.local
        whole = scope.local[key] if local else self.quantity(key, scope, variable)
        first = 1
        if isinstance(whole, Indexed):
            first, whole = whole.first, whole.values
        if kind(whole) not in ("scalar", "column", "matrix", "family"):
            self.fail(f"a derivative by {shape_of(whole)}", variable)
        wrap = (lambda v: Indexed(v, first)) if first != 1 else (lambda v: v)

        def moved(value):
            holomorphic = scope.holomorphic or np.iscomplexobj(value)
            if local:
                return scope.bind(local={**scope.local, key: value}, holomorphic=holomorphic)
            return scope.bind(moved={**scope.moved, key: wrap(value)}, holomorphic=holomorphic)

        if not isinstance(variable, Index):
            return (lambda point: self.value(body, moved(point))), whole, safe
        here = self.value(variable, scope)
        places = tuple(self.integer(self.value(i, scope), i) - first for i in variable.indices)
        if len(places) == 1 and isinstance(variable.indices[0], Number) and variable.loose and np.ndim(whole) > 1:
            places = tuple(int(d) - first for d in variable.indices[0].digits)

        def entry(point):
            array = np.array(whole, dtype=np.result_type(whole, np.asarray(point)))
            array[places] = point
            return self.value(body, moved(array))

        return entry, here, safe

    def gradient(self, function, x, safe, may_step, node):
        """Derivatives of `function` by every entry of x: numbers in the shape of x, columns as rows of a Jacobian."""
        x = np.asarray(x.array if isinstance(x, Row) else x)
        if x.dtype == object or x.size > 400:
            self.fail("a derivative by this quantity", node)
        slopes, rows = [], []

        def along(place, t):
            """The function's value where one entry of x is moved by t."""
            moved = x.astype(np.result_type(x, np.asarray(t)))
            moved[place] += t
            value = function(moved if moved.ndim else moved[()])
            if kind(value) in ("identity", "thing", "family"):
                self.fail(f"a derivative of {shape_of(value)}", node)
            rows.append(isinstance(value, Row))
            return value.array if isinstance(value, Row) else value

        for place in np.ndindex(x.shape):
            line = partial(along, place)
            if safe:
                slopes.append(complex_step(line))
                continue
            slope = self.checked_complex_step(line, x[place]) if may_step else None
            slopes.append(self.difference(line, x[place], node) if slope is None else slope)
        found = np.array(slopes)
        if found.ndim == 1:
            return self.notice(found.reshape(x.shape)[()])
        if not x.ndim:
            return self.notice(Row(found[0]) if rows[0] else found[0])
        if x.ndim == 1 and found.ndim == 2:
            return self.notice(found.T)
        return self.fail("the derivative of an array by an array has no printed shape", node)

    def checked_complex_step(self, function, x):
        """The complex step through bound functions, if they turn out to be holomorphic; None if not.

        A function that drops imaginary parts would have slope 0: the step is believed where a plain difference agrees.
        """
        size = 1e-4 * max(float(np.abs(x)), 1e-2)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                exact = complex_step(function)
                rough = (np.asarray(function(size)) - np.asarray(function(-size))) / (2 * size)
        except Warning:  # imaginary parts were dropped
            return None
        except FormulaError as problem:
            if "steps" in problem.problem:
                raise
            return None
        if np.shape(exact) != np.shape(rough) or np.iscomplexobj(rough):
            return None
        scale = max(float(np.abs(rough).max(initial=0.0)), 1e-3)
        return exact if float(np.abs(exact - rough).max(initial=0.0)) < 1e-4 * scale else None

    def differential(self, node: Differential, scope):
        moving = {}
        for key in self.used(node.body):
            change = self.bindings.values.get(rf"\mathrm{{d}} {key}")
            value = self.bindings.values.get(key)
            if change is not None and not isinstance(value, Depending) and value is not None:
                moving[key] = (value, change)
        if not moving:
            self.fail(r"no differential \mathrm{d}… of what stands here is bound", node)

        def along(t):
            values = {key: value + t * change for key, (value, change) in moving.items()}
            value = self.value(node.body, scope.bind(moved={**scope.moved, **values}, holomorphic=np.iscomplexobj(t)))
            rows.append(isinstance(value, Row))
            return value.array if isinstance(value, Row) else value

        rows: list[bool] = []
        found = complex_step(along) if self.is_holomorphic(node.body) else self.difference(along, 1.0, node)
        return Row(found) if rows[0] else found

    def integral(self, node: Integral, scope):
        self.approximate = True
        if node.measure is not None:
            if node.lower is not None:
                self.fail("limits on an integral over a bound measure", node)
            measure = self.bindings.values[node.measure]
            total = 0.0
            for k, (point, weight) in enumerate(zip(measure.points, measure.weights, strict=True)):
                inner = scope.with_local([node.variable], [point]).bind(outcome=k)
                total = arithmetic.add(total, arithmetic.multiply(weight, self.value(node.body, inner)))
            return total
        lower = -np.inf if node.lower is None else self.value(node.lower, scope)
        upper = np.inf if node.upper is None else self.value(node.upper, scope)
        if {kind(lower), kind(upper)} != {"scalar"} or np.iscomplexobj(lower) or np.iscomplexobj(upper):
            self.fail("the limits of an integral are numbers", node)

        def integrand(t):
            value = self.value(node.body, scope.with_local([node.variable], [t]))
            if kind(value) != "scalar" or np.iscomplexobj(value):
                self.fail(f"an integral of {shape_of(value)}", node)
            return float(value)

        from scipy.integrate import quad

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the error estimate below says the same
            found, error = quad(integrand, float(lower), float(upper), limit=200, epsabs=1e-11, epsrel=1e-10)
        if not error < 1e-7 * max(abs(found), 1.0):
            self.fail("the integral could not be computed to seven digits", node)
        return found

    def expectation(self, node: Expectation, scope):
        if node.law and node.law not in self.bindings.values:
            self.fail(f"bind {node.law} to a Distribution, or one Distribution to the variable {node.law}", node)
        law = self.quantity(node.law, scope, node) if node.law else None
        used = set().union(*(self.used(body) for body in node.bodies))
        values = [self.bindings.values.get(key) for key in used]
        sizes = {len(v.values) for v in values if isinstance(v, Outcomes)}
        sizes |= {len(v.weights) for v in values if isinstance(v, Distribution) and v.density is None}
        names, points = [], None
        if isinstance(law, Distribution):
            weights = law.weights
            if law.variable and law.points is not None:
                names, points = [self.bindings.key(law.variable)], law.points
        elif law is not None:
            weights = law
            if kind(law) != "column" or abs(weights.sum() - 1) > 1e-9:
                self.fail("the law of an expectation is a Distribution or a column of weights that sum to 1", node)
        elif sizes:
            weights = np.full(max(sizes), 1 / max(sizes))
        else:
            self.fail("nothing random is bound here: Outcomes or a Distribution", node)
        if sizes - {len(weights)} or not (sizes or set(names) & used):
            what = (
                f"quantities with {sorted(sizes)} outcomes under {len(weights)} weights"
                if sizes
                else "nothing random here"
            )
            self.fail(what, node)
        rows = []
        for k in range(len(weights)):
            inner = scope.bind(outcome=k)
            if points is not None:
                inner = inner.with_local(names, [points[k]])
            rows.append([self.value(body, inner) for body in node.bodies])
        means = [self.mean(weights, [row[b] for row in rows]) for b in range(len(node.bodies))]
        if node.operator == "E":
            return self.notice(means[0])
        centred = [[arithmetic.add(v, m, -1) for v, m in zip(row, means, strict=True)] for row in rows]
        if node.operator == "Var":
            if kind(means[0]) != "scalar":
                self.fail(f"the variance of {shape_of(means[0])}", node)
            return self.mean(weights, [row[0] ** 2 for row in centred])
        products = [arithmetic.multiply(row[0], arithmetic.transpose(row[-1])) for row in centred]
        return self.mean(weights, products)

    def mean(self, weights, values):
        total = arithmetic.multiply(weights[0], values[0])
        for weight, value in zip(weights[1:], values[1:], strict=True):
            total = arithmetic.add(total, arithmetic.multiply(weight, value))
        return total
