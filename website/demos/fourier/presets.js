// Situations that the text refers to, and functions as text.

export const TITLES = {
  square: "Square wave",
  sawtooth: "Sawtooth",
  triangle: "Triangle wave",
  arches: "Arches of parabolas",
  nothing: "Nothing: draw",
};

export const NODES = 128;
export const HIGHEST = 1.8;

export const presets = {
  square: "f=square&n=9&t=0.6",
  sawtooth: "f=sawtooth&n=9&t=0.6",
  triangle: "f=triangle&n=5&t=0.6",
  arches: "f=arches&n=3&t=0.6",
  nothing: "f=nothing&n=9&t=0.6",
};

// Two digits in base 36 for each node; an even number of steps, so that 0 is one of them.
const STEPS = 36 ** 2 - 2;

export const writeNodes = (nodes) =>
  nodes.map((value) => Math.round(((value / HIGHEST + 1) / 2) * STEPS).toString(36).padStart(2, "0")).join("");

// The nodes of a text, or null where it is malformed.
export function readNodes(text) {
  if (!new RegExp(`^[0-9a-z]{${2 * NODES}}$`).test(text ?? "")) return null;
  return text.match(/../g).map((digits) => ((2 * Math.min(STEPS, parseInt(digits, 36))) / STEPS - 1) * HIGHEST);
}
