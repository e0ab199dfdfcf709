/** The server's settings as the panel shows them: several may be changed before the first is answered. Knows the store, no element. */

import { Unanswered } from "../../lib/unanswered.js";

/** @typedef {Record<string, Isengard.Setting["value"]> & {id: string}} Values by the settings' names; all are told together, so they are one thing */

export class SettingValues {
  /** @type {Unanswered<Values>} */
  #unanswered = new Unanswered();
  /** @type {Isengard.Settings | null} */
  #told = null;

  /** @param {import("../../data/store.js").Store} store @param {(settings: Isengard.Settings) => void} show */
  constructor(store, show) {
    this.store = store;
    this.show = show;
  }

  async load() {
    this.#keep(await this.store.ask(() => this.store.api.system.settings()));
  }

  /** Shown at once, taken back when it is refused; whether it was kept. @param {string} name @param {string} text as the server takes it */
  async save(name, text) {
    const known = this.#told?.items.find((item) => item.name === name);
    if (!this.#told || !known) return false;
    /** @param {Promise<unknown>} turn */
    const send = (turn) =>
      this.store.attempt(async (action) => {
        await turn;
        this.#told = await this.store.api.system.changeSettings({ [name]: text }, action);
        return [valuesOf(this.#told)];
      });
    /** @type {Partial<Values>} */
    const changed = known.secret ? {} : { [name]: readAs(known.value, text) };
    return Boolean(await this.#unanswered.change([valuesOf(this.#told)], () => changed, send, () => this.#keep(this.#told)));
  }

  /** @param {Isengard.Settings | null} settings */
  #keep(settings) {
    this.#told = settings ?? this.#told;
    if (!this.#told) return;
    const values = this.#unanswered.over(valuesOf(this.#told));
    this.show({ ...this.#told, items: this.#told.items.map((item) => ({ ...item, value: values[item.name] })) });
  }
}

/** @param {Isengard.Settings} settings @returns {Values} */
function valuesOf({ items }) {
  return { id: "settings", ...Object.fromEntries(items.map(({ name, value }) => [name, value])) };
}

/** A text of the kind that the setting is. @param {Isengard.Setting["value"]} value @param {string} text */
function readAs(value, text) {
  if (Array.isArray(value)) return text.split(",").filter(Boolean);
  return typeof value === "boolean" ? text === "1" : text;
}
