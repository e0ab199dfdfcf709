/**
 * Everything that depends on ComfyUI's frontend, for 1.27 to 1.58: registering the tab, addresses, the badge, workflows.
 * Never reads ComfyUI's DOM.
 */

import { app } from "../../scripts/app.js";
import { api } from "../../scripts/api.js";
import { chooseFirst, keepLabels, renewList, showLabels } from "./comfy_lists.js";

const TAB = "isengard";
/** ComfyUI's page "About" links to it. */
const HOME = "https://github.com/isengard-nodes/isengard";
/** On ComfyUI's settings page; its words in other languages: `locales/`. */
const BUTTON = "Isengard.ActionBarButton";
/** App Mode and Focus Mode hide the sidebar, though what is in it stays connected: the panel then opens over the page. */
const APPEARS_MS = 400;
/** Time for the sidebar to take its width. */
const SETTLES_MS = 50;
/** In a window narrower than that, the sidebar's share is too narrow for any panel and cannot be dragged wider. */
const SMALL_WINDOW_PX = 768;
const LEAST_PX = 240;

/** Where the panel may be, the newest first: in App Mode the sidebar of the graph is still there, with a place of its own. @type {HTMLElement[]} */
let places = [];
const MOST_PLACES = 4;
/** @type {HTMLDialogElement | null} */
let over = null;

/** How the API is reached; 1.58 gives up after 60 s unless told not to. @type {Isengard.Api["ways"]} */
export const ways = {
  fetch: (path, init) => api.fetchApi(path, { ...init, timeoutMs: null }),
  url: (path) => api.apiURL(path),
};

/** @typedef {import("./comfy_lists.js").Definition} NodeDefinition */
/** @typedef {HTMLElement & {takeFocus: () => void, over: (leave: (() => void) | null) => void}} Panel */

/** @param {{mount: () => Panel, shown: () => void, hide: () => void, words: {title: string, tooltip: string, open: string, button: string, buttonHint: string}}} panel */
export function register({ mount, shown, hide, words }) {
  const open = () => openPanel(mount);
  app.registerExtension({
    name: "isengard.sidebar",
    commands: [{ id: "Isengard.open", label: words.open, icon: "pi pi-user", function: open }],
    keybindings: [{ commandId: "Isengard.open", combo: { key: "i", alt: true, shift: true } }],
    menuCommands: [{ path: ["Extensions"], commands: ["Isengard.open"] }],
    settings: [{ id: BUTTON, category: ["Isengard", "Panel", "ActionBarButton"], name: words.button, tooltip: words.buttonHint, type: "boolean", defaultValue: true }],
    // what the person chose was read before any pack
    actionBarButtons: app.extensionManager?.setting?.get(BUTTON) === false ? [] : [{ icon: "pi pi-user", tooltip: words.open, onClick: open }],
    aboutPageBadges: [{ label: words.title, url: HOME, icon: "pi pi-user" }],
    beforeRegisterNodeDef: (/** @type {unknown} */ _, /** @type {NodeDefinition} */ definition) => keepLabels(definition),
    nodeCreated: showLabels,
    loadedGraphNode: chooseFirst,
    refreshComboInNodes: () => allNodes().forEach(chooseFirst),
    setup() {
      const tabs = app.extensionManager.sidebarTab;
      app.extensionManager.registerSidebarTab({
        id: TAB,
        title: words.title,
        tooltip: words.tooltip,
        icon: "pi pi-user",
        type: "custom",
        // The element may be detached, re-used by another tab, or rendered twice: always replace, never assume.
        /** @param {HTMLElement} element */
        render(element) {
          over?.close();
          places = [element, ...places.filter((known) => known !== element)].slice(0, MOST_PLACES);
          element.replaceChildren(mount());
          element.style.height = "100%";
          queueMicrotask(shown);
          setTimeout(() => squeezed(mount()) && openOver(mount()), SETTLES_MS);
        },
        destroy() {
          setTimeout(() => tabs.activeSidebarTabId === TAB && bringBack(mount()), SETTLES_MS);
        },
      });
      // From one custom tab to another `destroy` is not called: take our panel away ourselves.
      tabs.$subscribe?.((/** @type {unknown} */ _, /** @type {{activeSidebarTabId: string}} */ state) => state.activeSidebarTabId !== TAB && !over && hide(), { flush: "sync" });
    },
  });
}

/** From App Mode to the graph its place is taken away together with the panel. @param {Panel} panel */
function bringBack(panel) {
  if (over || panel.getClientRects().length) return;
  places.find((known) => known.getClientRects().length)?.replaceChildren(panel);
}

/** @param {() => Panel} mount */
function openPanel(mount) {
  if (over) return mount().takeFocus();
  const tabs = app.extensionManager.sidebarTab;
  if (tabs.activeSidebarTabId !== TAB) tabs.toggleSidebarTab(TAB);
  setTimeout(() => {
    const panel = mount();
    if (!panel.getClientRects().length || squeezed(panel)) openOver(panel);
    panel.takeFocus();
  }, APPEARS_MS);
}

/** As on a phone, where the sidebar is 50 to 130 px wide. @param {Panel} panel */
function squeezed(panel) {
  return innerWidth < SMALL_WINDOW_PX && panel.getClientRects().length > 0 && panel.clientWidth < LEAST_PX;
}

/** Esc, the cross or a click beside it closes it. The tab that cannot show it is not left open and blank. @param {Panel} panel */
function openOver(panel) {
  const tabs = app.extensionManager.sidebarTab;
  if (tabs.activeSidebarTabId === TAB) tabs.toggleSidebarTab(TAB);
  const dialog = (over = document.createElement("dialog"));
  dialog.style.cssText = "inset:0 auto 0 0;margin:0;padding:0;border:0;height:100dvh;max-height:none;width:min(480px,100vw);max-width:none;background:var(--bg-color)";
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (over === dialog) over = null;
    panel.over(null);
  });
  // What ComfyUI makes of Esc would keep it open.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.append(panel);
  document.body.append(dialog);
  dialog.showModal();
  panel.over(() => dialog.close());
}

/** Whether ComfyUI's desktop app shows the page (what ComfyUI-Manager looks for, too). */
export function inDesktopApp() {
  return "electronAPI" in globalThis;
}

/** The language of ComfyUI's own words, as far as it can be told yet. */
export function locale() {
  return app.extensionManager?.setting?.get("Comfy.Locale") ?? null;
}

/** The number on the tab's icon; '' takes it away. @param {string} text */
export function badge(text) {
  const tab = app.extensionManager?.sidebarTab?.sidebarTabs?.find((/** @type {{id: string}} */ known) => known.id === TAB);
  const wanted = text || null;
  if (tab && (tab.iconBadge ?? null) !== wanted) tab.iconBadge = wanted;
}

/** The lists on nodes, asked anew: without the session nobody was in them. A page that still loads asks by itself. */
export async function refreshNodes() {
  if (app.graph) await app.refreshComboInNodes?.();
}

/** Every node, those inside subgraphs too. @returns {any[]} */
function allNodes() {
  const root = app.rootGraph ?? app.graph;
  return [root, ...(root?.subgraphs?.values() ?? [])].flatMap((graph) => graph?.nodes ?? []);
}

const PERSON = "IsengardCharacter";

/** The list of people on nodes, after one was made, renamed or deleted: that node's alone, where ComfyUI's own renewal fetches all. */
export async function renewPeople() {
  if (!app.graph) return;
  const answer = await api.fetchApi(`/object_info/${PERSON}`);
  const definition = answer.ok ? (await answer.json())[PERSON] : undefined;
  if (!definition) return;
  await app.registerNodeDef(PERSON, definition);
  for (const node of allNodes()) if (node.type === PERSON) renewList(node, definition);
  app.canvas?.setDirty(true, true);
}

/** What is on the canvas now as an API graph: subgraphs flattened, muted nodes left out, as ComfyUI would run it. */
export async function canvasGraph() {
  return (await app.graphToPrompt()).output;
}

/**
 * A new canvas tab with this API-format graph, in its recipe's own layout where it has one, beside what covers the canvas
 * up to `left` pixels.
 * @param {Isengard.OpenedRecipe} opened
 * @param {string} name
 * @param {number} left
 */
export async function openOnCanvas({ graph, layout }, name, left) {
  if (layout) {
    // as a graph: the shipped layouts open as apps
    await app.loadGraphData({ ...layout, extra: { .../** @type {object} */ (layout.extra), linearMode: false } }, true, false, name);
    for (const node of app.graph.nodes) fillWidgets(node, graph[node.id]?.inputs ?? {});
  } else {
    await app.loadApiJson(graph, name);
  }
  // the frontend fits the whole canvas, what lies below the sidebar too, in the frame after it has loaded
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  showBeside(left);
}

/**
 * A node's widgets with the graph's values; what makes a new seed at each run is set to keep this one.
 * @param {any} node @param {Record<string, unknown>} inputs
 */
function fillWidgets(node, inputs) {
  for (const widget of node.widgets ?? []) {
    const value = widget.name === "control_after_generate" ? "fixed" : inputs[widget.name];
    if (value !== undefined && !Array.isArray(value)) widget.value = value;
  }
}

const MARGIN = 60;
const SMALLEST = 0.35;

/** Moves the view so that every node, or at least the first ones, lie in the free part of the window. @param {number} left */
function showBeside(left) {
  /** @type {number[][]} */
  const boxes = app.graph.nodes.map((/** @type {{pos: number[], size: number[]}} */ node) => [...node.pos, node.pos[0] + node.size[0], node.pos[1] + node.size[1]]);
  if (!boxes.length) return;
  const [x, y] = [0, 1].map((at) => Math.min(...boxes.map((box) => box[at])));
  const [right, bottom] = [2, 3].map((at) => Math.max(...boxes.map((box) => box[at])));
  const room = [globalThis.innerWidth - left - 2 * MARGIN, globalThis.innerHeight - 3 * MARGIN];
  const scale = Math.min(1, Math.max(SMALLEST, Math.min(room[0] / (right - x), room[1] / (bottom - y))));
  const view = app.canvas.ds;
  view.scale = scale;
  view.offset[0] = (left + MARGIN) / scale - x;
  view.offset[1] = (2 * MARGIN) / scale - y;
  app.canvas.setDirty(true, true);
}
