// The state of the demo as an address, the situations that the chapter's text refers to, and what is asked about each.

import { readNumber, round } from "../shared/points.js";
import * as model from "./model.js";

export const EXTENT = 2;
export const MOST_T = 300; // steps
export const LEVEL = 1e-4; // of the loss: "there"
export const RATES = { least: 1e-4, most: 10 };
export const rounded = (rate) => Number(rate.toPrecision(4));

export const LOSSES = {
  bowl: { name: "Bowl", formula: "½(x² + y²)", levels: [0.02, 0.1, 0.25, 0.5, 0.9, 1.4, 2.1, 3] },
  valley: { name: "Valley", formula: "½(x² + 25y²)", levels: [0.1, 0.4, 1, 2.2, 4.5, 9, 16, 27, 42] },
  turned: { name: "Turned valley", formula: "½(13x² − 24xy + 13y²)", levels: [0.1, 0.4, 1, 2.2, 4.5, 9, 16, 27, 42, 65] },
  saddle: { name: "Saddle", formula: "½x² + ¼(y² − 1)²", levels: [0.02, 0.08, 0.16, 0.25, 0.4, 0.7, 1.2, 2, 3] },
  rosenbrock: { name: "Rosenbrock", formula: "(1 − x)² + 100(y − x²)²", levels: [0.1, 0.5, 1.5, 4, 12, 40, 110, 300, 800, 1900] },
};

export const METHODS = {
  gd: { name: "GD", colour: "blue" },
  momentum: { name: "Momentum", colour: "orange" },
  adagrad: { name: "AdaGrad", colour: "green" },
  rmsprop: { name: "RMSProp", colour: "purple" },
  adam: { name: "Adam", colour: "gold" },
  newton: { name: "Newton", colour: "ink" },
};
const NAMES = Object.keys(METHODS);

// Numbers of a state and their limits. `factor` is a power of ten.
const NUMBERS = {
  ...{ rho: [0, 0.999], alpha: [0, 0.999], b1: [0, 0.999], b2: [0, 0.999] },
  ...{ noise: [0, 1], seed: [0, 9999], factor: [-4, 4], t: [0, MOST_T] },
};
const WHOLE = ["seed", "factor", "t"];

const first = {
  ...{ loss: "valley", start: [-1.8, 0.9], on: ["gd", "momentum"] },
  rates: { gd: 0.0769, momentum: 0.05, adagrad: 0.5, rmsprop: 0.05, adam: 0.1, newton: 1 },
  ...{ rho: 0.7, nesterov: false, alpha: 0.99, b1: 0.9, b2: 0.999, noise: 0, seed: 1, factor: 0, t: 0, look: "momentum" },
};

// State → URLSearchParams: what differs from the first situation.
export function write(state) {
  const params = { loss: state.loss, start: state.start.join(","), on: state.on.join(",") };
  for (const name of NAMES) if (state.rates[name] !== first.rates[name]) params[name] = state.rates[name];
  for (const name of Object.keys(NUMBERS)) if (state[name] !== first[name]) params[name] = state[name];
  if (state.nesterov) params.nesterov = 1;
  if (state.look !== first.look) params.look = state.look;
  return new URLSearchParams(params);
}

export function read(params) {
  const one = (key, known) => (Object.hasOwn(known, params.get(key)) ? params.get(key) : first[key]);
  const start = (params.get("start") ?? "").split(",").map((part) => (part.trim() ? round(part) : NaN));
  const on = (params.get("on") ?? "?") === "" ? [] : (params.get("on") ?? "?").split(",");
  const number = (key, [least, most]) => {
    const value = readNumber(params, key, { least, most, otherwise: first[key] });
    return WHOLE.includes(key) ? Math.round(value) : value;
  };
  return {
    loss: one("loss", LOSSES),
    start: start.length === 2 && start.every((value) => Math.abs(value) <= EXTENT) ? start : first.start,
    on: on.every((name) => NAMES.includes(name)) ? NAMES.filter((name) => on.includes(name)) : first.on,
    rates: Object.fromEntries(NAMES.map((name) => [name, rounded(readNumber(params, name, { ...RATES, otherwise: first.rates[name] }))])),
    ...Object.fromEntries(Object.entries(NUMBERS).map(([key, limits]) => [key, number(key, limits)])),
    nesterov: params.get("nesterov") === "1",
    look: one("look", METHODS),
  };
}

// The runs of the methods that are on, up to the last step.
export function race(state) {
  const { rates, rho, nesterov, alpha, b1, b2 } = state;
  const made = {
    gd: () => model.SGD(rates.gd),
    momentum: () => model.SGD(rates.momentum, { momentum: rho, nesterov }),
    adagrad: () => model.AdaGrad(rates.adagrad),
    rmsprop: () => model.RMSProp(rates.rmsprop, { alpha }),
    adam: () => model.Adam(rates.adam, { betas: [b1, b2] }),
    newton: () => model.Newton(rates.newton),
  };
  const noise = state.noise > 0 ? model.noises(state.seed, MOST_T).map((pair) => pair.map((z) => state.noise * z)) : null;
  const options = { steps: MOST_T, factor: 10 ** state.factor, noise };
  return Object.fromEntries(state.on.map((name) => [name, model.run(model.losses[state.loss], made[name](), state.start, options)]));
}

// --- situations ------------------------------------------------------------------------------------------------------

const rates = (change) => ({ rates: { ...first.rates, ...change } });
const steep = { look: "adam", on: ["gd", "adagrad", "rmsprop", "adam"], ...rates({ gd: 0.1, adagrad: 0.1, rmsprop: 0.1 }) };

const situations = {
  valley: [{}, "A narrow valley"],
  edge: [{ start: [-1.8, 0.1], on: ["gd"], ...rates({ gd: 0.081 }), look: "gd" }, "A little above 2/λ₁"],
  scale: [{ loss: "bowl", start: [1.5, 1], ...steep, factor: 3 }, "A loss in other units"],
  turned: [{ loss: "turned", start: [-1.91, -0.64], on: ["gd", "momentum", "adagrad", "rmsprop", "adam"], look: "adam" }, "A turned valley"],
  fade: [{ loss: "bowl", start: [1.8, 1.5], on: ["adagrad", "adam"], ...rates({ adagrad: 0.1 }), look: "adagrad" }, "AdaGrad slows down"],
  saddle: [{ loss: "saddle", start: [1.5, 0], on: ["gd", "momentum", "adam"], ...rates({ gd: 0.1 }), look: "adam" }, "On the ridge of a saddle"],
  freed: [{ loss: "saddle", start: [1.5, 0], on: ["gd", "momentum", "adam"], ...rates({ gd: 0.1 }), noise: 0.01, look: "adam" }, "The ridge, with noise"],
  newton: [{ loss: "saddle", start: [1.2, 0.4], on: ["gd", "newton"], ...rates({ gd: 0.1 }), look: "newton" }, "Newton near a saddle"],
  rosenbrock: [
    {
      ...{ loss: "rosenbrock", start: [-1.2, 1], on: ["gd", "momentum", "adam", "newton"], look: "newton", rho: 0.9 },
      ...rates({ gd: 0.002, momentum: 0.001, adam: 0.2 }),
    },
    "Rosenbrock's valley",
  ],
};

export const presets = Object.fromEntries(Object.entries(situations).map(([name, [change]]) => [name, write({ ...first, ...change }).toString()]));
export const TITLES = Object.fromEntries(Object.entries(situations).map(([name, [, title]]) => [name, title]));

// --- questions -------------------------------------------------------------------------------------------------------
// What is asked, the answers, the step at which it is decided; from the runs: which answer is right, and what to say.

const short = (value) => String(Number(value.toPrecision(3))).replace("-", "−").replace("e-", "e−");
const settles = (run) => {
  const step = model.settled(run, LEVEL);
  return step < 0 ? Infinity : step;
};
const since = (run) => (settles(run) < Infinity ? `from step ${settles(run)}` : "not within 300 steps");
const turns = ({ places }, steps) => places.slice(1, steps + 1).filter(([, y], i) => y * places[i][1] < 0).length;
const escapes = ({ places }) => places.findIndex(([, y]) => Math.abs(y) > 0.5);
// the same race in the valley along the axes, from the start turned back
const turnedBack = (state) => {
  const [x, y] = state.start;
  return race({ ...state, loss: "valley", start: [(x + y) / Math.SQRT2, (y - x) / Math.SQRT2] });
};
const best = (values) => values.indexOf(Math.min(...values));

export const QUESTIONS = {
  valley: {
    ask: "Curvature 1 along the valley, 25 across. GD has η ≈ 2/26, best in the long run; momentum has 0.05 and ρ = 0.7. Which is below 10⁻⁴ for good first?",
    answers: ["GD", "Momentum"],
    t: 80,
    right: ({ gd, momentum }) => best([gd, momentum].map(settles)),
    told: ({ gd, momentum }) =>
      `GD is there for good ${since(gd)}, momentum ${since(momentum)}. In the first 24 steps y changed its sign ${turns(gd, 24)} times with GD, ${turns(momentum, 24)} times with momentum.`,
  },
  edge: {
    ask: "The largest curvature λ₁ is 25, so GD’s limit is 2/25 = 0.08. Its η is 0.081, and it starts almost on the valley floor. Where is it after 300 steps?",
    answers: ["At the minimum", "Near x = 0, far off in y", "Far off in both"],
    t: MOST_T,
    right: ({ gd }) => {
      const [x, y] = gd.places.at(-1).map(Math.abs);
      return x > 2 ? 2 : y > 2 ? 1 : 0;
    },
    told: ({ gd }) => {
      const [x, y] = gd.places.at(-1), least = best(gd.values);
      return `At x = ${short(x)}, y = ${short(y)}. The loss fell up to step ${least}, while x shrank; y grew by 2.5 % in each step all along.`;
    },
  },
  scale: {
    ask: "The loss is multiplied by 1000, and each method has η = 0.1. How long is Adam’s first step in x?",
    answers: ["0.0001", "0.1", "150"],
    t: 1,
    right: ({ adam }) => best([1e-4, 0.1, 150].map((length) => Math.abs(Math.log(Math.abs(adam.records[0].d[0]) / length)))),
    told: (runs) => {
      const length = (name) => short(Math.abs(runs[name].records[0].d[0]));
      return `Adam’s: ${length("adam")}; AdaGrad’s: ${length("adagrad")}; RMSProp’s: ${length("rmsprop")}, which is η/√(1 − α); GD’s: ${length("gd")}. In y Adam’s is as long.`;
    },
  },
  turned: {
    ask: "The valley and the start are turned by 45°. Whose way is the turned way, step for step?",
    answers: ["GD’s", "AdaGrad’s", "Adam’s"],
    t: MOST_T,
    right: (runs, state) => {
      const back = turnedBack(state), last = ([x, y]) => [(x + y) / Math.SQRT2, (y - x) / Math.SQRT2];
      const apart = (name) => Math.max(...runs[name].places.map((w, t) => Math.hypot(...last(w).map((value, i) => value - back[name].places[t][i]))));
      return best(["gd", "adagrad", "adam"].map(apart));
    },
    told: (runs, state) => {
      const back = turnedBack(state), step = (run) => (settles(run) < Infinity ? settles(run) : "none");
      const each = (name) => `${METHODS[name].name} ${step(runs[name])} (${step(back[name])})`;
      return `Step from which f < 10⁻⁴ up to the end, in brackets along the axes: ${state.on.map(each).join(", ")}. What divides each coordinate by a size of its own depends on the axes; GD and momentum do not.`;
    },
  },
  fade: {
    ask: "AdaGrad’s first step has the length 0.1 in each coordinate, as Adam’s has. What it multiplies the gradient’s x by is 0.056 then. What is that in step 300?",
    answers: ["About 0.5", "0.056", "Less than 0.02"],
    t: MOST_T,
    right: ({ adagrad }) => best([0.5, 0.056, 0.015].map((rate) => Math.abs(Math.log(adagrad.records.at(-1).rate[0] / rate)))),
    told: ({ adagrad, adam }) =>
      `${short(adagrad.records.at(-1).rate[0])}. The sum of squares cannot fall, so that number cannot rise. The losses after 300 steps: AdaGrad ${short(adagrad.values.at(-1))}, Adam ${short(adam.values.at(-1))}.`,
  },
  saddle: {
    ask: "The saddle is at (0, 0), the minima at (0, ±1). Three methods start at y = 0, without noise. Where are they after 300 steps?",
    answers: ["All at the saddle", "Some in a minimum", "All in a minimum"],
    t: MOST_T,
    right: (runs) => {
      const down = Object.values(runs).filter((run) => run.values.at(-1) < 0.2).length;
      return down === 0 ? 0 : down < 3 ? 1 : 2;
    },
    told: (runs) => {
      const all = Object.values(runs), zero = all.every((run) => run.places.every(([, y]) => y === 0));
      return `${zero ? "y is exactly 0 at every step of all three, as the gradient’s y is 0 there" : "y does not stay 0"}. The losses: ${all.map((run) => short(run.values.at(-1))).join(", ")}.`;
    },
  },
  freed: {
    ask: "Each gradient now gets noise with standard deviation 0.01, the same for all three. Who is first with |y| > ½?",
    answers: ["GD", "Momentum", "Adam"],
    t: 120,
    right: (runs) => best(["gd", "momentum", "adam"].map((name) => escapes(runs[name]))),
    told: (runs) => {
      const each = (name) => `${METHODS[name].name} in step ${escapes(runs[name])}`;
      return `${["gd", "momentum", "adam"].map(each).join(", ")}. Adam’s first step in y is ${short(Math.abs(runs.adam.records[0].d[1]))} long: noise alone is divided by its own size.`;
    },
  },
  newton: {
    ask: "Newton divides by the curvature, also where it is negative. To which place does it go from (1.2, 0.4)?",
    answers: ["To a minimum", "To the saddle"],
    t: 60,
    right: ({ newton }) => (newton.values[60] < 0.01 ? 0 : 1),
    told: ({ newton, gd }) => `After 60 steps Newton’s loss is ${short(newton.values[60])}, GD’s is ${short(gd.values[60])}. Newton looks for a place without gradient, which a saddle is.`,
  },
  rosenbrock: {
    ask: "A bent valley: the minimum is at (1, 1). Whose loss is below 10⁻⁴ for good first, with these η?",
    answers: ["Momentum’s", "Adam’s", "Newton’s"],
    t: MOST_T,
    right: (runs) => best(["momentum", "adam", "newton"].map((name) => settles(runs[name]))),
    told: (runs) => {
      const { newton, ...others } = runs, each = ([name, run]) => `${METHODS[name].name} ${short(run.values.at(-1))}`;
      return `Newton is there ${since(newton)}; on the way its loss was ${short(Math.max(...newton.values))}. The others after 300 steps: ${Object.entries(others).map(each).join(", ")}. Try other η.`;
    },
  },
};
