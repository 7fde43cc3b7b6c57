// What the demo draws and says about a state; texts and SVG only, no state of its own.

import { LETTERS, colourName, shape } from "../shared/classes.js";
import { EXTENT } from "./presets.js";
import { clip, content, dot, hinges, region, softmax } from "./model.js";

const SQUARE = [[-EXTENT, -EXTENT], [EXTENT, -EXTENT], [EXTENT, EXTENT], [-EXTENT, EXTENT]];
const ARROW = 0.15; // length for weights of norm 1
const LONGEST = 0.95;

export const minus = (text) => text.replace(/-/g, "−");

// A number in a fixed place: large ones as 1.2e9.
export function format(value, digits) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const text = Math.abs(value) < 1000 ? value.toFixed(digits) : value.toExponential(1).replace("e+", "e");
  return minus(Number(text) === 0 ? text.replace("-", "") : text);
}

export const named = (label) =>
  `<span class="named" style="--colour: var(--eer-${colourName(label)})"><svg viewBox="-10 -10 20 20" aria-hidden="true">` +
  `<path d="${shape(label, 7)}"/></svg>${LETTERS[label]}</span>`;

// Where w·x + c = 0 inside the square: its two ends, or null.
function segment(w, c) {
  const ends = [];
  SQUARE.forEach((p, i) => {
    const q = SQUARE[(i + 1) % 4], a = dot(w, p) + c, z = dot(w, q) + c;
    if (a < 0 !== z < 0) ends.push(p.map((u, d) => u + (a / (a - z)) * (q[d] - u)));
  });
  return ends.length === 2 ? ends : null;
}

const centre = (polygon) => [0, 1].map((d) => polygon.reduce((sum, p) => sum + p[d], 0) / polygon.length);

// Regions, zones, score lines with their arrows, and a ring for the loss of each point.
export function picture(W, b, loss, zones, losses, points, plane) {
  const at = (p) => plane.toScreen(...p).map((value) => value.toFixed(1)).join(" ");
  const outline = (polygon) => (polygon.length > 2 ? `M${polygon.map(at).join("L")}Z` : "");
  const colour = (k) => `style="--colour: var(--eer-${colourName(k)})"`;
  const regions = W.map((_, k) => region(W, b, k, SQUARE));
  const parts = regions.map((polygon, k) => `<path class="region" ${colour(k)} d="${outline(polygon)}"/>`);
  if (zones) W.forEach((_, k) => parts.push(`<path class="zone" ${colour(k)} d="${outline(content(W, b, k, loss, SQUARE))}"/>`));
  regions.forEach((polygon, k) => {
    if (polygon.length < 3) return;
    const [u, v] = plane.toScreen(...centre(polygon));
    parts.push(`<text class="watermark" ${colour(k)} x="${u.toFixed(1)}" y="${v.toFixed(1)}">${LETTERS[k]}</text>`);
  });
  points.forEach((point, i) => {
    if (!(losses[i] > 0)) return;
    const [u, v] = plane.toScreen(point.x, point.y), r = 9 + 9 * Math.min(2.5, Math.sqrt(losses[i]));
    parts.push(`<circle class="halo" ${colour(point.label)} cx="${u.toFixed(1)}" cy="${v.toFixed(1)}" r="${r.toFixed(1)}"/>`);
  });
  W.forEach((w, k) => {
    const norm = Math.hypot(...w), ends = norm > 0 ? segment(w, b[k]) : null;
    if (!ends) return;
    const foot = centre(ends), length = Math.min(LONGEST, ARROW * norm);
    const direction = w.map((value) => value / norm), tip = foot.map((value, d) => value + length * direction[d]);
    const [x1, y1] = plane.toScreen(...foot), [x2, y2] = plane.toScreen(...tip);
    const [u, v] = [direction[0], -direction[1]], back = Math.min(11, 0.8 * Math.hypot(x2 - x1, y2 - y1)); // v: down the screen
    const corner = (side) => `${(x2 - back * u - 0.45 * side * back * v).toFixed(1)} ${(y2 - back * v + 0.45 * side * back * u).toFixed(1)}`;
    const inside = (value) => Math.max(14, Math.min(386, value)).toFixed(1);
    parts.push(
      `<g class="score-line line-${k}" ${colour(k)}><path class="zero" d="M${at(ends[0])}L${at(ends[1])}"/>` +
        `<path class="shaft" d="M${at(foot)}L${(x2 - 0.7 * back * u).toFixed(1)} ${(y2 - 0.7 * back * v).toFixed(1)}"/>` +
        `<path class="head" d="M${x2.toFixed(1)} ${y2.toFixed(1)}L${corner(1)}L${corner(-1)}Z"/>` +
        `<text x="${inside(x2 + 12 * u)}" y="${inside(y2 + 12 * v)}">${LETTERS[k]}</text></g>`
    );
  });
  return parts.join("");
}

// --- the loss over the steps -----------------------------------------------------------------------------------------

const PLOT = { width: 340, height: 108, left: 36, right: 8, top: 8, bottom: 26 };
const LEAST_HEIGHT = 5;
const CURVES = ["penalty", "data", "total"]; // drawn in this order

// The axes of a curve grow in leaps and never shrink while it goes on (`axes` remembers them), so that it stays in its place.
export function chart(svg, { from, values, axes }) {
  const { width, height, left, right, top, bottom } = PLOT;
  const every = Math.ceil(values.length / 300);
  const shown = values.map((value, i) => [i, value]).filter(([i, value]) => value && (i % every === 0 || i === values.length - 1));
  const totals = shown.map(([, [total]]) => total), most = (axes.most = Math.max(LEAST_HEIGHT, axes.most ?? 0, ...totals));
  const logarithmic = (axes.logarithmic ||= most > 20 * Math.max(0.5, Math.min(...totals)));
  const span = (axes.span = Math.max(20, axes.span ?? 0, nice(values.length - 1))), x = (i) => left + (i / span) * (width - left - right);
  const [floor, ceiling] = logarithmic ? [-2, 2 * Math.ceil(Math.log10(most) / 2)] : [0, nice(most)];
  const height_ = (value) => (logarithmic ? Math.log10(Math.max(value, 10 ** floor)) : value);
  const y = (level) => top + ((ceiling - level) / (ceiling - floor)) * (height - top - bottom);
  const levels = [floor, (floor + ceiling) / 2, ceiling].map((level) => (logarithmic ? Math.round(level) : level));
  const label = (level) => (logarithmic ? `10<tspan dy="-4" font-size="8">${minus(String(level))}</tspan>` : Number(level.toPrecision(2)));
  const path = (column) => shown.map(([i, value], n) => `${n ? "L" : "M"}${x(i).toFixed(1)} ${y(height_(value[column])).toFixed(1)}`).join("");
  svg.innerHTML =
    levels.map((level) => `<line class="grid" x1="${left}" x2="${width - right}" y1="${y(level)}" y2="${y(level)}"/><text x="${left - 5}" y="${y(level) + 4}" text-anchor="end">${label(level)}</text>`).join("") +
    [0, 0.5, 1].map((part) => `<text x="${x(part * span)}" y="${height - bottom + 13}" text-anchor="${["start", "middle", "end"][2 * part]}">${from + Math.round(part * span)}</text>`).join("") +
    `<text x="${(left + width) / 2 + 60}" y="${height - 13}" text-anchor="middle">steps</text>` +
    CURVES.map((name) => `<path class="curve ${name}" d="${path({ total: 0, data: 1, penalty: 2 }[name])}"/>`).join("") +
    `<circle class="now" cx="${x(values.length - 1)}" cy="${y(height_(values.at(-1)[0]))}" r="3.5"/>`;
  const [first, last] = [values[0], values.at(-1)];
  svg.setAttribute(
    "aria-label",
    `Loss over ${values.length - 1} steps: total from ${format(first[0], 3)} to ${format(last[0], 3)}, data from ` +
      `${format(first[1], 3)} to ${format(last[1], 3)}, penalty from ${format(first[2], 3)} to ${format(last[2], 3)}.`
  );
}

// The next number of the form 1, 2, 5 times a power of ten.
function nice(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((step) => step * power >= value);
}

// --- one point -------------------------------------------------------------------------------------------------------

// In words, for a screen reader: which classes cost the point something.
export function contentText(s, y, loss) {
  if (loss === "cross_entropy") return `probability of its class ${format(softmax(s)[y], 2)}`;
  const terms = hinges(s, y, loss), where = (test) => terms.flatMap((m, j) => (m !== null && test(m) ? [LETTERS[j]] : [])).join(" and ");
  if (where((m) => m > 0)) return `margin violated for ${where((m) => m > 0)}`;
  return where((m) => m === 0) ? `exactly on the margin of ${where((m) => m === 0)}` : "every margin kept";
}

export function explanation({ X, y: labels, S, losses, dL_dS }, i, points, loss) {
  if (i >= points.length || i < 0) return "<p>There is no point. Click on the plane to add one.</p>";
  const s = S[i], y = labels[i], n = points.length, sum = losses.reduce((a, b) => a + b, 0);
  const f = (value) => format(value, 2), share = sum > 0 ? Math.round((100 * losses[i]) / sum) : 0;
  const terms = hinges(s, y, loss), p = loss === "cross_entropy" ? softmax(s) : null;
  const term = (j) => {
    if (p) return j === y ? `−ln ${f(p[j])} = <b>${f(losses[i])}</b>` : `p = ${f(p[j])}`;
    if (terms[j] === null) return "its own class";
    const inside = loss === "one_against_all" ? `1 ${j === y ? "−" : "+"} ${brackets(f(s[j]))}` : `${f(s[j])} − ${brackets(f(s[y]))} + 1`;
    if (loss === "structured_hinge" && terms[j] > 0 && dL_dS[i][j] === 0) return "not the largest rival";
    const value = f(Math.max(0, terms[j]));
    return `max(0, ${inside}) = ${terms[j] > 0 ? `<b>${value}</b>` : value}`;
  };
  const push = (value) => (p ? signed(f(value), value) : signed(format(value, 0), value));
  const added = (j) => `(${X[i].map((value) => format((dL_dS[i][j] * value) / n, 3)).join(", ")})`;
  const rows = s.map((_, j) => `<tr><th scope="row">${named(j)}</th><td class="sum">${term(j)}</td><td>${push(dL_dS[i][j])}</td><td class="wide">${added(j)}</td></tr>`);
  return (
    `<table><caption><b>Point ${i + 1}</b>, class ${named(y)}, at (${f(X[i][0])}, ${f(X[i][1])}): loss <b>${f(losses[i])}</b>, ${share}\u00a0% of all; ${contentText(s, y, loss)}</caption>` +
    `<thead><tr><td></td><th scope="col" class="sum">term of its loss</th><th scope="col">∂L<sub>i</sub>/∂s<sub>j</sub></th><th scope="col" class="wide">adds to ∂w<sub>j</sub></th></tr></thead><tbody>${rows.join("")}</tbody></table>` +
    `<p class="quiet">∂L<sub>i</sub>/∂s<sub>j</sub> times x/${n} is what the point adds to the gradient of w<sub>j</sub>; over ${n}, to that of b<sub>j</sub>.</p>`
  );
}

const brackets = (text) => (text.startsWith("−") ? `(${text})` : text);
const signed = (text, value) => (value > 0 ? `+${text}` : text);
