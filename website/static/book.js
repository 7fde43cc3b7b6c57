// Blocks far from the reader are not laid out before the reader comes near (book.css): all of a chapter at once would keep
// a phone busy for seconds.

// Whatever is wider than its place scrolls; make such places reachable by keyboard, and only such places. They are looked
// at when they are drawn for the first time, in a block that comes near or a fold that opens, and when their size changes:
// what is laid out then is laid out anyway.
const SCROLLING = "div.math, .katex-display, pre, .cell_output, .cell_output .output, .pst-scrollable-table-container";

const drawn = new ResizeObserver((changes) => {
  const places = changes.map(({ target }) => target);
  const wide = places.map((place) => place.scrollWidth > place.clientWidth + 1); // read all, then write all
  places.forEach((place, i) => {
    if (wide[i] === place.hasAttribute("tabindex")) return;
    if (wide[i]) place.tabIndex = 0;
    else place.removeAttribute("tabindex");
  });
});

// A formula that is itself such a block keeps its size when it comes near, but not what stands in it.
document.addEventListener(
  "contentvisibilityautostatechange",
  ({ target, skipped }) => {
    if (skipped || !target.matches(SCROLLING)) return;
    drawn.unobserve(target); // to be told once more
    drawn.observe(target);
  },
  true,
);

// A font that comes later, with what it is first needed for, makes a text wider and its place not.
document.fonts.addEventListener("loadingdone", () => {
  document.querySelectorAll(SCROLLING).forEach((place) => {
    drawn.unobserve(place);
    drawn.observe(place);
  });
});

window.addEventListener("load", async () => {
  await document.fonts.ready;
  document.querySelectorAll(SCROLLING).forEach((place) => drawn.observe(place));
  document.documentElement.dataset.finished = document.querySelector(":target") ? "whole" : "";
});

// Blocks on the way to a place, drawn for the first time, may be higher or lower than was thought: a link has led to its
// place when that is where it should be and stays there, unless the reader goes elsewhere meanwhile.
function arrive(target) {
  const elsewhere = new AbortController();
  const { signal } = elsewhere;
  for (const act of ["wheel", "touchstart", "pointerdown", "keydown"]) {
    window.addEventListener(act, () => elsewhere.abort(), { passive: true, signal });
  }
  const space = (element, side) => parseFloat(getComputedStyle(element)[side]) || 0;
  const due = space(target, "scrollMarginTop") + space(document.documentElement, "scrollPaddingTop");
  let [before, still, tries] = [NaN, 0, 10];
  const look = () => {
    if (signal.aborted) return;
    const { top } = target.getBoundingClientRect();
    still = Math.abs(top - before) < 1 ? still + 1 : 0;
    before = top;
    if (still >= 3) {
      const below = document.documentElement.scrollHeight - innerHeight - scrollY;
      const there = Math.abs(top - due) < 2 || (top > due && below < 2);
      if (there || tries-- === 0) return elsewhere.abort();
      target.scrollIntoView({ behavior: "instant" });
      still = 0;
    }
    requestAnimationFrame(look);
  };
  look();
}

// A link into a fold opens it: a section that goes further, folded code, the solution of an exercise.
function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = (element) => element?.parentElement.closest("details:not([open]), .toggle-hidden");
  let opened = false;
  for (let fold = folded(target); fold; fold = folded(fold)) {
    opened = true;
    if (fold.matches("details")) fold.open = true;
    else fold.querySelector(".toggle-button").click();
  }
  if (opened) target.scrollIntoView();
}

window.addEventListener("load", reveal);
window.addEventListener("hashchange", reveal);
document.addEventListener("click", ({ target }) => {
  const { hash, href } = target.closest("a") ?? {};
  if (!hash) return;
  setTimeout(() => {
    if (href !== location.href) return; // it led to another page, or a demo has taken it
    reveal();
    const place = document.getElementById(decodeURIComponent(hash.slice(1)));
    if (place) arrive(place);
  });
});

// Paper is white: a page is printed in its light colours, whatever the reader reads it in. Drawings in those colours have
// not been asked for yet in the dark.
let read;
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("img.only-light").forEach((drawing) => (drawing.loading = "eager"));
  read ??= document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
window.addEventListener("afterprint", () => {
  document.documentElement.dataset.theme = read ?? document.documentElement.dataset.theme;
  read = undefined;
});
