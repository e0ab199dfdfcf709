/**
 * What Isengard uses of ComfyUI's frontend, each with the release that brought it, as "Save a report" tells it. A part of an
 * extension's registration cannot be looked for in the page: it is there from its release on.
 * Releases: the frontend's own README, its types and its wheels; "1.27" is the oldest that Isengard is for.
 */

/** @typedef {{app?: any, api?: any, comfy?: any, release: string}} Offered */
/** @typedef {{name: string, since: string, found?: (page: Offered) => unknown}} Capability */

const OLDEST = "1.27";
const manager = (/** @type {Offered} */ page) => page.app?.extensionManager;
const tabs = (/** @type {Offered} */ page) => manager(page)?.sidebarTab;
const does = (/** @type {unknown} */ thing) => typeof thing === "function";
/** Whether ComfyUI has a command. @param {string} id @returns {(page: Offered) => boolean} */
const command = (id) => (page) => Boolean(manager(page)?.command?.commands?.some((/** @type {{id: string}} */ known) => known.id === id));
/** Whether ComfyUI has a setting. @param {string} id @returns {(page: Offered) => boolean} */
const setting = (id) => (page) => manager(page)?.setting?.get?.(id) !== undefined;

/** @type {Capability[]} */
export const APP_CAPABILITIES = [
  { name: "sidebar_tab", since: OLDEST, found: (page) => does(tabs(page)?.registerSidebarTab) },
  { name: "sidebar_tab_alias", since: "1.2.4", found: (page) => does(manager(page)?.registerSidebarTab) },
  { name: "sidebar_toggle", since: OLDEST, found: (page) => does(tabs(page)?.toggleSidebarTab) },
  { name: "sidebar_changes", since: OLDEST, found: (page) => does(tabs(page)?.$subscribe) },
  { name: "sidebar_badge", since: OLDEST },
  { name: "toasts", since: "1.2.27", found: (page) => does(manager(page)?.toast?.add) },
  { name: "menu_commands", since: "1.3.1" },
  { name: "commands", since: "1.3.7", found: (page) => does(manager(page)?.command?.execute) },
  { name: "keybindings", since: "1.3.7" },
  { name: "settings", since: "1.3.22", found: (page) => does(manager(page)?.setting?.get) },
  { name: "about_badges", since: "1.3.34" },
  { name: "locale", since: "1.5", found: setting("Comfy.Locale") },
  { name: "action_bar_buttons", since: "1.32.4" },
  { name: "fetch_timeout", since: "1.54" },
  { name: "load_graph", since: OLDEST, found: (page) => does(page.app?.loadGraphData) },
  { name: "load_api_graph", since: OLDEST, found: (page) => does(page.app?.loadApiJson) },
  { name: "graph_to_prompt", since: OLDEST, found: (page) => does(page.app?.graphToPrompt) },
  { name: "register_node", since: OLDEST, found: (page) => does(page.app?.registerNodeDef) },
  { name: "refresh_lists", since: OLDEST, found: (page) => does(page.app?.refreshComboInNodes) },
  { name: "focus_mode", since: OLDEST, found: command("Workspace.ToggleFocusMode") },
  { name: "vue_nodes", since: OLDEST, found: setting("Comfy.VueNodes.Enabled") },
  { name: "app_mode", since: "1.32.9", found: command("Comfy.ToggleLinear") },
  { name: "app_form", since: "1.41.14" },
  { name: "custom_nodes_sdk", since: "not released", found: (page) => does(page.comfy?.supports) },
];

/** By the names of the SDK's own capabilities; its surface has one version for all of them. @type {Capability[]} */
export const SDK_CAPABILITIES = ["ui.sidebarTab", "commands", "settings", "storage", "backend", "workflow.open", "graph.nodes"].map((name) => ({
  name: name.replaceAll(/\W/g, "_").toLowerCase(),
  since: "SDK 2.0",
  found: (page) => page.comfy.supports(name),
}));

/** Whether a release, as "1.58.1" or "1.59.0.dev2", is not older than another one; an unknown one is none. @param {string} release @param {string} since */
export function isFrom(release, since) {
  const [ours, wanted] = [release, since].map((text) => text.split(".", 3).map((part) => Number.parseInt(part, 10)));
  if (ours.some(Number.isNaN)) return false;
  for (let at = 0; at < wanted.length; at += 1) if ((ours[at] ?? 0) !== wanted[at]) return (ours[at] ?? 0) > wanted[at];
  return true;
}

/** The table with what this page has of it. @param {Capability[]} table @param {Offered} page @returns {Isengard.Capability[]} */
export function presence(table, page) {
  return table.map(({ name, since, found }) => ({ name, since, present: found ? Boolean(found(page)) : isFrom(page.release, since) }));
}
