// What the theme asks of Bootstrap, and no more: names of buttons on hover and focus, menus, and the way back to the top.
// It stands in for the theme's own script, which holds all of Bootstrap.
import Dropdown from "bootstrap/js/src/dropdown.js";
import Tooltip from "bootstrap/js/src/tooltip.js";
import "../search/open.js";

window.bootstrap = { Dropdown, Tooltip };

const toTheTop = () => {
  const button = document.querySelector("#pst-back-to-top");
  const header = document.querySelector(".bd-header");
  if (!button || !header) return;
  const height = header.getBoundingClientRect().bottom;
  let before = scrollY;
  button.addEventListener("click", () => scrollTo({ top: 0 }));
  addEventListener("scroll", () => {
    button.style.display = scrollY < before && scrollY > height ? "block" : "none";
    before = scrollY;
  });
};

const start = () => {
  for (const named of document.querySelectorAll("[data-bs-toggle='tooltip']")) {
    new Tooltip(named, { delay: { show: 500, hide: 100 } });
  }
  toTheTop();
};

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
