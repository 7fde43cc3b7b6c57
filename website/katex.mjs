// Sets formulas on request: reads a list of {tex, display} a line, answers with a list of {html} or {error} on a line.
import { createInterface } from "node:readline";
import katex from "katex";

// What a formula is built with when it is more than symbols in a row: fractions, indices, roots, accents, tall brackets.
const STACKED = /vlist|svg|accent|nulldelimiter|sizing/;

// A page holds hundreds of formulas, and each node costs time on a phone. MathML for screen readers stays where a formula
// has structure, without the TeX source it carries; symbols in a row are read as they are.
function lean(html, display) {
  const visible = html.match(/<span class="katex-html" aria-hidden="true">(.*)<\/span><\/span>$/s);
  if (!display && visible && !STACKED.test(visible[1])) {
    return `<span class="katex">${visible[1].replace(/<span class="strut"[^>]*><\/span>/g, "")}</span>`;
  }
  return html.replace(/<annotation .*?<\/annotation>|<\/?semantics>/gs, "");
}

function set({ tex, display }) {
  try {
    return { html: lean(katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "ignore" }), display) };
  } catch (problem) {
    return { error: problem.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(JSON.parse(line).map(set)) + "\n");
}
