"""The depth demo, used as readers use it, and its mathematics against the code of the chapters and PyTorch."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/networks/initialization_and_normalization.html", "eer-depth"
PRESETS = ("right", "small", "large", "xavier", "he", "sigmoid", "batch", "layer")
FUNCTIONS = {
    "linear": lambda z: z,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "leaky": lambda z: torch.nn.functional.leaky_relu(z, 0.1),
}
SAMPLES, WIDTH = 64, 100
#: The last step of the demo's chain: [outputs, gradients], as arrays of the layers asked for. Thousands of numbers come
#: from the page as one text: one by one they take seconds.
RUN = """({ settings, layers }) => {
  const steps = %s.network(settings);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const some = (values) => layers.map((layer) => [...values[layer]]);
  return JSON.stringify([some(step.value.outputs), some(step.value.gradients)]);
}"""


def state(demo) -> dict:
    return demo.get("f", "gain", "depth", "norm", "seed", "at")


def ready(demo):
    """Wait until what is wanted is computed."""
    demo.wait_for("demo.found && !demo.busy && demo.found.of === JSON.stringify(demo.settings)")
    return demo


def rms(demo, name: str = "rms") -> dict[str, np.ndarray]:
    found = ready(demo).page.evaluate(f"{demo.js}.found.{name}")
    return {key: np.array(values) for key, values in found.items()}


def drawn(demo, seed: int, which: int | str) -> np.ndarray:
    text = demo.page.evaluate(f"([s, w]) => JSON.stringify([...{demo.model}.drawn(s, w)])", [seed, which])
    return np.array(json.loads(text)).reshape(-1, WIDTH)


def chain(demo, settings: dict, layers) -> list[list[list[float]]]:
    return json.loads(demo.page.evaluate(RUN % demo.model, {"settings": settings, "layers": list(layers)}))


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/networks/initialization_and_normalization.ipynb")


@pytest.fixture(scope="module")
def activations():
    return definitions(ROOT / "chapters/networks/activation_functions.ipynb")


def test_chain_is_torchs(fresh):
    demo, rng = fresh(), np.random.default_rng(0)
    for trial in range(15):
        f, norm = list(FUNCTIONS)[trial % 5], ("none", "batch", "layer")[trial // 5]
        depth, gain, seed = int(rng.integers(1, 9)), float(rng.choice([0.1, 0.5, 1, 1.414, 3])), int(rng.integers(1000))
        settings = {"f": f, "gain": gain, "depth": depth, "norm": norm, "seed": seed}
        found = chain(demo, settings, range(depth + 1))
        x = torch.tensor(drawn(demo, seed, "input"), requires_grad=True)
        layers = [x]
        for layer in range(1, depth + 1):
            z = layers[-1] @ torch.tensor(drawn(demo, seed, layer) * gain / np.sqrt(WIDTH))
            if norm == "batch":
                z = torch.nn.functional.batch_norm(z, None, None, training=True, eps=1e-5)
            if norm == "layer":
                z = torch.nn.functional.layer_norm(z, (WIDTH,), eps=1e-5)
            layers.append(FUNCTIONS[f](z))
        back = torch.autograd.grad((layers[-1] * torch.tensor(drawn(demo, seed, "gradient"))).sum(), layers)
        for layer in range(depth + 1):
            expected = layers[layer].detach().numpy(), back[layer].numpy()
            for got, wanted in zip((found[0][layer], found[1][layer]), expected, strict=True):
                np.testing.assert_allclose(
                    np.reshape(got, wanted.shape), wanted, rtol=1e-8, atol=1e-9 * np.abs(wanted).max()
                )


def test_tanh_chain_and_normalisation_are_the_chapters(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(1)

    class Drawn:
        """Gives the demo's weights, where the chapter draws them."""

        layer = 0

        def normal(self, size):
            self.layer += 1
            weights = drawn(demo, 7, self.layer)
            assert weights.shape == size
            return weights

    settings = {"f": "tanh", "gain": 1.414, "depth": 12, "norm": "none", "seed": 7}
    found, _ = chain(demo, settings, range(1, 13))
    expected = chapter["through"](drawn(demo, 7, "input"), 1.414, Drawn(), depth=12, width=WIDTH)
    np.testing.assert_allclose(np.array(found).reshape(12, SAMPLES, WIDTH), expected, atol=1e-10)

    for kind, axis in (("batch", 0), ("layer", 1)):
        Z, G = rng.normal(2, 3, size=(SAMPLES, WIDTH)), rng.normal(size=(SAMPLES, WIDTH))
        Z[:, 4] = 7.0  # a unit that shows one number
        hat, back = demo.page.evaluate(
            f"""([Z, G, kind]) => {{
              const m = {demo.model}, z = Float64Array.from(Z), g = Float64Array.from(G);
              m.normaliseBackward(g, z, m.normalise(z, kind), kind);
              return [[...z], [...g]];
            }}""",
            [Z.ravel().tolist(), G.ravel().tolist(), kind],
        )
        X_hat, root = chapter["normalise"](Z, axis)
        np.testing.assert_allclose(np.reshape(hat, Z.shape), X_hat, atol=1e-10)
        expected = chapter["normalise_backward"](G, X_hat, root, axis)
        np.testing.assert_allclose(np.reshape(back, Z.shape), expected, rtol=1e-9, atol=1e-9)


def test_prediction_is_that_of_the_activation_functions(fresh, activations):
    demo = fresh()
    curves = {
        "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: 1 / (2 + np.exp(z) + np.exp(-z))),
        "relu": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0)),
        "leaky": (lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1, 0.1)),
        "linear": (lambda z: z, np.ones_like),
    }
    for f, (function, slope) in curves.items():
        for gain, depth in ((0.5, 3), (1, 50), (1.414, 20), (3, 10)):
            settings = {"f": f, "gain": gain, "depth": depth, "norm": "none", "seed": 0}
            found = demo.page.evaluate(f"(settings) => {demo.model}.predicted(settings, 1, 1)", settings)
            share, _ = activations["predicted_flow"](function, slope, depth, gain)
            assert np.sqrt(found["gradients"][0]) == pytest.approx(share, rel=1e-2)
            first = activations["normal_mean"](lambda z, function=function: function(z) ** 2, gain**2)
            assert found["outputs"][1] == pytest.approx(first, rel=1e-3)
    for norm, factor in (("batch", np.pi / (np.pi - 1)), ("layer", 1)):
        settings = {"f": "relu", "gain": 3, "depth": 20, "norm": norm, "seed": 0}
        found = demo.page.evaluate(f"(settings) => {demo.model}.predicted(settings, 1, 1)", settings)["gradients"]
        np.testing.assert_allclose(np.divide(found[1:-2], found[2:-1]), factor, rtol=1e-4)


def test_statistics(fresh):
    demo, rng = fresh(), np.random.default_rng(2)
    for scale in (1e-9, 0.3, 1, 20):
        values = scale * rng.normal(size=SAMPLES * WIDTH)
        values[::100] = 0  # a dead unit
        relu = np.maximum(values, 0)
        found = demo.page.evaluate(
            f"""([v, r]) => {{
              const m = {demo.model}, a = Float64Array.from(v), b = Float64Array.from(r);
              const idle = [m.idle("tanh", a), m.idle("sigmoid", a), m.idle("relu", b)];
              return [m.meanSquare(a), m.histogram(a, -2.5, 2.5, 50), ...idle];
            }}""",
            [values.tolist(), relu.tolist()],
        )
        assert found[0] == pytest.approx(np.mean(values**2))
        assert found[1] == np.histogram(np.clip(values, -2.5, 2.4999999), 50, (-2.5, 2.5))[0].tolist()
        assert found[2]["flat"] == np.mean(np.abs(values) > 0.9)
        assert found[3]["flat"] == pytest.approx(np.mean(np.abs(2 * values - 1) > 0.9))
        assert found[4] == {"zero": np.mean(relu == 0), "dead": np.mean((relu.reshape(-1, WIDTH) == 0).all(axis=0))}


def test_presets_show_what_they_say(fresh):
    fates = {
        "right": ("stay", "stay"),
        "small": ("vanish", "vanish"),
        "large": ("stay", "explode"),
        "xavier": ("vanish", "vanish"),
        "he": ("stay", "stay"),
        "sigmoid": ("stay", "vanish"),
        "batch": ("stay", "explode"),
        "layer": ("stay", "stay"),
    }
    assert tuple(fates) == PRESETS
    for name in PRESETS:
        demo = ready(fresh(f"?preset={name}"))
        assert demo.part(".situation").input_value() == name
        assert tuple(demo.part(".verdict b").all_inner_texts()) == fates[name]
        measured, forecast = rms(demo), rms(demo, "forecast")
        for side in ("outputs", "gradients"):
            assert np.abs(np.log10(measured[side] / forecast[side])).max() < 0.6, (name, side)
    assert demo.complaints == []


def test_numbers_of_the_text(fresh):
    demo = fresh("?preset=sigmoid")
    gradients = rms(demo)["gradients"]
    assert (gradients[0] / gradients[-1]) ** (1 / 30) < 0.25
    demo = fresh("?preset=batch")
    forecast = rms(demo, "forecast")["gradients"]
    assert forecast[0] == pytest.approx(np.sqrt(0.5) * (np.pi / (np.pi - 1)) ** 24.5, rel=0.01)
    demo = fresh("?preset=xavier")
    assert rms(demo, "forecast")["outputs"][30] == pytest.approx(2.0**-15, rel=0.02)
    demo.part("[data-gain='1.414']").click()
    np.testing.assert_allclose(rms(demo, "forecast")["outputs"], 1, rtol=0.03)
    demo = fresh("?preset=large&at=20")
    ready(demo)
    assert "saturated outputs, beyond ±0.9: 5" in demo.text(".facts")  # more than half


def test_words_for_what_lies_between(fresh):
    for query, fates in (
        ("?f=relu&depth=1&gain=0.1", ["shrink", "shrink"]),
        ("?f=linear&depth=4&gain=3", ["grow", "grow"]),
        ("?f=linear&depth=1", ["stay", "stay"]),
    ):
        assert ready(fresh(query)).part(".verdict b").all_inner_texts() == fates


def test_sizes_beyond_the_picture_are_said_in_words(fresh):
    demo = ready(fresh("?f=sigmoid&gain=0.1&depth=50"))
    assert "vanish" in demo.text(".verdict")
    assert "outside the picture" in demo.text(".verdict")
    assert "10⁻⁸" in demo.text(".verdict")
    demo = ready(fresh("?f=linear&gain=10&depth=50&at=50"))
    assert demo.text(".verdict").count("outside the picture") == 2
    for query in (
        "?f=relu&gain=0.1&depth=50&at=0",
        "?f=relu&gain=0.1&depth=1&norm=batch",
        "?f=tanh&gain=10&norm=layer",
    ):
        assert "NaN" not in ready(fresh(query)).text(".frame")
        assert "Infinity" not in demo.text(".frame")
    assert demo.complaints == []


def test_mouse_changes_and_undo_takes_back(fresh):
    demo = ready(fresh())
    before = state(demo)
    demo.part("[data-f='relu']").click()
    demo.part("[data-norm='layer']").click()
    demo.part("[data-gain='3']").click()
    demo.part(".other").click()
    assert state(demo) == {"f": "relu", "gain": 3, "depth": 30, "norm": "layer", "seed": 1, "at": 30}
    one = rms(demo)["outputs"]
    assert demo.part(".situation").input_value() == ""
    demo.part("input.depth").press("ArrowRight")
    assert demo.get("depth", "at") == {"depth": 31, "at": 31}
    np.testing.assert_array_equal(rms(demo)["outputs"][:31], one)  # the same weights
    demo.part("input.scale").press("ArrowRight")
    assert demo.get("gain")["gain"] == pytest.approx(3.09)
    for _ in range(6):
        demo.part(".undo").click()
    assert state(demo) == before
    box = ready(demo).part(".picture").bounding_box()
    for layer in (0, 12, 30):
        demo.page.mouse.move(box["x"] + box["width"] * (46 + (layer + 0.5) / 51 * 308) / 360, box["y"] + 60)
        assert demo.get("at")["at"] == layer
    demo.page.mouse.move(box["x"] + box["width"] * 0.97, box["y"] + 60)  # beyond the last layer
    assert demo.get("at")["at"] == 30
    assert demo.complaints == []


def test_same_address_same_numbers(fresh):
    first = rms(fresh("?f=leaky&gain=1.2&depth=9&seed=17"))
    second = rms(fresh("?f=leaky&gain=1.2&depth=9&seed=17"))
    other = rms(fresh("?f=leaky&gain=1.2&depth=9&seed=18"))
    for side in ("outputs", "gradients"):
        np.testing.assert_array_equal(first[side], second[side])
        assert (first[side] != other[side]).all()


def test_keyboard_alone(fresh):
    demo = ready(fresh())
    demo.part("input.at").focus()
    for _ in range(3):
        demo.page.keyboard.press("ArrowLeft")
    assert demo.get("at")["at"] == 27
    assert "layer 27" in demo.text(".facts")
    demo.part("[data-f='sigmoid']").focus()
    demo.page.keyboard.press("Space")
    expect(demo.part(".voice")).to_contain_text("Back at the inputs the gradients vanish")
    assert demo.page.evaluate(f"{demo.js}.shadowRoot.activeElement.dataset.f") == "sigmoid"


def test_touch(load):
    demo = ready(load(width=390, height=844, has_touch=True, is_mobile=True))
    box = demo.part(".picture").bounding_box()
    demo.tap(demo.part(".picture"), position={"x": box["width"] * (46 + 10.5 / 51 * 308) / 360, "y": 60})
    assert demo.get("at")["at"] == 10
    demo.tap(demo.part("[data-f='relu']"))
    assert demo.get("f")["f"] == "relu"
