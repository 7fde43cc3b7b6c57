"""The evaluator of printed formulas: what it reads, what it refuses and where, and that nothing printed can harm it."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from book.formula import (
    Depending,
    Distribution,
    FormulaDisagrees,
    FormulaError,
    Indexed,
    Measure,
    Optimum,
    Outcomes,
    PlusMinus,
    Range,
    Terms,
    compare,
    evaluate,
    parse,
)

rng = np.random.default_rng(0)
D = 4
A, B = rng.normal(size=(D, D)), rng.normal(size=(D, D))
SPD = A @ A.T + np.eye(D)
WIDE = rng.normal(size=(3, D))
x, y = rng.normal(size=D), rng.normal(size=D)
p, q = (weights / weights.sum() for weights in rng.random((2, 5)))
NAMES = {
    "A": A, "B": B, r"\Sigma": SPD, "W": WIDE, r"\mathbf{x}": x, r"\mathbf{y}": y, "a": 0.7, "b": -1.3, "n": 4, "k": 2,
    r"\lambda": np.array([4.0, 3.0, 2.0, 1.0]), "X": A, r"\sigma": expit,
}  # fmt: skip


def value(tex, **more):
    found = evaluate(tex, NAMES | more).chains[0][0][0].plain()
    return np.asarray(found)


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"2a", 1.4),
        (r"\frac12a^2", 0.245),
        (r"\frac1{n-1}", 1 / 3),
        (r"-a^2", -0.49),
        (r"a/b", 0.7 / -1.3),
        (r"A\mathbf x", A @ x),
        (r"\mathbf{x}^\top A\mathbf{y}", x @ A @ y),
        (r"A\,\mathbf{x}^\top\mathbf{y}", A * (x @ y)),
        (r"\mathbf{x}\mathbf{y}^\top", np.outer(x, y)),
        (r"\mathbf{x}\,\mathbf{y}^\top\mathbf{x}", x * (y @ x)),
        (r"A^{-1}", np.linalg.inv(A)),
        (r"A^{-\top}", np.linalg.inv(A).T),
        (r"W^+", np.linalg.pinv(WIDE)),
        (r"A^2", A @ A),
        (r"\Sigma^{1/2}\Sigma^{1/2}", SPD),
        (r"\Sigma^{-1/2}\Sigma\,\Sigma^{-1/2}", np.eye(D)),
        (r"(A + 2I)\mathbf{x}", A @ x + 2 * x),
        (r"I_k", np.eye(2)),
        (r"\lVert\mathbf{x}\rVert", np.linalg.norm(x)),
        (r"\lVert A\rVert_F^2", np.sum(A**2)),
        (r"\lVert A\rVert_2", np.linalg.norm(A, 2)),
        (r"\lVert\mathbf{x}\rVert_1 + \lVert\mathbf{x}\rVert_\infty", np.abs(x).sum() + np.abs(x).max()),
        (r"\left|b\right| + |a - 1|", 1.6),
        (r"\langle\mathbf{x},\mathbf{y}\rangle", x @ y),
        (r"\mathbf{x}\odot A\mathbf{y}", x * (A @ y)),
        (r"A\otimes W", np.kron(A, WIDE)),
        (r"\operatorname{tr}(AB) + \operatorname{tr}A", np.trace(A @ B) + np.trace(A)),
        (r"\operatorname{tr}\bigl(\Sigma\bigr)^{1/2}", np.sqrt(np.linalg.eigvalsh(SPD)).sum()),
        (r"\log\det\Sigma", np.log(np.linalg.det(SPD))),
        (r"\log_2(8)", 3.0),
        (r"\log2\pi", np.log(2 * np.pi)),
        (r"\cos 2(a - b)", np.cos(2 * 2.0)),
        (r"\sin^2a + \cos^2a", 1.0),
        (r"\tan^{-1}(a)", np.arctan(0.7)),
        (r"\Phi(a) - \Phi^{-1}(0.3)", stats.norm.cdf(0.7) - stats.norm.ppf(0.3)),
        (r"e^{-a} + \exp(a)", np.exp(-0.7) + np.exp(0.7)),
        (r"\max(0, \mathbf{x})", np.maximum(x, 0)),
        (r"\operatorname{diag}(\lambda_1, \dots, \lambda_k)", np.diag([4.0, 3.0])),
        (r"\operatorname{diag}(\mathbf{x})A", np.diag(x) @ A),
        (r"\operatorname{sign}(b)\,\operatorname{rank}W", -3.0),
        (r"\binom{n}{k} + n!", 30.0),
        (r"[a > b] + [a = b]", 1.0),
        (r"\lfloor n a\rfloor", 2.0),
        (r"\begin{cases} a & \text{if } a > b, \\ b & \text{otherwise} \end{cases}", 0.7),
        (r"\begin{pmatrix} a & b \\ 0 & 1 \end{pmatrix}", np.array([[0.7, -1.3], [0, 1]])),
        (r"\begin{pmatrix} \mathbf{x} \\ 1 \end{pmatrix}", np.append(x, 1)),
        (r"\begin{pmatrix} A & \mathbf{x} \end{pmatrix}", np.c_[A, x]),
        (r"\sum_{i=1}^{n} x_i y_i", x @ y),
        (r"\sum_{i,j} A_{ij}", A.sum()),
        (r"\sum_i x_i - a", x.sum() - 0.7),
        (r"\sum_{i\le k} \lambda_i", 7.0),
        (r"\sum_{i=k+1}^n \lambda_i", 3.0),
        (r"\sum_{i<j} A_{ij}", np.triu(A, 1).sum()),
        (r"\sum_{i\ne j} A_{ij}", A.sum() - np.trace(A)),
        (r"\sum_{i:\,x_i>0} y_i", y[x > 0].sum()),
        (r"\prod_{i=1}^k \lambda_i", 12.0),
        (r"\max_{i\ne k} \lambda_i", 4.0),
        (r"\max\lvert\mathbf{x}\rvert", np.abs(x).max()),
        (r"\#\{i:\,x_i>0\}", np.sum(x > 0)),
        (r"\log a\,\sum_i x_i", np.log(0.7) * x.sum()),
        (r"\log\Bigl(\frac1n\sum_i \lambda_i\Bigr)", np.log(2.5)),
        (r"\arg\min_i \lambda_i", 4.0),
        (r"\lambda_1 + \dots + \lambda_k", 7.0),
        (r"\lambda_{k+1} + \dots + \lambda_n", 3.0),
        (r"\lambda_1\lambda_2\cdots\lambda_n", 24.0),
        (r"\lambda_n \cdots \lambda_1", 24.0),
        (r"\sum_i x_i^2\,\delta_{ik}", x[1] ** 2),
        (r"\nabla_{\mathbf{x}}\,\mathbf{x}^\top A\mathbf{x}", (A + A.T) @ x),
        (r"\frac{\partial (A\mathbf{x})}{\partial\mathbf{x}}", A),
        (r"\frac{\partial}{\partial A}\operatorname{tr}(AB)", B.T),
        (r"\frac{\mathrm d}{\mathrm da}\log\sigma(a)", 1 - expit(0.7)),
        (r"\frac{\mathrm{d}^2}{\mathrm{d}a^2} a^3", 4.2),
        (r"\sigma'(a)", expit(0.7) * (1 - expit(0.7))),
        (r"\sigma^2(a) - \sigma(a)^2", 0.0),
        (r"\frac{\mathrm{d}}{\mathrm{d}t} \sigma(at)\Big|_{t=0}", 0.7 / 4),
        (r"\int_0^1 t^2\,\mathrm{d}t", 1 / 3),
        (r"\int_{-\infty}^{\infty} e^{-t^2/2}\,\mathrm{d}t", np.sqrt(2 * np.pi)),
        (r"\underbrace{a}_{\text{a remark}} + \sqrt[3]{8}", 2.7),
        (r"\left(\mathbf{x}^\top\mathbf{y}\right)^2", (x @ y) ** 2),
        (r"\bigl[\,\mathbf{x}>0\,\bigr]", (x > 0) * 1.0),
    ],
)  # fmt: skip
def test_a_printed_expression_has_its_value(tex, expected):
    np.testing.assert_allclose(value(tex), expected, rtol=1e-8, atol=1e-10)


def test_names_are_one_however_they_are_spelled_and_the_longest_wins():
    assert value(r"\hat\lambda_1 + \hat{\lambda}_{1}", **{r"\hat \lambda_{1}": 3.0}) == 6.0
    assert value(r"S_W + S_2", S=np.array([1.0, 2.0]), S_W=10.0) == 12.0
    assert value(r"x'_2 + x^\star", **{"x'": np.array([1.0, 2.0]), r"x^\star": 5.0}) == 7.0
    np.testing.assert_array_equal(value(r"\mathbf{w}_2", **{r"\mathbf{w}": x, r"\mathbf{w}_\cdot": A}), A[1])
    assert value(r"z_{1k}", z_1=np.array([7.0, 8.0])) == 8.0
    with pytest.raises(ValueError, match="one name"):
        evaluate("a", {"x_1": 1.0, "x_{1}": 2.0})


def test_a_name_may_be_any_piece_of_print_and_have_places_for_arguments():
    joint = rng.random((3, 2))
    bindings = {
        r"P(\omega_\cdot\mid\mathbf{x})": np.array([0.2, 0.8]),
        r"p(\cdot\mid\cdot)": lambda i, j: joint[int(i) - 1, int(j) - 1],
    }
    assert evaluate(r"P(\omega_2\mid\mathbf{x})", bindings).chains[0][0][0].values == [0.8]
    assert evaluate(r"p(3\mid 2)", bindings).chains[0][0][0].values == [joint[2, 1]]
    compare(r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Z}\,W^\top", {
        "L": Depending(lambda X: np.sin(X @ WIDE.T).sum(), "X"), "X": A, "W": WIDE.T,
        r"\frac{\partial L}{\partial Z}": np.cos(A @ WIDE.T),
    })  # fmt: skip


def test_free_indices_are_tried_over_their_range_and_conditions_select():
    tex = r"A_{ij} = \mathbf{a}_i^\top\mathbf{e}_j"
    found = compare(tex, {"A": A, r"\mathbf{a}": A, r"\mathbf{e}": np.eye(D)})
    assert len(found.chains[0][0][0].values) == D * D
    compare(r"r_j = 0 \text{ for } j \ne k", {"r": np.array([0.0, 5.0, 0.0]), "k": 2})
    compare(r"r_j = 0, \qquad j = 2,\dots,m", {"r": np.array([5.0, 0.0, 0.0]), "m": 3})
    compare(r"v_j = j, \quad 0\le j\le c-1", {"v": Indexed(np.arange(3.0), 0), "c": 3})
    compare(r"f(j) = j^2", {"f": lambda j: j**2, "j": Range(3, 9)})
    with pytest.raises(FormulaDisagrees, match=r"at i = 1, j = 2"):
        compare(tex, {"A": A.T, r"\mathbf{a}": A, r"\mathbf{e}": np.eye(D)})


def test_every_is_said_in_words_before_the_index_and_a_condition_may_hold_for_none():
    for words in (r"\text{for every class } j", r"\quad\text{for all } j", r"\text{for each } j = 1, \dots, n"):
        assert len(compare(rf"\lambda_j = 5 - j \ {words}", NAMES).chains[0][0][0].values) == 4
    some = evaluate(r"\lambda_j = 7 \text{ for } j > 4, \qquad a = 0.7", NAMES)
    assert [len(parts[0].values) for parts, _ in some.chains] == [0, 1]
    assert some.disagreements() == []
    with pytest.raises(FormulaError, match="no index satisfies"):
        compare(r"\lambda_j = 7 \text{ for } j > 4", NAMES)


def test_a_name_goes_before_a_family_that_is_printed_alike():
    for names in ({"n_+": 10.0, r"n_\cdot": x}, {r"n_\cdot": x, "n_+": 10.0}):
        assert value(r"n_2/n_+", **names) == pytest.approx(x[1] / 10)


def test_a_left_side_that_is_left_out_keeps_its_index_and_is_no_other_name():
    found = evaluate(r"p_j = \frac1n", {"n": 4, "j": Range(1, 4)}, leave_out_results=True)
    assert found.chains[0][0][0].values == [0.25] * 4
    found = evaluate(r"\mathbb{E}_r[x_1] = a", NAMES, leave_out_results=True)
    assert [part.tex for part in found.chains[0][0]] == ["a"]
    with pytest.raises(FormulaError, match=re.escape(r"s is not bound; s^2 is bound and printed nowhere")):
        evaluate("s = 2a", {"a": 1.0, "s^2": 4.0}, leave_out_results=True)


VALUES, VECTORS = np.linalg.eigh(SPD)
FRAMES = np.linalg.qr(np.random.default_rng(1).normal(size=(9, D, 2)))[0]
KY_FAN = (
    r"\max_{Q^\top Q = I_k} \operatorname{tr}(Q^\top\Sigma Q) = \lambda_1 + \dots + \lambda_k, \quad \text{at } Q = V"
)
BEST = {r"\Sigma": SPD, "k": 2, r"\lambda": VALUES[::-1], "V": VECTORS[:, :1:-1]}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        (r"\max", r"\min"),
        (r"I_k", "2I_k"),
        (r"Q^\top Q =", r"QQ^\top ="),
        (r"\Sigma Q", r"\Sigma^{-1}Q"),
        ("Q = V", "Q = 2V"),
    ],
)
def test_an_optimum_over_a_continuum_is_tried_at_its_place_and_beside_it(before, after):
    def run():
        compare(KY_FAN.replace(before, after), BEST | {"Q": Optimum(VECTORS[:, :1:-1], FRAMES)})

    if not before:
        return run()
    with pytest.raises((FormulaError, FormulaDisagrees)):
        run()


def test_an_optimum_is_bound_where_it_is_and_among_others():
    with pytest.raises(FormulaError, match="this is no max"):
        compare(KY_FAN, BEST | {"Q": Optimum(FRAMES[0], [VECTORS[:, :1:-1]]), "V": FRAMES[0]})
    with pytest.raises(ValueError, match="one among others"):
        Optimum(1.0, [])
    both = r"\max_{\mathbf{x}\ne0} R(\mathbf{x}) = \lambda_1, \quad \min_{\mathbf{x}\ne0} R(\mathbf{x}) = \lambda_n"
    bound = {r"\mathbf{x}": Optimum(VECTORS[:, -1], VECTORS.T), r"\lambda": VALUES[::-1], "n": D}
    compare(both, bound | {"R": lambda v: v @ SPD @ v / (v @ v)})
    turn = r"\arg\min_{a,b} (a - 1)^2 + b^2 = 1"
    with pytest.raises(FormulaError, match="several quantities under one arg"):
        compare(turn, {"a": Optimum(1.0, [0.0]), "b": Optimum(0.0, [1.0])})
    pair = {"a": Optimum(1.0, [0.0]), "b": Optimum(0.0, [1.0, 2.0])}
    with pytest.raises(FormulaError, match="as many others"):
        compare(turn.replace(r"\arg", ""), pair)


def test_a_sum_in_words_runs_over_bound_terms():
    tex = r"s_j = \sum_{\text{edges } j \to i} s_i\,(\text{slope})"
    edges = {1: [(2, 3.0), (3, -1.0), (2, 1.0)], 2: [(3, 2.0)], 3: []}
    terms = Terms(edges.get, "j", gives=("i", r"\text{slope}"))
    names = {r"\text{edges } j \to i": terms, "j": Range(1, 2)}
    compare(tex, names | {"s": np.array([7.0, 2.0, 1.0])})
    with pytest.raises(FormulaDisagrees):
        compare(tex, names | {"s": np.array([7.0, 3.0, 1.0])})
    for function, problem in ((lambda j: [(1,)], "does not give i and"), (lambda j: {}[j], "failed: KeyError")):
        other = {r"\text{edges } j \to i": Terms(function, "j", gives=("i", r"\text{slope}"))}
        with pytest.raises(FormulaError, match=problem):
            compare(tex, names | other | {"s": x})
    with pytest.raises(TypeError, match="a tuple of those that it gives"):
        Terms(edges.get, "j", gives="i")


@pytest.mark.parametrize("layers", [2, 3, 4, 6])
def test_brackets_may_grow_before_dots_and_factors_may_alternate(layers):
    W, S = np.random.default_rng(layers).normal(size=(2, layers, 3, 3))
    product, row = W[0].T, x[:3]
    for k in range(1, layers):
        product = product @ S[k - 1] @ W[k].T
    for factor in W[::-1]:
        row = row @ factor
    names = {"W": W, "S": S, "L": layers, "G": product, r"\mathbf{g}": row, r"\mathbf{u}": x[:3]}
    compare(r"G = W_1^\top S_1W_2^\top S_2 \cdots S_{L-1}W_L^\top", names)
    compare(r"\mathbf{g}^\top = \Bigl(\bigl(\mathbf{u}^\top W_L\bigr)W_{L-1}\Bigr) \cdots W_1", names)


def test_chains_compare_every_part_and_rows_continue():
    bindings = {"a": 1.0, "b": 1.0, "c": 2.0}
    assert [part.tex for part in evaluate("a = b = 1", bindings).chains[0][0]] == ["a", "b", "1"]
    with pytest.raises(FormulaDisagrees, match="label-x"):
        compare(r"\begin{aligned} a &= b \\ &= c \end{aligned}", bindings, label="label-x")
    compare(r"\begin{aligned} c &= a \\ &\quad + b, \\ a &\le b \\ &\le c \end{aligned}", bindings)
    with pytest.raises(FormulaDisagrees, match="inequality"):
        compare(r"a \ge c", bindings)
    compare(
        r"\lambda_{1,2} = \frac{a+b}2 \pm c", {"a": 1.0, "b": 3.0, "c": 0.5, r"\lambda_{1,2}": np.array([1.5, 2.5])}
    )
    with pytest.raises(FormulaDisagrees):
        compare(
            r"\lambda_{1,2} = \frac{a+b}2 \pm c", {"a": 1.0, "b": 3.0, "c": 1.5, r"\lambda_{1,2}": np.array([1.5, 2.5])}
        )
    compare(r"A^\top = B \qquad (n, n)", {"A": A, "B": A.T, "n": D})
    with pytest.raises(FormulaDisagrees, match="shape"):
        compare(r"A = B \qquad (n, n)", {"A": WIDE, "B": WIDE, "n": D})


def test_two_values_follow_the_sign_that_they_belong_to():
    roots = {r"\eta": 0.3, r"\kappa": PlusMinus(np.exp(0.3j), np.exp(-0.3j))}
    compare(r"\kappa=\cos\eta\pm\mathrm i\,\sin\eta,\qquad\lvert\kappa\rvert=1", roots)
    with pytest.raises(FormulaDisagrees):
        compare(r"\kappa=\cos\eta\mp\mathrm i\,\sin\eta", roots)


def test_a_brace_below_changes_nothing():
    bindings = {"a": 1.5, "b": -2.0, "c": 3.5}
    compare(r"c = \underbrace{a}_{\text{gain}}\;\underbrace{-b}_{\ge0}", bindings)


def test_a_matrix_of_one_column_is_a_column_and_no_row():
    compare(r"\mathbf{x} = B", {r"\mathbf{x}": x, "B": x[:, None]})
    with pytest.raises(FormulaDisagrees, match="shapes differ"):
        compare(r"\mathbf{x}^\top = B", {r"\mathbf{x}": x, "B": x[:, None]})


def test_zero_is_compared_in_units_of_what_cancels():
    residual = y - WIDE.T @ np.linalg.lstsq(WIDE.T, y, rcond=None)[0]
    compare(r"W\mathbf{r} = \mathbf{0}", {"W": WIDE, r"\mathbf{r}": residual})
    with pytest.raises(FormulaDisagrees):
        compare(r"W\mathbf{r} = \mathbf{0}", {"W": WIDE, r"\mathbf{r}": y})


def test_words_are_conditions_that_the_inputs_must_satisfy_or_are_skipped_by_name():
    compare(r"A\mathbf{x} = A^\top\mathbf{x} \quad\text{if } A = A^\top", {"A": SPD, r"\mathbf{x}": x})
    with pytest.raises(FormulaError, match="violate the printed condition"):
        compare(r"a = a \quad\text{if } A = A^\top", {"A": A, "a": 1.0})
    with pytest.raises(FormulaError, match=r"not bound: \\text{invertible}"):
        compare(r"a = a \qquad (A \text{ invertible})", {"A": A, "a": 1.0})
    compare(r"a = a \qquad (A \text{ invertible})", {"A": A, "a": 1.0}, skip=["invertible"])


def test_expectations_run_over_outcomes_and_finite_distributions():
    draws = rng.normal(size=(6, 2))
    centred = draws - draws.mean(axis=0)
    found = evaluate(
        r"\operatorname{Cov}(\mathbf{x}) = \mathbb{E}[\mathbf{x}\mathbf{x}^\top]"
        r" - \mathbb{E}\mathbf{x}\,(\mathbb{E}\mathbf{x})^\top",
        {r"\mathbf{x}": Outcomes(draws)},
    )
    np.testing.assert_allclose(found.chains[0][0][0].values[0], centred.T @ centred / 6)
    assert not found.disagreements()
    law = {"p": Distribution(p, np.arange(5.0), r"\mathbf{x}"), "f": lambda t: t**2}
    compare(r"\mathbb{E}_{\mathbf{x}\sim p}\bigl[f(\mathbf{x})\bigr] = m", law | {"m": p @ np.arange(5.0) ** 2})
    compare(
        r"\operatorname{Var}_{\mathbf{p}}(\mathbf{z}) = v",
        {r"\mathbf{p}": p, r"\mathbf{z}": Outcomes(q), "v": p @ q**2 - (p @ q) ** 2},
    )
    points = {r"\mathrm{d}\mathbf{x}": Measure(np.arange(5.0), np.ones(5)), "p": Outcomes(p), "q": Outcomes(q)}
    compare(r"\int\sqrt{p\,q}\,\mathrm{d}\mathbf{x} = c", points | {"c": np.sqrt(p * q).sum()})


def test_differentials_follow_what_depends_on_what_moves():
    step = rng.normal(size=(D, D))
    compare(r"\mathrm{d}(X^{-1}) = -X^{-1}\,(\mathrm{d}X)\,X^{-1}", {"X": SPD, r"\mathrm{d}X": step})
    inverse = Depending(np.linalg.inv, "X")
    compare(r"\mathrm{d}Y = -Y\,\mathrm{d}X\,Y", {"X": SPD, r"\mathrm{d}X": step, "Y": inverse})


@pytest.mark.parametrize(
    ("tex", "problem", "place"),
    [
        (r"a + c + d", "not bound: c, d", "c"),
        (r"\mathbf{x}\mathbf{y}", "entry by entry, inner or outer", r"\mathbf{y}"),
        (r"W A^\top + A W", "no product", "W"),
        (r"A + W", "no sum", "W"),
        (r"a/bn", "below the slash", "/"),
        (r"\log a n", "how far does", "n"),
        (r"\log\frac1n\sum_i x_i", "reach over what follows", r"\sum"),
        (r"\log\frac12\,\int_0^1 t\,\mathrm{d}t", "reach over what follows", r"\int"),
        (r"x_{\text{first}}", r"\text{first} is no index", r"\text"),
        (r"\mathbb{E}_{r}[x_1]", "bind r to a Distribution", r"\mathbb"),
        (r"A_1B_1\cdots B_n", "do two factors alternate", r"\cdots"),
        (r"\#A", "how many of what", r"\#"),
        (r"\log(a)^2", "power belong", "(a)^2"),
        (r"A\odot B A", "fits in two ways", r"\odot"),
        (r"\lVert A\rVert", "needs its index", r"\lVert"),
        (r"|A|", "determinant or the sizes", "|"),
        (r"\log A", "entry by entry", r"\log"),
        (r"\lim_{n\to\infty} a", "no value", r"\lim"),
        (r"\mathbf{x} \sim a", "law", r"\sim"),
        (r"a \leftarrow b", "assignment", r"\leftarrow"),
        (r"\max_{A} a", "continuum", r"\max"),
        (r"\frac{a}{b", "closed", "{b"),
        (r"(a + b", "expected", "(a"),
        (r"a + + b", "two signs", "+ b"),
        (r"\sum_{i=1}^n x_{i+1}", "outside 1, …, 4", "i+1}"),
        (r"\frac{\partial a}{\partial b}", "does not occur", r"\frac"),
        (r"W^{-1}", "has no powers", "W"),
        (r"\operatorname{sign}(\mathbf{x}^\top)", "sign of a row of 4", r"\operatorname"),
        (r"\int_{\mathrm i}^1 t\,\mathrm{d}t", "limits of an integral", r"\int"),
        (r"(a\,\mathrm i)!", "up to 170", "a"),
        (r"a^{\frac12}b^{\frac12}", "negative number", "b^"),
        (r"\frac{a}{b-b}", "division by zero", "b-b"),
        (r"x^2_1^3", "second superscript", "^3"),
        (r"\foo{a}", r"not bound: \foo", r"\foo"),
        (r"\mathbb{E}[a]", "nothing random", r"\mathbb"),
        (r"\begin{tabular}a\end{tabular}", "environment tabular", r"\begin"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_place(tex, problem, place):
    with pytest.raises(FormulaError, match=re.escape(problem)) as refused:
        compare(tex, NAMES, value=0.0)
    last = {"c": 4, "n": tex.rfind("n"), "W": tex.rfind("W"), "+ b": tex.rfind("+")}
    assert refused.value.position == last.get(place, tex.find(place))
    assert str(refused.value).splitlines()[-1].rstrip().endswith("^")


HOSTILE = {
    "a tower of powers": r"9^{9^{9}}",
    "a tower of matrix powers": r"A^{9^9}",
    "a megabyte": "a+" * 500_000 + "a",
    "a long sum": "a+" * 2_900 + "a",
    "deep brackets": "(" * 2900 + "a" + ")" * 2900,
    "deep braces": "{" * 2900 + "a" + "}" * 2900,
    "deep fractions": r"\frac1" * 900 + "a",
    "deep roots": r"\sqrt" * 1000 + "a",
    "deep scripts": "a^{" * 1400 + "a" + "}" * 1400,
    "bars": "|" * 5001,
    "bars in brackets": "(|" * 2900,
    "signs": "-" * 5000 + "a",
    "primes": r"\sigma" + "'" * 5000 + "(a)",
    "a sum to a billion": r"\sum_{i=1}^{1000000000} a",
    "a sum without end": r"\sum_{i=1}^{\infty} a",
    "nested sums": r"\sum_{i=1}^{9000}\sum_{j=1}^{9000}\sum_{k=1}^{9000} a",
    "nested maxima": r"\max_{i,j,k,l,m} A_{ij}A_{kl}A_{im}A_{ml}A_{kj}\sum_{r,s,t,u} A_{rs}A_{tu}",
    "nested integrals": r"\int_0^1" * 4 + r"\sin(rstu)\,\mathrm{d}r\,\mathrm{d}s\,\mathrm{d}t\,\mathrm{d}u",
    "nested derivatives": r"\frac{\mathrm{d}}{\mathrm{d}a}" * 12 + r"\sigma(a)",
    "a product that grows": r"A\otimes A\otimes A\otimes A\otimes A\otimes A\otimes A\otimes A",
    "dots": r"1 + \dots + 1000000000",
    "a large identity": r"\operatorname{tr}I_{100000}",
    "a factorial": "10000!",
    "a binomial": r"\binom{100000}{50000}",
    "a function that calls itself": "f(a)",
    "a circle of dependence": "C",
    "large matrices again and again": r"\sum_{i=1}^{9000} \operatorname{tr}(LLLLLLLLLLLL)",
    "free indices": r"A_{ij}A_{kl}A_{rs}A_{tu}A_{vw} = a",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_formulas_end_in_an_error(what):
    def endless(t):
        return endless(t)

    names = NAMES | {"f": endless, "C": Depending(lambda c: c, "C"), "L": np.eye(200)}
    with pytest.raises((FormulaError, FormulaDisagrees)):
        compare(HOSTILE[what], names, value=0.123)


def test_a_double_sum_over_two_hundred_indices_is_no_hostile_formula():
    d = np.arange(150.0)
    tex = r"\sum_{i=1}^m\sum_{j=1}^m d_id_j"
    compare(tex, {"d": d, "m": 150}, value=d.sum() ** 2)


def test_nothing_of_python_can_be_reached_from_tex():
    for tex in (
        r"\operatorname{eval}(a)", r"__import__(os)", r"\operatorname{__class__}", r"\mathbf{x}.__class__",
        r"\operatorname{open}(a)", r"\operatorname{np.linalg.inv}(A)", r"\sigma.__globals__", r"\input{/etc/passwd}",
        r"\csname a\endcsname", r"a; b()", r"\text{__builtins__}",
    ):  # fmt: skip
        with pytest.raises(FormulaError):
            compare(tex, NAMES, value=0.0)


def test_a_function_that_fails_is_named():
    with pytest.raises(FormulaError, match=r"the function f failed: KeyError"):
        evaluate("f(a)", {"f": lambda t: {}[t], "a": 1.0})


def test_a_slope_is_taken_near_the_end_of_a_domain():
    compare(r"f'(t) = -\frac{1}{1 - t}", {"f": lambda t: np.log(1 - t), "t": 0.97})


def test_importing_the_evaluator_loads_neither_torch_nor_scipy():
    code = "import sys, book.formula; print(sorted({'torch', 'scipy', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_reading_without_bindings_names_what_a_formula_is_about():
    formula = parse(r"\operatorname{KL}(p\,\|\,q) = \sum_{i} p_i\log\frac{p_i}{q_i}")
    assert {"p", "q", "i", r"\operatorname{KL}"} <= formula.names()


# ---- false formulas of the book's kind, right everywhere but in print ----

GAN = {
    "p": lambda i: p[int(i) - 1], "p_g": lambda i: q[int(i) - 1], r"\mathbf{x}": 2.0,
    "D^*": lambda i: p[int(i) - 1] / (p[int(i) - 1] + q[int(i) - 1]),
}  # fmt: skip
JS = 0.5 * np.sum(p * np.log(2 * p / (p + q))) + 0.5 * np.sum(q * np.log(2 * q / (p + q)))
V = {
    r"\max_DV(D,G)": np.sum(p * np.log(p / (p + q))) + np.sum(q * np.log(q / (p + q))), "p": p, "p_g": q,
    "V": lambda D, G: np.sum(p * np.log(D)) + np.sum(q * np.log(1 - D)), "D^*": p / (p + q), "G": "any",
    r"\operatorname{JS}": lambda p, q: JS,
}  # fmt: skip
mean, deviation = rng.normal(size=3), rng.random(3) + 0.5
VAE = {
    r"\operatorname{KL}": float(np.sum(mean**2 + deviation**2 - 1 - np.log(deviation**2)) / 2), "d": 3,
    r"\boldsymbol\mu": mean, r"\boldsymbol\sigma": deviation,
}  # fmt: skip
softmax = np.exp(x) / np.exp(x).sum()


@pytest.mark.parametrize(
    ("right", "wrong", "bindings"),
    [
        (r"D^*(\mathbf{x})=\frac{p(\mathbf{x})}{p(\mathbf{x})+p_g(\mathbf{x})}",
         r"D^*(\mathbf{x})=\frac{p_g(\mathbf{x})}{p(\mathbf{x})-p_g(\mathbf{x})}", GAN),
        (r"\begin{aligned} \max_DV(D,G)&=V(D^*,G)\\ &=-\log4+2\,\operatorname{JS}(p, p_g). \end{aligned}",
         r"\begin{aligned} \max_DV(D,G)&=V(D^*,G)\\ &=+\log4-2\,\operatorname{JS}(p, p_g). \end{aligned}", V),
        (r"\frac{\partial (W\mathbf{x})}{\partial\mathbf{x}} = W",
         r"\frac{\partial (W\mathbf{x})}{\partial\mathbf{x}} = W^\top",
         {"W": WIDE, r"\mathbf{x}": x}),
        (r"\frac{\partial (A\mathbf{x})}{\partial\mathbf{x}} = A",
         r"\frac{\partial (A\mathbf{x})}{\partial\mathbf{x}} = A^\top",
         {"A": A, r"\mathbf{x}": x}),
        (r"\operatorname{KL}=\tfrac12\sum_{i=1}^d\bigl(\mu_i^2+\sigma_i^2-1-\log\sigma_i^2\bigr)",
         r"\operatorname{KL}=\sum_{i=1}^d\bigl(\mu_i^2+\sigma_i^2-1-\log\sigma_i^2\bigr)", VAE),
        (r"\operatorname{KL}=\tfrac12\sum_{i=1}^d\bigl(\mu_i^2+\sigma_i^2-1-\log\sigma_i^2\bigr)",
         r"\operatorname{KL}=\tfrac12\sum_{i=1}^d\bigl(\mu_i^2+\sigma_i-1-\log\sigma_i^2\bigr)", VAE),
        (r"\nabla_{\mathbf{x}}\,\log\sum_i e^{x_i} = \mathbf{p}",
         r"\nabla_{\mathbf{x}}\,\log\sum_i e^{-x_i} = \mathbf{p}",
         {r"\mathbf{x}": x, r"\mathbf{p}": softmax}),
    ],
)  # fmt: skip
def test_a_mistake_in_print_is_found_with_label_part_and_both_values(right, wrong, bindings):
    compare(right, bindings, label="eq-planted")
    with pytest.raises(FormulaDisagrees) as found:
        compare(wrong, bindings, label="eq-planted")
    message = str(found.value)
    assert message.startswith("eq-planted: ")
    assert "left: " in message
    assert "right: " in message
    assert wrong.rstrip(". ").split("=")[-1].replace(r"\end{aligned}", "").strip(" .")[:20] in message


def test_the_value_of_the_code_is_one_more_side():
    compare("A_{ij}", {"A": A}, value=A)
    compare(r"1-(1-a)^2", {"a": 0.3}, value=0.51)
    with pytest.raises(FormulaDisagrees, match="the code"):
        compare(r"1-(1-a)^2", {"a": 0.3}, value=0.49)
    with pytest.raises(FormulaError, match="compares nothing"):
        compare(r"1-(1-a)^2", {"a": 0.3})


def test_an_approximation_may_name_its_result_and_infinity_may_be_printed():
    found = evaluate(r"\mathbb{E}[S_n]-S\approx\frac{a}{2n}", {"a": 3.0, "n": 6.0}, leave_out_results=True)
    assert found.chains[0][0][0].values == [0.25]
    compare(r"K(p)=\infty", {"K": lambda p: np.inf, "p": 1.0})
    with pytest.raises(FormulaDisagrees):
        compare(r"K(p)=\infty", {"K": lambda p: 1.0, "p": 1.0})


def test_a_large_ratio_inside_a_logarithm_excuses_no_difference_outside():
    names = {"p": 1e-200, "q": 1.0, "L": np.log1p(1e200)}
    compare(r"L=\log\Bigl(1+\frac qp\Bigr)", names)
    with pytest.raises(FormulaDisagrees):
        compare(r"L=2\log\Bigl(1+\frac qp\Bigr)", names)
