// Situations that the chapter's text refers to, as query strings. Every number is drawn by a generator with a fixed seed.

import { round, writePoints } from "../shared/points.js";
import { cloud, generator } from "../shared/random.js";

export const EXTENT = 1;
export const MOST_POINTS = 60;

const query = (points, state) => new URLSearchParams({ points: writePoints(points), ...state }).toString();
const around = (random, x, y, spread, label) => cloud(random, 1, [x, y], spread, label)[0];

function twoClouds(seed, each, spread) {
  return [...cloud(generator(seed), each, [-0.4, -0.25], spread, 1), ...cloud(generator(seed + 1), each, [0.4, 0.25], spread, 0)];
}

function moons(seed, each, spread) {
  const random = generator(seed);
  return Array.from({ length: 2 * each }, (_, i) => {
    const label = i % 2, angle = Math.PI * random(), side = label ? -1 : 1;
    return around(random, side * (0.5 * Math.cos(angle) - 0.22), side * (0.6 * Math.sin(angle) - 0.2), spread, label);
  });
}

function rings(seed, each) {
  const random = generator(seed);
  return Array.from({ length: 2 * each }, (_, i) => {
    const label = i % 2, radius = label ? 0.8 : 0.3, angle = (2 * Math.PI * i) / (2 * each);
    return around(random, radius * Math.cos(angle), radius * Math.sin(angle), 0.05, label);
  });
}

// every eighth point is turned over
const turned = (points) => points.map((point, i) => (i % 8 === 3 ? { ...point, label: 1 - point.label } : point));

// (3, 3), (4, 3) and (1, 1), with (2.5, 2.5) in the middle of the plane: it is five units wide
const three = [[3, 3, 0], [4, 3, 0], [1, 1, 1]].map(([x, y, label]) => ({ x: round(x / 2.5 - 1), y: round(y / 2.5 - 1), label }));
const corners = [[0.4, 0.4, 0], [-0.4, -0.4, 0], [0.4, -0.4, 1], [-0.4, 0.4, 1]].map(([x, y, label]) => ({ x, y, label }));

const situations = {
  hand: ["The three points", query(three, { kernel: "linear", C: 1, steps: 0 })],
  outlier: ["One wrong label", query([...twoClouds(20, 9, 0.15), { x: 0.12, y: 0.1, label: 1 }], { kernel: "linear", C: 1 })],
  noise: ["Noise", query(turned(moons(7, 20, 0.06)), { kernel: "rbf", C: 1, gamma: 2 })],
  moons: ["Moons", query(moons(7, 20, 0.06), { kernel: "rbf", C: 10, gamma: 1 })],
  rings: ["Rings", query(rings(3, 14), { kernel: "linear", C: 1, gamma: 1 })],
  xor: ["XOR", query(corners, { kernel: "poly", C: 10, degree: 2, gamma: 1 })],
};

const column = (k) => Object.fromEntries(Object.entries(situations).map(([name, each]) => [name, each[k]]));
export const TITLES = column(0);
export const presets = column(1);
