/** The frame: title, tabs, banners, the view of the route, and the bar that offers to undo. */

import { h, icon } from "../lib/dom.js";
import { t } from "../locales/words.js";
import { exchange } from "../session.js";
import { View } from "./view.js";

const TABS = ["characters", "training", "images", "video"];
const VIEWS = { characters: "isen-characters", training: "isen-trainings", images: "isen-images", video: "isen-video" };
const UNDO_MS = 8000;

export class IsenPanel extends View {
  build() {
    this.className = "isen-panel";
    this.append(h("link", { rel: "stylesheet", href: new URL("../styles/panel.css", import.meta.url).href }));
    this.append(h("link", { rel: "stylesheet", href: new URL("../styles/views.css", import.meta.url).href }));
    this.tabs = h("div", { class: "isen-tabs", role: "tablist", "aria-label": t("title") });
    for (const name of TABS) this.tabs.append(this.#tab(name));
    const gear = h("button", {
      class: "isen-icon", title: t("settings"), "aria-label": t("settings"), "data-testid": "isen-settings",
      on: { click: () => this.store.go({ tab: "settings" }) },
    }, icon("cog"));
    this.banners = h("div", { class: "isen-banners", role: "status", "aria-live": "polite" });
    this.body = h("div", { class: "isen-body", role: "tabpanel" });
    this.undoBar = h("div", { class: "isen-undo", role: "status", "aria-live": "polite", hidden: true });
    this.append(h("header", { class: "isen-head" }, h("strong", { text: t("title") }), gear), this.tabs, this.banners, this.body, this.undoBar);
    // ComfyUI listens for keys on the window: with a button of ours focused, "w" would switch its tabs.
    this.addEventListener("keydown", (event) => event.stopPropagation());
    this.addEventListener("isen-undo", (event) => this.#offerUndo(event.detail));
  }

  shown() {
    if (this.store.state.connection === "offline") this.store.refresh();
  }

  update(state) {
    for (const tab of this.tabs.children) {
      const selected = tab.dataset.tab === state.route.tab;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
    }
    this.#banner(state);
    const key = this.#viewKey(state);
    if (this.body.dataset.view !== key) {
      this.body.dataset.view = key;
      this.body.replaceChildren(this.#view(state));
    }
  }

  #viewKey({ connection, route, characters }) {
    if (connection === "locked") return "locked";
    if (characters === null) return "loading";
    return JSON.stringify(route);
  }

  #view(state) {
    if (state.connection === "locked") return this.#locked();
    if (state.characters === null) return h("p", { class: "isen-muted isen-center", text: t("loading") });
    const { route } = state;
    let name = VIEWS[route.tab] ?? "isen-settings";
    if (route.tab === "characters" && route.id) name = "isen-character";
    if (route.tab === "training" && route.job) name = "isen-job";
    if (route.tab === "training" && route.train) name = "isen-train";
    return Object.assign(document.createElement(name), { store: this.store, route });
  }

  #banner(state) {
    const lines = [];
    if (state.connection === "offline") lines.push(["isen-warn", t("offline")]);
    if (state.connection === "starting" && state.characters === null) lines.push(["isen-note", t("starting")]);
    if (state.health?.mode === "fast-test") lines.push(["isen-note", t("fastTest")]);
    if (state.problem) lines.push(["isen-error", `${state.problem.message} ${state.problem.hint}`, "isen-problem"]);
    const key = JSON.stringify(lines);
    if (this.banners.dataset.key === key) return;
    this.banners.dataset.key = key;
    this.banners.replaceChildren(...lines.map(([kind, text, id]) => h("p", { class: kind, text, "data-testid": id })));
  }

  #tab(name) {
    const tab = h("button", {
      class: "isen-tab", role: "tab", text: t(name), "data-tab": name, "data-testid": `isen-tab-${name}`,
      on: { click: () => this.store.go({ tab: name }), keydown: (event) => this.#arrow(event) },
    });
    return tab;
  }

  #arrow(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const at = TABS.indexOf(event.target.dataset.tab);
    const next = this.tabs.children[(at + move + TABS.length) % TABS.length];
    next.focus();
    next.click();
  }

  #locked() {
    const token = h("input", { type: "password", autocomplete: "off", "aria-label": t("token"), "data-testid": "isen-token" });
    const wrong = h("p", { class: "isen-error", role: "alert", hidden: true, text: t("tokenWrong") });
    const open = async (event) => {
      event.preventDefault();
      wrong.hidden = await exchange(this.store.api, token.value.trim());
      if (wrong.hidden) await this.store.refresh();
    };
    return h("form", { class: "isen-stack", on: { submit: open } },
      h("p", { text: t("locked") }), h("p", { class: "isen-muted", text: t("lockedHow") }), token, wrong,
      h("button", { type: "submit", class: "isen-primary", text: t("unlock") }));
  }

  #offerUndo({ text, undo }) {
    clearTimeout(this.undoTimer);
    const hide = () => (this.undoBar.hidden = true);
    const button = h("button", { text: t("undo"), "data-testid": "isen-undo", on: { click: () => { hide(); undo(); } } });
    this.undoBar.replaceChildren(h("span", { text }), undo ? button : "");
    this.undoBar.hidden = false;
    this.undoTimer = setTimeout(hide, UNDO_MS);
  }
}

/** Tell what was done and offer to take it back; `undo` null for what cannot be undone. */
export function offerUndo(element, text, undo) {
  element.dispatchEvent(new CustomEvent("isen-undo", { bubbles: true, detail: { text, undo } }));
}
