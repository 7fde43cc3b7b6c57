// How a class looks: a colour, a shape and a letter, so that none has to be told by its colour alone.

const COLOURS = ["blue", "orange", "green", "purple", "gold"];
export const LETTERS = "ABCDE";

export const colourName = (label) => COLOURS[label];

// Outline of the mark of a class around the origin, r its radius in pixels.
export function shape(label, r) {
  const polygon = (corners, turn, radius = r) =>
    Array.from({ length: corners }, (_, i) => {
      const angle = turn + (2 * Math.PI * i) / corners;
      return `${i ? "L" : "M"}${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
    }).join("") + "Z";
  switch (label) {
    case 0: return `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`;
    case 1: return polygon(4, Math.PI / 4, 1.2 * r);
    case 2: return polygon(3, -Math.PI / 2, 1.35 * r);
    case 3: return polygon(4, 0, 1.3 * r);
    default: { // a plus
      const a = 0.42 * r, b = 1.2 * r;
      return `M${-a} ${-b}H${a}V${-a}H${b}V${a}H${a}V${b}H${-a}V${a}H${-b}V${-a}H${-a}Z`;
    }
  }
}

// [red, green, blue] of a CSS colour variable as it stands on the page now.
export function rgb(element, name) {
  const text = getComputedStyle(element).getPropertyValue(`--eer-${name}`).trim();
  const hex = text.length === 4 ? text.replace(/[0-9a-f]/gi, "$&$&") : text;
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}
