// The mathematics of chapters/foundations/fourier_series.ipynb. A function of period 2π is given by its values at POINTS
// midpoints; coefficients are {a, b} with a[0] twice the mean and b[0] = 0.

export const POINTS = 1024;

export const midpoints = Array.from({ length: POINTS }, (_, i) => -Math.PI + ((i + 0.5) * 2 * Math.PI) / POINTS);

// x of any size, brought into [−π, π).
const inPeriod = (x) => x - 2 * Math.PI * Math.floor((x + Math.PI) / (2 * Math.PI));

export const FUNCTIONS = {
  square: (x) => Math.sign(Math.sin(x)),
  sawtooth: (x) => inPeriod(x) / Math.PI,
  triangle: (x) => 1 - (2 * Math.abs(inPeriod(x))) / Math.PI,
  arches: (x) => (4 * inPeriod(x) * (Math.PI - Math.abs(inPeriod(x)))) / Math.PI ** 2,
};

// The polygon through evenly spaced nodes, the first at −π, continued periodically.
export function polygon(nodes) {
  return midpoints.map((x) => {
    const place = ((x + Math.PI) / (2 * Math.PI)) * nodes.length, i = Math.floor(place), share = place - i;
    return (1 - share) * nodes[i] + share * nodes[(i + 1) % nodes.length];
  });
}

export function coefficients(values, degree) {
  const project = (wave, n) => (2 / POINTS) * values.reduce((sum, value, i) => sum + value * wave(n * midpoints[i]), 0);
  const numbers = Array.from({ length: degree + 1 }, (_, n) => n);
  return { a: numbers.map((n) => project(Math.cos, n)), b: numbers.map((n) => project(Math.sin, n)) };
}

export function partialSum({ a, b }, degree, x) {
  let sum = a[0] / 2;
  for (let n = 1; n <= degree; n++) sum += a[n] * Math.cos(n * x) + b[n] * Math.sin(n * x);
  return sum;
}

// The integral of a function's square over a period, by π.
export const meanSquare = (values) => (2 / values.length) * values.reduce((sum, value) => sum + value * value, 0);

export const error = (values, found, degree) =>
  meanSquare(values.map((value, i) => value - partialSum(found, degree, midpoints[i])));

// By how much the sum passes the largest value of the function, as a share of the function's whole height.
export function overshoot(values, found, degree) {
  const highest = Math.max(...values), height = highest - Math.min(...values);
  const fine = Array.from({ length: 8 * POINTS }, (_, i) => partialSum(found, degree, -Math.PI + (i * Math.PI) / (4 * POINTS)));
  return height > 0 ? (Math.max(...fine) - highest) / height : 0;
}

// Ends of the chain of rotating arrows at the time t, from the first arrow's start: [x, y]. Arrow n turns n times in a
// period; the height of the last end is the partial sum.
export function arrows({ a, b }, degree, t) {
  const ends = [[0, a[0] / 2]];
  for (let n = 1; n <= degree; n++) {
    const [x, y] = ends.at(-1), length = Math.hypot(a[n], b[n]), turn = n * t + Math.atan2(a[n], b[n]);
    ends.push([x + length * Math.cos(turn), y + length * Math.sin(turn)]);
  }
  return ends;
}
