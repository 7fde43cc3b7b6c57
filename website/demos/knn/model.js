// The mathematics of the demo, and nothing else: chapters/classical/knn.ipynb has the same in NumPy, and the tests compare.

export const METRICS = ["l1", "l2", "linf"];

// The k nearest of `points` [{x, y, label}] to (x, y): [{i, distance}], nearest first; of equally near ones the one that
// comes first in the list. The axes of the metric are turned by `degrees`. `without` leaves one point out. Fewer than k
// points: all of them.
export function neighbours(points, x, y, { k, metric, degrees = 0 }, without = -1) {
  const angle = (degrees * Math.PI) / 180, cos = Math.cos(angle), sin = Math.sin(angle);
  const near = [];
  for (let i = 0; i < points.length; i++) {
    if (i === without) continue;
    const dx = points[i].x - x, dy = points[i].y - y;
    const u = Math.abs(cos * dx + sin * dy), v = Math.abs(cos * dy - sin * dx);
    const d = metric === "l1" ? u + v : metric === "linf" ? Math.max(u, v) : Math.sqrt(u * u + v * v);
    if (near.length === k && d >= near[k - 1].distance) continue;
    let j = near.length === k ? k - 1 : near.length; // insertion into a short sorted list
    for (; j > 0 && near[j - 1].distance > d; j--) near[j] = near[j - 1];
    near[j] = { i, distance: d };
  }
  return near;
}

// Number of votes of each class.
export function votes(points, near, classes) {
  const counts = new Array(classes).fill(0);
  for (const { i } of near) counts[points[i].label] += 1;
  return counts;
}

// The classes with the most votes: one, or several where the vote is tied; none without points.
export function winners(counts) {
  const most = Math.max(...counts);
  return most > 0 ? counts.flatMap((count, label) => (count === most ? [label] : [])) : [];
}

// For k = 1, …, most: the share of the `test` points that the vote gets right, from one list of neighbours for each of them.
// With `leaveOut` they are the points themselves, each judged without itself. A tie goes to the smallest label.
export function accuracies(points, classes, options, most, test = points, leaveOut = false) {
  const right = new Array(most).fill(0);
  test.forEach((point, i) => {
    const near = neighbours(points, point.x, point.y, { ...options, k: most }, leaveOut ? i : -1);
    const counts = new Array(classes).fill(0);
    for (let k = 0; k < most; k++) {
      if (k < near.length) counts[points[near[k].i].label] += 1;
      if (winners(counts)[0] === point.label) right[k] += 1;
    }
  });
  return right.map((count) => count / test.length);
}

// The same for one k, a vote at a time: share of points that the vote gets right, each judged with itself among the voters, or (`leaveOut`) without itself.
// A tie goes to the smallest label.
export function accuracy(points, classes, options, leaveOut, test = points) {
  let right = 0;
  test.forEach((point, i) => {
    const near = neighbours(points, point.x, point.y, options, leaveOut ? i : -1);
    if (winners(votes(points, near, classes))[0] === point.label) right += 1;
  });
  return test.length ? right / test.length : NaN;
}
