// Puts a card below its link, or above where there is more room; always in sight, over the page and not in it.
const GAP = 6;
const EDGE = 8;
const SMALLEST = 0.6; // of the size of a formula that is wider than the card

function fit(card) {
  for (const formula of card.querySelectorAll(".katex-display")) {
    const scale = formula.clientWidth / formula.scrollWidth;
    if (scale < 1) formula.style.fontSize = `${Math.max(SMALLEST, Math.floor(scale * 100) / 100)}em`;
  }
  if (card.role !== "dialog") return;
  for (const wide of card.querySelectorAll(".eer-card-body, .katex-display, div.math")) {
    if (wide.scrollWidth > wide.clientWidth + 1 || wide.scrollHeight > wide.clientHeight + 1) wide.tabIndex = 0;
  }
}

export function place(card, link, at) {
  const lines = [...link.getClientRects()];
  const line = lines.find(({ top, bottom }) => at && top <= at.y && at.y <= bottom) ?? lines[0];
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const [above, below] = [line.top - GAP - EDGE, height - line.bottom - GAP - EDGE];
  card.style.cssText = "left: 0; top: 0";
  fit(card);
  const down = below >= card.offsetHeight || below >= above;
  card.style.maxHeight = `${Math.max(96, down ? below : above)}px`;
  const body = card.querySelector(".eer-card-body");
  card.classList.toggle("eer-card-cut", body.scrollHeight > body.clientHeight + 1);
  const left = Math.max(EDGE, Math.min(line.left, width - card.offsetWidth - EDGE));
  const top = down ? line.bottom + GAP : line.top - GAP - card.offsetHeight;
  const inside = Math.max(EDGE, Math.min(top, height - card.offsetHeight - EDGE));
  card.style.left = `${left + scrollX}px`;
  card.style.top = `${inside + scrollY}px`;
}
