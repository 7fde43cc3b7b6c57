// Bundles scripts for the site: node bundle.mjs OUTDIR NAME=ENTRY… writes OUTDIR/NAME.js, each one classic script, which
// also works in a page opened from disk, where browsers refuse modules.
import { readFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const [outdir, ...scripts] = process.argv.slice(2);

// `import styles from "./x.css"` gives the stylesheet as a string, minified
const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code, warnings } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, sourcefile: path });
      return { contents: code, loader: "text", warnings };
    });
  },
};

await build({
  entryPoints: Object.fromEntries(scripts.map((script) => script.split("="))),
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  plugins: [styles],
  logLevel: "warning",
});
