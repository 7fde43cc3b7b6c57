"""Proves two things about `shapes32`: classifiers rank on it as on CIFAR-10, and each dial makes it harder.

    python -m benchmarks.shapes32                 # both tables, three seeds; real CIFAR-10 beside it when it is there
    python -m benchmarks.shapes32 --seeds 1 --train 2000

Every model trains on the same split; what there is to choose (k, the epoch at which to stop) is chosen on the
validation set, and the number reported is the accuracy on the test set.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import nn
from tqdm import tqdm

from utils.data import DIALS, available, images, shapes32_splits

MODELS = ("k-NN", "softmax", "two-layer net", "features + softmax", "features + net", "ConvNet")

#: The easy setting from which each dial is turned up alone, and the stops of the dial.
EASY, STOPS = 0.2, (0.0, 0.5, 1.0)


def pixels(X: np.ndarray) -> np.ndarray:
    """Rows of numbers in [0, 1], shape (n, 3072) float32, from pictures (n, 32, 32, 3) uint8."""
    return (X.reshape(len(X), -1) / np.float32(255)).astype(np.float32)


def hog(X: np.ndarray, cell: int = 8, bins: int = 9) -> np.ndarray:
    """Histograms of oriented gradients, shape (n, (32/cell)²·bins): how much edge of each direction a cell holds.

    Gradients of the grey picture; directions without sign, in [0°, 180°); each pixel's magnitude is shared between the
    two nearest bins; each cell's histogram is divided by the length of the 3 × 3 cells around it.
    """
    grey = X @ np.array([0.299, 0.587, 0.114], dtype=np.float32) / 255
    n, height, width = grey.shape
    dy, dx = np.gradient(grey, axis=(1, 2))
    magnitude, angle = np.hypot(dx, dy), np.arctan2(dy, dx) % np.pi * (bins / np.pi)
    low = np.floor(angle)
    share = angle - low
    histogram = np.zeros((n, height // cell, width // cell, bins), dtype=np.float32)
    for b in range(bins):
        weight = magnitude * ((low % bins == b) * (1 - share) + ((low + 1) % bins == b) * share)
        histogram[..., b] = weight.reshape(n, height // cell, cell, width // cell, cell).sum(axis=(2, 4))
    energy = np.pad((histogram**2).sum(axis=-1), ((0, 0), (1, 1), (1, 1)))
    around = sum(energy[:, i : i + histogram.shape[1], j : j + histogram.shape[2]] for i in range(3) for j in range(3))
    return (histogram / np.sqrt(around + 1e-3)[..., None]).reshape(n, -1)


def hue_histogram(X: np.ndarray, bins: int = 10) -> np.ndarray:
    """Share of the pixels that has each hue, weighted by saturation, shape (n, bins)."""
    rgb = X.reshape(len(X), -1, 3) / np.float32(255)
    top, chroma = rgb.max(axis=-1), np.ptp(rgb, axis=-1)
    r, g, b = np.moveaxis(rgb, -1, 0)
    safe = np.where(chroma == 0, 1, chroma)
    hue = np.where(top == r, (g - b) / safe % 6, np.where(top == g, 2 + (b - r) / safe, 4 + (r - g) / safe)) / 6
    index = np.minimum((hue * bins).astype(int), bins - 1) + bins * np.arange(len(X))[:, None]
    saturation = chroma / np.where(top == 0, 1, top)
    return np.bincount(index.ravel(), saturation.ravel(), bins * len(X)).reshape(len(X), bins) / rgb.shape[1]


def features(X: np.ndarray) -> np.ndarray:
    """HOG and colour histogram side by side, shape (n, 154)."""
    return np.hstack([hog(X), hue_histogram(X)]).astype(np.float32)


def knn_accuracy(data: dict, ks=(1, 5, 10, 20)) -> float:
    """Test accuracy of k-NN (L2 on raw pixels, ties to the smaller label), k chosen on the validation set."""
    train = pixels(data["X_train"])

    def accuracies(part):
        test = pixels(data[f"X_{part}"])
        distance = (train**2).sum(axis=1) - 2 * test @ train.T  # the term ‖test‖² does not change the order
        nearest = data["y_train"][np.argsort(distance, axis=1, kind="stable")[:, : max(ks)]]
        votes = [np.stack([(nearest[:, :k] == c).sum(axis=1) for c in range(10)], axis=1) for k in ks]
        return [float((vote.argmax(axis=1) == data[f"y_{part}"]).mean()) for vote in votes]

    return accuracies("test")[int(np.argmax(accuracies("val")))]


def train_accuracy(model: nn.Module, data: dict, transform, *, epochs, lr, decay, seed=0) -> float:
    """Test accuracy of a network at the epoch that was best on the validation set; Adam, batches of 100."""
    parts = ("train", "val", "test")
    X = {part: transform(data[f"X_{part}"]) for part in parts}
    y = {part: torch.from_numpy(data[f"y_{part}"]) for part in parts}
    mean, spread = X["train"].mean(axis=0), X["train"].std(axis=0) + 1e-3
    X = {part: torch.from_numpy((x - mean) / spread) for part, x in X.items()}
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=decay)
    batches = -(-len(y["train"]) // 100)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=epochs * batches)
    generator = torch.Generator().manual_seed(seed)
    best_val, test = -1.0, 0.0
    for _ in range(epochs):
        model.train()
        for batch in torch.randperm(len(y["train"]), generator=generator).split(100):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(X["train"][batch]), y["train"][batch]).backward()
            optimizer.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            val = (model(X["val"]).argmax(dim=1) == y["val"]).double().mean().item()
            if val > best_val:
                best_val, test = val, (model(X["test"]).argmax(dim=1) == y["test"]).double().mean().item()
    return test


def convnet() -> nn.Module:
    """Three convolutions, each with normalisation, ReLU and pooling, and a linear layer; takes rows of 3072 numbers."""

    def block(a, b):
        return nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)

    return nn.Sequential(
        nn.Unflatten(1, (32, 32, 3)),
        _ChannelsFirst(),
        *block(3, 32),
        *block(32, 64),
        *block(64, 64),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(64 * 16, 10),
    )


class _ChannelsFirst(nn.Module):
    def forward(self, x):
        return x.movedim(-1, 1)


def accuracy(model: str, data: dict, seed: int = 0) -> float:
    """Test accuracy of one of `MODELS` on a split."""
    torch.manual_seed(seed)
    if model == "k-NN":
        return knn_accuracy(data)
    if model == "softmax":
        return train_accuracy(nn.Linear(3072, 10), data, pixels, epochs=12, lr=3e-4, decay=1.0, seed=seed)
    if model == "two-layer net":
        net = nn.Sequential(nn.Linear(3072, 256), nn.ReLU(), nn.Dropout(0.3), nn.Linear(256, 10))
        return train_accuracy(net, data, pixels, epochs=20, lr=1e-3, decay=0.1, seed=seed)
    size = features(data["X_train"][:1]).shape[1]
    if model == "features + softmax":
        return train_accuracy(nn.Linear(size, 10), data, features, epochs=30, lr=1e-2, decay=0.05, seed=seed)
    if model == "features + net":
        net = nn.Sequential(nn.Linear(size, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10))
        return train_accuracy(net, data, features, epochs=30, lr=2e-3, decay=0.05, seed=seed)
    return train_accuracy(convnet(), data, pixels, epochs=12, lr=5e-3, decay=0.05, seed=seed)


def dial_accuracy(dial: str, stop: float, seed: int, sizes=(1000, 300, 500)) -> float:
    """Accuracy of k-NN with one dial at `stop` and the others at `EASY`; sizes of training, validation and test set."""
    return knn_accuracy(shapes32_splits(*sizes, seed=seed, **(dict.fromkeys(DIALS, EASY) | {dial: stop})))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="how many repetitions")
    parser.add_argument("--train", type=int, default=5_000, help="training pictures")
    parser.add_argument("--test", type=int, default=1_000, help="validation pictures, and test pictures")
    options = parser.parse_args()
    seeds, sizes = range(options.seeds), (options.train, options.test, options.test)

    sets = {"shapes32": [shapes32_splits(*sizes, seed=seed) for seed in seeds]}
    if available("cifar10"):
        real = vars(images("cifar10", num_train=sizes[0], num_val=sizes[1], num_test=sizes[2]))
        sets["CIFAR-10"] = [real] * options.seeds
    jobs = [(name, model, seed) for name in sets for model in MODELS for seed in seeds]
    found = {(name, model): [] for name in sets for model in MODELS}
    for name, model, seed in (bar := tqdm(jobs, unit="model")):
        bar.set_description(f"{name}: {model}, seed {seed}")
        found[name, model].append(100 * accuracy(model, sets[name][seed], seed))

    train, test = sizes[:2]
    print(f"\nTest accuracy in %, mean ± sd over {options.seeds} seeds; {train:,} training and {test:,} test pictures")
    print(f"{'':20}" + "".join(f"{name:>16}" for name in sets))
    for model in MODELS:
        values = (found[name, model] for name in sets)
        print(f"{model:20}" + "".join(f"{np.mean(v):>9.1f} ± {np.std(v):4.1f}" for v in values))

    print(f"\nk-NN's accuracy in % as one dial is turned, the others at {EASY} (1,000 training pictures)")
    print(f"{'':20}" + "".join(f"{stop:>16}" for stop in STOPS))
    for dial in DIALS:
        values = [[100 * dial_accuracy(dial, stop, seed) for seed in seeds] for stop in STOPS]
        print(f"{dial:20}" + "".join(f"{np.mean(v):>9.1f} ± {np.std(v):4.1f}" for v in values), flush=True)


if __name__ == "__main__":
    main()
