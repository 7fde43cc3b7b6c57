// The mathematics of chapters/classical/kmeans.ipynb and chapters/classical/em.ipynb in the plane. Points, centres and
// means are [x, y]; a covariance matrix is [[a, b], [b, c]]; labels count from 0.

const distance2 = ([x, y], [u, v]) => (x - u) ** 2 + (y - v) ** 2;
const sum = (values) => values.reduce((total, value) => total + value, 0);

// --- K-means ---------------------------------------------------------------------------------------------------------

// Nearest centre of each point, the first among equally near ones, and its squared distance.
export function assign(points, centres) {
  const distances = points.map((point) => centres.map((centre) => distance2(point, centre)));
  const near = distances.map((row) => Math.min(...row));
  return { labels: distances.map((row, i) => row.indexOf(near[i])), near };
}

// Means of the clusters; an empty one keeps its centre.
export function move(points, labels, centres) {
  return centres.map((centre, j) => {
    const own = points.filter((_, i) => labels[i] === j);
    return own.length ? [0, 1].map((axis) => sum(own.map((point) => point[axis])) / own.length) : centre;
  });
}

export const objective = (points, labels, centres) => sum(points.map((point, i) => distance2(point, centres[labels[i]])));

// Probability of each point to be drawn next by k-means++; uniform where no centre has been drawn, or nothing is left.
export function drawing(points, centres) {
  const near = centres.length ? assign(points, centres).near : points.map(() => 1);
  const total = sum(near);
  return near.map((value) => (total > 0 ? value / total : 1 / points.length));
}

// The index that a uniform number in [0, 1) draws.
export function pick(probabilities, u) {
  let left = u;
  const i = probabilities.findIndex((p) => (left -= p) < 0);
  return i < 0 ? probabilities.findLastIndex((p) => p > 0) : i; // rounding
}

// Lloyd's method until J does not fall.
export function lloyd(points, centres, most = 1000) {
  let { labels, near } = assign(points, centres), J = sum(near);
  for (let step = 0; step < most; step++) {
    const moved = move(points, labels, centres), next = assign(points, moved), lower = sum(next.near);
    if (!(lower < J)) break;
    [centres, labels, J] = [moved, next.labels, lower];
  }
  return { centres, labels, J };
}

// --- Gaussian mixture ------------------------------------------------------------------------------------------------

const determinant = ([[a, b], [, c]]) => a * c - b * b;

function logJoint([x, y], weight, [u, v], covariance) {
  const [[a, b], [, c]] = covariance, det = determinant(covariance);
  const dx = x - u, dy = y - v;
  const form = (c * dx * dx - 2 * b * dx * dy + a * dy * dy) / det;
  return Math.log(weight) - Math.log(2 * Math.PI) - Math.log(det) / 2 - form / 2;
}

const logSum = (values) => {
  const most = Math.max(...values);
  return most + Math.log(sum(values.map((value) => Math.exp(value - most))));
};

const joints = (points, { weights, means, covariances }) =>
  points.map((point) => weights.map((weight, j) => logJoint(point, weight, means[j], covariances[j])));

// E step: probability of each component given each point, one row a point.
export const responsibilities = (points, mixture) =>
  joints(points, mixture).map((row) => {
    const whole = logSum(row);
    return row.map((value) => Math.exp(value - whole));
  });

export const logLikelihood = (points, mixture) => sum(joints(points, mixture).map(logSum));

// M step. The ridge is added to each variance; a component without a share keeps what `before` had.
export function maximise(points, shares, ridge, before) {
  const counts = shares[0].map((_, j) => sum(shares.map((row) => row[j])));
  const kept = (j) => !(counts[j] > 1e-12);
  const mean = (j, axis) => sum(points.map((point, i) => shares[i][j] * point[axis])) / counts[j];
  const means = counts.map((_, j) => (kept(j) ? before.means[j] : [mean(j, 0), mean(j, 1)]));
  const covariances = counts.map((count, j) => {
    if (kept(j)) return before.covariances[j];
    const entry = (p, q) => sum(points.map((x, i) => shares[i][j] * (x[p] - means[j][p]) * (x[q] - means[j][q]))) / count;
    const b = entry(0, 1);
    return [[entry(0, 0) + ridge, b], [b, entry(1, 1) + ridge]];
  });
  return { weights: counts.map((count) => count / points.length), means, covariances };
}

// Points of the k-ellipse of a covariance matrix around a mean.
export function ellipse(mean, covariance, k, count = 60) {
  const [[a, b], [, c]] = covariance, l11 = Math.sqrt(a), l21 = b / l11, l22 = Math.sqrt(c - l21 * l21);
  return Array.from({ length: count }, (_, i) => {
    const t = (2 * Math.PI * i) / count, x = k * Math.cos(t), y = k * Math.sin(t);
    return [mean[0] + l11 * x, mean[1] + l21 * x + l22 * y];
  });
}

// --- the path of a method, half step by half step --------------------------------------------------------------------

// What is known after `steps` halves from the start, and the value after each half. K-means: J; assign, move, assign, …
// Mixture: the log-likelihood; E, M, E, … from equal weights and round components. `done`: nothing changes any more.
export function follow(points, centres, { mixture = false, steps = 0, spread = 0.25, ridge = 1e-4 } = {}) {
  const state = { centres, labels: null, shares: null, mixture: null, values: [], trail: [centres], made: 0, done: points.length === 0 };
  if (mixture) {
    const round = [[spread ** 2, 0], [0, spread ** 2]];
    state.mixture = { weights: centres.map(() => 1 / centres.length), means: centres, covariances: centres.map(() => round) };
    if (points.length) state.values.push(logLikelihood(points, state.mixture));
  }
  for (; state.made < steps && !state.done; state.made++) (mixture ? halfOfEM : halfOfLloyd)(points, state, state.made, ridge);
  return state;
}

function halfOfLloyd(points, state, half) {
  if (half % 2 === 0) {
    const { labels } = assign(points, state.centres);
    state.done = labels.every((label, i) => label === state.labels?.[i]);
    state.labels = labels;
  } else {
    state.centres = move(points, state.labels, state.centres);
    state.trail.push(state.centres);
  }
  state.values.push(objective(points, state.labels, state.centres));
}

function halfOfEM(points, state, half, ridge) {
  if (half % 2 === 0) {
    state.shares = responsibilities(points, state.mixture);
    state.labels = state.shares.map((row) => row.indexOf(Math.max(...row)));
    state.values.push(state.values.at(-1)); // the shares change what is known, not the mixture
  } else {
    const before = state.values.at(-1);
    state.mixture = maximise(points, state.shares, ridge, state.mixture);
    state.centres = state.mixture.means;
    state.trail.push(state.centres);
    state.values.push(logLikelihood(points, state.mixture));
    state.done = Math.abs(state.values.at(-1) - before) < 1e-9 * (1 + Math.abs(before));
  }
}
