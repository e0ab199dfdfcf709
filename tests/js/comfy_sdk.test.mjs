/** The adapter for the Custom Nodes SDK against a host that does what the SDK's documentation says, and nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { buildGraph, fillGraph, showGraphBeside } from "../../js/comfy_sdk_canvas.js";
import { SdkMemory } from "../../js/comfy_sdk_memory.js";
import { SdkFrontend } from "../../js/comfy_sdk.js";
import { offer } from "./sdk/host.mjs";

const WORDS = { title: "Isengard", tooltip: "Isengard: train a person", open: "Open Isengard", button: "A button", buttonHint: "" };
const GRAPH = {
  4: { class_type: "CheckpointLoaderSimple", inputs: {} },
  7: { class_type: "KSampler", inputs: { model: ["4", 0], seed: 42, steps: 20, positive: ["6", 0] } },
};
const LAYOUT = { nodes: [{ id: 7, type: "KSampler", pos: [40, 60], inputs: [{ widget: { name: "seed" } }, { widget: { name: "control_after_generate" } }] }], links: [] };

/** The adapter in a page, and a panel that is seen where a container has it. */
function opened(options) {
  const host = offer(options);
  const shell = { in: null, focused: 0, getClientRects: () => (shell.in ? [1] : []), takeFocus: () => (shell.focused += 1), remove: () => (shell.in = null) };
  const container = () => ({ style: {}, replaceChildren: (child) => (child.in = "a container") });
  host.show = () => {};
  const { told } = host;
  const frontend = new SdkFrontend({ comfy: host.comfy });
  const heard = { shown: 0, hidden: 0 };
  frontend.register({ mount: () => shell, shown: () => (heard.shown += 1), hide: () => ((heard.hidden += 1), shell.remove()), words: WORDS });
  const tab = told.tabs.get("isengard.panel");
  return { host, told, shell, frontend, heard, tab, container, run: () => told.commands.get("Isengard.open").run() };
}

test("a tab, a command with its key and a button are offered, once", () => {
  const { told, frontend, tab } = opened();
  assert.deepEqual([tab.title, tab.tooltip], ["Isengard", "Isengard: train a person"]);
  const { id, label, keybinding } = told.commands.get("Isengard.open");
  assert.deepEqual([id, label, keybinding], ["Isengard.open", "Open Isengard", { key: "i", alt: true, shift: true }]);
  assert.deepEqual([...told.buttons.keys()], ["Isengard.button"]);
  assert.throws(() => frontend.register({ words: WORDS }), /already registered/);
});

test("the panel comes with its tab and goes with it", async () => {
  const { shell, tab, heard, container } = opened();
  tab.render(container());
  await Promise.resolve();
  assert.deepEqual([shell.in, heard.shown], ["a container", 1]);
  tab.destroy();
  assert.deepEqual([shell.in, heard.hidden], [null, 1]);
});

test("the command opens the tab, and the dialog where no tab comes", async () => {
  const page = opened();
  page.told.commands.get("Workspace.ToggleSidebarTab.isengard.panel").run = () => page.tab.render(page.container());
  await page.run();
  assert.deepEqual([page.shell.in, page.told.dialogs.length, page.shell.focused], ["a container", 0, 1]);
  await page.run();
  assert.deepEqual([page.told.dialogs.length, page.shell.focused], [0, 2], "open already: it is not toggled away");

  const bare = opened({ tabCommands: false });
  await bare.run();
  const [dialog] = bare.told.dialogs;
  assert.deepEqual([dialog.key, dialog.title], ["isengard.panel", "Isengard"]);
  dialog.render(bare.container());
  assert.equal(bare.shell.in, "a container");
  bare.tab.destroy();
  assert.equal(bare.shell.in, "a container", "a tab that goes does not take the panel out of the dialog");
  bare.host.closeDialog(dialog);
  assert.equal(bare.shell.in, null);
});

test("the number of jobs stands in the top bar while there is one", () => {
  const { frontend, told } = opened();
  frontend.badge("");
  frontend.badge("1");
  frontend.badge("2");
  assert.deepEqual([...told.badges.values()].map((badge) => badge.text), ["2"]);
  frontend.badge("");
  assert.equal(told.badges.size, 0);
  frontend.badge("3");
  assert.equal(told.badges.get("Isengard.running").text, "3");
});

test("notes, the language, the API and the lists on nodes are asked for as the SDK says", async () => {
  const asked = [];
  const fetch = async (address, init) => (asked.push([address, init]), new Response("{}"));
  const { frontend, told } = opened({ fetch, url: (route) => `/base/api${route}`, settings: { "Comfy.Locale": "fr" } });
  await frontend.ways.fetch("/isengard/health", { method: "GET" });
  assert.deepEqual(asked, [["/base/api/isengard/health", { method: "GET" }]]);
  assert.equal(frontend.ways.url("/isengard/x"), "/base/api/isengard/x");
  assert.equal(frontend.locale(), "fr");
  assert.equal(opened().frontend.locale(), null);
  frontend.toast({ severity: "error", title: "The training of Anna stopped", text: "The GPU ran out of memory." });
  assert.deepEqual(told.toasts, [{ severity: "error", summary: "The training of Anna stopped", detail: "The GPU ran out of memory.", life: 8000 }]);
  await frontend.refreshNodes();
  await frontend.renewPeople();
  assert.equal(told.refreshed, 2);
  assert.equal(frontend.canvasGraph, null, "the SDK tells no graph");
});

test("a report tells the SDK's version and what it has", () => {
  const { version, adapter, capabilities } = opened().frontend.report();
  assert.deepEqual([adapter, version, capabilities.every((one) => one.present)], ["sdk", "2.0", true]);
  assert.deepEqual(capabilities[0], { name: "ui_sidebartab", since: "SDK 2.0", present: true });
});

test("what the panel remembers is one document of the user's, read first and written in order", async () => {
  const { comfy, told } = offer();
  told.documents.set("Isengard.panel/remembered.json", '{"a":"1","b":"2"}');
  const memory = new SdkMemory(comfy.storage);
  memory.setItem("b", "3");
  memory.setItem("c", "");
  await memory.done;
  assert.deepEqual(["a", "b", "c", "d"].map((key) => memory.getItem(key)), ["1", "3", "", null]);
  assert.deepEqual(JSON.parse(told.documents.get("Isengard.panel/remembered.json")), { a: "1", b: "3", c: "" });
  const again = new SdkMemory(comfy.storage);
  await again.done;
  assert.equal(again.getItem("b"), "3");
});

test("a memory that cannot be read or written costs nothing else", async () => {
  const warned = [];
  const { warn } = console;
  console.warn = (text) => warned.push(text);
  const broken = { get: async () => "{torn", set: async () => Promise.reject(new Error("the disk is full")) };
  const memory = new SdkMemory(broken);
  memory.setItem("a", "1");
  await memory.done;
  console.warn = warn;
  assert.equal(memory.getItem("a"), "1");
  assert.deepEqual(warned.map((text) => text.slice(0, 10)), ["[Isengard]", "[Isengard]"]);
});

test("a recipe's layout gets its values, and the seed stays", async () => {
  const { comfy, told } = offer();
  await comfy.workflow.open(LAYOUT);
  fillGraph(comfy, GRAPH);
  assert.deepEqual(Object.fromEntries(told.nodes[0].values), { seed: 42, control_after_generate: "fixed" });
});

test("a graph without a layout is built node by node, by names and numbers of slots", () => {
  const { comfy, told } = offer();
  buildGraph(comfy, GRAPH);
  const [loader, sampler] = told.nodes;
  assert.deepEqual([loader.type, sampler.type], ["CheckpointLoaderSimple", "KSampler"]);
  assert.deepEqual(loader.links, [[0, sampler.id, "model"]], "what leads to no node is left out");
  assert.equal(sampler.values.get("seed"), 42);
  const places = told.nodes.map((node) => JSON.stringify(node.getBounds()));
  assert.equal(new Set(places).size, 2, "no two lie on each other");
});

test("the first nodes are moved beside the panel, where the SDK can move the view", async () => {
  const { comfy } = offer();
  await comfy.workflow.open(LAYOUT);
  showGraphBeside(comfy, 400);
  const moved = [];
  const graph = { ...comfy.graph, nodes: comfy.graph.nodes, setZoom: comfy.graph.setZoom, panBy: (by) => moved.push(by) };
  globalThis.innerWidth = 1400;
  globalThis.innerHeight = 900;
  showGraphBeside({ graph }, 400);
  assert.deepEqual(moved, [{ x: 420, y: 60 }]);
});
