/** What somebody does about photos on their way in. Knows the store, no element. */

import { ApiError, ours } from "../api.js";
import { MOST_FILES, peopleIn, sorted } from "../../lib/files.js";
import { count, counted, few } from "../../lib/format.js";
import { sentences, wordOr } from "../../locales/words.js";

/** Letters of a name. */
const MOST_NAME = 80;

/**
 * Photos that no view took: on the way to training somebody they are theirs, else they lead to making a person with them. A zip alone may be somebody.
 * @param {Isengard.Store} store @param {Isengard.Found[]} found
 */
export function arrive(store, found) {
  const { characters, route } = store.state;
  if (characters === null) return;
  const { photos, all } = sorted(found);
  const archive = found.find(({ file }) => /\.zip$/i.test(file.name))?.file;
  if (!photos.length && archive) {
    store.go({ tab: "characters" });
    return store.set({ arrivals: { found: [], name: "", archive } });
  }
  if (!photos.length) return store.set({ problem: new ApiError(0, all ? ours("no_photos", "droppedNoPhotos") : ours("no_photos", "filesCut", "", { n: count(MOST_FILES) })) });
  const id = characters.find((known) => known.id === route.train)?.id;
  if (id) {
    store.go({ tab: "characters", id });
    return store.addPhotos(id, found);
  }
  const before = store.state.arrivals;
  const together = [...(before?.found ?? []), ...found]; // those that wait already wait with them
  const name = before?.name || (found.find(({ folder }) => folder)?.folder.split("/")[0] ?? "");
  store.go({ tab: "characters" });
  store.set({ arrivals: { found: together, name, people: peopleIn(together) } });
}

/**
 * A person of each folder, one after the other; their photos come in as they are there. Nobody has said yet that their photos may be used.
 * @param {Isengard.Store} store @param {{name: string, found: Isengard.Found[]}[]} people @param {string} kind
 * @returns {Promise<number>} how many there are now
 */
export async function makePeople(store, people, kind) {
  let made = 0;
  for (const { name, found } of people) {
    const character = await store.attempt((id) => store.api.characters.create({ name: name.slice(0, MOST_NAME), class_word: kind, consent: false }, id));
    if (!character) break;
    made += 1;
    store.keepCharacter(character);
    store.addPhotos(character.id, found);
  }
  return made;
}

/** Whether a file is still on its way in. @param {Isengard.State} state */
export const uploading = ({ uploads, importing }) => importing !== null || uploads.some((known) => !known.error && !known.note);

/**
 * While files are on their way in, the browser asks whether the page may be closed; only then, for it slows the way back to a page.
 * @param {Isengard.Store} store
 * @param {EventTarget} page
 */
export function askBeforeLeaving(store, page = globalThis) {
  const ask = (/** @type {Event} */ event) => event.preventDefault();
  let asks = false;
  store.listen((state) => {
    if (uploading(state) === asks) return;
    asks = !asks;
    if (asks) page.addEventListener("beforeunload", ask);
    else page.removeEventListener("beforeunload", ask);
  });
}

/** What has not been begun is left out; what is on its way comes in. @param {Isengard.Store} store @param {string} characterId */
export function stopUploads(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || known.error || known.note || known.begun) });
}

/** The refusals and what was left out were read. @param {Isengard.Store} store @param {string} characterId */
export function forgetRefusals(store, characterId) {
  store.set({ uploads: store.state.uploads.filter((known) => known.characterId !== characterId || !(known.error || known.note)) });
}

/** What is told of several files. @param {NonNullable<Isengard.Upload["note"]>} note */
export const noteWords = ({ words, names, n }) => sentences(counted(words, n, { names: few(names) }), wordOr(`${words}Hint`, ""));

/** Whether a file was refused for what may be over by now; what is wrong with the file itself is not. @param {Isengard.Upload} upload */
export function mayComeIn({ file, error }) {
  return Boolean(file && error && (!error.status || error.status === 401 || error.status === 429 || error.status >= 500) && error.code !== "file_unreadable");
}

/** Those that may come in by now, once more; the others are told still. @param {Isengard.Store} store @param {string} characterId */
export function addAgain(store, characterId) {
  const ours = store.state.uploads.filter((known) => known.characterId === characterId && mayComeIn(known));
  store.set({ uploads: store.state.uploads.filter((known) => !ours.includes(known)) });
  return store.intake.again(characterId, ours);
}
