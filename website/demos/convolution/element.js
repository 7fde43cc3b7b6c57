// The demo on the arithmetic of convolutions: <eer-convolution>. See presets.js for the situations it can be linked to.

import { Demo } from "../shared/demo.js";
import { choices, situations, slider } from "../shared/markup.js";
import { readNumber } from "../shared/points.js";
import { rgb } from "../shared/classes.js";
import styles from "./convolution.css";
import * as model from "./model.js";
import { TITLES, presets } from "./presets.js";

const MOST_N = 8; // numbers of the input, on a side
const MOST_K = 5; // weights of the kernel, on a side
const LIMITS = { n: [1, MOST_N, 1], k: [1, MOST_K, 1], s: [1, 3, 1], p: [0, 3, 1], d: [1, 3, 1], r: [0, 2, 1] };
const LABELS = { n: "Input size", k: "Kernel size k", s: "Stride s", p: "Padding p", d: "Dilation d", r: "Output padding r" };
const KINDS = [["conv", "Convolution"], ["back", "Transposed"]];
const DIMENSIONS = [["1", "A row"], ["2", "A picture"]];
const SHOWN = [["values", "Values"], ["counts", "Counts"]];
const NAMES = [["equal", "Equal"], ["counting", "1, 2, 3, …"], ["tent", "Tent"]];
const PACE = 450; // milliseconds a step
const FAINT = 16; // how much of a square without a weight is seen, of 255
const READABLE = 19; // pixels that a cell needs for its number

const range = (n) => Array.from({ length: n }, (_, i) => i);
const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
const number = (value) => String(Math.round(10000 * value) / 10000).replace("-", "−");
const cut = (value) => Math.round(100 * value) / 100;
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const pair = (cell) => (cell.length === 1 ? cell[0] : `(${cell.join(", ")})`);

class ConvolutionDemo extends Demo {
  static demo = "convolution";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    const entries = (name, most, label) =>
      Array.from({ length: most }, (_, i) => `<input class="${name}${i}" type="number" min="-99" max="99" step="any" aria-label="${label} ${i}">`).join("");
    const sliders = Object.entries(LIMITS).map(([name, limits]) => slider(name, LABELS[name], limits));
    const group = (legend, name, items) => `<fieldset><legend>${legend}</legend><span class="choices">${choices(name, items)}</span></fieldset>`;
    return `
      <label class="wide"><span class="name">Situation</span>
        ${situations(TITLES)}</label>
      <div class="controls">
        ${group("Layer", "kind", KINDS)}${group("Input", "dim", DIMENSIONS)}${group("In the cells", "show", SHOWN)}
      </div>
      <div class="pictures">
        <div class="board" tabindex="0" role="application"></div>
        <canvas class="matrix" role="img"></canvas>
      </div>
      <p class="quiet legend"></p>
      <div class="how"></div>
      <div class="controls">
        <span class="choices">
          <button type="button" class="main step">Next</button>
          <button type="button" class="run" aria-pressed="false">Run</button>
        </span>
      </div>
      <div class="layout">
        <div class="sliders">${sliders.join("")}</div>
        <div class="side">
          <fieldset><legend class="x-name">Input</legend><span class="numbers">${entries("x", MOST_N, "Input number")}</span></fieldset>
          <fieldset><legend class="w-name">Kernel</legend><span class="numbers">${entries("w", MOST_K, "Weight")}</span></fieldset>
          <span class="choices" role="group" aria-label="Kernels">${choices("kernel", NAMES)}</span>
        </div>
      </div>
      <div class="facts"></div>
      <details class="quiet">
        <summary>Keys and gestures</summary>
        <p>Point at a cell of the input or of the output, or tap it: its partners on the other side are framed, and so is its
        row or column of C. With the keyboard: <kbd>Tab</kbd> to the picture, arrow keys go from cell to cell,
        <kbd>I</kbd> and <kbd>O</kbd> to the input and the output.</p>
      </details>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    this.$$ = (selector) => [...root.querySelectorAll(selector)];
    this.running = false;
    const board = this.$(".board");
    const point = (event) => {
      const cell = event.target.closest?.("[data-side]");
      if (cell) this.#select(cell.dataset.side, cell.dataset.cell.split(",").map(Number), event.type === "pointerdown");
    };
    board.addEventListener("pointerdown", point);
    board.addEventListener("pointermove", (event) => event.pointerType === "mouse" && !this.running && point(event));
    board.addEventListener("keydown", (event) => this.#key(event));
    for (const name of Object.keys(LIMITS)) {
      this.slide(`input.${name}`, (value) => this.#set(name, value));
    }
    for (const [group, name] of [["kind", "kind"], ["show", "show"], ["dim", "dim"]]) {
      for (const button of this.$$(`[data-${group}]`)) button.addEventListener("click", () => this.edit(() => this.#choose(name, button.dataset[group])));
    }
    for (const button of this.$$("[data-kernel]")) button.addEventListener("click", () => this.edit(() => this.#setKernel(button.dataset.kernel)));
    for (const [name, most] of [["x", MOST_N], ["w", MOST_K]]) {
      for (let i = 0; i < most; i++) {
        const input = this.$(`.${name}${i}`);
        input.addEventListener("change", () => {
          this.drawnOf = ""; // what was typed may not be what counts
          const value = input.value.trim() === "" ? NaN : Number(input.value);
          if (!(Math.abs(value) <= 99)) return this.render(); // back to what it was
          this.edit(() => (this[name] = this[name].with(i, cut(value))));
        });
      }
    }
    this.$(".step").addEventListener("click", () => {
      this.stop();
      this.#next();
    });
    this.$(".run").addEventListener("click", () => (this.running ? this.stop() : this.#run()));
    this.listenToSituations(TITLES);
    new ResizeObserver(() => this.clientWidth !== this.drawnWidth && this.render()).observe(this);
  }

  read(params) {
    const fallback = new URLSearchParams(presets.hand);
    const list = (key, most) => {
      const values = (params.get(key) ?? "").split(",").map((item) => (item.trim() === "" ? NaN : Number(item)));
      return values.length <= most && values.every((value) => Math.abs(value) <= 99) ? values.map(cut) : null;
    };
    const one = (key, items, otherwise) => (items.some(([value]) => value === params.get(key)) ? params.get(key) : otherwise);
    const whole = (key, otherwise) => {
      const [least, most] = LIMITS[key];
      const value = readNumber(params, key, { least, most, otherwise });
      return Number.isInteger(value) ? value : otherwise;
    };
    this.dim = one("dim", DIMENSIONS, "1");
    this.kind = one("kind", KINDS, "conv");
    this.show = one("show", SHOWN, "values");
    this.x = list("x", MOST_N) ?? fallback.get("x").split(",").map(Number);
    this.w = list("w", MOST_K) ?? fallback.get("w").split(",").map(Number);
    for (const key of ["s", "d"]) this[key] = whole(key, 1);
    for (const key of ["p", "r"]) this[key] = whole(key, 0);
    const [side, ...cell] = (params.get("at") ?? "").split(",");
    const good = (side === "in" || side === "out") && cell.length === Number(this.dim) && cell.every((place) => /^\d{1,2}$/.test(place));
    this.at = good ? { side, cell: cell.map(Number) } : { side: "out", cell: new Array(Number(this.dim)).fill(0) };
    this.#compute();
    if (good && this.at.cell.some((place, axis) => place !== cell.map(Number)[axis])) this.at = { side: "out", cell: this.at.cell.map(() => 0) };
  }

  write() {
    const { side, cell } = this.at, plain = side === "out" && cell.every((place) => place === 0);
    const changed = Object.entries({ s: 1, p: 0, d: 1, r: 0 }).filter(([key, value]) => this[key] !== value);
    return new URLSearchParams({
      ...{ dim: this.dim, kind: this.kind, x: this.x.join(","), w: this.w.join(",") },
      ...Object.fromEntries(changed.map(([key]) => [key, this[key]])),
      ...(this.show === "values" ? {} : { show: this.show }),
      ...(plain ? {} : { at: `${side},${cell.join(",")}` }),
    });
  }

  // Pointing from cell to cell changes little, and must be quick: all but the chosen cell and its partners stands already.
  render() {
    this.#compute();
    const of = `${this.now.of} ${this.show} ${this.named} ${this.clientWidth}`;
    if (this.drawnOf !== of) this.#renderSettings();
    this.#draw(this.drawnOf !== of);
    this.drawnOf = of;
    this.#put(".run", "aria-pressed", String(this.running));
    const legend = this.#legend();
    if (this.legend !== legend) this.$(".legend").innerHTML = this.legend = legend;
    this.$(".how").innerHTML = this.#how();
  }

  // What is the same already is not written: the browser would look at it again.
  #put(selector, name, value) {
    const part = this.$(selector);
    if (part.getAttribute(name) !== value) part.setAttribute(name, value);
  }

  #renderSettings() {
    this.drawnWidth = this.clientWidth;
    for (const name of Object.keys(LIMITS)) {
      this.$(`input.${name}`).value = this[name];
      this.$(`.${name}-value`).value = this[name];
    }
    this.$("input.r").disabled = this.kind === "conv";
    for (const group of ["kind", "show", "dim"]) {
      for (const button of this.$$(`[data-${group}]`)) button.setAttribute("aria-pressed", button.dataset[group] === this[group]);
    }
    for (const button of this.$$("[data-kernel]")) button.setAttribute("aria-pressed", this.#kernelName() === button.dataset.kernel);
    for (const [name, most] of [["x", MOST_N], ["w", MOST_K]]) {
      for (let i = 0; i < most; i++) {
        const input = this.$(`.${name}${i}`);
        input.hidden = i >= this[name].length;
        input.value = this[name][i] ?? "";
      }
    }
    const product = this.dim === "2" ? ": products of pairs of" : "";
    this.$(".x-name").textContent = `Input ${this.kind === "conv" ? "x" : "y"}${product}`;
    this.$(".w-name").textContent = `Kernel w${product}`;
    this.$(".step").disabled = this.$(".run").disabled = Boolean(this.now.problem);
    this.$(".situation").value = this.#situation();
    this.$(".facts").innerHTML = this.#facts();
  }

  // --- the state -----------------------------------------------------------------------------------------------------

  get n() {
    return this.x.length;
  }

  get k() {
    return this.w.length;
  }

  edit(change, once = true) {
    super.edit(change, once);
  }

  #set(name, value) {
    const kernel = this.#kernelName();
    if (name === "n") this.x = Array.from({ length: value }, (_, i) => this.x[i] ?? 1);
    else if (name === "k") this.w = Array.from({ length: value }, (_, i) => this.w[i] ?? 1);
    else this[name] = value;
    if (name === "k" && kernel) this.#setKernel(kernel); // a kernel of that name, of the new size
  }

  #setKernel(name) {
    this.w = model.KERNELS[name](this.k).map(cut);
    this.named = name;
  }

  // Kernels of one weight have all names: the one that was chosen counts.
  #kernelName() {
    const names = [this.named, ...NAMES.map(([name]) => name)].filter(Boolean);
    return names.find((name) => model.KERNELS[name](this.k).map(cut).join() === this.w.join());
  }

  #choose(name, value) {
    this[name] = value;
    if (name === "dim") this.at = { side: this.at.side, cell: value === "1" ? [this.at.cell[0]] : [this.at.cell[0], 0] };
    if (name === "kind") this.at = { side: "out", cell: this.at.cell.map(() => 0) };
  }

  #situation() {
    const key = (query) => {
      const params = new URLSearchParams(query);
      return ["dim", "kind", "x", "w", "s", "p", "d", "r"].map((name) => params.get(name)).join("&");
    };
    const now = key(this.write());
    return Object.keys(presets).find((name) => key(presets[name]) === now) ?? "";
  }

  // What is wrong with the setting, in words; empty if nothing is.
  #problem(where) {
    const { n, k, p, r } = this, covers = model.span(k, this.d);
    if (this.kind === "conv") {
      if (n + 2 * p >= covers) return "";
      return `The window covers ${plural(covers, "place")}, and the input has ${p ? `with its padding ${n + 2 * p}` : `only ${n}`}: there is
        nowhere to put it, and there is no output.`;
    }
    if (!model.allowed(r, where))
      return `An output padding of ${r} is refused: it must be smaller than the stride (${this.s}) or the dilation (${this.d}).`;
    if (model.grown(n, k, where, r) >= 1) return "";
    const reach = model.grown(n, k, { ...where, p: 0 });
    return `The kernels reach ${plural(reach, "place")}${r ? `, the output padding adds ${r} at the end` : ""}, and the padding cuts ${p} at
      both ends: nothing is left.`;
  }

  #compute() {
    const of = [this.dim, this.kind, this.x, this.w, this.s, this.p, this.d, this.r].join(" ");
    if (this.now?.of !== of) this.now = { of, ...this.#computed() };
    if (this.now.problem) return;
    const limit = this.#size(this.at.side) - 1;
    this.at = { side: this.at.side, cell: this.at.cell.map((place) => clamp(place, 0, limit)) };
  }

  #computed() {
    const { s, p, d, r, n, k } = this, where = { s, p, d }, conv = this.kind === "conv";
    const problem = this.#problem(where);
    if (problem) return { where, problem };
    const i = conv ? model.shrunk(n, k, where) : n, o = conv ? n : model.grown(n, k, where, r);
    const square = this.dim === "2";
    const input = square ? model.outer(this.x) : [this.x], kernel = square ? model.outer(this.w) : [this.w];
    const C = model.matrix(this.w, i, o, where), tally = model.counts(i, o, k, where);
    const apply = (row) => (conv ? C.map((each) => each.reduce((total, c, j) => total + c * row[j], 0)) : C[0].map((_, j) => row.reduce((total, y, a) => total + y * C[a][j], 0)));
    const picture = () => (conv ? model.convolve(input, kernel, [i, i], where) : model.transposed(input, kernel, [o, o], where));
    const output = square ? picture() : [apply(this.x)];
    return { where, problem, i, o, C, tally, input, kernel, output };
  }

  // The input of a convolution is the long side, x, of o numbers; its output the short one, y, of i. Transposed: the reverse.
  #isLarge(side) {
    return (side === "in") === (this.kind === "conv");
  }

  #size(side) {
    return this.#isLarge(side) ? this.now.o : this.now.i;
  }

  // Partners of the chosen cell along one axis, on the other side: places and weights.
  #partners(axis) {
    const { where, i } = this.now, place = this.at.cell[axis];
    return this.#isLarge(this.at.side) ? model.senders(place, i, this.k, where) : model.window(place, this.k, where);
  }

  // All partners: cells of the other side, places of the kernel, and the weight.
  #ties() {
    if (this.dim === "1") return this.#partners(0).map(({ v, at }) => ({ cell: [at], taps: [v], weight: this.w[v] }));
    const across = this.#partners(1);
    return this.#partners(0).flatMap(({ v: u, at: row }) => across.map(({ v, at }) => ({ cell: [row, at], taps: [u, v], weight: this.w[u] * this.w[v] })));
  }

  #value(side, cell) {
    const table = side === "in" ? this.now.input : this.now.output;
    return cell.length === 1 ? table[0][cell[0]] : table[cell[0]][cell[1]];
  }

  #shown(side, cell) {
    if (this.show === "values") return this.#value(side, cell);
    const tally = this.now.tally[this.#isLarge(side) ? "large" : "small"];
    return cell.reduce((product, place) => product * tally[place], 1);
  }

  // Where the pointer rests is no change to take back; what a key, a finger or a button chooses is.
  #select(side, cell, once = true) {
    if (this.now.problem) return;
    const size = this.#size(side);
    const inside = cell.map((place) => clamp(place, 0, size - 1));
    if (this.at.side === side && this.at.cell.join() === inside.join()) return;
    if (once) this.checkpoint();
    this.at = { side, cell: inside };
    this.changed();
    this.announce(this.$(".how").textContent);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const other = { i: "in", o: "out" }[event.key.toLowerCase()];
    if (!move && !other) return;
    event.preventDefault();
    this.stop();
    if (other) return this.#select(other, this.at.cell);
    const { side, cell } = this.at;
    this.#select(side, cell.length === 1 ? [cell[0] + move[0] + move[1]] : cell.map((place, axis) => place + move[axis]));
  }

  #next(once = true) {
    const { side, cell } = this.at, size = this.#size(side);
    const index = (cell.reduce((total, place) => total * size + place, 0) + 1) % size ** cell.length;
    this.#select(side, cell.length === 1 ? [index] : [Math.floor(index / size), index % size], once);
    return index !== 0;
  }

  #run() {
    this.checkpoint();
    this.running = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = () => {
      if (!this.running || !this.isConnected) return;
      if (this.#next(false)) this.timer = setTimeout(step, calm ? 2 * PACE : PACE);
      else this.stop();
    };
    step();
    this.$(".run").setAttribute("aria-pressed", this.running);
  }

  // --- the picture ---------------------------------------------------------------------------------------------------

  #draw(anew) {
    const board = this.$(".board"), { problem } = this.now;
    if (anew) {
      board.classList.toggle("none", Boolean(problem));
      this.$(".matrix").hidden = this.dim === "1";
      this.$(".matrix").classList.toggle("none", Boolean(problem));
      board.classList.toggle("two", this.dim === "2");
      board.setAttribute("aria-label", problem ? "No picture: the setting is impossible" : this.summary());
      if (problem) board.innerHTML = `<p><b>This cannot be.</b> ${problem}</p>`;
      else this.#measure();
    }
    if (!problem) {
      const ties = this.#ties(), { most } = this.measured;
      const marks = new Map(ties.map((tie) => [tie.cell.join(), tie]));
      if (this.dim === "1") {
        if (anew) board.innerHTML = this.#row(most);
        this.$(".framed").innerHTML = this.#framedRow(marks, most);
      } else {
        if (anew) {
          const parts = ["in", "out"].map((side) => `minmax(var(--least), ${this.#size(side) + (this.#isLarge(side) ? 2 * this.p : 0)}fr)`);
          board.style.setProperty("--parts", parts.join(" "));
          board.innerHTML = ["in", "out"].map((side) => this.#grid(side, most)).join("");
        }
        for (const side of ["in", "out"]) this.$(`.framed.${side}`).innerHTML = this.#framed(side, marks, most);
        this.#paintMatrix();
      }
    }
  }

  // What all cells share stands until all of them are drawn anew. Asked for between two drawings, the width of the demo
  // would make the browser lay out the page for each.
  #measure() {
    this.measured = { most: { in: this.#most("in"), out: this.#most("out") } };
    if (this.dim === "1") this.measured.row = this.#places();
    else for (const side of ["in", "out"]) this.measured[side] = this.#place(side);
  }

  #most(side) {
    const all = side === "in" ? this.now.input : this.now.output;
    const shown = this.show === "values" ? all.flat() : all.flatMap((row, u) => row.map((_, v) => this.#shown(side, this.dim === "1" ? [v] : [u, v])));
    return Math.max(1e-9, ...shown.map(Math.abs));
  }

  // One cell at [column, row] of the drawing. `inside`: it is a number of that side, not one that padding adds or cuts.
  #cell(side, cell, [u, v], { tie, chosen = false, most, inside, pixels }) {
    const value = inside ? this.#shown(side, cell) : 0;
    const kinds = [inside ? "" : "rim", chosen ? "chosen" : "", tie ? "tie" : "", value < 0 ? "negative" : ""].filter(Boolean).join(" ");
    const share = Math.round((46 * Math.abs(value)) / most[side]);
    const frame = `<rect class="cell ${kinds}" x="${u + 0.04}" y="${v + 0.04}" width="0.92" height="0.92" style="--share: ${share}%"/>`;
    const text = inside ? number(value) : this.kind === "conv" && this.show === "values" ? "0" : "";
    const size = Math.min(0.42, 1.3 / Math.max(2, text.length));
    const times = tie && pixels > 1.7 * READABLE ? `<text class="times" x="${u + 0.9}" y="${v + 0.9}" font-size="0.24" text-anchor="end">×${number(tie.weight)}</text>` : "";
    const words = text !== "" && pixels >= READABLE ? `<text x="${u + 0.5}" y="${v + 0.5 + 0.36 * size}" font-size="${size.toFixed(2)}" text-anchor="middle">${text}</text>` : "";
    return `<g ${inside && !tie && !chosen ? `data-side="${side}" data-cell="${cell.join()}"` : ""}>${frame}${words}${times}</g>`;
  }

  // Both pictures have cells of one size: beside each other where there is room, else one above the other.
  #scale(small, large) {
    const narrow = this.clientWidth < 600, box = Math.max(small, large, 5); // as in the stylesheet
    const wide = this.matches(":fullscreen") ? 0.6 * innerHeight - 58 : 310;
    const room = [this.clientWidth - (narrow ? 46 : 62), narrow ? 430 : wide];
    const cells = narrow ? [box, small + large] : [small + large, box];
    return { narrow, box, pixels: Math.min(...room.map((length, axis) => length / cells[axis])) };
  }

  // Where the cells of one side lie in its picture, the long side with its padding around.
  #place(side) {
    const { o, i } = this.now, rim = this.#isLarge(side) ? this.p : 0, size = this.#size(side), drawn = size + 2 * rim;
    const { narrow, box, pixels } = this.#scale(i, o + 2 * this.p);
    const [width, height] = narrow ? [box, drawn] : [drawn, box];
    const at = ([row, column]) => [column + (width - size) / 2, row + (height - size) / 2];
    return { rim, size, width, height, pixels, at, inside: (cell) => cell.every((place) => place >= 0 && place < size) };
  }

  // The chosen cell, or the partners of the chosen one, to be drawn over the others.
  #framed(side, marks, most) {
    const { at, inside, pixels, rim, size } = this.measured[side];
    if (this.at.side === side) return this.#cell(side, this.at.cell, at(this.at.cell), { chosen: true, most, inside: true, pixels });
    const drawn = [...marks.values()].filter(({ cell }) => cell.every((place) => place >= -rim && place < size + rim));
    return drawn.map((tie) => this.#cell(side, tie.cell, at(tie.cell), { tie, most, inside: inside(tie.cell), pixels })).join("");
  }

  // A picture of one side.
  #grid(side, most) {
    const { at, inside, pixels, rim, size, width, height } = this.measured[side];
    const cells = [];
    for (let row = -rim; row < size + rim; row++) {
      for (let column = -rim; column < size + rim; column++) {
        const cell = [row, column];
        cells.push(this.#cell(side, cell, at(cell), { most, inside: inside(cell), pixels }));
      }
    }
    const cut = rim ? `, ${this.kind === "conv" ? "zeros" : "cut"} around it` : "";
    return `<figure><figcaption class="quiet">${side === "in" ? "Input" : "Output"} ${size} × ${size}${cut}</figcaption>
      ${this.#two(side, `0 0 ${width} ${height}`, width, cells)}</figure>`;
  }

  // What stays, and in a drawing of its own over it what changes with the chosen cell: the browser lays out only the latter.
  #two(side, box, width, parts) {
    const rest = `viewBox="${box}" style="--cells: ${width}" aria-hidden="true"`;
    return `<svg ${rest}>${parts.join("")}</svg><svg class="framed ${side}" ${rest}></svg>`;
  }

  // A row: C in the middle, the o numbers above its columns, the i numbers beside its rows.
  #places() {
    const { o, i } = this.now, { p } = this;
    const width = Math.max(o + 2 * p + 1.5, 8), height = i + 1.5, left = (width - (o + 2 * p + 1.5)) / 2;
    const at = (side, place) => (this.#isLarge(side) ? [left + 1.5 + p + place, 0] : [left, 1.5 + place]);
    return { width, height, left, at, pixels: Math.min((this.clientWidth - 40) / width, 270 / height, 54) };
  }

  #row(most) {
    const { o, i } = this.now, { p } = this, [large, small] = this.kind === "conv" ? ["in", "out"] : ["out", "in"];
    const { width, height, at, pixels } = this.measured.row, parts = [];
    const add = (side, place, inside) => parts.push(this.#cell(side, [place], at(side, place), { most, inside, pixels }));
    for (let j = -p; j < o + p; j++) add(large, j, j >= 0 && j < o);
    for (let a = 0; a < i; a++) add(small, a, true);
    for (let a = 0; a < i; a++) for (let j = -p; j < o + p; j++) parts.push(this.#entry(a, j));
    return this.#two("", `-0.1 -0.1 ${width + 0.2} ${height + 0.2}`, width, parts);
  }

  // One entry of C, or what would be one in the padding.
  #entry(a, j, lit = false) {
    const { left, pixels } = this.measured.row, { o, where } = this.now;
    const tie = model.window(a, this.k, where).find(({ at }) => at === j), inside = j >= 0 && j < o;
    const text = inside || tie ? number(tie ? this.w[tie.v] : 0) : "", size = Math.min(0.4, 1.3 / Math.max(2, text.length));
    const side = this.kind === "conv" ? "out" : "in", [u, v] = [left + 1.5 + this.p + j, 1.5 + a];
    const words = `<text class="${tie ? "" : "zero"}" x="${u + 0.5}" y="${v + 0.5 + 0.36 * size}" font-size="${size.toFixed(2)}" text-anchor="middle">${text}</text>`;
    return (
      `<g ${lit ? "" : `data-side="${side}" data-cell="${a}"`}><rect class="entry ${tie ? "tied" : ""} ${inside ? "" : "beyond"} ${lit ? "lit" : ""}" x="${u}" y="${v}" width="1" height="1"/>` +
      `${text !== "" && pixels >= READABLE * 0.8 ? words : ""}</g>`
    );
  }

  // The chosen cell, its partners, and its column or row of C.
  #framedRow(marks, most) {
    const { o, i } = this.now, { p } = this, { left, at, pixels } = this.measured.row;
    const { side, cell } = this.at, large = this.#isLarge(side), [chosen] = cell, other = side === "in" ? "out" : "in";
    const entries = large ? range(i).map((a) => this.#entry(a, chosen, true)) : range(o + 2 * p).map((j) => this.#entry(chosen, j - p, true));
    const [x, y, width, height] = large ? [left + 1.5 + p + chosen, 1.5, 1, i] : [left + 1.5, 1.5 + chosen, o + 2 * p, 1];
    const size = this.#size(other), rim = this.#isLarge(other) ? p : 0;
    const partners = [...marks.values()].filter(({ cell: [place] }) => place >= -rim && place < size + rim);
    const drawn = partners.map((tie) => this.#cell(other, tie.cell, at(other, tie.cell[0]), { tie, most, inside: tie.cell[0] >= 0 && tie.cell[0] < size, pixels }));
    const band = `<rect class="band" x="${x}" y="${y}" width="${width}" height="${height}"/>`;
    return [...entries, band, ...drawn, this.#cell(side, cell, at(side, chosen), { chosen: true, most, inside: true, pixels })].join("");
  }

  // The matrix of a picture: i² rows and o² columns, one small square each. All but the lit row or column stands already.
  #paintMatrix() {
    const { i, o } = this.now, canvas = this.$(".matrix"), rows = i * i, columns = o * o;
    const of = `${this.now.of} ${document.documentElement.dataset.theme}`;
    if (this.matrix?.of !== of) this.matrix = { of, ...this.#squares(rows, columns) };
    const { squares, on } = this.matrix;
    const large = this.#isLarge(this.at.side), lit = this.at.cell[0] * (large ? o : i) + this.at.cell[1];
    const pixels = squares.slice(), length = large ? rows : columns, [from, step] = large ? [lit, columns] : [lit * columns, 1];
    for (let place = 0; place < length; place++) {
      const at = from + place * step, alpha = pixels[at] >>> 24;
      pixels[at] = on(alpha > FAINT ? alpha : 120);
    }
    if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
    canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), columns), 0, 0);
    this.#put(".matrix", "aria-label", `The matrix C of the picture, ${rows} × ${columns}; the ${large ? "column" : "row"} of the chosen cell is lit.`);
  }

  // Its squares without the lit ones, and on(alpha), the colour of those.
  #squares(rows, columns) {
    const { i, o, kernel, where } = this.now, squares = new Uint32Array(rows * columns);
    const [blue, orange, purple, faint] = ["blue", "orange", "purple", "muted"].map((name) => rgb(this, name));
    const most = Math.max(1e-9, ...kernel.flat().map(Math.abs));
    const one = ([red, green, blue], alpha) => ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    squares.fill(one(faint, FAINT));
    const ways = range(i).map((a) => model.window(a, this.k, where).filter(({ at }) => at >= 0 && at < o));
    for (const [a, down] of ways.entries()) {
      for (const [b, along] of ways.entries()) {
        for (const { v: u, at: j } of down) {
          for (const { v, at: l } of along) {
            const alpha = 90 + Math.round((165 * Math.abs(kernel[u][v])) / most);
            squares[(a * i + b) * columns + j * o + l] = one(kernel[u][v] < 0 ? purple : blue, alpha);
          }
        }
      }
    }
    return { squares, on: (alpha) => one(orange, alpha) };
  }

  // --- words ---------------------------------------------------------------------------------------------------------

  #legend() {
    if (this.now.problem) return this.#remedy();
    const rim = this.p ? ` Dashed: ${this.kind === "conv" ? "zeros that the padding adds" : "places that the padding cuts"}.` : "";
    const shown = this.show === "counts" ? " In the cells: how many partners each has." : "";
    const chosen = `<span class="key chosen"></span> the chosen cell · <span class="key tie"></span> its partners.${shown}`;
    if (this.dim === "2") return `${chosen}${rim} Below: C, ${this.now.i ** 2} × ${this.now.o ** 2}, with the ${this.#isLarge(this.at.side) ? "column" : "row"} of the chosen cell.`;
    return `${chosen} ${this.kind === "conv" ? "Above C the input x, beside it the output Cx" : "Beside C the input y, above it the output Cᵀy"}.${rim}`;
  }

  // What would make an impossible setting possible.
  #remedy() {
    if (this.kind === "conv") return "A larger input or more padding can make room, or a smaller kernel or dilation.";
    if (!model.allowed(this.r, this.now.where)) return "Make r smaller, or the stride or the dilation larger.";
    return "Less padding leaves something.";
  }

  // How the chosen number comes about.
  #how() {
    if (this.now.problem) return "";
    const { side, cell } = this.at, ties = this.#ties(), value = number(this.#value(side, cell));
    const size = this.#size(side === "in" ? "out" : "in");
    const inside = ties.filter((tie) => tie.cell.every((place) => place >= 0 && place < size));
    const outside = ties.length - inside.length;
    if (side === "in") {
      const lost = outside ? `; ${outside} more would fall into what the padding cuts` : "";
      if (this.kind === "conv") return `<p><b>Input ${pair(cell)}</b>, ${value}, is used by ${plural(inside.length, "output")}${inside.length ? `, times ${this.#list(inside.map((tie) => number(tie.weight)))}` : ": no window reaches it"}.</p>`;
      return `<p><b>Input ${pair(cell)}</b>, ${value}, sends ${value} times the kernel to ${plural(inside.length, "output")}${lost}.</p>`;
    }
    if (!ties.length) return `<p><b>Output ${pair(cell)}</b> = 0: no input reaches it.</p>`;
    const products = ties.map((tie) => `${this.#factor(tie.weight)} · ${this.#factor(inside.includes(tie) ? this.#value("in", tie.cell) : 0)}`);
    const zeros = outside ? ` (${plural(outside, "zero")} from the padding)` : "";
    return `<p><b>Output ${pair(cell)}</b> = sum of weight · input = ${this.#list(products, " + ")} = <b class="number">${value}</b>${zeros}</p>`;
  }

  #factor(value) {
    return value < 0 ? `(${number(value)})` : number(value);
  }

  #list(items, between = ", ") {
    return items.length > 9 ? [...items.slice(0, 8), "…"].join(between) : items.join(between);
  }

  #facts() {
    const { where } = this.now, { s, p, d, n, k } = this, conv = this.kind === "conv";
    const covers = model.span(k, d), none = Boolean(this.now.problem);
    const i = conv ? model.shrunk(n, k, where) : n;
    const spare = conv ? (n + 2 * p - covers) % s : this.r;
    const o = conv ? n : model.grown(n, k, where, this.r);
    const inside = o + 2 * p - covers, forth = model.shrunk(o, k, where);
    const forthText = `i = ⌊(${o} + 2·${p} − ${d}·${k - 1} − 1)/${s}⌋ + 1`, backText = `o = ${s}·(${i} − 1) + ${d}·${k - 1} + 1 − 2·${p} + ${spare}`;
    const fits = `${forthText} = ⌊${number(inside / s)}⌋ + 1 = <b>${forth}</b>${!conv && forth !== i ? `, not ${i}: r is not below s` : ""}`;
    const down = inside < 0 ? `${o} + 2·${p} − ${d}·${k - 1} − 1 = ${number(inside)} is negative: none` : fits;
    const refused = !conv && !model.allowed(this.r, where), whole = `${backText} = <b>${number(o)}</b>`;
    const up = refused ? `r = ${this.r} is refused` : o < 1 ? `${whole}: none` : whole;
    const each = this.dim === "2" ? ", on each side" : "";
    const same = none ? [] : model.sharing(i, k, where);
    const first = model.grown(i, k, where);
    const list = same.map((each) => `${each} (r = ${each - first})`).join(", ");
    const residues = model.residues(this.w, where);
    const table = (values) => {
      const row = (factor) => values.map((value) => number(factor * value)).join(" ");
      return this.dim === "1" ? row(1) : values.map(row).join(" | ");
    };
    const sums = residues.map(({ sum }) => sum), even = sums.every((sum) => Math.abs(sum - sums[0]) < 1e-9);
    const rows = [
      [`C, from o numbers to i${each}`, none && !conv ? "–" : down],
      [`Cᵀ, from i numbers to o${each}`, none && conv ? "–" : up],
      ["the same i comes of", none ? "–" : `o = ${list || "none"}`],
      [`Cᵀ: inputs at each output inside${s > 1 ? `, by its place modulo ${s}` : ""}`, table(residues.map(({ count }) => count))],
      ["sums of their weights", `${table(sums)}: of a constant Cᵀ makes ${even ? "a constant there" : "a pattern"}`],
    ];
    return `<table><tbody>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join("")}</tbody></table>`;
  }

  summary() {
    if (this.now.problem) return this.now.problem.replace(/\s+/g, " ");
    const side = (name) => (this.dim === "1" ? plural(this.#size(name), "number") : `${this.#size(name)} by ${this.#size(name)}`);
    return `${this.kind === "conv" ? "Convolution" : "Transposed convolution"} from ${side("in")} to ${side("out")}.`;
  }
}

customElements.define("eer-convolution", ConvolutionDemo);
