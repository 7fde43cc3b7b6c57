// Makes the index of the search when the site is built: node encode.mjs < pages.json > files.json
//
// pages.json: [{url, part, units: [{kind, anchor, title, number, path, text}]}]
// files.json: {"index.js": …, "texts/0.js": …}: what is found by which words, and the text of each page for the lines
// below a result. They are scripts, because a page opened from disk may load scripts, and nothing else.
import { readFileSync } from "node:fs";
import { packed } from "./format.mjs";
import { indexed, learn } from "./words.mjs";

const KINDS = ["page", "section", "term", "theorem", "exercise", "equation"];
//: Words that so large a part of all units hold say nothing of any.
const COMMON = 0.2;

export function encode(pages) {
  const units = pages.flatMap((page, at) => page.units.map((unit) => ({ ...unit, page: at })));
  learn(units.filter(({ kind }) => kind === "term").map(({ title }) => title));
  const holding = new Map();
  units.forEach((unit, i) => {
    const named = new Set(indexed(unit.title));
    // a formula in one line has no words
    for (const word of new Set(unit.kind === "equation" ? [] : indexed(unit.text))) {
      if (named.has(word)) continue;
      if (!holding.has(word)) holding.set(word, []);
      holding.get(word).push(i);
    }
  });
  const words = [...holding.keys()].filter((word) => holding.get(word).length < COMMON * units.length + 1).sort();
  const index = {
    pages: pages.map(({ url, part, units }) => [url, part, units.length]),
    kinds: units.map(({ kind }) => KINDS.indexOf(kind)).join(""),
    depths: units.map(({ path }) => path.length).join(""),
    titles: units.map(({ title }) => title).join("\n"),
    numbers: units.map(({ number }) => number).join("\n"),
    anchors: units.map(({ anchor, title, kind }) => shortened(anchor, title, kind)).join("\n"),
    words: words.join("\n"),
    units: words.map((word) => packed(holding.get(word))).join(" "),
  };
  const files = { "index.js": `eerSearch.index(${JSON.stringify(index)})` };
  pages.forEach(({ units }, at) => {
    files[`texts/${at}.js`] = `eerSearch.texts(${at},${JSON.stringify(units.map(({ text }) => text))})`;
  });
  return files;
}

/** Most anchors are made of the title: of those only that is said. */
function shortened(anchor, title, kind) {
  if (kind === "section" && anchor === slug(title)) return "";
  if (kind === "term" && anchor === `term-${title.replaceAll(" ", "-")}`) return "";
  return anchor;
}

function slug(title) {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

if (process.argv[1]?.endsWith("encode.mjs")) {
  process.stdout.write(JSON.stringify(encode(JSON.parse(readFileSync(0, "utf8")))));
}
