// States to go back and forth between, as text.

const MOST = 200;

export class History {
  #past = [];
  #future = [];
  #before = null; // the state before a change that has been announced and may still come

  // A change may follow now.
  expect(state) {
    this.#before = state;
  }

  // The state is this one now. It counts as a change if one was expected; what follows until the next belongs to it.
  note(state) {
    if (this.#before === null || this.#before === state) return;
    this.#past.push(this.#before);
    if (this.#past.length > MOST) this.#past.shift();
    this.#future = [];
    this.#before = null;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  // The state to go back to from this one, or undefined.
  back(now) {
    return this.#go(now, this.#past, this.#future);
  }

  forth(now) {
    return this.#go(now, this.#future, this.#past);
  }

  #go(now, from, to) {
    this.#before = null;
    let state = from.pop();
    while (state === now) state = from.pop(); // nothing had changed since
    if (state !== undefined) to.push(now);
    return state;
  }
}
