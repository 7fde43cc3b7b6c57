// What a card shows of each kind of target: a head, and the beginning of what stands there.
const NOT_SHOWN = ".headerlink, .copybtn, button, script, style, details, iframe, [hidden], .eer-demo, .eer-slider";

// Copies of nodes that may stand anywhere: without ids, with addresses that lead from here to where they led.
function copies(nodes, { address, here }) {
  const base = here ? location.href : address;
  const all = document.createElement("div");
  all.append(...[...nodes].map((node) => document.importNode(node, true)));
  all.querySelectorAll(NOT_SHOWN).forEach((element) => element.remove());
  for (const element of all.querySelectorAll("[id], [tabindex], [href], [src]")) {
    element.removeAttribute("id");
    element.removeAttribute("tabindex");
    for (const name of ["href", "src"]) {
      if (element.hasAttribute(name)) element.setAttribute(name, new URL(element.getAttribute(name), base));
    }
    element.removeAttribute("loading");
  }
  return [...all.childNodes];
}

// Where a target of another page stands.
function chapter(target) {
  const title = target.here ? null : target.page.querySelector(".bd-article h1");
  if (!title) return [];
  const where = Object.assign(document.createElement("span"), { className: "eer-card-where" });
  where.append(...copies(title.childNodes, target));
  return [" ", where];
}

const equation = (target) => {
  const { element, page } = target;
  const number = element.querySelector(".eqno").cloneNode(true);
  number.querySelectorAll("a").forEach((link) => link.remove());
  const checks = [...page.querySelectorAll(".eer-line")].filter(
    (line) => line.querySelector("a.eer-eq")?.getAttribute("href") === `#${element.id}`,
  );
  const tick = element.querySelector(".eer-checked")?.textContent ?? "";
  const found = checks.map((line) => {
    const said = Object.assign(document.createElement("p"), { className: "eer-card-check" });
    said.append(`${tick} `, ...copies(line.querySelector(".eer-detail").childNodes, target));
    return said;
  });
  return {
    head: [`Equation ${number.textContent.trim()}`, ...chapter(target)],
    body: [...copies([element.querySelector(".katex-display")], target), ...found],
  };
};

const titled = (target) => {
  const title = target.element.querySelector(".admonition-title");
  const rest = [...target.element.children].filter((child) => child !== title);
  return { head: [...copies(title.childNodes, target), ...chapter(target)], body: copies(rest, target) };
};

const term = (target) => {
  let meaning = target.element;
  while (meaning && meaning.localName !== "dd") meaning = meaning.nextElementSibling;
  return meaning && { head: copies(target.element.childNodes, target), body: copies(meaning.childNodes, target) };
};

const source = (target, link) => ({
  head: [link.textContent],
  body: copies(target.element.querySelectorAll(":scope > p"), target),
});

const check = (target, link) => {
  const said = Object.assign(document.createElement("p"), { className: "eer-card-check" });
  const { title, ariaLabel, textContent } = link;
  said.append(`${textContent} ${ariaLabel || title}`);
  return { head: ["Check"], body: [said] };
};

const KINDS = {
  ".eer-equation": equation,
  ".proof, .exercise": titled,
  ".glossary > dt": term,
  ".citation": source,
  ".eer-line": check,
};

// { head, body }, lists of nodes; or null where a card would say nothing.
export function contentsOf(target, link) {
  const kind = target && Object.keys(KINDS).find((selector) => target.element.matches(selector));
  return kind ? KINDS[kind](target, link) : null;
}
