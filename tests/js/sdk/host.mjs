/**
 * A page that offers ComfyUI's Custom Nodes SDK and no `app`, written from the SDK's documentation: docs/node-api/services.md,
 * graph.md, registration.md and comfy-api.d.ts of Comfy-Org/ComfyUI_frontend. It refuses what the real one refuses, and
 * answers to nothing else: whoever asks for a member that is not documented here gets an error.
 */

const VERSION = "2.0";
const CAPABILITIES = ["backend", "commands", "graph.nodes", "settings", "storage", "ui.sidebarTab", "workflow.open"];

class ComfyApiError extends Error {}

/** Only what is written down may be asked for. */
function closed(name, members) {
  return new Proxy(Object.freeze(members), {
    get(target, key) {
      if (typeof key === "symbol" || key in target) return target[key];
      if (OPTIONAL.has(`${name}.${key}`)) return undefined;
      throw new ComfyApiError(`${name}.${String(key)} is not published.`);
    },
  });
}

/** Newer than the rest: asked for before it is used. */
const OPTIONAL = new Set(["graph.panBy"]);

function owned(id, what) {
  if (!id.includes(".")) throw new ComfyApiError(`${what} '${id}' must be namespaced.`);
  if (id.includes("..")) throw new ComfyApiError(`${what} '${id}' must not contain '..'.`);
}

/** Takes an id once. */
function once(taken, id, what) {
  if (taken.has(id)) throw new ComfyApiError(`${what} '${id}' is already registered.`);
}

/**
 * `tabCommands`: whether the host makes a command of each tab, as the frontend does; `show` puts things into a page.
 * What was told is in `told`: {tabs, dialogs, badges, buttons, commands, toasts, settings, documents, opened, nodes}.
 */
export function offer({ fetch = globalThis.fetch, url = (route) => route, tabCommands = true, show = () => {}, settings = {} } = {}) {
  const told = {
    tabs: new Map(), dialogs: [], badges: new Map(), buttons: new Map(), commands: new Map(), toasts: [],
    settings: new Map(Object.entries(settings)), documents: new Map(), opened: [], nodes: [], zoom: 1, refreshed: 0, active: null,
  };
  const host = { told, show };
  const item = (items, id) => ({
    update(changes) {
      if (!items.has(id)) throw new ComfyApiError(`'${id}' has been removed and cannot be updated.`);
      items.set(id, { ...items.get(id), ...changes, id });
      show(told);
    },
    remove: () => items.delete(id) && show(told),
  });
  const add = (items, what) => (one) => {
    owned(one.id, what);
    once(items, one.id, what);
    items.set(one.id, one);
    show(told);
    return item(items, one.id);
  };
  const comfy = closed("comfy", {
    version: VERSION,
    major: 2,
    supports: (name) => CAPABILITIES.includes(name),
    ui: closed("ui", {
      addTopBarBadge: add(told.badges, "Badge"),
      addActionBarButton: add(told.buttons, "Button"),
      addSidebarTab: (tab) => {
        once(told.tabs, tab.id, "A sidebar tab with id");
        told.tabs.set(tab.id, tab);
        if (tabCommands) told.commands.set(`Workspace.ToggleSidebarTab.${tab.id}`, { run: () => host.toggle(tab.id) });
        show(told);
        return () => told.tabs.delete(tab.id);
      },
      showDialog: (dialog) => {
        if (!dialog.key.trim()) throw new ComfyApiError("A dialog needs a key.");
        told.dialogs.push(dialog);
        show(told);
        return { close: () => host.closeDialog(dialog) };
      },
    }),
    commands: closed("commands", {
      register: (command) => {
        owned(command.id, "Command id");
        once(told.commands, command.id, "Command");
        told.commands.set(command.id, command);
      },
      has: (id) => told.commands.has(id),
      run: async (id) => {
        if (!told.commands.has(id)) throw new ComfyApiError(`No command '${id}'.`);
        await told.commands.get(id).run();
      },
      notify: (toast) => {
        told.toasts.push(toast);
        show(told);
      },
    }),
    settings: closed("settings", {
      declare: (setting) => {
        owned(setting.id, "Setting id");
        if (!told.settings.has(setting.id)) told.settings.set(setting.id, setting.defaultValue);
      },
      get: (id) => told.settings.get(id), set: async (id, value) => void told.settings.set(id, value),
    }),
    storage: closed("storage", {
      get: async (name) => (owned(name, "Storage name"), told.documents.get(name)),
      set: async (name, value) => (owned(name, "Storage name"), void told.documents.set(name, value)),
    }),
    backend: closed("backend", {
      fetch: async (route, init) => (route.startsWith("/") ? fetch(url(route), init) : Promise.reject(new ComfyApiError(`Route '${route}' must start with '/'.`))),
      url: (route) => {
        if (!route.startsWith("/")) throw new ComfyApiError(`Route '${route}' must start with '/'.`);
        return url(route);
      },
    }),
    defs: closed("defs", { refresh: async () => void (told.refreshed += 1) }),
    workflow: closed("workflow", {
      open: async (data) => {
        if (!data || typeof data !== "object" || Array.isArray(data)) throw new ComfyApiError("Workflow data must be an object.");
        told.opened.push(data);
        told.nodes = (data.nodes ?? []).map((node) => nodeOf(told, String(node.id), node.type, { x: node.pos[0], y: node.pos[1] }, (node.inputs ?? []).flatMap((input) => input.widget?.name ?? [])));
      },
    }),
    graph: closed("graph", {
      nodes: () => Object.freeze([...told.nodes]),
      add: (type, { position = { x: 0, y: 0 } } = {}) => {
        const node = nodeOf(told, String(told.nodes.length + 1), type, position, ["seed", "control_after_generate", "prompt", "steps"]);
        told.nodes.push(node);
        return node;
      },
      batch: (work) => work(),
      setZoom: (scale) => void (told.zoom = scale),
    }),
  });
  host.comfy = comfy;
  /** As a click on the tab's button: `render` when it comes into sight, `destroy` when it goes. */
  host.toggle = (id) => {
    const before = told.tabs.get(told.active);
    told.active = told.active === id ? null : id;
    before?.destroy?.();
    show(told);
  };
  host.closeDialog = (dialog) => {
    if (!told.dialogs.includes(dialog)) return;
    told.dialogs.splice(told.dialogs.indexOf(dialog), 1);
    dialog.destroy?.();
    show(told);
  };
  return host;
}

function nodeOf(told, id, type, position, names) {
  const values = new Map(names.map((name) => [name, null]));
  const links = [];
  const widget = (name) => closed("widget", { getValue: () => values.get(name), setValue: (value) => void values.set(name, value) });
  return closed("node", {
    id, type, values, links,
    widgets: closed("widgets", { get: (name) => (values.has(name) ? widget(name) : undefined) }),
    outputs: closed("outputs", { at: (index) => closed("output", { connectTo: (target, input) => void links.push([index, target, input]) }) }),
    getBounds: () => ({ ...position, width: 200, height: 100 }),
    getScreenRect: () => ({ x: position.x * told.zoom, y: position.y * told.zoom, width: 200, height: 100 }),
  });
}
