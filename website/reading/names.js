// Buttons of the theme that say what they are, and that keep the keyboard's focus.
export function name() {
  for (const button of document.querySelectorAll(".admonition > .admonition-title > .toggle-button")) {
    button.setAttribute("aria-label", button.parentElement.textContent.trim().replace(/\s+/g, " "));
  }
  // The theme takes the focus from a button that was pressed; whoever pressed a key needs it there.
  for (const button of document.querySelectorAll(".theme-switch-button, .search-button, .primary-toggle, .secondary-toggle")) {
    button.addEventListener("click", ({ detail }) => detail || document.querySelector("dialog[open]") || button.focus());
  }
}
