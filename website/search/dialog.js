// The search as readers see it: a dialog on every page, and the page search.html, which shows more and needs no dialog.
import { Engine, snippet } from "./engine.mjs";
import { onlyOnce } from "./once.mjs";
import style from "./dialog.css";

const here = document.currentScript.src; // _static/search/search.js
const root = new URL("../../", here);
const version = new URL(here).search;
const SHOWN = 12;
const SHORTEST = 2;
const INVITATION = "Try a method, a symptom, a term: softmax gradient, shape mismatch, lasso";
const FAILURE = "The index of the search did not come. Try again, or look into the table of contents.";
const KINDS = { page: "Page", section: "Section", term: "Glossary", theorem: "Statement", exercise: "Exercise", equation: "Equation" };

// --- what is fetched: the index when the search opens, the texts of the pages that have results --------------------

const arrived = { texts: new Map() };

window.eerSearch = {
  open,
  fill,
  index: (index) => (arrived.engine = new Engine(index)),
  texts: (page, texts) => arrived.texts.set(page, texts),
};

function fetched(name) {
  return new Promise((done, failed) => {
    const script = document.createElement("script"); // a page opened from disk may load scripts, and nothing else
    script.src = new URL(`${name}${version}`, here);
    script.onload = done;
    script.onerror = () => failed(new Error(`${name} did not come`));
    document.head.append(script);
  });
}

const engine = onlyOnce(() => fetched("index.js").then(() => arrived.engine));
const waiting = new Map();

function texts(page) {
  if (!waiting.has(page)) waiting.set(page, onlyOnce(() => fetched(`texts/${page}.js`).then(() => arrived.texts.get(page))));
  return waiting.get(page)();
}

// --- one result ------------------------------------------------------------------------------------------------------

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const marked = (parts) => parts.map(([text, mark]) => (mark ? element("mark", {}, text) : text));

function heading({ kind, title, number }) {
  if (kind === "equation") return `Equation ${number}${title ? `: ${title}` : ""}`;
  return kind === "section" || kind === "page" ? [number, title].filter(Boolean).join(" ") : title;
}

/** A link to a unit, with its place in the book and a line that is filled when its text has come. */
function result({ unit, words }, attributes = {}) {
  const title = heading(unit);
  const where = [unit.part, ...unit.around].filter((name, i, all) => name && name !== all[i - 1]).join(" › ");
  const called = element("span", { class: "eer-found-title" }, ...marked(snippet(title, words, title.length)));
  const line = element("span", { class: "eer-found-text" });
  texts(unit.page).then(
    (all) => line.append(...marked(snippet(all[unit.within], words))),
    () => line.append("…"),
  );
  return element(
    "a",
    { href: new URL(unit.address, root), class: "eer-found", ...attributes },
    element("span", { class: "eer-found-head" }, called, element("span", { class: "eer-found-kind" }, KINDS[unit.kind])),
    element("span", { class: "eer-found-where" }, where || "Front page"),
    line,
  );
}

function told(query, results, limit) {
  if (query.trim().length < SHORTEST) return INVITATION;
  if (!results.length) return `Nothing is called “${query.trim()}”, or near it.`;
  const count = results.length >= limit ? `The ${limit} best results` : results.length === 1 ? "1 result" : `${results.length} results`;
  return `${count} for “${query.trim()}”`;
}

const dressed = onlyOnce(async () => document.head.append(element("style", {}, style)));

// --- the dialog ------------------------------------------------------------------------------------------------------

let dialog;

function open() {
  dressed();
  dialog ??= make();
  if (dialog.element.open) return;
  dialog.element.showModal();
  dialog.input.select();
  dialog.show();
}

function make() {
  const input = element("input", {
    type: "search",
    role: "combobox",
    "aria-label": "Search the book",
    "aria-controls": "eer-search-results",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "go",
    placeholder: "Search the book",
  });
  const list = element("div", { role: "listbox", id: "eer-search-results", "aria-label": "Results" });
  const status = element("p", { role: "status", class: "eer-search-status" });
  const close = element("button", { type: "button", class: "eer-search-close", "aria-label": "Close the search" }, element("kbd", {}, "Esc"));
  const all = element("a", { href: new URL("search.html", root), class: "eer-search-all" }, "All results on a page");
  const box = element(
    "dialog",
    { class: "eer-search", "aria-label": "Search" },
    element("div", { class: "eer-search-bar" }, element("i", { class: "fa-solid fa-magnifying-glass", "aria-hidden": "true" }), input, close),
    list,
    element("div", { class: "eer-search-foot" }, status, all),
  );
  document.body.append(box);
  let active = -1;

  const choose = (i) => {
    const options = [...list.children];
    active = options.length ? (i + options.length) % options.length : -1;
    options.forEach((option, at) => option.setAttribute("aria-selected", at === active));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", options[active].id);
    options[active]?.scrollIntoView({ block: "nearest" });
  };

  const show = async () => {
    const query = input.value;
    let found = [];
    try {
      const ready = await engine();
      if (input.value !== query) return; // a later one is under way
      found = ready.search(query, SHOWN);
      status.textContent = told(query, found, SHOWN);
    } catch {
      status.textContent = FAILURE;
    }
    list.replaceChildren(...found.map((one, i) => result(one, { role: "option", id: `eer-found-${i}`, tabindex: "-1", "aria-selected": "false" })));
    input.setAttribute("aria-expanded", String(found.length > 0));
    all.href = new URL(`search.html?q=${encodeURIComponent(query.trim())}`, root);
    all.hidden = found.length < SHOWN;
    box.dataset.shows = query;
    choose(found.length ? 0 : -1);
  };

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const steps = { ArrowDown: active + 1, ArrowUp: active - 1 };
    if (event.key in steps) choose(steps[event.key]);
    else if (event.key === "Enter") list.children[active]?.click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) box.close(); // it may lead to a place of this page
  });
  list.addEventListener("pointermove", (event) => {
    const option = event.target.closest("a");
    if (option && option.getAttribute("aria-selected") !== "true") choose([...list.children].indexOf(option));
  });
  close.addEventListener("click", () => box.close());
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // in a field of this type the first Escape would empty it
    event.stopPropagation();
    box.close();
  });
  box.addEventListener("click", (event) => {
    if (event.target === box) box.close();
  });
  return { element: box, input, show };
}

// --- search.html -----------------------------------------------------------------------------------------------------

/** Fill the page of the search: its form, and the results of the query in its address. */
async function fill(place) {
  dressed();
  const input = place.querySelector("input");
  const status = place.querySelector("[role=status]");
  const list = place.querySelector("ol");
  const limit = 30;
  const show = async () => {
    const query = input.value;
    try {
      const found = (await engine()).search(query, limit);
      if (input.value !== query) return;
      status.textContent = told(query, found, limit);
      list.replaceChildren(...found.map((one) => element("li", {}, result(one))));
      place.dataset.shows = query;
    } catch {
      status.textContent = FAILURE;
    }
  };
  input.value = new URLSearchParams(location.search).get("q") ?? "";
  input.addEventListener("input", show);
  place.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?q=${encodeURIComponent(input.value.trim())}`);
    show();
  });
  if (!input.value) input.focus();
  await show();
}
