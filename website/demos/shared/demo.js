// What every demo has: a tree of its own, a state that can be written as an address, undo, and a voice for screen readers.

import styles from "./demo.css";

const SETTLE = 250; // milliseconds without a change until a change is spoken
const WRITE = 320; // milliseconds until the address follows a change

// A subclass has `static demo` (its name), `static presets` (name → query string) and
//   markup()        HTML inside the frame
//   build(root)     find the parts, add listeners; once
//   read(params)    take the state from URLSearchParams; what is missing or malformed keeps its default
//   write()         the state as URLSearchParams, short, only what differs from the defaults
//   render()        draw the state
export class Demo extends HTMLElement {
  #undo = [];
  #timers = {};

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = `<style>${styles}${this.constructor.styles ?? ""}</style><div class="frame">${this.markup()}</div>
      <div class="voice visually-hidden" aria-live="polite"></div>`;
    this.build(root);
    this.load(location.search);
    addEventListener("popstate", () => this.load(location.search));
    document.addEventListener("click", (event) => this.#follow(event));
    // colours on a canvas do not follow the theme by themselves
    new MutationObserver(() => this.render()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  // Put the demo into the state of a query string; a preset first, other parameters on top of it.
  load(query) {
    this.stop?.();
    const given = new URLSearchParams(query);
    const preset = this.constructor.presets[given.get("preset")] ?? Object.values(this.constructor.presets)[0];
    const params = new URLSearchParams(preset);
    for (const [key, value] of given) if (key !== "preset") params.set(key, value);
    this.read(params);
    this.render();
  }

  // The state as text, for undo. A demo whose address leaves out digits or more keeps these here.
  snapshot() {
    return this.write().toString();
  }

  restore(snapshot) {
    this.read(new URLSearchParams(snapshot));
  }

  // Call before a change that the reader may want to take back.
  checkpoint() {
    const state = this.snapshot();
    if (this.#undo.at(-1) !== state) this.#undo.push(state);
    if (this.#undo.length > 200) this.#undo.shift();
  }

  get canUndo() {
    return this.#undo.length > 0;
  }

  undo() {
    const now = this.snapshot();
    let state = this.#undo.pop();
    while (state === now) state = this.#undo.pop(); // nothing had changed since
    if (state === undefined) return false;
    this.stop?.();
    this.restore(state);
    this.changed();
    return true;
  }

  // Listen to the menu of situations and to the button for undo. `titles` says what the presets are called, `summary()`
  // what is to be seen, for those who hear it.
  listenToSituations(titles, summary) {
    const part = (selector) => this.shadowRoot.querySelector(selector);
    part(".undo").addEventListener("click", () => this.undo() && this.announce(`Taken back. ${summary()}`));
    part(".situation").addEventListener("change", (event) => {
      this.stop?.();
      this.checkpoint();
      this.read(new URLSearchParams(this.constructor.presets[event.target.value]));
      this.changed();
      this.announce(`${titles[event.target.value]}. ${summary()}`);
    });
  }

  // Call after each change: draws it, and writes it into the address, which can be copied or linked to. While changes
  // follow each other the address follows too, but not each: browsers refuse too many.
  changed() {
    this.render();
    this.#timers.address ??= setTimeout(() => {
      this.#timers.address = undefined;
      const state = this.write().toString().replace(/%2C/g, ",").replace(/%3B/g, ";"); // readable, and as valid
      try {
        history.replaceState(history.state, "", `?${state}${location.hash || `#demo-${this.constructor.demo}`}`);
      } catch {
        // a page opened from disk may not change its address
      }
    }, WRITE);
  }

  // Speak to screen readers, once the reader pauses.
  announce(text) {
    this.#later("voice", () => (this.shadowRoot.querySelector(".voice").textContent = text));
  }

  #later(key, action) {
    clearTimeout(this.#timers[key]);
    this.#timers[key] = setTimeout(action, SETTLE);
  }

  // A link of the page to a situation of this demo: no new page is loaded.
  #follow(event) {
    const link = event.target.closest?.("a.eer-state");
    if (!link || link.hash !== `#demo-${this.constructor.demo}` || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      history.pushState(null, "", link.search + link.hash);
    } catch {
      // as above
    }
    this.checkpoint();
    this.load(link.search);
    this.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    this.announce(`Demo set to: ${link.textContent}`);
  }
}
