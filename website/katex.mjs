// Sets formulas on request: reads one JSON object a line {tex, display}, answers one JSON object a line {html} or {error}.
import { createInterface } from "node:readline";
import katex from "katex";

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    const html = katex.renderToString(tex, { displayMode: display, throwOnError: true, strict: "ignore" });
    // MathML for screen readers stays; the third copy of each formula, its TeX source, goes
    answer = { html: html.replace(/<annotation .*?<\/annotation>|<\/?semantics>/gs, "") };
  } catch (problem) {
    answer = { error: problem.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
