// Whatever is wider than its place scrolls; make such places reachable by keyboard, and only such places.
const SCROLLING = "div.math, .katex-display, pre, .cell_output, .pst-scrollable-table-container";

function markScrolling(block) {
  const all = [block, ...block.querySelectorAll(SCROLLING)].filter((element) => element.matches(SCROLLING));
  const wide = all.map((element) => element.scrollWidth > element.clientWidth + 1); // read all, then write all
  all.forEach((element, i) => (wide[i] ? (element.tabIndex = 0) : element.removeAttribute("tabindex")));
}

// Blocks far from the reader are not laid out (book.css), and asking for their widths would do it: they say when they are.
const idle = window.requestIdleCallback ?? ((task) => setTimeout(task, 200));
const FIRST = ".bd-article > section > :not(section), .bd-article > section > section:first-of-type";
const TABLES = ".pst-scrollable-table-container"; // always laid out; as wide as their fonts make them

document.addEventListener(
  "contentvisibilityautostatechange",
  (event) => event.skipped || idle(() => markScrolling(event.target)),
  true,
);
document.fonts.ready.then(() => idle(() => document.querySelectorAll(`${FIRST}, ${TABLES}`).forEach(markScrolling)));
