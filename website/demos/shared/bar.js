// The row above every demo: undo and redo, a link to the present state, full screen.

export const bar = `<div class="toolbar" role="group" aria-label="Demo">
    <button type="button" class="undo" aria-keyshortcuts="Control+Z">Undo</button>
    <button type="button" class="redo" aria-keyshortcuts="Control+Shift+Z Control+Y">Redo</button>
    <button type="button" class="share">Copy link</button>
    <button type="button" class="screen" aria-pressed="false">Full screen</button>
  </div>
  <div class="notice" role="status" hidden><span></span> <input readonly hidden aria-label="Link to this state">
    <button type="button">Close</button></div>`;

// Listen to the row of a demo. Gives say(text, link): a word below the row, with a link to be copied by hand if one is given.
export function listen(demo, root, { undo, redo, link }) {
  const part = (selector) => root.querySelector(selector), notice = part(".notice"), field = part(".notice input");
  const say = (text, address = "") => {
    notice.hidden = false;
    part(".notice span").textContent = text;
    field.hidden = !address;
    field.value = address;
    if (address) field.select();
  };
  part(".notice button").addEventListener("click", () => {
    notice.hidden = true;
    part(".share").focus();
  });
  part(".undo").addEventListener("click", undo);
  part(".redo").addEventListener("click", redo);
  part(".share").addEventListener("click", async () => {
    const address = link();
    try {
      await navigator.clipboard.writeText(address);
      say("A link to this state has been copied.");
    } catch {
      say("Copy this link to the present state:", address); // a page that may not write to the clipboard
    }
  });
  const full = part(".screen"), isFull = () => document.fullscreenElement === demo;
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", () => (isFull() ? document.exitFullscreen() : demo.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => full.setAttribute("aria-pressed", isFull()));
  return say;
}

// What Ctrl with a key asks for: "undo", "redo" or nothing.
export function asked(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && !event.shiftKey ? "redo" : null;
}
