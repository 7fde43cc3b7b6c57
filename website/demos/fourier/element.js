// The Fourier demo: <eer-fourier>. See presets.js for the situations it can be linked to.

import { Demo } from "../shared/demo.js";
import { situations, slider } from "../shared/markup.js";
import { readNumber } from "../shared/points.js";
import styles from "./fourier.css";
import * as model from "./model.js";
import { HIGHEST, NODES, TITLES, presets, readNodes, writeNodes } from "./presets.js";

const MOST = 32; // degree of the sum
const BARS = 12; // whose coefficients are shown
const PLOT = { width: 420, height: 240 };
const ORBITS = { width: 240, height: 240 };
const BOX = { width: 640, height: 160, left: 14, top: 8, bottom: 28 };
const GIBBS = 0.0894898722;
const TURN = 8000; // milliseconds that a period takes

const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
const percent = (share, digits = 1) => `${(100 * share).toFixed(digits).replace("-", "−")} %`;
const signed = (value) => value.toFixed(3).replace("-", "−");
const height = (y) => ((HIGHEST - y) / (2 * HIGHEST)) * PLOT.height;
const across = (x) => ((x + Math.PI) / (2 * Math.PI)) * PLOT.width;
const path = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

class FourierDemo extends Demo {
  static demo = "fourier";
  static presets = presets;
  static styles = styles;
  static model = model;

  markup() {
    return `
      <div class="pictures">
        <svg class="orbits" viewBox="0 0 ${ORBITS.width} ${ORBITS.height}" role="img"></svg>
        <svg class="plot" viewBox="0 0 ${PLOT.width} ${PLOT.height}" role="img"></svg>
      </div>
      <p class="quiet"><span class="key" style="--colour: var(--eer-ink)"></span> the function: draw into the picture ·
        <span class="key" style="--colour: var(--eer-orange)"></span> the sum of its first waves ·
        <span class="key" style="--colour: var(--eer-blue)"></span> one arrow a wave; the height of the last tip is the sum</p>
      <div class="controls">
        <label class="slider wide"><span class="name">Situation</span>
          ${situations(TITLES)}</label>
        ${slider("n", "Waves N", [0, MOST, 1])}
        ${slider("t", "Place x", [-3.14, 3.14, 0.02])}
        <span class="choices">
          <button type="button" class="main run" aria-pressed="false">Turn</button>
        </span>
      </div>
      <div class="under">
        <div>
          <p class="quiet"><span class="square full"></span> cosines aₙ · <span class="square"></span> sines bₙ, n = 1, …, ${BARS}:
            drag a bar</p>
          <svg class="bars" viewBox="0 0 ${BOX.width} ${BOX.height}" role="group" aria-label="Coefficients"></svg>
        </div>
        <div class="facts"></div>
      </div>
      <details class="quiet">
        <summary>Keys and gestures</summary>
        <p>Draw the function with the mouse or a finger, from left to right or back. With the keyboard: <kbd>Tab</kbd> to the
        bars, left and right go from one to the next, up and down change it (<kbd>Shift</kbd> faster), <kbd>0</kbd> takes its
        wave away. The function changes by the same wave.</p>
      </details>`;
  }

  build(root) {
    this.$ = (selector) => root.querySelector(selector);
    this.current = 0;
    this.slide(".n", (value) => (this.n = value));
    this.slide(".t", (value) => (this.t = value));
    this.listenToSituations(TITLES);
    this.$(".run").addEventListener("click", () => (this.running ? this.stop() : this.#run()));
    this.#makeBars();
    this.#listenToDrawing();
    this.#listenToBars();
  }

  read(params) {
    const name = params.get("f");
    this.name = name in model.FUNCTIONS || name === "nothing" ? name : "square";
    this.nodes = readNodes(params.get("y"));
    if (this.nodes) this.name = "";
    this.n = Math.round(readNumber(params, "n", { least: 0, most: MOST, otherwise: 9 }));
    this.t = readNumber(params, "t", { least: -3.14, most: 3.14, otherwise: 0.6 });
    this.#compute();
  }

  write() {
    return new URLSearchParams({ ...(this.name ? { f: this.name } : { y: writeNodes(this.nodes) }), n: this.n, t: this.t });
  }

  render() {
    const show = (name, text) => {
      this.$(`.${name}`).value = this[name];
      this.$(`.${name}-value`).value = text;
    };
    show("n", this.n);
    show("t", this.t.toFixed(2).replace("-", "−"));
    this.$(".run").setAttribute("aria-pressed", this.running);
    this.$(".situation").value = this.name;
    this.#drawFunction();
    this.#drawTime();
    this.#drawBars();
    this.#drawFacts();
  }

  stop() {
    this.running = false;
    cancelAnimationFrame(this.frame);
    this.$(".run").setAttribute("aria-pressed", false);
  }

  #compute() {
    if (this.nodes) this.nodes = readNodes(writeNodes(this.nodes)); // as exactly as undo and links keep it
    const known = model.FUNCTIONS[this.name];
    this.values = this.nodes ? model.polygon(this.nodes) : model.midpoints.map(known ?? (() => 0));
    this.found = model.coefficients(this.values, MOST);
  }

  // The function as nodes, so that it can be changed; a jump becomes a steep ramp.
  #ownNodes() {
    if (this.nodes) return;
    const known = model.FUNCTIONS[this.name] ?? (() => 0);
    this.nodes = Array.from({ length: NODES }, (_, i) => known(-Math.PI + (i * 2 * Math.PI) / NODES));
    this.name = "";
  }

  #run() {
    this.checkpoint();
    this.running = true;
    let before;
    const step = (now) => {
      if (!this.running || !this.isConnected) return;
      this.t += (2 * Math.PI * (now - (before ?? now))) / TURN;
      if (this.t > 3.14) this.t -= 6.28;
      this.t = Math.round(1000 * this.t) / 1000;
      before = now;
      this.changed();
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  // --- drawing with the pointer --------------------------------------------------------------------------------------

  #listenToDrawing() {
    const plot = this.$(".plot");
    let last = null;
    const place = (event) => {
      const box = plot.getBoundingClientRect();
      const i = Math.round(((event.clientX - box.left) / box.width) * NODES);
      const y = (1 - (2 * (event.clientY - box.top)) / box.height) * HIGHEST;
      return [clamp(i, 0, NODES - 1), clamp(y, -1.5, 1.5)];
    };
    const draw = (event) => {
      const [i, y] = place(event), [from, start] = last ?? [i, y];
      for (let j = Math.min(i, from); j <= Math.max(i, from); j++) {
        this.nodes[j] = i === from ? y : start + ((y - start) * (j - from)) / (i - from);
      }
      last = [i, y];
      this.#compute();
    };
    plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      plot.setPointerCapture(event.pointerId);
      this.stop();
      this.checkpoint();
      this.edit(() => {
        this.#ownNodes();
        draw(event);
      });
    });
    plot.addEventListener("pointermove", (event) => {
      if (last) this.edit(() => draw(event));
    });
    for (const end of ["pointerup", "pointercancel"]) plot.addEventListener(end, () => (last = null));
  }

  // --- bars ----------------------------------------------------------------------------------------------------------

  #makeBars() {
    const width = (BOX.width - BOX.left) / BARS;
    const middle = BOX.top + (BOX.height - BOX.top - BOX.bottom) / 2;
    const one = (n, kind) => {
      const x = BOX.left + (n - 1) * width + (kind === "sine" ? width / 2 : 0);
      return `<g class="bar ${kind}" role="slider" tabindex="-1" aria-orientation="vertical" aria-valuemin="-1.5" aria-valuemax="1.5">
        <rect class="hit" x="${x}" y="${BOX.top}" width="${width / 2 - 2}" height="${BOX.height - BOX.top - BOX.bottom}"/>
        <rect class="full" x="${x + width / 12}" width="${width / 3 - 2}"/></g>`;
    };
    const numbers = Array.from({ length: BARS }, (_, i) => i + 1);
    this.$(".bars").innerHTML =
      `<path class="axis" d="M0 ${middle}H${BOX.width}"/>` +
      numbers.map((n) => `${one(n, "cosine")}${one(n, "sine")}<text x="${BOX.left + (n - 0.5) * width - 1}" y="${BOX.height - 6}">${n}</text>`).join("");
    this.bars = [...this.$(".bars").querySelectorAll(".bar")];
  }

  #coefficient(i) {
    return this.found[i % 2 ? "b" : "a"][1 + Math.floor(i / 2)];
  }

  // Add a wave to the function, so that its coefficient becomes `wanted`.
  #setCoefficient(i, wanted) {
    const n = 1 + Math.floor(i / 2), wave = i % 2 ? Math.sin : Math.cos;
    const change = clamp(wanted, -1.5, 1.5) - this.#coefficient(i);
    this.#ownNodes();
    this.nodes = this.nodes.map((value, j) => clamp(value + change * wave(n * (-Math.PI + (j * 2 * Math.PI) / NODES)), -HIGHEST, HIGHEST));
    this.#compute();
  }

  #listenToBars() {
    const svg = this.$(".bars");
    let dragged = -1;
    const value = (event) => {
      const box = svg.getBoundingClientRect();
      const v = ((event.clientY - box.top) / box.height) * BOX.height;
      return 1.5 * (1 - (2 * (v - BOX.top)) / (BOX.height - BOX.top - BOX.bottom));
    };
    svg.addEventListener("pointerdown", (event) => {
      dragged = this.bars.indexOf(event.target.closest(".bar"));
      if (event.button !== 0 || dragged < 0) return;
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      this.stop();
      this.checkpoint();
      this.#select(dragged);
      this.edit(() => this.#setCoefficient(dragged, value(event)));
    });
    svg.addEventListener("pointermove", (event) => {
      if (dragged >= 0) this.edit(() => this.#setCoefficient(dragged, value(event)));
    });
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (dragged = -1));
    svg.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (move) this.#select(clamp(this.current + move, 0, 2 * BARS - 1));
      else if (step) {
        const change = step * (event.shiftKey ? 0.25 : 0.05);
        this.edit(() => this.#setCoefficient(this.current, this.#coefficient(this.current) + change), true);
      } else if (event.key === "0") this.edit(() => this.#setCoefficient(this.current, 0), true);
      else return;
      event.preventDefault();
    });
  }

  #select(i) {
    this.current = i;
    this.#drawBars();
    this.bars[i].focus();
  }

  // --- pictures ------------------------------------------------------------------------------------------------------

  #drawFunction() {
    const ticks = Array.from({ length: 841 }, (_, i) => -Math.PI + (i * 2 * Math.PI) / 840);
    const line = model.midpoints.map((x, i) => [across(x), height(this.values[i])]);
    const sum = ticks.map((x) => [across(x), height(model.partialSum(this.found, this.n, x))]);
    const plot = this.$(".plot");
    plot.innerHTML =
      `<path class="axis" d="M0 ${height(0)}H${PLOT.width}M${across(0)} 0V${PLOT.height}"/>` +
      `<path class="function" d="${path(line)}"/><path class="sum" d="${path(sum)}"/><g class="moving"></g>`;
    plot.setAttribute("aria-label", `A function and the sum of its first ${this.n} waves. ${this.summary()}`);
  }

  #drawTime() {
    const ends = model.arrows(this.found, this.n, this.t), scale = PLOT.height / (2 * HIGHEST);
    const at = ([x, y]) => [ORBITS.width / 2 + x * scale, height(y)];
    const tip = ends.at(-1);
    this.$(".orbits").innerHTML =
      `<path class="axis" d="M0 ${height(0)}H${ORBITS.width}M${ORBITS.width / 2} 0V${ORBITS.height}"/>` +
      ends
        .slice(1)
        .map((end, i) => {
          const [u, v] = at(ends[i]), [p, q] = at(end);
          const r = Math.hypot(p - u, q - v);
          if (r < 0.4) return "";
          return (
            `<circle class="orbit" cx="${u.toFixed(1)}" cy="${v.toFixed(1)}" r="${r.toFixed(1)}"/>` +
            `<path class="arrow" d="M${u.toFixed(1)} ${v.toFixed(1)}L${p.toFixed(1)} ${q.toFixed(1)}"/>`
          );
        })
        .join("") +
      `<path class="now" d="M${at(tip)[0].toFixed(1)} ${height(tip[1]).toFixed(1)}H${ORBITS.width}"/>` +
      `<circle class="tip" cx="${at(tip)[0].toFixed(1)}" cy="${at(tip)[1].toFixed(1)}" r="4"/>`;
    this.$(".orbits").setAttribute("aria-label", `${this.n} rotating arrows, one after the other; the last tip is at the height ${signed(tip[1])}.`);
    const x = across(this.t).toFixed(1), y = height(tip[1]).toFixed(1);
    this.$(".moving").innerHTML = `<path class="now" d="M0 ${y}H${x}M${x} 0V${PLOT.height}"/><circle class="tip" cx="${x}" cy="${y}" r="4"/>`;
  }

  #drawBars() {
    const span = BOX.height - BOX.top - BOX.bottom, middle = BOX.top + span / 2;
    this.bars.forEach((bar, i) => {
      const value = this.#coefficient(i), n = 1 + Math.floor(i / 2), shown = clamp(value, -1.5, 1.5);
      const length = (Math.abs(shown) / 1.5) * (span / 2);
      const full = bar.querySelector(".full");
      full.setAttribute("y", (value > 0 ? middle - length : middle).toFixed(1));
      full.setAttribute("height", Math.max(length, 0.5).toFixed(1));
      bar.classList.toggle("beyond", n > this.n);
      bar.tabIndex = i === this.current ? 0 : -1;
      bar.setAttribute("aria-label", `Coefficient of the ${i % 2 ? "sine" : "cosine"} ${n}`);
      bar.setAttribute("aria-valuenow", shown.toFixed(3));
    });
  }

  #drawFacts() {
    const whole = model.meanSquare(this.values), left = model.error(this.values, this.found, this.n);
    const passed = model.overshoot(this.values, this.found, this.n);
    const jumps = this.name === "square" || this.name === "sawtooth";
    const rows = [
      ["error (1/π) ∫(f − S)²", left.toFixed(5)],
      ["as a share of (1/π) ∫f²", whole > 0 ? percent(left / whole, 2) : "–"],
      [passed < 0 ? "stays below the top by" : "passes the top by", percent(Math.abs(passed), 3)],
      ...(jumps ? [["limit beside a jump", percent(GIBBS, 3)]] : []),
      [`sum at x = ${this.t.toFixed(2).replace("-", "−")}`, signed(model.partialSum(this.found, this.n, this.t))],
    ];
    this.$(".facts").innerHTML = `<table><tbody>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td>${value}</td></tr>`).join("")}</tbody></table>`;
  }

  summary() {
    const left = model.error(this.values, this.found, this.n), passed = model.overshoot(this.values, this.found, this.n);
    return `${this.n} waves: error ${left.toFixed(4)}, the sum ${passed < 0 ? "stays below the top" : "passes the top"} by ${percent(Math.abs(passed), 2)} of the height.`;
  }
}

customElements.define("eer-fourier", FourierDemo);
