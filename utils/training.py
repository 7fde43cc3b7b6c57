"""What every chapter that trains a network shares: device, seeds, batches, the loop, its progress and its history.

The loop knows nothing of losses or optimizers. A chapter writes its update rule as one function, `step(batch)`, which
changes the parameters and returns the numbers to record; `train` calls it, batch after batch, shows how it goes, and
stops at the first sign of divergence with an error that says what to try.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from IPython import get_ipython
from IPython.display import display
from tqdm import tqdm

__all__ = ["Batches", "History", "TrainingDiverged", "choose_device", "mean_sd", "over_seeds", "seeded", "train"]

#: Seconds between two renewals of the line of progress in a notebook.
REFRESH = 0.2
#: Steps whose size sets the scale against which later values count as blown up.
WARM_UP = 10


class TrainingDiverged(ArithmeticError):
    """A recorded value became infinite, NaN or absurdly large. `history` holds what was recorded until then."""

    def __init__(self, message: str, history: History):
        super().__init__(message)
        self.history = history


@dataclass
class History:
    """What was recorded while training.

    Attributes
    ----------
    steps : dict of str to ndarray, shape (number of steps,)
        Each value `step` returned, one entry a step.
    epochs : dict of str to ndarray, shape (number of epochs,)
        Its mean over the steps of each epoch. `history["loss"]` is short for `history.epochs["loss"]`.
    snapshots : dict of int to Any
        What `snapshot(epoch)` returned; epoch 0 is before the first step.
    seconds : float
        Wall-clock time of the whole.
    """

    steps: dict[str, np.ndarray] = field(default_factory=dict)
    epochs: dict[str, np.ndarray] = field(default_factory=dict)
    snapshots: dict[int, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def __getitem__(self, name: str) -> np.ndarray:
        return self.epochs[name]


def choose_device(preferred: str | None = None) -> torch.device:
    """The GPU where CUDA finds one, the CPU elsewhere; or the device that is asked for.

    Raises
    ------
    ValueError
        A CUDA device is asked for and there is none.
    """
    if preferred is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(preferred)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(f"choose_device: {preferred!r} was asked for, but torch sees no CUDA device; use 'cpu'")
    return device


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within the block torch draws the numbers that `seed` stands for; after it, the stream from before goes on.

    Covers initial weights, dropout and sampling, on the CPU and on every CUDA device.
    """
    devices = range(torch.cuda.device_count()) if torch.cuda.is_available() else ()
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


class Batches:
    """Mini-batches of tensors that lie in memory, in a new order each time they are gone through.

    Parameters
    ----------
    tensors : Tensor or array, each of shape (n, …)
        One gives batches that are tensors, several give tuples. Real arrays of 64-bit floats become 32-bit ones.
    size : int
        Samples in a batch; a last, smaller batch is left out.
    seed : int
        Of the order, which depends on nothing else.
    device : torch.device, optional
        Where the tensors are put, once.

    Raises
    ------
    ValueError
        No tensors, different lengths, a batch larger than the set, or entries that are NaN or infinite.
    """

    def __init__(self, *tensors, size: int, seed: int = 0, device: torch.device | str | None = None):
        if not tensors:
            raise ValueError("Batches: no tensors were given")
        self.tensors = tuple(_as_tensor(tensor).to(device) for tensor in tensors)
        lengths = {len(tensor) for tensor in self.tensors}
        if len(lengths) > 1:
            raise ValueError(f"Batches: the tensors hold {sorted(lengths)} samples; need one number")
        self.n = lengths.pop()
        if not 1 <= size <= self.n:
            raise ValueError(f"Batches: size must lie in 1…{self.n}, the number of samples; found {size}")
        if any(t.is_floating_point() and not torch.isfinite(t).all() for t in self.tensors):
            raise ValueError("Batches: the data hold NaN or infinity")
        self.size, self.generator = size, torch.Generator().manual_seed(seed)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return self.n // self.size

    def __iter__(self):
        order = torch.randperm(self.n, generator=self.generator)[: len(self) * self.size]
        for rows in order.to(self.tensors[0].device).split(self.size):
            batch = tuple(tensor[rows] for tensor in self.tensors)
            yield batch[0] if len(batch) == 1 else batch


def train(
    step: Callable[[Any], dict[str, Any]],
    batches: Iterable,
    epochs: int,
    *,
    snapshot: Callable[[int], Any] | None = None,
    at: Collection[int] | None = None,
    optimizers: torch.optim.Optimizer | Sequence[torch.optim.Optimizer] = (),
    blow_up: float = 1e4,
    label: str = "training",
    progress: bool = True,
) -> History:
    """Call `step` on every batch of every epoch, record what it returns, show how it goes, stop if it diverges.

    Parameters
    ----------
    step : callable
        `step(batch)` updates the parameters and returns numbers to record (floats or tensors of one entry) by name,
        the same names each time.
    batches : sized iterable
        Gone through once an epoch: `Batches`, a `DataLoader`, a list.
    epochs : int
        At least 1.
    snapshot : callable, optional
        `snapshot(epoch)` is called without gradients before the first epoch (as epoch 0) and after epochs; what it
        returns is kept.
    at : collection of int, optional
        Epochs of the snapshots; by default all.
    optimizers : optimizer or sequence of them, optional
        Their parameters are looked at after each epoch; their learning rates stand in the error.
    blow_up : float
        A value counts as diverged when its size exceeds this many times the largest size it had before, in the first
        ten steps (at least 1).
    label : str
        Begins the line of progress.
    progress : bool
        Whether to show the line.

    Returns
    -------
    History

    Raises
    ------
    TrainingDiverged
        A recorded value or a parameter is NaN, infinite or has blown up. Its `history` holds the steps until then.
    ValueError
        Nothing to train on, epochs < 1, `at` names an epoch that never comes, or `step` changes the names it
        returns.
    """
    if epochs < 1 or len(batches) < 1:
        raise ValueError(f"train: nothing to do in {epochs} epochs of {len(batches)} batches")
    if at is not None and not set(at) <= set(range(epochs + 1)):
        raise ValueError(f"train: snapshots are wanted at epochs {sorted(at)}, but there are only 0…{epochs}")
    optimizers = [optimizers] if isinstance(optimizers, torch.optim.Optimizer) else list(optimizers)
    record, scale, history, start = {}, {}, History(), time.perf_counter()

    def keep(epoch: int) -> None:
        if snapshot is not None and (at is None or epoch in at):
            with torch.no_grad():
                history.snapshots[epoch] = snapshot(epoch)

    def stop(where: str, found: str) -> TrainingDiverged:
        _close(history, record, len(batches), start)
        first = len(next(iter(record.values()), ())) <= 1
        return TrainingDiverged(_advice(where, found, first, record, optimizers), history)

    keep(0)
    with _progress(label, epochs * len(batches)) if progress else nullcontext() as line:
        for epoch in range(1, epochs + 1):
            for number, batch in enumerate(batches, 1):
                values = {name: _number(value) for name, value in step(batch).items()}
                if record and record.keys() != values.keys():
                    raise ValueError(f"train: step returned {sorted(values)}, before that {sorted(record)}")
                for name, value in values.items():
                    record.setdefault(name, []).append(value)
                    if not math.isfinite(value) or abs(value) > blow_up * scale.get(name, math.inf):
                        raise stop(f"epoch {epoch}, batch {number}", f"{name} = {value:.3g}")
                    if len(record[name]) <= WARM_UP:
                        scale[name] = max(1.0, scale.get(name, 0.0), abs(value))
                if line:
                    line.advance(values)
            if not all(torch.isfinite(p).all() for o in optimizers for g in o.param_groups for p in g["params"]):
                raise stop(f"epoch {epoch}", "a parameter is NaN or infinite")
            keep(epoch)
    _close(history, record, len(batches), start)
    return history


def over_seeds(run: Callable[[int], Any], seeds: Iterable[int] = (0, 1, 2), label: str = "seeds") -> list:
    """`run(seed)` for each seed, within `seeded(seed)`, with a line of progress; the results in order.

    Raises
    ------
    ValueError
        Fewer than two seeds, or one comes twice.
    """
    seeds = list(seeds)
    if len(set(seeds)) < max(2, len(seeds)):
        raise ValueError(f"over_seeds: need at least two different seeds, found {seeds}")
    results = []
    with _progress(label, len(seeds), "seed") as line:
        for seed in seeds:
            with seeded(seed):
                results.append(run(seed))
            line.advance({})
    return results


def mean_sd(values, digits: int = 3) -> str:
    """Mean ± sample standard deviation of at least two numbers, as text: "0.912 ± 0.013".

    Raises
    ------
    ValueError
        Fewer than two values, or some that are NaN or infinite.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2 or not np.all(np.isfinite(values)):
        raise ValueError(f"mean_sd needs two or more finite numbers, found {values}")
    return f"{values.mean():.{digits}f} ± {values.std(ddof=1):.{digits}f}"


def _number(value) -> float:
    return float(value.detach() if isinstance(value, torch.Tensor) else value)


def _as_tensor(data) -> torch.Tensor:
    tensor = data if isinstance(data, torch.Tensor) else torch.from_numpy(np.ascontiguousarray(data))
    return tensor.float() if tensor.dtype == torch.float64 and not isinstance(data, torch.Tensor) else tensor


def _close(history: History, record: dict[str, list[float]], per_epoch: int, start: float) -> None:
    history.steps = {name: np.array(column) for name, column in record.items()}
    for name, column in history.steps.items():
        full = column[: len(column) // per_epoch * per_epoch]
        history.epochs[name] = full.reshape(-1, per_epoch).mean(axis=1)
    history.seconds = time.perf_counter() - start


def _advice(where: str, found: str, first: bool, record: dict[str, list[float]], optimizers) -> str:
    rates = ", ".join(f"{group['lr']:g}" for optimizer in optimizers for group in optimizer.param_groups)
    message = [f"training diverged in {where}: {found}" + (f" (learning rate {rates})" if rates else "")]
    healthy = {name: next((v for v in reversed(column) if math.isfinite(v)), None) for name, column in record.items()}
    last = ", ".join(f"{name} {value:.3g}" for name, value in healthy.items() if value is not None)
    if last:
        message.append(f"the last finite values: {last}")
    if first:
        message.append(
            "It was wrong from the first step, so look at the inputs (scaled to about unit size?), at logarithms of 0 "
            "(use logsigmoid, log_softmax, ...with_logits) and at exponentials of large numbers."
        )
    else:
        message.append(
            "Try, in this order: a learning rate ten times smaller; clipped gradients "
            "(torch.nn.utils.clip_grad_norm_); log-variances and other exponents kept in a range; losses computed "
            "from logits; for a critic without a bound, a gradient penalty."
        )
    return "\n".join(message)


class _NotebookLine:
    """One output of a cell that is renewed while the loop runs."""

    def __init__(self, label: str, total: int, unit: str):
        self.label, self.total, self.unit, self.done = label, total, unit, 0
        self.start = time.perf_counter()
        self.shown, self.values = self.start, {}
        self.handle = display(self._text(), raw=True, display_id=True)

    def advance(self, values: dict[str, float]) -> None:
        self.done, self.values = self.done + 1, values
        if time.perf_counter() - self.shown > REFRESH:
            self.shown = time.perf_counter()
            self.handle.update(self._text(), raw=True)

    def close(self) -> None:
        self.handle.update(self._text(), raw=True)

    def _text(self) -> dict[str, str]:
        seconds = time.perf_counter() - self.start
        shown = "".join(f" · {name} {value:.4g}" for name, value in self.values.items())
        if self.done == self.total:
            text = f"{self.label}: {self.total:,} {self.unit}s in {seconds:.1f} s{shown}"
        else:
            left = f", about {seconds / self.done * (self.total - self.done):.0f} s left" if self.done else ""
            text = f"{self.label}: {self.unit} {self.done:,} of {self.total:,}{left}{shown}"
        return {"text/plain": text}


class _TerminalLine:
    """A tqdm bar, silent where nobody watches."""

    def __init__(self, label: str, total: int, unit: str):
        self.bar = tqdm(total=total, desc=label, unit=unit, disable=not sys.stderr.isatty())

    def advance(self, values: dict[str, float]) -> None:
        self.bar.set_postfix({name: f"{value:.4g}" for name, value in values.items()}, refresh=False)
        self.bar.update()

    def close(self) -> None:
        self.bar.close()


@contextmanager
def _progress(label: str, total: int, unit: str = "step"):
    kernel = getattr(get_ipython(), "kernel", None)
    line = (_NotebookLine if kernel is not None else _TerminalLine)(label, total, unit)
    try:
        yield line
    finally:
        line.close()
