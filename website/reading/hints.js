// What is wider than its place and scrolls shows that it goes on: its right edge fades until the end is in sight.
const SCROLLING = "div.math, .katex-display, pre, .cell_output, .cell_output > .output, .pst-scrollable-table-container";
const EDGE = 4; // pixels that are no reason for a hint

export function hint() {
  const near = new Set();
  const look = () => {
    const all = [...near];
    const more = all.map((element) => element.scrollWidth - element.clientWidth - element.scrollLeft > EDGE); // read, then write
    all.forEach((element, i) => element.classList.toggle("eer-goes-on", more[i]));
  };
  const watcher = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) near[isIntersecting ? "add" : "delete"](target);
      look();
    },
    { rootMargin: "200px 0px" },
  );
  const start = () => document.querySelectorAll(`.bd-article :is(${SCROLLING})`).forEach((element) => watcher.observe(element));
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
  let waiting;
  const later = () => {
    if (!waiting) waiting = requestAnimationFrame(() => ((waiting = undefined), look()));
  };
  document.addEventListener("scroll", ({ target }) => near.has(target) && later(), { capture: true, passive: true });
  new ResizeObserver(later).observe(document.body);
}
