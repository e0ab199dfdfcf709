/** The browser's own message when a training has ended: only where a person asked for it, only while the page is hidden. */

import { t } from "../locales/words.js";

const KEY = "isengard.notify";
/** @type {Partial<Record<Isengard.Job["state"], string>>} */
const WORDS = { completed: "notifyDone", failed: "notifyFailed" };

export class Notices {
  constructor({ memory = globalThis.localStorage, Message = globalThis.Notification, page = globalThis.document } = {}) {
    this.memory = memory;
    this.Message = Message;
    this.page = page;
  }

  /** False where the browser has no messages at all. */
  get possible() {
    return Boolean(this.Message);
  }

  get wanted() {
    return this.possible && this.memory?.getItem(KEY) === "1" && this.Message.permission === "granted";
  }

  /** Ask the browser when it was never asked; what came of it. @param {boolean} on */
  async want(on) {
    const allowed = on && this.possible && (await this.Message.requestPermission()) === "granted";
    this.memory?.setItem(KEY, allowed ? "1" : "0");
    return allowed;
  }

  /** Told of every event; `before` is the state it came into. @param {Isengard.Event} event @param {Isengard.State} before */
  take(event, before) {
    if (event.type !== "job.state" || !this.wanted || !this.page?.hidden) return;
    const { job } = event.data;
    const known = before.jobs?.find((one) => one.id === job.id);
    const words = WORDS[job.state];
    if (job.kind !== "training" || !words || known?.state === job.state) return;
    const name = before.characters?.find((one) => one.id === job.character_id)?.name ?? t("gone");
    // the same tag in every tab of this page: the browser shows one
    const message = new this.Message(t(words, { name }), { body: job.error?.message ?? t("title"), tag: job.id });
    message.onclick = () => globalThis.focus?.();
  }
}
