/** Both faces of ComfyUI's frontend: which one is taken, what is registered, and what a report tells of it. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { AppFrontend } from "../../js/comfy.js";
import { fillWidgets, showBeside } from "../../js/comfy_canvas.js";
import { APP_CAPABILITIES, isFrom, presence } from "../../js/comfy_capabilities.js";
import { SdkFrontend } from "../../js/comfy_sdk.js";
import { frontendOf } from "../../js/frontend.js";
import { FakeElement, installDocument } from "./fake_dom.mjs";
import { offer } from "./sdk/host.mjs";

const WORDS = { title: "Isengard", tooltip: "Isengard: train a person", open: "Open Isengard", button: "A button", buttonHint: "" };

/** ComfyUI's page with `app`; `tabs` and `manager` are what this release has. */
function appPage({ tabs = {}, manager = {}, release = "1.58.1" } = {}) {
  const told = { tabs: [], aliased: [], extensions: [], toasts: [], asked: [] };
  const sidebarTab = { registerSidebarTab: (tab) => told.tabs.push(tab), toggleSidebarTab: () => {}, $subscribe: () => {}, ...tabs };
  const setting = { get: (id) => ({ "Comfy.Locale": "de", "Comfy.VueNodes.Enabled": false })[id] };
  const command = { execute: () => {}, commands: [{ id: "Comfy.ToggleLinear" }] };
  const app = {
    registerExtension: (extension) => told.extensions.push(extension),
    extensionManager: { sidebarTab, registerSidebarTab: (tab) => told.aliased.push(tab), setting, command, toast: { add: (toast) => told.toasts.push(toast) }, ...manager },
    loadGraphData: () => {},
    graphToPrompt: async () => ({ output: { 1: { class_type: "A", inputs: {} } } }),
  };
  const api = { fetchApi: async (path, init) => (told.asked.push([path, init]), new Response("{}")), apiURL: (path) => `/api${path}` };
  return { told, page: { comfyAPI: { app: { app }, api: { api } }, __COMFYUI_FRONTEND_VERSION__: release, localStorage: "this browser's" } };
}

function registered(frontend) {
  const shell = { getClientRects: () => [1], takeFocus: () => {}, over: () => {} };
  frontend.register({ mount: () => shell, shown: () => {}, hide: () => {}, words: WORDS });
  return shell;
}

test("`app` is taken as long as there is one, the SDK where there is none, and a page with neither is told", () => {
  const { comfy } = offer();
  const { page } = appPage();
  assert.ok(frontendOf({ ...page, comfy }) instanceof AppFrontend);
  assert.ok(frontendOf({ comfy }) instanceof SdkFrontend);
  assert.throws(() => frontendOf({}), /neither `app` nor the Custom Nodes SDK/);
  assert.throws(() => frontendOf({ comfy: { supports: () => false } }), /Update ComfyUI/);
});

test("the tab is registered by the call that stays, and by the alias where that is all there is", () => {
  for (const [tabs, at] of [[{}, "tabs"], [{ registerSidebarTab: undefined }, "aliased"]]) {
    const { page, told } = appPage({ tabs });
    registered(new AppFrontend(page));
    assert.equal(told.extensions.length, 1);
    told.extensions[0].setup();
    assert.deepEqual([told.tabs.length, told.aliased.length], at === "tabs" ? [1, 0] : [0, 1]);
    const [tab] = told[at];
    assert.deepEqual([tab.id, tab.title, tab.type], ["isengard", "Isengard", "custom"]);
  }
});

test("the command has its key, its menu and its button", () => {
  const { page, told } = appPage();
  registered(new AppFrontend(page));
  const [{ commands, keybindings, menuCommands, actionBarButtons }] = told.extensions;
  assert.deepEqual([commands[0].id, commands[0].label], ["Isengard.open", "Open Isengard"]);
  assert.deepEqual(keybindings, [{ commandId: "Isengard.open", combo: { key: "i", alt: true, shift: true } }]);
  assert.deepEqual([menuCommands[0].commands, actionBarButtons.length], [["Isengard.open"], 1]);
});

test("the button is left out where the person switched it off, by either face", () => {
  const { page, told } = appPage({ manager: { setting: { get: (id) => id !== "Isengard.ActionBarButton" } } });
  registered(new AppFrontend(page));
  assert.deepEqual(told.extensions[0].actionBarButtons, []);
  const host = offer({ settings: { "Isengard.ActionBarButton": false } });
  registered(new SdkFrontend({ comfy: host.comfy }));
  assert.equal(host.told.buttons.size, 0);
});

test("what is asked of the page by `app`", async () => {
  const { page, told } = appPage();
  const frontend = new AppFrontend(page);
  await frontend.ways.fetch("/isengard/health", { method: "GET" });
  assert.deepEqual(told.asked, [["/isengard/health", { method: "GET", timeoutMs: null }]]);
  assert.deepEqual([frontend.ways.url("/isengard/x"), frontend.locale(), frontend.inDesktopApp(), frontend.memory], ["/api/isengard/x", "de", false, "this browser's"]);
  assert.deepEqual(await frontend.canvasGraph(), { 1: { class_type: "A", inputs: {} } });
  frontend.toast({ severity: "success", title: "Anna is trained", text: "Isengard" });
  assert.deepEqual(told.toasts, [{ severity: "success", summary: "Anna is trained", detail: "Isengard", life: 8000 }]);
});

test("releases are compared by their numbers", () => {
  for (const [release, since] of [["1.27.0", "1.27"], ["1.58.1", "1.32.4"], ["1.59.0.dev2", "1.54"], ["2.0.0", "1.54"]]) assert.ok(isFrom(release, since), release);
  for (const [release, since] of [["1.9.0", "1.27"], ["1.32.3", "1.32.4"], ["1.53.10", "1.54"], ["", "1.2.4"], ["nightly", "1.2.4"]]) assert.ok(!isFrom(release, since), release);
});

test("a report tells the release, and of each capability its first release and whether it is there", () => {
  const had = (more) => Object.fromEntries(new AppFrontend(appPage(more).page).report().capabilities.map(({ name, present }) => [name, present]));
  const { page } = appPage();
  const report = new AppFrontend(page).report();
  assert.deepEqual([report.adapter, report.version], ["app", "1.58.1"]);
  assert.deepEqual(report.capabilities.find((one) => one.name === "fetch_timeout"), { name: "fetch_timeout", since: "1.54", present: true });
  assert.deepEqual(report.capabilities.map(({ name, since }) => [name, since]), APP_CAPABILITIES.map(({ name, since }) => [name, since]));
  const old = had({ release: "1.32.3", tabs: { registerSidebarTab: undefined }, manager: { toast: undefined } });
  assert.deepEqual([old.sidebar_tab, old.sidebar_tab_alias, old.toasts, old.action_bar_buttons, old.commands], [false, true, false, false, true]);
  const now = had({ manager: { registerSidebarTab: undefined } });
  assert.deepEqual([now.sidebar_tab, now.sidebar_tab_alias, now.app_mode, now.focus_mode, now.vue_nodes, now.custom_nodes_sdk], [true, false, true, false, true, false]);
  assert.deepEqual(presence(APP_CAPABILITIES, { release: "" }).filter((one) => one.present), [], "a page that still loads has nothing");
});

test("values go onto a node as if somebody had chosen them, and what has them already is left alone", () => {
  const told = [];
  const widget = (name, value) => ({ name, value, callback: (chosen) => told.push([name, chosen]) });
  const node = { widgets: [widget("seed", 0), widget("control_after_generate", "randomize"), widget("steps", 20), widget("model", "a"), { name: "prompt", value: "" }] };
  fillWidgets({ canvas: {} }, node, { seed: 42, steps: 20, model: ["4", 0], prompt: "portrait" });
  assert.deepEqual(node.widgets.map((one) => one.value), [42, "fixed", 20, "a", "portrait"]);
  assert.deepEqual(told, [["seed", 42], ["control_after_generate", "fixed"]]);
});

test("the view is moved so that the first node begins right of what covers the canvas", () => {
  Object.assign(globalThis, { innerWidth: 1400, innerHeight: 1000 });
  for (const [left, width] of [[0, 300], [400, 300], [371, 4000]]) {
    const ds = { scale: 3, offset: [0, 0] };
    showBeside({ graph: { nodes: [{ pos: [-80, 40], size: [width, 200] }] }, canvas: { ds, setDirty() {} } }, left);
    assert.equal(Math.round((-80 + ds.offset[0]) * ds.scale), left + 60);
    assert.ok(ds.scale <= 1 && ds.scale >= 0.35);
  }
});

test("the panel over the page closes by a press beside it, not by a text that is marked beyond its edge", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const document = installDocument();
  document.body = document.createElement("body");
  Object.assign(FakeElement.prototype, { showModal() { this.open = true; }, close() { this.open = false; } });
  const { page, told } = appPage({ tabs: { activeSidebarTabId: "isengard" } });
  const shell = Object.assign(document.createElement("isen-panel"), { getClientRects: () => [], takeFocus: () => {}, over: () => {} });
  new AppFrontend(page).register({ mount: () => shell, shown: () => {}, hide: () => {}, words: WORDS, home: "" });
  told.extensions[0].commands[0].function();
  mock.timers.tick(400);
  const [dialog] = document.body.children;
  const press = async (from, to) => {
    await dialog.fire("pointerdown", { target: from });
    await dialog.fire("click", { target: to });
    return dialog.open;
  };
  assert.deepEqual([await press(shell, shell), await press(shell, dialog), await press(dialog, dialog)], [true, true, false]);
  mock.timers.reset();
});
