/** The logs of the last days, filtered by the id that an error shows. */

import { button, field, h, say } from "../../lib/dom.js";
import { clock, counted, day } from "../../lib/format.js";
import { t } from "../../locales/words.js";

const SERVICES = ["all", "api", "worker", "frontend"];
const MOST = 300;

export class LogViewer {
  #asked = 0;

  /** @param {import("../../data/store.js").Store} store */
  constructor(store, correlationId = "") {
    this.store = store;
    this.action = h("input", { type: "search", value: correlationId, spellcheck: "false", autocomplete: "off", maxlength: 64, "data-testid": "isen-log-action", on: { change: () => this.load() } });
    this.service = h("select", { "data-testid": "isen-log-service", on: { change: () => this.load() } }, ...SERVICES.map((value) => h("option", { value, text: t(`logService_${value}`) })));
    this.lines = h("pre", { class: "isen-log", tabindex: 0, "aria-label": t("logTitle"), "data-testid": "isen-log-lines" });
    this.found = h("small", { class: "isen-muted isen-grow", role: "status" });
    /** @type {HTMLDetailsElement} */
    this.element = h("details", { class: "isen-card isen-fold", open: Boolean(correlationId), on: { toggle: () => this.element.open && this.load() } },
      h("summary", { text: t("logTitle"), "data-testid": "isen-logs" }),
      h("div", { class: "isen-grid" }, field(t("logFor"), this.action, t("logForHint")), field(t("logService"), this.service)),
      h("div", { class: "isen-row" }, this.found, button(t("logRefresh"), () => this.load(), { icon: "refresh", testid: "isen-log-refresh" })), this.lines);
    if (correlationId) this.load();
  }

  async load() {
    const asked = ++this.#asked;
    const service = this.service.value === "all" ? "" : this.service.value;
    const wanted = { limit: MOST, correlation_id: this.action.value.trim(), service };
    const answer = await this.store.attempt(() => this.store.api.system.logs(wanted));
    if (!answer || asked !== this.#asked) return;
    say(this.lines, linesOf(answer.items).join("\n"));
    say(this.found, answer.items.length ? counted("logLines", answer.items.length) : t("logNone"));
    this.lines.scrollTop = this.lines.scrollHeight;
  }
}

/** The day stands above its first line, where that is not today. @param {Isengard.LogLine[]} items */
function linesOf(items) {
  let last = day(new Date().toISOString());
  return items.flatMap((item) => {
    const now = Number.isNaN(Date.parse(item.timestamp)) ? last : day(item.timestamp);
    const head = now === last ? [] : [`– ${now} –`];
    last = now;
    return [...head, written(item)];
  });
}

/** "10:02:11 WARNING api ui-1f… Request refused {…}" @param {Isengard.LogLine} logLine */
function written({ timestamp, level, service, correlation_id: id, message, context }) {
  const { logger: _, ...rest } = context ?? {};
  const more = Object.keys(rest).length ? ` ${JSON.stringify(rest)}` : "";
  return `${clock(timestamp)} ${level} ${service} ${id || "-"} ${message}${more}`;
}
