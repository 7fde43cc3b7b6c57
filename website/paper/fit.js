// Before a page is printed: all that is wider than it becomes smaller, and all pictures are there.
async () => {
  const room = document.querySelector("article").clientWidth;
  const scale = (element, wanted) => {
    const size = parseFloat(getComputedStyle(element).fontSize);
    return () => (element.style.fontSize = `${(size * wanted).toFixed(2)}px`);
  };
  const formulas = [...document.querySelectorAll(".katex-display, p .katex, td .katex, .pst-scrollable-table-container > table, .cell_output table")];
  const shrink = formulas.flatMap((element) => {
    const display = element.matches(".katex-display");
    const place = display ? element : element.closest("p, td, .pst-scrollable-table-container, .cell_output");
    const width = display ? element.scrollWidth : element.getBoundingClientRect().width;
    const free = Math.min(place.clientWidth, room);
    return free > 0 && width > free + 1 ? [scale(element, (0.98 * free) / width)] : [];
  });
  shrink.forEach((change) => change());
  await document.fonts.ready;
  await Promise.all([...document.images].map((image) => image.decode().catch(() => image.removeAttribute("src"))));
  return [...document.images].filter((image) => !image.getAttribute("src")).length;
}
