// The mathematics of chapters/foundations/gaussian_ellipses.ipynb, for a symmetric matrix with the entries a, b, c:
// variances a and c, covariance b. Vectors are [x, y].

export const determinant = ({ a, b, c }) => a * c - b * b;

// Eigenvalues, larger first, and the angle of the first eigenvector.
export function eigen({ a, b, c }) {
  const middle = (a + c) / 2, radius = Math.hypot((a - c) / 2, b);
  return { values: [middle + radius, middle - radius], angle: Math.atan2(2 * b, a - c) / 2 };
}

export const isPositiveDefinite = (matrix) => matrix.a > 0 && determinant(matrix) > 0;

export const correlation = ({ a, b, c }) => b / Math.sqrt(a * c);

// The matrix with these standard deviations along a direction and across it.
export function fromAxes(angle, along, across) {
  const x = Math.cos(angle), y = Math.sin(angle), p = along * along, q = across * across;
  return { a: p * x * x + q * y * y, b: (p - q) * x * y, c: p * y * y + q * x * x };
}

export const fromDeviations = (s1, s2, rho) => ({ a: s1 * s1, b: rho * s1 * s2, c: s2 * s2 });

// Points of the k-ellipse around 0.
export function ellipse(matrix, k, count) {
  const { values, angle } = eigen(matrix);
  const [along, across] = values.map((value) => k * Math.sqrt(Math.max(value, 0)));
  return Array.from({ length: count }, (_, i) => {
    const t = (2 * Math.PI * i) / count, u = along * Math.cos(t), v = across * Math.sin(t);
    return [u * Math.cos(angle) - v * Math.sin(angle), u * Math.sin(angle) + v * Math.cos(angle)];
  });
}

// Where the k-ellipse reaches farthest in a direction.
export function contact({ a, b, c }, [x, y], k) {
  const image = [a * x + b * y, b * x + c * y], reach = Math.sqrt(x * image[0] + y * image[1]);
  return image.map((value) => (k * value) / reach);
}

// Probability inside the k-ellipse.
export const mass = (k) => 1 - Math.exp((-k * k) / 2);

// Mean and variance of the second coordinate when the first is x.
export const conditional = ({ a, b, c }, x) => ({ mean: (b / a) * x, variance: c - (b * b) / a });

export const density = (x, variance) => Math.exp((-x * x) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);

// Squared Mahalanobis distance from 0.
export const distance2 = (matrix, [x, y]) =>
  (matrix.c * x * x - 2 * matrix.b * x * y + matrix.a * y * y) / determinant(matrix);

// The image of standard normal points under the Cholesky factor.
export function transform({ a, b, c }, points) {
  const l11 = Math.sqrt(a), l21 = b / l11, l22 = Math.sqrt(c - l21 * l21);
  return points.map(([u, v]) => [l11 * u, l21 * u + l22 * v]);
}
