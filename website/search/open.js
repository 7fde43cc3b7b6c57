// What every page carries of the search: it opens with the buttons, with Ctrl+K (⌘K) and with /, and is fetched then.
import { onlyOnce } from "./once.mjs";

const here = document.currentScript.src; // _static/scripts/bootstrap.js

const loaded = onlyOnce(
  () =>
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = new URL("../search/search.js?v=EER_SEARCH_VERSION", here);
      script.onload = () => done(window.eerSearch);
      script.onerror = failed;
      document.head.append(script);
    }),
);

const open = () => loaded().then((search) => search.open(), console.error);

const writing = (element) => element.closest?.("input, textarea, select, [contenteditable]") !== null;

addEventListener(
  "keydown",
  (event) => {
    if (event.altKey || (event.shiftKey && event.key !== "/")) return; // on some keyboards / takes Shift
    const shortcut = (event.ctrlKey !== event.metaKey) && /^k$/i.test(event.key);
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !writing(event.target);
    if (!shortcut && !slash) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    open();
  },
  true,
);

document.addEventListener("click", ({ target }) => {
  if (target.closest(".search-button__button")) open();
});

const start = () => {
  const place = document.getElementById("eer-search-page");
  if (place) loaded().then((search) => search.fill(place), console.error);
};

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
