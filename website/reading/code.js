// One choice for the code of all pages: shown with every fold open, folded as the book has it, or hidden.
import { recall, remember } from "./store.js";

export const CHOICES = ["shown", "folded", "hidden"];
const FOLDS = "details.eer-harness";
const LANDMARKS = ".bd-article :is(h1, h2, h3, p, li, figure, div.math)";
const CODE = ".cell_input, details.eer-harness";

export function chosen() {
  const { code } = recall();
  return CHOICES.includes(code) ? code : "folded";
}

export function choose(code) {
  remember((known) => (known.code = code));
  keepingPlace(() => show(code));
}

export function show(code) {
  document.documentElement.dataset.code = code;
  document.querySelectorAll(FOLDS).forEach((fold) => (fold.open = code === "shown"));
}

// What the reader looks at, near the upper third of the window, stays where it is, however much code comes or goes.
function keepingPlace(change) {
  const root = document.documentElement;
  const landmarks = [...document.querySelectorAll(LANDMARKS)].filter((element) => {
    const { top, height } = element.getBoundingClientRect();
    return height && top > 60 && top < innerHeight && element.checkVisibility() && !element.closest(CODE);
  });
  const above = landmarks.filter((element) => element.getBoundingClientRect().top < innerHeight / 3);
  const inSight = above.at(-1) ?? landmarks[0];
  const before = inSight?.getBoundingClientRect().top;
  root.style.overflowAnchor = "none";
  change();
  if (inSight) scrollBy({ top: inSight.getBoundingClientRect().top - before, behavior: "instant" });
  root.style.overflowAnchor = "";
}

// A link into code that is hidden shows it, on this page and this time.
export function revealTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (document.documentElement.dataset.code !== "hidden" || !target?.closest(CODE)) return;
  show("folded");
  const fold = target.closest(FOLDS);
  if (fold) fold.open = true;
  target.scrollIntoView();
}
