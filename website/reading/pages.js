// Pages by their names in the book, such as chapters/classical/pca, wherever the site lies.
const ROOT = new URL(document.documentElement.dataset.content_root ?? "./", location.href);

export const page = nameOf(location.href);
export const isChapter = (name) => /^chapters\/[^/]+\/(?!index$)/.test(name);
export const address = (name, hash) => `${new URL(`${name}.html`, ROOT)}${hash}`;

export function nameOf(href) {
  const { origin, pathname } = new URL(href, location.href);
  if (origin !== ROOT.origin || !pathname.startsWith(ROOT.pathname)) return "";
  return decodeURI(pathname.slice(ROOT.pathname.length)).replace(/\.html$/, "");
}

// The words of a heading, without its number and the link to itself; formulas in letters that a screen reader says.
export function words(heading) {
  const copy = heading.cloneNode(true);
  copy.querySelectorAll(".headerlink, .section-number, .katex-html, annotation").forEach((part) => part.remove());
  return copy.textContent.trim();
}
