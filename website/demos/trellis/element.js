// The trellis demo: <eer-trellis>. See presets.js for the situations it can be linked to.

import { Demo } from "../shared/demo.js";
import { situations } from "../shared/markup.js";
import { readNumber } from "../shared/points.js";
import * as model from "./model.js";
import { TITLES, presets } from "./presets.js";
import styles from "./trellis.css";

const STATES = 3;
const MOST = 7; // balls
const BOXES = [0, 1, 2];
const COLOURS = { r: "red", w: "white" };
const SHOWN = { forward: "Forward", backward: "Backward", posterior: "Posterior", viterbi: "Best path" };
const GREEK = { forward: "α", backward: "β", posterior: "γ", viterbi: "δ" };

const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
const plain = (text) => text.replace("e-", "e−");
// A probability with so many significant digits; tiny ones as powers of ten.
function digits(value, count) {
  if (value === 0 || value === 1) return String(value);
  return plain(value < 1e-4 ? value.toExponential(count - 1) : String(Number(value.toPrecision(count))));
}
// For a node, which is narrow where there are many.
const brief = (value, count) =>
  count < 3 && value > 0 && value < 1e-3 ? value.toExponential(0) : digits(value, count).replace(/^0\./, ".");

class TrellisDemo extends Demo {
  static demo = "trellis";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    const entry = (name, label) => `<input class="${name}" type="number" min="0" max="1" step="0.05" aria-label="${label}">`;
    const row = (i) => `<span>box ${i + 1}</span>${entry(`pi${i}`, `Probability that box ${i + 1} is first`)}
      ${BOXES.map((j) => entry(`a${i}${j}`, `Probability to go from box ${i + 1} to box ${j + 1}`)).join("")}
      ${entry(`red${i}`, `Probability of red from box ${i + 1}`)}`;
    const shows = Object.entries(SHOWN).map(([name, text]) => `<button type="button" data-show="${name}" aria-pressed="false">${text}</button>`);
    return `
      <div class="layout">
        <div>
          <div class="lattice" role="group" aria-label="Lattice of boxes and balls"></div>
          <p class="choices"><button type="button" class="add">Add a ball</button>
            <button type="button" class="less">Remove the last</button></p>
          <p class="quiet legend"></p>
          <div class="how" aria-live="off"></div>
        </div>
        <div class="side">
          <label class="wide"><span class="name">Situation</span>
            ${situations(TITLES)}</label>
          <fieldset><legend>Show in the nodes</legend><span class="choices">${shows.join("")}</span></fieldset>
          <div class="controls">
            <label class="slider"><span class="name">Columns: <output class="steps-value"></output></span>
              <input class="steps" type="range" min="1" step="1"></label>
            <span class="choices"><button type="button" class="main step">Step</button></span>
          </div>
          <fieldset><legend>Model: first box; next box 1, 2, 3; red</legend>
            <div class="model"><span></span><span>first</span><span>→ 1</span><span>→ 2</span><span>→ 3</span><span>red</span>
              ${BOXES.map(row).join("")}</div></fieldset>
          <div class="facts"></div>
          <details class="quiet">
            <summary>Keys and gestures</summary>
            <p>A click on a ball changes its colour, a click on a node shows how its number comes about. With the keyboard:
            <kbd>Tab</kbd> to a node, arrow keys go to its neighbours. If you change a probability, the others of
            its row keep their proportions.</p>
          </details>
        </div>
      </div>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    this.node = [0, 0];
    const lattice = this.$(".lattice");
    lattice.addEventListener("click", (event) => {
      const ball = event.target.closest(".ball"), node = event.target.closest(".node");
      if (ball) this.#toggle(Number(ball.dataset.t));
      if (node) this.#select(Number(node.dataset.t), Number(node.dataset.i));
    });
    lattice.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !event.target.closest(".node")) return;
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!move) return;
      event.preventDefault();
      const [t, i] = this.node;
      this.#select(clamp(t + move[0], 0, this.balls.length - 1), clamp(i + move[1], 0, STATES - 1));
    });
    this.$(".add").addEventListener("click", () => this.edit(() => this.#setBalls(`${this.balls}r`)));
    this.$(".less").addEventListener("click", () => this.edit(() => this.#setBalls(this.balls.slice(0, -1))));
    for (const button of root.querySelectorAll("[data-show]")) {
      button.addEventListener("click", () => this.edit(() => (this.show = button.dataset.show)));
    }
    this.slide(".steps", (steps) => (this.steps = steps));
    this.$(".step").addEventListener("click", () => this.edit(() => (this.steps = (this.steps % this.balls.length) + 1)));
    const listen = (name, change) => {
      const input = this.$(`.${name}`);
      input.addEventListener("change", () => {
        const value = input.value.trim() === "" ? NaN : Number(input.value);
        if (!(value >= 0 && value <= 1)) return this.render(); // back to what it was
        this.edit(() => change(Math.round(1e4 * value) / 1e4));
      });
    };
    for (const i of BOXES) {
      listen(`pi${i}`, (value) => (this.pi = model.withEntry(this.pi, i, value)));
      listen(`red${i}`, (value) => (this.red = this.red.with(i, value)));
      for (const j of BOXES) listen(`a${i}${j}`, (value) => (this.A = this.A.with(i, model.withEntry(this.A[i], j, value))));
    }
    this.listenToSituations(TITLES);
  }

  read(params) {
    const fallback = new URLSearchParams(presets.boxes);
    const list = (text) => (text ?? "").split(",").map((item) => (item.trim() === "" ? NaN : Number(item)));
    const row = (text) => {
      const values = list(text), total = values.reduce((a, b) => a + b, 0);
      return values.length === STATES && values.every((p) => p >= 0 && p <= 1) && Math.abs(total - 1) < 1e-3 ? model.rounded(values) : null;
    };
    const table = (text) => {
      const rows = (text ?? "").split(";").map(row);
      return rows.length === STATES && rows.every(Boolean) ? rows : null;
    };
    const red = list(params.get("red"));
    this.pi = row(params.get("pi")) ?? row(fallback.get("pi"));
    this.A = table(params.get("A")) ?? table(fallback.get("A"));
    const good = red.length === STATES && red.every((p) => p >= 0 && p <= 1);
    this.red = (good ? red : list(fallback.get("red"))).map((p) => Math.round(1e4 * p) / 1e4);
    const balls = params.get("o") ?? "";
    this.balls = new RegExp(`^[rw]{1,${MOST}}$`).test(balls) ? balls : fallback.get("o");
    this.show = Object.hasOwn(SHOWN, params.get("show")) ? params.get("show") : "forward";
    const last = this.balls.length;
    this.steps = Math.round(readNumber(params, "steps", { least: 1, most: last, otherwise: last }));
    const [t, i] = list(params.get("node"));
    const valid = Number.isInteger(t) && t >= 1 && t <= last && Number.isInteger(i) && i >= 1 && i <= STATES;
    this.node = valid ? [t - 1, i - 1] : [Math.min(1, last - 1), 0];
  }

  write() {
    const last = this.balls.length, [t, i] = this.node;
    return new URLSearchParams({
      ...{ pi: this.pi.join(","), A: this.A.map((row) => row.join(",")).join(";"), red: this.red.join(","), o: this.balls },
      ...{ show: this.show },
      ...(this.steps < last ? { steps: this.steps } : {}),
      ...(t === Math.min(1, last - 1) && i === 0 ? {} : { node: `${t + 1},${i + 1}` }),
    });
  }

  render() {
    this.#compute();
    this.#makeLattice();
    this.#drawLattice();
    const free = this.show !== "posterior";
    const slider = this.$(".steps");
    slider.max = this.balls.length;
    slider.value = free ? this.steps : this.balls.length;
    slider.disabled = this.$(".step").disabled = !free || this.balls.length === 1;
    this.$(".steps-value").value = `${slider.value} of ${this.balls.length}`;
    for (const i of BOXES) {
      this.$(`.pi${i}`).value = this.pi[i];
      this.$(`.red${i}`).value = this.red[i];
      for (const j of BOXES) this.$(`.a${i}${j}`).value = this.A[i][j];
    }
    for (const button of this.shadowRoot.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", button.dataset.show === this.show);
    }
    this.$(".add").disabled = this.balls.length >= MOST;
    this.$(".less").disabled = this.balls.length <= 1;
    this.$(".situation").value = this.#situation();
    this.$(".legend").innerHTML = this.#legend();
    this.$(".how").innerHTML = this.#how();
    this.$(".facts").innerHTML = this.#facts();
  }

  // --- changes -------------------------------------------------------------------------------------------------------

  edit(change, once = true) {
    super.edit(change, once);
  }

  #toggle(t) {
    const other = this.balls[t] === "r" ? "w" : "r";
    this.edit(() => (this.balls = this.balls.slice(0, t) + other + this.balls.slice(t + 1)));
    this.$(`.ball[data-t="${t}"]`).focus();
  }

  #setBalls(balls) {
    const all = this.steps === this.balls.length;
    this.balls = balls;
    this.steps = all ? balls.length : Math.min(this.steps, balls.length);
    this.node = [Math.min(this.node[0], balls.length - 1), this.node[1]];
  }

  #select(t, i) {
    this.checkpoint();
    this.node = [t, i];
    this.changed();
    this.$(`.node[data-t="${t}"][data-i="${i}"]`).focus();
    this.announce(this.$(".how").textContent);
  }

  #compute() {
    const { pi, A } = this;
    const symbols = [...this.balls].map((ball) => (ball === "r" ? 0 : 1));
    const b = model.likelihoods(this.red.map((p) => [p, 1 - p]), symbols);
    const alpha = model.forward(pi, A, b);
    this.found = {
      ...{ b, alpha, beta: model.backward(A, b), whole: model.evidence(alpha) },
      ...{ posterior: model.posterior(pi, A, b), best: model.viterbi(pi, A, b) },
    };
  }

  #values() {
    const { alpha, beta, posterior, best } = this.found;
    return { forward: alpha, backward: beta, posterior: posterior?.gamma, viterbi: best.delta }[this.show];
  }

  #isComputed(t) {
    if (this.show === "posterior") return this.found.posterior !== null;
    return this.show === "backward" ? t >= this.balls.length - this.steps : t < this.steps;
  }

  #situation() {
    const now = this.write().toString();
    return Object.keys(presets).find((name) => new URLSearchParams(presets[name]).toString() === now) ?? "";
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  // The elements of the lattice; made anew only when the number of balls changes, so that the focus stays.
  #makeLattice() {
    const lattice = this.$(".lattice"), times = this.balls.length;
    if (this.made === times) return;
    this.made = times;
    const node = (i) => (_, t) => `<button type="button" class="node" data-t="${t}" data-i="${i}" style="grid-area: ${i + 1} / ${t + 2}"></button>`;
    const all = Array.from({ length: times });
    lattice.style.setProperty("--times", times);
    lattice.innerHTML =
      `<svg viewBox="0 0 ${times} ${STATES}" preserveAspectRatio="none" aria-hidden="true"></svg>` +
      BOXES.map((i) => `<span class="name" style="grid-area: ${i + 1} / 1">box ${i + 1}</span>${all.map(node(i)).join("")}`).join("") +
      `<span class="name" style="grid-area: 4 / 1">seen</span>` +
      all.map((_, t) => `<button type="button" class="ball" data-t="${t}" style="grid-area: 4 / ${t + 2}"></button>`).join("");
  }

  #drawLattice() {
    const values = this.#values(), { best, posterior } = this.found, times = this.balls.length;
    const count = times > 4 ? 2 : 3;
    const path = this.show === "viterbi" && this.steps === times ? best.path : null;
    for (const node of this.shadowRoot.querySelectorAll(".node")) {
      const t = Number(node.dataset.t), i = Number(node.dataset.i), here = this.node[0] === t && this.node[1] === i;
      const computed = this.#isComputed(t);
      node.textContent = computed ? brief(values[t][i], count) : "·";
      node.tabIndex = here ? 0 : -1;
      node.setAttribute("aria-pressed", here);
      const text = computed ? digits(values[t][i], 5) : "not computed";
      node.setAttribute("aria-label", `Box ${i + 1}, ball ${t + 1}: ${text}`);
      const top = this.show === "posterior" ? posterior && posterior.states[t] === i : path && path[t] === i;
      node.classList.toggle("top", Boolean(top));
    }
    for (const ball of this.shadowRoot.querySelectorAll(".ball")) {
      const t = Number(ball.dataset.t), colour = this.balls[t];
      ball.className = `ball ${colour}`;
      ball.textContent = colour;
      ball.setAttribute("aria-label", `Ball ${t + 1}: ${COLOURS[colour]}; change it`);
    }
    this.$(".lattice svg").innerHTML = this.#lines(path);
  }

  #lines(path) {
    const lines = [];
    for (let t = 0; t + 1 < this.balls.length; t++) {
      for (const i of BOXES) {
        for (const j of BOXES) {
          if (this.A[i][j] === 0) continue; // no way
          const [kind, width] = this.#line(t, i, j, path);
          lines.push(`<line class="${kind}" x1="${t + 0.5}" y1="${i + 0.5}" x2="${t + 1.5}" y2="${j + 0.5}" stroke-width="${width.toFixed(2)}"/>`);
        }
      }
    }
    return lines.join("");
  }

  // Look and width of the line from box i at time t to box j.
  #line(t, i, j, path) {
    const { alpha, beta, posterior, best, b } = this.found, [at, box] = this.node;
    if (!this.#isComputed(t) || !this.#isComputed(t + 1)) return ["faint", 1];
    if (this.show === "posterior") return ["on", 0.3 + 9 * posterior.xi[t][i][j]];
    if (this.show === "viterbi") {
      if (path && path[t] === i && path[t + 1] === j) return ["best", 5];
      return best.came[t][j] === i && best.delta[t + 1][j] > 0 ? ["", 1.6] : ["faint", 1];
    }
    if (this.show === "forward") {
      if (at !== t + 1 || box !== j) return ["faint", 1];
      const parts = model.ways(alpha[t], this.A, j);
      return ["on", 0.5 + (7 * parts[i]) / Math.max(parts.reduce((a, c) => a + c, 0), 1e-300)];
    }
    if (at !== t || box !== i) return ["faint", 1];
    return ["on", 0.5 + (7 * this.A[i][j] * b[t + 1][j] * beta[t + 1][j]) / Math.max(beta[t][i], 1e-300)];
  }

  // --- words ---------------------------------------------------------------------------------------------------------

  #legend() {
    const key = (colour, text) => `<span class="key" style="--colour: var(--eer-${colour})"></span> ${text}`;
    return {
      forward: key("blue", "what each box before contributes to the chosen node"),
      backward: key("blue", "what each next box contributes to the chosen node"),
      posterior: `${key("blue", "moves, as wide as they are probable")} · framed: most probable box of each ball`,
      viterbi: `${key("orange", "best path")} · ${key("ink", "best way into each node")}`,
    }[this.show];
  }

  // How the number of the chosen node comes about.
  #how() {
    const { alpha, beta, posterior, best, b, whole } = this.found, { A, pi } = this, [t, i] = this.node;
    const name = `${GREEK[this.show]} of box ${i + 1} at ball ${t + 1}`, d = (value) => digits(value, 4);
    if (this.show === "posterior") {
      if (!posterior) return `<p><b>${name}</b> is 0/0: the balls cannot come.</p>`;
      return `<p><b>${name}</b> = αβ / P = ${d(alpha[t][i])} · ${d(beta[t][i])} / ${d(whole)} = <b class="number">${d(posterior.gamma[t][i])}</b></p>`;
    }
    if (!this.#isComputed(t)) return `<p><b>${name}</b> is not computed yet.</p>`;
    if (this.show === "backward") {
      if (t === this.balls.length - 1) return `<p><b>${name}</b> = <b class="number">1</b>: nothing is to come.</p>`;
      const parts = BOXES.map((j) => `${d(A[i][j])} · ${d(b[t + 1][j])} · ${d(beta[t + 1][j])}`);
      return `<p><b>${name}</b> = sum of (move · ball · β) over the next box<br>= ${parts.join(" + ")} = <b class="number">${d(beta[t][i])}</b></p>`;
    }
    const values = this.show === "forward" ? alpha : best.delta;
    if (t === 0) return `<p><b>${name}</b> = first · ball = ${d(pi[i])} · ${d(b[0][i])} = <b class="number">${d(values[0][i])}</b></p>`;
    const parts = BOXES.map((j) => `${d(values[t - 1][j])} · ${d(A[j][i])}`);
    const [how, list] = this.show === "forward" ? ["sum", `(${parts.join(" + ")})`] : ["largest", `max(${parts.join(", ")})`];
    return `<p><b>${name}</b> = ${how} of (${GREEK[this.show]} · move) over the box before, times the ball<br>
      = ${list} · ${d(b[t][i])} = <b class="number">${d(values[t][i])}</b></p>`;
  }

  #facts() {
    const { whole, posterior, best, b } = this.found, d = (value) => digits(value, 6);
    if (!(whole > 0)) {
      return `<p><b>These balls cannot come:</b> the model gives them probability 0. There is no best path, and no posterior
        probability to speak of.</p>`;
    }
    const boxes = (path) => path.map((i) => i + 1).join(" ");
    const rows = [
      ["P(balls)", d(whole)],
      ["log P(balls)", Math.log(whole).toFixed(4).replace("-", "−")],
      ["best path", boxes(best.path)],
      ["its probability", `${d(best.probability)}, ${(100 * best.probability / whole).toFixed(1)} % of P`],
      ["best boxes", boxes(posterior.states)],
      ["as a path", d(model.pathProbability(this.pi, this.A, b, posterior.states))],
    ];
    return `<table><tbody>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join("")}</tbody></table>`;
  }

  summary() {
    const { whole, best } = this.found;
    const balls = [...this.balls].map((ball) => COLOURS[ball]).join(", ");
    if (!(whole > 0)) return `${balls}: probability 0.`;
    return `${balls}: probability ${digits(whole, 4)}; best path ${best.path.map((i) => i + 1).join(", ")}.`;
  }
}

customElements.define("eer-trellis", TrellisDemo);
