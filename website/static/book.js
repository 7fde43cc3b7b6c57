// Blocks far from the reader are not laid out while the page loads (book.css). Once it has loaded, lay them out in slices
// too short to be felt, so that scrolling, printing and searching meet a finished page.
const BLOCKS = ".bd-article section > *";
const SLICE = 8; // milliseconds

// Whatever is wider than its place scrolls; make such places reachable by keyboard, and only such places.
const SCROLLING = "div.math, .katex-display, pre, .cell_output, .pst-scrollable-table-container";

function markScrolling() {
  const all = [...document.querySelectorAll(SCROLLING)];
  const wide = all.map((element) => element.scrollWidth > element.clientWidth + 1); // read all, then write all
  all.forEach((element, i) => {
    if (wide[i] === element.hasAttribute("tabindex")) return;
    if (wide[i]) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  });
}

// As many blocks at once as fit the slice: laid out one by one they would take several times as long.
function finish(blocks, size = 1) {
  const start = performance.now();
  const slice = blocks.splice(0, size);
  slice.forEach((block) => (block.style.contentVisibility = "visible"));
  slice.at(-1)?.offsetHeight; // to be read, it has to be laid out, and all before it
  const faster = SLICE / (performance.now() - start);
  if (blocks.length) setTimeout(finish, 0, blocks, Math.max(1, Math.floor(size * Math.min(2, faster))));
  else new ResizeObserver(remeasure).observe(document.body);
}

// Once at the end, then whenever something folded opens or the page becomes narrower or wider.
function remeasure() {
  markScrolling();
  document.documentElement.dataset.finished = "";
}

window.addEventListener("load", async () => {
  await document.fonts.ready;
  finish([...document.querySelectorAll(BLOCKS)].filter((block) => block.tagName !== "SECTION"));
});

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
  if (target.closest("a")?.hash === location.hash && location.hash) setTimeout(reveal); // no change of the address
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
