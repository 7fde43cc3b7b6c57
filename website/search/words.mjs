// The words of a text as the search compares them: small letters without accents, one spelling, the stem alone, several
// names of one thing as one. The same for pages, when the site is built, and for what a reader types.
import { stemmer } from "stemmer";
import { MEANT, SYNONYMS } from "./synonyms.mjs";

const STOP = new Set(
  `a about all an and any are as at be because been but by can could did do does each every for from get had has have
   how i if in into is it its just like may me more most must my no not of on one only or other our out over own per
   same see should so some such than that the their them then there these they this those to too two under up use used
   very was we were what when where which while who why will with without would you your`.split(/\s+/),
);

const NUMBER = /^[\d.]+$/;

// British and American spelling alike; only the comparison sees these words.
const SPELLING = [
  [/is(e|es|ed|ing|er|ers|ation|ations)$/, "iz$1"],
  [/ys(e|es|ed|ing)$/, "yz$1"],
  [/([aeiou]l)l(ed|ing|er)$/, "$1$2"],
  [/our(s|ed|ing|al|hood|hoods)?$/, "or$1"],
  [/([bt])re(s)?$/, "$1er$2"],
  [/^artefact/, "artifact"],
];
const PLURALS = new Map(
  Object.entries({ matrices: "matrix", indices: "index", vertices: "vertex", axes: "axis", bases: "basis", analyses: "analysis" }),
);

export function plain(text) {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[’']s?\b/g, "").toLowerCase();
}

const stems = new Map();

export function stem(word) {
  if (!stems.has(word)) stems.set(word, stemmed(word));
  return stems.get(word);
}

function stemmed(word) {
  if (word.length < 4 || NUMBER.test(word)) return word.length > 2 ? word.replace(/([^s])s$/, "$1") : word;
  const one = PLURALS.get(word) ?? word.replace(/ima$/, "imum");
  return stemmer(SPELLING.reduce((spelt, [british, american]) => spelt.replace(british, american), one));
}

// What stands between two of anything but letters and digits; `joined` also says where a hyphen joins two.
function* pieces(text) {
  for (const [word] of plain(text).matchAll(/[\p{L}\d]+(?:[-‐–][\p{L}\d]+)*/gu)) {
    const parts = word.split(/[-‐–]/);
    yield { parts, joined: parts.length > 1 ? parts.join("") : null };
  }
}

const stemsOf = (text) => [...pieces(text)].flatMap(({ parts }) => parts.map(stem));

// By their first stem, the longest first.
const NAMES = new Map();

function know(phrase, name) {
  const [first, ...others] = stemsOf(phrase);
  const known = NAMES.get(first) ?? [];
  if (known.some(({ rest }) => rest.join(" ") === others.join(" "))) return;
  NAMES.set(first, [...known, { name, rest: others, length: others.length + 1 }].sort((a, b) => b.length - a.length));
}

for (const [name, ...others] of SYNONYMS) [name, ...others].forEach((phrase) => know(phrase, name));

/** Terms of several words, such as those of the glossary, count as one word from now on, and their words as before. */
export function learn(terms) {
  for (const term of terms) {
    const own = stemsOf(term);
    if (own.length > 1) know(term, own.join("_"));
  }
}

function nameAt(stems, i) {
  return NAMES.get(stems[i])?.find(({ rest }) => rest.every((stem, at) => stem === stems[i + 1 + at]));
}

/** All that a text of the book is found by: its stems, hyphened words as one too, and the names of what it speaks of. */
export function indexed(text) {
  const stems = [], found = [];
  for (const { parts, joined } of pieces(text)) {
    stems.push(...parts.map(stem));
    if (joined) found.push(stem(joined));
    found.push(...parts.filter((part) => part.length > 1 && !STOP.has(part) && !NUMBER.test(part)).map(stem));
  }
  for (let i = 0; i < stems.length; i++) {
    const name = nameAt(stems, i);
    if (name) found.push(name.name);
  }
  return found.filter((word) => word.length > 1);
}

/**
 * What a reader asks for, as a list of words. Of each: the alternatives that count for it; of a word made of several, all
 * of them that count `together`; and how it is `typed`, because the last may be unfinished.
 */
export function asked(query) {
  const all = [];
  for (const { parts, joined } of pieces(query)) {
    parts.forEach((part, i) => all.push({ part, stem: stem(part), joined: i ? null : joined, length: parts.length }));
  }
  const stems = all.map((word) => word.stem);
  const counts = ({ part }) => part.length > 1 && !STOP.has(part);
  const meant = (word) => (MEANT[word] ?? []).map(stem);
  const words = [];
  const add = (names, i, length) => {
    const together = length > 1 ? all.slice(i, i + length).filter(counts).map((word) => word.stem) : [];
    words.push({ alternatives: names, together, typed: all[i + length - 1].part });
    return i + length;
  };
  for (let i = 0; i < all.length; ) {
    const { part, stem: own, joined, length } = all[i], name = nameAt(stems, i);
    if (name) i = add([name.name, ...meant(name.name)], i, name.length);
    else if (joined) i = add([stem(joined)], i, length);
    else if (counts(all[i]) || all.length === 1) i = add([own, ...meant(part)], i, 1);
    else i += 1;
  }
  // of nothing but small words, all count
  return words.length ? words : all.map(({ part, stem: own }) => ({ alternatives: [own], together: [], typed: part }));
}
