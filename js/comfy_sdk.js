/**
 * ComfyUI's frontend by its Custom Nodes SDK (`comfy`, version 2.0), for pages that offer no `app` and no DOM of ComfyUI's.
 *
 * Written from its documentation, in Comfy-Org/ComfyUI_frontend: docs/node-api/ (services.md, graph.md, registration.md, and
 * comfy-api.d.ts, which is the contract) and docs/adr/0027-api-v2-runtime-profiles.md; no release has it yet (1.59.0.dev2).
 * Packs run in the main document there, unless the page is in the SDK's secure profile, for which nothing is written down yet.
 * What the documentation does not tell is not used: how a tab is opened (asked for as a command, else the panel opens in a dialog), a graph
 * in API format, a badge on a tab's icon (it stands in the top bar), a menu of packs.
 */

import { SDK_CAPABILITIES, presence } from "./comfy_capabilities.js";
import { buildGraph, fillGraph, showGraphBeside } from "./comfy_sdk_canvas.js";
import { SdkMemory } from "./comfy_sdk_memory.js";
import { PageTitle } from "./comfy_title.js";

const TAB = "isengard.panel";
/** What the frontend calls the command that it makes for each tab; opened only where there is one. */
const TOGGLE = `Workspace.ToggleSidebarTab.${TAB}`;
const ICON = "pi pi-user";
/** On ComfyUI's settings page. */
const BUTTON = "Isengard.ActionBarButton";
/** Time for a tab that was asked for to come. */
const APPEARS_MS = 400;
const TOAST_MS = 8000;
const BOX = "height:min(80dvh,1000px);width:min(480px,86vw)";

/** @implements {Isengard.Frontend} */
export class SdkFrontend {
  /** @type {{close(): void} | null} */
  #dialog = null;
  /** @type {{update(changes: {text: string}): void, remove(): void} | null} */
  #badge = null;
  /** @type {Isengard.Registration} */
  #panel;
  /** @type {PageTitle | null} */
  #title = null;
  /** The SDK tells no graph in API format. @type {null} */
  canvasGraph = null;

  /** @param {any} page */
  constructor(page) {
    this.page = page;
    this.comfy = page.comfy;
    this.memory = new SdkMemory(this.comfy.storage);
    /** @type {Isengard.Api["ways"]} */
    this.ways = {
      fetch: (path, init) => this.comfy.backend.fetch(path, init),
      url: (path) => this.comfy.backend.url(path),
    };
  }

  /** @param {Isengard.Registration} panel */
  register(panel) {
    const { words } = panel;
    this.#panel = panel;
    const run = () => this.#open();
    this.comfy.ui.addSidebarTab({
      id: TAB,
      title: words.title,
      icon: ICON,
      tooltip: words.tooltip,
      render: (/** @type {HTMLElement} */ container) => this.#render(container),
      destroy: () => this.#dialog || panel.hide(),
    });
    this.comfy.commands.register({ id: "Isengard.open", label: words.open, keybinding: { key: "i", alt: true, shift: true }, run });
    this.comfy.settings.declare({ id: BUTTON, name: words.button, tooltip: words.buttonHint, type: "boolean", defaultValue: true, category: ["Isengard", "Panel", "ActionBarButton"] });
    if (this.comfy.settings.get(BUTTON) !== false) this.comfy.ui.addActionBarButton({ id: "Isengard.button", icon: ICON, tooltip: words.open, run });
  }

  /** @param {HTMLElement} container */
  #render(container) {
    this.#dialog?.close();
    container.replaceChildren(this.#panel.mount());
    container.style.height = "100%";
    queueMicrotask(() => this.#panel.shown());
  }

  async #open() {
    const { commands } = this.comfy;
    if (!this.#isSeen() && commands.has(TOGGLE)) {
      await commands.run(TOGGLE);
      await new Promise((resolve) => setTimeout(resolve, APPEARS_MS));
    }
    if (!this.#isSeen()) this.#openDialog();
    this.#panel.mount().takeFocus();
  }

  #isSeen() {
    return this.#panel.mount().getClientRects().length > 0;
  }

  /** Where no tab can show it: in a dialog of ComfyUI's, which closes it and has its own cross. */
  #openDialog() {
    const { mount, shown, words } = this.#panel;
    this.#dialog = this.comfy.ui.showDialog({
      key: TAB,
      title: words.title,
      render: (/** @type {HTMLElement} */ container) => {
        container.style.cssText = BOX;
        container.replaceChildren(mount());
        queueMicrotask(shown);
      },
      destroy: () => {
        this.#dialog = null;
        mount().remove();
      },
    });
  }

  inDesktopApp() {
    return "electronAPI" in this.page;
  }

  /** The language of ComfyUI's own words. */
  locale() {
    return this.comfy.settings.get("Comfy.Locale") ?? null;
  }

  /** The SDK tells of no change: another language is seen when the server is asked the next time. */
  onLocale() {}

  /** The number of running jobs in the top bar; '' takes it away. @param {string} text */
  badge(text) {
    if (!text) {
      this.#badge?.remove();
      this.#badge = null;
    } else if (this.#badge) {
      this.#badge.update({ text });
    } else {
      this.#badge = this.comfy.ui.addTopBarBadge({ id: "Isengard.running", text, icon: ICON, tooltip: this.#panel.words.tooltip });
    }
  }

  /** Before the page's title; '' gives it back. @param {string} words */
  title(words) {
    (this.#title ??= new PageTitle(this.page.document)).say(words);
  }

  /** @param {Isengard.Toast} toast */
  toast({ severity, title, text }) {
    this.comfy.commands.notify({ severity, summary: title, detail: text, life: TOAST_MS });
  }

  /** The lists on nodes, asked anew. */
  async refreshNodes() {
    await this.comfy.defs.refresh();
  }

  /** After a person was made, renamed or deleted; one node's list alone cannot be asked for. */
  async renewPeople() {
    await this.refreshNodes();
  }

  /**
   * This API-format graph as the open workflow, in its recipe's own layout where it has one. The SDK gives it no name.
   * @param {Isengard.OpenedRecipe} opened
   * @param {string} _
   * @param {number} left
   */
  async openWorkflow({ graph, layout }, _, left) {
    const { comfy } = this;
    await comfy.workflow.open(layout ?? EMPTY);
    if (layout) fillGraph(comfy, graph);
    else buildGraph(comfy, graph);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    showGraphBeside(comfy, left);
  }

  /** What the page has of what Isengard uses, for a bug report. @returns {Isengard.FrontendReport} */
  report() {
    return { adapter: "sdk", version: this.comfy.version, capabilities: presence(SDK_CAPABILITIES, { comfy: this.comfy, release: "" }) };
  }
}

/** A workflow with nothing in it, as ComfyUI saves one. */
const EMPTY = { last_node_id: 0, last_link_id: 0, nodes: [], links: [], groups: [], config: {}, extra: {}, version: 0.4 };
