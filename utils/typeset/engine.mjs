// TeX and Graphviz as WebAssembly: node engine.mjs PACKAGE_JSON answers each line of JSON on its input with one on its
// output. {"tex": source, "libraries": "calc"} → {"svg", "log"} or {"error", "log"}; {"dot": source, "engine": "neato",
// "format": "svg",
// "letters": attributes of all text} → {"text"} or {"error"}.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2]);
let log = [];
console.log = (...words) => log.push(words.join(" "));

const answers = {
  async tex({ tex: source, libraries }) {
    log = [];
    const { default: tex2svg } = require("node-tikzjax");
    try {
      const svg = await tex2svg(source, { tikzLibraries: libraries, showConsole: true, disableOptimize: true });
      return { svg, log: log.join("\n") };
    } catch (error) {
      return { error: String(error.message ?? error), log: log.join("\n") };
    }
  },
  async dot({ dot: source, engine, format, letters }) {
    const viz = await (graphviz ??= require("@viz-js/viz").instance());
    const { status, output, errors } = viz.render(source, {
      engine,
      format,
      graphAttributes: letters,
      nodeAttributes: letters,
      edgeAttributes: letters,
    });
    return status === "success" ? { text: output } : { error: errors.map(({ message }) => message).join("\n") };
  },
};
let graphviz;

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const answer = await answers["tex" in asked ? "tex" : "dot"](asked).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
