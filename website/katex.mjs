// Sets formulas on request: reads a list of {tex, display} a line, answers with a list of {html} or {error} on a line.
import { createInterface } from "node:readline";
import katex from "katex";

// What a formula is built with when it is more than symbols in a row: fractions, indices, roots, accents, tall brackets.
const STACKED = /vlist|svg|accent|nulldelimiter|sizing/;

// What is read of some HTML, without spaces and signs that nobody sees (such as that of a function applied).
const read = (html) => html.replace(/<[^>]*>/g, "").replace(/[\s\u200b\u2061-\u2063]/g, "");

// What a page does without: TeX among what is spoken, and the name of a language that browsers know in a page.
const NEEDLESS = /<annotation .*?<\/annotation>|<\/?semantics>| xmlns="http:\/\/www\.w3\.org\/1998\/Math\/MathML"/gs;

// The sign of a function's application has no part in an index, an accent or a fraction, where KaTeX leaves it behind a
// name: λ_{\max} would have two indices.
const APPLIED = "<mo>\u2061</mo>";
const OF_PARTS = new Set(["msub", "msup", "msubsup", "munder", "mover", "munderover", "mfrac", "mroot"]);

function withoutOddParts(html) {
  const open = [];
  return html.replace(/<mo>\u2061<\/mo>|<(\/?)(m[a-z]+)(?:\s[^>]*[^>/])?>/g, (tag, closing, name) => {
    if (tag === APPLIED) return OF_PARTS.has(open.at(-1)) ? "" : tag;
    if (closing) open.pop();
    else open.push(name);
    return tag;
  });
}

// The source of a formula, where it is not what is read in it; finishing/pages.py puts the sources of a page beside it.
function withSource(html, tex) {
  const written = tex.trim().replace(/\s+/g, " ");
  if (read(html) === written.replaceAll(" ", "")) return html;
  const escaped = written.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return html.replace('<span class="katex">', () => `<span class="katex" data-tex="${escaped}">`);
}

// A page holds hundreds of formulas, and each node costs time on a phone. MathML for screen readers stays where a formula
// has structure, without the TeX source it carries; symbols in a row are read as they are, where they read as MathML does:
// a struck-out equals sign is a stroke and an equals sign for the eye.
function lean(html, display) {
  const slim = withoutOddParts(html.replace(NEEDLESS, ""));
  const [, spoken, visible] = slim.match(/^(.*)<span class="katex-html" aria-hidden="true">(.*)<\/span><\/span>$/s) ?? [];
  if (!display && visible && !STACKED.test(visible) && read(spoken) === read(visible)) {
    return `<span class="katex">${visible.replace(/<span class="strut"[^>]*><\/span>/g, "")}</span>`;
  }
  return slim;
}

function set({ tex, display }) {
  try {
    const full = katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "ignore" });
    return { html: withSource(lean(full, display), tex) };
  } catch (problem) {
    return { error: problem.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(JSON.parse(line).map(set)) + "\n");
}
