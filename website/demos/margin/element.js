// The margin demo: <eer-margin>. See presets.js for the situations it can be linked to.

import { LETTERS, rgb } from "../shared/classes.js";
import { Demo } from "../shared/demo.js";
import { choices, situations, slider } from "../shared/markup.js";
import { Plane } from "../shared/plane.js";
import { readNumber, readPoints, writePoints } from "../shared/points.js";
import styles from "./margin.css";
import * as model from "./model.js";
import { EXTENT, MOST_POINTS, TITLES, presets } from "./presets.js";

const CELLS = 90;
const NAMES = { linear: "linear", poly: "polynomial", rbf: "radial" };
const WITH_WEIGHTS = 12; // support vectors whose multipliers are written beside them
const MOST_STEPS = 20000;

const short = (value) => Number(value.toPrecision(3));
const number = (value, digits = 4) => {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(1) : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
};

class MarginDemo extends Demo {
  static demo = "margin";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    return `
      <div class="layout">
        <div>
          <div class="board"></div>
          <p class="quiet"><span class="key"></span> f = 0 · <span class="key thin"></span> f = ±1 ·
            <span class="disc"></span> free support vector · <span class="disc bounded"></span> at the bound C ·
            <span class="disc next"></span> next pair</p>
          <details class="quiet">
            <summary>Keys and gestures</summary>
            <p>Drag a point to move it; double-click it to remove it; click beside it to add one. With the keyboard:
            <kbd>Tab</kbd> to the points, arrow keys move one (<kbd>Shift</kbd> faster), <kbd>N</kbd> and <kbd>P</kbd> go to
            the next and the previous, <kbd>A</kbd> adds one beside it, <kbd>Delete</kbd> removes it, <kbd>1</kbd> and
            <kbd>2</kbd> set its class. The plane is five units wide, with the origin in its middle.</p>
          </details>
        </div>
        <div class="side">
          <label class="wide"><span class="name">Situation</span>
            ${situations(TITLES)}</label>
          <div class="controls">
            <fieldset><legend>Kernel</legend><span class="choices">${choices("kind", Object.entries(NAMES))}</span></fieldset>
            ${slider("price", "C", [-3, 4, 0.25])}
          </div>
          <div class="controls">${slider("gamma", "γ", [-2, 2, 0.1])}${slider("degree", "Degree", [1, 6, 1])}</div>
          <div class="controls">
            <fieldset><legend>Multipliers</legend><span class="choices">
              <button type="button" class="zero">From zero</button>
              <button type="button" class="one main">One pair</button>
              <button type="button" class="all">To the end</button></span></fieldset>
            <fieldset><legend>A click adds</legend><span class="choices">${choices("mode", [[0, "A (1)"], [1, "B (−1)"]])}</span></fieldset>
          </div>
          <span class="choices">
            <button type="button" class="flip">Turn point over</button>
            <button type="button" class="remove">Remove point</button>
          </span>
          <div class="facts"></div>
        </div>
      </div>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    this.mode = 0;
    const handlers = {
      start: () => this.checkpoint(),
      move: (i, x, y) => this.edit(() => Object.assign(this.points[i], { x, y })),
      add: (x, y, label) => this.#add({ x, y, label: label ?? this.mode }),
      remove: (i) => this.edit(() => this.points.splice(i, 1)),
      classify: (i, label) => this.edit(() => (this.points[i].label = label)),
      select: (i) => (this.selected = i),
    };
    this.plane = new Plane(this.$(".board"), { extent: EXTENT, label: "Training points", classes: 2, handlers });
    const choose = (group, action) =>
      root.querySelectorAll(`[data-${group}]`).forEach((button) =>
        button.addEventListener("click", () => action(button.dataset[group]))
      );
    choose("kind", (kind) => this.edit(() => (this.kind = kind), true));
    choose("mode", (mode) => {
      this.mode = Number(mode);
      this.render();
    });
    this.slide(".price", (power) => (this.C = short(10 ** power)));
    this.slide(".gamma", (power) => (this.gamma = short(10 ** power)));
    this.slide(".degree", (degree) => (this.degree = degree));
    const click = (name, action) => this.$(`.${name}`).addEventListener("click", action);
    click("zero", () => this.#go(0));
    click("one", () => this.#go(this.steps === null ? 1 : this.state.steps + 1));
    click("all", () => this.#go(null));
    const ofSelected = (action) => () => {
      if (this.points.length) this.edit(() => action(Math.min(this.selected ?? Infinity, this.points.length - 1)), true);
    };
    click("flip", ofSelected((i) => (this.points[i].label = 1 - this.points[i].label)));
    click("remove", ofSelected((i) => this.points.splice(i, 1)));
    this.listenToSituations(TITLES);
  }

  read(params) {
    this.kind = model.KERNELS.includes(params.get("kernel")) ? params.get("kernel") : "linear";
    this.C = readNumber(params, "C", { least: 1e-3, most: 1e4, otherwise: 1 });
    this.gamma = readNumber(params, "gamma", { least: 1e-2, most: 100, otherwise: 1 });
    this.degree = Math.round(readNumber(params, "degree", { least: 1, most: 6, otherwise: 2 }));
    const steps = readNumber(params, "steps", { least: 0, most: MOST_STEPS, otherwise: null });
    this.steps = steps === null ? null : Math.round(steps); // null: to the end
    const limits = { classes: 2, extent: EXTENT, most: MOST_POINTS };
    const fallback = new URLSearchParams(presets.hand).get("points");
    this.points = params.get("points") === "" ? [] : readPoints(params.get("points"), limits) ?? readPoints(fallback, limits);
  }

  write() {
    const steps = this.steps === null ? {} : { steps: this.steps };
    const state = { kernel: this.kind, C: this.C, gamma: this.gamma, degree: this.degree, ...steps };
    return new URLSearchParams({ points: writePoints(this.points), ...state });
  }

  render() {
    const { points, kind, C } = this;
    this.#solve();
    this.$(".price").value = Math.log10(C);
    this.$(".price-value").value = C;
    this.$(".gamma").value = Math.log10(this.gamma);
    this.$(".gamma-value").value = this.gamma;
    this.$(".gamma").disabled = kind === "linear";
    this.$(".degree").value = this.$(".degree-value").value = this.degree;
    this.$(".degree").disabled = kind !== "poly";
    for (const [group, value] of [["kind", kind], ["mode", this.mode]]) {
      for (const button of this.shadowRoot.querySelectorAll(`[data-${group}]`)) {
        button.setAttribute("aria-pressed", button.dataset[group] === String(value));
      }
    }
    this.$(".flip").disabled = this.$(".remove").disabled = points.length === 0;
    this.$(".zero").disabled = this.$(".all").disabled = !this.both;
    this.$(".one").disabled = !this.both || (this.steps !== null && this.done);
    this.$(".situation").value = this.#situation();
    this.plane.lines([]);
    this.plane.draw(points, (i) => this.#standing(i));
    this.both ? this.#draw() : this.plane.paint(() => [0, 0, 0, 0], 1);
    this.$(".facts").innerHTML = this.both ? this.#facts() : "<p>Two classes are needed. Choose a class above and click on the plane.</p>";
  }

  // Multipliers begin again.
  edit(change, once) {
    super.edit(() => {
      change();
      if (this.steps !== null) this.steps = 0;
    }, once);
  }

  #add(point) {
    if (this.points.length >= MOST_POINTS) return this.announce(`There are ${MOST_POINTS} points, no more can be added.`);
    return this.edit(() => this.points.push(point));
  }

  #go(steps) {
    this.checkpoint();
    this.steps = steps;
    this.changed();
    this.announce(this.summary());
  }

  #solve() {
    const { points, C } = this;
    this.y = model.signs(points);
    this.both = this.y.includes(1) && this.y.includes(-1);
    if (!this.both) return (this.state = model.start(this.y));
    this.k = model.kernel(this);
    const K = model.gram(points, this.k);
    this.state = model.solve(K, this.y, C, this.steps ?? Infinity, MOST_STEPS);
    this.next = model.pair(this.state, K, this.y, C);
    this.done = this.next.worst <= 1e-6;
    this.b = model.offset(this.state, this.y, C);
    this.f = model.decision(points, this.state.alpha, this.y, this.b, this.k);
    return this.state;
  }

  #situation() {
    const now = new URLSearchParams(this.write());
    const same = (query) => [...new URLSearchParams(query)].every(([key, value]) => now.get(key) === value);
    const stepping = (query) => new URLSearchParams(query).has("steps") === (this.steps !== null);
    return Object.keys(presets).find((name) => same(presets[name]) && stepping(presets[name])) ?? "";
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  #draw() {
    const colours = [rgb(this, "blue"), rgb(this, "orange")], values = new Float64Array(CELLS * CELLS);
    this.plane.paint((x, y, column, row) => {
      const value = (values[row * CELLS + column] = this.f({ x, y }));
      return [...colours[value > 0 ? 0 : 1], value === 0 ? 0 : Math.abs(value) < 1 ? 28 : 72];
    }, CELLS);
    const size = 400 / CELLS, place = (cell) => ((cell + 0.5) * size).toFixed(1);
    const add = (text) => this.plane.below.insertAdjacentHTML("beforeend", text);
    for (const [level, kind] of [[0, "line"], [1, "kerb"], [-1, "kerb"]]) {
      const segments = model.contour(values, CELLS, level);
      add(`<path class="${kind}" d="${segments.map(([a, b, c, d]) => `M${place(a)} ${place(b)}L${place(c)} ${place(d)}`).join("")}"/>`);
    }
    this.#ring(add);
  }

  #ring(add) {
    const { alpha } = this.state, many = alpha.filter((value) => value > 0).length > WITH_WEIGHTS;
    this.points.forEach((point, i) => {
      const [u, v] = this.plane.toScreen(point.x, point.y).map((value) => value.toFixed(1));
      if (alpha[i] > 0) {
        add(`<circle class="support${alpha[i] < this.C ? "" : " bounded"}" cx="${u}" cy="${v}" r="11"/>`);
        if (!many) add(`<text class="weight" x="${u}" y="${Number(v) + (v > 370 ? -16 : 24)}">${number(alpha[i], 3)}</text>`);
      }
      if (!this.done && (i === this.next.i || i === this.next.j)) add(`<circle class="support next" cx="${u}" cy="${v}" r="15"/>`);
    });
  }

  // --- words ---------------------------------------------------------------------------------------------------------

  #standing(i) {
    if (!this.both) return "";
    const alpha = this.state.alpha[i];
    return `Multiplier ${number(alpha, 3)}${alpha >= this.C ? ", at the bound" : ""}; f = ${number(this.f(this.points[i]), 3)}.`;
  }

  #facts() {
    const { state, y, C, b, points } = this;
    const { square, cost } = model.primal(state, y, C, b), free = state.alpha.filter((a) => a > 0 && a < C).length;
    const bounded = state.alpha.filter((a) => a >= C).length;
    const wrong = points.filter((point, i) => y[i] * this.f(point) <= 0).length;
    const pair = this.done ? "none pays" : `${this.next.i + 1} (${LETTERS[points[this.next.i].label]}) and ${this.next.j + 1} (${LETTERS[points[this.next.j].label]})`;
    const end = !this.done && this.steps === null ? ", not at the end yet" : "";
    const rows = [
      ["steps", `${state.steps.toLocaleString("en")}${end}`],
      ["next pair", pair],
      ["worst violation", number(this.next.worst, 3)],
      ["dual g, primal P", `${number(state.g)}, ${number(cost)}`],
      ["support vectors", `${free} free, ${bounded} at C`],
      ["width of the street", this.kind === "linear" && square > 0 ? number(2 / Math.sqrt(square)) : "–"],
      ["on the wrong side", `${wrong} of ${points.length}`],
    ];
    return `<table><tbody>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join("")}</tbody></table>`;
  }

  summary() {
    if (!this.both) return "Two classes are needed.";
    const { alpha, steps, g } = this.state, support = alpha.filter((value) => value > 0).length;
    return `${steps} steps, ${support} support vectors, dual ${number(g)}, worst violation ${number(this.next.worst, 3)}.`;
  }
}

customElements.define("eer-margin", MarginDemo);
