// Points as text: x,y,class;x,y,class, with the class as a letter. Coordinates have two decimals everywhere in the demos.

import { LETTERS } from "./classes.js";

export const writePoints = (points) => points.map((p) => `${p.x},${p.y},${LETTERS[p.label]}`).join(";");

// The points of a text, or null where it is malformed, empty, or holds more than `most`.
export function readPoints(text, { classes, extent, most = 200 }) {
  const points = (text ?? "").split(";").map((item) => {
    const [x, y, letter] = item.split(",");
    return { x: round(x), y: round(y), label: LETTERS.indexOf(letter || "?") };
  });
  const good = (p) => Math.abs(p.x) <= extent && Math.abs(p.y) <= extent && p.label >= 0 && p.label < classes;
  return points.length <= most && points.every(good) ? points : null;
}

export const round = (value) => Math.round(100 * Number(value)) / 100;

// A number of the address within its limits, or the default.
export function readNumber(params, key, { least, most, otherwise }) {
  const value = params.get(key);
  return value !== null && value.trim() !== "" && Number(value) >= least && Number(value) <= most ? Number(value) : otherwise;
}
