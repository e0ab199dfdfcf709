/** The panel's own log lines, sent in small batches to the server's `frontend` log. */

const BATCH_MS = 1000;
const MOST_LINES = 100;

export class PanelLog {
  /** @param {(lines: object[]) => Promise<unknown>} send @param {{later?: (work: () => unknown, wait: number) => unknown}} [means] */
  constructor(send, { later = (work, wait) => setTimeout(work, wait) } = {}) {
    this.send = send;
    this.later = later;
    /** @type {object[]} */
    this.lines = [];
    this.waiting = false;
  }

  /** @param {string} level @param {string} message @param {string} correlationId */
  line(level, message, correlationId, context = {}) {
    this.lines.push({ level, message, correlation_id: correlationId, context });
    this.lines = this.lines.slice(-MOST_LINES);
    if (this.waiting) return;
    this.waiting = true;
    this.later(() => this.flush(), BATCH_MS);
  }

  /** Lines that cannot be sent stay for the next time. */
  async flush() {
    this.waiting = false;
    const lines = this.lines;
    if (!lines.length) return;
    this.lines = [];
    try {
      await this.send(lines);
    } catch {
      this.lines = [...lines, ...this.lines].slice(-MOST_LINES);
    }
  }
}
