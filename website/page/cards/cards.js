// One card for all links: it shows what a link leads to. With a mouse or the keyboard it is a tooltip: it comes after a
// moment, stays while the link or the card is pointed at or the link has the focus, and goes with Escape. After a tap it is
// a dialog, with a link that leads on.
import { contentsOf } from "./contents.js";
import { linkAt } from "./links.js";
import { place } from "./place.js";
import { targetOf } from "./targets.js";
import styles from "./card.css";

const SHOW = 250; // milliseconds
const HIDE = 300; // time to move from the link to its card

const card = Object.assign(document.createElement("div"), { id: "eer-card", className: "eer-card", popover: "manual" });
document.head.append(Object.assign(document.createElement("style"), { textContent: styles }));
document.body.append(card);

let pointed = null; // the link that is pointed at, or whose card is
let at = null; // where
let focused = null;
let dismissed = null; // the link whose card was sent away, until it is left
let open = null; // { link, tapped }
let timer;
let turn = 0;

function hide() {
  turn += 1;
  clearTimeout(timer);
  if (!open) return;
  const { link } = open;
  open = null;
  if (link.getAttribute("aria-describedby") === card.id) link.removeAttribute("aria-describedby");
  delete link.dataset.eerCard;
  if (card.isConnected) card.hidePopover();
  card.replaceChildren();
}

function dismiss() {
  const { link, tapped } = open;
  const hadFocus = card.contains(document.activeElement);
  hide();
  if (tapped && hadFocus) link.focus({ preventScroll: true });
  dismissed = link; // last, since the focus that comes back is no wish for the card
  clearTimeout(timer);
}

// A title would lie over the card. It comes back when there is no card.
const titles = new WeakMap();
function takeTitle(link) {
  if (!link.title) return;
  titles.set(link, link.title);
  link.removeAttribute("title");
}
function giveTitle(link) {
  if (titles.has(link)) link.title = titles.get(link);
}

async function show(link, tapped = false) {
  hide();
  const mine = turn;
  const contents = await targetOf(link).then((target) => contentsOf(target, link), () => null);
  if (!contents) {
    giveTitle(link);
    delete link.dataset.eerCard;
    if (tapped) location.assign(link.href);
    return;
  }
  if (mine !== turn) {
    delete link.dataset.eerCard;
    return;
  }
  open = { link, tapped };
  fill(contents, link, tapped);
  card.showPopover();
  place(card, link, tapped ? null : pointed === link && at);
  if (tapped) card.focus({ preventScroll: true });
  else if (!link.hasAttribute("aria-label")) link.setAttribute("aria-describedby", card.id);
}

function fill({ head, body }, link, tapped) {
  const part = (name, className, ...children) => {
    const element = Object.assign(document.createElement(name), { className });
    element.append(...children);
    return element;
  };
  const title = part("p", "eer-card-head", ...head);
  card.replaceChildren(title, part("div", "eer-card-body", ...body));
  card.role = tapped ? "dialog" : "tooltip";
  for (const name of ["tabindex", "aria-labelledby"]) card.removeAttribute(name);
  if (!tapped) {
    // what is described to a screen reader cannot be operated
    card.querySelectorAll("a").forEach((a) => a.replaceWith(...a.childNodes));
    return;
  }
  title.id = "eer-card-head";
  card.tabIndex = -1;
  card.setAttribute("aria-labelledby", title.id);
  const there = Object.assign(document.createElement("a"), { href: link.href, textContent: "Go there" });
  const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Close" });
  there.addEventListener("click", () => setTimeout(hide)); // after the browser has followed it
  close.addEventListener("click", dismiss);
  card.append(part("p", "eer-card-ways", there, close));
}

// What is pointed at or has the focus decides; a card that was tapped for stays until it is closed.
function settle() {
  if (open?.tapped) return;
  const wanted = pointed ?? focused;
  clearTimeout(timer);
  if (wanted !== dismissed) dismissed = null;
  if (wanted && (wanted === dismissed || wanted === open?.link)) return;
  timer = wanted ? setTimeout(show, SHOW, wanted) : setTimeout(hide, HIDE);
}

function take(event, tapped) {
  const { type, target } = event;
  const link = linkAt(target);
  const inside = card.contains(target);
  if (type === "pointerover" && event.pointerType !== "touch") {
    pointed = link ?? (inside ? (open?.link ?? null) : null);
    if (link) {
      at = { x: event.clientX, y: event.clientY };
      takeTitle(link);
    }
    settle();
  } else if (type === "focusin" || type === "focusout") {
    const next = type === "focusout" && event.relatedTarget;
    if (next) {
      if (open?.tapped && inside && next !== open.link && !card.contains(next)) hide(); // a second tap follows the link
      return; // where the focus goes decides: back to a link whose card was sent away, it asks for none
    }
    focused = type === "focusin" && link?.matches(":focus-visible") ? link : null;
    settle();
  } else if (type === "pointerdown" && open?.tapped && !inside && link !== open.link) {
    hide();
  } else if (type === "keydown" && event.key === "Escape") {
    if (open) dismiss();
    else hide(); // one that is on its way
  } else if (type === "click" && link) {
    if (tapped) show(link, true);
    else {
      dismissed = link;
      hide();
    }
  }
}

addEventListener("pagehide", hide);
window.eerCards = take;
