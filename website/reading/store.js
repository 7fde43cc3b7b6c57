// What the site remembers of its reader, in this browser and nowhere else: which code is shown, the sections that have been
// on the screen, the chapters of which all have, and where to continue.
const KEY = "eer-reading"; // website/templates/layout.html asks for the choice of code before the page is painted

export function recall() {
  try {
    return { seen: {}, read: [], ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return { seen: {}, read: [] }; // no storage, or not what this script has put there
  }
}

// What is there may be another tab's: it is read again before each change.
export function remember(change) {
  const known = recall();
  change(known);
  try {
    localStorage.setItem(KEY, JSON.stringify(known));
  } catch {
    // private windows may refuse: then nothing is remembered
  }
  return known;
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was remembered
  }
}
