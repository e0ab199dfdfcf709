/**
 * ComfyUI's frontend by its `app`, for 1.27 to 1.59: registering the tab, addresses, the badge, workflows. Never reads
 * ComfyUI's DOM. Its twin for pages without `app` is comfy_sdk.js; the panel knows what both can do alone (Isengard.Frontend).
 */

import { fillWidgets, showBeside } from "./comfy_canvas.js";
import { APP_CAPABILITIES, presence } from "./comfy_capabilities.js";
import { chooseFirst, keepLabels, renewList, startNode } from "./comfy_lists.js";
import { PageTitle } from "./comfy_title.js";

const TAB = "isengard";
const PERSON = "IsengardCharacter";
/** On ComfyUI's settings page; its words in other languages: `locales/`. */
const BUTTON = "Isengard.ActionBarButton";
/** App Mode and Focus Mode hide the sidebar, though what is in it stays connected: the panel then opens over the page. */
const APPEARS_MS = 400;
/** Time for the sidebar to take its width. */
const SETTLES_MS = 50;
/** In a window narrower than that, the sidebar's share is too narrow for any panel and cannot be dragged wider. */
const SMALL_WINDOW_PX = 768;
const LEAST_PX = 240;
/** Where the panel may be: in App Mode the sidebar of the graph is still there, with a place of its own. */
const MOST_PLACES = 4;
const TOAST_MS = 8000;
/** Time for Vue nodes to be measured after a graph was loaded. */
const MEASURED_MS = 500;

/** @typedef {import("./comfy_lists.js").Definition} NodeDefinition */

/** @implements {Isengard.Frontend} */
export class AppFrontend {
  /** The places, the newest first. @type {HTMLElement[]} */
  #places = [];
  /** @type {HTMLDialogElement | null} */
  #over = null;
  /** @type {() => Isengard.Shell} */
  #mount;
  /** @type {PageTitle | null} */
  #title = null;

  /** `page.comfyAPI` is what ComfyUI's own /scripts/app.js and /scripts/api.js hand out. @param {any} page */
  constructor(page) {
    this.page = page;
    this.app = page.comfyAPI.app.app;
    this.api = page.comfyAPI.api.api;
    /** 1.54 and later give up after 60 s unless told not to. @type {Isengard.Api["ways"]} */
    this.ways = {
      fetch: (path, init) => this.api.fetchApi(path, { ...init, timeoutMs: null }),
      url: (path) => this.api.apiURL(path),
    };
  }

  get #tabs() {
    return this.app.extensionManager.sidebarTab;
  }

  /** @param {Isengard.Registration} panel */
  register({ mount, shown, hide, words, home }) {
    const open = () => this.#open();
    this.#mount = mount;
    this.app.registerExtension({
      name: "isengard.sidebar",
      commands: [{ id: "Isengard.open", label: words.open, icon: "pi pi-user", function: open }],
      keybindings: [{ commandId: "Isengard.open", combo: { key: "i", alt: true, shift: true } }],
      menuCommands: [{ path: ["Extensions"], commands: ["Isengard.open"] }],
      settings: [{ id: BUTTON, category: ["Isengard", "Panel", "ActionBarButton"], name: words.button, tooltip: words.buttonHint, type: "boolean", defaultValue: true }],
      // what the person chose was read before any pack
      actionBarButtons: this.app.extensionManager?.setting?.get(BUTTON) === false ? [] : [{ icon: "pi pi-user", tooltip: words.open, onClick: open }],
      aboutPageBadges: [{ label: words.title, url: home, icon: "pi pi-user" }],
      beforeRegisterNodeDef: (/** @type {unknown} */ _, /** @type {NodeDefinition} */ definition) => keepLabels(definition),
      nodeCreated: startNode,
      loadedGraphNode: (/** @type {import("./comfy_lists.js").Node} */ node) => chooseFirst(node),
      refreshComboInNodes: () => this.#nodes().forEach((node) => chooseFirst(node)),
      setup: () => this.#addTab(words, shown, hide),
    });
  }

  /** @param {Isengard.Registration["words"]} words @param {() => void} shown @param {() => void} hide */
  #addTab(words, shown, hide) {
    const tabs = this.#tabs;
    // the manager's own `registerSidebarTab` is an alias that newer frontends drop
    (tabs.registerSidebarTab ? tabs : this.app.extensionManager).registerSidebarTab({
      id: TAB,
      title: words.title,
      tooltip: words.tooltip,
      icon: "pi pi-user",
      type: "custom",
      // The element may be detached, re-used by another tab, or rendered twice: always replace, never assume.
      /** @param {HTMLElement} element */
      render: (element) => {
        this.#over?.close();
        this.#places = [element, ...this.#places.filter((known) => known !== element)].slice(0, MOST_PLACES);
        element.replaceChildren(this.#mount());
        element.style.height = "100%";
        queueMicrotask(shown);
        setTimeout(() => squeezed(this.#mount()) && this.#openOver(), SETTLES_MS);
      },
      destroy: () => setTimeout(() => tabs.activeSidebarTabId === TAB && this.#bringBack(), SETTLES_MS),
    });
    // From one custom tab to another `destroy` is not called: take our panel away ourselves.
    const changed = (/** @type {unknown} */ _, /** @type {{activeSidebarTabId: string}} */ state) => state.activeSidebarTabId !== TAB && !this.#over && hide();
    tabs.$subscribe?.(changed, { flush: "sync" });
  }

  /** From App Mode to the graph its place is taken away together with the panel. */
  #bringBack() {
    const panel = this.#mount();
    if (this.#over || panel.getClientRects().length) return;
    this.#places.find((known) => known.getClientRects().length)?.replaceChildren(panel);
  }

  #open() {
    if (this.#over) return this.#mount().takeFocus();
    if (this.#tabs.activeSidebarTabId !== TAB) this.#tabs.toggleSidebarTab(TAB);
    setTimeout(() => {
      const panel = this.#mount();
      if (!panel.getClientRects().length || squeezed(panel)) this.#openOver();
      panel.takeFocus();
    }, APPEARS_MS);
  }

  /** Esc, the cross or a click beside it closes it. The tab that cannot show it is not left open and blank. */
  #openOver() {
    const panel = this.#mount();
    if (this.#tabs.activeSidebarTabId === TAB) this.#tabs.toggleSidebarTab(TAB);
    const dialog = (this.#over = document.createElement("dialog"));
    dialog.style.cssText = "inset:0 auto 0 0;margin:0;padding:0;border:0;height:100dvh;max-height:none;width:min(480px,100vw);max-width:none;background:var(--bg-color)";
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (this.#over === dialog) this.#over = null;
      this.#mount().over(null); // it may have been made anew meanwhile, in another language
    });
    // What ComfyUI makes of Esc would keep it open.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    let began = /** @type {EventTarget | null} */ (null);
    dialog.addEventListener("pointerdown", ({ target }) => (began = target)); // text may be marked beyond the panel's edge
    dialog.addEventListener("click", ({ target }) => target === dialog && began === dialog && dialog.close());
    dialog.append(panel);
    document.body.append(dialog);
    dialog.showModal();
    panel.over(() => dialog.close());
  }

  /** Whether ComfyUI's desktop app shows the page (what ComfyUI-Manager looks for, too). */
  inDesktopApp() {
    return "electronAPI" in this.page;
  }

  /** The language of ComfyUI's own words, as far as it can be told yet. */
  locale() {
    return this.app.extensionManager?.setting?.get("Comfy.Locale") ?? null;
  }

  /** Calls `changed` when somebody chooses another one. @param {() => unknown} changed */
  onLocale(changed) {
    this.app.ui?.settings?.addEventListener?.("Comfy.Locale.change", changed);
  }

  /** The number on the tab's icon; '' takes it away. @param {string} text */
  badge(text) {
    const tab = this.app.extensionManager?.sidebarTab?.sidebarTabs?.find((/** @type {{id: string}} */ known) => known.id === TAB);
    const wanted = text || null;
    if (tab && (tab.iconBadge ?? null) !== wanted) tab.iconBadge = wanted;
  }

  /** Before the page's title; '' gives it back. @param {string} words */
  title(words) {
    (this.#title ??= new PageTitle(this.page.document)).say(words);
  }

  /** @param {Isengard.Toast} toast */
  toast({ severity, title, text }) {
    this.app.extensionManager?.toast?.add({ severity, summary: title, detail: text, life: TOAST_MS });
  }

  /** What is kept in this browser. @returns {Isengard.Memory} */
  get memory() {
    return this.page.localStorage;
  }

  /** The lists on nodes, asked anew: without the session nobody was in them. A page that still loads asks by itself. */
  async refreshNodes() {
    if (this.app.graph) await this.app.refreshComboInNodes?.();
  }

  /** Every node, those inside subgraphs too. @returns {any[]} */
  #nodes() {
    const root = this.app.rootGraph ?? this.app.graph;
    return [root, ...(root?.subgraphs?.values() ?? [])].flatMap((graph) => graph?.nodes ?? []);
  }

  /** The list of people on nodes, after one was made, renamed or deleted: that node's alone, where ComfyUI's own renewal fetches all. */
  async renewPeople() {
    if (!this.app.graph) return;
    const answer = await this.api.fetchApi(`/object_info/${PERSON}`);
    const definition = answer.ok ? (await answer.json())[PERSON] : undefined;
    if (!definition) return;
    await this.app.registerNodeDef(PERSON, definition);
    for (const node of this.#nodes()) node.type === PERSON ? renewList(node, definition) : chooseFirst(node);
    this.app.canvas?.setDirty(true, true);
  }

  /** What is on the canvas now as an API graph: subgraphs flattened, muted nodes left out, as ComfyUI would run it. */
  canvasGraph = async () => (await this.app.graphToPrompt()).output;

  /**
   * A new canvas tab with this API-format graph, in its recipe's own layout where it has one, beside what covers the canvas
   * up to `left` pixels.
   * @param {Isengard.OpenedRecipe} opened
   * @param {string} name
   * @param {number} left
   */
  async openWorkflow({ graph, layout }, name, left) {
    const { app } = this;
    if (layout) {
      await app.loadGraphData(layout, true, false, name);
      for (const node of app.graph.nodes) fillWidgets(app, node, graph[node.id]?.inputs ?? {});
    } else {
      await app.loadApiJson(graph, name);
    }
    // the frontend fits the whole canvas, what lies below the sidebar too, in the frame after it has loaded
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    // Vue nodes are measured then, and a view that moves meanwhile leaves links where no node is
    if (app.extensionManager.setting.get("Comfy.VueNodes.Enabled")) await new Promise((done) => setTimeout(done, MEASURED_MS));
    showBeside(app, left);
  }

  /** What the page has of what Isengard uses, for a bug report. @returns {Isengard.FrontendReport} */
  report() {
    const release = String(this.page.__COMFYUI_FRONTEND_VERSION__ ?? "");
    return { adapter: "app", version: release, capabilities: presence(APP_CAPABILITIES, { app: this.app, comfy: this.page.comfy, release }) };
  }
}

/** As on a phone, where the sidebar is 50 to 130 px wide. @param {HTMLElement} panel */
function squeezed(panel) {
  return innerWidth < SMALL_WINDOW_PX && panel.getClientRects().length > 0 && panel.clientWidth < LEAST_PX;
}
