"""Tests of utils.training: the loop, its record, its errors, and the seeds."""

import math

import numpy as np
import pytest
import torch

from utils import training
from utils.training import Batches, TrainingDiverged, choose_device, mean_sd, over_seeds, seeded, train


def descent(rate: float):
    """Gradient descent on w², whose values are known: w shrinks by 1 − 2·rate a step."""
    w = torch.nn.Parameter(torch.tensor(1.0))
    optimizer = torch.optim.SGD([w], rate)

    def step(batch):
        optimizer.zero_grad()
        loss = w**2
        loss.backward()
        optimizer.step()
        return {"loss": loss, "batch": batch}

    return step, optimizer, w


def test_history_holds_every_step_and_the_means_of_epochs():
    step, _, w = descent(0.25)
    history = train(step, [0.0, 1.0, 5.0], epochs=2)
    assert np.allclose(history.steps["loss"], 0.25 ** np.arange(6))
    assert np.allclose(history["batch"], [2.0, 2.0])
    assert np.allclose(history["loss"], [(1 + 0.25 + 0.0625) / 3, (1 + 0.25 + 0.0625) / 3 * 0.25**3])
    assert w.item() == 0.5**6
    assert history.seconds > 0


def test_snapshots_are_taken_before_the_first_step_and_after_epochs_without_gradients():
    step, _, w = descent(0.25)

    def look(epoch):
        assert not torch.is_grad_enabled()
        return w.item()

    assert train(step, [0.0], 3, snapshot=look).snapshots == {0: 1.0, 1: 0.5, 2: 0.25, 3: 0.125}
    step, _, w = descent(0.25)
    assert train(step, [0.0], 3, snapshot=look, at=(0, 2)).snapshots == {0: 1.0, 2: 0.25}


@pytest.mark.parametrize(
    ("value", "message"), [(math.nan, "loss = nan"), (math.inf, "loss = inf"), (-math.inf, "loss = -inf")]
)
def test_a_bad_first_value_points_at_inputs_and_logarithms(value, message):
    with pytest.raises(TrainingDiverged, match=rf"(?s)epoch 1, batch 1: {message}.*first step.*logsigmoid"):
        train(lambda batch: {"loss": value}, [0], 1)


def test_growth_is_stopped_early_and_says_what_to_try():
    step, optimizer, _ = descent(3.0)  # w is multiplied by −5 a step
    with pytest.raises(TrainingDiverged, match=r"(?s)epoch 1, batch .*learning rate 3\).*ten times smaller") as caught:
        train(step, [0.0] * 1000, 1, optimizers=optimizer)
    losses = caught.value.history.steps["loss"]
    assert len(losses) < 20
    assert np.all(np.isfinite(losses))
    assert len(caught.value.history["loss"]) == 0  # no epoch was completed


def test_nothing_recorded_is_lost_when_training_diverges_later():
    values = iter([1.0, 2.0, 3.0, 4.0, math.nan])
    with pytest.raises(TrainingDiverged, match="the last finite values: loss 4") as caught:
        train(lambda batch: {"loss": next(values)}, [0, 0], 3)
    assert np.array_equal(caught.value.history.steps["loss"][:4], [1, 2, 3, 4])
    assert np.array_equal(caught.value.history["loss"], [1.5, 3.5])


def test_a_loss_that_starts_large_and_one_that_is_negative_are_no_divergence():
    losses = iter([1e9, 5e8, -5e12, 3.0])
    assert len(train(lambda batch: {"loss": next(losses)}, [0] * 4, 1).steps["loss"]) == 4


def test_blow_up_is_relative_to_the_first_steps():
    losses = [2.0] * 10 + [2.0e3]
    stream = iter(losses)
    train(lambda batch: {"loss": next(stream)}, [0] * 11, 1)
    stream = iter(losses)
    with pytest.raises(TrainingDiverged, match=r"batch 11: loss = 2e\+03"):
        train(lambda batch: {"loss": next(stream)}, [0] * 11, 1, blow_up=100)


def test_broken_parameters_are_found_though_the_loss_looks_well():
    w = torch.nn.Parameter(torch.tensor([1.0, 1.0]))
    optimizer = torch.optim.SGD([w], 0.1)

    def step(batch):
        with torch.no_grad():
            w[1] = math.nan
        return {"loss": w[0]}

    with pytest.raises(TrainingDiverged, match="epoch 1: a parameter is NaN"):
        train(step, [0], 2, optimizers=[optimizer])


def test_what_cannot_be_trained_is_refused():
    step, _, _ = descent(0.1)
    with pytest.raises(ValueError, match="nothing to do in 0 epochs"):
        train(step, [0.0], 0)
    with pytest.raises(ValueError, match="0 batches"):
        train(step, [], 1)
    with pytest.raises(ValueError, match=r"only 0…2"):
        train(step, [0.0], 2, snapshot=lambda epoch: epoch, at=[0, 3])
    names = iter("ab")
    with pytest.raises(ValueError, match=r"\['b'\], before that \['a'\]"):
        train(lambda batch: {next(names): 1.0}, [0, 0], 1)


def test_batches_go_through_everything_once_in_a_new_order_each_time():
    X, y = np.arange(12.0)[:, None], np.arange(12)
    batches = Batches(X, y, size=5, seed=3)
    assert len(batches) == 2
    first, second = ([tuple(map(torch.Tensor.tolist, batch)) for batch in batches] for _ in range(2))
    for epoch in (first, second):
        rows = [label for _, labels in epoch for label in labels]
        assert len(rows) == len(set(rows)) == 10
        assert all(x == [float(label)] for xs, labels in epoch for x, label in zip(xs, labels, strict=True))
    assert first != second
    again = [tuple(map(torch.Tensor.tolist, batch)) for batch in Batches(X, y, size=5, seed=3)]
    assert again == first


def test_the_order_of_batches_depends_on_their_seed_alone():
    with seeded(1):
        one = [batch.tolist() for batch in Batches(torch.arange(10), size=2)]
    with seeded(2):
        two = [batch.tolist() for batch in Batches(torch.arange(10), size=2)]
    assert one == two
    assert one != [batch.tolist() for batch in Batches(torch.arange(10), size=2, seed=1)]


def test_batches_have_the_type_that_networks_take():
    assert next(iter(Batches(np.zeros((4, 2)), size=2))).dtype == torch.float32
    assert next(iter(Batches(torch.zeros(4, 2, dtype=torch.float64), size=2))).dtype == torch.float64
    assert next(iter(Batches(np.zeros(4, dtype=np.int64), size=2))).dtype == torch.int64


@pytest.mark.parametrize(
    ("tensors", "size", "message"),
    [
        ((), 1, "no tensors"),
        ((np.zeros(3), np.zeros(4)), 1, r"\[3, 4\] samples"),
        ((np.zeros(3),), 4, r"1…3"),
        ((np.zeros(3),), 0, r"1…3"),
        ((np.array([0.0, np.nan]),), 1, "NaN"),
        ((np.array([0.0, np.inf]),), 1, "infinity"),
    ],
)
def test_batches_refuse(tensors, size, message):
    with pytest.raises(ValueError, match=message):
        Batches(*tensors, size=size)


def test_a_seeded_block_repeats_and_leaves_the_stream_outside_alone():
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    with seeded(0):
        inside = torch.rand(3)
    assert torch.equal(torch.rand(2), expected)
    with seeded(0):
        assert torch.equal(torch.rand(3), inside)
    with seeded(1):
        assert not torch.equal(torch.rand(3), inside)


def test_over_seeds_runs_each_seed_by_itself():
    def draw(seed):
        return seed, torch.rand(1).item()

    results = over_seeds(draw, (4, 2))
    assert [seed for seed, _ in results] == [4, 2]
    assert results == over_seeds(draw, (2, 4))[::-1]
    for seeds in ((), (1,), (1, 1)):
        with pytest.raises(ValueError, match="two different seeds"):
            over_seeds(draw, seeds)


def test_mean_and_sample_standard_deviation_as_text():
    assert mean_sd([1, 2, 3]) == "2.000 ± 1.000"
    assert mean_sd([0.5, 0.5], digits=1) == "0.5 ± 0.0"
    for values in ([1.0], [], [1.0, math.nan], [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="two or more finite numbers"):
            mean_sd(values)


def test_device_is_the_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device().type == "cuda"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device().type == "cpu"
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(ValueError, match="no CUDA device"):
        choose_device("cuda:0")


class Handle:
    """Stands in for a notebook's output: remembers every text it was given."""

    def __init__(self):
        self.texts = []

    def update(self, data, raw):
        assert raw
        self.texts.append(data["text/plain"])


@pytest.fixture
def notebook(monkeypatch):
    handle = Handle()

    def display(data, raw, display_id):
        assert display_id
        handle.update(data, raw)
        return handle

    monkeypatch.setattr(training, "display", display)
    monkeypatch.setattr(training, "get_ipython", lambda: type("Shell", (), {"kernel": object()})())
    return handle


def test_a_notebook_sees_one_line_that_ends_with_the_result(notebook, monkeypatch):
    monkeypatch.setattr(training, "REFRESH", -1)
    step, _, _ = descent(0.25)
    train(step, [0.0, 0.0], 2, label="descent")
    assert notebook.texts[0] == "descent: step 0 of 4"
    assert "step 2 of 4, about 0 s left · loss 0.25" in notebook.texts[2]
    assert notebook.texts[-1].startswith("descent: 4 steps in ")
    assert notebook.texts[-1].endswith("s · loss 0.01562 · batch 0")


def test_the_line_says_where_training_stopped(notebook):
    values = iter([1.0, math.nan])
    with pytest.raises(TrainingDiverged):
        train(lambda batch: {"loss": next(values)}, [0] * 5, 1)
    assert "step 1 of 5" in notebook.texts[-1]


def test_seeds_are_counted_as_seeds(notebook):
    over_seeds(lambda seed: seed, (0, 1), label="ring")
    assert notebook.texts[-1].startswith("ring: 2 seeds in ")


def test_progress_can_be_silent(notebook):
    step, _, _ = descent(0.25)
    train(step, [0.0], 1, progress=False)
    assert notebook.texts == []


def test_a_script_that_nobody_watches_prints_nothing(capfd):
    step, _, _ = descent(0.25)
    train(step, [0.0], 1)
    over_seeds(lambda seed: seed, (0, 1))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
def test_batches_and_seeds_on_every_device_there_is(device):
    assert next(iter(Batches(np.zeros(4), size=2, device=device))).device.type == device
    with seeded(0):
        first = torch.rand(3, device=device)
    with seeded(0):
        assert torch.equal(first, torch.rand(3, device=device))
