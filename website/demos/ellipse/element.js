// The Gaussian ellipse demo: <eer-ellipse>. See presets.js for the situations it can be linked to.

import { Demo } from "../shared/demo.js";
import { situations, slider } from "../shared/markup.js";
import { Plane } from "../shared/plane.js";
import { readNumber } from "../shared/points.js";
import styles from "./ellipse.css";
import * as model from "./model.js";
import { TITLES, presets } from "./presets.js";

const EXTENT = 1;
const LEAST = 0.03; // standard deviation that sliders and handles reach
const MOST = 0.5;
const SAMPLES = 250;
const ENTRIES = ["a", "b", "c"];
const NAMES = { a: "Variance of x", b: "Covariance", c: "Variance of y" };

const round = (value) => Math.round(1e4 * value) / 1e4;
const signed = (value, digits = 3) => value.toFixed(digits).replace("-", "−");
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const clamp = (value, least, most) => Math.max(least, Math.min(most, value));

// Standard normal points that stay the same while the matrix changes.
const NOISE = (() => {
  let state = 20261129;
  const uniform = () => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const radius = () => Math.sqrt(-2 * Math.log(1 - uniform()));
  return Array.from({ length: SAMPLES }, () => {
    const r = radius(), t = 2 * Math.PI * uniform();
    return [r * Math.cos(t), r * Math.sin(t)];
  });
})();

class EllipseDemo extends Demo {
  static demo = "ellipse";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    const entry = (name) => `<input class="${name}" type="number" step="0.01" min="-1" max="1" aria-label="${NAMES[name]}">`;
    return `
      <div class="layout">
        <div>
          <div class="board"></div>
          <p class="quiet"><span class="key" style="--colour: var(--eer-blue)"></span> the k-ellipse and its half-axes ·
            <span class="key dashed" style="--colour: var(--eer-ink)"></span> the rectangle that it touches ·
            <span class="key" style="--colour: var(--eer-green)"></span> each coordinate alone ·
            <span class="key" style="--colour: var(--eer-orange)"></span> mean of y given x</p>
          <details class="quiet">
            <summary>Keys and gestures</summary>
            <p>Drag the two ends of the half-axes; the other stays at a right angle. With the keyboard: <kbd>Tab</kbd> to an
            end, arrow keys move it (<kbd>Shift</kbd> faster), <kbd>N</kbd> goes to the other. A click on the plane
            chooses the given x.</p>
          </details>
        </div>
        <div class="side">
          <label class="wide"><span class="name">Situation</span>
            ${situations(TITLES)}</label>
          <div class="controls">${slider("s1", "σ₁", [LEAST, MOST, 0.01])}${slider("s2", "σ₂", [LEAST, MOST, 0.01])}</div>
          <div class="controls">${slider("rho", "Correlation ρ", [-0.99, 0.99, 0.01])}${slider("k", "k", [0.2, 3, 0.1])}</div>
          <div class="controls">
            <fieldset><legend>Covariance matrix</legend><span class="matrix">${entry("a")}${entry("b")}
              <output class="mirror" aria-hidden="true"></output>${entry("c")}</span></fieldset>
            ${slider("at", "Given x", [-0.95, 0.95, 0.05])}
          </div>
          <span class="choices">
            <button type="button" class="samples" aria-pressed="false">${SAMPLES} samples</button>
          </span>
          <div class="facts"></div>
        </div>
      </div>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    const handlers = {
      start: () => this.checkpoint(),
      move: (i, x, y) => this.edit(() => this.#moveEnd(i, x, y)),
      add: (x) => this.edit(() => (this.at = clamp(x, -0.95, 0.95))),
    };
    const name = (_, i) => `End of the ${i ? "second" : "first"} half-axis`;
    this.plane = new Plane(this.$(".board"), { extent: EXTENT, label: "Gaussian ellipse", handlers, name });
    const deviate = (change) => {
      const { a, b, c } = this.matrix, s1 = Math.sqrt(Math.max(a, LEAST ** 2)), s2 = Math.sqrt(Math.max(c, LEAST ** 2));
      const now = { s1, s2, rho: clamp(b / (s1 * s2), -0.99, 0.99), ...change };
      this.#setMatrix(model.fromDeviations(now.s1, now.s2, now.rho));
    };
    this.slide(".s1", (s1) => deviate({ s1 }));
    this.slide(".s2", (s2) => deviate({ s2 }));
    this.slide(".rho", (rho) => deviate({ rho }));
    this.slide(".k", (k) => (this.k = k));
    this.slide(".at", (at) => (this.at = at));
    for (const name of ENTRIES) {
      const input = this.$(`.${name}`);
      input.addEventListener("change", () => {
        const value = input.value.trim() === "" ? NaN : Number(input.value);
        if (!(Math.abs(value) <= 1)) return this.render(); // back to what it was
        this.edit(() => this.#setMatrix({ ...this.matrix, [name]: value }), true);
      });
    }
    this.$(".samples").addEventListener("click", () => this.edit(() => (this.samples = !this.samples), true));
    this.listenToSituations(TITLES);
  }

  read(params) {
    const fallback = new URLSearchParams(presets.hand);
    const entry = (name, least) => readNumber(params, name, { least, most: 1, otherwise: Number(fallback.get(name)) });
    this.turn = readNumber(params, "turn", { least: -1e3, most: 1e3, otherwise: 0 });
    this.#setMatrix({ a: entry("a", -1), b: entry("b", -1), c: entry("c", -1) });
    this.k = readNumber(params, "k", { least: 0.2, most: 3, otherwise: 2 });
    this.at = readNumber(params, "at", { least: -0.95, most: 0.95, otherwise: 0.3 });
    this.samples = params.get("samples") === "1";
  }

  write() {
    return new URLSearchParams({ ...this.matrix, k: this.k, at: this.at, ...(this.samples ? { samples: 1 } : {}) });
  }

  // Which half-axis is the first one does not follow from the matrix.
  snapshot() {
    const params = this.write();
    params.set("turn", this.turn.toFixed(3));
    return params.toString();
  }

  render() {
    const { matrix, k, at } = this;
    const good = model.isPositiveDefinite(matrix);
    const show = (name, value, text = value.toFixed(2)) => {
      this.$(`.${name}`).value = value;
      this.$(`.${name}`).setAttribute("aria-valuetext", text); // a variance typed below may lie beyond the slider
      this.$(`.${name}-value`).value = text.replace("-", "−");
    };
    const deviation = (variance) => (variance > 0 ? Math.sqrt(variance) : 0);
    show("s1", deviation(matrix.a), matrix.a > 0 ? deviation(matrix.a).toFixed(2) : "none");
    show("s2", deviation(matrix.c), matrix.c > 0 ? deviation(matrix.c).toFixed(2) : "none");
    const rho = model.correlation(matrix);
    show("rho", Number.isFinite(rho) ? rho : 0, Number.isFinite(rho) ? rho.toFixed(2) : "none");
    show("k", k, k.toFixed(1));
    show("at", at);
    for (const name of ENTRIES) this.$(`.${name}`).value = matrix[name];
    this.$(".mirror").value = signed(matrix.b, 4).replace(/0+$/, "").replace(/\.$/, "");
    this.$(".samples").setAttribute("aria-pressed", this.samples);
    this.$(".situation").value = this.#situation();
    this.plane.lines([]);
    if (good) {
      this.#draw();
      this.plane.draw(this.#ends().map(([x, y], label) => ({ x, y, label })));
    } else {
      this.plane.draw([]);
    }
    this.$(".facts").innerHTML = good ? this.#facts() : this.#whatIsWrong();
  }

  // The first half-axis keeps its place when the lengths change their order: it is the one that turned least.
  #setMatrix(matrix) {
    this.matrix = Object.fromEntries(ENTRIES.map((name) => [name, round(matrix[name])]));
    const { angle } = model.eigen(this.matrix);
    const quarter = Math.round((this.turn - angle) / (Math.PI / 2));
    this.turn = angle + (quarter * Math.PI) / 2;
    this.swapped = Math.abs(quarter % 2) === 1;
  }

  #lengths() {
    const lengths = model.eigen(this.matrix).values.map((value) => Math.sqrt(Math.max(value, 0)));
    return this.swapped ? lengths.reverse() : lengths;
  }

  #ends() {
    const [along, across] = this.#lengths().map((length) => this.k * length);
    const x = Math.cos(this.turn), y = Math.sin(this.turn);
    return [[along * x, along * y], [-across * y, across * x]];
  }

  #moveEnd(i, x, y) {
    const lengths = this.#lengths();
    lengths[i] = clamp(Math.hypot(x, y) / this.k, LEAST, 1);
    this.turn = Math.atan2(y, x) - (i * Math.PI) / 2;
    this.#setMatrix(model.fromAxes(this.turn, ...lengths));
  }

  #situation() {
    const now = this.write().toString();
    const same = (query) => {
      const params = new URLSearchParams(query);
      return new URLSearchParams([...ENTRIES, "k", "at"].map((name) => [name, Number(params.get(name))])).toString() === now;
    };
    return Object.keys(presets).find((name) => same(presets[name])) ?? "";
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  #draw() {
    const { matrix, k, at, plane } = this;
    const place = (x, y) => plane.toScreen(x, y).map((value) => value.toFixed(1)).join(" ");
    const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${place(x, y)}`).join("");
    const add = (text) => plane.below.insertAdjacentHTML("beforeend", text);
    const s1 = k * Math.sqrt(matrix.a), s2 = k * Math.sqrt(matrix.c);
    const [[x1, y1], [x2, y2]] = [[-EXTENT, 0], [0, -EXTENT]];
    add(`<path class="axis" d="M${place(x1, y1)}L${place(EXTENT, 0)}M${place(x2, y2)}L${place(0, EXTENT)}"/>`);
    this.#drawShadows(add, path);
    if (this.samples) {
      const points = model.transform(matrix, NOISE).map(([x, y]) => plane.toScreen(x, y));
      add(points.map(([u, v]) => `<circle class="sample" cx="${u.toFixed(1)}" cy="${v.toFixed(1)}" r="2"/>`).join(""));
    }
    add(`<path class="curve" d="${path(model.ellipse(matrix, k, 120))}Z"/>`);
    add(`<path class="box" d="${path([[-s1, -s2], [s1, -s2], [s1, s2], [-s1, s2]])}Z"/>`);
    for (const [x, y] of this.#ends()) add(`<path class="half-axis" d="M${place(0, 0)}L${place(x, y)}"/>`);
    const given = model.conditional(matrix, at), half = k * Math.sqrt(given.variance);
    const slope = model.conditional(matrix, 1).mean;
    add(`<path class="means" d="M${place(-EXTENT, -slope)}L${place(EXTENT, slope)}"/>`);
    add(`<path class="given" d="M${place(at, -EXTENT)}L${place(at, EXTENT)}"/>`);
    add(`<path class="spread" d="M${place(at, given.mean - half)}L${place(at, given.mean + half)}"/>`);
    for (const direction of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      const [u, v] = plane.toScreen(...model.contact(matrix, direction, k));
      add(`<circle class="touch" cx="${u.toFixed(1)}" cy="${v.toFixed(1)}" r="4"/>`);
    }
  }

  // The two densities of one coordinate, along the lower and the left edge, each at a height of a quarter at most.
  #drawShadows(add, path) {
    const ticks = Array.from({ length: 101 }, (_, i) => -EXTENT + (i * 2 * EXTENT) / 100);
    const height = (t, variance) => (0.25 * model.density(t, variance)) / model.density(0, variance);
    const { a, c } = this.matrix;
    const below = ticks.map((t) => [t, -EXTENT + height(t, a)]), left = ticks.map((t) => [-EXTENT + height(t, c), t]);
    add(`<path class="shadow" d="${path([[-EXTENT, -EXTENT], ...below, [EXTENT, -EXTENT]])}Z"/>`);
    add(`<path class="shadow" d="${path([[-EXTENT, -EXTENT], ...left, [-EXTENT, EXTENT]])}Z"/>`);
  }

  // --- words ---------------------------------------------------------------------------------------------------------

  #facts() {
    const { matrix, k, at } = this;
    const { values } = model.eigen(matrix);
    const rho = model.correlation(matrix), [x, y] = model.contact(matrix, [1, 0], k);
    const given = model.conditional(matrix, at);
    const inside = model.transform(matrix, NOISE).filter((point) => model.distance2(matrix, point) <= k * k).length;
    const rows = [
      ["eigenvalues", values.map((value) => value.toFixed(4)).join(", ")],
      ["half-axes k√λ", values.map((value) => (k * Math.sqrt(value)).toFixed(3)).join(", ")],
      ["half-sides kσ", [matrix.a, matrix.c].map((value) => (k * Math.sqrt(value)).toFixed(3)).join(", ")],
      ["touches on the right at", `(${signed(x)}, ${signed(y)}), height ${signed(rho, 2)} of half the side`],
      ["mass inside", percent(model.mass(k)) + (this.samples ? `; of the samples ${percent(inside / SAMPLES)}` : "")],
      [`y given x = ${signed(at, 2)}`, `mean ${signed(given.mean)}, standard deviation ${Math.sqrt(given.variance).toFixed(3)}`],
    ];
    return `<table><tbody>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join("")}</tbody></table>`;
  }

  #whatIsWrong() {
    const { values, angle } = model.eigen(this.matrix);
    const direction = [-Math.sin(angle), Math.cos(angle)].map((value) => signed(value, 2)).join(", ");
    const least = values[1];
    return `<p><b>Not positive definite.</b> The smaller eigenvalue is <b class="number">${signed(least, 4)}</b>: in the direction
      (${direction}) the variance would be ${least < 0 ? "negative" : "zero"}, and there is no ellipse.</p>
      <p>Make |covariance| less than ${signed(Math.sqrt(Math.max(this.matrix.a * this.matrix.c, 0)), 3)}, the product of the standard
      deviations${this.matrix.a > 0 && this.matrix.c > 0 ? "" : ", and both variances positive"}.</p>`;
  }

  summary() {
    const { matrix, k } = this;
    if (!model.isPositiveDefinite(matrix)) return this.$(".facts").textContent.replace(/\s+/g, " ").trim();
    const half = [matrix.a, matrix.c].map((value) => (k * Math.sqrt(value)).toFixed(2));
    return `Correlation ${signed(model.correlation(matrix), 2)}; half-sides ${half.join(" and ")}; ${percent(model.mass(k))} inside.`;
  }
}

customElements.define("eer-ellipse", EllipseDemo);
