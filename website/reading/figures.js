// A drawing opens large: by a click or a tap on it, by keyboard through a button in its corner.
import { ask } from "./later.js";

const DRAWING = "figure.eer-figure .eer-drawing";

export function enlargeable() {
  for (const drawing of document.querySelectorAll(DRAWING)) {
    drawing.insertAdjacentHTML(
      "beforeend",
      `<button type="button" class="eer-enlarge" aria-label="Enlarge the figure"><i class="fa-solid fa-expand"></i></button>`,
    );
  }
  document.addEventListener("click", ({ target }) => {
    const drawing = target.closest(DRAWING);
    if (drawing) ask("zoom", "eerEnlarge", drawing);
  });
}
