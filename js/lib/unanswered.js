/** Changes that the server has not answered yet: shown on top of whatever it tells meanwhile, until each is answered. Pure. */

/**
 * @template {{id: string}} Item
 * @typedef {{told: Item, changes: Partial<Item>[], last: Promise<unknown>}} Open what the server said last, and what was asked for since, oldest first
 */

/**
 * Things of one kind. Several changes of one thing are sent one after the other, so the last one asked for is the last one done.
 * @template {{id: string}} Item
 */
export class Unanswered {
  /** @type {Map<string, Open<Item>>} */
  #open = new Map();

  /** What the server has just told of this thing, with what is not answered on top. @param {Item} item @returns {Item} */
  over(item) {
    const open = this.#open.get(item.id);
    if (!open) return item;
    open.told = item;
    return withChanges(open);
  }

  /**
   * Show the changes at once, send them when those before them are answered, and show what is true then. A refusal takes back these changes alone.
   * @param {Item[]} items as they are known @param {(item: Item) => Partial<Item>} changesOf
   * @param {(turn: Promise<unknown>) => Promise<Item[] | null>} send waits for its turn, answers with the things as they are now, or null where it was refused
   * @param {(items: Item[]) => void} show
   */
  async change(items, changesOf, send, show) {
    const opened = items.map((item) => this.#opened(item));
    const changes = items.map(changesOf);
    opened.forEach((open, at) => open.changes.push(changes[at]));
    show(opened.map(withChanges));
    const sent = send(Promise.all(opened.map(({ last }) => last)));
    for (const open of opened) open.last = sent.catch(() => {});
    /** @type {Item[] | null} */
    let answer = null;
    try {
      answer = await sent;
    } finally {
      for (const open of opened) open.told = answer?.find(({ id }) => id === open.told.id) ?? open.told;
      opened.forEach((open, at) => this.#done(open, changes[at]));
      show(opened.map(withChanges));
    }
    return answer;
  }

  /** @param {Item} item @returns {Open<Item>} */
  #opened(item) {
    const open = this.#open.get(item.id) ?? { told: item, changes: [], last: Promise.resolve() };
    this.#open.set(item.id, open);
    return open;
  }

  /** @param {Open<Item>} open @param {Partial<Item>} changes */
  #done(open, changes) {
    open.changes.splice(open.changes.indexOf(changes), 1);
    if (!open.changes.length) this.#open.delete(open.told.id);
  }
}

/** @template {{id: string}} Item @param {Open<Item>} open @returns {Item} */
function withChanges({ told, changes }) {
  return Object.assign({}, told, ...changes);
}
