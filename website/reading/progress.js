// How far the reader has come. A section counts when its heading has been on the screen, a chapter when all its sections and
// its end have.
import { isChapter, nameOf, page, words } from "./pages.js";
import { recall, remember } from "./store.js";

const END = "end";
const HANDS = ["wheel", "touchmove", "keydown", "pointerdown"];
const end = document.querySelector(".eer-way");
let moved = false; // by the reader, not by the link that led here

export function watch() {
  HANDS.forEach((kind) => addEventListener(kind, () => (moved = true), { once: true, passive: true, capture: true }));
  if (!isChapter(page) || !end) return;
  const headings = document.querySelectorAll(".bd-article > section > section > h2");
  const parts = new Map([...headings].map((heading) => [heading, heading.parentElement.id])).set(end, END);
  const watcher = new IntersectionObserver((changes) => {
    const seen = changes.filter((change) => change.isIntersecting).map(({ target }) => parts.get(target));
    if (seen.length) pass(seen, new Set(parts.values()));
  });
  [...parts.keys()].forEach((part) => watcher.observe(part));
}

function pass(now, all) {
  const known = recall();
  const wasRead = known.read.includes(page);
  const seen = new Set([...(known.seen[page] ?? []), ...now]);
  const isRead = wasRead || [...all].every((part) => seen.has(part));
  remember((known) => {
    if (!isRead) known.seen[page] = [...seen];
    else delete known.seen[page];
    if (isRead && !wasRead) known.read.push(page);
    if (isRead && now.includes(END) && (moved || !wasRead)) goOn(known);
  });
  if (isRead && !wasRead) mark();
}

// What comes after the end of a chapter: the next one.
function goOn(known) {
  const next = document.querySelector("link[rel=next]");
  if (next) known.place = { page: nameOf(next.href), title: unnumbered(next.title), hash: "", section: "" };
}

export function stay(entry) {
  if (!moved || !isChapter(page)) return;
  const title = words(document.querySelector(".bd-article h1"));
  const hash = entry?.link.hash ?? "";
  remember((known) => {
    if (known.read.includes(page) && end?.getBoundingClientRect().top < innerHeight) goOn(known);
    else known.place = { page, title, hash, section: entry ? words(entry.heading) : "" };
  });
}

// Ticks at the chapters that have been read, in the list of all pages and in the lists of a part.
export function mark() {
  const read = new Set(recall().read);
  for (const link of document.querySelectorAll(".bd-docs-nav a, .toctree-wrapper a")) {
    const href = link.getAttribute("href");
    const done = read.has(nameOf(new URL(href, location.href))) && (href === "#" || !href.includes("#"));
    link.classList.toggle("eer-read", done);
  }
}

const unnumbered = (title) => title.replace(/^[\d.]+\s+/, "");
