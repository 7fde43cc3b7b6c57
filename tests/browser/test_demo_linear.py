"""The linear-classifier demo, used as readers use it, and its mathematics against the code of the chapter."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from book.definitions import definitions
from book.order import ROOT
from tests.browser.gestures import jumped, watch_jumps
from utils.gradcheck import central_difference

PAGE, TAG = "chapters/classical/linear_classifiers.html", "eer-linear"
LOSSES = ["weston_watkins", "one_against_all", "structured_hinge", "cross_entropy"]
SHORT = {"ww": "weston_watkins", "ova": "one_against_all", "structured": "structured_hinge", "softmax": "cross_entropy"}
HINGES = LOSSES[:3]


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/classical/linear_classifiers.ipynb")


def state(demo) -> dict:
    found = demo.get("points", "W", "b", "loss", "lambda", "eta", "steps")
    return found | {"loss": SHORT[found["loss"]]}


def same_in_an_address(copied: dict, given: dict) -> None:
    """An address holds six digits of the weights, and no steps."""
    rounded = {"W": 0, "b": 0, "steps": 0}
    assert copied | rounded == given | rounded
    np.testing.assert_allclose(copied["W"], given["W"], rtol=1e-5)
    np.testing.assert_allclose(copied["b"], given["b"], rtol=1e-5)


def parameter(demo, k: int, d: int):
    """The input of weight d (2: the bias) of class k."""
    return demo.part(f"input[data-k='{k}'][data-d='{d}']")


def objective(demo, **changes) -> dict:
    """Loss and gradient in the demo's present state with some of it changed, from the demo's model."""
    given = state(demo) | changes
    return demo.page.evaluate(
        f"""({{points, W, b, loss, lambda}}) => {{
          const X = points.map((p) => [p.x, p.y]), y = points.map((p) => p.label), m = {demo.model};
          return {{...m.objective(W, b, X, y, loss, lambda), check: m.check(W, b, X, y, loss, lambda), y}};
        }}""",
        given,
    )


def gradient(found: dict) -> np.ndarray:
    return np.column_stack([found["dL_dW"], found["dL_db"]])


def descend(demo, steps: int, **changes) -> dict:
    """The state after many steps, computed by the demo's model, with some of the present state changed."""
    given = state(demo) | changes
    moved = demo.page.evaluate(
        f"""({{points, W, b, loss, lambda, eta, steps}}) => {{
          const X = points.map((p) => [p.x, p.y]), y = points.map((p) => p.label), m = {demo.model};
          let now = {{W, b}};
          for (let t = 0; t < steps; t++) {{
            now = m.step(now.W, now.b, m.objective(now.W, now.b, X, y, loss, lambda), eta);
          }}
          return now;
        }}""",
        given | {"steps": steps},
    )
    return given | moved


def right(found: dict) -> np.ndarray:
    return np.argmax(found["S"], axis=1) == found["y"]


# --- mathematics -----------------------------------------------------------------------------------------------------


def random_problems(count: int):
    """States in general position, and states on a coarse grid, where scores tie and margins are met exactly."""
    rng = np.random.default_rng(0)
    for trial in range(count):
        n, c = int(rng.integers(1, 12)), int(rng.integers(2, 6))
        if trial % 2:
            W, b, X = rng.integers(-2, 3, (c, 2)) / 2, rng.integers(-2, 3, c) / 2, rng.integers(-2, 3, (n, 2)) / 2
        else:
            W, b, X = 2 * rng.normal(size=(c, 2)), rng.normal(size=c), rng.uniform(-1, 1, (n, 2))
        yield W, b, X, rng.integers(c, size=n), float(rng.choice([0, 0.01, 0.3]))


def test_mathematics_is_the_chapters(fresh, chapter):
    demo = fresh()
    for loss in LOSSES:
        compare_with_chapter(demo, chapter, loss)


def compare_with_chapter(demo, chapter, loss):
    problems = list(random_problems(120))
    found = demo.page.evaluate(
        f"""([problems, loss]) => problems.map(([W, b, X, y, lambda]) => {{
          const m = {demo.model}, S = m.scores(W, b, X);
          return {{S, own: m[loss](S, y), objective: m.objective(W, b, X, y, loss, lambda), guesses: S.map(m.predict)}};
        }})""",
        [[[W.tolist(), b.tolist(), X.tolist(), y.tolist(), lambda_] for W, b, X, y, lambda_ in problems], loss],
    )
    exact = 0
    for (W, b, X, y, lambda_), ours in zip(problems, found, strict=True):
        S = chapter["scores"](W, b, X)
        np.testing.assert_allclose(ours["S"], S, rtol=0, atol=1e-12)
        losses, dL_dS = chapter[loss](S, y)
        np.testing.assert_allclose(ours["own"][0], losses, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(ours["own"][1], dL_dS, rtol=1e-12, atol=1e-12)
        np.testing.assert_array_equal(ours["guesses"], S.argmax(axis=1))
        total, data, penalty, dL_dW, dL_db = chapter["objective"](W, b, X, y, chapter[loss], lambda_)
        mine = ours["objective"]
        np.testing.assert_allclose([mine["total"], mine["data"], mine["penalty"]], [total, data, penalty], rtol=1e-12)
        np.testing.assert_allclose(mine["dL_dW"], dL_dW, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(mine["dL_db"], dL_db, rtol=1e-12, atol=1e-12)
        exact += int(np.any(S - S[np.arange(len(y)), y][:, None] == -1))
    assert exact > 10  # margins met exactly were among them


def test_differences_are_central_differences(fresh, chapter):
    demo = fresh()
    for loss in LOSSES:
        compare_differences(demo, chapter, loss)


def compare_differences(demo, chapter, loss):
    problems = [problem for problem in random_problems(60) if len(problem[0]) == 3]
    found = demo.page.evaluate(
        f"([problems, loss]) => problems.map((p) => {demo.model}.check(p[0], p[1], p[2], p[3], loss, p[4]))",
        [[[W.tolist(), b.tolist(), X.tolist(), y.tolist(), lambda_] for W, b, X, y, lambda_ in problems], loss],
    )
    smooth, kinked = 0, 0
    for (W, b, X, y, lambda_), ours in zip(problems, found, strict=True):

        def total(V, X=X, y=y, lambda_=lambda_):
            return chapter["objective"](V[:, :2], V[:, 2], X, y, chapter[loss], lambda_)[0]

        expected = central_difference(total, np.column_stack([W, b]))
        np.testing.assert_allclose(gradient(ours["numeric"]), expected, rtol=1e-6, atol=1e-8)
        if ours["kinks"]:
            kinked += 1
        else:  # nothing to step across: the two must agree
            smooth += 1
            assert ours["error"] < 1e-6
            assert np.all(ours["agree"])
    assert smooth > 3
    assert (kinked > 3) == (loss in HINGES)


def test_regions_and_zones_are_where_scores_say(fresh):
    demo, rng = fresh(), np.random.default_rng(1)
    for loss in LOSSES:
        W, b = rng.normal(size=(3, 2)) * 3, rng.normal(size=3)
        square = [[-1, -1], [1, -1], [1, 1], [-1, 1]]
        polygons = demo.page.evaluate(
            f"""([W, b, loss, square]) => {{
              const m = {demo.model};
              return W.map((_, k) => [m.region(W, b, k, square), m.content(W, b, k, loss, square)]);
            }}""",
            [W.tolist(), b.tolist(), loss, square],
        )
        for x in rng.uniform(-1, 1, (60, 2)):
            s = W @ x + b
            for k in range(3):
                region, zone = (inside(polygon, x) for polygon in polygons[k])
                assert region == (s.argmax() == k)
                cost = page_cost(s, k, loss)
                assert zone == (cost == 0)


def page_cost(s, y, loss) -> float:
    """Loss of one point of class y, written out once more."""
    others = np.delete(s, y)
    if loss == "one_against_all":
        return max(0, 1 - s[y]) + np.maximum(0, 1 + others).sum()
    if loss == "cross_entropy":
        return float(np.log(np.exp(s - s[y]).sum()))
    return np.maximum(0, others - s[y] + 1).sum()


def inside(polygon, x) -> bool:
    """Whether x lies in a convex polygon, whose corners go round counterclockwise."""
    if len(polygon) < 3:
        return False
    P = np.array(polygon)
    edges, to = np.roll(P, -1, axis=0) - P, x - P
    return bool(np.all(edges[:, 0] * to[:, 1] - edges[:, 1] * to[:, 0] >= 0))


# --- situations ------------------------------------------------------------------------------------------------------


def test_nine_points_are_the_known_table(fresh):
    demo = fresh()
    found = objective(demo)
    assert found["data"] == pytest.approx(0.645, abs=0.01)
    assert found["penalty"] == pytest.approx(1.925, abs=0.01)
    assert demo.text(".data-loss") == "0.645"
    assert demo.text(".penalty-loss") == "1.925"
    assert demo.text(".total-loss") == "2.570"
    np.testing.assert_allclose(found["losses"], [0.017, 0.432, 0, 0.402, 1.884, 0, 0.251, 0.573, 2.242], atol=1e-9)
    first = demo.text(".points tbody tr:first-child").split()
    assert first == ["1", "A", "0.50", "0.40", "1.20", "·", "0.01", "-0.19", "0.22", "0.02", "0.02"]
    assert demo.text(".mean") == "0.645"
    assert "9 of 9 entries agree" in demo.text(".check")


def test_preset_zero(fresh):
    demo = fresh("?preset=zero")
    assert objective(demo)["data"] == 2
    assert objective(demo, loss="cross_entropy")["data"] == pytest.approx(np.log(3))
    after = descend(demo, 300)
    assert right(objective(demo, **after)).all()


def test_preset_satisfied(fresh):
    demo = fresh("?preset=satisfied")
    for loss in ("weston_watkins", "structured_hinge"):
        found = objective(demo, loss=loss)
        assert found["total"] == 0
        assert not gradient(found).any()
    demo.part(".step").click()
    assert state(demo)["steps"] == 0
    assert "gradient is zero" in demo.text(".status")
    before = state(demo)["W"]
    demo.part("[data-loss='softmax']").click()
    pushing = objective(demo)
    assert pushing["total"] > 0.1
    assert np.abs(gradient(pushing)).max() > 0.01
    demo.part(".step").click()
    assert state(demo)["W"] != before
    assert objective(demo)["total"] < pushing["total"]


def test_preset_diverges(fresh):
    demo = fresh("?preset=diverges")
    norms = [np.linalg.norm(descend(demo, steps)["W"]) for steps in (10, 11, 12)]
    assert norms[1] / norms[0] == pytest.approx(2, abs=0.02)
    assert norms[2] / norms[1] == pytest.approx(2, abs=0.02)
    demo.part(".run").click()
    demo.wait_for("!demo.running")
    assert re.search(r"Diverged after \d\d steps.*1 - 2ηλ = -2\.0", demo.text(".status"))
    assert all(abs(value) <= 1e12 for row in state(demo)["W"] for value in row)
    assert demo.text(".run") == "Run"
    tamer = [
        objective(demo, **descend(demo, 300, eta=eta, W=[[1, 0], [0, 1], [-1, 0]], b=[0, 0, 0]))["total"]
        for eta in (0.9, 0.1)
    ]
    assert max(tamer) < 10
    assert demo.complaints == []


def test_preset_shrinks(fresh):
    demo = fresh("?preset=shrinks")
    before, after = state(demo), descend(demo, 200)
    assert np.linalg.norm(after["W"]) < 0.05 * np.linalg.norm(before["W"])
    found = objective(demo, **after)
    assert min(found["losses"]) > 0
    assert right(found).sum() < right(objective(demo)).sum()


@pytest.mark.parametrize("steps", [0, 50, 1000])
def test_preset_ova_fails(fresh, steps):
    demo = fresh("?preset=ova-fails")
    y = np.array(objective(demo)["y"])
    alone = objective(demo, **descend(demo, steps))
    assert np.array(alone["S"])[:, 1].max() < 0  # B is denied to every point, its own among them
    assert not right(alone)[y == 1].any()
    if steps >= 1000:
        together = objective(demo, **descend(demo, steps, loss="weston_watkins"))
        assert right(together).all()
        tightened = objective(demo, **descend(demo, 5 * steps, loss="weston_watkins", **{"lambda": 0}))
        assert tightened["data"] == 0


def test_nothing_gives_the_middle_class_a_positive_score(fresh):
    """The best hinge of B against the rest, by linear programming, is the score −1 everywhere."""
    from scipy.optimize import linprog

    points = state(fresh("?preset=ova-fails"))["points"]
    X = np.array([[p["x"], p["y"], 1] for p in points])
    t = np.where([p["label"] == 1 for p in points], 1, -1)
    n = len(points)
    # minimise Σ ξ with ξ ≥ 1 − t s and ξ ≥ 0
    found = linprog(
        np.r_[np.zeros(3), np.ones(n)],
        A_ub=np.column_stack([-t[:, None] * X, -np.eye(n)]),
        b_ub=-np.ones(n),
        bounds=[(None, None)] * 3 + [(0, None)] * n,
    )
    assert found.fun == pytest.approx(2 * (t == 1).sum())
    np.testing.assert_allclose(X @ found.x[:3], -1, atol=1e-9)


def test_preset_kink(fresh):
    demo = fresh("?preset=kink")
    found = objective(demo)
    S = np.array(found["S"])
    assert S[0, 1] - S[0, 0] + 1 == 0  # exactly
    assert found["check"]["kinks"] == [{"point": 0, "label": 1}]
    assert found["check"]["error"] > 0.1
    assert "≠ in 6 of 9 entries" in demo.text(".check")
    assert "point 1 is exactly on the margin of B: a kink, which has no gradient" in demo.text(".check")
    assert demo.part(".difference.differs").count() == 6
    assert demo.part(".difference.differs").first.inner_text().startswith("≠")
    demo.part(".point").first.focus()
    demo.page.keyboard.press("ArrowLeft")  # off the kink
    assert "9 of 9 entries agree" in demo.text(".check")
    assert demo.part(".difference.differs").count() == 0


def test_preset_outlier(fresh):
    demo = fresh("?preset=outlier")
    found = objective(demo)
    assert found["losses"][9] > 1
    assert not any(found["losses"][:9])
    assert "Point 10" in demo.text(".explanation")
    assert "100 % of all" in demo.text(".explanation")
    before, after = np.array(state(demo)["W"]), np.array(descend(demo, 500)["W"])
    cosines = (before * after).sum(axis=1) / np.linalg.norm(before, axis=1) / np.linalg.norm(after, axis=1)
    assert np.degrees(np.arccos(cosines)).max() > 15  # a line has turned
    assert sum(loss > 0 for loss in objective(demo, **descend(demo, 500))["losses"][:9]) >= 3
    without = descend(demo, 500, points=state(demo)["points"][:9])
    assert objective(demo, **without)["data"] < 0.02


def test_every_situation_can_be_chosen(fresh):
    demo = fresh()
    names = demo.part(".situation option").evaluate_all("all => all.map((o) => o.value).filter(Boolean)")
    assert names[:1] == ["nine-points"]
    assert {"diverges", "shrinks", "satisfied", "ova-fails", "kink", "outlier", "zero"} < set(names)
    for name in names:
        demo.part(".situation").select_option(name)
        assert demo.part(".situation").input_value() == name
        assert len(demo.text(".hint").split()) > 5
        chosen = state(demo)
        demo.page.evaluate(f"(query) => {demo.js}.load(query)", f"?preset={name}")
        assert state(demo) == chosen
        for loss in SHORT:
            demo.part(f"[data-loss='{loss}']").click()
            assert state(demo)["loss"] == SHORT[loss]
    assert demo.complaints == []


# --- what is said and what stands there -------------------------------------------------------------------------------

ENDS = {
    "as it begins": "",
    "no points": "?points=",
    "one point": "?points=0,0,A",
    "one class": "?points=0,0,B;0.5,0.5,B;-0.3,0.2,B",
    "all scores tie": "?preset=zero",
    "all scores tie, structured": "?preset=zero&loss=structured",
    "on a kink": "?preset=kink",
    "nothing costs": "?preset=satisfied",
    "large": "?w=1e4,-2e3,3;-1e4,5,1;7,2e4,0.5",
    "larger": "?w=1e6,-2e5,3;-1e6,5,1;7,2e6,0.5",
    "the largest": "?w=1e12,-1e12,9e11;123456,-9999,0;1e5,2,3&loss=softmax",
    "beyond": "?w=1e12,0,0;0,0,0;0,0,0&lambda=10&eta=10",
    "far, without a penalty": "?w=1e9,-1e9,9e8;5,6,0;1,2,3&lambda=0",
    "half of the labels wrong": "?noise=0.4&test=1",
}


def shown(demo) -> list[tuple[str, str, str]]:
    """Gradient, sign and difference of each parameter, as they stand there."""
    entries = [f"{k}{d}" for k in range(3) for d in range(3)]
    texts = demo.texts(*(f"#g{entry} span:last-child" for entry in entries), *(f"#n{entry}" for entry in entries))
    return [(one, *other.split(maxsplit=1)) for one, other in zip(texts[:9], texts[9:], strict=True)]


def says_what_stands_there(demo) -> int:
    """See that ticks, counts and numbers agree; gives how many entries are checked."""
    rows, said = shown(demo), demo.text(".check")
    agree = [row for row in rows if row[1] == "≈"]
    differ = [row for row in rows if row[1] == "≠"]
    checked = len(agree) + len(differ)
    for one, _, other in agree:
        assert float(one) == pytest.approx(float(other), rel=0.06, abs=0.0011), rows
    assert all(row[1:] == ("not", "checked") for row in rows if row not in agree and row not in differ)
    if not checked:
        assert "✓" not in said
        assert "othing is checked" in said
    elif differ:
        assert f"≠ in {len(differ)} of {checked} entries" in said
    else:
        assert f"✓ {checked} of {checked} entries agree" in said
    assert (f"{9 - checked} not checked" in said) == (0 < checked < 9)
    return checked


def test_no_state_contradicts_itself(fresh):
    demo, checked = fresh(), {}
    for name, query in ENDS.items():
        demo.page.evaluate(f"(query) => {demo.js}.load(query)", query)
        checked[name] = says_what_stands_there(demo)
        total, data, penalty = (float(demo.text(f".{part}-loss")) for part in ("total", "data", "penalty"))
        assert total == pytest.approx(data + penalty, rel=0.06, abs=0.0011), name
    assert checked["as it begins"] == checked["no points"] == checked["all scores tie"] == 9
    assert 0 < checked["larger"] < 9
    assert checked["beyond"] == 0
    assert demo.complaints == []


def test_a_run_that_diverges_says_so_and_checks_nothing(fresh):
    demo = fresh("?preset=diverges")
    demo.part(".run").click()
    demo.wait_for("!demo.running")
    assert demo.text(".status").startswith("Diverged after")
    assert says_what_stands_there(demo) == 0
    assert demo.text(".check").startswith("Diverged:")
    for _ in range(2):
        demo.part(".step").click()  # which is none
        assert demo.text(".status").startswith("Diverged after")
    demo.part(".reset").click()
    assert says_what_stands_there(demo) == 9
    seen = set()
    for _ in range(40):  # on the way there, too
        demo.part(".step").click()
        seen.add(says_what_stands_there(demo))
    assert len(seen) > 2


def test_axes_of_the_curve_grow_in_leaps_and_never_shrink(fresh):
    demo = fresh()

    def numbers() -> list[str]:
        return [text for text in demo.part(".chart text").all_text_contents() if text != "steps"]

    axes = numbers()
    demo.part("[data-nudge='1'][data-k='0'][data-d='0']").click()
    for _ in range(20):
        demo.part(".step").click()
        assert numbers() == axes
    demo.part(".step").click()
    longer = numbers()
    assert longer != axes
    for _ in range(5):
        demo.part(".step").click()
        assert numbers() == longer


def test_curve_is_seen_below_the_plane_on_a_small_projector(fresh):
    demo = fresh(width=1280, height=720)
    demo.page.evaluate(f"{demo.js}.scrollIntoView({{behavior: 'instant'}})")
    plane, curve = demo.part(".plane").bounding_box(), demo.part(".chart").bounding_box()
    assert plane["y"] > 0
    assert curve["y"] + curve["height"] < 720


def test_guess_of_the_next_loss(fresh):
    demo = fresh()
    expected = objective(demo, **descend(demo, 1))["total"]
    before = objective(demo)
    straight = before["total"] - 0.1 * (gradient(before) ** 2).sum()
    demo.part(".see").click()
    assert state(demo)["steps"] == 0
    assert "Write down a number" in demo.text(".told")
    demo.part(".guess").fill("2.345")
    demo.page.keyboard.press("Enter")
    assert state(demo)["steps"] == 1
    told = [float(number) for number in re.findall(r"\d\.\d{3}", demo.text(".told"))]
    assert told == pytest.approx([2.345, expected, abs(2.345 - expected), straight], abs=6e-4)
    assert "✓ computed twice" in demo.text(".told")
    demo.part(".guess").fill(str(round(objective(demo, **descend(demo, 1))["total"], 4)))
    demo.part(".see").click()
    assert "close" in demo.text(".told")
    demo.part("[data-loss='softmax']").click()
    assert demo.text(".told") == ""  # it spoke of a state that was


def test_losses_and_counts_are_computed_twice(fresh):
    demo = fresh()
    problems = [
        [W.tolist(), b.tolist(), X.tolist(), y.tolist(), lambda_] for W, b, X, y, lambda_ in random_problems(80)
    ]
    for loss in LOSSES:
        for once, again, right, counted in demo.page.evaluate(
            f"""([problems, loss]) => problems.map(([W, b, X, y, lambda]) => {{
              const m = {demo.model};
              return [m.objective(W, b, X, y, loss, lambda).total, m.lossAgain(W, b, X, y, loss, lambda),
                m.countRight(W, b, X, y), m.countRightAgain(W, b, X, y)];
            }})""",
            [problems, loss],
        ):
            assert again == pytest.approx(once, rel=1e-12)
            assert counted == right


def test_wrong_labels_and_test_points(fresh):
    demo = fresh("?preset=satisfied&test=1")
    clean = state(demo)["points"]
    assert demo.part(".test-point").count() == 27
    assert "training 100.0 %, 9 of 9" in demo.text(".status")
    assert "✓ counted twice" in demo.text(".status")
    tests = demo.part(".test-point").evaluate_all("all => all.map((e) => e.getAttribute('transform'))")
    demo.part("input.noise").fill("0.35")
    noisy = state(demo)["points"]
    wrong = [i for i, point in enumerate(noisy) if point["label"] != clean[i]["label"]]
    assert len(wrong) == 3
    assert all(noisy[i]["clean"] == clean[i]["label"] for i in wrong)
    assert demo.text(".noise-value") == "3 of 9"
    assert "training 66.7 %, 6 of 9" in demo.text(".status")
    assert demo.part(".test-point").evaluate_all("all => all.map((e) => e.getAttribute('transform'))") == tests
    label = demo.part(".point").nth(wrong[0]).get_attribute("aria-label")
    assert f"Its label is wrong: it was {'ABC'[clean[wrong[0]]['label']]}" in label
    demo.part("input.noise").fill("0")
    assert state(demo)["points"] == clean


def test_reset_leads_to_the_situation_that_the_menu_names(fresh):
    demo = fresh()
    demo.part(".situation").select_option("zero")
    demo.part(".undo").click()
    assert demo.part(".situation").input_value() == "nine-points"
    demo.part(".step").click()
    demo.part(".reset").click()
    assert demo.part(".situation").input_value() == "nine-points"
    assert demo.text(".total-loss") == "2.570"


# --- readers ---------------------------------------------------------------------------------------------------------


def test_mouse(fresh):
    demo = fresh()
    before = state(demo)
    demo.drag_first_point(-0.5, 0.6)
    assert demo.part(".situation").input_value() == ""
    demo.part(".undo").click()
    assert state(demo) == before

    demo.part("[data-mode='2']").click()
    demo.page.mouse.click(*demo.place(0.1, -0.2))
    assert state(demo)["points"][-1] == {
        "x": pytest.approx(0.1, abs=0.02),
        "y": pytest.approx(-0.2, abs=0.02),
        "label": 2,
    }
    assert demo.text(".selected-name") == "Point 10 is"
    demo.part("[data-label='1']").click()
    assert state(demo)["points"][-1]["label"] == 1
    demo.page.mouse.dblclick(*demo.place(0.1, -0.2))
    assert state(demo)["points"] == before["points"]

    demo.page.mouse.move(*demo.place(-0.4, -0.5))
    assert "Point 9, class C" in demo.text(".explanation")
    assert demo.part(".points tr.shown th").inner_text().split() == ["9", "C"]
    demo.page.mouse.move(*demo.place(-0.9, -0.9))
    demo.part(".points tbody tr").nth(4).hover()
    assert "Point 5, class B" in demo.text(".explanation")
    assert demo.part(".point.hovered").count() == 1
    demo.part(".points tbody tr").nth(6).click()
    assert demo.text(".selected-name") == "Point 7 is"
    demo.part(".remove").click()
    assert len(state(demo)["points"]) == 8
    demo.part(".reset").click()
    assert state(demo) == before
    assert demo.complaints == []


def test_weights_are_edited_and_taken_back(fresh):
    demo = fresh()
    before = state(demo)
    parameter(demo, 1, 0).fill("-1.2345678")
    demo.page.keyboard.press("Enter")
    assert state(demo)["W"][1][0] == -1.2345678
    assert parameter(demo, 1, 0).input_value() == "-1.23"
    demo.part("[data-nudge='1'][data-k='2'][data-d='2']").click()
    assert state(demo)["b"][2] == pytest.approx(0, abs=1e-12)
    demo.part("[data-nudge='-1'][data-k='0'][data-d='1']").click()
    assert state(demo)["W"][0][1] == pytest.approx(1.38)
    shown = [float(demo.text(f"#g{k}{d} span:last-child")) for k in range(3) for d in range(3)]
    np.testing.assert_allclose(shown, gradient(objective(demo)).ravel(), atol=6e-4)
    parameter(demo, 0, 0).fill("")  # not a number: nothing happens
    assert state(demo)["W"][0][0] == 2.06
    parameter(demo, 0, 0).blur()
    assert parameter(demo, 0, 0).input_value() == "2.06"
    for _ in range(3):
        demo.part(".undo").click()
    assert state(demo) == before
    assert demo.part(".undo").is_disabled()
    assert demo.complaints == []


def test_steps_and_runs(fresh):
    demo = fresh()
    start, expected = state(demo), descend(demo, 1)
    demo.part(".step").click()
    after = state(demo)
    np.testing.assert_allclose(after["W"], expected["W"], rtol=1e-14)
    np.testing.assert_allclose(after["b"], expected["b"], rtol=1e-14)
    assert after["steps"] == 1
    assert demo.text(".status").startswith("Step 1:")
    demo.part(".run").click()
    assert demo.text(".run") == "Pause"
    demo.wait_for("demo.steps >= 15")
    demo.drag_first_point(0.6, 0.6)
    assert demo.page.evaluate(f"{demo.js}.running")  # a run goes on while a point is dragged
    demo.part(".run").click()
    steps = state(demo)["steps"]
    demo.wait_frames(10)  # a run would take four steps
    assert state(demo)["steps"] == steps
    assert float(demo.text(".total-loss")) < 2
    assert f"over {steps} steps" in demo.part(".chart").get_attribute("aria-label")
    for _ in range(2):  # the drag, the run
        demo.part(".undo").click()
    assert state(demo) == after
    assert "over 1 steps" in demo.part(".chart").get_attribute("aria-label")
    demo.part(".undo").click()
    assert state(demo) == start
    demo.part(".random").click()
    assert state(demo)["W"] != start["W"]
    demo.part(".reset").click()
    assert state(demo) == start
    assert demo.complaints == []


def test_run_stops_out_of_view(load):
    demo = load("?preset=zero", height=500)
    demo.place(0, 0)
    demo.part(".run").click()
    demo.wait_for("demo.steps >= 3")
    demo.page.evaluate("document.body.style.paddingBottom = '6000px'; scrollTo({top: 1e6, behavior: 'instant'})")
    demo.wait_for("!demo.running")
    assert "out of view" in demo.text(".status")


def test_run_is_calm_for_readers_who_ask(load):
    demo = load("?preset=zero", reduced_motion="reduce")
    demo.page.evaluate(
        f"""window.pictures = 0;
        const loss = {demo.js}.shadowRoot.querySelector('.total-loss');
        new MutationObserver(() => pictures++).observe(loss, {{childList: true}})"""
    )
    demo.part(".run").click()
    pictures = demo.page.wait_for_function(f"() => {demo.js}.steps >= 45 && window.pictures")
    assert pictures.json_value() <= 8  # the run goes on


def test_keyboard_alone(fresh):
    demo = fresh()
    demo.part(".situation").focus()  # from here on, only keys
    demo.page.keyboard.press("Tab")
    assert demo.page.evaluate(f"{demo.js}.shadowRoot.activeElement.classList.contains('point')")
    before = state(demo)
    demo.page.keyboard.press("ArrowUp")
    demo.page.keyboard.press("Shift+ArrowRight")
    moved = state(demo)["points"][0]
    assert (moved["x"], moved["y"]) == (pytest.approx(0.75), pytest.approx(0.45))
    demo.page.keyboard.press("n")
    demo.page.keyboard.press("3")
    assert state(demo)["points"][1]["label"] == 2
    demo.page.keyboard.press("a")
    assert len(state(demo)["points"]) == 10
    demo.page.keyboard.press("Delete")
    assert len(state(demo)["points"]) == 9
    demo.page.keyboard.press("p")
    label = demo.page.evaluate(f"{demo.js}.shadowRoot.activeElement.ariaLabel")
    assert re.match(r"Point 8, class C, at .*Loss .*margin violated", label)

    demo.page.keyboard.press("Tab")
    demo.page.keyboard.press("Enter")  # Step
    assert state(demo)["steps"] == 1
    demo.page.keyboard.press("Tab")
    demo.page.keyboard.press("Space")  # Run
    demo.wait_for("demo.steps > 4")
    demo.page.keyboard.press("Space")
    assert not demo.page.evaluate(f"{demo.js}.running")
    expect(demo.part(".voice")).to_contain_text(re.compile(r"Step \d+\. Loss \d\.\d+: data"))
    demo.page.keyboard.press("Control+z")  # the run
    assert state(demo)["steps"] == 1
    demo.page.keyboard.press("Tab")
    demo.page.keyboard.press("Enter")  # Reset
    assert state(demo) == before
    for _ in range(5):  # Randomise, the first three losses, softmax
        demo.page.keyboard.press("Tab")
    demo.page.keyboard.press("Enter")
    assert state(demo)["loss"] == "cross_entropy"
    demo.page.keyboard.press("Tab")
    demo.page.keyboard.press("ArrowRight")
    assert state(demo)["lambda"] == pytest.approx(0.11)
    demo.page.keyboard.press("Home")
    assert state(demo)["lambda"] == 0
    demo.page.keyboard.press("Tab")
    demo.page.keyboard.press("End")
    assert state(demo)["eta"] == 10
    demo.page.keyboard.press("Tab")  # the buttons beside a weight do what its keys do, and are no stops
    demo.page.keyboard.press("ArrowUp")
    assert state(demo)["W"][0][0] == pytest.approx(2.16)
    demo.page.keyboard.press("Shift+ArrowDown")
    assert state(demo)["W"][0][0] == pytest.approx(1.16)
    assert demo.complaints == []


def test_touch(load):
    demo = load(width=390, height=844, has_touch=True, is_mobile=True)
    demo.place(0, 0)
    scrolled = demo.page.evaluate("scrollY")
    demo.drag_first_point(0.1, 0.1, finger=True)
    assert demo.page.evaluate("scrollY") == scrolled

    demo.tap_plane(-0.1, -0.9)
    assert len(state(demo)["points"]) == 10
    demo.tap_plane(0.8, 0.3, point=True)
    assert "Point 2, class A" in demo.text(".explanation")
    for selector in ("[data-label='2']", ".step", "[data-nudge='1'][data-k='0'][data-d='2']", "[data-loss='ova']"):
        demo.tap(demo.part(selector))
    after = state(demo)
    assert (after["points"][1]["label"], after["steps"], after["loss"]) == (2, 1, "one_against_all")
    demo.tap(demo.part(".points tbody tr").nth(3))
    assert "Point 4, class B" in demo.text(".explanation")
    small = demo.part("button, select, input[type=number]").evaluate_all(
        "all => all.map((e) => [e.getBoundingClientRect(), e.textContent.slice(0, 12)])"
        ".filter(([r]) => r.width && (r.width < 24 || r.height < 40)).map((e) => e[1])"
    )
    assert small == []


# --- the page --------------------------------------------------------------------------------------------------------


def test_address_follows_a_run(load):
    demo = load("?preset=zero")
    demo.part(".run").click()
    demo.wait_for("demo.running && demo.steps > 20 && new URLSearchParams(location.search).has('w')")
    weights = re.search(r"w=([^&#]*)", demo.query)
    assert weights[1] != "0,0,0;0,0,0;0,0,0"
    assert max(len(number.strip("-").replace(".", "").lstrip("0")) for number in re.split("[,;]", weights[1])) in (5, 6)


def test_few_points_and_none(fresh):
    demo = fresh("?points=0,0,A")
    demo.part(".remove").click()
    assert state(demo)["points"] == []
    assert "There is no point" in demo.text(".explanation")
    assert demo.text(".data-loss") == "0.000"
    demo.part(".step").click()
    assert float(demo.text(".total-loss")) < 1.925  # the penalty is left
    demo.page.mouse.click(*demo.place(0.2, 0.2))
    assert len(state(demo)["points"]) == 1
    fresh("?w=1e12,-1e12,9e11;123456,-9999,0;1e5,2,3&loss=softmax")
    assert demo.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_jumps_between_situations_and_steps(fresh, width):
    demo = fresh(width=width)
    reserved = demo.page.evaluate(f"parseFloat(getComputedStyle({demo.js}).minHeight)")
    heights = {}
    for name in ("nine-points", "diverges", "kink", "ova-fails", "outlier"):
        demo.part(".situation").select_option(name)
        for loss in SHORT:
            demo.part(f"[data-loss='{loss}']").click()
            heights[name, loss] = demo.height
    demo.part(".situation").select_option("diverges")
    demo.place(0, 0)
    watch_jumps(demo.page)
    demo.part(".run").click()
    demo.wait_for("!demo.running")
    assert jumped(demo.page) < 0.02
    assert len(set(heights.values())) == 1, heights
    assert 0 <= reserved + 1 - heights["kink", "ww"] < 91
