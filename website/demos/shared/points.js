// Points as text: x,y,class;x,y,class, with the class as a letter; a second letter is the true class where the first is
// wrong. Coordinates have two decimals everywhere in the demos.

import { LETTERS } from "./classes.js";

const letters = ({ label, clean }) => LETTERS[label] + (clean === undefined ? "" : LETTERS[clean]);

export const writePoints = (points) => points.map((p) => `${p.x},${p.y},${letters(p)}`).join(";");

// The points of a text, or null where it is malformed, empty, or holds more than `most`.
export function readPoints(text, { classes, extent, most = 200 }) {
  const known = (letter) => letter !== undefined && LETTERS.slice(0, classes).includes(letter);
  const points = (text ?? "").split(";").map((item) => {
    const [x, y, classes_] = item.split(","), [own, clean, ...more] = classes_ ?? "";
    if (!known(own) || more.length || (clean !== undefined && !known(clean))) return null;
    const point = { x: round(x), y: round(y), label: LETTERS.indexOf(own) };
    return clean === undefined || clean === own ? point : { ...point, clean: LETTERS.indexOf(clean) };
  });
  const good = (p) => p && Math.abs(p.x) <= extent && Math.abs(p.y) <= extent;
  return points.length <= most && points.every(good) ? points : null;
}

export const round = (value) => Math.round(100 * Number(value)) / 100;

// A number of the address within its limits, or the default.
export function readNumber(params, key, { least, most, otherwise }) {
  const value = params.get(key);
  return value !== null && value.trim() !== "" && Number(value) >= least && Number(value) <= most ? Number(value) : otherwise;
}
