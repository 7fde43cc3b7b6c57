// The k-nearest-neighbours demo: <eer-knn>. See presets.js for the situations it can be linked to.

import { Demo } from "../shared/demo.js";
import { LETTERS, colourName, rgb, shape } from "../shared/classes.js";
import { choices, situations, slider } from "../shared/markup.js";
import { Plane } from "../shared/plane.js";
import { readNumber, readPoints, round, writePoints } from "../shared/points.js";
import { cloud, generator } from "../shared/random.js";
import { MOST_NOISE, countWrong, mislabelled, testPoints } from "../shared/sample.js";
import { Guess, TIE } from "./guess.js";
import styles from "./knn.css";
import * as model from "./model.js";
import { EXTENT, TITLES, clouds, presets } from "./presets.js";

const MOST_K = 15;
const MOST_POINTS = 120;
const CELLS = 160;
const NAMES = { l1: "L1", l2: "L2", linf: "L∞" };
const CHART = { width: 320, height: 140, left: 40, right: 6, top: 8, bottom: 30 };

const swatch = (label) =>
  `<svg class="swatch" viewBox="-10 -10 20 20" aria-hidden="true" style="--colour: var(--eer-${colourName(label)})">` +
  `<path d="${shape(label, 7)}"/></svg>`;
const named = (label) => `${swatch(label)}&nbsp;${LETTERS[label]}`;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

class KnnDemo extends Demo {
  static demo = "knn";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    return `
      <div class="layout">
        <div>
          <div class="board"></div>
          <div class="explanation" tabindex="-1"></div>
          <p class="quiet"><span class="tie"></span> tied vote · dashed: all places as near as the farthest voter · small: test
            points, three about each training point, of its true class</p>
          <details class="quiet">
            <summary>Keys and gestures</summary>
            <p>Drag a point to move it; double-click it to remove it. With the keyboard: <kbd>Tab</kbd> to the points, arrow
            keys move one (<kbd>Shift</kbd> faster), <kbd>N</kbd> and <kbd>P</kbd> go to the next and the previous,
            <kbd>A</kbd> adds one beside it, <kbd>Delete</kbd> removes it, <kbd>1</kbd>–<kbd>5</kbd> set its class.
            One more <kbd>Tab</kbd> leads to the cross that asks for a vote; arrow keys move it. <kbd>Ctrl</kbd>+<kbd>Z</kbd> takes a
            change back.</p>
          </details>
        </div>
        <div class="side">
          <label class="wide"><span class="name">Situation</span>
            ${situations(TITLES)}</label>
          <div class="controls">
            <label class="slider"><span class="name">Neighbours k = <output class="k-value"></output></span>
              <input class="k" type="range" min="1" max="${MOST_K}" step="1"></label>
            <fieldset><legend>Distance</legend><span class="choices">${choices("metric", Object.entries(NAMES))}</span></fieldset>
          </div>
          <div class="controls">
            <label class="slider"><span class="name">Axes turned by <output class="turn-value"></output></span>
              <input class="turn" type="range" min="0" max="90" step="1"></label>
            <fieldset><legend>Classes</legend><span class="choices">${choices("classes", [2, 3, 4, 5].map((c) => [c, c]))}</span></fieldset>
          </div>
          <div class="controls">
            ${slider("noise", "Wrong labels", [0, MOST_NOISE, 0.05])}
            <button type="button" class="test" aria-pressed="false">Test points</button>
          </div>
          <fieldset><legend>A click on the plane</legend>
            <span class="choices">${choices("mode", [["ask", "asks"], ["guess", "asks you"], ...[0, 1, 2, 3, 4].map((c) => [c, `adds ${named(c)}`])])}</span></fieldset>
          <span class="choices">
            <button type="button" class="remove">Remove point</button>
            <button type="button" class="new">New clouds</button>
          </span>
          <div>
            <p class="quiet">right: <span class="key dashed"></span> training <b class="number self"></b> ·
              <span class="key"></span> each left out <b class="number loo"></b> ·
              <span class="key dotted"></span> test <b class="number tested"></b> <span class="twice"></span></p>
            <svg class="chart" viewBox="0 0 ${CHART.width} ${CHART.height}" role="img"></svg>
          </div>
        </div>
      </div>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    this.mode = "ask";
    const handlers = {
      start: () => this.checkpoint(),
      move: (i, x, y) => this.edit(() => Object.assign(this.points[i], { x, y })),
      add: (x, y, label) => this.#click(x, y, label),
      remove: (i) => this.edit(() => this.points.splice(i, 1)),
      classify: (i, label) => this.edit(() => (this.points[i] = { x: this.points[i].x, y: this.points[i].y, label })),
      select: (i) => (this.selected = i),
      hover: (x, y) => {
        if (x === null || this.mode === "guess") return;
        this.q = [x, y];
        this.#explain();
      },
    };
    this.plane = new Plane(this.$(".board"), { extent: EXTENT, label: "Training points", handlers });
    this.probe = this.#makeProbe();

    const choose = (group, action) =>
      root.querySelectorAll(`[data-${group}]`).forEach((button) =>
        button.addEventListener("click", () => action(button.dataset[group]))
      );
    choose("metric", (metric) => this.edit(() => (this.metric = metric), true));
    choose("classes", (classes) => this.edit(() => this.#setClasses(Number(classes)), true));
    choose("mode", (mode) => {
      this.edit(() => {
        this.mode = mode;
        this.guess = new Guess();
      }, true);
    });
    this.slide(".k", (k) => (this.k = k));
    this.slide(".turn", (degrees) => (this.degrees = degrees));
    this.slide("input.noise", (share) => {
      this.noise = share;
      this.points = mislabelled(this.points, share, this.classes);
    });
    this.$(".test").addEventListener("click", () => this.edit(() => (this.test = !this.test), true));
    this.$(".explanation").addEventListener("click", (event) => {
      const answer = event.target.closest("[data-answer]")?.dataset.answer;
      if (answer) this.#answer(answer === TIE ? TIE : Number(answer));
    });
    this.listenToSituations(TITLES);
    this.$(".new").addEventListener("click", () =>
      this.edit(() => {
        const points = clouds(Math.floor(2 ** 32 * Math.random()), this.classes, Math.round(36 / this.classes));
        this.points = mislabelled(points, this.noise, this.classes);
      }, true)
    );
    this.$(".remove").addEventListener("click", () => {
      if (this.points.length) this.edit(() => this.points.splice(Math.min(this.selected ?? Infinity, this.points.length - 1), 1), true);
    });
    this.$(".chart").addEventListener("click", (event) => {
      const k = Number(event.target.dataset?.k);
      if (k) this.edit(() => (this.k = k), true);
    });
  }

  read(params) {
    this.classes = readNumber(params, "classes", { least: 2, most: 5, otherwise: 3 }) | 0;
    this.k = readNumber(params, "k", { least: 1, most: MOST_K, otherwise: 3 }) | 0;
    this.degrees = Math.round(readNumber(params, "rotate", { least: 0, most: 90, otherwise: 0 }));
    this.metric = model.METRICS.includes(params.get("metric")) ? params.get("metric") : "l2";
    const limits = { classes: this.classes, extent: EXTENT, most: MOST_POINTS };
    const fallback = new URLSearchParams(presets.clusters).get("points");
    this.points =
      params.get("points") === "" ? [] : readPoints(params.get("points"), limits) ?? readPoints(fallback, { ...limits, classes: 5 });
    this.classes = Math.max(this.classes, ...this.points.map((point) => point.label + 1));
    const q = (params.get("q") ?? "").split(",").map(round);
    this.q = q.length === 2 && q.every((value) => Math.abs(value) <= EXTENT) ? q : [0, 0];
    this.noise = readNumber(params, "noise", { least: 0, most: MOST_NOISE, otherwise: 0 });
    this.test = params.get("test") === "1";
    if (params.get("guess") === "1") this.mode = "guess";
    else if (this.mode === "guess" || this.mode >= this.classes) this.mode = "ask";
    this.guess = new Guess();
  }

  write() {
    const state = { classes: this.classes, k: this.k, metric: this.metric, rotate: this.degrees, q: this.q.join(",") };
    const more = { ...(this.noise ? { noise: this.noise } : {}), ...(this.test ? { test: 1 } : {}), ...(this.mode === "guess" ? { guess: 1 } : {}) };
    return new URLSearchParams({ ...state, ...more, points: writePoints(this.points) });
  }

  render() {
    const { classes, points } = this;
    const options = this.#options();
    this.$(".k").value = this.k;
    this.$(".k-value").value = this.k > points.length ? `${this.k} (all ${points.length})` : this.k;
    this.$(".turn").value = this.degrees;
    this.$(".turn-value").value = `${this.degrees}°`;
    const press = (group, value) =>
      this.shadowRoot.querySelectorAll(`[data-${group}]`).forEach((button) =>
        button.setAttribute("aria-pressed", button.dataset[group] === String(value))
      );
    press("metric", this.metric);
    press("classes", classes);
    press("mode", this.mode);
    const wrong = countWrong(points);
    this.$("input.noise").value = this.noise;
    this.$("input.noise").setAttribute("aria-valuetext", `${wrong} of ${points.length}`);
    this.$(".noise-value").value = wrong ? `${wrong} of ${points.length}` : "none";
    this.$(".test").setAttribute("aria-pressed", this.test);
    this.shadowRoot.querySelectorAll("[data-mode]").forEach((b) => (b.hidden = Number(b.dataset.mode) >= classes));
    this.$(".remove").disabled = points.length === 0;
    const same = (query) => {
      const params = new URLSearchParams(query);
      return params.get("points") === writePoints(points);
    };
    this.$(".situation").value = Object.keys(presets).find((name) => same(presets[name])) ?? "";
    this.plane.classes = classes;
    this.plane.draw(points, (i) => (points[i].clean === undefined ? "" : `Its label is wrong: it was ${LETTERS[points[i].clean]}.`));
    this.#paint(options);
    this.#chart();
    this.#explain();
  }

  // What has been guessed was about another state.
  edit(change, once) {
    super.edit(() => {
      change();
      this.guess.next();
    }, once);
  }

  #options(k = this.k) {
    return { k, metric: this.metric, degrees: this.degrees };
  }

  #click(x, y, label) {
    if (label === undefined && (this.mode === "ask" || this.mode === "guess")) return this.#askAt(x, y);
    if (this.points.length >= MOST_POINTS) return this.announce(`There are ${MOST_POINTS} points, no more can be added.`);
    return this.edit(() => this.points.push({ x, y, label: label ?? Number(this.mode) }));
  }

  #askAt(x, y) {
    this.q = [x, y];
    this.guess.next();
    this.changed();
    this.announce(this.$(".explanation").textContent.replace(/\s+/g, " "));
  }

  #answer(answer) {
    this.guess.answer(answer, this.#vote(...this.q).winners);
    this.#explain();
    this.$(".explanation").focus();
    this.announce(this.$(".explanation").textContent.replace(/\s+/g, " "));
  }

  #setClasses(classes) {
    const random = generator(977 * classes + this.points.length);
    this.points = this.points.filter((point) => point.label < classes && !(point.clean >= classes));
    for (let label = this.classes; label < classes; label++) {
      const angle = 2 * Math.PI * random();
      this.points.push(...cloud(random, 8, [0.6 * Math.cos(angle), 0.6 * Math.sin(angle)], 0.13, label));
    }
    this.classes = classes;
    if (this.mode >= classes) this.mode = "ask";
  }

  #vote(x, y, options = this.#options()) {
    const near = model.neighbours(this.points, x, y, options);
    const counts = model.votes(this.points, near, this.classes);
    return { near, counts, winners: model.winners(counts) };
  }

  #paint(options) {
    const colours = Array.from({ length: this.classes }, (_, label) => rgb(this, colourName(label)));
    const ink = rgb(this, "ink");
    const alpha = 70;
    if (this.mode === "guess") return this.plane.paint(() => [0, 0, 0, 0], 1); // the regions would tell
    this.plane.paint((x, y, column, row) => {
      const { winners } = this.#vote(x, y, options);
      if (winners.length === 0) return [0, 0, 0, 0];
      // where the vote is tied: hatched, in the colours of the tied classes
      if (winners.length > 1 && (column + row) % 6 === 0) return [...ink, 150];
      const label = winners[Math.floor((column + row) / 6) % winners.length];
      return [...colours[label], alpha];
    }, CELLS);
  }

  #chart() {
    const { width, height, left, right, top, bottom } = CHART;
    const { points, classes, k } = this, enough = points.length > 1, chart = this.$(".chart");
    const sets = { self: [points, false], loo: [points, true], tested: [this.test ? testPoints(points) : [], false] };
    const curves = {};
    let same = 0, shown = 0; // what stands in the line above the chart, computed once more
    for (const [name, [set, leaveOut]] of Object.entries(sets)) {
      curves[name] = model.accuracies(points, classes, this.#options(), MOST_K, set, leaveOut);
      const there = set.length > 0 && points.length > (leaveOut ? 1 : 0), share = curves[name][k - 1];
      this.$(`.${name}`).textContent = there ? percent(share) : "–";
      if (!there) continue;
      shown += 1;
      if (share === model.accuracy(points, classes, this.#options(), leaveOut, set)) same += 1;
    }
    this.$(".twice").textContent = shown === 0 ? "" : same === shown ? "✓ counted twice" : `≠ in ${shown - same} when counted again`;
    this.$(".twice").classList.toggle("differs", same < shown);
    const { loo, self } = curves;
    this.curve = enough ? loo : null;
    if (!enough) {
      chart.replaceChildren();
      chart.setAttribute("aria-label", "No curve: there are fewer than two points.");
      return;
    }
    const x = (k) => left + ((k - 1) / (MOST_K - 1)) * (width - left - right - 12) + 6;
    const y = (a) => top + (1 - a) * (height - top - bottom);
    const path = (values) => values.map((a, i) => `${i ? "L" : "M"}${x(i + 1).toFixed(1)} ${y(a).toFixed(1)}`).join("");
    const level = (a) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(a)}" y2="${y(a)}"/>` +
      `<text x="${left - 5}" y="${y(a) + 4}" text-anchor="end">${(100 * a).toFixed(0)}%</text>`;
    const column = (x(2) - x(1)) / 2;
    chart.innerHTML =
      [0, 0.5, 1].map(level).join("") +
      [1, 5, 10, 15].map((k) => `<text x="${x(k)}" y="${height - bottom + 15}" text-anchor="middle">${k}</text>`).join("") +
      `<text x="${(left + width) / 2}" y="${height - 4}" text-anchor="middle">neighbours k</text>` +
      `<path class="reference" d="${path(self)}"/><path class="line" d="${path(loo)}"/>` +
      (this.test ? `<path class="tests" d="${path(curves.tested)}"/>` : "") +
      loo.map((a, i) => `<circle class="dot" cx="${x(i + 1)}" cy="${y(a)}" r="2.6"/>`).join("") +
      `<circle class="now" cx="${x(this.k)}" cy="${y(loo[this.k - 1])}" r="5.5"/>` +
      loo
        .map((_, i) => `<rect class="column" data-k="${i + 1}" x="${x(i + 1) - column}" y="0" width="${2 * column}" height="${height}"/>`)
        .join("");
    const list = (values) => values.map((a) => `${Math.round(100 * a)} %`).join(", ");
    const best = loo.indexOf(Math.max(...loo)) + 1;
    chart.setAttribute(
      "aria-label",
      `Leave-one-out accuracy for k from 1 to ${MOST_K}: ${list(loo)}. Best at k = ${best}.${this.test ? ` On test points: ${list(curves.tested)}.` : ""}`
    );
  }

  #makeProbe() {
    const probe = document.createElementNS("http://www.w3.org/2000/svg", "g");
    probe.setAttribute("class", "probe");
    probe.setAttribute("role", "button");
    probe.setAttribute("aria-roledescription", "movable query");
    probe.setAttribute("tabindex", "0");
    probe.innerHTML = `<circle r="14"/><path d="M-9 0H9M0 -9V9"/>`;
    this.plane.svg.append(probe);
    probe.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!move) return;
      event.preventDefault();
      const step = event.shiftKey ? 0.25 : 0.05;
      this.checkpoint();
      this.#askAt(...this.q.map((value, axis) => round(Math.max(-0.98, Math.min(0.98, value + step * move[axis])))));
    });
    return probe;
  }

  // The vote at the query, in words and in lines.
  #explain() {
    const [x, y] = this.q;
    const { near, counts, winners } = this.#vote(x, y);
    const [u, v] = this.plane.toScreen(x, y);
    this.probe.setAttribute("transform", `translate(${u.toFixed(1)} ${v.toFixed(1)})`);
    this.probe.setAttribute("aria-label", `Query at ${x.toFixed(2)}, ${y.toFixed(2)}`);
    const secret = this.mode === "guess" && this.guess.given === null; // lines and words would tell
    this.plane.lines(secret ? [] : near.map(({ i }) => ({ from: [x, y], to: [this.points[i].x, this.points[i].y], class: "link" })));
    this.#drawTests();
    this.#drawAxes();
    if (near.length && !secret) this.#drawBall(u, v, near.at(-1).distance);
    const box = this.$(".explanation");
    if (!near.length) {
      box.innerHTML = "<p>There is no point to vote. Add some: choose a class above, then click on the plane.</p>";
      return;
    }
    if (secret) {
      const answers = [...counts.map((_, label) => [label, named(label)]), [TIE, "a tie"]];
      box.innerHTML = `<p>Which class do the ${near.length === 1 ? "nearest point" : `${near.length} nearest points`} choose at
        <span class="number">(${x.toFixed(2)}, ${y.toFixed(2)})</span>?</p><span class="choices">${choices("answer", answers)}</span>`;
      return;
    }
    const told = this.mode === "guess" ? `<p>${this.guess.told(winners)}</p>` : "";
    const list = near.slice(0, 4).map(({ i, distance }) => `${named(this.points[i].label)} at ${distance.toFixed(2)}`);
    const more = near.length > 4 ? `, and ${near.length - 4} more up to ${near.at(-1).distance.toFixed(2)}` : "";
    const tally = counts.flatMap((count, label) => (count ? [`${named(label)} ${count}`] : [])).join(" · ");
    const verdict =
      winners.length === 1
        ? `class <b>${named(winners[0])}</b>`
        : `<b>a tie</b> of ${winners.map(named).join(" and ")}; the rule of the chapter takes ${named(winners[0])}`;
    box.innerHTML = `${told}<p>At <span class="number">(${x.toFixed(2)}, ${y.toFixed(2)})</span> the votes are <b>${tally}</b>: ${verdict}.</p>
      <p class="quiet">Nearest in ${NAMES[this.metric]}: ${list.join(", ")}${more}.</p>`;
  }

  #drawTests() {
    if (!this.test) return;
    const mark = ({ x, y, label }) => {
      const [u, v] = this.plane.toScreen(x, y);
      return `<path class="test-point" style="--colour: var(--eer-${colourName(label)})" transform="translate(${u} ${v})" d="${shape(label, 3)}"/>`;
    };
    this.plane.below.insertAdjacentHTML("beforeend", testPoints(this.points).map(mark).join(""));
  }

  #drawAxes() {
    if (this.degrees === 0) return;
    const angle = (this.degrees * Math.PI) / 180;
    for (const [a, b] of [[Math.cos(angle), Math.sin(angle)], [-Math.sin(angle), Math.cos(angle)]]) {
      const [x1, y1] = this.plane.toScreen(-2 * a, -2 * b), [x2, y2] = this.plane.toScreen(2 * a, 2 * b);
      this.plane.below.insertAdjacentHTML("beforeend", `<line class="axis" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`);
    }
  }

  // All places at one distance from the query: a circle, a square on its corner, or a square, turned with the axes.
  #drawBall(u, v, radius) {
    const r = this.plane.toScreen(radius, 0)[0] - this.plane.toScreen(0, 0)[0];
    const outline = {
      l2: `<circle r="${r}"/>`,
      l1: `<path d="M${r} 0L0 ${r}L${-r} 0L0 ${-r}Z"/>`,
      linf: `<path d="M${r} ${r}H${-r}V${-r}H${r}Z"/>`,
    }[this.metric];
    const turn = `translate(${u} ${v}) rotate(${-this.degrees})`; // the second axis of the screen points down
    this.plane.below.insertAdjacentHTML("beforeend", `<g class="ball" transform="${turn}">${outline}</g>`);
  }

  summary() {
    const share = this.curve?.[this.k - 1];
    const right = Number.isFinite(share) ? `${percent(share)} right when each point is left out` : "too few points to leave one out";
    return `${this.points.length} points, k = ${this.k}, ${NAMES[this.metric]}: ${right}.`;
  }
}

customElements.define("eer-knn", KnnDemo);
