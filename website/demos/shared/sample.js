// Wrong labels among training points, and test points about them. Both are drawn by generators with fixed seeds: the same
// points have the same wrong labels and the same test points in every browser.

import { clip, generator, normal } from "./random.js";

export const MOST_NOISE = 0.4;
const EACH = 3; // test points about a training point
const SPREAD = 0.1;

// The class of a point before any label was made wrong.
export const truth = ({ label, clean }) => clean ?? label;

// The points with a share of their labels made wrong; a larger share leaves those of a smaller one wrong.
export function mislabelled(points, share, classes) {
  const random = generator(31), draws = points.map(() => [random(), random()]);
  const order = points.map((_, i) => i).sort((i, j) => draws[i][0] - draws[j][0]);
  const wrong = new Set(order.slice(0, Math.round(share * points.length)));
  return points.map((point, i) => {
    const { x, y } = point, clean = truth(point);
    if (!wrong.has(i)) return { x, y, label: clean };
    return { x, y, label: (clean + 1 + Math.floor(draws[i][1] * (classes - 1))) % classes, clean };
  });
}

export const countWrong = (points) => points.filter(({ clean }) => clean !== undefined).length;

// Points to test on: some about each training point, with its true class.
export const testPoints = (points) =>
  points.flatMap((point, i) => {
    const random = generator(7919 * i + 17);
    return Array.from({ length: EACH }, () => ({ x: clip(point.x + SPREAD * normal(random)), y: clip(point.y + SPREAD * normal(random)), label: truth(point) }));
  });
