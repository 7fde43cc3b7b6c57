// A drawing in a window of its own, at least as large as it was drawn: it scrolls, and is made larger and smaller.
import styles from "./zoom.css";

const STEP = 1.25;
const LARGEST = 8;

document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
const dialog = document.createElement("dialog");
dialog.className = "eer-zoom";
dialog.setAttribute("aria-label", "Figure, enlarged");
dialog.innerHTML = `
  <div class="eer-zoom-bar">
    <button type="button" data-by="${1 / STEP}" aria-label="Smaller">−</button>
    <output aria-live="polite"></output>
    <button type="button" data-by="${STEP}" aria-label="Larger">+</button>
    <button type="button" class="eer-zoom-close" aria-label="Close">×</button>
  </div>
  <div class="eer-zoom-view" tabindex="0" role="group" aria-label="The drawing; arrow keys move it"><div></div></div>
  <div class="eer-zoom-caption"></div>`;
document.body.append(dialog);
const view = dialog.querySelector(".eer-zoom-view");
const canvas = view.firstElementChild;
const caption = dialog.querySelector(".eer-zoom-caption");
let drawn, fitting, scale;

window.eerEnlarge = (drawing) => {
  const images = [...drawing.querySelectorAll("img")].map((image) => image.cloneNode());
  images.forEach((image) => (image.loading = "eager"));
  canvas.replaceChildren(...images);
  const words = drawing.closest("figure").querySelector("figcaption")?.cloneNode(true);
  caption.replaceChildren(...(words?.childNodes ?? []));
  caption.hidden = !words;
  drawn = { width: images[0].width, height: images[0].height };
  dialog.showModal();
  view.focus({ preventScroll: true });
  fitting = Math.min(view.clientWidth / drawn.width, view.clientHeight / drawn.height);
  scale = undefined;
  become(Math.min(Math.max(1, fitting), 3));
  view.scrollTo((view.scrollWidth - view.clientWidth) / 2, 0);
};

// The point of the drawing at (x, y) of the view stays there.
function become(wanted, x = view.clientWidth / 2, y = view.clientHeight / 2) {
  const next = Math.min(LARGEST, Math.max(Math.min(fitting, 1), wanted));
  const by = scale ? next / scale : 1;
  const place = [(view.scrollLeft + x) * by - x, (view.scrollTop + y) * by - y];
  scale = next;
  canvas.style.width = `${drawn.width * scale}px`;
  view.scrollTo(...place);
  dialog.querySelector("output").textContent = `${Math.round(100 * scale)} %`;
}

dialog.addEventListener("click", ({ target }) => {
  const by = target.closest("[data-by]")?.dataset.by;
  if (by) become(scale * by);
  else if (!dragged && (target.closest(".eer-zoom-close") || target === dialog || target === view)) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  const by = { "+": STEP, "=": STEP, "-": 1 / STEP, 0: 1 / scale }[event.key];
  if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  become(scale * by);
});

// Wheels with Ctrl, which is also what a pinched touchpad says; two fingers; a mouse that drags.
const within = (x, y) => [x - view.getBoundingClientRect().left, y - view.getBoundingClientRect().top];
view.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  become(scale * Math.exp(-event.deltaY / 200), ...within(event.clientX, event.clientY));
}, { passive: false });

let apart;
const fingers = ([a, b]) => [Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), (a.clientX + b.clientX) / 2, (a.clientY + b.clientY) / 2];
view.addEventListener("touchstart", ({ touches }) => (apart = touches.length === 2 ? fingers(touches)[0] : undefined), { passive: true });
view.addEventListener("touchmove", (event) => {
  if (!apart || event.touches.length !== 2) return;
  event.preventDefault();
  const [now, x, y] = fingers(event.touches);
  become((scale * now) / apart, ...within(x, y));
  apart = now;
}, { passive: false });

let from, dragged = false;
view.addEventListener("pointerdown", (event) => {
  dragged = false;
  if (event.pointerType !== "mouse" || event.button) return;
  from = [event.clientX + view.scrollLeft, event.clientY + view.scrollTop];
});
view.addEventListener("pointermove", (event) => {
  if (!from) return;
  if (!dragged && Math.hypot(from[0] - view.scrollLeft - event.clientX, from[1] - view.scrollTop - event.clientY) < 4) return;
  dragged = true;
  view.setPointerCapture(event.pointerId);
  view.scrollTo(from[0] - event.clientX, from[1] - event.clientY);
});
["pointerup", "pointercancel"].forEach((kind) => view.addEventListener(kind, () => (from = undefined)));
