"""The convolution demo, used as readers use it, and its mathematics against the code of the chapter and PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch.nn.functional import conv2d, conv_transpose2d

from book.definitions import definitions
from book.order import ROOT

PAGE, TAG = "chapters/networks/transposed_convolution.html", "eer-convolution"
PRESETS = ("hand", "back", "five", "padded", "sizes", "board", "four", "linear", "holes", "large")


def state(demo) -> dict:
    return demo.get("dim", "kind", "show", "x", "w", "s", "p", "d", "r", "at")


def now(demo) -> dict:
    return demo.get("now")["now"]


def output(demo) -> list:
    return now(demo)["output"]


def cell(demo, side: str, *place: int):
    """A cell of the input or the output; in a row, parts of the matrix lead to it too, and the last is the number."""
    return demo.part(f"[data-side='{side}'][data-cell='{','.join(map(str, place))}']").last


def fact(demo, i: int) -> str:
    return demo.text(".facts").split("\n")[i].split("\t")[1]


@pytest.fixture(scope="module")
def chapter():
    return definitions(ROOT / "chapters/networks/transposed_convolution.ipynb")


def settings(rng, trials: int):
    for _ in range(trials):
        k, s, d = (int(rng.integers(1, high)) for high in (6, 4, 4))
        yield int(rng.integers(1, 9)), k, s, int(rng.integers(0, 4)), d, int(rng.integers(0, 3))


def test_matrix_and_sizes_are_the_chapters(fresh, chapter):
    demo, rng, impossible = fresh(), np.random.default_rng(0), 0
    for o, k, s, p, d, _ in settings(rng, 150):
        w = rng.normal(size=k)
        i, C, counts, back = demo.page.evaluate(
            f"""([o, w, where]) => {{
              const m = {demo.model}, i = m.shrunk(o, w.length, where);
              return [i, m.matrix(w, i, o, where), m.counts(i, o, w.length, where), m.sharing(i, w.length, where)];
            }}""",
            [o, w.tolist(), {"s": s, "p": p, "d": d}],
        )
        if o + 2 * p < d * (k - 1) + 1:
            impossible += 1
            assert i == 0
            continue
        expected = chapter["matrix"](w, o, s, p, d)
        assert i == len(expected)
        np.testing.assert_allclose(C, expected, atol=1e-15)
        assert counts == {"small": (expected != 0).sum(1).tolist(), "large": (expected != 0).sum(0).tolist()}
        lengths = range(max(1, d * (k - 1) + 1 - 2 * p), 60)
        assert back == [n for n in lengths if len(chapter["matrix"](w, n, s, p, d)) == i]
        assert o in back
    assert impossible > 10


def test_pictures_are_torchs(fresh, chapter):
    demo, rng, compared = fresh(), np.random.default_rng(1), 0
    for n, k, s, p, d, r in settings(rng, 120):
        x, W = rng.normal(size=(n, n + 1)), rng.normal(size=(k, k))
        where = {"stride": s, "padding": p, "dilation": d}
        given = {"x": x.tolist(), "W": W.tolist(), "where": {"s": s, "p": p, "d": d}, "r": r, "k": k}
        there, back, allowed = demo.page.evaluate(
            f"""({{ x, W, where, r, k }}) => {{
              const m = {demo.model}, i = [x.length, x[0].length].map((n) => m.shrunk(n, k, where));
              const o = [x.length, x[0].length].map((n) => m.grown(n, k, where, r));
              return [Math.min(...i) > 0 ? m.convolve(x, W, i, where) : null,
                      Math.min(...o) > 0 ? m.transposed(x, W, o, where) : null, m.allowed(r, where)];
            }}""",
            given,
        )
        picture, kernel = torch.tensor(x)[None, None], torch.tensor(W)[None, None]
        if there is None:
            assert n + 2 * p < d * (k - 1) + 1
        else:
            np.testing.assert_allclose(there, conv2d(picture, kernel, **where)[0, 0], atol=1e-12)
        if not allowed:
            with pytest.raises(RuntimeError, match="output padding must be smaller"):
                conv_transpose2d(picture, kernel, **where, output_padding=r)
        elif back is not None:
            expected = conv_transpose2d(picture, kernel, **where, output_padding=r)[0, 0]
            np.testing.assert_allclose(back, expected, atol=1e-12)
            own = chapter["transposed_convolve"](x[None], W[None, None], s, p, d, r)[0]
            np.testing.assert_allclose(back, own, atol=1e-12)
            compared += 1
    assert compared > 50


def test_sums_by_residue(fresh, chapter):
    demo, rng = fresh(), np.random.default_rng(2)
    for _, k, s, p, d, _ in settings(rng, 60):
        w = rng.normal(size=k)
        where = {"s": s, "p": p, "d": d}
        found = demo.page.evaluate(f"([w, where]) => {demo.model}.residues(w, where)", [w.tolist(), where])
        if d == 1 and p % s == 0:
            np.testing.assert_allclose([each["sum"] for each in found], chapter["residue_sums"](w, s), atol=1e-12)
        ones, kernel = torch.ones(1, 1, 1, 40).double(), torch.tensor(w)[None, None, None]
        places = {"stride": (1, s), "padding": (0, p), "dilation": (1, d)}
        row = conv_transpose2d(ones, kernel, **places)[0, 0, 0, 20 * s : 21 * s]
        np.testing.assert_allclose([each["sum"] for each in found], row, atol=1e-12)
        assert sum(each["count"] for each in found) == k


def test_what_is_shown_is_torchs(fresh):
    """The element's own row and picture, for settings from the address."""
    demo, rng = fresh(), np.random.default_rng(3)
    for trial, (n, k, s, p, d, r) in enumerate(settings(rng, 60)):
        x, w = rng.integers(-9, 10, n).tolist(), (rng.integers(-36, 37, k) / 4).tolist()
        dim, kind = 1 + trial % 2, ("conv", "back")[trial // 2 % 2]
        numbers = f"x={','.join(map(str, x))}&w={','.join(map(str, w))}&s={s}&p={p}&d={d}&r={r}"
        demo.page.evaluate(f"(query) => {demo.js}.load(query)", f"?dim={dim}&kind={kind}&{numbers}")
        pad, ones = (0, p) if dim == 1 else p, (1, s) if dim == 1 else s
        where = {"stride": ones, "padding": pad, "dilation": (1, d) if dim == 1 else d}
        table = lambda a, dim=dim: torch.tensor(np.outer(a, a) if dim == 2 else [a]).double()[None, None]  # noqa: E731
        try:
            if kind == "conv":
                expected = conv2d(table(x), table(w), **where)
            else:
                expected = conv_transpose2d(table(x), table(w), **where, output_padding=(0, r) if dim == 1 else r)
        except RuntimeError:
            assert now(demo)["problem"]
            assert "This cannot be" in demo.text(".board")
            continue
        if not expected.numel():
            assert now(demo)["problem"]
            continue
        assert not now(demo)["problem"]
        np.testing.assert_allclose(output(demo), expected[0, 0], atol=1e-9)
        assert "NaN" not in demo.text(".frame")
        assert "undefined" not in demo.text(".frame")
    assert demo.complaints == []


def test_the_row_of_the_text(fresh):
    demo = fresh()
    assert demo.part(".situation").input_value() == "hand"
    assert output(demo) == [[7, 7]]
    assert "= 1 · 1 + 2 · 0 + 3 · 2 = 7" in demo.text(".how")
    assert demo.part(".entry.lit").count() == 4
    demo.part(".step").click()
    assert "Output 1 = sum of weight · input = 1 · 0 + 2 · 2 + 3 · 1 = 7" in demo.text(".how")
    demo = fresh("?preset=back")
    assert output(demo) == [[1, 3, 5, 3]]
    cell(demo, "out", 1).hover()
    assert "Output 1 = sum of weight · input = 2 · 1 + 1 · 1 = 3" in demo.text(".how")
    assert demo.part(".entry.lit").count() == 2  # a column
    cell(demo, "in", 0).hover()
    assert "sends 1 times the kernel to 3 outputs" in demo.text(".how")
    assert demo.part(".cell.tie").count() == 3
    demo = fresh("?preset=five")
    assert output(demo) == [[1, 2, 4, 2, 3]]
    demo.part("input.p").fill("1")
    assert output(demo) == [[2, 4, 2]]
    assert demo.part(".cell.rim").count() == 2
    assert demo.complaints == []


def test_sizes_of_the_text(fresh):
    demo = fresh("?preset=sizes")
    assert fact(demo, 1) == "o = 2·(3 - 1) + 1·2 + 1 - 2·0 + 0 = 7"
    assert fact(demo, 2) == "o = 7 (r = 0), 8 (r = 1)"
    demo.part("input.r").fill("1")
    assert fact(demo, 0) == "i = ⌊(8 + 2·0 - 1·2 - 1)/2⌋ + 1 = ⌊2.5⌋ + 1 = 3"
    assert output(demo)[0][-1] == 0
    cell(demo, "out", 7).hover()
    assert "no input reaches it" in demo.text(".how")
    demo.part("input.p").fill("1")
    assert output(demo)[0][-1] != 0
    assert now(demo)["tally"]["large"][2:4] == [1, 2]
    assert fact(demo, 3) == "1 2"  # places are those of what is left
    demo = fresh("?preset=padded")
    assert now(demo)["tally"] == {"small": [2, 3, 3, 3], "large": [1, 2, 1, 2, 1, 2, 1, 1]}
    assert fact(demo, 1).endswith("- 2·1 + 1 = 8")  # one place of the padded row is left over
    demo.part("input.n").fill("7")
    assert fact(demo, 1).endswith("- 2·1 + 0 = 7")


def test_pictures_of_the_text(fresh):
    demo = fresh("?preset=board")
    assert sorted({value for row in output(demo)[2:-2] for value in row[2:-2]}) == [1, 2, 4]
    assert [fact(demo, 3), fact(demo, 4)] == ["4 2 | 2 1", "4 2 | 2 1: of a constant Cᵀ makes a pattern"]
    demo.part("[data-show='counts']").click()
    assert cell(demo, "out", 2, 2).text_content() == cell(demo, "out", 4, 4).text_content() == "4"
    assert cell(demo, "in", 3, 3).text_content() == "9"
    canvas = demo.part(".matrix")
    assert [canvas.get_attribute(name) for name in ("width", "height")] == ["225", "49"]
    demo = fresh("?preset=four")
    assert [fact(demo, 3), fact(demo, 4)] == ["4 4 | 4 4", "16 24 | 24 36: of a constant Cᵀ makes a pattern"]
    demo = fresh("?preset=linear")
    assert fact(demo, 4) == "1 1 | 1 1: of a constant Cᵀ makes a constant there"
    np.testing.assert_allclose(np.array(output(demo))[1:-1, 1:-1], 1)
    cell(demo, "out", 3, 3).hover()
    assert "0.5625 · 1 + 0.1875 · 1 + 0.1875 · 1 + 0.0625 · 1 = 1" in demo.text(".how")
    demo = fresh("?preset=holes")
    assert len(output(demo)) == 7
    assert len(demo.part(".cell.tie").all()) == 9
    assert demo.complaints == []


def test_impossible_settings_are_said_in_words(fresh):
    demo = fresh("?preset=large")
    assert "covers 5 places, and the input has only 4" in demo.text(".board")
    assert fact(demo, 0) == "4 + 2·0 - 2·2 - 1 = -1 is negative: none"
    assert demo.part(".step").is_disabled()
    demo.part("input.p").fill("1")
    assert output(demo) == [[2, 2]]
    demo = fresh("?preset=back&r=1")
    assert "must be smaller than the stride (1) or the dilation (1)" in demo.text(".board")
    demo.part("input.d").fill("2")  # allowed, though no convolution leads back
    assert fact(demo, 0).endswith("= 3, not 2: r is not below s")
    demo = fresh("?kind=back&x=1&w=1,1,1&p=3")
    assert "the padding cuts 3 at both ends: nothing is left" in demo.text(".board")
    demo.page.evaluate(f"{demo.js}.load('?kind=back&x=1&w=1,1,1&s=2&p=3&r=1')")
    assert "reach 3 places, the output padding adds 1 at the end, and the padding cuts 3" in demo.text(".board")
    for _ in range(3):
        demo.part(".board").press("ArrowRight")
    assert demo.complaints == []


def test_mouse_changes_numbers_and_undo_takes_them_back(fresh):
    demo = fresh()
    before = state(demo)
    demo.part(".w1").fill("-2.5")
    demo.part(".w1").press("Enter")
    assert output(demo) == [[7, 1 * 0 - 2.5 * 2 + 3]]
    demo.part(".x0").fill("200")  # out of range: back to what it was
    demo.part(".x0").press("Enter")
    assert demo.part(".x0").input_value() == "1"
    demo.part("[data-kernel='counting']").click()
    demo.part("input.k").press("ArrowRight")
    assert demo.get("w")["w"] == [1, 2, 3, 4]  # the kernel keeps its kind
    for key in ("Home", "End", "ArrowLeft"):
        demo.part("input.k").press(key)
    assert demo.get("w")["w"] == [1, 2, 3, 4]  # even on its way through one weight
    demo.part("[data-dim='2']").click()
    assert len(output(demo)) == len(output(demo)[0]) == 1
    assert demo.part(".situation").input_value() == ""
    for _ in range(7):
        demo.part(".undo").click()
    assert state(demo) == before
    demo.part(".run").click()
    demo.wait_for("!demo.running && demo.at.cell[0] === 0")
    assert demo.complaints == []


def test_keyboard_alone(fresh):
    demo = fresh("?preset=board")
    demo.part(".board").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"):
        demo.page.keyboard.press(key)
    assert demo.get("at")["at"] == {"side": "out", "cell": [0, 1]}
    demo.page.keyboard.press("i")
    demo.page.keyboard.press("ArrowDown")
    assert demo.get("at")["at"] == {"side": "in", "cell": [1, 1]}
    expect(demo.part(".voice")).to_contain_text("sends 1 times the kernel to 9 outputs")
    assert demo.page.evaluate(f"{demo.js}.shadowRoot.activeElement.className").startswith("board")


def test_touch(load):
    demo = load(width=390, height=844, has_touch=True, is_mobile=True)
    demo.tap(cell(demo, "in", 2))
    assert demo.get("at")["at"] == {"side": "in", "cell": [2]}
    assert "is used by 2 outputs, times 3, 2" in demo.text(".how")


def test_presets_show_what_they_say(fresh):
    for name in PRESETS:
        assert fresh(f"?preset={name}").part(".situation").input_value() == name
    demo = fresh(f"?preset={PRESETS[0]}")
    assert demo.part(".situation option:not([hidden])").count() == len(PRESETS)


@pytest.mark.parametrize("dim", [1, 2])
def test_pointing_draws_only_what_changes(fresh, dim):
    demo = fresh("?preset=holes" if dim == 2 else "?preset=padded")
    cells = f"[...{demo.js}.shadowRoot.querySelectorAll('.board [data-side]')]"
    picture = f"{demo.js}.shadowRoot.querySelector('.board').innerHTML"
    for side, place in (("in", (2, 3)), ("out", (0, 0)), ("out", (3, 4)), ("in", (6, 6))):
        cell(demo, side, *place[:dim]).hover()
        assert demo.get("at")["at"] == {"side": side, "cell": list(place[:dim])}
        pointed = demo.page.evaluate(picture)
        drawn = demo.page.evaluate(f"() => {{ const d = {demo.js}; d.drawnOf = ''; d.render(); return {picture}; }}")
        assert pointed == drawn  # as if all of it were drawn anew
        assert demo.part(".framed .chosen").count() == 1
        assert demo.part(".framed .tie").count() == len(ties(demo))
        demo.page.evaluate(f"() => {{ window.kept = {cells}; }}")
        cell(demo, side, *[1, 1][:dim]).hover()
        assert demo.page.evaluate("kept.length > 20 && kept.every((each) => each.isConnected)")


@pytest.mark.parametrize("preset", ["holes", "padded"])
def test_pointing_measures_once_and_writes_only_what_changes(fresh, preset):
    """Each measure after a change makes the browser lay out the page, and each change look at it again."""
    demo = fresh(f"?preset={preset}")
    two = preset == "holes"
    cell(demo, "out", *[0, 0][: 1 + two]).hover()
    demo.page.evaluate(
        f"""() => {{
          const demo = {demo.js}, own = Object.getOwnPropertyDescriptor(Element.prototype, 'clientWidth').get;
          window.measured = 0;
          Object.defineProperty(demo, 'clientWidth', {{ get() {{ measured++; return own.call(this); }} }});
          window.written = new MutationObserver(() => 0);
          const all = {{ subtree: true, childList: true, attributes: true, characterData: true }};
          const names = ({{ target, attributeName }}) => (attributeName ?? target.getAttribute('class').trim());
          window.point = (place) => {{
            const at = demo.shadowRoot.querySelector(`[data-side='out'][data-cell='${{place}}']`);
            measured = 0;
            written.observe(demo.shadowRoot.querySelector('.frame'), all);
            const hover = {{ pointerType: 'mouse', bubbles: true, composed: true }};
            at.dispatchEvent(new PointerEvent('pointermove', hover));
            const found = new Set(written.takeRecords().map(names));
            written.disconnect();
            return [demo.at.cell.join(), measured, [...found].sort()];
          }};
        }}"""
    )
    parts = ["framed in", "framed out"] if two else ["framed"]
    for place in ("1,2", "3,3") if two else ("1", "3"):
        assert demo.page.evaluate("(place) => point(place)", place) == [place, 1, [*parts, "how"]]


def ties(demo) -> list:
    """Partners of the chosen cell that are drawn: all of them, in the input also those in the padding."""
    return demo.page.evaluate(
        f"""() => {{ const d = {demo.js}, m = {demo.model}, {{where, i, o}} = d.now, large = d.at.side === 'in';
          const along = d.at.cell.map((place) => large ? m.senders(place, i, d.k, where) : m.window(place, d.k, where));
          const seen = ({{at}}) => large || (at >= -d.p && at < o + d.p);
          const pairs = (all, ways) => all.flatMap((one) => ways.map((way) => [one, way]));
          return along.map((ways) => ways.filter(seen)).reduce(pairs, [0]); }}"""
    )
