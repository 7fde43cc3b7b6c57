// The race demo: <eer-race>. See presets.js for the situations it can be linked to.

import { Demo } from "../shared/demo.js";
import { rgb, shape } from "../shared/classes.js";
import { choices, situations, slider } from "../shared/markup.js";
import { Plane } from "../shared/plane.js";
import * as model from "./model.js";
import { EXTENT, LEVEL, LOSSES, METHODS, MOST_T, QUESTIONS, RATES, TITLES, presets, race, read, rounded, write } from "./presets.js";
import styles from "./race.css";
import { brief, chart, contours, format, inner, way } from "./views.js";

const PACE = 40; // milliseconds that a step of a run takes, or a few steps later on
const NOISES = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const NAMES = Object.keys(METHODS);
const DECAYS = ["rho", "alpha", "b1", "b2"];

// Sliders run over the logarithm of a step size, and of 1 − ρ.
const toRate = (position) => Number((10 ** position).toPrecision(3));
const toDecay = (position) => Number((1 - 10 ** -position).toFixed(4));
const fromDecay = (value) => -Math.log10(1 - value);
const nearest = (list, value) => list.reduce((best, each, i) => (Math.abs(each - value) < Math.abs(list[best] - value) ? i : best), 0);
const colour = (name) => `--colour: var(--eer-${METHODS[name].colour})`;
const mark = (name, r) => `<path d="${shape(Math.min(NAMES.indexOf(name), 4), r)}"${name === "newton" ? ' transform="rotate(45)"' : ""}/>`;
const named = (name, text = METHODS[name].name) =>
  `<span class="named" style="${colour(name)}"><svg viewBox="-10 -10 20 20" aria-hidden="true">${mark(name, 7)}</svg>${text}</span>`;

// The start is a ring, wide enough for the marks of all methods at step 0.
class Board extends Plane {
  draw(points, describe) {
    super.draw(points, describe);
    this.marks.querySelector(".mark").setAttribute("d", shape(0, 11));
  }
}

class RaceDemo extends Demo {
  static demo = "race";
  static presets = presets;
  static styles = styles;
  static model = model;
  static situations = { QUESTIONS, presets, race, read, write }; // for tests

  markup() {
    const lane = (name) => `<div class="lane">
        <label><input type="checkbox" class="on-${name}"> ${named(name)}</label>
        <input class="rate-${name}" type="range" min="-4" max="1" step="0.02" aria-label="Step size of ${METHODS[name].name}, on a logarithmic scale">
        <input class="number-${name}" type="number" min="${RATES.least}" max="${RATES.most}" step="any" aria-label="Step size of ${METHODS[name].name}">
      </div>`;
    const shown = Object.entries(LOSSES).map(([name, loss]) => [name, loss.name]);
    return `
      <div class="ask">
        <label class="wide"><span class="name">Situation</span>
          ${situations(TITLES)}</label>
        <div class="question" role="group" aria-label="A question about this situation"></div>
      </div>
      <div class="layout">
        <div class="side">
          <div class="board"></div>
          <p class="quiet loss-name"></p>
          <div>
            <span class="choices">
              <button type="button" class="rewind">Rewind</button>
              <button type="button" class="back">Back</button>
              <button type="button" class="main step">Step</button>
              <button type="button" class="run" aria-pressed="false">Run</button>
            </span>
            <label class="steps"><span class="name">Step <output class="t-value"></output> of ${MOST_T}</span>
              <input class="t" type="range" min="0" max="${MOST_T}" step="1"></label>
          </div>
          <svg class="chart" role="img"></svg>
          <div class="facts"></div>
        </div>
        <div class="side">
          <fieldset><legend>Loss</legend><span class="choices">${choices("loss", shown)}</span></fieldset>
          <fieldset><legend>Methods and their step sizes η</legend>${NAMES.map(lane).join("")}</fieldset>
          <div class="constants">
            ${slider("rho", "Momentum’s ρ", [0, 3, 0.05])}
            <label class="check"><input type="checkbox" class="nesterov"> Nesterov’s</label>
            ${slider("b1", "Adam’s β<sub>1</sub>", [0, 3, 0.05])}
            ${slider("b2", "Adam’s β<sub>2</sub>", [0, 3, 0.05])}
            ${slider("alpha", "RMSProp’s α", [0, 3, 0.05])}
            ${slider("factor", "Loss times", [-4, 4, 1])}
            ${slider("noise", "Noise", [0, NOISES.length - 1, 1])}
            <button type="button" class="other">Other noise</button>
          </div>
          <fieldset><legend>Look into</legend><span class="choices">${choices("look", NAMES.map((name) => [name, METHODS[name].name]))}</span></fieldset>
          <div class="inner"></div>
        </div>
      </div>
      <details class="quiet">
        <summary>Keys, gestures, and what is computed</summary>
        <p>Drag the start, or click where it should be. With the keyboard: <kbd>Tab</kbd> to it, arrow keys move it
        (<kbd>Shift</kbd> faster). Step sizes may be typed. Dots are single steps, a large mark is where a method is now, crosses are
        minima. Each step follows the rule of torch.optim with the constants shown, and its other settings left alone;
        Newton multiplies the gradient by the inverse of the Hessian. Loss times and noise act on the gradient:
        it is the factor times (∇f + noise), and the Hessian is the factor times ∇²f. Table and curves show f itself. A
        run with a coordinate beyond ${model.BEYOND} counts as diverged and is followed no further.</p>
      </details>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    const toStart = (x, y) => this.edit(() => (this.state.start = [x, y]));
    const handlers = { start: () => this.checkpoint(), move: (_, x, y) => toStart(x, y), add: toStart };
    this.plane = new Board(this.$(".board"), { extent: EXTENT, label: "Loss, and the start of all methods", handlers, name: () => "Start" });
    const layer = () => {
      const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
      group.setAttribute("aria-hidden", "true");
      group.setAttribute("pointer-events", "none");
      return group;
    };
    this.ground = layer(); // the contours, drawn anew only with another loss
    this.plane.svg.prepend(this.ground);
    this.above = layer();
    this.plane.svg.append(this.above);

    const onClick = (selector, action) => this.$(selector).addEventListener("click", action);
    for (const key of ["loss", "look"]) {
      for (const button of root.querySelectorAll(`[data-${key}]`))
        button.addEventListener("click", () => this.edit(() => (this.state[key] = button.dataset[key]), true));
    }
    for (const name of NAMES) {
      const number = this.$(`.number-${name}`), state = () => this.state;
      this.$(`.on-${name}`).addEventListener("change", ({ target }) =>
        this.edit(() => (state().on = NAMES.filter((each) => (each === name ? target.checked : state().on.includes(each)))), true)
      );
      this.slide(`.rate-${name}`, (position) => (state().rates = { ...state().rates, [name]: toRate(position) }));
      number.addEventListener("change", () => {
        const value = number.value.trim() === "" ? NaN : Number(number.value);
        if (!(value >= RATES.least && value <= RATES.most)) return this.render(); // back to what it was
        this.edit(() => (state().rates = { ...state().rates, [name]: rounded(value) }), true);
      });
    }
    for (const name of DECAYS) this.slide(`.${name}`, (position) => (this.state[name] = toDecay(position)));
    this.slide(".factor", (value) => (this.state.factor = value));
    this.slide(".noise", (i) => (this.state.noise = NOISES[i]));
    this.slide(".t", (value) => (this.state.t = value));
    this.$(".nesterov").addEventListener("change", ({ target }) => this.edit(() => (this.state.nesterov = target.checked), true));
    onClick(".other", () => this.edit(() => (this.state.seed = (this.state.seed + 1) % 10000), true));
    onClick(".step", () => this.edit(() => this.#forward(1), true));
    onClick(".back", () => this.edit(() => this.#forward(-1), true));
    onClick(".rewind", () => this.edit(() => (this.state.t = 0), true));
    onClick(".run", () => (this.running ? this.stop() : this.#run(MOST_T)));
    this.$(".question").addEventListener("click", (event) => {
      const button = event.target.closest("[data-answer]");
      if (button) this.#guess(Number(button.dataset.answer));
    });
    this.listenToSituations(TITLES);
  }

  load(query) {
    this.asked = null; // the situation to which an answer belongs
    super.load(query);
  }

  read(params) {
    this.state = read(params);
  }

  write() {
    return write(this.state);
  }

  render() {
    const { state } = this;
    this.#compute();
    for (const key of ["loss", "look"]) {
      for (const button of this.shadowRoot.querySelectorAll(`[data-${key}]`))
        button.setAttribute("aria-pressed", button.dataset[key] === state[key]);
    }
    for (const name of NAMES) {
      this.$(`.on-${name}`).checked = state.on.includes(name);
      this.$(`.rate-${name}`).value = Math.log10(state.rates[name]);
      this.$(`.rate-${name}`).setAttribute("aria-valuetext", state.rates[name]);
      this.$(`.number-${name}`).value = state.rates[name];
    }
    for (const name of DECAYS) this.#slide(name, fromDecay(state[name]), state[name]);
    this.#slide("factor", state.factor, state.factor ? `10${sup(state.factor)}` : "1");
    this.#slide("noise", nearest(NOISES, state.noise), state.noise);
    this.#slide("t", state.t, state.t);
    this.$(".nesterov").checked = state.nesterov;
    this.$(".other").disabled = state.noise === 0;
    this.$(".back").disabled = this.$(".rewind").disabled = state.t === 0;
    this.$(".step").disabled = this.$(".run").disabled = state.t === MOST_T;
    this.$(".run").setAttribute("aria-pressed", this.running);
    this.$(".situation").value = this.#situation();
    this.#drawBoard();
    this.$(".loss-name").textContent = `f = ${LOSSES[state.loss].formula}, on −2 ≤ x, y ≤ 2`;
    chart(this.$(".chart"), this.runs, state.t);
    this.#drawFacts();
    this.$(".inner").innerHTML = inner(this.state, this.runs[state.look]);
    this.#drawQuestion();
  }

  // --- the state -----------------------------------------------------------------------------------------------------

  // The runs are computed to their end whenever something other than the step changes; what is not yet due is not shown.
  #compute() {
    const key = write({ ...this.state, t: 0, look: "gd" }).toString();
    if (this.computed === key) return;
    this.computed = key;
    this.runs = race(this.state);
  }

  #forward(steps) {
    this.state.t = Math.max(0, Math.min(MOST_T, this.state.t + steps));
  }

  // Go to a step, ever faster.
  #run(to) {
    this.checkpoint();
    this.running = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = () => {
      if (!this.running || !this.isConnected) return;
      const { t } = this.state;
      this.#forward(Math.min(to - t, calm ? to : Math.max(1, Math.floor(t / 25))));
      this.changed();
      if (this.state.t < to) this.timer = setTimeout(next, PACE);
      else {
        this.stop();
        this.announce(this.asked?.told ? this.$(".told").textContent : this.summary());
      }
    };
    next();
  }

  #situation() {
    const now = this.write();
    for (const key of ["t", "look"]) now.delete(key);
    const same = (query) => {
      const params = new URLSearchParams(query);
      params.delete("look");
      return params.toString() === now.toString();
    };
    return Object.keys(presets).find((name) => same(presets[name])) ?? "";
  }

  #guess(answer) {
    const { t } = QUESTIONS[this.#situation()];
    this.stop();
    this.asked = { situation: this.#situation(), answer, told: false };
    if (this.state.t >= t) this.changed();
    else this.#run(t);
    this.$(`[data-answer="${answer}"]`)?.focus();
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  #slide(name, position, text) {
    this.$(`.${name}`).value = position;
    this.$(`.${name}`).setAttribute("aria-valuetext", text);
    this.$(`.${name}-value`).value = text;
  }

  at(name) {
    const { places } = this.runs[name];
    return Math.min(this.state.t, places.length - 1);
  }

  #drawBoard() {
    const { state, plane, runs } = this;
    const { value, minima } = model.losses[state.loss];
    const theme = document.documentElement.dataset.theme;
    if (this.painted !== `${state.loss} ${theme}`) {
      this.painted = `${state.loss} ${theme}`;
      const { levels } = LOSSES[state.loss], blue = rgb(this, "blue");
      const band = (x, y) => levels.filter((level) => value([x, y]) < level).length / levels.length;
      plane.paint((x, y) => [...blue, 70 * band(x, y)], 160);
      this.ground.innerHTML = contours(plane, value, levels, EXTENT);
    }
    const crosses = minima.map((place) => {
      const [u, v] = plane.toScreen(...place);
      return `<path class="minimum" d="M${u - 6} ${v - 6}l12 12m0 -12l-12 12"/>`;
    });
    // of ways and marks that coincide the later one leaves an edge of the earlier
    const ways = state.on.map((name, i) => `<g style="${colour(name)}">${way(plane, runs[name].places.slice(0, this.at(name) + 1), 2.6 - 0.3 * i)}</g>`);
    plane.below.innerHTML = crosses.join("") + ways.join("");
    this.above.innerHTML = state.on
      .map((name, i) => {
        const [u, v] = plane.toScreen(...runs[name].places[this.at(name)]);
        return Math.hypot(u, v) < 1e4 ? `<g class="runner" style="${colour(name)}" transform="translate(${u.toFixed(1)} ${v.toFixed(1)})">${mark(name, 9 - i)}</g>` : "";
      })
      .join("");
    const [x, y] = state.start;
    plane.draw([{ x, y, label: 0 }], () => `Loss ${format(value(state.start))}`);
  }

  // How a run that ended early did so, once that is shown; else null.
  #end(name) {
    const { places, ended } = this.runs[name];
    return this.state.t >= places.length - 1 ? ended : null;
  }

  // What is known of a run at the step that is shown.
  #standing(name) {
    const { places, values } = this.runs[name], t = this.at(name), end = this.#end(name);
    if (end) return end === "beyond" ? "diverged" : "stuck";
    const since = model.settled({ values: values.slice(0, t + 1) }, LEVEL);
    if (since >= 0) return `since ${since}`;
    return places[t].some((each) => Math.abs(each) > EXTENT) ? "off picture" : this.state.t < MOST_T ? "not yet" : "no";
  }

  #drawFacts() {
    const { on, t } = this.state;
    const rows = on.map((name) => {
      const { places, values } = this.runs[name], i = this.at(name);
      const numbers = [...places[i], values[i]].map((value) => `<td>${brief(value)}</td>`);
      return `<tr><th scope="row">${named(name)}</th>${numbers.join("")}<td>${this.#standing(name)}</td></tr>`;
    });
    const last = (name) => `${METHODS[name].name} in step ${this.at(name)}`;
    const gone = on.filter((name) => this.#end(name) === "beyond").map(last), stuck = on.filter((name) => this.#end(name) === "singular").map(last);
    const words = [
      ...(gone.length ? [`Diverged, beyond ${model.BEYOND}: ${gone.join(", ")}.`] : []),
      ...(stuck.length ? [`Stuck, as the Hessian has no inverse: ${stuck.join(", ")}.`] : []),
    ];
    this.$(".facts").innerHTML = rows.length
      ? `<table><thead><tr><th scope="col">Step ${t}</th><th scope="col">x</th><th scope="col">y</th><th scope="col">f</th>
          <th scope="col">f &lt; 10⁻⁴</th></tr></thead><tbody>${rows.join("")}</tbody></table><p class="quiet">${words.join(" ")}</p>`
      : "<p>No method takes part. Switch one on.</p>";
  }

  #drawQuestion() {
    const situation = this.#situation(), question = QUESTIONS[situation], place = this.$(".question");
    if (this.asked?.situation !== situation) this.asked = null;
    if (this.asked && this.state.t >= question.t) this.asked.told = true;
    const key = `${situation} ${JSON.stringify(this.asked)}`;
    if (place.dataset.key === key) return; // so that the focus stays
    const again = this.shadowRoot.activeElement?.dataset.answer;
    place.dataset.key = key;
    if (!question) return void (place.innerHTML = `<p class="quiet">These settings are your own. Say what you expect before you press <i>Run</i>. Each situation of the menu comes with a question.</p>`);
    const buttons = choices("answer", question.answers.map((text, i) => [i, text]));
    place.innerHTML = `<p><b>What do you expect?</b> ${question.ask}</p><span class="choices">${buttons}</span><p class="told"></p>`;
    const { answer, told } = this.asked ?? {};
    for (const button of place.querySelectorAll("[data-answer]")) button.setAttribute("aria-pressed", Number(button.dataset.answer) === answer);
    if (told) {
      const right = question.right(this.runs, this.state);
      this.$(".told").innerHTML = `<b>${answer === right ? "As you said" : `No: ${question.answers[right]}`}.</b> ${question.told(this.runs, this.state)}`;
    } else if (this.asked) this.$(".told").textContent = `See what happens up to step ${question.t}.`;
    if (again) place.querySelector(`[data-answer="${again}"]`)?.focus();
  }

  summary() {
    const { state } = this;
    if (!state.on.length) return "No method takes part.";
    const each = (name) => `${METHODS[name].name} loss ${format(this.runs[name].values[this.at(name)])}, ${this.#standing(name).replace("since", "below 10⁻⁴ since step")}`;
    return `Step ${state.t}. ${state.on.map(each).join("; ")}.`;
  }
}

const sup = (n) => [...String(n)].map((digit) => ({ "-": "⁻" })[digit] ?? "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");

customElements.define("eer-race", RaceDemo);
