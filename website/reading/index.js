// What a reader does with the pages: choose how much code they show, go on where they left off, look at a drawing closely.
import { chosen, revealTarget, show } from "./code.js";
import { follow } from "./contents.js";
import { closeOnChoice } from "./drawers.js";
import { enlargeable } from "./figures.js";
import { hint } from "./hints.js";
import { ask } from "./later.js";
import { name } from "./names.js";
import { mark, stay, watch } from "./progress.js";

const showsPlaces = document.querySelector(".eer-continue, .eer-map");

function fresh() {
  mark();
  if (showsPlaces) ask("places", "eerPlaces");
  if ((document.documentElement.dataset.code ?? "folded") !== chosen()) show(chosen());
}

const button = document.getElementById("eer-reading");
button?.addEventListener("click", () => ask("menu", "eerMenu", button));
watch();
follow(stay);
closeOnChoice();
name();
hint();
enlargeable();
fresh();
revealTarget();
addEventListener("hashchange", revealTarget);
addEventListener("pageshow", ({ persisted }) => persisted && fresh()); // back to a page that was left as it was
addEventListener("storage", fresh); // another tab has read on
