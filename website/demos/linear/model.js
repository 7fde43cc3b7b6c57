// The mathematics of the demo, and nothing else: chapters/classical/linear_classifiers.ipynb has the same in NumPy, and the
// tests compare. W has a row for each class; X holds a point a row; y holds the classes. At a kink the slope is taken as 0,
// and of equal scores the one of the lowest class counts as the largest.

export const LOSSES = ["weston_watkins", "one_against_all", "structured_hinge", "cross_entropy"];

export const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

// S = X Wᵀ + 1 bᵀ, a row for each point.
export const scores = (W, b, X) => X.map((x) => W.map((w, k) => dot(w, x) + b[k]));

const largest = (values, without = -1) =>
  values.reduce((best, value, j) => (j !== without && (best < 0 || value > values[best]) ? j : best), -1);

export const predict = (s) => largest(s);

// What stands inside max(0, ·) for each class, null where a class has no such term: the point is content where it is ≤ 0.
export function hinges(s, y, loss, margin = 1) {
  if (loss === "one_against_all") return s.map((value, j) => margin - (j === y ? value : -value));
  if (loss === "cross_entropy") return s.map(() => null);
  return s.map((value, j) => (j === y ? null : value - s[y] + margin));
}

// Each loss takes scores S and classes y and returns [losses, dL_dS]: a number for each point, and its derivatives by its
// own scores.
const eachPoint = (one) => (S, y, margin = 1) => {
  const results = S.map((s, i) => one(s, y[i], margin));
  return [results.map((result) => result[0]), results.map((result) => result[1])];
};

// Σ_{j≠y} max(0, s_j − s_y + Δ)
export const weston_watkins = eachPoint((s, y, margin) => {
  const terms = hinges(s, y, "weston_watkins", margin), slopes = terms.map((m) => (m > 0 ? 1 : 0));
  slopes[y] = -slopes.reduce((sum, slope) => sum + slope, 0);
  return [terms.reduce((sum, m) => sum + Math.max(0, m), 0), slopes];
});

// Σ_j max(0, Δ − t_j s_j), where t_y = 1 and the other t_j = −1
export const one_against_all = eachPoint((s, y, margin) => {
  const terms = hinges(s, y, "one_against_all", margin);
  return [terms.reduce((sum, m) => sum + Math.max(0, m), 0), terms.map((m, j) => (m > 0 ? (j === y ? -1 : 1) : 0))];
});

// max(0, Δ + max_{j≠y} s_j − s_y)
export const structured_hinge = eachPoint((s, y, margin) => {
  const rival = largest(s, y), m = s[rival] - s[y] + margin, slopes = s.map(() => 0);
  if (m > 0) [slopes[rival], slopes[y]] = [1, -1];
  return [Math.max(0, m), slopes];
});

export function softmax(s) {
  const most = Math.max(...s), powers = s.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

// log Σ_j exp s_j − s_y
export const cross_entropy = eachPoint((s, y) => {
  const most = Math.max(...s);
  const loss = Math.log(s.reduce((sum, value) => sum + Math.exp(value - most), 0)) + most - s[y];
  return [loss, softmax(s).map((p, j) => p - (j === y ? 1 : 0))];
});

const BY_NAME = { weston_watkins, one_against_all, structured_hinge, cross_entropy };

// Mean loss of the points plus λ‖W‖², and its gradient. Without points only the penalty is left.
export function objective(W, b, X, y, loss, lambda) {
  const S = scores(W, b, X), [losses, dL_dS] = BY_NAME[loss](S, y), n = X.length || 1;
  const data = losses.reduce((sum, value) => sum + value, 0) / n;
  const penalty = lambda * dot(W.flat(), W.flat());
  const mean = (factor, k) => dL_dS.reduce((sum, row, i) => sum + row[k] * factor(X[i]), 0) / n;
  const dL_dW = W.map((w, k) => w.map((value, d) => mean((x) => x[d], k) + 2 * lambda * value));
  const dL_db = b.map((_, k) => mean(() => 1, k));
  return { total: data + penalty, data, penalty, dL_dW, dL_db, S, losses, dL_dS };
}

// The same loss once more, from the score differences of each pair of classes, without the functions above.
export function lossAgain(W, b, X, y, loss, lambda) {
  let sum = 0, squares = 0;
  X.forEach(([u, v], i) => {
    const score = (k) => W[k][0] * u + W[k][1] * v + b[k], own = y[i];
    let worst = 0, rest = 0;
    const aheads = [0];
    for (let j = 0; j < W.length; j++) {
      if (j === own) continue;
      const ahead = (W[j][0] - W[own][0]) * u + (W[j][1] - W[own][1]) * v + b[j] - b[own];
      worst = Math.max(worst, 1 + ahead);
      rest += loss === "one_against_all" ? Math.max(0, 1 + score(j)) : Math.max(0, 1 + ahead);
      aheads.push(ahead);
    }
    if (loss === "one_against_all") rest += Math.max(0, 1 - score(own));
    const most = Math.max(...aheads), powers = aheads.reduce((total, ahead) => total + Math.exp(ahead - most), 0);
    sum += loss === "cross_entropy" ? most + Math.log(powers) : loss === "structured_hinge" ? worst : rest;
  });
  for (const w of W) for (const value of w) squares += value * value;
  return sum / (X.length || 1) + lambda * squares;
}

// How many points have the largest score in their own class (of equal ones the first counts), and the same from the
// differences of the weights: class k is chosen if no w_j − w_k points towards the point.
export const countRight = (W, b, X, y) => scores(W, b, X).filter((s, i) => predict(s) === y[i]).length;

export const countRightAgain = (W, b, X, y) =>
  X.filter((x, i) => {
    const k = y[i];
    return W.every((w, j) => {
      const ahead = x.reduce((sum, value, d) => sum + (W[k][d] - w[d]) * value, b[k] - b[j]);
      return j === k || (j < k ? ahead > 0 : ahead >= 0);
    });
  }).length;

// W and b after one step of length η against the gradient.
export const step = (W, b, { dL_dW, dL_db }, eta) => ({
  W: W.map((w, k) => w.map((value, d) => value - eta * dL_dW[k][d])),
  b: b.map((value, k) => value - eta * dL_db[k]),
});

const H = Number.EPSILON ** (1 / 3); // balances truncation against rounding, as in the book's central_difference
const ROUNDINGS = 8; // in a loss, at most so many units in its last place
const stepOf = (value) => H * Math.max(1, Math.abs(value));

// The gradient by central differences, (L(θ + h) − L(θ − h)) / 2h, an entry at a time.
export function differences(W, b, X, y, loss, lambda) {
  const slope = (vector, i) => {
    const value = vector[i], h = stepOf(value), L = () => objective(W, b, X, y, loss, lambda).total;
    const right = ((vector[i] = value + h), L()), left = ((vector[i] = value - h), L());
    const width = value + h - (value - h);
    vector[i] = value;
    return (right - left) / width;
  };
  [W, b] = [W.map((w) => [...w]), [...b]];
  return { dL_dW: W.map((w) => w.map((_, d) => slope(w, d))), dL_db: b.map((_, k) => slope(b, k)) };
}

// Compares the gradient with central differences. `agree` has a row [w_1, w_2, b] for each class: true, false, or null where
// the loss is so large that rounding hides what a small step changes, and nothing can be said. `error` is the largest gap
// relative to the largest entry among those that can be compared, or null if there are none; `kinks` lists what the
// differences step across: {point, label} for a hinge, {point, label, rival} for two rivals with the same score.
export function check(W, b, X, y, loss, lambda, { dL_dW, dL_db, total, S } = objective(W, b, X, y, loss, lambda)) {
  const numeric = differences(W, b, X, y, loss, lambda);
  const rows = (g) => g.dL_dW.map((w, k) => [...w, g.dL_db[k]]);
  const a = rows({ dL_dW, dL_db }), n = rows(numeric), at = W.map((w, k) => [...w, b[k]]);
  const entries = a.flatMap((row, k) =>
    row.map((value, d) => {
      const size = Math.max(Math.abs(value), Math.abs(n[k][d]));
      const rounding = (ROUNDINGS * Number.EPSILON * total) / stepOf(at[k][d]); // of the two losses, in units of the slope
      return { gap: Math.abs(value - n[k][d]), size, rounding, hidden: !(rounding <= 1e-4 * Math.max(1, Math.abs(value))) };
    })
  );
  const compared = entries.filter(({ hidden }) => !hidden), scale = Math.max(...compared.map(({ size }) => size), 1e-3);
  const good = ({ gap, size, rounding, hidden }) => (hidden ? null : gap <= 1e-6 * Math.max(size, 1e-3) + rounding);
  return {
    numeric,
    error: compared.length ? Math.max(...compared.map(({ gap }) => gap)) / scale : null,
    agree: a.map((row, k) => row.map((_, d) => good(entries[k * row.length + d]))),
    kinks: kinks(W, b, X, y, loss, S),
  };
}

function kinks(W, b, X, y, loss, S) {
  if (loss === "cross_entropy") return [];
  const found = [];
  S.forEach((s, point) => {
    // how far a score moves when a parameter of its class moves by its h
    const reach = W.map((w, k) => Math.max(stepOf(b[k]), ...w.map((value, d) => stepOf(value) * Math.abs(X[point][d]))));
    const rival = largest(s, y[point]);
    hinges(s, y[point], loss).forEach((m, label) => {
      if (m === null || (loss === "structured_hinge" && label !== rival)) return;
      const far = loss === "one_against_all" ? reach[label] : Math.max(reach[label], reach[y[point]]);
      if (Math.abs(m) < far) found.push({ point, label });
    });
    if (loss !== "structured_hinge" || s[rival] - s[y[point]] + 1 <= 0) return;
    s.forEach((value, label) => {
      const equal = label !== rival && label !== y[point] && s[rival] - value < Math.max(reach[label], reach[rival]);
      if (equal) found.push({ point, label: rival, rival: label });
    });
  });
  return found;
}

// The part of a convex polygon [[x1, x2], …] where g·x + c ≥ 0.
export function clip(polygon, g, c) {
  const value = (p) => dot(g, p) + c;
  return polygon.flatMap((p, i) => {
    const q = polygon[(i + 1) % polygon.length], a = value(p), z = value(q);
    const crossing = a < 0 !== z < 0 ? [p.map((u, d) => u + (a / (a - z)) * (q[d] - u))] : [];
    return a < 0 ? crossing : [p, ...crossing];
  });
}

// Where class k has the largest score, within a polygon.
export const region = (W, b, k, polygon) =>
  W.reduce((left, w, j) => (j === k ? left : clip(left, W[k].map((value, d) => value - w[d]), b[k] - b[j])), polygon);

// Where a point of class k costs nothing, within a polygon; nowhere with softmax.
export function content(W, b, k, loss, polygon) {
  if (loss === "cross_entropy") return [];
  return W.reduce((left, w, j) => {
    if (loss === "one_against_all") return clip(left, j === k ? w : w.map((value) => -value), (j === k ? b[j] : -b[j]) - 1);
    return j === k ? left : clip(left, W[k].map((value, d) => value - w[d]), b[k] - b[j] - 1);
  }, polygon);
}
