/** The only module that does something when it is loaded. The server gives out all of them as one (web/panel_code), which begins here. */

import { Api } from "./data/api.js";
import { defineComponents } from "./components/panel/define.js";
import { Events } from "./data/events.js";
import { frontendOf } from "./frontend.js";
import { HOME } from "./data/help/links.js";
import { RoomWatch } from "./data/help/room_watch.js";
import { titleOf } from "./data/help/page_title.js";
import { rememberIn } from "./lib/memory.js";
import { t } from "./locales/words.js";
import { PanelLog } from "./data/log.js";
import { Languages } from "./data/languages.js";
import { Notices } from "./data/notices.js";
import { exchangeLink } from "./data/session.js";
import { reduced, runningJobs } from "./data/state.js";
import { Store } from "./data/store.js";
import { askBeforeLeaving } from "./data/photos/uploads.js";

/** Calls `work` when there are other people, or other names, than before. The first are those the page was loaded with. @param {Store} store @param {() => void} work */
function onRenamed(store, work) {
  /** @type {Isengard.Character[] | null} */
  let seen = null;
  let names = "";
  store.listen(({ characters }) => {
    if (!characters || characters === seen) return;
    const now = JSON.stringify(characters.map(({ slug, name }) => [slug, name]));
    const other = seen && now !== names;
    [seen, names] = [characters, now];
    if (other) work();
  });
}

/** Calls `work` at every start of the server, and when its language has been set. @param {Store} store @param {() => void} work */
function onHealth(store, work) {
  let seen = "";
  store.listen(({ health }) => {
    const now = health ? [health.boot_id, health.language].join() : "";
    if (now === seen) return;
    seen = now;
    if (now) work();
  });
}

/** @param {Isengard.Frontend} frontend */
function start(frontend) {
  /** @type {Isengard.Panel | null} */
  let panel = null;
  const { ways } = frontend;
  rememberIn(frontend.memory);
  const quiet = new Api(ways);
  const log = new PanelLog((lines) => quiet.system.sendLogs(lines));
  const store = new Store(new Api(ways, log));
  store.set({ desktop: frontend.inDesktopApp() });
  const notices = new Notices({ toast: (toast) => frontend.toast(toast), seen: () => Boolean(panel?.getClientRects().length) });
  const events = new Events((since, once) => store.api.system.eventsUrl(since, once), {
    events: (events) => {
      const before = store.state;
      store.take(...events);
      events.reduce((known, event) => (notices.take(event, known), reduced(known, event)), before);
    },
    fresh: () => store.refresh(),
    state: (connected) => connected || store.refresh(),
    awaited: () => notices.wanted && runningJobs(store.state).length > 0,
  });
  askBeforeLeaving(store);
  const room = new RoomWatch(store);
  store.listen((state) => void room.look(state));
  store.listen((state) => {
    frontend.badge(String(runningJobs(state).length || ""));
    frontend.title(titleOf(state));
  });
  defineComponents();
  /** @returns {Isengard.Panel} */
  const make = () => Object.assign(/** @type {Isengard.Panel} */ (document.createElement("isen-panel")), { store, notices, frontend });
  const mount = () => (panel ??= make());
  const anew = () => {
    if (!panel) return;
    const before = panel;
    panel = make();
    before.becomes(panel);
  };
  const languages = (store.languages = new Languages(store.api, { changed: anew }));
  languages.recall();
  const speak = () => languages.follow(store.state.health?.language, frontend.locale());
  speak();
  frontend.onLocale(speak);
  onHealth(store, speak);
  frontend.register({
    mount,
    shown: () => panel?.shown(),
    hide: () => panel?.remove(),
    home: HOME,
    words: { title: t("title"), tooltip: t("tooltip"), open: t("open"), button: t("barButton"), buttonHint: t("barButtonHint") },
  });
  store.api.opened = () => frontend.refreshNodes();
  onRenamed(store, () => frontend.renewPeople().catch((fault) => console.warn("[Isengard] the list of people on nodes is as it was", fault)));
  let follows = false;
  const follow = () => {
    if (!follows) events.start();
    follows = true;
  };
  const enter = () =>
    exchangeLink(store.api, { waits: follow, moved: () => dispatchEvent(new PopStateEvent("popstate", { state: history.state })) })
      .then((taken) => (taken && follows ? store.refresh() : undefined))
      .finally(follow);
  addEventListener("hashchange", enter);
  enter();
}

try {
  start(frontendOf());
} catch (error) {
  console.error("[Isengard] could not start", error);
}
