// What a link leads to: an element of this page, or of another one, which is fetched once.
const pages = new Map();

async function fetchPage(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// A page opened from disk may not read others; there only its own targets are shown.
export async function targetOf(link) {
  const { origin, protocol, pathname, hash } = new URL(link.href);
  const here = origin === location.origin && pathname === location.pathname;
  if (!here && protocol === "file:") return null;
  const address = `${origin}${pathname}`;
  if (!here && !pages.has(address)) {
    const page = fetchPage(address);
    pages.set(address, page);
    page.catch(() => pages.delete(address)); // the next time it may be there
  }
  const page = here ? document : await pages.get(address);
  const element = page.getElementById(decodeURIComponent(hash.slice(1)));
  return element && { element, page, address, here };
}
