// Bundles demos for the site: node bundle.mjs OUTDIR NAME… writes OUTDIR/NAME.js, one classic script a demo, which also
// works in a page opened from disk, where browsers refuse modules.
import { readFile } from "node:fs/promises";
import { build, transform } from "esbuild";

const [outdir, ...names] = process.argv.slice(2);

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
  entryPoints: Object.fromEntries(names.map((name) => [name, `demos/${name}/element.js`])),
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  plugins: [styles],
  logLevel: "warning",
});
