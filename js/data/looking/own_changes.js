/**
 * Which of our own changes of pictures is the newest: an answer may be here before what is told of an earlier change (deleted, then brought
 * back at once), which would undo it on the screen for a moment, and with it what was chosen. Knows no element.
 */

/** Older ones have long been told. */
const REMEMBERED = 200;

export class OwnChanges {
  constructor() {
    /** When each was asked for, by its action. @type {Map<string, number>} */
    this.asked = new Map();
    /** The newest that was answered, by the order of pictures. @type {Map<string, number>} */
    this.answered = new Map();
    this.count = 0;
  }

  /** @param {string} action */
  ask(action) {
    this.asked.set(action, ++this.count);
    for (const old of [...this.asked.keys()].slice(0, -REMEMBERED)) this.asked.delete(old);
  }

  /** @param {string} action @param {{id: string}[]} generations */
  keep(action, generations) {
    for (const { id } of generations) this.answered.set(id, this.asked.get(action) ?? 0);
  }

  /** The event without what a later answer of ours has overtaken. @param {Isengard.Event} event @returns {Isengard.Event} */
  told(event) {
    const asked = this.asked.get(event.correlation_id);
    if (asked === undefined || event.type !== "generations.changed") return event;
    const generations = event.data.generations.filter(({ id }) => asked >= (this.answered.get(id) ?? 0));
    return { ...event, data: { ...event.data, generations } };
  }
}
