// TeX and Graphviz as WebAssembly, and KaTeX: node engine.mjs PACKAGE_JSON answers each line of JSON on its input with
// one on its output. {"tex": source, "libraries": "calc"} → {"svg", "log"} or {"error", "log"}; {"dot": source,
// "engine": "neato", "format": "svg", "letters": attributes of all text} → {"text"} or {"error"}; {"katex": formula,
// "display": true} → {"html", "mathml"} or {"error", "position"}.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(process.argv[2]);
let log = [];
console.log = (...words) => log.push(words.join(" "));

// dvi2html writes letters as they are, and what it writes is read as HTML, where <n in x_{i<n} begins an element.
function escapeLetters() {
  const { default: machine } = require("@prinsss/dvi2html/lib/html");
  const putText = machine.prototype.putText;
  machine.prototype.putText = function (text) {
    const output = this.output;
    this.output = {
      write: (chunk) => {
        const [, opening, letters, closing] = /^(<[^>]*>)([^]*)(<\/\w+>)$/.exec(chunk);
        let rest = letters;
        const escaped = Array.from(text, (code) => {
          const letter = code > 32 && code !== 127 ? rest[0] : rest.slice(0, rest.indexOf(";") + 1);
          rest = rest.slice(letter.length);
          return { "&": "&amp;", "<": "&lt;" }[letter] ?? letter;
        });
        output.write(opening + escaped.join("") + closing);
      },
    };
    try {
      return putText.call(this, text);
    } finally {
      this.output = output;
    }
  };
}

const answers = {
  async tex({ tex: source, libraries }) {
    log = [];
    const { default: tex2svg } = require("node-tikzjax");
    escaping ||= (escapeLetters(), true);
    try {
      const svg = await tex2svg(source, { tikzLibraries: libraries, showConsole: true, disableOptimize: true });
      return { svg, log: log.join("\n") };
    } catch (error) {
      return { error: String(error.message ?? error), log: log.join("\n") };
    }
  },
  async dot({ dot: source, engine, format, letters }) {
    const viz = await (graphviz ??= require("@viz-js/viz").instance());
    graphviz = undefined; // what it refuses to read may leave its memory in disorder: the next one is a new one
    const { status, output, errors } = viz.render(source, {
      engine,
      format,
      graphAttributes: letters,
      nodeAttributes: letters,
      edgeAttributes: letters,
    });
    if (status !== "success") return { error: errors.map(({ message }) => message).join("\n") };
    graphviz = viz;
    return { text: output };
  },
  async katex({ katex: formula, display }) {
    const options = { displayMode: display, strict: "ignore" };
    try {
      const [html, mathml] = ["html", "mathml"].map((output) =>
        require("katex").renderToString(formula, { ...options, output }),
      );
      return { html, mathml };
    } catch (error) {
      return { error: error.rawMessage ?? String(error.message ?? error), position: error.position ?? null };
    }
  },
};
let graphviz;
let escaping;

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const kind = Object.keys(answers).find((key) => key in asked);
  const answer = await answers[kind](asked).catch((error) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
