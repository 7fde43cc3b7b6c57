// The state of the demo as an address, and the situations that the chapter's text refers to.

import { writePoints } from "../shared/points.js";

export const EXTENT = 1;
export const MOST_POINTS = 40;
export const LARGEST = 1e12; // of a weight; beyond it a run has diverged

// Names of the losses in an address, in the order of the buttons, and what they are called.
export const LOSSES = {
  ww: ["weston_watkins", "Weston–Watkins"],
  ova: ["one_against_all", "one-against-all"],
  structured: ["structured_hinge", "structured hinge"],
  softmax: ["cross_entropy", "softmax"],
};

const short = (value, digits) => Number(value.toPrecision(digits));

// State → URLSearchParams. Six digits survive in an address; `undo` asks for all of them.
export function write({ points, W, b, loss, lambda, eta, noise = 0, test = false }, digits = 6) {
  const w = W.map((row, k) => [...row, b[k]].map((value) => short(value, digits)).join(",")).join(";");
  const more = { ...(noise ? { noise } : {}), ...(test ? { test: 1 } : {}) };
  return new URLSearchParams({ points: writePoints(points), w, loss, lambda, eta, ...more });
}

const points = (A, B, C) => [A, B, C].flatMap((places, label) => places.map(([x, y]) => ({ x, y, label })));
const A = [[0.5, 0.4], [0.8, 0.3], [0.3, 0.8]];
const B = [[-0.4, 0.3], [-0.3, 0.7], [-0.7, 0.2]];
const C = [[0.7, -0.4], [0.5, -0.6], [-0.4, -0.5]];

const nine = {
  points: points(A, B, C),
  W: [[2.06, 1.48], [0.44, -1.82], [2.27, -2.04]],
  b: [-0.42, 0.52, -0.1],
  loss: "ww",
  lambda: 0.1,
  eta: 0.1,
};
// every margin of the nine points is kept, with a little to spare
const kept = { W: [[2, 1.4], [-2.3, 0.95], [0.3, -2.3]], b: [-0.45, -0.12, 0.57] };
// B between A and C: for B alone against the rest, nothing is better than the score −1 everywhere
const columns = points(
  [[-0.7, 0.3], [-0.8, -0.2], [-0.6, -0.6], [-0.6, 0.7]],
  [[0.1, 0.6], [-0.15, 0.2], [0.12, -0.25], [-0.05, -0.7]],
  [[0.7, 0.4], [0.8, -0.1], [0.6, -0.5], [0.65, 0.75]],
);

const situations = {
  "nine-points": [nine, "Nine points", "Scores at hand-set weights. Step or run, and watch the loss fall."],
  zero: [
    { ...nine, W: [[0, 0], [0, 0], [0, 0]], b: [0, 0, 0] },
    "All weights zero",
    "All scores are equal, so each point costs 2 (softmax: ln 3). Run: the points pull the lines into place.",
  ],
  satisfied: [
    { ...nine, ...kept, lambda: 0 },
    "Every margin kept",
    "Every point lies in its zone: the hinge is zero and so is its gradient. Switch to softmax, which still pushes.",
  ],
  diverges: [
    { ...nine, lambda: 1, eta: 1.5 },
    "A step too large",
    "Each step multiplies W by 1 − 2ηλ = −2, apart from what the data add. Run, then try a step size below 1.",
  ],
  shrinks: [
    { ...nine, lambda: 3, eta: 0.05 },
    "Penalty too large",
    "Run: the arrows shrink to almost nothing. The biases carry no penalty; they are left to decide.",
  ],
  "ova-fails": [
    {
      ...nine,
      points: columns,
      W: [[-2.3, 0], [0, 0], [2.3, 0]],
      b: [-0.7, -0.96, -0.7],
      loss: "ova",
      lambda: 0.05,
    },
    "A class in the middle",
    "No line parts B from the rest, so B scores below zero everywhere. Run, then run the same with Weston–Watkins.",
  ],
  kink: [
    { ...nine, points: points([[0.5, 0.5], ...A.slice(1)], B, C), W: [[1, 0.5], [-1, 0.5], [0.25, -1.5]], b: [0, 0, 0] },
    "On a kink",
    "Point 1 lies exactly on a margin. The formula takes slope 0 there; central differences average both sides.",
  ],
  outlier: [
    {
      ...nine,
      points: [...nine.points, { x: 0.75, y: 0.8, label: 2 }],
      ...kept,
      lambda: 0.01,
    },
    "An outlier",
    "The nine points are content; the tenth causes all of the loss. Run and see the lines turn; then remove it.",
    { point: 10 },
  ],
};

const each = (value) => Object.fromEntries(Object.entries(situations).map(([name, situation]) => [name, value(...situation)]));

export const presets = each((state, _title, _hint, more = {}) => `${new URLSearchParams([...write(state), ...Object.entries(more)])}`);
export const TITLES = each((_state, title) => title);
export const HINTS = each((_state, _title, hint) => hint);

// The name of the situation that a state is, or "".
const bare = each((state) => write(state).toString());
export const situationOf = (state) => Object.keys(bare).find((name) => bare[name] === write(state).toString()) ?? "";
