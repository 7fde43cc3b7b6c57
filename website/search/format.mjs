// How the index travels: titles in lines, words in lines, and for each word the numbers of the units that hold it, each
// as the distance to the one before, in letters of 44: small distances, of which there are most, take one letter.
const LETTERS = Array.from({ length: 92 }, (_, i) => String.fromCharCode(i + 35)).filter((c) => c !== "\\" && c !== "`");
const BASE = 44;
const VALUE = new Map(LETTERS.map((letter, i) => [letter, i]));

export function packed(numbers) {
  let text = "", before = -1;
  for (const number of numbers) {
    let distance = number - before - 1;
    before = number;
    while (distance >= BASE) {
      text += LETTERS[BASE + (distance % BASE)];
      distance = Math.floor(distance / BASE) - 1;
    }
    text += LETTERS[distance];
  }
  return text;
}

export function unpacked(text) {
  const numbers = [];
  let before = -1, distance = 0, weight = 1;
  for (const letter of text) {
    const value = VALUE.get(letter);
    if (value >= BASE) {
      distance += (value - BASE + (weight > 1 ? 1 : 0)) * weight;
      weight *= BASE;
    } else {
      distance += (value + (weight > 1 ? 1 : 0)) * weight;
      before += distance + 1;
      numbers.push(before);
      distance = 0;
      weight = 1;
    }
  }
  return numbers;
}
