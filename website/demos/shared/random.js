// Random points for presets: the same numbers in every browser.

import { round } from "./points.js";

// Mulberry32, by Tommy Ettinger (public domain): uniform numbers in [0, 1) from a 32-bit seed.
export function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

// A coordinate as the presets write it, inside the plane.
export const clip = (value) => round(Math.max(-0.96, Math.min(0.96, value)));

// n points of one class around a place.
export const cloud = (random, n, [x, y], spread, label) =>
  Array.from({ length: n }, () => ({ x: clip(x + spread * normal(random)), y: clip(y + spread * normal(random)), label }));
