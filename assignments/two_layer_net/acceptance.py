"""What the solution must reach on real CIFAR-10: the published numbers, and a net above 48 %. Run by the tests."""

from pathlib import Path

import numpy as np

from grading.course.acceptance import drawing_as_in_cs231n
from grading.importing import importable
from utils.data import images

__all__ = ["published_losses", "real_cifar10"]

SOLUTION = Path(__file__).parent / "solution"


def real_cifar10(seed: int = 231) -> dict[str, float]:
    """Shares of right labels of the solution's net, trained on 49,000 pictures of CIFAR-10, the mean subtracted.

    Returns
    -------
    dict with "validation" and "test": 1,000 pictures each
    """
    data = images("cifar10", num_train=49_000, num_val=1_000, num_test=1_000)
    mean = data.X_train.mean(axis=0, dtype=float).astype(np.float32)
    train, val, test = ((part - mean).reshape(len(part), -1) for part in (data.X_train, data.X_val, data.X_test))
    with importable(SOLUTION), drawing_as_in_cs231n(seed):
        from neural_net import TwoLayerNet

        net = TwoLayerNet(3072, 100, 10)
        net.params = {name: value.astype(np.float32) for name, value in net.params.items()}
        how = {"learning_rate": 1e-3, "learning_rate_decay": 0.95, "reg": 0.25, "num_iters": 4000, "batch_size": 200}
        net.train(train, data.y_train, val, data.y_val, **how)
    return {
        "validation": float(np.mean(net.predict(val) == data.y_val)),
        "test": float(np.mean(net.predict(test) == data.y_test)),
    }


def published_losses() -> dict[str, tuple[float, float]]:
    """The solution's losses at CS231n's fixed weights and toy data, each with the number that CS231n gives."""
    with importable(SOLUTION):
        import fc_net
        import neural_net
    net = fc_net.TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7)
    net.params = {
        "W1": np.linspace(-0.7, 0.3, 250).reshape(5, 50),
        "b1": np.linspace(-0.1, 0.9, 50),
        "W2": np.linspace(-0.3, 0.4, 350).reshape(50, 7),
        "b2": np.linspace(-0.9, 0.1, 7),
    }
    X, y = np.linspace(-5.5, 4.5, 15).reshape(5, 3).T, np.array([0, 5, 1])
    found = {"layered, reg 0": (float(net.loss(X, y)[0]), 3.4702243556)}
    net.reg = 1.0
    found["layered, reg 1"] = float(net.loss(X, y)[0]), 26.5948426952
    with drawing_as_in_cs231n(0):
        toy = neural_net.TwoLayerNet(4, 10, 3, std=1e-1)
    with drawing_as_in_cs231n(1):
        X, y = 10 * np.random.randn(5, 4), np.array([0, 1, 2, 2, 1])  # noqa: NPY002
    found["in one piece, toy data, reg 0.05"] = float(toy.loss(X, y, 0.05)[0]), 1.30378789133
    return found
