// What the demo draws; texts and SVG only, no state of its own.

import * as model from "./model.js";
import { METHODS, MOST_T } from "./presets.js";

export const minus = (text) => text.replace(/-/g, "−");

// A number in a narrow place.
export function format(value, digits = 4) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return minus(size < 1000 && size >= 10 ** (1 - digits) ? value.toFixed(size < 10 ? digits : digits - 2) : value.toExponential(1).replace("e+", "e"));
}

// In the table of all runs, which is narrower still.
export function brief(value) {
  const size = Math.abs(value);
  if (value !== 0 && size < 1e-9) return "≈ 0";
  return size < 1e-2 ? minus(value.toExponential(0)).replace("0e+0", "0") : format(value, 3);
}

// --- the board -------------------------------------------------------------------------------------------------------

export function contours(plane, value, levels, extent) {
  const at = (place) => plane.toScreen(...place).map((each) => each.toFixed(1)).join(" ");
  const line = (level) => model.contour(value, level, extent, 120).map(([p, q]) => `M${at(p)}L${at(q)}`).join("");
  return levels.map((level) => `<path class="contour" d="${line(level)}"/>`).join("");
}

// A way as a line with a dot for each place. Places far outside are moved towards the picture, on their own side of it.
export function way(plane, places, width) {
  const near = (each) => Math.max(-2e4, Math.min(2e4, each));
  const points = places.map((place) => plane.toScreen(...place).map((each) => near(each).toFixed(1)).join(" "));
  return `<path class="way" stroke-width="${width}" d="M${points.join("L")}"/><path class="dots" stroke-width="${width + 2.8}" d="${points.map((point) => `M${point}h0`).join("")}"/>`;
}

// --- the loss over the steps -----------------------------------------------------------------------------------------

const PLOT = { width: 340, height: 150, left: 38, right: 10, top: 8, bottom: 28 };
const [LOW, HIGH] = [-10, 4]; // powers of ten; the axes are the same for every race

export function chart(svg, runs, t) {
  const { width, height, left, right, top, bottom } = PLOT;
  const x = (step) => left + (step / MOST_T) * (width - left - right);
  const y = (power) => top + ((HIGH - power) / (HIGH - LOW)) * (height - top - bottom);
  const power = (value) => Math.max(LOW, Math.min(HIGH, Math.log10(value)));
  const level = (p) => `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(p)}" y2="${y(p)}"/>
    <text x="${left - 5}" y="${y(p) + 4}" text-anchor="end">${p ? `10<tspan dy="-4" font-size="8">${minus(String(p))}</tspan>` : 1}</text>`;
  const curve = ([name, { values }]) => {
    const shown = values.slice(0, t + 1).map((value, step) => `${x(step).toFixed(1)} ${y(power(value)).toFixed(1)}`);
    const [u, v] = shown.at(-1).split(" ");
    return `<g style="--colour: var(--eer-${METHODS[name].colour})"><path class="curve ${name}" d="M${shown.join("L")}"/><circle class="now" cx="${u}" cy="${v}" r="3"/></g>`;
  };
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.innerHTML =
    [-8, -4, 0, 4].map(level).join("") +
    [0, 100, 200, 300].map((step) => `<text x="${x(step)}" y="${height - bottom + 15}" text-anchor="${step < MOST_T ? "middle" : "end"}">${step}</text>`).join("") +
    `<text x="${x(150)}" y="${height - 2}" text-anchor="middle">steps</text>` +
    Object.entries(runs).map(curve).join("");
  const last = ([name, { values }]) => `${METHODS[name].name} ${format(values[0])} to ${format(values[Math.min(t, values.length - 1)])}`;
  svg.setAttribute("aria-label", `Loss f over ${t} steps, on a logarithmic axis from 10⁻¹⁰ to 10⁴: ${Object.entries(runs).map(last).join(", ") || "no method"}.`);
}

// --- inside a method -------------------------------------------------------------------------------------------------

const sub = (text, index) => `${text}<sub>${index}</sub>`;
// rows of the table: what a record calls it, and what it is
const ROWS = {
  gd: () => [["g", "g"], ["d", "step = −η g"]],
  momentum: ({ nesterov }) => [["g", "g"], ["velocity", "v = ρv + g"], ["d", nesterov ? "step = −η(g + ρv)" : "step = −ηv"]],
  adagrad: () => [["g", "g"], ["sum", "s = s + g²"], ["rate", "η/(√s + ε)"], ["d", "step = −ηg/(√s + ε)"]],
  rmsprop: () => [["g", "g"], ["square", "q = αq + (1−α)g²"], ["rate", "η/(√q + ε)"], ["d", "step = −ηg/(√q + ε)"]],
  adam: () => {
    const [b1, b2] = [sub("β", 1), sub("β", 2)], to = (b) => `${b}<sup>t</sup>`;
    return [
      ...[["g", "g"], ["m", `m = ${b1}m + (1−${b1})g`], ["v", `v = ${b2}v + (1−${b2})g²`]],
      ...[["mHat", `m̂ = m/(1−${to(b1)})`], ["vHat", `v̂ = v/(1−${to(b2)})`]],
      ...[["rate", "η/(√v̂ + ε)"], ["d", "step = −ηm̂/(√v̂ + ε)"]],
    ];
  },
  newton: () => [["g", "g"], ["d", "step = −ηH⁻¹g"]],
};

// What the step that led to t did.
export function inner(state, run) {
  const { t, look } = state, name = METHODS[look].name;
  if (!run) return `<p>${name} does not take part. Switch it on to look into its steps.</p>`;
  const { records, ended } = run;
  if (t === 0) return `<p>${name} has not taken a step yet.</p>`;
  if (t > records.length) {
    const why = ended === "beyond" ? "has diverged" : "finds a Hessian without inverse";
    return `<p>${name} ${why}, and takes no step after ${records.length}.</p>`;
  }
  const record = records[t - 1];
  const row = ([key, text]) => `<tr><th scope="row">${text}</th>${record[key].map((value) => `<td>${format(value)}</td>`).join("")}</tr>`;
  const hessian = record.H?.map((values, i) => `<tr><th scope="row">H, row ${i + 1}</th>${values.map((value) => `<td>${format(value)}</td>`).join("")}</tr>`).join("") ?? "";
  const [first, ...rest] = ROWS[look](state).map(row);
  return `<table><caption>${name}, step ${t}, with η = ${state.rates[look]}</caption>
    <thead><tr><td></td><th scope="col">x</th><th scope="col">y</th></tr></thead><tbody>${first}${hessian}${rest.join("")}</tbody></table>`;
}
