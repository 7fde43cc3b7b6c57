// Formulas as MathML: reads a list of {tex, display}, writes a list of {mathml} or {error}.
import { text } from "node:stream/consumers";
import katex from "katex";

function set({ tex, display }) {
  try {
    const options = { displayMode: display, output: "mathml", throwOnError: true, strict: "ignore" };
    return { mathml: katex.renderToString(tex, options) };
  } catch (problem) {
    return { error: problem.message };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(set)));
