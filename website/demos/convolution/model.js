// The mathematics of chapters/networks/transposed_convolution.ipynb. A convolution goes from o numbers to i, its transpose
// from i to o; where = { s, p, d } are stride, padding and dilation. Place j of the o numbers and place a of the i numbers
// are tied by weight v exactly if j = s a + d v − p.

const range = (n) => Array.from({ length: n }, (_, i) => i);
const sum = (values) => values.reduce((total, value) => total + value, 0);

// Places that a kernel of k weights covers, holes included.
export const span = (k, d) => d * (k - 1) + 1;

// How many numbers a convolution makes of o; none where its window does not fit.
export const shrunk = (o, k, { s, p, d }) => (o + 2 * p < span(k, d) ? 0 : Math.floor((o + 2 * p - span(k, d)) / s) + 1);

// How many numbers its transpose makes of i, r of them output padding; negative or 0 where the padding cuts all of them.
export const grown = (i, k, { s, p, d }, r = 0) => s * (i - 1) + span(k, d) - 2 * p + r;

// All o that a convolution turns into i.
export const sharing = (i, k, where) => range(where.s).map((r) => grown(i, k, where, r)).filter((o) => o > 0);

// PyTorch refuses an output padding that is neither below the stride nor below the dilation.
export const allowed = (r, { s, d }) => r < Math.max(s, d);

// The partners of place a of the i numbers: weight v and place j, which may lie in the padding.
export const window = (a, k, { s, p, d }) => range(k).map((v) => ({ v, at: s * a + d * v - p }));

// The partners of place j of the o numbers among the i, in their order.
export function senders(j, i, k, { s, p, d }) {
  const found = range(k).reverse().map((v) => ({ v, at: (j + p - d * v) / s }));
  return found.filter(({ at }) => Number.isInteger(at) && at >= 0 && at < i);
}

// The matrix C of a row, i × o.
export function matrix(w, i, o, where) {
  return range(i).map((a) => {
    const row = new Array(o).fill(0);
    for (const { v, at } of window(a, w.length, where)) if (at >= 0 && at < o) row[at] += w[v];
    return row;
  });
}

// Convolution of a picture x (height × width) with a kernel W; i = [height, width] of the result.
export function convolve(x, W, i, where) {
  const [kh, kw] = [W.length, W[0].length];
  return range(i[0]).map((a) =>
    range(i[1]).map((b) =>
      sum(window(a, kh, where).flatMap(({ v: u, at: y }) => window(b, kw, where).map(({ v, at }) => W[u][v] * (x[y]?.[at] ?? 0))))
    )
  );
}

// Transposed convolution of y; o = [height, width] of the result.
export function transposed(y, W, o, where) {
  const [kh, kw] = [W.length, W[0].length], [height, width] = [y.length, y[0].length];
  return range(o[0]).map((j) =>
    range(o[1]).map((l) =>
      sum(senders(j, height, kh, where).flatMap(({ v: u, at: a }) => senders(l, width, kw, where).map(({ v, at: b }) => W[u][v] * y[a][b])))
    )
  );
}

// How many partners each place has: of the i numbers among the o, and of the o among the i.
export const counts = (i, o, k, where) => ({
  small: range(i).map((a) => window(a, k, where).filter(({ at }) => at >= 0 && at < o).length),
  large: range(o).map((j) => senders(j, i, k, where).length),
});

// Far from the ends: how many weights, and which sum of them, reach the places j = 0, …, s − 1 modulo the stride.
export function residues(w, { s, p = 0, d }) {
  const of = (j) => w.filter((_, v) => (d * v - p - j) % s === 0);
  return range(s).map((j) => ({ count: of(j).length, sum: sum(of(j)) }));
}

export const outer = (row) => row.map((a) => row.map((b) => a * b));

// Kernels by name: all equal, counting, and those that interpolate linearly where the stride is half of an even size.
export const KERNELS = {
  equal: (k) => range(k).map(() => 1),
  counting: (k) => range(k).map((v) => v + 1),
  tent: (k) => range(k).map((v) => 1 - Math.abs(v - (k - 1) / 2) / Math.ceil(k / 2)),
};
