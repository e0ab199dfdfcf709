/**
 * One event stream a visible page: replayed after a gap, closed while hidden unless waited for, fetched anew after a reset.
 * Some tunnels and scanners between page and ComfyUI hand on nothing until an answer has ended: there it is asked again and again, and
 * the stream is tried anew now and then, since a page may stay open while its computer moves to another network, or back.
 */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;
/** What comes so soon after another is given together: five hundred pictures that were marked redraw the panel a few times. */
const TOGETHER_MS = 50;
/** A new stream says at once where it begins; one that says nothing for so long is kept back by somebody. */
const KEPT_BACK_MS = 5000;
/** Between two questions there. */
const ASK_MS = 2000;
/** So many are asked before the stream is tried anew: every five minutes. */
const ASKED_BEFORE_TRYING = 150;

export class Events {
  /**
   * @param {(since: string, once: boolean) => string} url `once`: what there is, and the stream ends
   * @param {{events: (events: Isengard.Event[]) => void, fresh: () => void, state: (connected: boolean) => void, awaited?: () => boolean}} told
   *   `events`: in their order, those of one moment at once; `fresh`: everything must be fetched anew; `awaited`: something is to be told even while the page is hidden
   */
  constructor(url, told, { Source = globalThis.EventSource, page = globalThis.document } = {}) {
    this.url = url;
    this.told = told;
    this.Source = Source;
    this.page = page;
    this.lastId = "";
    this.wait = FIRST_WAIT_MS;
    this.source = null;
    this.timer = 0;
    /** Somebody keeps streams back. */
    this.keptBack = false;
    /** How often was asked since a stream was tried. */
    this.asked = 0;
    /** What came while the last was being drawn. @type {Isengard.Event[]} */
    this.gathered = [];
    this.giving = 0;
  }

  start() {
    this.page?.addEventListener("visibilitychange", () => (this.#resting() ? this.close() : this.open()));
    if (!this.page?.hidden) this.open();
  }

  #resting() {
    return Boolean(this.page?.hidden) && !this.told.awaited?.();
  }

  open() {
    if (this.source) return;
    clearTimeout(this.timer);
    const asks = this.keptBack && this.asked < ASKED_BEFORE_TRYING;
    this.asked = asks ? this.asked + 1 : 0;
    const source = new this.Source(this.url(this.lastId, asks));
    let opened = false;
    this.source = source;
    /** By a stream that is still open: nobody keeps it back. @param {MessageEvent} message */
    const came = ({ lastEventId }) => {
      this.lastId = lastEventId;
      if (asks) return;
      this.keptBack = false;
      clearTimeout(this.timer);
    };
    if (!asks) this.timer = setTimeout(() => this.#askAgainAndAgain(), KEPT_BACK_MS);
    source.onopen = () => {
      opened = true;
      this.wait = FIRST_WAIT_MS;
      this.told.state(true);
    };
    source.onmessage = (message) => {
      came(message);
      this.gathered.push(JSON.parse(message.data));
      if (!this.giving) this.#give();
    };
    source.addEventListener("here", came);
    for (const kind of ["hello", "reset"]) {
      source.addEventListener(kind, (message) => {
        came(message);
        this.#give();
        this.told.fresh();
      });
    }
    source.onerror = () => (asks && opened ? this.#later(ASK_MS) : this.#retry());
  }

  #askAgainAndAgain() {
    this.close();
    this.keptBack = true;
    this.open();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.#give();
  }

  /** The first at once, and what follows it in one piece. */
  #give() {
    const { gathered } = this;
    this.gathered = [];
    clearTimeout(this.giving);
    this.giving = gathered.length ? setTimeout(() => this.#give(), TOGETHER_MS) : 0;
    if (gathered.length) this.told.events(gathered);
  }

  #retry() {
    this.#later(this.wait);
    this.told.state(false);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  /** @param {number} ms */
  #later(ms) {
    this.close();
    if (!this.#resting()) this.timer = setTimeout(() => this.open(), ms);
  }
}
