// Situations that the chapters refer to, as query strings. Every number is drawn by a generator with a fixed seed.

import { round } from "../shared/points.js";
import { clip, generator, normal } from "../shared/random.js";

export const EXTENT = 1;
export const MOST_POINTS = 120;
export const MOST_K = 5;

const cloud = (random, n, [x, y], [across, up]) =>
  Array.from({ length: n }, () => [clip(x + across * normal(random)), clip(y + up * normal(random))]);

// Clouds of `each` points around `count` places on a circle.
export function clouds(seed, count, each, spread = 0.13) {
  const random = generator(seed), turn = 2 * Math.PI * random();
  return Array.from({ length: count }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / count;
    return cloud(random, each, [0.58 * Math.cos(angle), 0.58 * Math.sin(angle)], [spread, spread]);
  }).flat();
}

export const writePlaces = (places) => places.map(([x, y]) => `${x},${y}`).join(";");

// The places of a text, or null where it is malformed or holds more than `most`.
export function readPlaces(text, most) {
  if (text === "") return [];
  const places = (text ?? "?").split(";").map((item) => item.split(",").map((part) => (part.trim() ? round(part) : NaN)));
  const good = (place) => place.length === 2 && place.every((value) => Math.abs(value) <= EXTENT);
  return places.length <= most && places.every(good) ? places : null;
}

const query = (points, centres, state = {}) =>
  new URLSearchParams({ points: writePlaces(points), centres: writePlaces(centres), k: centres.length, method: "kmeans", t: 0, ...state }).toString();

// the five points of the text, 0.3 a unit
const five = [[0, 2], [0, 0], [1, 0], [5, 0], [5, 2]].map(([x, y]) => [round((x - 2.5) * 0.3), round((y - 1) * 0.3)]);
const left = cloud(generator(7), 16, [-0.6, 0.3], [0.1, 0.1]);
const pair = [...cloud(generator(8), 16, [0.45, 0.45], [0.1, 0.1]), ...cloud(generator(9), 16, [0.45, -0.4], [0.1, 0.1])];
const long = [...cloud(generator(3), 30, [0, 0.24], [0.42, 0.05]), ...cloud(generator(4), 30, [0, -0.24], [0.42, 0.05])];
const sizes = [...cloud(generator(11), 60, [-0.25, 0], [0.3, 0.3]), ...cloud(generator(12), 14, [0.75, 0], [0.05, 0.05])];

export const presets = {
  three: query(clouds(5, 3, 16), [[-0.9, -0.9], [-0.8, -0.7], [-0.6, -0.9]]),
  hand: query(five, five.slice(0, 2)),
  stuck: query([...left, ...pair], [[-0.7, 0.3], [-0.5, 0.3], [0.45, 0]]),
  empty: query(clouds(5, 3, 16), [[-0.4, 0.2], [0.3, 0.3], [0.96, -0.96]]),
  plusplus: query([...left, ...pair, [0.9, -0.92]], [left[0]], { k: 4 }),
  long: query(long, [[-0.2, 0.4], [0.2, -0.4]]),
  sizes: query(sizes, [[-0.25, 0.1], [0.75, -0.1]]),
};

export const TITLES = {
  three: "Three clouds, all centres in a corner",
  hand: "The five points done by hand",
  stuck: "A start that gets stuck",
  empty: "A centre that nobody chooses",
  plusplus: "Drawing centres by k-means++",
  long: "Two long groups",
  sizes: "A wide group and a tight one",
};
