// What two pages show of the reader's way: the front page where it goes on, the map which chapters lie behind.
import { address, nameOf } from "./pages.js";
import { recall } from "./store.js";

const spot = document.querySelector(".eer-continue");
const without = spot ? [...spot.childNodes] : [];

window.eerPlaces = () => {
  const { place, read } = recall();
  spot?.replaceChildren(...(place ? ["Continue: ", wayTo(place)] : without));
  document.querySelectorAll(".eer-map a").forEach((link) => tick(link, read.includes(nameOf(link.href.baseVal ?? link.href))));
};

function wayTo(place) {
  const link = document.createElement("a");
  link.href = address(place.page, place.hash);
  link.textContent = [place.title, place.section].filter(Boolean).join(" › ");
  return link;
}

function tick(link, done) {
  link.classList.toggle("eer-read", done);
  link.querySelector(".eer-tick")?.remove();
  link.removeAttribute("aria-label");
  if (!done) return;
  const { x, y, width } = link.querySelector("rect").getBBox();
  const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
  text.classList.add("eer-tick");
  text.setAttribute("x", x + width - 6);
  text.setAttribute("y", y + 4);
  text.textContent = "✓";
  const name = [...link.querySelectorAll("tspan")].map((line) => line.textContent).join(" ");
  link.setAttribute("aria-label", `${name}, read`);
  link.append(text);
}
