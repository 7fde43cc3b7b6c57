// The mathematics of chapters/networks/optimizers.ipynb in the plane: losses, and the methods with the conventions of
// torch.optim. Places and gradients are arrays; every operation is one entry at a time, except in Newton's method.

import { generator, normal } from "../shared/random.js";

export const BEYOND = 1000; // a run that has a coordinate beyond this is followed no further

// --- losses: value, gradient, Hessian; each has the least value 0, in `minima` ----------------------------------------

const quadratic = (a, b, c) => ({
  value: ([x, y]) => (a * x * x + 2 * b * x * y + c * y * y) / 2,
  gradient: ([x, y]) => [a * x + b * y, b * x + c * y],
  hessian: () => [[a, b], [b, c]],
  minima: [[0, 0]],
});

export const losses = {
  bowl: quadratic(1, 0, 1),
  valley: quadratic(1, 0, 25),
  turned: quadratic(13, -12, 13), // the valley, turned by 45 degrees
  saddle: {
    value: ([x, y]) => x * x / 2 + (y * y - 1) ** 2 / 4,
    gradient: ([x, y]) => [x, y * y * y - y],
    hessian: ([, y]) => [[1, 0], [0, 3 * y * y - 1]],
    minima: [[0, 1], [0, -1]],
  },
  rosenbrock: {
    value: ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    gradient: ([x, y]) => [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)],
    hessian: ([x, y]) => [[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200]],
    minima: [[1, 1]],
  },
};

// --- methods: each is made for one run and has step(w, g, H) → { w: the new place, d: the step, and its state } --------
// `rate` is what an entry of the step is multiplied by, for the methods that have one for each.

const zeros = (w) => w.map(() => 0);
const moved = (w, d, state) => ({ w: w.map((value, i) => value + d[i]), d, ...state });

export function SGD(lr, { momentum = 0, nesterov = false } = {}) {
  let velocity = null;
  return {
    step(w, g) {
      velocity = velocity ? velocity.map((u, i) => momentum * u + g[i]) : [...g];
      const push = nesterov ? g.map((value, i) => value + momentum * velocity[i]) : velocity;
      return moved(w, push.map((value) => -lr * value), { g, velocity });
    },
  };
}

export function AdaGrad(lr, { eps = 1e-10 } = {}) {
  let sum = null;
  return {
    step(w, g) {
      sum = (sum ?? zeros(w)).map((s, i) => s + g[i] * g[i]);
      const rate = sum.map((s) => lr / (Math.sqrt(s) + eps));
      return moved(w, g.map((value, i) => -rate[i] * value), { g, sum, rate });
    },
  };
}

export function RMSProp(lr, { alpha = 0.99, eps = 1e-8 } = {}) {
  let square = null;
  return {
    step(w, g) {
      square = (square ?? zeros(w)).map((s, i) => alpha * s + (1 - alpha) * g[i] * g[i]);
      const rate = square.map((s) => lr / (Math.sqrt(s) + eps));
      return moved(w, g.map((value, i) => -rate[i] * value), { g, square, rate });
    },
  };
}

export function Adam(lr, { betas: [b1, b2] = [0.9, 0.999], eps = 1e-8 } = {}) {
  let m = null, v = null, t = 0;
  return {
    step(w, g) {
      t += 1;
      m = (m ?? zeros(w)).map((value, i) => b1 * value + (1 - b1) * g[i]);
      v = (v ?? zeros(w)).map((value, i) => b2 * value + (1 - b2) * g[i] * g[i]);
      const mHat = m.map((value) => value / (1 - b1 ** t)), vHat = v.map((value) => value / (1 - b2 ** t));
      const rate = vHat.map((value) => lr / (Math.sqrt(value) + eps));
      return moved(w, mHat.map((value, i) => -rate[i] * value), { g, m, v, mHat, vHat, rate });
    },
  };
}

// The step is null where the Hessian has no inverse.
export function Newton(lr) {
  return {
    step(w, g, [[a, b], [, c]]) {
      const det = a * c - b * b, size = Math.max(Math.abs(a), Math.abs(b), Math.abs(c));
      if (!(Math.abs(det) > 1e-12 * size * size)) return { w, d: null, g };
      return moved(w, [(-lr * (c * g[0] - b * g[1])) / det, (-lr * (a * g[1] - b * g[0])) / det], { g, H: [[a, b], [b, c]] });
    },
  };
}

// --- runs ------------------------------------------------------------------------------------------------------------

// Noise of the gradient at each step, the same for all methods.
export function noises(seed, count) {
  const random = generator(seed);
  return Array.from({ length: count }, () => [normal(random), normal(random)]);
}

// A run of `steps` steps. The loss is multiplied by `factor`; the gradient, before that, gets `noise[t]` added.
// Gives places and values (without the factor; one more than steps), what each step did, and how it ended early:
// null, "beyond" or "singular".
export function run({ value, gradient, hessian }, method, start, { steps, factor = 1, noise = null }) {
  const places = [start], values = [value(start)], records = [];
  let ended = null, w = start;
  while (!ended && records.length < steps) {
    const add = noise?.[records.length] ?? [0, 0];
    const g = gradient(w).map((each, i) => factor * (each + add[i]));
    const record = method.step(w, g, hessian(w).map((row) => row.map((each) => factor * each)));
    if (!record.d) {
      ended = "singular";
      break;
    }
    w = record.w;
    records.push(record);
    places.push(w);
    values.push(value(w));
    if (!w.every((each) => Math.abs(each) <= BEYOND)) ended = "beyond";
  }
  return { places, values, records, ended };
}

// The first step from which on the loss stays below a level; −1 where it does not up to the end of the run.
export function settled({ values, ended }, level) {
  if (ended === "beyond") return -1;
  const last = values.findLastIndex((value) => !(value < level));
  return last === values.length - 1 ? -1 : last + 1;
}

// --- contours --------------------------------------------------------------------------------------------------------

// Pieces of the line value = level over the square of half side `extent`, cut into cells × cells: [[x, y], [x, y]] each.
export function contour(value, level, extent, cells = 80) {
  const at = (i) => -extent + (2 * extent * i) / cells, pieces = [];
  const grid = Array.from({ length: cells + 1 }, (_, i) => Array.from({ length: cells + 1 }, (_, j) => value([at(i), at(j)]) - level));
  const between = (p, q) => {
    const u = grid[p[0]][p[1]], v = grid[q[0]][q[1]], share = u / (u - v);
    return [at(p[0]) + share * (at(q[0]) - at(p[0])), at(p[1]) + share * (at(q[1]) - at(p[1]))];
  };
  const cross = (corners) => {
    const inside = corners.map(([i, j]) => grid[i][j] < 0);
    const ends = [0, 1, 2].filter((k) => inside[k] !== inside[(k + 1) % 3]).map((k) => between(corners[k], corners[(k + 1) % 3]));
    if (ends.length === 2) pieces.push(ends);
  };
  for (let i = 0; i < cells; i++) {
    for (let j = 0; j < cells; j++) {
      cross([[i, j], [i + 1, j], [i + 1, j + 1]]); // triangles: no case has two readings
      cross([[i, j], [i + 1, j + 1], [i, j + 1]]);
    }
  }
  return pieces;
}
