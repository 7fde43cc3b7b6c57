// The linear-classifier demo: <eer-linear>. See presets.js for the situations it can be linked to. x₁ grows to the right and
// x₂ upwards.

import { Demo } from "../shared/demo.js";
import { LETTERS, colourName, shape } from "../shared/classes.js";
import { Plane } from "../shared/plane.js";
import { slider as sliderOf } from "../shared/markup.js";
import { readNumber, readPoints } from "../shared/points.js";
import { MOST_NOISE, countWrong, mislabelled, testPoints } from "../shared/sample.js";
import styles from "./linear.css";
import * as model from "./model.js";
import { EXTENT, HINTS, LARGEST, LOSSES, MOST_POINTS, TITLES, presets, situationOf, write } from "./presets.js";
import { chart, contentText, explanation, format, minus, named, picture } from "./views.js";

const CLASSES = [0, 1, 2];
const PARAMETERS = ["w₁", "w₂", "b"];
const NUDGE = 0.1; // of a weight by its buttons
const PACE = 33; // milliseconds between the steps of a run
const CALM = 500; // and between two pictures, for readers who asked for little motion
const RUN = 2000; // steps after which a run pauses

// Sliders: positions ↔ values with two digits, twenty a decade. λ has a position for 0.
const twoDigits = (value) => Number(value.toPrecision(2));
const eta = { last: 80, value: (p) => twoDigits(10 ** (p / 20 - 3)), position: (v) => Math.round(20 * (Math.log10(v) + 3)) };
const lambda = {
  last: 101,
  value: (p) => (p > 0 ? twoDigits(10 ** ((p - 1) / 20 - 4)) : 0),
  position: (v) => (v > 0 ? Math.max(1, 1 + Math.round(20 * (Math.log10(v) + 4))) : 0),
};

const FORMULAS = {
  ww: "L<sub>i</sub> = Σ<sub>j≠y</sub> max(0, s<sub>j</sub> − s<sub>y</sub> + 1)",
  ova: "L<sub>i</sub> = Σ<sub>j</sub> max(0, 1 − t<sub>j</sub> s<sub>j</sub>), t<sub>j</sub> = ±1",
  structured: "L<sub>i</sub> = max(0, max<sub>j≠y</sub> s<sub>j</sub> − s<sub>y</sub> + 1)",
  softmax: "L<sub>i</sub> = −ln p<sub>y</sub>, p<sub>j</sub> = e<sup>s<sub>j</sub></sup> / Σ<sub>k</sub> e<sup>s<sub>k</sub></sup>",
};

// A weight in five places, as an input wants it; typing and steps keep all its digits.
function short(value) {
  const size = Math.abs(value), digits = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  return size < 999.5 ? value.toFixed(digits).replace(/^-0\.00$/, "0.00") : value.toExponential(0).replace("+", "");
}

class LinearDemo extends Demo {
  static demo = "linear";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    const buttons = (group, items) =>
      items.map(([value, text]) => `<button type="button" data-${group}="${value}" aria-pressed="false">${text}</button>`).join("");
    const classes = (group) => buttons(group, CLASSES.map((label) => [label, named(label)]));
    const slider = (name, text, { last }) =>
      `<label class="slider"><span class="name">${text} = <output class="${name}-value"></output></span>
        <input class="${name}" type="range" min="0" max="${last}" step="1"></label>`;
    const cell = (k, d) => {
      const name = `${PARAMETERS[d]} of class ${LETTERS[k]}`;
      return `<td><div class="parameter">
        <button type="button" tabindex="-1" data-nudge="-1" data-k="${k}" data-d="${d}" aria-label="${name}: less">−</button>
        <input type="number" step="any" data-k="${k}" data-d="${d}" aria-label="${name}" aria-describedby="g${k}${d} n${k}${d}">
        <button type="button" tabindex="-1" data-nudge="1" data-k="${k}" data-d="${d}" aria-label="${name}: more">+</button></div>
        <div class="gradient" id="g${k}${d}"><span aria-hidden="true">∂</span><span class="visually-hidden">gradient</span> <span></span></div>
        <div class="difference" id="n${k}${d}"><span class="sign"></span> <span></span></div></td>`;
    };
    return `
      <div class="top">
        <label><span class="name">Situation</span>
          <select class="situation">${Object.entries(TITLES).map(([name, title]) => `<option value="${name}">${title}</option>`).join("")}
          <option value="" hidden>Your own</option></select></label>
        <p class="hint quiet"></p>
      </div>
      <div class="layout">
        <div class="column">
          <div class="board"></div>
          <div class="transport">
            <button type="button" class="step">Step</button>
            <button type="button" class="run main">Run</button>
            <button type="button" class="reset">Reset</button>
            <button type="button" class="random">Randomise</button>
          </div>
          <div>
            <div class="losses number"><span><i class="key total"></i>total loss</span><b class="total-loss"></b><i>=</i>
              <span><i class="key data"></i>data</span><b class="data-loss"></b><i>+</i>
              <span><i class="key penalty"></i>penalty</span><b class="penalty-loss"></b></div>
            <svg class="chart" viewBox="0 0 340 108" role="img"></svg>
          </div>
          <p class="status quiet"></p>
        </div>
        <div class="column">
          <fieldset><legend>Loss</legend><span class="choices">${buttons("loss", Object.entries(LOSSES).map(([key, [, text]]) => [key, text]))}</span></fieldset>
          <p class="formula"></p>
          <div class="controls sliders">${slider("lambda", "Penalty λ", lambda)}${slider("eta", "Step size η", eta)}</div>
          <table class="parameters">
            <caption>Weights and biases; <span class="gradient">∂</span> gradient, ≈ the same by central differences</caption>
            <thead><tr><td></td>${PARAMETERS.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
            <tbody>${CLASSES.map((k) => `<tr><th scope="row">${named(k)}</th>${PARAMETERS.map((_, d) => cell(k, d)).join("")}</tr>`).join("")}</tbody>
          </table>
          <p class="check"></p>
        </div>
      </div>
      <div class="controls tools">
        <fieldset><legend>A click on the plane adds</legend><span class="choices">${classes("mode")}</span></fieldset>
        <fieldset><legend class="selected-name"></legend><span class="choices">${classes("label")}
          <button type="button" class="remove">Remove</button></span></fieldset>
        <label class="check-label"><input type="checkbox" class="zones"> Zones of zero loss</label>
      </div>
      <div class="controls tools">
        ${sliderOf("noise", "Wrong labels", [0, MOST_NOISE, 0.05])}
        <label class="check-label"><input type="checkbox" class="test"> Test points</label>
        <fieldset><legend>Your guess: the loss after the next step</legend><span class="choices">
          <input class="guess" type="number" step="any" aria-label="Your guess of the loss after the next step">
          <button type="button" class="see">Step and see</button></span></fieldset>
        <p class="told quiet" role="status"></p>
      </div>
      <div class="explanation"></div>
      <div class="scroll" tabindex="0" role="region" aria-label="Table of points">
        <table class="points">
          <caption></caption>
          <thead><tr><th scope="col">Point</th><th scope="col">x₁</th><th scope="col">x₂</th>
            ${CLASSES.map((k) => `<th scope="col"><span class="visually-hidden">score of class </span>${named(k)}</th>`).join("")}<th scope="col">loss</th></tr></thead>
          <tbody></tbody>
          <tfoot><tr><th scope="row" colspan="6">mean of the data loss</th><td class="mean"></td></tr></tfoot>
        </table>
      </div>
      <details class="quiet">
        <summary>How to read it; keys and gestures</summary>
          <p>x₁ grows to the right, x₂ upwards. Each line is where the score of its class is zero; its arrow points to positive
          scores and is as long as the weights are large. The plane has the colour of the class with the largest score. A point
          in the darker zone of its class costs nothing; the ring of another grows with its loss. In one-against-all t is 1 for
          the point's own class and −1 for others. The penalty λ‖W‖² carries no factor ½ and leaves the biases alone.</p>
          <p>Drag a point to move it; double-click it to remove it; click or tap elsewhere to add one. With the keyboard:
          <kbd>Tab</kbd> to the points, arrow keys move one (<kbd>Shift</kbd> faster), <kbd>N</kbd> and <kbd>P</kbd> go to the next
          and the previous, <kbd>A</kbd> adds one beside it, <kbd>Delete</kbd> removes it, <kbd>1</kbd>–<kbd>3</kbd> set its class.
          In a number, the up and down keys change it by 0.1 (with <kbd>Shift</kbd> by 1). <kbd>Ctrl</kbd>+<kbd>Z</kbd> takes a
          change back. Test points, small, are drawn about the training points, three each, and have their true classes.</p>
      </details>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    this.$$ = (selector) => [...root.querySelectorAll(selector)];
    this.mode = 0;
    const handlers = {
      start: () => this.checkpoint(),
      move: (i, x, y) => this.#edit(() => Object.assign(this.points[i], { x, y })),
      add: (x, y, label = this.mode) => this.#add(x, y, label),
      remove: (i) => this.#edit(() => this.points.splice(i, 1)),
      classify: (i, label) => this.#edit(() => this.#classify(i, label)),
      select: (i) => {
        this.selected = i;
        this.render();
      },
      hover: (x, y) => this.#hover(x === null ? -1 : this.#near(x, y)),
    };
    this.plane = new Plane(this.$(".board"), { extent: EXTENT, label: "Training points", classes: 3, handlers });

    const press = (selector, action) => this.$$(selector).forEach((button) => button.addEventListener("click", () => action(button)));
    press(".step", () => this.#step());
    press(".run", () => (this.running ? this.stop("Paused.") : this.#run()));
    press(".reset", () => {
      this.checkpoint();
      this.stop();
      this.#take(this.home);
      this.changed();
      this.announce(`As at the start. ${this.summary()}`);
    });
    press(".random", () =>
      this.#edit(() => {
        const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
        const rounded = (size) => Math.round(100 * size * normal()) / 100;
        this.W = CLASSES.map(() => [rounded(1.5), rounded(1.5)]);
        this.b = CLASSES.map(() => rounded(0.4));
        this.#forget();
      }, true)
    );
    press("[data-loss]", ({ dataset }) =>
      this.#edit(() => {
        this.loss = dataset.loss;
        this.#forget(); // losses of two kinds make no curve
      }, true)
    );
    press("[data-mode]", ({ dataset }) => {
      this.mode = Number(dataset.mode);
      this.render();
    });
    press("[data-label]", ({ dataset }) => {
      if (this.points.length) this.#edit(() => this.#classify(this.selected, Number(dataset.label)), true);
    });
    press(".remove", () => this.#edit(() => this.points.splice(this.selected, 1), true));
    press("[data-nudge]", ({ dataset }) => {
      this.checkpoint();
      this.#nudge(dataset, NUDGE * Number(dataset.nudge));
    });
    this.$$("input[data-k]").forEach((input) => this.#listen(input));
    this.#slide(".lambda", lambda, (value) => (this.lambda = value));
    this.#slide(".eta", eta, (value) => (this.eta = value));
    this.$(".zones").addEventListener("change", ({ target }) => this.#edit(() => (this.zones = target.checked), true));
    this.$(".test").addEventListener("change", ({ target }) => this.#edit(() => (this.test = target.checked), true));
    this.#slide(".noise", { value: (share) => share }, (share) => {
      this.noise = share;
      this.points = mislabelled(this.points, share, CLASSES.length);
    });
    press(".see", () => this.#see());
    this.$(".guess").addEventListener("keydown", (event) => event.key === "Enter" && this.#see());
    this.$(".situation").addEventListener("change", (event) => {
      this.stop();
      this.checkpoint();
      this.load(`?preset=${event.target.value}`);
      this.changed();
      this.announce(`${TITLES[event.target.value]}. ${HINTS[event.target.value]} ${this.summary()}`);
    });
    const rows = this.$(".points tbody"), rowOf = (event) => [...rows.children].indexOf(event.target.closest("tr"));
    rows.addEventListener("click", (event) => this.plane.select(rowOf(event)));
    rows.addEventListener("pointerover", (event) => event.pointerType !== "touch" && this.#hover(rowOf(event)));
    rows.addEventListener("pointerleave", () => this.#hover(-1));

    new IntersectionObserver((entries) => entries.at(-1).isIntersecting || this.stop("Paused: out of view.")).observe(this);
    document.addEventListener("visibilitychange", () => document.hidden && this.stop("Paused: out of view."));
  }

  load(query) {
    this.hint = HINTS[new URLSearchParams(query).get("preset")] ?? "";
    super.load(query);
    this.opened();
  }

  opened() {
    this.home = this.snapshot();
  }

  read(params) {
    const otherwise = new URLSearchParams(Object.values(presets)[0]);
    const limits = { classes: 3, extent: EXTENT, most: MOST_POINTS };
    this.points =
      params.get("points") === "" ? [] : readPoints(params.get("points"), limits) ?? readPoints(otherwise.get("points"), limits);
    const rows = (text) => (text ?? "").split(";").map((row) => row.split(",").map((item) => (item.trim() ? Number(item) : NaN)));
    const good = (w) => w.length === 3 && w.every((row) => row.length === 3 && row.every((value) => Math.abs(value) <= LARGEST));
    const given = rows(params.get("w")), w = good(given) ? given : rows(otherwise.get("w"));
    this.W = w.map((row) => row.slice(0, 2));
    this.b = w.map((row) => row[2]);
    this.loss = Object.hasOwn(LOSSES, params.get("loss")) ? params.get("loss") : "ww";
    this.lambda = readNumber(params, "lambda", { least: 0, most: 10, otherwise: 0.1 });
    this.eta = readNumber(params, "eta", { least: 0.001, most: 10, otherwise: 0.1 });
    this.noise = readNumber(params, "noise", { least: 0, most: MOST_NOISE, otherwise: 0 });
    this.test = params.get("test") === "1";
    this.zones = params.get("zones") !== "0";
    this.selected = readNumber(params, "point", { least: 1, most: this.points.length, otherwise: 1 }) - 1;
    this.hovered = -1;
    this.steps = 0;
    this.note = this.told = "";
    this.typing = null;
    this.#forget();
  }

  write(digits) {
    const params = write(this, digits);
    if (this.selected > 0) params.set("point", this.selected + 1);
    if (!this.zones) params.set("zones", 0);
    return params;
  }

  // For undo and links: with all digits, and with the number of steps taken.
  snapshot() {
    const params = this.write(17);
    if (this.steps) params.set("steps", this.steps);
    return params.toString();
  }

  restore(snapshot) {
    this.#take(snapshot);
    if (situationOf(this)) this.home = this.snapshot(); // the situation that the menu names is what Reset leads to
  }

  #take(snapshot) {
    const params = new URLSearchParams(snapshot), { track } = this;
    this.read(params);
    const steps = Math.round(readNumber(params, "steps", { least: 0, most: 1e9, otherwise: 0 }));
    this.steps = steps;
    const length = steps - track.from + 1;
    const same = track.loss === this.loss && length > 0 && length <= track.values.length;
    if (same) this.track = { ...track, values: track.values.slice(0, length) };
    else this.#forget();
  }

  // The curve of the loss begins anew.
  #forget() {
    this.track = { loss: this.loss, from: this.steps, values: [], axes: {} };
  }

  objective() {
    const X = this.points.map(({ x, y }) => [x, y]), y = this.points.map(({ label }) => label);
    return { X, y, ...model.objective(this.W, this.b, X, y, LOSSES[this.loss][0], this.lambda) };
  }

  // --- changes -----------------------------------------------------------------------------------------------------

  // A change by the reader; with `once` it can be taken back by itself.
  #edit(change, once = false) {
    if (once) this.checkpoint();
    this.note = this.told = "";
    change();
    this.selected = Math.max(0, Math.min(this.selected, this.points.length - 1));
    this.hovered = Math.min(this.hovered, this.points.length - 1);
    this.changed();
    if (!this.running) this.announce(this.summary()); // a run goes on while points are dragged
  }

  #classify(i, label) {
    const { x, y } = this.points[i];
    this.points[i] = { x, y, label }; // the reader's word is true
  }

  #add(x, y, label) {
    if (this.points.length >= MOST_POINTS) return this.announce(`There are ${MOST_POINTS} points, no more can be added.`);
    return this.#edit(() => (this.selected = this.points.push({ x, y, label }) - 1));
  }

  #parameter({ k, d }, value) {
    this.#edit(() => (d === "2" ? (this.b[k] = value) : (this.W[k][d] = value)));
  }

  #nudge(which, by) {
    const value = which.d === "2" ? this.b[which.k] : this.W[which.k][which.d];
    this.#parameter(which, Number((value + by).toPrecision(12)));
  }

  #listen(input) {
    let fresh = true; // nothing typed since the reader came here
    input.addEventListener("input", () => {
      const value = input.valueAsNumber;
      if (!(Math.abs(value) <= LARGEST)) return;
      if (fresh) this.checkpoint();
      fresh = false;
      this.typing = input; // leave the reader's text alone
      this.#parameter(input.dataset, value);
    });
    input.addEventListener("blur", () => {
      fresh = true;
      this.typing = null;
      this.render();
    });
    input.addEventListener("keydown", (event) => {
      const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!sign && event.key !== "Enter") return;
      event.preventDefault();
      this.typing = null;
      if (!sign) return void this.render();
      if (fresh || !event.repeat) this.checkpoint();
      this.#nudge(input.dataset, sign * (event.shiftKey ? 1 : NUDGE));
    });
  }

  #slide(selector, { value }, action) {
    let moving = false; // from the first change until the handle is let go is one change
    const slider = this.$(selector);
    slider.addEventListener("input", () => {
      if (!moving) this.checkpoint();
      moving = true;
      this.#edit(() => action(value(Number(slider.value))));
    });
    slider.addEventListener("change", () => (moving = false));
  }

  // --- steps -------------------------------------------------------------------------------------------------------

  // Whether all weights are within what is computed.
  #within({ W, b }) {
    return [...W.flat(), ...b].every((value) => Math.abs(value) <= LARGEST);
  }

  // One step; false where there is none to take.
  #advance() {
    const now = this.objective(), gradient = [...now.dL_dW.flat(), ...now.dL_db];
    if (gradient.every((value) => value === 0)) {
      this.note = "The gradient is zero: no step changes anything.";
      return false;
    }
    const { W, b } = model.step(this.W, this.b, now, this.eta);
    if (!this.#within({ W, b })) {
      const factor = 1 - 2 * this.eta * this.lambda;
      const why = factor < -1 ? `the penalty multiplies W by 1 − 2ηλ = ${format(factor, 1)} at every step` : "the weights are too large";
      this.note = `Diverged after ${this.steps} steps: ${why}.`;
      return false;
    }
    Object.assign(this, { W, b });
    this.steps += 1;
    this.track.values.push(null); // `render` fills in the loss
    return true;
  }

  #step() {
    this.stop();
    this.checkpoint();
    this.note = this.told = "";
    this.#advance();
    this.changed();
    this.announce(this.note || `Step ${this.steps}. ${this.summary()}`);
  }

  // What the reader guesses, what the gradient promises, and what the step gives.
  #see() {
    const guess = this.$(".guess"), said = guess.valueAsNumber;
    if (!Number.isFinite(said)) {
      this.told = "Write down a number first.";
      guess.focus();
      return this.render();
    }
    this.stop();
    const before = this.objective(), steepness = [...before.dL_dW.flat(), ...before.dL_db].reduce((sum, value) => sum + value * value, 0);
    const promised = before.total - this.eta * steepness;
    this.checkpoint();
    this.note = "";
    const moved = this.#advance(), now = this.objective();
    const again = model.lossAgain(this.W, this.b, now.X, now.y, LOSSES[this.loss][0], this.lambda);
    const sure = Math.abs(again - now.total) <= 1e-9 * Math.max(1, now.total) ? "✓ computed twice" : `≠ ${format(again, 3)} when computed again`;
    const off = Math.abs(said - now.total), close = off <= 0.02 * Math.max(0.05, Math.abs(now.total));
    this.told = moved
      ? `You said ${format(said, 3)}; it is ${format(now.total, 3)} (${sure}), ${close ? "close" : `${format(off, 3)} away`}. A straight line along the gradient, L − η‖∇L‖², promised ${format(promised, 3)}.`
      : this.note;
    this.changed();
    this.announce(this.told);
  }

  #run() {
    this.checkpoint();
    this.note = this.told = "";
    this.running = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const pause = calm ? CALM : PACE, many = calm ? Math.round(CALM / PACE) : 1, end = this.steps + RUN;
    let last = -Infinity;
    const frame = (time) => {
      if (!this.running) return;
      requestAnimationFrame(frame);
      if (time - last < pause - 4) return; // a frame may come a little early
      last = time;
      for (let i = 0; i < many; i++) {
        if (!this.#advance()) return this.stop(this.note);
        this.#measure();
      }
      if (this.steps >= end) return this.stop(`Paused after ${RUN} steps; Run goes on.`);
      this.changed();
    };
    requestAnimationFrame(frame);
    this.render();
    this.announce("Running.");
  }

  stop(note = "") {
    if (!this.running) return;
    this.running = false;
    this.note = note;
    this.changed();
    this.announce(`${note} Step ${this.steps}. ${this.summary()}`);
  }

  // The loss of the present state, which is the last of the curve.
  #measure() {
    const now = this.objective(), { values } = this.track;
    values[Math.max(0, values.length - 1)] = [now.total, now.data, now.penalty];
    return now;
  }

  // --- pictures ----------------------------------------------------------------------------------------------------

  #near(x, y) {
    const distances = this.points.map((point) => Math.hypot(point.x - x, point.y - y));
    const i = distances.indexOf(Math.min(...distances));
    return distances[i] < 0.09 ? i : -1;
  }

  #hover(i) {
    if (i === this.hovered) return;
    this.hovered = i;
    this.#point(this.objective());
  }

  render() {
    const now = this.#measure();
    const { points, W, b, loss } = this, name = LOSSES[loss][0];
    const diverged = !this.#within(model.step(W, b, now, this.eta));
    const pressed = (group, value) =>
      this.$$(`[data-${group}]`).forEach((button) => button.setAttribute("aria-pressed", button.dataset[group] === String(value)));
    pressed("loss", loss);
    pressed("mode", this.mode);
    pressed("label", points[this.selected]?.label);
    this.$(".selected-name").textContent = points.length ? `Point ${this.selected + 1} is` : "No point";
    this.$$("[data-label], .remove").forEach((button) => (button.disabled = points.length === 0));
    this.$(".run").textContent = this.running ? "Pause" : "Run";
    this.$(".zones").checked = this.zones;
    this.$(".test").checked = this.test;
    const wrong = countWrong(points);
    this.$("input.noise").value = this.noise;
    this.$("input.noise").setAttribute("aria-valuetext", `${wrong} of ${points.length}`);
    this.$(".noise-value").value = wrong ? `${wrong} of ${points.length}` : "none";
    this.$(".told").textContent = this.told;
    const situation = situationOf(this);
    this.$(".situation").value = situation;
    this.$(".hint").textContent = this.hint = HINTS[situation] ?? this.hint;
    this.$(".formula").innerHTML = FORMULAS[loss];
    for (const [key, scale] of Object.entries({ lambda, eta })) {
      this.$(`.${key}`).value = scale.position(this[key]);
      this.$(`.${key}`).setAttribute("aria-valuetext", this[key]);
      this.$(`.${key}-value`).value = Number(this[key].toPrecision(3));
    }
    this.$(".total-loss").textContent = format(now.total, 3);
    this.$(".data-loss").textContent = format(now.data, 3);
    this.$(".penalty-loss").textContent = format(now.penalty, 3);
    const tests = this.test ? testPoints(points) : [];
    this.$(".status").textContent = this.note || `Step ${this.steps}: ${this.#rightness(now, tests)}.`;
    chart(this.$(".chart"), this.track);
    this.#parameters(now, diverged);
    this.#table(now);
    this.plane.current = this.selected;
    this.plane.selected = true;
    const small = tests.map(({ x, y, label }) => {
      const [u, v] = this.plane.toScreen(x, y);
      return `<path class="test-point" style="--colour: var(--eer-${colourName(label)})" transform="translate(${u.toFixed(1)} ${v.toFixed(1)})" d="${shape(label, 3)}"/>`;
    });
    this.plane.below.innerHTML = picture(W, b, name, this.zones, now.losses, points, this.plane) + small.join("");
    const was = ({ clean }) => (clean === undefined ? "" : ` Its label is wrong: it was ${LETTERS[clean]}.`);
    this.plane.draw(points, (i) => `Loss ${format(now.losses[i], 2)}; ${contentText(now.S[i], points[i].label, name)}.${was(points[i])}`);
    this.#point(now);
  }

  // How many points are classified rightly, each number counted a second time.
  #rightness({ X, y }, tests) {
    const count = (X, y) => [model.countRight(this.W, this.b, X, y), model.countRightAgain(this.W, this.b, X, y)];
    const [right, again] = count(X, y);
    if (!tests.length) return `${right} of ${y.length} points right${again === right ? "" : `, ${again} when counted again`}`;
    const [good, twice] = count(tests.map(({ x, y }) => [x, y]), tests.map(({ label }) => label));
    const share = (part, whole) => `${((100 * part) / whole).toFixed(1)} %, ${part} of ${whole}`;
    const sure = again === right && twice === good ? "✓ counted twice" : `≠ ${again} and ${twice} when counted again`;
    return `right in training ${share(right, y.length)}; in the test ${share(good, tests.length)} ${sure}`;
  }

  #parameters(now, diverged) {
    const checked = model.check(this.W, this.b, now.X, now.y, LOSSES[this.loss][0], this.lambda, now);
    CLASSES.forEach((k) =>
      PARAMETERS.forEach((_, d) => {
        const of = (W, b) => (d === 2 ? b[k] : W[k][d]);
        const input = this.$(`input[data-k="${k}"][data-d="${d}"]`);
        if (input !== this.typing) input.value = short(of(this.W, this.b));
        this.$(`#g${k}${d}`).lastElementChild.textContent = format(of(now.dL_dW, now.dL_db), 3);
        const difference = this.$(`#n${k}${d}`), agree = diverged ? null : checked.agree[k][d];
        difference.classList.toggle("differs", agree === false);
        difference.firstElementChild.textContent = agree === null ? "not" : agree ? "≈" : "≠";
        difference.lastElementChild.textContent = agree === null ? "checked" : format(of(checked.numeric.dL_dW, checked.numeric.dL_db), 3);
      })
    );
    if (diverged) {
      this.$(".check").innerHTML = `<b>Diverged:</b> the next step leads beyond 10<sup>12</sup>. Nothing is checked.`;
      return;
    }
    const all = checked.agree.flat(), hidden = all.filter((good) => good === null).length, sum = all.length - hidden;
    const wrong = all.filter((good) => good === false).length;
    if (!sum) {
      this.$(".check").innerHTML = `<b>Nothing is checked:</b> rounding of a loss of ${format(now.total, 1)} hides what small steps change.`;
      return;
    }
    const missing = hidden ? ` ${hidden} not checked: rounding of a loss of ${format(now.total, 1)} hides them.` : "";
    const error = `largest relative error <span class="number">${checked.error === 0 ? "0" : checked.error < 0.01 ? minus(checked.error.toExponential(0)) : format(checked.error, 2)}</span>`;
    const exactly = ({ point, label }) => Math.abs(model.hinges(now.S[point], now.y[point], LOSSES[this.loss][0])[label]) < 1e-9;
    const place = (kink) => {
      const { point, label, rival } = kink;
      if (rival !== undefined) return `${LETTERS[label]} and ${LETTERS[rival]} tie as rivals of point ${point + 1}`;
      return exactly(kink)
        ? `point ${point + 1} is exactly on the margin of ${LETTERS[label]}`
        : `the differences step across the margin of ${LETTERS[label]} at point ${point + 1}`;
    };
    const [first, ...rest] = checked.kinks;
    const reason = first
      ? `${place(first)}${rest.length ? ` (and ${rest.length} more)` : ""}: a kink, which has no gradient.`
      : "rounding hides so small a gradient.";
    this.$(".check").innerHTML = wrong
      ? `<b class="differs">≠ in ${wrong} of ${sum} entries</b>, ${error}: ${reason}${missing}`
      : `<b class="agrees">✓ ${sum} of ${sum} entries agree</b> with central differences, ${error}.${missing}`;
  }

  #table(now) {
    const { points, loss } = this, body = this.$(".points tbody");
    const terms = { ww: "s<sub>j</sub> − s<sub>y</sub> + 1", ova: "1 − t<sub>j</sub>s<sub>j</sub>", structured: "s<sub>j</sub> − s<sub>y</sub> + 1", softmax: "p<sub>j</sub>" };
    const bold = loss === "softmax" ? "" : ", <b>bold</b> where it costs";
    this.$(".points caption").innerHTML = `Scores s<sub>j</sub> of each point (the largest <u>underlined</u>) and <span class="term">${terms[loss]}</span>${bold}`;
    while (body.childElementCount > points.length) body.lastChild.remove();
    while (body.childElementCount < points.length) {
      const cells = CLASSES.map(() => '<td><span class="score"></span> <span class="term"></span></td>').join("");
      body.insertAdjacentHTML("beforeend", `<tr><th scope="row"></th><td></td><td></td>${cells}<td></td></tr>`);
    }
    points.forEach((point, i) => {
      const row = body.children[i], s = now.S[i], winner = model.predict(s);
      const heading = `${i + 1} ${point.label}`;
      if (row.dataset.heading !== heading) row.firstElementChild.innerHTML = `<span class="index">${i + 1}</span> ${named(point.label)}`;
      row.dataset.heading = heading;
      row.children[1].textContent = format(point.x, 2);
      row.children[2].textContent = format(point.y, 2);
      const hinges = loss === "softmax" ? model.softmax(s) : model.hinges(s, point.label, LOSSES[loss][0]);
      CLASSES.forEach((k) => {
        const [score, term] = row.children[3 + k].children;
        score.textContent = format(s[k], 2);
        score.classList.toggle("winner", k === winner);
        term.textContent = hinges[k] === null ? "·" : format(hinges[k], 2);
        term.classList.toggle("costs", loss !== "softmax" && hinges[k] !== null && now.dL_dS[i][k] !== 0);
      });
      row.lastElementChild.textContent = format(now.losses[i], 2);
      row.lastElementChild.classList.toggle("zero", now.losses[i] === 0);
    });
    this.$(".mean").textContent = format(now.data, 3);
  }

  // The point that the reader looks at: its row, its mark, and its loss term by term.
  #point(now) {
    const shown = this.hovered >= 0 ? this.hovered : this.selected;
    [...this.$(".points tbody").children].forEach((row, i) => row.classList.toggle("shown", i === shown));
    [...this.plane.marks.children].forEach((mark, i) => mark.classList.toggle("hovered", i === this.hovered));
    this.$(".explanation").innerHTML = explanation(now, shown, this.points, LOSSES[this.loss][0]);
  }

  summary() {
    const now = this.objective();
    const right = now.S.filter((s, i) => model.predict(s) === now.y[i]).length;
    return (
      `Loss ${format(now.total, 3)}: data ${format(now.data, 3)}, penalty ${format(now.penalty, 3)}. ` +
      `${right} of ${this.points.length} points right.`
    );
  }
}

customElements.define("eer-linear", LinearDemo);
