/** One character: photos, captions, versions, and what can be done with them. */

import { button, h, say } from "../../lib/dom.js";
import { teaches } from "../../lib/coverage.js";
import { DOT, ago, brief, counted, dotted } from "../../lib/format.js";
import { fill } from "../../lib/lists.js";
import { t } from "../../locales/words.js";
import { bestOf, isPoor, measuredIn } from "../../data/likeness_rules.js";
import { runningJobs } from "../../data/state.js";
import { CaptionEditor } from "./captions.js";
import { characterMenu, editForm, showEdit } from "./character_actions.js";
import { consentNote } from "./consent.js";
import { Coverage } from "./coverage.js";
import { openImproveSet } from "./crops/improve_set.js";
import { Dropzone } from "./dropzone.js";
import { Rail } from "../first_hour/rail.js";
import { FolderList } from "../help/folder_list.js";
import { face, shownBy } from "../shared/person_picker.js";
import { findingsNow } from "./photo_words.js";
import { openPhotoTrash } from "./selection/photo_trash.js";
import { PhotoStrip } from "./photos.js";
import { UploadList } from "./upload_list.js";
import { WeakPhotos } from "./selection/weak_photos.js";
import { samplesOf, versionList } from "./versions.js";
import { View, offerUndo } from "../shared/view.js";
import { WhyNot } from "../shared/why_not.js";

const GOOD = 20;

export class IsenCharacter extends View {
  /** @type {Rail} */ rail;
  /** @type {HTMLHeadingElement} */ heading;
  /** @type {HTMLDivElement} */ menu;
  /** @type {HTMLDivElement} */ face;
  /** @type {HTMLParagraphElement} */ facts;
  /** @type {HTMLParagraphElement} */ counts;
  /** @type {HTMLDivElement} */ edit;
  /** @type {HTMLMeterElement} */ meter;
  /** @type {HTMLParagraphElement} */ enough;
  /** @type {Coverage} */ coverage;
  /** @type {HTMLDivElement} */ consent;
  /** @type {PhotoStrip} */ strip;
  /** @type {HTMLButtonElement} */ improve;
  /** @type {HTMLButtonElement} */ trash;
  /** @type {WeakPhotos} */ weak;
  /** @type {UploadList} */ uploads;
  /** @type {Dropzone} */ dropzone;
  /** @type {CaptionEditor} */ captions;
  /** @type {HTMLDetailsElement} */ versions;
  /** @type {FolderList} */ folders;
  /** @type {WhyNot} */ why;
  /** @type {HTMLButtonElement} */ train;
  /** @type {HTMLButtonElement} */ draw;
  /** @type {HTMLButtonElement} */ day;
  /** What the button leads to. @type {Isengard.Route} */ next;

  build() {
    this.className = "isen-stack";
    const id = this.route.id ?? "";
    this.rail = new Rail(this.store);
    this.heading = h("h2", { class: "isen-grow isen-ellipsis", dir: "auto", tabindex: -1 });
    this.menu = h("div", { class: "isen-menu-place" });
    this.face = h("div", { class: "isen-portrait" });
    this.facts = h("p", {});
    this.counts = h("p", { class: "isen-muted" });
    this.edit = h("div", { class: "isen-through" });
    this.meter = h("meter", { min: 0, max: GOOD, low: 10, high: 15, optimum: GOOD });
    this.enough = h("p", { class: "isen-muted" });
    this.consent = h("div", { class: "isen-through" });
    this.strip = new PhotoStrip(this, id);
    this.coverage = new Coverage((only) => this.strip.only(only));
    this.improve = button(t("improveSet"), () => openImproveSet(this, id), { icon: "sparkles", testid: "isen-improve", hidden: true });
    this.trash = button(t("deletedPhotos"), () => openPhotoTrash(this, id), { icon: "trash", kind: "link", testid: "isen-photo-trash", hidden: true });
    this.weak = new WeakPhotos(this, id);
    this.uploads = new UploadList(this.store, id);
    this.dropzone = new Dropzone((files) => this.store.addPhotos(id, files));
    this.dropzone.watch(this);
    this.captions = new CaptionEditor(this, id);
    this.folders = new FolderList(this.store, id);
    this.versions = h("details", { class: "isen-fold", on: { toggle: () => this.versions.open && this.folders.load() } });
    this.why = new WhyNot(this.store, { mended: (words) => offerUndo(this, words, null) });
    this.train = button("", () => this.store.go(this.next), { kind: "primary isen-wide", testid: "isen-train" });
    this.day = button(t("photoDayOpen"), () => this.store.go({ tab: "images", day: id }), { icon: "camera", title: t("photoDayHint"), testid: "isen-photo-day" });
    this.draw = button("", () => this.store.go({ tab: "images", id }), { kind: "primary isen-wide", testid: "isen-draw" });
    const back = button(t("back"), () => this.store.go({ tab: "characters" }), { icon: "chevron-left", bare: true });
    this.append(
      h("div", { class: "isen-row isen-top" }, back, this.heading, this.menu), this.rail.element,
      h("div", { class: "isen-who" }, this.face, h("div", { class: "isen-stack-tight" }, this.facts, this.counts)), this.edit,
      this.consent,
      h("div", { class: "isen-stack-tight" }, this.meter, this.enough, this.coverage.lines),
      this.dropzone.element, this.uploads.element, this.coverage.kinds, this.weak.told, this.strip.element, h("div", { class: "isen-row" }, this.strip.select, this.weak.button, this.improve, this.trash), this.captions.element, this.versions, this.why.element,
      h("footer", { class: "isen-foot" }, h("div", { class: "isen-row isen-shared" }, this.draw, this.day, this.train)));
    this.store.loadPhotos(id);
  }

  connectedCallback() {
    super.connectedCallback();
    const { open, codes = "", ...place } = this.route;
    this.route = place;  // once
    if (open) requestAnimationFrame(() => this.#open(open, codes.split(",")));
  }

  /** What was asked for elsewhere. @param {string} what @param {string[]} codes findings of the photos that are meant */
  #open(what, codes) {
    if (what === "trigger") return showEdit(this);
    if (what === "captions") this.captions.openEach();
    if (codes.some(Boolean)) this.coverage.find(codes);
    const place = what === "captions" ? this.captions.element : this.strip.element;
    place.scrollIntoView({ block: "start" });
  }

  /** @param {Isengard.Shown} state */
  update(state) {
    const character = state.characters.find((known) => known.id === this.route.id);
    if (!character) return;
    const photos = state.photos[character.id]; // undefined while they are on their way
    const list = photos ?? [];
    this.rail.show(character, state, "photos");
    this.#head(character, list);
    this.#progress(list);
    this.coverage.show(list);
    fill(this.consent, character.consent, () => consentNote(this.store, character));
    this.strip.show(character, list, state.photos[character.id] === undefined);
    this.improve.hidden = !list.length;
    this.trash.hidden = state.photos[character.id] === undefined;
    this.weak.show(list);
    this.dropzone.show(Boolean(photos ? list.length : character.photo_count));
    this.uploads.show(state.uploads);
    this.captions.show(character, list);
    this.versions.hidden = !character.versions.length;
    const samples = samplesOf(character, state.jobs);
    const made = (state.generations ?? []).filter(({ request }) => request.characters.some((use) => use.id === character.id));
    const drawn = character.versions.length > 0 || made.length > 0;
    this.why.show(drawn ? { person: character } : null, isPoor(newestOf(made, character.id)) || bestOf(character.versions)?.faults?.includes("unlike"));
    fill(this.versions, [character.versions, character.versions.map(({ created_at: at }) => ago(at)), state.families.length, state.backends.length, state.jobs?.length, samples], () => [...versionList(this, character, samples), this.folders.element]);
    const running = runningJobs(state).find((job) => job.character_id === character.id);
    this.#foot(character, list, running);
  }

  /** @param {Isengard.Character} character @param {Isengard.Photo[]} list */
  #head(character, list) {
    const { name, class_word: kind, trigger_word: trigger, versions } = character;
    say(this.heading, name);
    const shown = { id: character.id, cover: character.cover_photo_id, lora: shownBy(character) };
    fill(this.face, shown, () => face(this.store, shown));
    // somebody whom only LoRAs from elsewhere know is called by theirs
    const word = (versions.every((version) => version.outside) && versions.find((version) => version.rank === 1)?.trigger_word) || trigger;
    fill(this.facts, [kind, word], () => [`${kind}${DOT}`, h("code", { class: "isen-trigger", text: word, title: t("triggerHint") })]);
    const held = list.filter((photo) => photo.held_out).length;
    const counts = [counted("photoCount", character.photo_count), held > 0 && counted("heldCount", held), versions.length > 0 && counted("versionCount", versions.length)];
    say(this.counts, dotted(counts));
    fill(this.menu, [name, versions.length > 0], () => characterMenu(this, character));
    const form = /** @type {HTMLElement | null} */ (this.edit.firstElementChild);
    if (!form || form.hidden) fill(this.edit, [name, kind, trigger], () => editForm(this, character)); // what is being written stays
  }

  /** @param {Isengard.Photo[]} list */
  #progress(list) {
    const good = list.filter((photo) => teaches({ ...photo, findings: findingsNow(photo, list) })).length;
    this.meter.hidden = this.enough.hidden = !list.length;
    this.meter.value = Math.min(good, GOOD);
    const text = t(good < GOOD ? "enough" : "enoughNow", { n: good });
    this.meter.setAttribute("aria-label", text);
    say(this.enough, text);
  }

  /** @param {Isengard.Character} character @param {Isengard.Photo[]} list @param {Isengard.Job | undefined} running */
  #foot(character, list, running) {
    const known = this.store.state.photos[character.id]; // while they are on their way, whoever has some is not told to add some
    const included = known ? list.filter((photo) => photo.included).length : character.photo_count;
    const trained = character.versions.length > 0;
    say(this.draw, t("makePictures", { name: brief(character.name) }));
    this.draw.hidden = this.day.hidden = !trained;
    say(this.train, running ? t("watchTraining") : t("train", { name: brief(character.name) }));
    this.train.disabled = !included && !running;
    this.train.title = this.train.disabled ? t(list.length ? "trainNoneUsed" : "trainNoPhotos") : "";
    this.train.classList.toggle("isen-primary", !running && !trained);
    this.next = running ? { tab: "training", job: running.id } : { tab: "training", train: character.id };
  }
}

/** What was measured last of somebody's own pictures. @param {Isengard.Generation[]} made newest first @param {string} id */
function newestOf(made, id) {
  const measured = made.flatMap((generation) => generation.images.filter((image) => !image.deleted_at).flatMap((image) => measuredIn(generation, image)));
  return measured.find((known) => known.id === id)?.likeness;
}
