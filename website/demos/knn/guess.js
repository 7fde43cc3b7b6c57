// A game in the plane: which class will the neighbours choose at this place? Answers and what came of them.

import { LETTERS } from "../shared/classes.js";

export const TIE = "tie";

export class Guess {
  given = null; // the answer for the place that is asked about, or null
  right = 0;
  asked = 0;

  // Another place is asked about.
  next() {
    this.given = null;
  }

  // `winners` are the classes with the most votes. One answer counts for a place.
  answer(given, winners) {
    if (this.given !== null) return;
    this.given = given;
    this.asked += 1;
    if (this.isRight(winners)) this.right += 1;
  }

  isRight(winners) {
    return this.given === (winners.length > 1 ? TIE : winners[0]);
  }

  // What is said once an answer has been given.
  told(winners) {
    const said = this.given === TIE ? "a tie" : `class ${LETTERS[this.given]}`;
    return `You said ${said}: <b>${this.isRight(winners) ? "right" : "no"}</b>. ${this.right} of ${this.asked} right so far.`;
  }
}
