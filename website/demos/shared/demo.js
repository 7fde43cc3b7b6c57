// What every demo has: a tree of its own, a state that can be written as an address, undo, and a voice for screen readers.

import { asked, bar, listen } from "./bar.js";
import styles from "./demo.css";
import { History } from "./history.js";
import * as links from "./link.js";

const SETTLE = 250; // milliseconds without a change until a change is spoken
const WRITE = 320; // milliseconds until the address follows a change

// A subclass has `static demo` (its name), `static presets` (name → query string) and
//   markup()        HTML inside the frame
//   build(root)     find the parts, add listeners; once
//   read(params)    take the state from URLSearchParams; what is missing or malformed keeps its default
//   write()         the state as URLSearchParams, short, only what differs from the defaults
//   render()        draw the state
//   summary()       what is to be seen, for those who hear it
export class Demo extends HTMLElement {
  #history = new History();
  #timers = {};
  #search = ""; // of the address, as far as the state has followed it
  #typed = null; // the field whose text has not been taken yet

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = `<style>${styles}${this.constructor.styles ?? ""}</style>${bar}<div class="frame">${this.markup()}</div>
      <div class="voice visually-hidden" aria-live="polite"></div>`;
    this.tabIndex = -1; // a click anywhere in the demo makes the keys its own
    this.say = listen(this, root, { undo: () => this.undo(), redo: () => this.redo(), link: () => this.link() });
    this.build(root);
    this.#listen(root);
    if (!this.#open()) this.load(location.search);
    addEventListener("popstate", () => this.isConnected && location.search !== this.#search && this.load(location.search));
    addEventListener("hashchange", () => this.isConnected && this.#open());
    document.addEventListener("click", (event) => this.#follow(event));
    // colours on a canvas do not follow the theme by themselves
    new MutationObserver(() => this.#draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  #listen(root) {
    root.addEventListener("input", ({ target }) => (this.#typed = target.type === "number" ? target : null));
    root.addEventListener("change", () => (this.#typed = null));
    root.addEventListener("keydown", (event) => {
      const what = asked(event);
      if (!what || (this.#typed && this.#typed === event.target)) return; // what is being typed has an undo of its own
      event.preventDefault();
      this[what]();
    });
    this.addEventListener("keydown", (event) => {
      const what = event.composedPath()[0] === this && asked(event); // nothing inside has the focus
      if (!what) return;
      event.preventDefault();
      this[what]();
    });
    // the wheel scrolls the page, also where a number has the focus
    root.addEventListener("wheel", ({ target }) => target.type === "number" && target === root.activeElement && target.blur(), { passive: true });
  }

  // Put the demo into the state of a query string; a preset first, other parameters on top of it.
  load(query) {
    this.stop();
    clearTimeout(this.#timers.address); // of a state that was: the address is another entry's by now
    this.#timers.address = undefined;
    this.#search = location.search;
    const given = new URLSearchParams(query);
    const { presets } = this.constructor, name = given.get("preset");
    const preset = Object.hasOwn(presets, name) ? presets[name] : Object.values(presets)[0];
    const params = new URLSearchParams(preset);
    for (const [key, value] of given) if (key !== "preset") params.set(key, value);
    this.read(params);
    this.#draw();
  }

  // Put the demo into the state that a copied link holds, if the address of the page is one.
  #open() {
    const state = links.read(this.constructor.demo, location.hash);
    if (state === undefined) return false;
    this.load("");
    const start = this.snapshot();
    if (state !== null) this.restore(state);
    if (this.snapshot() === state) this.opened?.();
    else {
      this.restore(start);
      this.say("This link is damaged: it does not hold a whole state. The demo begins as it does without a link.");
    }
    this.#draw();
    for (let fold = this.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const show = () => this.scrollIntoView();
    document.readyState === "complete" ? show() : addEventListener("load", show, { once: true });
    return true;
  }

  // The address of the present state, exactly.
  link() {
    return links.write(this.constructor.demo, this.snapshot());
  }

  // The state as the text of URLSearchParams, for undo and links. A demo whose address leaves out digits or more keeps
  // these here.
  snapshot() {
    return this.write().toString();
  }

  restore(snapshot) {
    this.read(new URLSearchParams(snapshot));
  }

  // Call before a change that the reader may want to take back.
  checkpoint() {
    this.#history.expect(this.snapshot());
  }

  undo() {
    this.#travel("back", "Taken back.");
  }

  redo() {
    this.#travel("forth", "Done again.");
  }

  #travel(way, word) {
    this.stop();
    this.#typed = null;
    const state = this.#history[way](this.snapshot());
    if (state === undefined) return;
    this.restore(state);
    this.changed();
    this.announce(`${word} ${this.summary()}`);
  }

  // A change by the reader; with `once` it can be taken back by itself. What runs stops.
  edit(change, once = false) {
    this.stop();
    if (once) this.checkpoint();
    change();
    this.changed();
    this.announce(this.summary());
  }

  // A slider: from the first change until its handle is let go is one change.
  slide(selector, action) {
    const slider = this.shadowRoot.querySelector(selector);
    let moving = false;
    slider.addEventListener("input", () => {
      if (!moving) this.checkpoint();
      moving = true;
      this.edit(() => action(Number(slider.value)), false);
    });
    slider.addEventListener("change", () => (moving = false));
  }

  // End what runs by itself; a demo that runs sets `running`, and `timer` if it waits for one.
  stop() {
    this.running = false;
    clearTimeout(this.timer);
    this.shadowRoot.querySelector(".run")?.setAttribute("aria-pressed", false);
  }

  // Listen to the menu of situations; `titles` says what the presets are called.
  listenToSituations(titles) {
    this.shadowRoot.querySelector(".situation").addEventListener("change", ({ target }) => {
      this.stop();
      this.checkpoint();
      this.read(new URLSearchParams(this.constructor.presets[target.value]));
      this.changed();
      this.announce(`${titles[target.value]}. ${this.summary()}`);
    });
  }

  // Call after each change: draws it, and writes it into the address, which can be copied or linked to. While changes
  // follow each other the address follows too, but not each: browsers refuse too many.
  changed() {
    this.#history.note(this.snapshot());
    this.shadowRoot.querySelector(".notice").hidden = true; // it speaks of a state that was
    this.#draw();
    this.#timers.address ??= setTimeout(() => {
      this.#timers.address = undefined;
      if (!this.isConnected) return;
      const anchor = location.hash.split("?")[0] || `#demo-${this.constructor.demo}`;
      try {
        history.replaceState(history.state, "", `?${links.readable(this.write().toString())}${anchor}`);
        this.#search = location.search;
      } catch {
        // a page opened from disk may not change its address
      }
    }, WRITE);
  }

  #draw() {
    this.render();
    this.shadowRoot.querySelector(".undo").disabled = !this.#history.canUndo;
    this.shadowRoot.querySelector(".redo").disabled = !this.#history.canRedo;
    if (this.shadowRoot.activeElement?.disabled) this.focus({ preventScroll: true }); // keys still go to the demo
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
    if (!this.isConnected || !link || link.hash !== `#demo-${this.constructor.demo}` || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      history.pushState(null, "", link.search + link.hash);
    } catch {
      // as above
    }
    this.checkpoint();
    this.load(link.search);
    this.#history.note(this.snapshot());
    this.#draw();
    this.scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    this.announce(`Demo set to: ${link.textContent}`);
  }
}
