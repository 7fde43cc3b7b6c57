// What a query finds: MiniSearch scores words in titles, in the titles around and in the text; here stands what is
// particular to the book: what its units are, which of them come first, and the line of text that answers.
import MiniSearch from "minisearch";
import { unpacked } from "./format.mjs";
import { asked, indexed, learn, plain, stem } from "./words.mjs";

const KINDS = ["page", "section", "term", "theorem", "exercise", "equation"];
const WEIGHT = { page: 1.8, section: 1.2, term: 0.8, theorem: 0.8, exercise: 0.6, equation: 0.5 };
// Every chapter has these; what they are called says nothing of what they are about.
const EVERYWHERE = /^(summary|exercises|where it breaks|references|from scratch, then the library|the library)$/i;
const BOOST = { title: 6, where: 3, text: 1 };
const CHAPTER = /^chapters\/[^/]+\/(?!index\.html)/;
const CALLED = { title: 1, where: 0.7, text: 0 }; // more for what is called so than for what speaks of it
const SPEAKS = { title: 2, where: 0.5, text: 1 };
const EXACT = 1.6; // a title that says what was asked for, and nothing else
const PARTS = ["equation", "exercise"]; // where one of these answers best, the section around it is shown first
const CLEAR = 1.5; // so many times as often as any other chapter
const PREFIX_FROM = 2;
const LIMIT = 30;

/** The units of an index as encode.mjs writes it. */
export function unitsOf(index) {
  const lines = (text) => text.split("\n");
  const [titles, numbers, anchors] = [index.titles, index.numbers, index.anchors].map(lines);
  const units = [];
  index.pages.forEach(([url, part, count], page) => {
    let chain = [];
    for (let within = 0; within < count; within++) {
      const id = units.length, title = titles[id], kind = KINDS[index.kinds[id]], depth = Number(index.depths[id]);
      const inside = kind === "page" ? [] : chain.slice(0, depth + 1);
      if (kind === "page" || kind === "section") chain = [...inside, id];
      const around = inside.map((id) => titles[id]);
      const anchor = anchors[id] || derived(kind, title);
      units.push({ id, page, within, kind, title, inside, around, part, number: numbers[id], address: anchor ? `${url}#${anchor}` : url });
    }
  });
  return units;
}

function derived(kind, title) {
  if (kind === "page") return "";
  if (kind === "term") return `term-${title.replaceAll(" ", "-")}`;
  return title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
}

export class Engine {
  constructor(index) {
    this.units = unitsOf(index);
    learn(this.units.filter(({ kind }) => kind === "term").map(({ title }) => title));
    this.names = this.units.map(({ title }) => named(title));
    const texts = this.units.map(() => []);
    const words = index.words.split("\n"), holding = index.units.split(" ");
    words.forEach((word, i) => unpacked(holding[i]).forEach((unit) => texts[unit].push(word)));
    const ofTitle = this.units.map(({ title }) => indexed(title));
    const pages = this.units.filter(({ kind }) => kind === "page"); // a page holds what stands anywhere on it
    const all = pages.map(() => new Set());
    this.units.forEach(({ page }, i) => [...texts[i], ...ofTitle[i]].forEach((word) => all[page].add(word)));
    pages.forEach(({ id, page }) => (texts[id] = [...all[page]]));
    this.search_ = new MiniSearch({
      fields: ["title", "where", "text"],
      tokenize: (text) => text.split(" "),
      processTerm: (term) => term || null,
      searchOptions: {
        boost: BOOST,
        boostDocument: (id) => this.weight(this.units[id]),
        tokenize: (text) => [text],
        processTerm: (term) => term,
        bm25: { k: 1.2, b: 0.7, d: 0.3 },
      },
    });
    this.search_.addAll(
      this.units.map((unit, i) => ({
        id: i,
        title: ofTitle[i].join(" "),
        where: [...new Set(unit.inside.flatMap((id) => ofTitle[id]))].join(" "),
        text: texts[i].join(" "),
      })),
    );
  }

  weight({ kind, title, around, address }) {
    let weight = WEIGHT[kind] * (kind === "section" ? 0.85 ** (around.length - 1) : 1);
    if (EVERYWHERE.test(title)) weight *= 0.5;
    if (!address.startsWith("chapters/")) weight *= kind === "term" ? 1 : 0.7;
    if (/^chapters\/[^/]+\/index\.html/.test(address)) weight *= 0.7; // of a part
    return weight;
  }

  /** The best units for a query, the best first: {unit, score, words}; `words` are the stems to mark. */
  search(query, limit = LIMIT) {
    const wanted = asked(query);
    const unfinished = !/[\s,.;:!?]$/.test(query);
    const found = new Map();
    wanted.forEach((word, i) => {
      for (const { id, score, match } of this.search_.search(this.known(word, unfinished && i === wanted.length - 1))) {
        if (!found.has(id)) found.set(id, { unit: this.units[id], score: 0, words: [], places: [] });
        const one = found.get(id);
        one.score += score;
        one.words.push(...Object.keys(match));
        const { place, apart } = placed(match, word);
        one.places.push(place);
        one.apart ||= apart;
      }
    });
    const name = named(query);
    const results = [...found.values()];
    for (const one of results) {
      const [all, called] = [one.places.length, sum(one.places.map((place) => CALLED[place]))].map((n) => n / wanted.length);
      one.score *= all ** 3 * (0.25 + called) ** 2 * (this.names[one.unit.id] === name ? EXACT : 1);
    }
    results.sort((a, b) => b.score - a.score || a.unit.id - b.unit.id);
    return this.ownChapterFirst(results, wanted.length).slice(0, limit);
  }

  /** A chapter that speaks of it far more than any other comes first, with its best place. */
  ownChapterFirst(results, count) {
    const speaking = new Map();
    for (const { unit, places, apart } of results) {
      if (apart || places.length < count || !CHAPTER.test(unit.address)) continue;
      speaking.set(unit.page, (speaking.get(unit.page) ?? 0) + sum(places.map((place) => SPEAKS[place])) / count);
    }
    const [[first, most] = [], [, next] = [, 0]] = [...speaking].sort((a, b) => b[1] - a[1]);
    if (first === undefined || most < CLEAR * next) return results;
    const found = results.find(({ unit }) => unit.page === first);
    const around = PARTS.includes(found.unit.kind) && results.find(({ unit }) => unit.id === found.unit.inside.at(-1));
    const best = around || found;
    return [best, ...results.filter((one) => one !== best)];
  }

  /** A word as a query; where nothing in the book is called so, what is spelt almost so. */
  known(word, unfinished) {
    const query = this.any(word, unfinished);
    return this.search_.search(query).length ? query : this.near(word);
  }

  /** Any of a word's alternatives; where it may be unfinished, what begins with it too. */
  any({ alternatives, together, typed }, unfinished) {
    const queries = alternatives.map((word, i) => ({ queries: [word], boost: this.scaled(i ? 0.7 : 1) }));
    if (together.length) queries.push({ combineWith: "AND", queries: together, boost: this.scaled(0.4) });
    if (unfinished && !together.length && typed.length >= PREFIX_FROM) {
      const begun = plain(typed);
      queries.push({ queries: [begun], prefix: true, boost: this.scaled(0.6) });
      if (!this.has(begun, true) && !alternatives.some((word) => this.has(word))) queries.push(...this.begun(begun));
    }
    return { combineWith: "OR", queries };
  }

  scaled(factor) {
    return Object.fromEntries(Object.entries(BOOST).map(([field, boost]) => [field, boost * factor]));
  }

  /** A letter wrong in a word, or two in a long one. */
  near({ alternatives, typed }) {
    const fuzzy = (term) => (term.length > 7 ? 2 : term.length > 3 ? 1 : 0);
    return { combineWith: "OR", queries: [...new Set([...alternatives, stem(typed)])], fuzzy };
  }

  /** While a word is typed past its stem ("saturat"), the longest word of the index that it begins with. */
  begun(typed) {
    for (let length = typed.length - 1; length >= Math.max(4, typed.length - 3); length--) {
      if (this.has(typed.slice(0, length))) return [{ queries: [typed.slice(0, length)], boost: this.scaled(0.6) }];
    }
    return [];
  }

  has(term, prefix = false) {
    return this.search_.search({ queries: [term], prefix }).length > 0;
  }
}

/** The words of a name in one order, by which a name is told from a part of it. */
function named(text) {
  return asked(text)
    .map(({ alternatives }) => alternatives[0])
    .sort()
    .join(" ");
}

const PLACES = ["title", "where", "text"];
const nearest = (places) => PLACES.find((place) => places.includes(place));

/** Where a word stands best; of a term whose words stand apart, where the worst of them does. */
function placed(match, { alternatives, together }) {
  if (!together.length) return { place: nearest(Object.values(match).flat()), apart: false };
  const whole = alternatives.flatMap((word) => match[word] ?? []);
  if (whole.length) return { place: nearest(whole), apart: false };
  const places = together.map((word) => PLACES.indexOf(nearest(match[word] ?? [])));
  return { place: PLACES[Math.max(...places)], apart: true };
}

const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);

/** The stretch of a text that holds most of the words, as parts: [text, whether to mark it]. */
export function snippet(text, words, length = 170) {
  const wanted = new Set(words);
  const tokens = [...text.matchAll(/[\p{L}\d]+(?:[-‐–][\p{L}\d]+)*/gu)].map((found) => ({
    start: found.index,
    end: found.index + found[0].length,
    hit: indexed(found[0]).find((word) => wanted.has(word)),
  }));
  const hits = tokens.filter(({ hit }) => hit);
  let from = 0;
  if (hits.length && text.length > length) {
    let best = -1;
    for (const { start } of hits) {
      const seen = hits.filter((other) => other.start >= start && other.end <= start + length - 30);
      const score = new Set(seen.map(({ hit }) => hit)).size * 10 + Math.min(seen.length, 9) - start / text.length;
      if (score > best) [best, from] = [score, start];
    }
    from = beginning(text, from, length);
  }
  let to = Math.min(text.length, from + length);
  if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 1);
  const parts = from ? [["… ", false]] : [];
  let at = from;
  for (const { start, end } of hits.filter((hit) => hit.start >= from && hit.end <= to)) {
    if (start > at) parts.push([text.slice(at, start), false]);
    parts.push([text.slice(start, end), true]);
    at = end;
  }
  if (to > at) parts.push([text.slice(at, to), false]);
  if (to < text.length && !text.slice(at, to).endsWith("…")) parts.push([" …", false]);
  return parts;
}

/** Where a stretch begins that shows what stands at `hit`: at a sentence, else at a word, a little before it. */
function beginning(text, hit, length) {
  const sentence = Math.max(...[". ", "? ", ": "].map((end) => text.lastIndexOf(end, hit) + (text.lastIndexOf(end, hit) < 0 ? 1 : 2)));
  if (hit - sentence < length / 2) return sentence;
  const word = text.indexOf(" ", Math.max(0, hit - 50)) + 1;
  return Math.min(word, hit);
}
