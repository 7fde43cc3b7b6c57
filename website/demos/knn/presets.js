// Situations that the chapter's text refers to, as query strings. Every number is drawn by a generator with a fixed seed.

import { writePoints } from "../shared/points.js";
import { clip, cloud, generator, normal } from "../shared/random.js";

export const EXTENT = 1;

// n points in `classes` clouds around centres on a circle.
export function clouds(seed, classes, each, spread = 0.24) {
  const random = generator(seed), turn = 2 * Math.PI * random();
  return Array.from({ length: classes }, (_, label) => {
    const angle = turn + (2 * Math.PI * label) / classes;
    return cloud(random, each, [0.5 * Math.cos(angle), 0.5 * Math.sin(angle)], spread, label);
  }).flat();
}

function moons(seed, each) {
  const random = generator(seed);
  return [0, 1].flatMap((label) =>
    Array.from({ length: each }, (_, i) => {
      const angle = Math.PI * (i / (each - 1)), side = label ? -1 : 1;
      return {
        x: clip(0.5 * Math.cos(angle) + (label ? 0.25 : -0.25) + 0.05 * normal(random)),
        y: clip(side * (0.55 * Math.sin(angle) - 0.18) + 0.05 * normal(random)),
        label,
      };
    })
  );
}

const query = (points, state = {}) => new URLSearchParams({ points: writePoints(points), ...state }).toString();

const twoClouds = (seed) => [
  ...cloud(generator(seed), 14, [-0.42, 0.05], 0.2, 0),
  ...cloud(generator(seed + 1), 14, [0.45, -0.05], 0.2, 1),
];

export const presets = {
  clusters: query(clouds(4, 3, 12), { classes: 3, k: 3, q: "0,0" }),
  outlier: query([...twoClouds(20), { x: -0.5, y: 0.0, label: 1 }], { classes: 2, k: 1, q: "-0.44,0.04" }),
  // A at distance (1, 0)·0.6 and B at (1, 1)·0.39 from the query: nearer in L2 is B; L1 says A until its axes turn
  rotation: query(
    [
      { x: 0.6, y: 0, label: 0 },
      { x: 0.39, y: 0.39, label: 1 },
    ],
    { classes: 2, k: 1, metric: "l1", q: "0,0" }
  ),
  ties: query(clouds(11, 3, 7, 0.3), { classes: 3, k: 4, q: "0.1,0.1" }),
  moons: query(moons(5, 20), { classes: 2, k: 1, q: "0.2,-0.1" }),
  imbalance: query(
    [...cloud(generator(31), 30, [-0.1, 0.05], 0.42, 0), ...cloud(generator(32), 5, [0.55, 0.5], 0.09, 1)],
    { classes: 2, k: 3, q: "0.55,0.5" }
  ),
};

export const TITLES = {
  clusters: "Three clouds",
  outlier: "One mislabelled point",
  rotation: "Turn the axes",
  ties: "Tied votes",
  moons: "Two moons",
  imbalance: "A small class",
};
