// Parts of the frame that demos share, as HTML.

// A slider for a number, with its value beside the label.
export const slider = (name, label, [min, max, step]) =>
  `<label class="slider"><span class="name">${label} = <output class="${name}-value"></output></span>
    <input class="${name}" type="range" min="${min}" max="${max}" step="${step}"></label>`;

// Buttons of which one is pressed; items are pairs of a value and a text.
export const choices = (group, items) =>
  items.map(([value, text]) => `<button type="button" data-${group}="${value}" aria-pressed="false">${text}</button>`).join("");

// The menu of situations; `titles` says what each preset is called.
export const situations = (titles) => {
  const options = Object.entries(titles).map(([value, text]) => `<option value="${value}">${text}</option>`);
  return `<select class="situation">${options.join("")}<option value="" hidden>Your own</option></select>`;
};
