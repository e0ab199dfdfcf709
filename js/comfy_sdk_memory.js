/**
 * What the panel remembers, in the SDK's storage: one document among the user's data on the server, read when the page starts
 * and written after each change. It is asked like the browser's own memory.
 */

const NAME = "Isengard.panel/remembered.json";

export class SdkMemory {
  /** @type {Record<string, string>} */
  #values = {};
  /** What was kept is read, then one write at a time, so that the last one is the newest. @type {Promise<unknown>} */
  #done;

  /** @param {{get(name: string): Promise<string | undefined>, set(name: string, value: string): Promise<void>}} storage */
  constructor(storage) {
    this.storage = storage;
    this.#done = this.#load();
  }

  /** Resolves when everything is read and written. */
  get done() {
    return this.#done;
  }

  /** A document that cannot be read is as good as none. */
  async #load() {
    try {
      const kept = JSON.parse((await this.storage.get(NAME)) ?? "{}");
      this.#values = { ...kept, ...this.#values };
    } catch (error) {
      console.warn("[Isengard] What the panel remembered could not be read.", error);
    }
  }

  async #save() {
    try {
      await this.storage.set(NAME, JSON.stringify(this.#values));
    } catch (error) {
      console.warn("[Isengard] What the panel remembers could not be kept.", error);
    }
  }

  /** @param {string} key */
  getItem(key) {
    return this.#values[key] ?? null;
  }

  /** @param {string} key @param {string} value */
  setItem(key, value) {
    this.#values[key] = String(value);
    this.#done = this.#done.then(() => this.#save());
  }
}
