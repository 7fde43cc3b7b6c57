// The contents beside the page: the entry of the section that is being read, and it is in sight. The theme's own marks the
// heading that came into the window last, which after a page down is seldom the one that is read.
const LINE = 0.3; // of the window's height: a heading above it has been reached

export function follow(onSection) {
  const nav = document.getElementById("eer-contents");
  if (!nav) return;
  const entries = [...nav.querySelectorAll("a[href^='#']")].flatMap((link) => {
    const section = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const heading = section?.querySelector(":is(h1, h2, h3, h4)") ?? section;
    return heading ? [{ link, heading, section }] : [];
  });
  let active, asked, waiting;

  function read() {
    waiting = false;
    const rest = document.documentElement.scrollHeight - innerHeight - scrollY;
    // Near the end the line sinks to the lower edge, so that the last sections are reached too.
    const line = innerHeight * (rest < innerHeight ? 1 - (1 - LINE) * Math.max(0, rest / innerHeight) : LINE);
    const open = entries.filter(({ heading }) => !heading.closest("details:not([open])"));
    const before = open.filter(({ heading }) => heading.getBoundingClientRect().top <= line);
    mark(inSight(asked) && rest < innerHeight ? asked : before.at(-1));
  }

  function inSight(entry) {
    const top = entry?.heading.getBoundingClientRect().top;
    return top >= 0 && top < innerHeight;
  }

  function mark(entry) {
    if (entry === active) return;
    active = entry;
    for (const { link } of entries) {
      link.classList.toggle("active", link === entry?.link);
      if (link === entry?.link) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    nav.querySelectorAll(".toc-entry").forEach((item) => item.classList.toggle("active", item.contains(entry?.link ?? null)));
    if (entry) bringIntoSight(entry.link);
    onSection(entry);
  }

  // Only the box of the contents scrolls, never the page.
  function bringIntoSight(link) {
    const box = nav.closest(".bd-sidebar-secondary, dialog");
    if (!box || box.scrollHeight <= box.clientHeight) return;
    const { top, bottom } = link.getBoundingClientRect();
    const frame = box.getBoundingClientRect();
    if (top < frame.top) box.scrollTop -= frame.top - top + frame.height / 3;
    else if (bottom > frame.bottom) box.scrollTop += bottom - frame.bottom + frame.height / 3;
  }

  const later = () => {
    if (!waiting) requestAnimationFrame(read);
    waiting = true;
  };
  const ask = () => {
    asked = entries.find(({ link }) => link.hash === location.hash);
    later();
  };
  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later);
  addEventListener("toggle", later, true); // a fold moves what is below it
  const drawer = document.querySelector(".secondary-toggle"); // on a phone the contents come when they are asked for
  drawer?.addEventListener("click", () => requestAnimationFrame(() => active && bringIntoSight(active.link)));
  addEventListener("hashchange", ask);
  ask();
}
