// Sets formulas on request: reads one JSON object a line {tex, display}, answers one JSON object a line {html} or {error}.
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

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    answer = { html: lean(katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "ignore" }), display) };
  } catch (problem) {
    answer = { error: problem.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
