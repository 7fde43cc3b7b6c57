// The links that may have a card: to equations, theorems, exercises, terms and sources; and the ticks.
const LINKS = ".bd-article a.reference.internal[href*='#'], .bd-article a.eer-checked";

export const linkAt = (element) => element.closest?.(LINKS) ?? null;
