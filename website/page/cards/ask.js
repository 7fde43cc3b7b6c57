// Fetches the script of the cards (cards.js) when somebody first points at a link that may have one, focuses or taps it,
// and tells it of every event from then on. Whatever goes wrong, a link stays a link.
import { linkAt } from "./links.js";

const { src } = document.currentScript;
const address = new URL(`cards.js${new URL(src).search}`, src);
let cards;
let pointer = "mouse";

function fetchCards() {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address });
    script.onload = () => resolve(window.eerCards);
    script.onerror = reject;
    document.head.append(script);
  });
}

// The first tap shows what the link leads to and a way there; a second one on the same link follows it. A screen reader
// activates links without a pointer (detail 0) and follows them at once.
function isFirstTap(event, link) {
  const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  return event.type === "click" && pointer === "touch" && event.detail > 0 && plain && !("eerCard" in link.dataset);
}

function tell(event) {
  if (event.type === "pointerdown") pointer = event.pointerType;
  const link = linkAt(event.target);
  if (!link && !cards) return;
  const tapped = link !== null && isFirstTap(event, link);
  if (tapped) {
    event.preventDefault();
    link.dataset.eerCard = "";
  }
  cards ??= fetchCards();
  cards.then(
    (take) => take(event, tapped),
    () => tapped && location.assign(link.href),
  );
}

if ("showPopover" in HTMLElement.prototype) {
  for (const type of ["pointerover", "pointerdown", "focusin", "focusout", "click", "keydown"]) {
    document.addEventListener(type, tell);
  }
}
