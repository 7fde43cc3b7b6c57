// What is copied of a page holds each formula once, as TeX: $…$ in a line, $$…$$ displayed. A formula that is selected in
// part is copied as a whole, since a piece of what was set is nobody's source.
const FORMULA = ".katex-display, .katex";
const NOT_TEXT = ".headerlink, .eer-checked, .copybtn, script, style";

function formulaAround(node) {
  const formula = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".katex");
  return formula?.closest(".katex-display") ?? formula;
}

// A formula carries its source where that is more than what is read in it (website/katex.mjs).
function source(formula) {
  const mark = formula.matches(".katex-display") ? "$$" : "$";
  const set = formula.matches(".katex") ? formula : formula.querySelector(".katex");
  return `${mark}${set.dataset.tex ?? set.textContent.trim()}${mark}`;
}

function copied(range) {
  const whole = range.cloneRange();
  const [first, last] = [range.startContainer, range.endContainer].map(formulaAround);
  if (first) whole.setStartBefore(first);
  if (last) whole.setEndAfter(last);
  const part = document.createElement("div");
  part.append(whole.cloneContents());
  return part;
}

document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (event.defaultPrevented || selection.isCollapsed || event.target.closest?.("input, textarea, [contenteditable]")) return;
  const part = document.createElement("div");
  for (let i = 0; i < selection.rangeCount; i += 1) part.append(copied(selection.getRangeAt(i)));
  if (!part.querySelector(".katex")) return;
  part.querySelectorAll(NOT_TEXT).forEach((element) => element.remove());
  part.querySelectorAll(FORMULA).forEach((formula) => part.contains(formula) && formula.replaceWith(source(formula)));
  part.style.cssText = "position: fixed; left: -200vw; width: 100vw";
  document.body.append(part); // lines are those of a page only in a page
  const text = part.innerText;
  part.remove();
  event.clipboardData.setData("text/plain", text);
  event.clipboardData.setData("text/html", part.innerHTML);
  event.preventDefault();
});
