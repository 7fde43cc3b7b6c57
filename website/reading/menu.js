// The menu of the button in the header: the choice of code, how much has been read, and the way to forget it.
import { CHOICES, choose, chosen } from "./code.js";
import styles from "./menu.css";
import { isChapter, nameOf } from "./pages.js";
import { forget, recall } from "./store.js";

const SAID = { shown: "shown, with nothing folded", folded: "folded, except the lesson’s", hidden: "hidden: results only" };
const FORGET = "Forget it";
const SURE = "Really forget all of it?";

document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
const menu = document.createElement("div");
menu.className = "eer-menu";
menu.popover = "auto";
menu.setAttribute("role", "dialog");
menu.setAttribute("aria-label", "Reading");
const radio = (code) => `<label><input type="radio" name="eer-code" value="${code}">${SAID[code]}</label>`;
menu.innerHTML = `
  <fieldset><legend>Code on every page</legend>${CHOICES.map(radio).join("")}</fieldset>
  <p role="status"></p>
  <p>This is remembered in your browser. Nothing of it leaves your device.</p>
  <button type="button">${FORGET}</button>`;
const [status, forgetting] = [menu.querySelector("[role=status]"), menu.querySelector("button")];

function fill() {
  const links = [...document.querySelectorAll(".bd-docs-nav a")];
  const chapters = new Set(links.map((link) => nameOf(link.href)).filter(isChapter));
  const read = recall().read.filter((name) => chapters.has(name));
  status.textContent = `${read.length} of ${chapters.size} chapters read`;
  menu.querySelectorAll("input").forEach((radio) => (radio.checked = radio.value === chosen()));
  forgetting.textContent = FORGET;
}

window.eerMenu = (button) => {
  if (menu.isConnected) return; // from the second time on the browser opens and closes it
  button.after(menu); // the next stop of the keyboard
  button.popoverTargetElement = menu;
  menu.addEventListener("beforetoggle", ({ newState }) => {
    button.setAttribute("aria-expanded", newState === "open");
    if (newState === "open") fill();
    place(button.getBoundingClientRect());
  });
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState === "open") menu.querySelector(":checked").focus({ preventScroll: true });
  });
  menu.showPopover();
};

// Below the button, flush with its right edge where there is room.
function place({ right, bottom }) {
  const root = document.documentElement;
  const width = Math.min(20 * parseFloat(getComputedStyle(root).fontSize), root.clientWidth - 16);
  menu.style.cssText = `top: ${bottom + 6}px; left: ${Math.max(8, right - width)}px; width: ${width}px`;
}

menu.addEventListener("change", ({ target }) => choose(target.value));
forgetting.addEventListener("blur", () => (forgetting.textContent = FORGET));
forgetting.addEventListener("click", () => {
  if (forgetting.textContent === FORGET) return (forgetting.textContent = SURE);
  forget();
  dispatchEvent(new Event("storage")); // as if another tab had forgotten it
  return fill();
});
