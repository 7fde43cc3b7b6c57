// Bundles demos for the site: node bundle.mjs OUTDIR NAME… writes OUTDIR/NAME.js, one classic script a demo, which also
// works in a page opened from disk, where browsers refuse modules.
import { buildSync } from "esbuild";

const [outdir, ...names] = process.argv.slice(2);
buildSync({
  entryPoints: Object.fromEntries(names.map((name) => [name, `demos/${name}/element.js`])),
  outdir,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  loader: { ".css": "text" },
  logLevel: "warning",
});
