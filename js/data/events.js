/** One event stream a visible page: replayed after a gap, closed while hidden unless waited for, fetched anew after a reset. */

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15000;
/** What comes so soon after another is given together: five hundred pictures that were marked redraw the panel a few times. */
const TOGETHER_MS = 50;

export class Events {
  /**
   * @param {(since: string) => string} url
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
    const source = new this.Source(this.url(this.lastId));
    this.source = source;
    source.onopen = () => {
      this.wait = FIRST_WAIT_MS;
      this.told.state(true);
    };
    source.onmessage = (message) => {
      this.lastId = message.lastEventId;
      this.gathered.push(JSON.parse(message.data));
      if (!this.giving) this.#give();
    };
    for (const kind of ["hello", "reset"]) {
      source.addEventListener(kind, (message) => {
        this.lastId = message.lastEventId;
        this.#give();
        this.told.fresh();
      });
    }
    source.onerror = () => this.#retry();
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
    this.close();
    this.told.state(false);
    if (this.#resting()) return;
    this.timer = setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }
}
