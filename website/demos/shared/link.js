// A link that holds a whole state behind its #: nothing of it is sent to a server, and a mark at its end says whether it
// came through whole.

const FNV = 16777619; // Fowler, Noll and Vo's prime for 32 bits

function mark(text) {
  let hash = 2166136261;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), FNV) >>> 0;
  return hash.toString(36);
}

const prefix = (name) => `#demo-${name}?`;
export const readable = (query) => query.replace(/%2C/g, ",").replace(/%3B/g, ";"); // and as valid

export const write = (name, state) => `${location.href.split(/[?#]/)[0]}${prefix(name)}${readable(state)}&mark=${mark(state)}`;

// The state behind the # of an address: text, null where it is damaged, undefined where there is none for this demo.
export function read(name, hash) {
  if (!hash.startsWith(prefix(name))) return undefined;
  const params = new URLSearchParams(hash.slice(prefix(name).length)), given = params.get("mark");
  params.delete("mark");
  return given === mark(params.toString()) ? params.toString() : null;
}
