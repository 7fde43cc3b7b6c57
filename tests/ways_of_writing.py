# ruff: noqa: E501 - a way of writing a line
"""Ways of writing one and the same function: right ones without a loop, which must be taken, and loops, which must not.

The bodies stand in the place of the solution's. In NO_LOOPS, ONE_LOOP and their opposites X and T are the rows; `x` is
one of them in ONE_LOOP and ROWS_OF_LOOPS. In LOSSES and LOOPS_OF_LOSSES the names are those of the assignments.
"""

from __future__ import annotations

NO_LOOPS = {
    "sums and a product": "np.sqrt(np.maximum((X**2).sum(1)[:, None] + (T**2).sum(1) - 2 * X @ T.T, 0))",
    "keepdims": "np.sqrt(np.sum(X**2, axis=1, keepdims=True) + np.sum(T**2, axis=1) - 2 * X.dot(T.T))",
    "diagonals": "np.sqrt(np.diag(X @ X.T)[:, None] + np.diag(T @ T.T) - 2 * X @ T.T)",
    "diagonals, reshaped": "np.sqrt(np.diag(X.dot(X.T)).reshape(-1, 1) + np.diag(T.dot(T.T)).reshape(1, -1)"
    " - 2 * X.dot(T.T))",
    "diagonal of a tensor": "np.sqrt(np.tensordot(X, X, (1, 1)).diagonal()[:, None]"
    " + np.tensordot(T, T, (1, 1)).diagonal() - 2 * np.tensordot(X, T, (1, 1)))",
    "einsum": "np.sqrt(np.einsum('ij,ij->i', X, X)[:, None] + np.einsum('ij,ij->i', T, T)"
    " - 2 * np.einsum('ik,jk->ij', X, T))",
    "products with ones": "np.sqrt(np.square(X) @ np.ones(T.T.shape) + np.ones(X.shape) @ np.square(T).T - 2 * X @ T.T)",
    "one product": "np.sqrt(np.hstack([X, (X * X).sum(1, keepdims=True), np.ones((len(X), 1))])"
    " @ np.hstack([-2 * T, np.ones((len(T), 1)), (T * T).sum(1, keepdims=True)]).T)",
    "transposed": "np.sqrt((T**2).sum(1)[:, np.newaxis] + (X**2).sum(1) - 2 * T.dot(X.T)).T",
    "norms": "np.sqrt(np.linalg.norm(X, axis=1).reshape(-1, 1)**2 + np.linalg.norm(T, axis=1)**2 - 2 * X @ T.T).round(9)",
    "cdist": "__import__('scipy.spatial').spatial.distance.cdist(X, T)",
    "cdist of squares": "np.sqrt(__import__('scipy.spatial').spatial.distance.cdist(X, T, 'sqeuclidean'))",
    "single precision": "np.sqrt(np.maximum((X**2).sum(1)[:, None] + (T**2).sum(1) - 2 * X @ T.T, 0)).astype(np.float32)",
    "powers": "((X**2).sum(-1, keepdims=True) + (T**2).sum(-1) - X @ (T + T).T) ** 0.5",
    "meshgrid": "np.sqrt(sum(np.meshgrid((T**2).sum(1), (X**2).sum(1))) - 2 * np.matmul(X, T.T))",
    "outer": "np.sqrt(np.add.outer((X**2).sum(1), (T**2).sum(1)) - 2 * np.inner(X, T))",
    "tiled": "np.sqrt(np.tile((X**2).sum(1), (len(T), 1)).T + np.tile((T**2).sum(1), (len(X), 1)) - 2 * X @ T.T)",
    "scikit-learn": "__import__('sklearn.metrics').metrics.pairwise_distances(X, T)",
}
#: Right, and fast, but with an array of three axes.
THREE_AXES = {
    "three axes": "np.sqrt(((X[:, None] - T)**2).sum(2))",
    "norm of three axes": "np.linalg.norm(np.expand_dims(X, 1) - np.expand_dims(T, 0), axis=-1)",
    "repeated rows": "np.sqrt(np.square(np.repeat(X, len(T), 0) - np.tile(T, (len(X), 1))).sum(1)).reshape(len(X), -1)",
}
LOOPS = {
    "over test rows": "np.array([np.sqrt(((T - x)**2).sum(1)) for x in X])",
    "over training rows": "np.array([np.sqrt(((X - t)**2).sum(1)) for t in T]).T",
    "over test rows in the product": "np.sqrt((X**2).sum(1)[:, None] + (T**2).sum(1) - 2 * np.array([T @ x for x in X]))",
    "over training rows in the product": "np.sqrt((X**2).sum(1)[:, None] + (T**2).sum(1) - 2 * np.array([X @ t for t in T]).T)",
    "over features": "np.sqrt(sum((X[:, d, None] - T[:, d])**2 for d in range(X.shape[1])))",
    "over pairs": "np.array([[np.sqrt(((x - t)**2).sum()) for t in T] for x in X])",
    "over pairs, in C": "np.array(list(__import__('itertools').starmap(__import__('math').dist,"
    " __import__('itertools').product(X.tolist(), T.tolist())))).reshape(len(X), -1)",
    "over pairs, in C, from rows": "np.fromiter(__import__('itertools').starmap(__import__('math').dist,"
    " __import__('itertools').product(X, T)), float).reshape(len(X), -1)",
    "along an axis": "np.apply_along_axis(lambda x: np.sqrt(((T - x)**2).sum(1)), 1, X)",
    "vectorize": "np.vectorize(lambda x, t: np.sqrt(((x - t)**2).sum()), signature='(d),(d)->()')(X[:, None], T)",
    "map": "np.array(list(map(lambda x: np.linalg.norm(T - x, axis=1), X)))",
}
ONE_LOOP = {
    "sum": "np.sqrt(((T - x)**2).sum(1))",
    "norm": "np.linalg.norm(T - x, axis=1)",
    "diagonal": "np.sqrt(np.diag((T - x) @ (T - x).T))",
    "einsum": "np.sqrt(np.einsum('ij,ij->i', T - x, T - x))",
    "product": "np.sqrt((T**2).sum(1) - 2 * T @ x + x @ x)",
    "tiled": "np.sqrt(np.square(np.tile(x, (len(T), 1)) - T).sum(axis=1))",
    "cdist": "__import__('scipy.spatial').spatial.distance.cdist(x[None], T)[0]",
    "transposed": "(((T - x).T**2).sum(axis=0))**0.5",
    "columns": "np.sqrt((T - x)**2 @ np.ones(len(x)))",
}
ROWS_OF_LOOPS = {
    "over training rows": "[np.sqrt(((t - x)**2).sum()) for t in T]",
    "norms of rows": "[np.linalg.norm(t - x) for t in T]",
    "over features": "np.sqrt(sum((T[:, d] - x[d])**2 for d in range(len(x))))",
    "along an axis": "np.apply_along_axis(lambda t: np.sqrt(((t - x)**2).sum()), 1, T)",
    "in C": "list(map(__import__('math').dist, __import__('itertools').repeat(x.tolist()), T.tolist()))",
    "in C, from rows": "list(map(__import__('math').dist, __import__('itertools').repeat(x), T))",
}

_SVM = """
n = len(X)
S = X @ W
c = {correct}
M = np.maximum(0, S - c.reshape(-1, 1) + 1)
{zero}
k = (M > 0).astype(float)
{own}
loss = M.sum() / n + reg * np.sum(W * W)
return loss, {product} / n + 2 * reg * W
"""
_PLAIN = {
    "correct": "S[np.arange(n), y]",
    "zero": "M[np.arange(n), y] = 0",
    "own": "k[np.arange(n), y] = -k.sum(1)",
    "product": "X.T @ k",
}
_SOFTMAX = """
n = len(X)
S = X @ W
S = S - S.max(axis=1, keepdims=True)
P = np.exp(S) / np.exp(S).sum(axis=1).reshape(-1, 1)
L = S - np.log(np.exp(S).sum(axis=1))[:, None]
loss = -{mean} + reg * np.sum(W * W)
{own}
return loss, {product} / n + 2 * reg * W
"""
_SOFT = {"mean": "L[np.arange(n), y].mean()", "own": "P[np.arange(n), y] -= 1", "product": "X.T @ P"}
SVM = {
    "arange": {},
    "range and list": {
        "correct": "S[range(n), list(y)]",
        "zero": "M[range(n), list(y)] = 0",
        "own": "k[range(n), list(y)] = -k.sum(1)",
    },
    "lists": {"correct": "S[list(range(n)), y.tolist()]", "zero": "M[[*range(n)], list(y)] = 0"},
    "pairs of indices": {"correct": "S[tuple(zip(*enumerate(y)))]"},
    "diagonal": {"correct": "np.diag(S[:, y])"},
    "diagonal of a product": {"own": "k = k - np.diag(k.sum(1)) @ np.eye(W.shape[1])[y]"},
    "choose": {"correct": "np.choose(y, S.T)"},
    "take along an axis": {"correct": "np.take_along_axis(S, y[:, None], 1)"},
    "put along an axis": {"zero": "np.put_along_axis(M, y[:, None], 0, 1)"},
    "flat": {
        "correct": "S.ravel()[np.arange(n) * W.shape[1] + y]",
        "zero": "M.flat[np.arange(n) * W.shape[1] + y] = 0",
    },
    "one-hot": {"correct": "(S * np.eye(W.shape[1])[y]).sum(1)", "zero": "M *= 1 - np.eye(W.shape[1])[y]"},
    "mask": {"correct": "S[np.arange(W.shape[1]) == y[:, None]]", "zero": "M[np.arange(W.shape[1]) == y[:, None]] = 0"},
    "where": {"zero": "M = np.where(np.arange(W.shape[1]) == y[:, None], 0, M)"},
    "sparse": {
        "own": "k -= __import__('scipy.sparse').sparse.csr_matrix((k.sum(1), (np.arange(n), y)), k.shape).toarray()"
    },
    "added at": {"own": "np.subtract.at(k, (np.arange(n), y), k.sum(1))"},
    "einsum": {"product": "np.einsum('nd,nc->dc', X, k)"},
    "three axes": {"product": "(X[:, :, None] * k[:, None]).sum(0)"},
    "whole numbers": {"own": "k = k.astype(int); k[range(n), y] -= np.sum(k, axis=1)"},
    "over classes": {"own": "for j in range(W.shape[1]): k[:, j] -= (y == j) * (M > 0).sum(1)"},
    "transposed": {"product": "(k.T @ X).T"},
    "choice by a list": {"correct": "np.array([S[i, y[i]] for i in range(n)])"},
}
SOFTMAX = {
    "arange": {},
    "range and list": {"mean": "L[range(n), list(y)].mean()", "own": "P[range(n), list(y)] -= 1"},
    "lists": {"mean": "np.mean(L[list(range(n)), y.tolist()])", "own": "P[[*range(n)], list(y)] -= 1"},
    "diagonal": {"mean": "np.diag(L[:, y]).mean()"},
    "choose": {"mean": "np.choose(y, L.T).mean()"},
    "one-hot": {"mean": "(L * np.eye(W.shape[1])[y]).sum() / n", "own": "P = P - np.eye(W.shape[1])[y]"},
    "mask": {
        "mean": "L[np.arange(W.shape[1]) == y[:, None]].mean()",
        "own": "P -= np.arange(W.shape[1]) == y[:, None]",
    },
    "zeros": {"own": "O = np.zeros_like(P); O[range(n), y] = 1; P = P - O"},
    "SciPy": {"mean": "__import__('scipy.special').special.log_softmax(X @ W, axis=1)[range(n), y].mean()"},
    "logsumexp": {
        "mean": "(L[np.arange(n), y] * 0 + (X @ W)[np.arange(n), y]"
        " - __import__('scipy.special').special.logsumexp(X @ W, axis=1)).mean()"
    },
    "einsum": {"product": "np.einsum('nd,nc->dc', X, P)"},
    "three axes": {"product": "(X[:, :, None] * P[:, None]).sum(0)"},
    "sparse": {
        "own": "P = P - __import__('scipy.sparse').sparse.csr_matrix((np.ones(n), (np.arange(n), y)), P.shape).toarray()"
    },
    "transposed": {"product": "(P.T @ X).T", "mean": "L.T[y, range(n)].mean()"},
    "over classes": {"own": "for j in range(W.shape[1]): P[:, j] -= y == j"},
}
LOOPS_OF_SVM = {
    "rows": {"product": "sum(np.outer(x, s) for x, s in zip(X, k))"},
    "columns of the correct classes": {
        "own": "t = k.sum(1); d = X.T @ k\nfor i in range(n): d[:, y[i]] -= t[i] * X[i]",
        "product": "d",
    },
    "scores": {"zero": "S = np.array([x @ W for x in X]); M[np.arange(n), y] = 0"},
    "margins": {
        "zero": "M = np.array([[max(0.0, s - r[l] + 1) * (j != l) for j, s in enumerate(r)]"
        " for r, l in zip(S.tolist(), y.tolist())])"
    },
    "one at a time": {"zero": "for i in range(n): M[i] = np.maximum(0, S[i] - S[i, y[i]] + 1); M[i, y[i]] = 0"},
}
LOOPS_OF_SOFTMAX = {
    "rows": {"product": "sum(np.outer(x, s) for x, s in zip(X, P))"},
    "probabilities": {"own": "P = np.array([np.exp(s) / np.exp(s).sum() for s in S]); P[np.arange(n), y] -= 1"},
    "scores": {"mean": "np.mean([np.log(np.exp(s).sum()) - s[l] for s, l in zip(S, y)]) * -1"},
    "columns": {
        "own": "d = X.T @ P\nfor i in range(n): d[:, y[i]] -= X[i]",
        "product": "d",
    },
    "lists": {
        "own": "import math\nP = []\nfor s, l in zip(S.tolist(), y.tolist()):\n    e = [math.exp(v) for v in s]; z = sum(e);"
        " p = [v / z for v in e]; p[l] -= 1; P.append(p)\nP = np.array(P)"
    },
}


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.strip().splitlines())


def classifier(no_loops: str = "None", row: str = "0") -> str:
    """A module k_nearest_neighbor with these ways of writing."""
    return f"""import numpy as np


class KNearestNeighbor:
    def train(self, X, y):
        self.X_train, self.y_train = X, y

    def compute_distances_one_loop(self, X):
        T, dists = self.X_train, np.zeros((len(X), len(self.X_train)))
        for i, x in enumerate(X):
            dists[i] = {row}
        return dists

    def compute_distances_no_loops(self, X):
        T = self.X_train
        return {no_loops}
"""


def svm(changes: dict[str, str]) -> str:
    """A module linear_svm with these ways of writing."""
    return (
        f"import numpy as np\n\n\ndef svm_loss_vectorized(W, X, y, reg):\n{_indented(_SVM.format(**_PLAIN | changes))}"
    )


def softmax(changes: dict[str, str]) -> str:
    """A module softmax with these ways of writing."""
    body = _indented(_SOFTMAX.format(**_SOFT | changes))
    return f"import numpy as np\n\n\ndef softmax_loss_vectorized(W, X, y, reg):\n{body}"
