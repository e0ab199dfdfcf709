/** The stand-in host as a page: a bar, a sidebar, dialogs and notes, all of its own; then the pack's start is loaded as ComfyUI would. */

import { offer } from "./host.mjs";

const wanted = new URLSearchParams(location.search);
document.documentElement.dataset.theme = wanted.get("theme") ?? "dark";
const [bar, side, notes] = ["bar", "side", "notes"].map((name) => document.body.appendChild(Object.assign(document.createElement("div"), { id: name })));
let drawn = null;
let dialog = null;

function show(told) {
  const buttons = [...told.tabs.values(), ...told.buttons.values()].map((one) => {
    const button = Object.assign(document.createElement("button"), { textContent: one.title ?? one.tooltip, title: one.tooltip ?? "" });
    button.dataset.testid = one.render ? `tab-${one.id}` : `button-${one.id}`;
    button.addEventListener("click", (event) => (one.render ? host.toggle(one.id) : one.run(event)));
    return button;
  });
  const badges = [...told.badges.values()].map((one) => Object.assign(document.createElement("span"), { className: "badge", textContent: one.text }));
  bar.replaceChildren(...buttons, ...badges);
  notes.replaceChildren(...told.toasts.map((one) => Object.assign(document.createElement("p"), { textContent: `${one.severity}: ${one.summary}` })));
  if (told.active !== drawn) {
    drawn = told.active;
    const container = document.createElement("div");
    side.replaceChildren(container);
    if (drawn) told.tabs.get(drawn).render(container);
  }
  side.hidden = !drawn;
  const [first] = told.dialogs;
  if (first && !dialog) {
    dialog = document.body.appendChild(document.createElement("dialog"));
    const container = dialog.appendChild(document.createElement("div"));
    first.render(container);
    dialog.addEventListener("close", () => host.closeDialog(first));
    dialog.showModal();
  } else if (!first && dialog) {
    dialog.remove();
    dialog = null;
  }
}

const host = offer({ tabCommands: wanted.get("tabs") !== "0", settings: { "Comfy.Locale": wanted.get("locale") ?? "en" }, show: (told) => show(told) });
const pressed = (event) => event.altKey && event.shiftKey && event.code === "KeyI" && host.comfy.commands.run("Isengard.open");
document.addEventListener("keydown", pressed);
window.told = host.told;
globalThis.comfy = host.comfy;
performance.mark("isen-start");
await import("../../../js/isengard.js");
document.documentElement.dataset.ready = "";
