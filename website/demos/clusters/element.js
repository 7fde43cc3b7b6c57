// The clusters demo: <eer-clusters>. See presets.js for the situations it can be linked to.

import { Demo } from "../shared/demo.js";
import { LETTERS, colourName, rgb, shape } from "../shared/classes.js";
import { situations } from "../shared/markup.js";
import { Plane } from "../shared/plane.js";
import { readNumber, round } from "../shared/points.js";
import { generator } from "../shared/random.js";
import styles from "./clusters.css";
import * as model from "./model.js";
import { EXTENT, MOST_K, MOST_POINTS, TITLES, clouds, presets, readPlaces, writePlaces } from "./presets.js";

const MOST_T = 400; // half steps
const STARTS = 30; // for the best J that is known
const PACE = 500; // milliseconds that a half step takes
const CHART = { width: 320, height: 128, left: 46, right: 8, top: 8, bottom: 30 };
const METHODS = { kmeans: "K-means", mixture: "Gaussian mixture" };

const signed = (value, digits = 3) => value.toFixed(digits).replace(/^-(?=.*[1-9])/, "−").replace("-", "");
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

// A plane that is decorated after each drawing: what it draws by itself are classes.
class Board extends Plane {
  draw(points, describe) {
    super.draw(points, describe);
    this.decorate?.();
  }
}

class ClustersDemo extends Demo {
  static demo = "clusters";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    const methods = Object.entries(METHODS)
      .map(([value, text]) => `<button type="button" data-method="${value}" aria-pressed="false">${text}</button>`)
      .join("");
    return `
      <div class="layout">
        <div>
          <div class="board"></div>
          <p class="quiet"><span class="key big"></span> large: a centre, and its way so far · ellipses: two standard
            deviations · <span class="key mass"></span> area: the chance to be drawn as the next centre</p>
          <details class="quiet">
            <summary>Keys and gestures</summary>
            <p>Drag a point, and the method runs again from the same start; drag a centre, and it starts from there. A click
            adds a point, a double click removes one. With the keyboard: <kbd>Tab</kbd> to the centres, <kbd>N</kbd> and
            <kbd>P</kbd> go to the next and the previous mark, arrow keys move it (<kbd>Shift</kbd> faster), <kbd>A</kbd> adds
            a point beside it, <kbd>Delete</kbd> removes it.</p>
          </details>
        </div>
        <div class="side">
          <label class="wide"><span class="name">Situation</span>
            ${situations(TITLES)}</label>
          <div class="controls">
            <fieldset><legend>Method</legend><span class="choices">${methods}</span></fieldset>
            <label class="slider"><span class="name">Clusters k = <output class="k-value"></output></span>
              <input class="k" type="range" min="1" max="${MOST_K}" step="1"></label>
          </div>
          <span class="choices">
            <button type="button" class="main step"></button>
            <button type="button" class="run" aria-pressed="false">Run</button>
            <button type="button" class="back">Back to the start</button>
          </span>
          <fieldset><legend>Other centres</legend><span class="choices">
            <button type="button" class="random">Random points</button>
            <button type="button" class="plusplus">k-means++</button>
          </span></fieldset>
          <span class="choices">
            <button type="button" class="new">New points</button>
          </span>
          <div class="facts"></div>
          <svg class="chart" viewBox="0 0 ${CHART.width} ${CHART.height}" role="img"></svg>
        </div>
      </div>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    const handlers = {
      start: () => this.checkpoint(),
      move: (i, x, y) => this.edit(() => this.#moveMark(i, [x, y])),
      add: (x, y) => this.#addPoint([x, y]),
      remove: (i) => this.edit(() => this.#removeMark(i)),
    };
    const name = (_, i) => this.#nameOf(i);
    this.plane = new Board(this.$(".board"), { extent: EXTENT, label: "Points and centres", handlers, name });
    this.above = document.createElementNS("http://www.w3.org/2000/svg", "g");
    this.above.setAttribute("aria-hidden", "true");
    this.above.setAttribute("pointer-events", "none");
    this.plane.svg.append(this.above);
    this.plane.decorate = () => this.#decorate();

    const onClick = (selector, action) => this.$(selector).addEventListener("click", action);
    root.querySelectorAll("[data-method]").forEach((button) =>
      button.addEventListener("click", () => this.edit(() => this.#begin({ method: button.dataset.method }), true))
    );
    this.slide(".k", (k) => this.#begin({ k, start: this.start.slice(0, k) }));
    onClick(".step", () => this.edit(() => this.#step(), true));
    onClick(".run", () => (this.running ? this.stop() : this.#run()));
    onClick(".back", () => this.edit(() => this.#begin({}), true));
    onClick(".random", () => this.edit(() => this.#begin({ start: this.#randomStart() }), true));
    onClick(".plusplus", () => this.edit(() => this.#begin({ start: this.#drawn([]) }), true));
    onClick(".new", () =>
      this.edit(() => {
        const points = clouds(Math.floor(2 ** 32 * Math.random()), this.k, Math.round(60 / this.k));
        this.#begin({ points });
        this.start = this.#randomStart();
      }, true)
    );
    this.listenToSituations(TITLES);
  }

  read(params) {
    const fallback = new URLSearchParams(presets.three);
    const places = (key, most) => readPlaces(params.get(key), most) ?? readPlaces(fallback.get(key), most);
    this.method = params.get("method") in METHODS ? params.get("method") : "kmeans";
    this.points = places("points", MOST_POINTS);
    this.k = Math.round(readNumber(params, "k", { least: 1, most: MOST_K, otherwise: 3 }));
    this.start = places("centres", MOST_K).slice(0, this.k);
    this.t = Math.round(readNumber(params, "t", { least: 0, most: MOST_T, otherwise: 0 }));
  }

  write() {
    return new URLSearchParams({
      points: writePlaces(this.points),
      centres: writePlaces(this.start),
      k: this.k,
      method: this.method,
      t: this.t,
    });
  }

  render() {
    this.#compute();
    this.$(".k").value = this.k;
    this.$(".k-value").value = this.k;
    for (const button of this.shadowRoot.querySelectorAll("[data-method]"))
      button.setAttribute("aria-pressed", button.dataset.method === this.method);
    const over = !this.drawing && (this.now.done || this.t >= MOST_T);
    this.$(".step").textContent = this.#nextStep();
    this.$(".step").disabled = this.$(".run").disabled = over || !this.points.length;
    this.$(".run").setAttribute("aria-pressed", this.running);
    this.$(".random").disabled = this.$(".plusplus").disabled = !this.points.length;
    this.$(".back").disabled = this.t === 0;
    this.$(".situation").value = this.#situation();
    this.#drawBelow();
    const { labels, centres } = this.now;
    this.plane.draw([
      ...centres.map(([x, y], label) => ({ x, y, label })),
      ...this.points.map(([x, y], i) => ({ x, y, label: labels?.[i] ?? 0 })),
    ]);
    this.#paint();
    this.#drawFacts();
    this.#drawChart();
  }

  // --- the state -----------------------------------------------------------------------------------------------------

  // Still drawing centres: there are fewer than k.
  get drawing() {
    return this.start.length < this.k;
  }

  #begin(change) {
    Object.assign(this, change, { t: 0 });
  }

  #compute() {
    const { points, start } = this;
    const options = { mixture: this.method === "mixture", steps: this.t };
    const nothing = { centres: start, labels: null, shares: null, mixture: null, values: [], trail: [start], made: 0, done: false };
    this.now = this.drawing ? nothing : model.follow(points, start, options);
    this.chances = this.drawing && points.length ? model.drawing(points, start) : null;
    this.best = this.method === "kmeans" && points.length ? this.#bestKnown() : null;
  }

  // The smallest J from some starts by k-means++, the same ones whenever the same points come again.
  #bestKnown() {
    const key = `${this.k} ${writePlaces(this.points)}`;
    if (this.bestOf !== key) {
      const random = generator(20261129);
      const runs = Array.from({ length: STARTS }, () => {
        let centres = [];
        while (centres.length < this.k) centres = this.#drawn(centres, random);
        return model.lloyd(this.points, centres).J;
      });
      this.bestOf = key;
      this.bestJ = Math.min(...runs);
    }
    return this.bestJ;
  }

  #drawn(centres, random = Math.random) {
    if (!this.points.length) return centres;
    return [...centres, this.points[model.pick(model.drawing(this.points, centres), random())]];
  }

  #randomStart() {
    const left = [...this.points];
    return Array.from({ length: Math.min(this.k, left.length) }, () => left.splice(Math.floor(left.length * Math.random()), 1)[0]);
  }

  #step() {
    if (this.drawing) this.start = this.#drawn(this.start);
    else if (!this.now.done && this.t < MOST_T) this.t = this.now.made + 1;
  }

  #run() {
    this.checkpoint();
    this.running = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = () => {
      if (!this.running || !this.isConnected) return;
      const before = `${this.start.length} ${this.now.made}`;
      this.#step();
      this.changed();
      const over = before === `${this.start.length} ${this.now.made}` || (!this.drawing && this.now.done);
      if (over) {
        this.stop();
        this.announce(this.summary());
      } else if (calm) next();
      else this.timer = setTimeout(next, PACE);
    };
    next();
  }

  #moveMark(i, place) {
    const { centres } = this.now;
    if (i < centres.length) this.#begin({ start: centres.map((centre, j) => (i === j ? place : centre.map(round))) });
    else this.points = this.points.map((point, j) => (i - centres.length === j ? place : point));
  }

  #removeMark(i) {
    const { centres } = this.now;
    if (i >= centres.length) this.points = this.points.filter((_, j) => j !== i - centres.length);
    else if (this.k > 1) this.#begin({ k: this.k - 1, start: centres.filter((_, j) => j !== i).map((centre) => centre.map(round)) });
  }

  #addPoint(place) {
    if (this.points.length >= MOST_POINTS) return this.announce(`There are ${MOST_POINTS} points, no more can be added.`);
    return this.edit(() => (this.points = [...this.points, place]));
  }

  #situation() {
    const same = (query) => {
      const params = new URLSearchParams(query);
      return params.get("points") === writePlaces(this.points) && params.get("centres") === writePlaces(this.start) && Number(params.get("k")) === this.k;
    };
    return Object.keys(presets).find((name) => same(presets[name])) ?? "";
  }

  // --- the plane -----------------------------------------------------------------------------------------------------

  #nameOf(i) {
    const { centres, labels } = this.now, p = i - centres.length;
    if (p < 0) return `Centre ${LETTERS[i]}`;
    return `Point ${p + 1}, ${labels ? `cluster ${LETTERS[labels[p]]}` : "no cluster yet"}`;
  }

  #mixed(row) {
    const colours = row.map((_, j) => rgb(this, colourName(j)));
    return [0, 1, 2].map((channel) => Math.round(row.reduce((total, share, j) => total + share * colours[j][channel], 0)));
  }

  #decorate() {
    const { centres, labels, shares } = this.now;
    [...this.plane.marks.children].forEach((mark, i) => {
      const p = i - centres.length, path = mark.querySelector(".mark");
      mark.classList.toggle("loose", p >= 0 && !labels);
      mark.classList.toggle("shared", p >= 0 && Boolean(shares));
      if (p < 0) path.setAttribute("d", ""); // drawn above all points
      else path.setAttribute("d", shape(labels?.[p] ?? 0, 5));
      if (p >= 0 && shares) mark.style.setProperty("--shares", `rgb(${this.#mixed(shares[p]).join(" ")})`);
    });
    this.above.innerHTML = centres
      .map((centre, j) => {
        const [u, v] = this.plane.toScreen(...centre);
        return `<g class="point centre" style="--colour: var(--eer-${colourName(j)})" transform="translate(${u.toFixed(1)} ${v.toFixed(1)})">
          <path class="mark" d="${shape(j, 9)}"/></g>`;
      })
      .join("");
  }

  #drawBelow() {
    const { plane, now, chances } = this;
    const place = ([x, y]) => plane.toScreen(x, y).map((value) => value.toFixed(1)).join(" ");
    const path = (places) => places.map((each, i) => `${i ? "L" : "M"}${place(each)}`).join("");
    const coloured = (j) => `style="--colour: var(--eer-${colourName(j)})"`;
    const parts = now.centres.map((_, j) => {
      const way = now.trail.map((centres) => centres[j]);
      const dots = way.slice(0, -1).map((each) => `<circle class="trail-end" cx="${place(each).replace(" ", '" cy="')}" r="2.2"/>`);
      const ellipse = now.mixture ? `<path class="spread" d="${path(model.ellipse(now.mixture.means[j], now.mixture.covariances[j], 2))}Z"/>` : "";
      return `<g ${coloured(j)}><path class="trail" d="${path(way)}"/>${dots.join("")}${ellipse}</g>`;
    });
    for (const [i, chance] of (chances ?? []).entries())
      parts.push(`<circle class="chance" cx="${place(this.points[i]).replace(" ", '" cy="')}" r="${(60 * Math.sqrt(chance)).toFixed(1)}"/>`);
    plane.below.innerHTML = parts.join("");
  }

  #paint() {
    const { labels, centres, mixture, shares } = this.now;
    const colours = centres.map((_, j) => rgb(this, colourName(j)));
    this.plane.paint((x, y) => {
      if (mixture && shares) return [...this.#mixed(model.responsibilities([[x, y]], mixture)[0]), 60];
      if (!labels) return [0, 0, 0, 0];
      return [...colours[model.assign([[x, y]], centres).labels[0]], 50];
    }, mixture ? 50 : 100);
  }

  // --- words and numbers ---------------------------------------------------------------------------------------------

  #nextStep() {
    if (this.drawing) return "Draw a centre";
    if (this.now.done) return "Nothing changes";
    const second = this.now.made % 2 === 1;
    if (this.method === "mixture") return second ? "M: move" : "E: share";
    return second ? "Move" : "Assign";
  }

  #sizes() {
    const { labels, shares, centres } = this.now;
    if (shares) return centres.map((_, j) => shares.reduce((total, row) => total + row[j], 0));
    return centres.map((_, j) => labels.filter((label) => label === j).length);
  }

  #rows() {
    const { now, drawing, points } = this;
    const value = now.values.at(-1);
    if (!points.length) return [["points", "none: click on the plane"]];
    if (drawing) {
      const likely = Math.max(...this.chances);
      return [
        ["centres", `${this.start.length} of ${this.k} drawn`],
        ["most likely next point", `probability ${likely.toFixed(3)}`],
        ["uniform would be", (1 / points.length).toFixed(3)],
      ];
    }
    const steps = `${now.made}${now.done ? ", the end" : ""}`;
    const digits = this.method === "mixture" ? 1 : 0;
    const sizes = now.labels ? this.#sizes().map((size, j) => `${LETTERS[j]} ${size.toFixed(digits)}`).join(", ") : "nobody assigned yet";
    if (this.method === "mixture") {
      const narrow = now.mixture.covariances.map(([[a, b], [, c]]) => (a + c) / 2 - Math.hypot((a - c) / 2, b));
      return [["half steps", steps], ["log-likelihood", signed(value, 2)], ["shares of points", sizes], ["least deviation", Math.sqrt(Math.max(0, Math.min(...narrow))).toFixed(3)]];
    }
    const best = `${this.best.toFixed(3)}${value !== undefined && this.best > 0 ? `; here ${(value / this.best).toFixed(2)} ×` : ""}`;
    return [["half steps", steps], ["J", value === undefined ? "–" : value.toFixed(3)], [`best J of ${STARTS} starts`, best], ["points", sizes]];
  }

  #drawFacts() {
    const row = ([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`;
    this.$(".facts").innerHTML = `<table><tbody>${this.#rows().map(row).join("")}</tbody></table>`;
  }

  summary() {
    return `${METHODS[this.method]}, ${plural(this.points.length, "point")}: ${this.#rows().map(([name, value]) => `${name} ${value}`).join("; ")}.`;
  }

  // The values of this run up to its end.
  #whole() {
    const of = [this.method, this.k, writePlaces(this.start), writePlaces(this.points)].join(" ");
    if (this.wholeOf !== of) {
      this.wholeOf = of;
      const never = this.drawing || !this.points.length;
      this.wholeRun = never ? [] : model.follow(this.points, this.start, { mixture: this.method === "mixture", steps: MOST_T }).values;
    }
    return this.wholeRun;
  }

  #drawChart() {
    const { width, height, left, right, top, bottom } = CHART;
    const chart = this.$(".chart"), mixture = this.method === "mixture";
    const first = mixture ? 0 : 1, values = this.now.values; // J is known from the first assignment on
    const title = mixture ? "log-likelihood" : "J";
    const whole = this.#whole(); // the axes are those of the whole run, so that the curve stays in its place
    const last = Math.max(8, 4 * Math.ceil((first + whole.length - 1) / 4));
    const x = (t) => left + (t / last) * (width - left - right);
    const frame =
      `<text x="${(left + width) / 2}" y="${height - 2}" text-anchor="middle">half steps</text>` +
      [0, last].map((t) => `<text x="${x(t)}" y="${height - bottom + 15}" text-anchor="${t ? "end" : "start"}">${t}</text>`).join("");
    chart.setAttribute("aria-label", values.length ? `${title} after each half step: ${values.map((value) => signed(value)).join(", ")}` : `${title}: no half step yet`);
    if (!values.length) return void (chart.innerHTML = frame);
    const all = this.best === null ? whole : [...whole, this.best];
    const most = Math.max(...all), least = Math.min(...all), span = most - least || 1;
    const y = (value) => top + ((most - value) / span) * (height - top - bottom);
    const level = (value) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(value)}" y2="${y(value)}"/>` +
      `<text x="${left - 5}" y="${y(value) + 4}" text-anchor="end">${signed(value, mixture ? 1 : 2)}</text>`;
    const line = values.map((value, i) => `${i ? "L" : "M"}${x(first + i).toFixed(1)} ${y(value).toFixed(1)}`).join("");
    const end = first + values.length - 1;
    chart.innerHTML =
      frame +
      (most > least ? [most, least] : [most]).map(level).join("") +
      (this.best === null ? "" : `<line class="best" x1="${left}" x2="${width - right}" y1="${y(this.best)}" y2="${y(this.best)}"/>`) +
      `<path class="line" d="${line}"/>` +
      values.map((value, i) => `<circle class="dot" cx="${x(first + i).toFixed(1)}" cy="${y(value).toFixed(1)}" r="2.4"/>`).join("") +
      `<circle class="now" cx="${x(end).toFixed(1)}" cy="${y(values.at(-1)).toFixed(1)}" r="4.5"/>`;
  }
}

customElements.define("eer-clusters", ClustersDemo);
