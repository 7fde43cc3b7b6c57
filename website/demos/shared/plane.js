// A square of the plane with points that mouse, finger and keyboard can move, and a canvas below them for regions.

import { LETTERS, colourName, shape } from "./classes.js";

const SIZE = 400; // user units of the drawing, whatever its width on the screen
const STEP = 0.05; // of an arrow key, in units of the plane
const SVG = "http://www.w3.org/2000/svg";

const make = (name, attributes, parent) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  parent?.append(element);
  return element;
};

// handlers: start() before a change; move(i, x, y), add(x, y), remove(i), classify(i, label), select(i), hover(x, y) or
// hover(null); only `move` is required. extent is half the side of the square. name(point, i) is what a screen reader
// calls a point.
const ofItsClass = (point, i) => `Point ${i + 1}, class ${LETTERS[point.label]}`;

export class Plane {
  constructor(host, { extent, label, classes = 5, handlers, name = ofItsClass }) {
    Object.assign(this, { extent, host, handlers, classes, name, points: [], current: 0 });
    host.classList.add("plane");
    this.canvas = host.appendChild(document.createElement("canvas"));
    this.svg = make("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, role: "group", "aria-label": label }, host);
    this.below = make("g", { "aria-hidden": "true" }, this.svg); // for lines under the points
    this.marks = make("g", {}, this.svg);
    this.#listen();
  }

  toScreen(x, y) {
    const scale = SIZE / (2 * this.extent);
    return [(x + this.extent) * scale, (this.extent - y) * scale];
  }

  toPlane(event) {
    const box = this.svg.getBoundingClientRect();
    const u = (event.clientX - box.left) / box.width, v = (event.clientY - box.top) / box.height;
    return [this.#inside((2 * u - 1) * this.extent), this.#inside((1 - 2 * v) * this.extent)];
  }

  // points: [{x, y, label}]; describe(i) says more about point i to a screen reader.
  draw(points, describe = this.describe ?? (() => "")) {
    Object.assign(this, { points, describe });
    this.current = Math.max(0, Math.min(this.current, points.length - 1));
    while (this.marks.childElementCount > points.length) this.marks.lastChild.remove();
    while (this.marks.childElementCount < points.length) this.#newMark();
    points.forEach((point, i) => {
      const mark = this.marks.children[i];
      const [u, v] = this.toScreen(point.x, point.y);
      mark.setAttribute("transform", `translate(${u.toFixed(1)} ${v.toFixed(1)})`);
      mark.style.setProperty("--colour", `var(--eer-${colourName(point.label)})`);
      mark.querySelector(".mark").setAttribute("d", shape(point.label, 7));
      mark.tabIndex = i === this.current ? 0 : -1; // one stop of the Tab key; N and P lead on
      mark.setAttribute("aria-current", i === this.current && this.selected === true);
      const place = `${point.x.toFixed(2)}, ${point.y.toFixed(2)}`;
      mark.setAttribute("aria-label", `${this.name(point, i)}, at ${place}. ${describe(i)}`.trim());
    });
  }

  // Colour the plane: shade(x, y) → [red, green, blue, alpha] of one place; `cells` a side.
  paint(shade, cells = 100) {
    this.canvas.width = this.canvas.height = cells;
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(cells, cells);
    for (let row = 0; row < cells; row++) {
      const v = ((row + 0.5) / cells) * 2 - 1;
      for (let column = 0; column < cells; column++) {
        const x = (((column + 0.5) / cells) * 2 - 1) * this.extent;
        image.data.set(shade(x, -v * this.extent, column, row), 4 * (row * cells + column));
      }
    }
    context.putImageData(image, 0, 0);
  }

  // Lines and arrows below the points: [{from: [x, y], to: [x, y], ...attributes}], in coordinates of the plane.
  lines(lines) {
    this.below.replaceChildren();
    for (const { from, to, ...attributes } of lines) {
      const [x1, y1] = this.toScreen(...from), [x2, y2] = this.toScreen(...to);
      make("line", { x1, y1, x2, y2, ...attributes }, this.below);
    }
  }

  select(i, focus = false) {
    this.current = i;
    this.selected = true;
    this.handlers.select?.(i);
    this.draw(this.points);
    if (focus) this.marks.children[i]?.focus();
  }

  #inside(value) {
    const edge = this.extent * 0.98;
    return Math.round(100 * Math.max(-edge, Math.min(edge, value))) / 100;
  }

  #newMark() {
    const mark = make("g", { class: "point", role: "button", "aria-roledescription": "movable point" }, this.marks);
    make("circle", { class: "hit", r: 18 }, mark);
    make("circle", { class: "ring", r: 13 }, mark);
    make("path", { class: "mark" }, mark);
  }

  #index(event) {
    const mark = event.target.closest?.(".point");
    return mark ? [...this.marks.children].indexOf(mark) : -1;
  }

  // The point nearest to the pointer among those within reach: marks overlap, and fingers are wide.
  #nearest(event, touch = event.pointerType === "touch") {
    const box = this.svg.getBoundingClientRect();
    const u = ((event.clientX - box.left) / box.width) * SIZE, v = ((event.clientY - box.top) / box.height) * SIZE;
    const reach = touch ? 26 : 16;
    let best = -1, least = reach;
    this.points.forEach((point, i) => {
      const [x, y] = this.toScreen(point.x, point.y);
      const distance = Math.hypot(x - u, y - v);
      if (distance < least) [best, least] = [i, distance];
    });
    return best;
  }

  #listen() {
    const { svg, handlers } = this;
    let dragged = -1, moved = false;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      dragged = this.#nearest(event);
      moved = false;
      if (dragged < 0) return;
      event.preventDefault(); // no selection of text, no scrolling
      svg.setPointerCapture(event.pointerId);
      this.select(dragged, true);
    });
    svg.addEventListener("pointermove", (event) => {
      if (dragged < 0) {
        if (event.pointerType !== "touch") handlers.hover?.(...this.toPlane(event));
        return;
      }
      if (!moved) handlers.start?.();
      moved = true;
      this.marks.children[dragged].classList.add("dragged");
      handlers.move(dragged, ...this.toPlane(event));
    });
    // a finger on a point drags it, elsewhere it scrolls the page; `touch-action` does not reach inside a drawing
    svg.addEventListener(
      "touchstart",
      (event) => {
        if (event.touches.length === 1 && this.#nearest(event.touches[0], true) >= 0) event.preventDefault();
      },
      { passive: false }
    );
    const drop = () => {
      this.marks.children[dragged]?.classList.remove("dragged");
      dragged = -1;
    };
    svg.addEventListener("pointerup", drop);
    svg.addEventListener("pointercancel", drop);
    svg.addEventListener("pointerleave", () => handlers.hover?.(null));
    svg.addEventListener("click", (event) => {
      const [x, y] = this.toPlane(event);
      if (moved) return void (moved = false);
      if (this.#nearest(event) < 0) {
        if (handlers.add) {
          handlers.start?.();
          handlers.add(x, y);
        }
        handlers.hover?.(x, y); // a tap explains, as hovering does
      }
    });
    svg.addEventListener("dblclick", (event) => {
      const i = this.#nearest(event);
      if (i >= 0 && handlers.remove) this.#remove(i);
    });
    // not on the drawing itself, which Chromium would then make a stop of the Tab key
    this.host.addEventListener("focusin", (event) => {
      const i = this.#index(event);
      if (i >= 0 && (i !== this.current || !this.selected)) this.select(i);
    });
    this.host.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    const i = this.#index(event);
    if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const point = this.points[i], step = event.shiftKey ? 5 * STEP : STEP;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const key = event.key.toLowerCase(), label = "12345".indexOf(event.key);
    if (arrow) {
      this.handlers.start?.();
      this.handlers.move(i, this.#inside(point.x + step * arrow[0]), this.#inside(point.y + step * arrow[1]));
    } else if (key === "n" || key === "p") {
      this.select((i + (key === "n" ? 1 : this.points.length - 1)) % this.points.length, true);
    } else if ((event.key === "Delete" || event.key === "Backspace") && this.handlers.remove) {
      this.#remove(i);
    } else if (key === "a" && this.handlers.add) {
      this.handlers.start?.();
      this.handlers.add(this.#inside(point.x + 2 * STEP), this.#inside(point.y + 2 * STEP), point.label);
      this.select(this.points.length - 1, true);
    } else if (label >= 0 && label < this.classes && this.handlers.classify) {
      this.handlers.start?.();
      this.handlers.classify(i, label);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #remove(i) {
    this.handlers.start?.();
    this.handlers.remove(i);
    if (this.points.length) this.select(Math.min(i, this.points.length - 1), true);
  }
}
