/** The panel on a real server without ComfyUI's page: everything but the sidebar is as in `isengard.js`. */

import { Api } from "../../../js/data/api.js";
import { defineComponents } from "../../../js/components/panel/define.js";
import { Events } from "../../../js/data/events.js";
import { PanelLog } from "../../../js/data/log.js";
import { Notices } from "../../../js/data/notices.js";
import { Store } from "../../../js/data/store.js";

const wanted = new URLSearchParams(location.search);
document.documentElement.dataset.theme = wanted.get("theme") ?? "dark";
document.documentElement.style.setProperty("--stage-width", `${wanted.get("width") ?? 360}px`);

const ways = { fetch: (path, init) => fetch(path, init), url: (path) => path };
const quiet = new Api(ways);
const store = new Store(new Api(ways, new PanelLog((lines) => quiet.system.sendLogs(lines))));
const events = new Events((since, once) => store.api.system.eventsUrl(since, once), {
  events: (events) => store.take(...events),
  fresh: () => store.refresh(),
  state: (connected) => connected || store.refresh(),
});
defineComponents();
Object.assign(window, { store, events });
performance.mark("isen-start");
document.body.append(Object.assign(document.createElement("isen-panel"), { store, notices: new Notices() }));
events.start();
