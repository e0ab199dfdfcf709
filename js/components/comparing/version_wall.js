/** Every version at every likeness, side by side over the canvas; the one that looks right is used from then on. */

import { cancelComparison, compare, loadComparisons, loadTrainings } from "../../data/comparisons.js";
import { MOST_PICTURES, SCENES, byTraining, cellsOf, newestWall, ordersOf, scenesOf, usualVersions, versionsFor } from "../../data/version_grid.js";
import { button, field, h, say } from "../../lib/dom.js";
import { fill, keyed } from "../../lib/lists.js";
import { count, decimal, dotted } from "../../lib/format.js";
import { drawable, isWithout, measuresOf, nearest, versionsOn } from "../../data/likeness_rules.js";
import { said } from "../../lib/said.js";
import { t } from "../../locales/words.js";
import { ENDED } from "../../data/state.js";
import { drawnWith, keyOf, withCheckpoints } from "../../data/versions.js";
import { compareButton } from "../looking/comparison.js";
import { closer, openDialog } from "../shared/dialogs.js";
import { showPictures } from "../shared/picture_dialog.js";
import { badge, measuredWords } from "../shared/score_badge.js";
import { VersionNames } from "../shared/version_names.js";
import { WallFindings } from "./version_findings.js";
import { measures } from "./version_measures.js";

/** @typedef {import("../../data/version_grid.js").Scene} Scene */
/** A training's line of ticks. @typedef {{job: string, name: string, rows: {key: string, step: number, chosen: boolean}[]}} Training */
/** A row of the table; its version null where that is gone. @typedef {{key: string, step: number, version: Isengard.Version | null}} Row */
const NAMES = /** @type {Scene[]} */ (Object.keys(SCENES));

/** Whether there is anything to compare. @param {Isengard.Character} person @param {Isengard.Recipe} recipe */
export const comparable = (person, recipe) => recipe.controls.includes("strength") && versionsFor(person, recipe).length > 0;

export class VersionWall {
  /**
   * @param {import("../shared/view.js").View} view
   * @param {{person: Isengard.Character, recipe: Isengard.Recipe, use: (version: Isengard.Version, strength: number) => void, training?: string}} wanted `training`: whose versions are ticked
   */
  constructor(view, { person, recipe, use, training }) {
    this.view = view;
    /** @type {Isengard.Generation[]} */
    this.running = [];
    this.opened = person;
    this.use = use;
    this.training = training;
    /** What somebody has ticked or unticked, by the version's key. @type {Map<string, boolean>} */
    this.ticked = new Map();
    /** @type {Scene} */
    this.scene = NAMES[0];
    this.recipes = view.store.state.recipes.filter((known) => !known.missing.length && (known.people ?? 1) === 1 && comparable(person, known));
    this.recipe = h("select", { "data-testid": "isen-wall-recipe", on: { change: () => this.#again() } }, ...this.recipes.map((known) => h("option", { value: known.name, text: said(known, "label"), selected: known.name === recipe.name })));
    this.boxes = Object.fromEntries(NAMES.map((name) => [name, h("input", { type: "checkbox", checked: true, "data-testid": `isen-wall-scene-${name}`, on: { change: () => this.#again() } })]));
    this.versions = h("div", { class: "isen-wall-versions", role: "group", "aria-label": t("wallVersions"), "data-testid": "isen-wall-versions" });
    this.start = button("", () => this.#start(), { kind: "primary", testid: "isen-wall-start" });
    this.stop = button(t("cancelBench"), () => cancelComparison(view.store, this.running), { testid: "isen-wall-cancel" });
    this.said = h("small", { class: "isen-muted", role: "status", "data-testid": "isen-wall-said" });
    this.bar = h("progress", { max: 1, "aria-label": t("progress") });
    this.tabs = h("div", { class: "isen-row", role: "group", "aria-label": t("wallScene") });
    this.findings = new WallFindings(view.store, person);
    this.table = h("div", { class: "isen-scroll isen-wall-scroll", "data-testid": "isen-wall-table" });
  }

  open() {
    const choices = NAMES.map((name) => h("label", { class: "isen-check" }, this.boxes[name], h("span", { text: t(`scene_${name}`), title: SCENES[name] })));
    const title = t("wallTitle", { name: this.person.name });
    const dialog = openDialog(this.view, { label: title, kind: "isen-wall-dialog", closed: () => this.ends?.() },
      h("div", { class: "isen-row isen-tight" }, h("h2", { class: "isen-grow", text: title, tabindex: -1 }), closer(() => dialog.close())),
      h("p", { class: "isen-muted", text: t("wallWhat", { name: this.person.name }) }),
      h("div", { class: "isen-row isen-bottom" }, field(t("recipe"), this.recipe), h("div", { class: "isen-row" }, ...choices)),
      h("div", { class: "isen-stack-tight" }, h("span", { class: "isen-label", text: t("wallVersions") }), this.versions),
      h("div", { class: "isen-row" }, this.start, this.stop, this.said), this.bar, this.findings.element, this.tabs, this.table);
    this.dialog = dialog;
    this.ends = this.view.store.listen(() => this.#again());
    loadComparisons(this.view.store, "grid", this.person.id);
    loadTrainings(this.view.store, this.person.id);
    this.findings.meter.ask();
    this.#again();
    return dialog;
  }

  get #recipe() {
    return this.recipes.find((known) => known.name === this.recipe.value) ?? this.recipes[0];
  }

  /** As they are now: what is compared becomes a version meanwhile. */
  get person() {
    const { characters, jobs } = this.view.store.state;
    return withCheckpoints(characters?.find((known) => known.id === this.opened.id) ?? this.opened, jobs);
  }

  /** What can be compared, newest last. */
  get #versions() {
    return versionsFor(this.person, this.#recipe);
  }

  /** The keys of those that are compared. */
  get #chosen() {
    const usual = usualVersions(this.person, this.#recipe, this.training);
    return new Set(this.#versions.map(keyOf).filter((key) => this.ticked.get(key) ?? usual.has(key)));
  }

  get #orders() {
    return ordersOf(this.person, this.#recipe, { scenes: NAMES.filter((name) => this.boxes[name].checked), keys: this.#chosen });
  }

  get #called() {
    return new VersionNames(this.#versions, this.view.store.state);
  }

  #again() {
    const wall = newestWall(this.view.store.state.comparisons, this.person, this.#recipe);
    this.running = wall.filter((known) => !ENDED.has(known.state));
    const done = wall.length - this.running.length;
    const orders = this.#orders.length;
    say(this.start, t("wallStart", { n: orders }));
    this.start.disabled = !orders || orders > MOST_PICTURES || this.running.length > 0;
    this.stop.hidden = this.bar.hidden = !this.running.length;
    this.bar.value = wall.length ? done / wall.length : 0;
    const failed = said(wall.find((known) => known.state === "failed")?.error, "message");
    const most = orders > MOST_PICTURES ? t("wallTooMany", { n: MOST_PICTURES }) : failed;
    say(this.said, this.running.length ? t("wallProgress", { n: done, count: wall.length }) : most);
    this.#choices();
    const versions = drawable(this.person, this.#recipe);
    const best = nearest(versions);
    this.findings.show(wall, { running: this.running.length > 0, versions: versionsOn(wall, versions), best, names: this.#called });
    this.#tabs(scenesOf(wall));
    this.#table(wall, best);
  }

  #choices() {
    const [chosen, called] = [this.#chosen, this.#called];
    const trainings = byTraining(this.#versions).map(({ job, versions }) => ({ job, name: called.training({ job_id: job }), rows: versions.map((version) => ({ key: keyOf(version), step: version.step, chosen: chosen.has(keyOf(version)) })) }));
    keyed(this.versions, trainings, { id: ({ job }) => job, make: (training) => this.#training(training), update: (node, training) => this.#ticks(node, training) });
  }

  /** What one training has left; which one it is, where there are several. @param {Training} training */
  #training(training) {
    const ticks = h("div", { class: "isen-row isen-wall-training", role: "group", "data-job": training.job }, h("span", { class: "isen-muted isen-wall-of" }), h("div", { class: "isen-row" }));
    this.#ticks(ticks, training);
    return ticks;
  }

  /** @param {HTMLElement} element @param {Training} training */
  #ticks(element, { name, rows }) {
    const [heading, list] = /** @type {HTMLElement[]} */ ([...element.children]);
    say(heading, name);
    element.setAttribute("aria-label", name || t("wallVersions"));
    keyed(list, rows, { id: ({ key }) => key, make: (row) => this.#choice(row), update: (node, row) => Object.assign(node.firstChild ?? {}, { checked: row.chosen }) });
  }

  /** @param {Training["rows"][number]} row */
  #choice({ key, step, chosen }) {
    /** @type {HTMLInputElement} */
    const tick = h("input", { type: "checkbox", checked: chosen, "data-testid": `isen-wall-step-${step}`, on: { change: () => (this.ticked.set(key, tick.checked), this.#again()) } });
    return h("label", { class: "isen-check" }, tick, h("span", { text: t("stepNumber", { n: count(step) }) }));
  }

  /** @param {Scene[]} scenes */
  #tabs(scenes) {
    if (!scenes.includes(this.scene)) this.scene = scenes[0] ?? NAMES[0];
    fill(this.tabs, [scenes, this.scene], () => scenes.map((name) =>
      button(t(`scene_${name}`), () => ((this.scene = name), this.#again()), { kind: "chip", "aria-pressed": String(name === this.scene), testid: `isen-wall-tab-${name}` })));
  }

  /** @param {Isengard.Generation[]} wall @param {Isengard.Nearest | null} best */
  #table(wall, best) {
    const { strengths, rows, without } = cellsOf(wall, this.scene);
    const columns = strengths.length;
    const versions = drawable(this.person, this.#recipe);
    const shown = rows.map(({ key, step, made }) => ({ key, step, version: drawnWith(versions, made) }));
    const nearest = shown.findIndex(({ version }) => version && version.file === best?.file);
    fill(this.table, [this.#recipe.name, shown.map(({ key }) => key), strengths, this.scene, nearest, best?.strength, Boolean(without)], () => columns > 0 && h("table", { class: "isen-wall-table" },
      h("tr", {}, ...strengths.map((strength) => h("th", { scope: "col", text: t("benchPicture", { strength: decimal(strength, 2) }) }))),
      without && h("tbody", {}, heading(columns, h("span", { text: t("wallWithout") })),
        h("tr", {}, h("td", { "data-cell": "without" }), columns > 1 && h("td", { colspan: columns - 1 }, h("div", { class: "isen-wall-beside isen-muted", text: t("wallWithoutWhat") })))),
      ...shown.map((_, row) => h("tbody", {}, heading(columns, h("span", { "data-row": row })), h("tr", {}, h("td", { colspan: columns }, h("div", { class: "isen-wall-held isen-stack-tight", "data-measures": row }))),
        h("tr", {}, ...strengths.map((strength, column) => h("td", { class: nearest === row && best?.strength === strength ? "isen-nearest" : null, "data-cell": `${row}-${column}` })))))));
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (this.table.querySelectorAll("[data-cell]"))) {
      const [row, column] = (cell.dataset.cell ?? "").split("-").map(Number);
      const made = cell.dataset.cell === "without" ? without : rows[row]?.cells[column];
      keyed(cell, made ? [made] : [], { id: (known) => known.id, make: (known) => this.#cell(known) });
    }
    this.#rows(shown, best);
  }

  /** What is known of each row, as it comes. @param {Row[]} rows @param {Isengard.Nearest | null} best */
  #rows(rows, best) {
    const called = this.#called;
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (this.table.querySelectorAll("[data-row]"))) say(place, rowWords(rows[Number(place.dataset.row)], best, called));
    for (const place of /** @type {NodeListOf<HTMLElement>} */ (this.table.querySelectorAll("[data-measures]"))) {
      const { version } = rows[Number(place.dataset.measures)];
      const known = version ? measuresOf(version) : null;
      const other = best ? called.step(best) : "";
      fill(place, [known, best, other], () => (known ? measures(known, best, this.person.name, other) : []));
    }
  }

  /** @param {Isengard.Generation} generation */
  #cell(generation) {
    const [image] = generation.images;
    const blank = ENDED.has(generation.state) ? "isen-picture isen-blank" : "isen-picture isen-skeleton";
    if (!image) return h("span", { class: blank, title: said(generation.error, "message") || t(`state_${generation.state}`) });
    const open = button(this.#placeWords(generation), () => this.#full(generation), { kind: "plain", bare: true });
    open.replaceChildren(h("img", { class: "isen-picture", src: this.view.store.api.generations.thumbUrl(generation, image), alt: "", "data-testid": "isen-wall-image" }));
    return h("div", { class: "isen-scored" }, open, badge(generation, this.#names));
  }

  get #names() {
    return { [this.person.id]: this.person.name };
  }

  /** What the scene is without a LoRA, which nobody can use, then each version of it. @param {Isengard.Generation} first */
  #full(first) {
    const { api, state } = this.view.store;
    const { rows, without } = cellsOf(newestWall(state.comparisons, this.person, this.#recipe), this.scene);
    const made = [without, ...rows.flatMap(({ cells }) => cells)].filter((known) => known !== null).filter((known) => known.images.length);
    /** @param {Isengard.Generation} known */
    const words = (known) => [this.#placeWords(known), measuredWords(known, this.#names)].filter(Boolean).join(" · ");
    /** @param {Isengard.Generation} known */
    const describe = (known) => ({ src: api.generations.imageUrl(known, known.images[0]), file: api.generations.copyUrl(known, known.images[0]), name: `${known.id}.png`, caption: words(known), mark: badge(known, this.#names) });
    let place = () => 0;
    let away = () => {};
    const use = button(t("useThis"), async () => (await this.#pick(made[place()])) && away(), { kind: "primary", testid: "isen-use-this" });
    /** @param {() => void} close @param {() => number} at */
    const tools = (close, at) => ((place = at), (away = close), [use, compareButton(this.view, made, { at, compared: (known) => ({ ...describe(known), label: this.#placeWords(known) }) })]);
    const changed = () => (use.style.visibility = isWithout(made[place()]) ? "hidden" : "");
    showPictures(this.view, { label: t("wallTitle", { name: this.person.name }), items: made, describe, at: made.findIndex((known) => known.id === first.id), tools, changed });
  }

  /** From now on the person's best; the form takes the same likeness. @param {Isengard.Generation} generation */
  async #pick(generation) {
    const { strength } = generation.request.characters[0];
    const version = drawnWith(drawable(this.person, this.#recipe), generation);
    const kept = version && (await this.view.store.attempt((id) => this.view.store.api.characters.pickVersion(this.person.id, version.file, id)));
    if (!kept) return false;
    this.view.store.keepCharacter(kept);
    this.use(version, strength);
    this.dialog?.close();
    return true;
  }

  /** Where a picture of the wall stands. @param {Isengard.Generation} generation */
  #placeWords(generation) {
    if (isWithout(generation)) return t("wallWithout");
    const { checkpoint, strength } = generation.request.characters[0];
    const version = drawnWith(drawable(this.person, this.#recipe), generation);
    return t("wallPicture", { step: version ? this.#called.step(version) : count(Number(checkpoint)), strength: decimal(strength, 2) });
  }

  async #start() {
    const [scene] = NAMES.filter((name) => this.boxes[name].checked);
    this.scene = scene;
    await compare(this.view.store, this.#orders);
  }
}

/** A row over all columns, whose words stay in sight when the pictures are scrolled sideways. @param {number} columns @param {HTMLElement} words */
function heading(columns, words) {
  return h("tr", {}, h("th", { scope: "rowgroup", colspan: columns }, h("div", { class: "isen-wall-held" }, words)));
}

/** What a row is called: its step, what speaks for it, and its training where there are several. @param {Row} row @param {Isengard.Nearest | null} best @param {VersionNames} called */
function rowWords({ step, version }, best, called) {
  const words = t(version?.picked ? "wallPicked" : version && best?.file === version.file ? "wallNearest" : "stepNumber", { n: count(step) });
  return dotted([words, version && called.training(version)]);
}
