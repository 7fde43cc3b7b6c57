// The demo on deep chains of random layers: <eer-depth>. See presets.js for the situations it can be linked to.

import { rgb } from "../shared/classes.js";
import { Demo } from "../shared/demo.js";
import { choices, situations, slider } from "../shared/markup.js";
import { readNumber } from "../shared/points.js";
import styles from "./depth.css";
import * as model from "./model.js";
import { TITLES, presets } from "./presets.js";

const MOST = 50; // layers
const GAINS = [0.1, 10];
const SEEDS = 999;
const FUNCTIONS = [["linear", "Linear"], ["tanh", "tanh"], ["sigmoid", "Sigmoid"], ["relu", "ReLU"], ["leaky", "Leaky"]];
const NORMS = [["none", "None"], ["batch", "Batch"], ["layer", "Layer"]];
const NAMED = [["0.5", "Half"], ["1", "Xavier"], ["1.414", "He"], ["3", "Threefold"]];
const SLICE = 8; // milliseconds of computing before the browser has its turn
const DECADES = 16; // of the logarithmic axis, on each side of 1
const EDGE = 2.5; // of the axis of outputs
const BINS = 50;

// The picture: three parts on one axis of layers, in user units.
const BOX = { width: 360, height: 424, left: 46, right: 354 };
const CHART = { top: 20, bottom: 176 };
const HEATS = { outputs: { top: 208, bottom: 288 }, gradients: { top: 320, bottom: 400 } };
const BARS = { width: 170, height: 96, side: 4, base: 76 };
const across = (layer) => BOX.left + ((layer + 0.5) / (MOST + 1)) * (BOX.right - BOX.left);
const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
const high = (value) => CHART.top + ((DECADES - clamp(Math.log10(value), -DECADES, DECADES)) / (2 * DECADES)) * (CHART.bottom - CHART.top);

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (n) => `${n < 0 ? "⁻" : ""}${[...String(Math.abs(n))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
// A size with three digits; far from 1 as a power of ten.
function size(value) {
  if (value === 0) return "0";
  if (value >= 0.001 && value < 10000) return String(Number(value.toPrecision(3)));
  const [digits, power] = value.toExponential(1).split("e");
  return `${digits}\u00a0·\u00a010${raised(Number(power))}`;
}
const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)}\u00a0%`;

class DepthDemo extends Demo {
  static demo = "depth";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    const group = (legend, name, items) => `<fieldset><legend>${legend}</legend><span class="choices">${choices(name, items)}</span></fieldset>`;
    const heat = (name) => {
      const { top, bottom } = HEATS[name], share = (length, whole) => `${(100 * length) / whole}%`;
      const { left, right, width, height } = BOX;
      return `<canvas class="${name}" style="left: ${share(left, width)}; top: ${share(top, height)}; width: ${share(right - left, width)}; height: ${share(bottom - top, height)}"></canvas>`;
    };
    return `
      <div class="layout">
        <div>
          <div class="picture">${heat("outputs")}${heat("gradients")}
            <svg viewBox="0 0 ${BOX.width} ${BOX.height}" role="img"></svg></div>
          <p class="quiet"><span class="line" style="--colour: var(--eer-blue)"></span> outputs ·
            <span class="line" style="--colour: var(--eer-orange)"></span> gradients, from the last layer back ·
            <span class="line dashed" style="--colour: var(--eer-ink)"></span> predicted</p>
          <div class="histograms">
            <svg class="chart values" viewBox="0 0 ${BARS.width} ${BARS.height}" role="img" aria-label="Not computed yet"></svg>
            <svg class="chart sizes" viewBox="0 0 ${BARS.width} ${BARS.height}" role="img" aria-label="Not computed yet"></svg>
          </div>
        </div>
        <div class="side">
          <label class="wide"><span class="name">Situation</span>
            ${situations(TITLES)}</label>
          ${group("Function of each layer", "f", FUNCTIONS)}
          <fieldset><legend>Weights</legend>${slider("scale", "√m σ<sub>w</sub>", [-100, 100, 1])}
            <span class="choices">${choices("gain", NAMED)}</span></fieldset>
          ${group("Normalisation before the function", "norm", NORMS)}
          <div class="controls">${slider("depth", "Layers", [1, MOST, 1])}${slider("at", "Look at layer", [0, MOST, 1])}</div>
          <span class="choices">
            <button type="button" class="main other">Other weights</button>
          </span>
          <div class="facts"></div>
        </div>
      </div>
      <div class="verdict"></div>
      <details class="quiet">
        <summary>What is computed</summary>
        <p>${model.SAMPLES} inputs of ${model.WIDTH} standard normal numbers pass through layers of m = ${model.WIDTH} units, whose weights
        have the standard deviation σ<sub>w</sub>; then a gradient of standard
        normal numbers at the last outputs goes back. Point at the picture, or tap it, to look at a layer; with the keyboard
        the sliders do. What lies beyond an axis is drawn at its edge.
        <i>Other weights</i> draws all random numbers anew; buttons and sliders keep them, the situations have their own.</p>
      </details>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    this.$$ = (selector) => [...root.querySelectorAll(selector)];
    this.found = null;
    for (const group of ["f", "norm", "gain"]) {
      for (const button of this.$$(`[data-${group}]`)) {
        const value = button.dataset[group];
        button.addEventListener("click", () => this.edit(() => (this[group] = group === "gain" ? Number(value) : value), true));
      }
    }
    this.slide("input.scale", (value) => (this.gain = Number((10 ** (value / 100)).toPrecision(3))));
    this.slide("input.depth", (value) => this.#setDepth(value));
    this.slide("input.at", (value) => (this.at = value));
    this.$(".other").addEventListener("click", () => this.edit(() => (this.seed = (this.seed + 1) % (SEEDS + 1)), true));
    const picture = this.$(".picture");
    const point = (event) => {
      const box = picture.getBoundingClientRect();
      const u = ((event.clientX - box.left) / box.width) * BOX.width;
      const layer = Math.floor(((u - BOX.left) / (BOX.right - BOX.left)) * (MOST + 1));
      if (layer < 0 || layer > this.depth || layer === this.at) return;
      this.edit(() => (this.at = layer), event.type === "pointerdown"); // where a mouse rests is no change to take back
    };
    picture.addEventListener("pointerdown", point);
    picture.addEventListener("pointermove", (event) => event.pointerType === "mouse" && point(event));
    this.listenToSituations(TITLES);
    this.visible = false;
    new IntersectionObserver((entries) => {
      if (this.visible || !entries.some((entry) => entry.isIntersecting)) return;
      this.visible = true;
      this.render();
    }, { rootMargin: "400px" }).observe(this);
  }

  read(params) {
    const one = (key, items, otherwise) => (items.some(([value]) => value === params.get(key)) ? params.get(key) : otherwise);
    const whole = (key, [least, most], otherwise) => {
      const value = readNumber(params, key, { least, most, otherwise });
      return Number.isInteger(value) ? value : otherwise;
    };
    this.f = one("f", FUNCTIONS, "tanh");
    this.norm = one("norm", NORMS, "none");
    this.gain = Number(readNumber(params, "gain", { least: GAINS[0], most: GAINS[1], otherwise: 1 }).toPrecision(4));
    this.depth = whole("depth", [1, MOST], 30);
    this.seed = whole("seed", [0, SEEDS], 0);
    this.at = whole("at", [0, this.depth], this.depth);
  }

  write() {
    const { f, gain, depth, norm, seed, at } = this;
    return new URLSearchParams({
      ...{ f, gain, depth },
      ...(norm === "none" ? {} : { norm }),
      ...(seed ? { seed } : {}),
      ...(at === depth ? {} : { at }),
    });
  }

  render() {
    this.#start();
    this.$("input.scale").value = Math.round(100 * Math.log10(this.gain));
    this.$(".scale-value").value = `${this.gain}, its square ${size(this.gain ** 2)}`;
    this.$("input.depth").value = this.depth;
    this.$(".depth-value").value = this.depth;
    this.$("input.at").max = this.depth;
    this.$("input.at").value = this.at;
    this.$(".at-value").value = this.at;
    for (const group of ["f", "norm", "gain"]) {
      for (const button of this.$$(`[data-${group}]`)) button.setAttribute("aria-pressed", button.dataset[group] === String(this[group]));
    }
    this.$(".situation").value = this.#situation();
    this.#draw();
  }

  // --- the state -----------------------------------------------------------------------------------------------------

  edit(change, once = false) {
    if (once) this.checkpoint();
    change();
    this.changed();
    if (!this.busy) this.announce(this.summary());
  }

  #setDepth(depth) {
    this.at = this.at === this.depth ? depth : Math.min(this.at, depth);
    this.depth = depth;
  }

  #situation() {
    const now = this.write();
    const same = (query) => ["f", "gain", "depth", "norm", "seed"].every((key) => new URLSearchParams(query).get(key) === now.get(key));
    return Object.keys(presets).find((name) => same(presets[name])) ?? "";
  }

  get settings() {
    const { f, gain, depth, norm, seed } = this;
    return { f, gain, depth, norm, seed };
  }

  // Compute what is to be shown, a slice at a time, unless it is there or on its way. A change in between waits until
  // what has begun is shown, so that a moving slider moves the picture.
  #start() {
    const wanted = JSON.stringify(this.settings);
    if (!this.visible || this.busy || this.found?.of === wanted) return;
    this.busy = true;
    const steps = this.#computation(this.settings);
    const slice = () => {
      if (!this.isConnected) return void (this.busy = false);
      const end = performance.now() + SLICE;
      let step = steps.next();
      while (!step.done && performance.now() < end) step = steps.next();
      if (!step.done) return void setTimeout(slice);
      this.found = step.value;
      setTimeout(show);
    };
    const show = () => {
      this.busy = false;
      if (!this.isConnected) return;
      this.render(); // which begins again if something else is wanted by now
      if (!this.busy) this.announce(this.summary());
    };
    setTimeout(slice);
  }

  *#computation(settings) {
    const { outputs, gradients } = yield* model.network(settings);
    const rms = { outputs: [], gradients: [] }, histograms = { outputs: [], gradients: [] };
    for (let layer = 0; layer <= settings.depth; layer++) {
      rms.outputs.push(Math.sqrt(model.meanSquare(outputs[layer])));
      rms.gradients.push(Math.sqrt(model.meanSquare(gradients[layer])));
      histograms.outputs.push(model.histogram(outputs[layer], -EDGE, EDGE, BINS));
      histograms.gradients.push(model.histogram(gradients[layer].map((g) => Math.log10(Math.abs(g))), -DECADES, DECADES, 2 * DECADES));
      yield layer;
    }
    const squares = model.predicted(settings, rms.outputs[0] ** 2, rms.gradients.at(-1) ** 2);
    const forecast = { outputs: squares.outputs.map(Math.sqrt), gradients: squares.gradients.map(Math.sqrt) };
    return { of: JSON.stringify(settings), settings, outputs, rms, histograms, forecast };
  }

  // The layer looked at, of what has been computed.
  get #layer() {
    return Math.min(this.at, this.found.settings.depth);
  }

  // --- pictures ------------------------------------------------------------------------------------------------------

  #draw() {
    if (this.found) this.#paint();
    this.$(".verdict").innerHTML = `<p>${this.found ? this.#verdict() : "Computing …"}</p>`;
    this.#drawPicture();
    if (!this.found) return;
    const { histograms } = this.found, layer = this.#layer;
    this.#drawHistogram(".values", histograms.outputs[layer], `outputs of layer ${layer}`, [`−${EDGE}`, "0", EDGE]);
    this.#drawHistogram(".sizes", histograms.gradients[layer], `gradients, layer ${layer}`, ["10⁻¹⁶", "1", "10¹⁶"]);
    this.$(".facts").innerHTML = this.#facts();
  }

  #drawPicture() {
    const svg = this.$(".picture svg"), { left, right, height } = BOX;
    const line = (values) => values.map((value, layer) => `${layer ? "L" : "M"}${across(layer).toFixed(1)} ${high(value).toFixed(1)}`).join("");
    const text = (x, y, words, anchor = "start") => `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
    const frame = ({ top, bottom }) => `<rect class="box" x="${left}" y="${top}" width="${right - left}" height="${bottom - top}"/>`;
    const levels = [-16, -8, 0, 8, 16].map((power) => {
      const y = high(10 ** power);
      return `<path class="grid" d="M${left} ${y}H${right}"/>${text(left - 5, y + 4, power ? `10${raised(power)}` : "1", "end")}`;
    });
    const middle = ({ top, bottom }) => (top + bottom) / 2 + 4;
    const axes =
      levels.join("") +
      text(left, CHART.top - 7, "root mean square") +
      text(left, HEATS.outputs.top - 7, "values of the outputs") +
      text(left, HEATS.gradients.top - 7, "sizes of the gradients") +
      Object.values(HEATS).map(frame).join("") +
      text(left - 5, HEATS.outputs.top + 10, EDGE, "end") + text(left - 5, middle(HEATS.outputs), "0", "end") + text(left - 5, HEATS.outputs.bottom, `−${EDGE}`, "end") +
      text(left - 5, HEATS.gradients.top + 10, "10¹⁶", "end") + text(left - 5, middle(HEATS.gradients), "1", "end") + text(left - 5, HEATS.gradients.bottom, "10⁻¹⁶", "end") +
      [0, 10, 20, 30, 40, 50].map((layer) => text(across(layer), height - 10, layer, "middle")).join("");
    const curve = (name, colour) => {
      const { rms, forecast } = this.found;
      return `<path class="measured ${colour}" d="${line(rms[name])}"/><path class="forecast" d="${line(forecast[name])}"/>`;
    };
    const here = across(this.at).toFixed(1);
    svg.innerHTML =
      axes +
      (this.found ? curve("outputs", "blue") + curve("gradients", "orange") : "") +
      `<path class="here" d="M${here} ${CHART.top}V${CHART.bottom}M${here} ${HEATS.outputs.top}V${HEATS.outputs.bottom}M${here} ${HEATS.gradients.top}V${HEATS.gradients.bottom}"/>`;
    svg.setAttribute("aria-label", this.found ? `Root mean square by layer. ${this.summary()}` : "Not computed yet");
  }

  // A column for each layer, a row for each part of the axis; the more values, the stronger. Again only for other numbers
  // or other colours.
  #paint() {
    const colours = { outputs: rgb(this, "blue"), gradients: rgb(this, "orange") };
    const painted = `${this.found.of} ${colours.outputs}`;
    if (this.painted === painted) return;
    this.painted = painted;
    for (const [name, colour] of Object.entries(colours)) {
      const canvas = this.$(`canvas.${name}`), columns = this.found.histograms[name], rows = columns[0].length;
      canvas.width = MOST + 1;
      canvas.height = rows;
      const context = canvas.getContext("2d"), image = context.createImageData(MOST + 1, rows);
      columns.forEach((bins, layer) => {
        bins.forEach((count, bin) => {
          const share = count / (model.SAMPLES * model.WIDTH), place = 4 * ((rows - 1 - bin) * (MOST + 1) + layer);
          image.data.set([...colour, Math.round(255 * Math.min(1, Math.sqrt(4 * share)))], place);
        });
      });
      context.putImageData(image, 0, 0);
    }
  }

  #drawHistogram(selector, bins, title, ticks) {
    const { width, side, base } = BARS, across = width - 2 * side, step = across / bins.length;
    const svg = this.$(selector), total = bins.reduce((a, b) => a + b, 0);
    const bars = bins.map((count, i) => {
      const height = 54 * Math.sqrt(count / total); // so that one full bar leaves the others visible
      return `<rect class="bar" x="${(side + i * step).toFixed(2)}" y="${(base - height).toFixed(2)}" width="${(step - 0.4).toFixed(2)}" height="${height.toFixed(2)}"/>`;
    });
    const labels = ticks.map((words, i) => `<text x="${side + (across * i) / 2}" y="${base + 15}" text-anchor="${["start", "middle", "end"][i]}">${words}</text>`);
    svg.innerHTML = `<text x="${side}" y="12">${title}</text><path class="base" d="M${side} ${base}h${across}"/>${bars.join("")}${labels.join("")}`;
    const fullest = bins.indexOf(Math.max(...bins));
    svg.setAttribute("aria-label", `${title}: the fullest of ${bins.length} parts is number ${fullest + 1} with ${percent(bins[fullest] / total)}`);
  }

  // --- words ---------------------------------------------------------------------------------------------------------

  #facts() {
    const { rms, forecast, settings, outputs } = this.found, layer = this.#layer, { depth } = settings;
    const idle = model.idle(settings.f, outputs[layer]);
    const factor = (from, to, steps) => (steps ? size((to / from) ** (1 / steps)) : "–");
    const each = (values) => [factor(values.outputs[0], values.outputs[depth], depth), factor(values.gradients[depth], values.gradients[0], depth)];
    const [measured, expected] = [each(rms), each(forecast)];
    const rows = [
      ["outputs", size(rms.outputs[layer]), size(forecast.outputs[layer])],
      ["factor a layer", measured[0], expected[0]],
      ["gradients", size(rms.gradients[layer]), size(forecast.gradients[layer])],
      ["factor a layer", measured[1], expected[1]],
    ];
    const beyond = settings.f === "tanh" ? "beyond ±0.9" : "below 0.05 or above 0.95";
    const words = { flat: `saturated outputs, ${beyond}`, zero: "outputs that are 0", dead: "units that are 0 for all inputs" };
    const shares = layer === 0 ? [] : Object.entries(idle).map(([name, share]) => `${words[name]}: ${percent(share)}`);
    return `<table><caption>Root mean square at layer ${layer}, and mean factor of one layer</caption>
      <thead><tr><td></td><th scope="col">measured</th><th scope="col">predicted</th></tr></thead>
      <tbody>${rows.map(([name, ...cells]) => `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")}</tbody></table>
      <p class="quiet">${shares.join("; ") || "&nbsp;"}</p>`;
  }

  // What becomes of the numbers, in words.
  #verdict() {
    const { rms, settings } = this.found, { depth } = settings;
    const last = rms.outputs[depth], first = rms.gradients[0];
    const fate = (value) => (value < 1e-3 ? "vanish" : value < 0.1 ? "shrink" : value > 1e3 ? "explode" : value > 10 ? "grow" : "stay");
    const beyond = (value) => (Math.abs(Math.log10(value)) > DECADES ? ", outside the picture" : "");
    return `After ${depth} layer${depth > 1 ? "s" : ""} the outputs <b>${fate(last)}</b>: ${size(last)}${beyond(last)}. Back at the inputs the gradients
      <b>${fate(first)}</b>: ${size(first)}${beyond(first)}. <span class="quiet">(vanish &lt; 10⁻³ &lt; shrink &lt; 0.1 &lt; stay &lt; 10 &lt; grow &lt; 10³ &lt; explode)</span>`;
  }

  summary() {
    return this.found ? this.$(".verdict").textContent.replace(/\s+/g, " ").trim() : "Computing.";
  }
}

customElements.define("eer-depth", DepthDemo);
