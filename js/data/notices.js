/**
 * What is told when a training has ended: by ComfyUI's own short note while its page is looked at and the panel is closed; by
 * the browser's message while the page is hidden, and only where a person asked for it.
 */

import { lasting } from "../lib/memory.js";
import { said } from "../lib/said.js";
import { t } from "../locales/words.js";

const KEY = "isengard.notify";
/** @type {Partial<Record<Isengard.Job["state"], string>>} */
const WORDS = { completed: "notifyDone", failed: "notifyFailed" };
const NOTHING = () => {};

export class Notices {
  /**
   * @param {{memory?: Isengard.Memory, Message?: typeof Notification, page?: {hidden: boolean}, toast?: (toast: Isengard.Toast) => void,
   *   seen?: () => boolean}} [means] `seen`: whether the panel is
   */
  constructor({ memory = lasting(), Message = globalThis.Notification, page = globalThis.document, toast = NOTHING, seen = () => true } = {}) {
    this.memory = memory;
    this.Message = Message;
    this.page = page;
    this.toast = toast;
    this.seen = seen;
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
    if (event.type !== "job.state") return;
    const { job } = event.data;
    const known = before.jobs?.find((one) => one.id === job.id);
    const words = WORDS[job.state];
    if (job.kind !== "training" || !words || known?.state === job.state) return;
    const name = before.characters?.find((one) => one.id === job.character_id)?.name ?? t("gone");
    const told = { title: t(words, { name }), text: said(job.error, "message") || t("title") };
    if (this.page?.hidden) this.#message(told, job.id);
    // what came before the list of trainings may be long over
    else if (known && !this.seen()) this.toast({ severity: job.state === "failed" ? "error" : "success", ...told });
  }

  /** The same tag in every tab of this page: the browser shows one. @param {{title: string, text: string}} told @param {string} tag */
  #message({ title, text }, tag) {
    if (!this.wanted) return;
    try {
      const message = new this.Message(title, { body: text, tag });
      message.onclick = () => globalThis.focus?.();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // browsers of phones allow messages, and have none that a page can show
      console.info("[Isengard] this browser shows no messages of pages", error);
    }
  }
}
