// Whatever is wider than its place scrolls; make such places reachable by keyboard, and only such places.
const SCROLLING = "div.math, .katex-display, pre, .cell_output, .pst-scrollable-table-container";

function markScrolling() {
  for (const element of document.querySelectorAll(SCROLLING)) {
    if (element.scrollWidth > element.clientWidth + 1) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  }
}

new ResizeObserver(markScrolling).observe(document.documentElement);
