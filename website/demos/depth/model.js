// The mathematics of chapters/networks/initialization_and_normalization.ipynb: a chain of layers of random weights, forwards
// and backwards, and what is predicted of it. SAMPLES inputs stand as rows; weights are standard normal, times gain/√WIDTH.

import { generator, normal } from "../shared/random.js";

export const WIDTH = 100;
export const SAMPLES = 64;
export const EPSILON = 1e-5;
const LEAK = 0.1;

// Each function with its slope, from the sum z and the value a = f(z).
export const FUNCTIONS = {
  linear: { f: (z) => z, slope: () => 1 },
  tanh: { f: Math.tanh, slope: (z, a) => 1 - a * a },
  sigmoid: { f: (z) => 1 / (1 + Math.exp(-z)), slope: (z, a) => a * (1 - a) },
  relu: { f: (z) => (z > 0 ? z : 0), slope: (z) => (z > 0 ? 1 : 0) },
  leaky: { f: (z) => (z > 0 ? z : LEAK * z), slope: (z) => (z > 0 ? 1 : LEAK) },
};

export function meanSquare(values) {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] * values[i];
  return total / values.length;
}

function normals(seed, count) {
  const random = generator(seed), values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = normal(random);
  return values;
}

// Inputs (layer 0), weights (layers 1, 2, …) and the gradient of the last outputs: each the same for a seed, whatever the
// depth.
const NUMBERS = { input: 0, gradient: 1 };
const chance = new Map();
export function drawn(seed, which) {
  const key = `${seed} ${which}`;
  if (!chance.has(key)) {
    if (chance.size > 120) chance.clear();
    const place = which in NUMBERS ? NUMBERS[which] : 1 + which;
    chance.set(key, normals(1009 * seed + place, (which in NUMBERS ? SAMPLES : WIDTH) * WIDTH));
  }
  return chance.get(key);
}

// A W and G Wᵀ for weights W (WIDTH × WIDTH), times a number. Four rows of W at a time, which is nearly twice as fast.
function forwards(A, W, scale) {
  const result = new Float64Array(A.length);
  for (let i = 0; i < A.length; i += WIDTH) {
    for (let k = 0; k < WIDTH; k += 4) {
      const a = scale * A[i + k], b = scale * A[i + k + 1], c = scale * A[i + k + 2], d = scale * A[i + k + 3];
      for (let j = 0, w = k * WIDTH; j < WIDTH; j++, w++) {
        result[i + j] += a * W[w] + b * W[w + WIDTH] + c * W[w + 2 * WIDTH] + d * W[w + 3 * WIDTH];
      }
    }
  }
  return result;
}

function backwards(G, W, scale) {
  const result = new Float64Array(G.length);
  for (let i = 0; i < G.length; i += WIDTH) {
    for (let k = 0; k < WIDTH; k += 4) {
      let a = 0, b = 0, c = 0, d = 0;
      for (let j = 0, w = k * WIDTH; j < WIDTH; j++, w++) {
        const g = G[i + j];
        a += g * W[w];
        b += g * W[w + WIDTH];
        c += g * W[w + 2 * WIDTH];
        d += g * W[w + 3 * WIDTH];
      }
      result[i + k] = scale * a;
      result[i + k + 1] = scale * b;
      result[i + k + 2] = scale * c;
      result[i + k + 3] = scale * d;
    }
  }
  return result;
}

// Places that are normalised together: [first, step, how many] of each unit's batch, or of each sample.
const together = {
  batch: Array.from({ length: WIDTH }, (_, j) => [j, WIDTH, SAMPLES]),
  layer: Array.from({ length: SAMPLES }, (_, i) => [i * WIDTH, 1, WIDTH]),
};

// Z less its mean, over the root of its variance and ε; in place. Returns the roots.
export function normalise(Z, kind) {
  return together[kind].map(([first, step, count]) => {
    let total = 0, squares = 0;
    for (let c = 0, p = first; c < count; c++, p += step) total += Z[p];
    const middle = total / count;
    for (let c = 0, p = first; c < count; c++, p += step) squares += (Z[p] - middle) ** 2;
    const root = Math.sqrt(squares / count + EPSILON);
    for (let c = 0, p = first; c < count; c++, p += step) Z[p] = (Z[p] - middle) / root;
    return root;
  });
}

// The gradient G of what came out becomes that of what went in; in place.
export function normaliseBackward(G, hat, roots, kind) {
  together[kind].forEach(([first, step, count], which) => {
    let total = 0, along = 0;
    for (let c = 0, p = first; c < count; c++, p += step) {
      total += G[p];
      along += G[p] * hat[p];
    }
    for (let c = 0, p = first; c < count; c++, p += step) G[p] = (G[p] - total / count - (hat[p] * along) / count) / roots[which];
  });
}

// Outputs of the layers 0, …, depth, and the gradients with respect to them. Yields after each layer, so that whoever
// computes can do something else between them.
export function* network({ f, gain, depth, norm, seed }) {
  const { f: activate, slope } = FUNCTIONS[f], scale = gain / Math.sqrt(WIDTH);
  const outputs = [drawn(seed, "input")], sums = [], roots = [];
  for (let l = 1; l <= depth; l++) {
    const Z = forwards(outputs[l - 1], drawn(seed, l), scale);
    if (norm !== "none") roots[l] = normalise(Z, norm);
    sums[l] = Z;
    outputs[l] = Z.map(activate);
    yield l;
  }
  const gradients = [];
  gradients[depth] = drawn(seed, "gradient");
  for (let l = depth; l > 0; l--) {
    const Z = sums[l], A = outputs[l], G = gradients[l].map((g, p) => g * slope(Z[p], A[p]));
    if (norm !== "none") normaliseBackward(G, Z, roots[l], norm);
    gradients[l - 1] = backwards(G, drawn(seed, l), scale);
    yield 2 * depth + 1 - l;
  }
  return { outputs, gradients };
}

// --- what is predicted -----------------------------------------------------------------------------------------------

// The mean of h(z) for normal z with mean 0 and mean square q.
function expected(h, q) {
  const step = 0.04, spread = Math.sqrt(q);
  let total = 0;
  for (let u = -8 + step / 2; u < 8; u += step) total += Math.exp(-u * u / 2) * h(spread * u);
  return (total * step) / Math.sqrt(2 * Math.PI);
}

// Of a layer whose sums are normal with mean square q: mean and mean square of its outputs, mean square of its slopes.
function moments(f, q) {
  const half = (1 + LEAK * LEAK) / 2;
  if (f === "linear") return { first: 0, second: q, slopes: 1 };
  if (f === "relu") return { first: Math.sqrt(q / (2 * Math.PI)), second: q / 2, slopes: 1 / 2 };
  if (f === "leaky") return { first: (1 - LEAK) * Math.sqrt(q / (2 * Math.PI)), second: half * q, slopes: half };
  const { f: activate, slope } = FUNCTIONS[f];
  return {
    first: expected(activate, q),
    second: expected((z) => activate(z) ** 2, q),
    slopes: expected((z) => slope(z, activate(z)) ** 2, q),
  };
}

// Mean squares of outputs and of gradients by layer, from those of the inputs and of the last gradient.
export function predicted({ f, gain, depth, norm }, input, gradient) {
  const outputs = [input], factors = [], factor = gain * gain;
  let before = { first: 0, second: input };
  for (let l = 1; l <= depth; l++) {
    // a batch takes off what its samples have in common
    const sums = factor * (norm === "batch" ? before.second - before.first ** 2 : before.second);
    const after = moments(f, norm === "none" ? sums : sums / (sums + EPSILON));
    outputs.push(after.second);
    factors[l] = (factor * after.slopes) / (norm === "none" ? 1 : sums + EPSILON);
    before = after;
  }
  const gradients = [];
  gradients[depth] = gradient;
  for (let l = depth; l > 0; l--) gradients[l - 1] = factors[l] * gradients[l];
  return { outputs, gradients };
}

// --- what is shown ---------------------------------------------------------------------------------------------------

// How many values fall into each of `count` equal parts of [least, most]; what lies outside counts in the end parts.
export function histogram(values, least, most, count) {
  const bins = new Array(count).fill(0), scale = count / (most - least);
  for (let i = 0; i < values.length; i++) bins[Math.max(0, Math.min(count - 1, Math.floor(scale * (values[i] - least))))]++;
  return bins;
}

// Shares of the numbers of a layer: where the function is nearly flat, where it is 0, and of units that are 0 for all.
export function idle(f, A) {
  const share = (test) => A.filter(test).length / A.length;
  if (f === "tanh") return { flat: share((a) => Math.abs(a) > 0.9) };
  if (f === "sigmoid") return { flat: share((a) => Math.abs(2 * a - 1) > 0.9) };
  if (f !== "relu") return {};
  let dead = 0;
  for (let j = 0; j < WIDTH; j++) {
    let alive = false;
    for (let p = j; p < A.length && !alive; p += WIDTH) alive = A[p] !== 0;
    if (!alive) dead++;
  }
  return { zero: share((a) => a === 0), dead: dead / WIDTH };
}
