// The mathematics of chapters/classical/hmm.ipynb, for short sequences: probabilities, not their logarithms. Times,
// states and symbols are counted from 0; b[t][i] is the probability of the symbol at time t in state i.

const sum = (values) => values.reduce((total, value) => total + value, 0);
const first = (values) => values.indexOf(Math.max(...values)); // of equal values the first

export const likelihoods = (B, symbols) => symbols.map((v) => B.map((row) => row[v]));

// What each state before contributes to a forward or best value: alpha[t][i] A[i][j].
export const ways = (row, A, j) => row.map((value, i) => value * A[i][j]);

export function forward(pi, A, b) {
  const alpha = [pi.map((value, i) => value * b[0][i])];
  for (let t = 1; t < b.length; t++) alpha.push(b[t].map((value, j) => value * sum(ways(alpha[t - 1], A, j))));
  return alpha;
}

export function backward(A, b) {
  const beta = [b[0].map(() => 1)];
  for (let t = b.length - 1; t > 0; t--) beta.unshift(A.map((row) => sum(row.map((a, j) => a * b[t][j] * beta[0][j]))));
  return beta;
}

export const evidence = (alpha) => sum(alpha.at(-1));

// Posterior probabilities of the states, and of the moves; null where the symbols are impossible.
export function posterior(pi, A, b) {
  const alpha = forward(pi, A, b), beta = backward(A, b), whole = evidence(alpha);
  if (!(whole > 0)) return null;
  const gamma = alpha.map((row, t) => row.map((value, i) => (value * beta[t][i]) / whole));
  const xi = b.slice(1).map((next, t) => A.map((row, i) => row.map((a, j) => (alpha[t][i] * a * next[j] * beta[t + 1][j]) / whole)));
  return { gamma, xi, states: gamma.map(first) };
}

// The best value of each node, the state before it, and a best path; the path is null where the symbols are impossible.
export function viterbi(pi, A, b) {
  const delta = [pi.map((value, i) => value * b[0][i])], came = [];
  for (let t = 1; t < b.length; t++) {
    const options = b[t].map((_, j) => ways(delta[t - 1], A, j));
    came.push(options.map(first));
    delta.push(options.map((option, j) => Math.max(...option) * b[t][j]));
  }
  const probability = Math.max(...delta.at(-1));
  if (!(probability > 0)) return { delta, came, path: null, probability: 0 };
  const path = [first(delta.at(-1))];
  for (let t = b.length - 1; t > 0; t--) path.unshift(came[t - 1][path[0]]);
  return { delta, came, path, probability };
}

export const pathProbability = (pi, A, b, path) =>
  path.reduce((product, state, t) => product * (t ? A[path[t - 1]][state] : pi[state]) * b[t][state], 1);

// A distribution with entry j set to a value; the others keep their proportions. Four decimals, with the sum 1.
export function withEntry(row, j, value) {
  const others = sum(row) - row[j];
  const scaled = row.map((entry, i) => (i === j ? value : others > 1e-9 ? (entry * (1 - value)) / others : (1 - value) / (row.length - 1)));
  return rounded(scaled, j);
}

// Four decimals, with the sum 1: what is missing goes to the largest entry other than `kept`.
export function rounded(row, kept = -1) {
  const digits = row.map((entry) => Math.round(1e4 * entry));
  const free = digits.map((entry, i) => (i === kept ? -1 : entry));
  digits[first(free)] += 1e4 - sum(digits);
  return digits.map((entry) => entry / 1e4);
}
