// The mathematics of the demo, and nothing else: chapters/classical/svm.ipynb has the same in NumPy, and the tests compare.
// Points are {x, y, label}, label 0 counts as 1 and label 1 as −1; UNIT turns the sides of the plane into −2.5 … 2.5.

export const UNIT = 2.5;
export const KERNELS = ["linear", "poly", "rbf"];

// (u, v) → number, for places of the plane.
export function kernel({ kind, degree, gamma }) {
  const product = (u, v) => UNIT * UNIT * (u.x * v.x + u.y * v.y);
  if (kind === "linear") return product;
  if (kind === "poly") return (u, v) => (gamma * product(u, v) + 1) ** degree;
  return (u, v) => Math.exp(-gamma * UNIT * UNIT * ((u.x - v.x) ** 2 + (u.y - v.y) ** 2));
}

export const gram = (points, k) => points.map((u) => points.map((v) => k(u, v)));
export const signs = (points) => points.map((point) => (point.label === 0 ? 1 : -1));

// All multipliers 0: F is the error of each point without the offset, g the dual.
export const start = (y) => ({ alpha: y.map(() => 0), F: y.map((sign) => -sign), g: 0, steps: 0 });

const isUp = (alpha, y, C) => (y > 0 ? alpha < C : alpha > 0);
const isLow = (alpha, y, C) => (y > 0 ? alpha > 0 : alpha < C);

// The pair that gains most with the smallest F among those that may move up, and the worst violation.
export function pair({ alpha, F }, K, y, C) {
  let i = -1, j = -1, worst = -Infinity, most = 0;
  F.forEach((value, k) => {
    if (isUp(alpha[k], y[k], C) && (i < 0 || value < F[i])) i = k;
  });
  if (i < 0) return { i, j, worst: 0 };
  F.forEach((value, k) => {
    if (!isLow(alpha[k], y[k], C)) return;
    const violation = value - F[i], scale = K[i][i] + K[k][k] + 1e-200;
    worst = Math.max(worst, violation);
    const gain = violation > 0 ? violation ** 2 / Math.max(scale - 2 * K[i][k], 1e-12 * scale) : 0;
    if (gain > most) [j, most] = [k, gain];
  });
  return { i, j, worst: Math.max(worst, 0) };
}

// One step with one pair; the state as it was where no pair pays more than `tolerance`.
export function step(state, K, y, C, tolerance = 1e-6) {
  const { i, j, worst } = pair(state, K, y, C);
  if (j < 0 || worst <= tolerance) return state;
  const alpha = [...state.alpha], violation = state.F[j] - state.F[i], scale = K[i][i] + K[j][j] + 1e-200;
  const eta = Math.max(scale - 2 * K[i][j], 1e-12 * scale);
  const room = (k, rises) => (rises ? C - alpha[k] : alpha[k]);
  const moves = [[i, y[i] > 0], [j, y[j] < 0]];
  const rooms = moves.map(([k, rises]) => room(k, rises));
  const t = Math.min(violation / eta, ...rooms);
  moves.forEach(([k, rises], side) => {
    // exactly to the bound, in spite of rounding
    alpha[k] = t < rooms[side] ? alpha[k] + (rises ? t : -t) : rises ? C : 0;
  });
  const F = state.F.map((value, k) => value + t * (K[i][k] - K[j][k]));
  return { alpha, F, g: state.g + t * violation - (eta * t * t) / 2, steps: state.steps + 1 };
}

// At most `steps` steps from nothing; until no pair pays where that is Infinity, or after `most`.
export function solve(K, y, C, steps = Infinity, most = 20000, tolerance = 1e-6) {
  let state = start(y);
  while (state.steps < Math.min(steps, most)) {
    const next = step(state, K, y, C, tolerance);
    if (next === state) break;
    state = next;
  }
  return state;
}

// b of all free support vectors, or the middle of what is possible.
export function offset({ alpha, F }, y, C) {
  const free = F.filter((_, k) => alpha[k] > 0 && alpha[k] < C);
  if (free.length) return -free.reduce((sum, value) => sum + value, 0) / free.length;
  const up = F.filter((_, k) => isUp(alpha[k], y[k], C)), low = F.filter((_, k) => isLow(alpha[k], y[k], C));
  return -(Math.min(...up) + Math.max(...low)) / 2;
}

// ‖w‖², and the cost with the hinges.
export function primal({ alpha, F }, y, C, b) {
  const square = alpha.reduce((sum, value, k) => sum + value * y[k] * (F[k] + y[k]), 0);
  const hinges = F.reduce((sum, value, k) => sum + Math.max(0, -y[k] * (value + b)), 0);
  return { square, cost: square / 2 + C * hinges };
}

// place → f
export function decision(points, alpha, y, b, k) {
  const support = points.map((point, i) => [point, alpha[i] * y[i]]).filter(([, weight]) => weight !== 0);
  return (place) => support.reduce((sum, [point, weight]) => sum + weight * k(point, place), b);
}

// Where a function given on a grid of cells takes a value: segments [x1, y1, x2, y2], in units of cells.
export function contour(values, cells, level) {
  const segments = [];
  const at = (row, column) => values[row * cells + column] - level;
  for (let row = 0; row + 1 < cells; row++) {
    for (let column = 0; column + 1 < cells; column++) {
      const corners = [[row, column], [row, column + 1], [row + 1, column + 1], [row + 1, column]];
      const cuts = [];
      corners.forEach(([r, c], side) => {
        const [s, d] = corners[(side + 1) % 4], here = at(r, c), there = at(s, d);
        if (here < 0 === there < 0) return;
        const share = here / (here - there);
        cuts.push([c + share * (d - c), r + share * (s - r)]);
      });
      for (let cut = 0; cut + 1 < cuts.length; cut += 2) segments.push([...cuts[cut], ...cuts[cut + 1]]);
    }
  }
  return segments;
}
