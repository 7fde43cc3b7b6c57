"""Mistakes planted in the print: of every kind one, and those of some formulas of the book all noticed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from book.formula import Depending, FormulaDisagrees, FormulaError, compare
from book.formula.mutants import KINDS, mutants


@pytest.mark.parametrize(
    ("tex", "kind", "broken"),
    [
        ("a + b", "sign", "a - b"),
        ("-a", "sign", "a"),
        (r"A^\top x", "transpose", "A x"),
        (r"A^{-\top}", "transpose", "A^{-1}"),
        ("x_i", "index", "x_{i+1}"),
        ("A_{ij}", "index", "A_{jj}"),
        ("A_{ii}", "index", "A_{i+1,i}"),
        ("A_{ii}", "index", "A_{i,i+1}"),
        (r"\sum_{i=1}^n x_i", "index", r"\sum_{i=2}^n x_i"),
        (r"\tfrac12 a", "factor", "  a"),
        ("2a", "factor", "4a"),
        ("a = b", "factor", r"a =2\, b"),
        (r"\frac{a}{b}", "fraction", r"\frac{b}{a}"),
        (r"\frac1n a", "count", r"\frac{1}{n-1} a"),
        (r"\frac{1}{n-1} a", "count", r"\frac{1}{n} a"),
        ("a^2", "power", "a"),
        (r"\nabla^2f", "power", r"\nabla f"),
        (r"a \le b", "inequality", r"a \ge  b"),
    ],
)
def test_every_kind_of_mistake_is_planted(tex, kind, broken):
    assert broken in {mutant.tex for mutant in mutants(tex) if mutant.kind == kind}
    assert kind in KINDS


@pytest.mark.parametrize(
    "tex", ["n_+", "S^+", r"\frac{\partial f}{\partial x}", r"\text{a + b}", r"\operatorname{KL}", "a^{-}", "{}"]
)
def test_names_and_words_are_left_alone(tex):
    assert mutants(tex) == []


def test_a_mutant_says_what_it_changed_and_where():
    (mutant,) = [mutant for mutant in mutants("c - a^\\top b") if mutant.kind == "transpose"]
    assert (mutant.position, mutant.before, mutant.after) == (5, r"^\top", "")


rng = np.random.default_rng(1)
A, X = rng.normal(size=(4, 4)), rng.normal(size=(6, 4))
x, y = rng.normal(size=4), rng.normal(size=6)
centred = X - X.mean(axis=0)
FORMULAS = {
    "quadratic": (
        r"\nabla_{\mathbf{x}}\, \mathbf{x}^\top A\mathbf{x} = (A + A^\top)\,\mathbf{x}",
        {"A": A, r"\mathbf{x}": x},
    ),
    "inverse": (r"\frac{\partial (X^{-1})_{ij}}{\partial X_{kl}} = -(X^{-1})_{ik}\,(X^{-1})_{lj}", {"X": A}),
    "covariance": (
        r"\Sigma = \frac{1}{n-1}\sum_{i=1}^n(\mathbf{x}_i-\mathbf{m})(\mathbf{x}_i-\mathbf{m})^\top",
        {r"\Sigma": (X - x).T @ (X - x) / 5, "n": 6, r"\mathbf{x}": X, r"\mathbf{m}": x},
    ),
    "logistic": (
        r"\nabla L(\mathbf{w}) = -\frac1n\sum_{i=1}^n \frac{y_i\,\mathbf{x}_i}{1 + e^{y_i\mathbf{x}_i^\top\mathbf{w}}}"
        r" + 2\lambda\,\mathbf{w} .",
        {
            "L": lambda w: np.mean(np.log1p(np.exp(-np.sign(y) * (X @ w)))) + 0.3 * w @ w,
            r"\mathbf{w}": x, "n": 6, "y": np.sign(y), r"\mathbf{x}": X, r"\lambda": 0.3,
        },
    ),
    "discriminator": (
        r"\frac{\mathrm{d}}{\mathrm{d}a}\bigl[p\log\sigma(a)+p_g\log(1-\sigma(a))\bigr]=p-(p+p_g)\,\sigma(a),",
        {"a": 0.4, "p": 0.3, "p_g": 0.8, r"\sigma": expit},
    ),
    "decomposition": (
        r"\lVert X\rVert_F^2 \ge \lVert X_c\rVert_F^2 = \lVert X_cQ\rVert_F^2 + \lVert X_c - X_cQQ^\top\rVert_F^2",
        {"X": X, "X_c": centred, "Q": np.linalg.qr(A)[0][:, :2]},
    ),
    "chain": (
        r"\frac{\partial L}{\partial W} = X^\top(P - Y) + 2\lambda W",
        {
            "L": Depending(lambda W: np.logaddexp(0, X @ W).sum() - (X @ W)[:3].sum() + 0.2 * np.sum(W**2), "W"),
            "W": A, "X": X, "P": expit(X @ A), "Y": np.r_[np.ones((3, 4)), np.zeros((3, 4))], r"\lambda": 0.2,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMULAS)
def test_no_planted_mistake_goes_unnoticed(name):
    tex, bindings = FORMULAS[name]
    compare(tex, bindings)
    planted = mutants(tex)
    assert len(planted) >= 4
    for mutant in planted:
        with pytest.raises((FormulaDisagrees, FormulaError)):
            compare(mutant.tex, bindings)
