// What is copied of a page holds each formula once, as TeX: $…$ in a line, $$…$$ displayed. A formula that is selected in
// part is copied as a whole, since a piece of what was set is nobody's source.
const FORMULA = ".katex-display, .katex";
const NOT_TEXT = ".headerlink, .eer-checked, .copybtn, script, style";

// The sources of a page lie beside it, in the order of its formulas (website/finishing/pages.py). They are fetched when a
// formula is selected, as a script, which a page opened from disk may read too.
let fetched; // a promise, once they are asked for
let there = false;

function giveSources() {
  const formulas = document.querySelectorAll(".bd-article .katex");
  const sources = window.eerFormulas ?? [];
  if (sources.length === formulas.length) formulas.forEach((formula, i) => sources[i] && (formula.dataset.tex = sources[i]));
  there = true;
}

function fetchSources() {
  const address = `${location.pathname.replace(/\/$/, "/index.html").replace(/\.html$/, "")}.formulas.js`;
  return new Promise((done) => {
    const script = Object.assign(document.createElement("script"), { src: `${address}?${Date.parse(document.lastModified)}` });
    script.onload = script.onerror = () => done(giveSources());
    document.head.append(script);
  });
}

const ranges = (selection) => Array.from({ length: selection.rangeCount }, (_, i) => selection.getRangeAt(i).cloneRange());

document.addEventListener("selectionchange", () => {
  const selection = getSelection();
  if (fetched || selection.isCollapsed) return;
  const touched = (formula) => ranges(selection).some((range) => range.intersectsNode(formula));
  if ([...document.querySelectorAll(".bd-article .katex")].some(touched)) fetched = fetchSources();
});

function formulaAround(node) {
  const formula = (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(".katex");
  return formula?.closest(".katex-display") ?? formula;
}

function source(formula) {
  const mark = formula.matches(".katex-display") ? "$$" : "$";
  const set = formula.matches(".katex") ? formula : formula.querySelector(".katex");
  return `${mark}${set.dataset.tex ?? (set.querySelector(".katex-html") ?? set).textContent.trim()}${mark}`;
}

function part(range) {
  const whole = range.cloneRange();
  const [first, last] = [range.startContainer, range.endContainer].map(formulaAround);
  if (first) whole.setStartBefore(first);
  if (last) whole.setEndAfter(last);
  return whole.cloneContents();
}

// { text, html } of what is selected, or null where it holds no formula.
function copied(selected) {
  const all = document.createElement("div");
  all.append(...selected.map(part));
  if (!all.querySelector(".katex")) return null;
  all.querySelectorAll(NOT_TEXT).forEach((element) => element.remove());
  all.querySelectorAll(FORMULA).forEach((formula) => all.contains(formula) && formula.replaceWith(source(formula)));
  all.style.cssText = "position: fixed; left: -200vw; width: 100vw";
  document.body.append(all); // lines are those of a page only in a page
  const text = all.innerText;
  all.remove();
  return { text, html: all.innerHTML };
}

document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (event.defaultPrevented || selection.isCollapsed || event.target.closest?.("input, textarea, [contenteditable]")) return;
  const selected = ranges(selection);
  const now = copied(selected);
  if (!now) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", now.text);
  event.clipboardData.setData("text/html", now.html);
  if (there || !navigator.clipboard?.write) return;
  fetched ??= fetchSources(); // copied sooner than they came: once more, with them
  fetched.then(() => {
    const { text, html } = copied(selected);
    const kinds = { "text/plain": text, "text/html": html };
    const blobs = Object.entries(kinds).map(([type, content]) => [type, new Blob([content], { type })]);
    return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]).catch(() => {});
  });
});
