/** What somebody drops or chooses: folders are walked, captions belong to photos, and what lies beside photos is no photo. Knows no element. */

import { takesText } from "./dom.js";

/** @typedef {{file: File, folder: string, rest?: boolean}} Found `rest`: stands for what was not looked at any more */

const PHOTOS = new Set("jpg jpeg jpe jfif png webp heic heif avif tif tiff bmp gif jxl".split(" "));
/** What phones, cameras and computers put beside photos, and raw files, which nothing here reads. */
const OTHERS = new Set("mov mp4 m4v avi mkv webm 3gp aae xmp thm json xml csv md pdf zip html htm ini db lnk url log safetensors dng cr2 cr3 nef arw raf rw2 orf pef srw".split(" "));
const HELPERS = /^(\..*|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r?)$/i;
/** Two thousand signs are the most; more is another kind of text. */
const MAX_CAPTION_BYTES = 20_000;
/** So many of a drop are looked at: somebody may have dropped a whole disk. */
export const MOST_FILES = 5000;

/** What was chosen; the same files can be chosen again. @param {HTMLInputElement} input */
export function takenFrom(input) {
  const files = [...(input.files ?? [])];
  input.value = "";
  return files;
}

/**
 * Everything in what was dropped, with the folder it lay in. The browser gives the entries only at the moment of the drop.
 * @param {DataTransfer} transfer
 * @returns {Promise<Found[]>}
 */
export async function walked(transfer) {
  const plain = [...transfer.files];
  const entries = [...(transfer.items ?? [])].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry?.());
  if (!entries.length || entries.some((entry) => !entry)) return plain.map((file) => ({ file, folder: "" }));
  /** @type {Found[]} */
  const found = [];
  for (const entry of entries) if (entry) await walk(entry, "", found);
  return found;
}

/** @param {FileSystemEntry} entry @param {string} folder @param {Found[]} found */
async function walk(entry, folder, found) {
  if (found.at(-1)?.rest) return;
  if (found.length >= MOST_FILES) return void found.push({ file: unreadable(""), folder, rest: true });
  if (isFile(entry)) {
    /** @type {File | null} */
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    found.push({ file: file ?? unreadable(entry.name), folder });
    return;
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  for (let part = await readSome(reader); part.length; part = await readSome(reader)) {
    for (const one of part) await walk(one, folder ? `${folder}/${entry.name}` : entry.name, found);
  }
}

/** @param {FileSystemEntry} entry @returns {entry is FileSystemFileEntry} */
const isFile = (entry) => entry.isFile;

/** A hundred at most at each call. @returns {Promise<FileSystemEntry[]>} @param {FileSystemDirectoryReader} reader */
const readSome = (reader) => new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));

/** What the browser shows and cannot open: told like any other file that cannot be read. @param {string} name */
const unreadable = (name) => /** @type {File} */ (/** @type {unknown} */ ({ name, size: 1, type: "", slice: () => ({ arrayBuffer: () => Promise.reject(new Error("unreadable")) }) }));

/**
 * What a paste brings; beside a text (a table, a page of a document) a picture is only how that text looks, and into a text nobody means one.
 * @param {ClipboardEvent} event
 */
export const pasted = ({ clipboardData, target }) => (takesText(target) || clipboardData?.types.includes("text/plain") ? [] : [...(clipboardData?.files ?? [])]);

/** What is dragged just now began here. */
let own = false;

/** A picture that is dragged out of `root` is no photo that comes in, though browsers call it a file as well. @param {HTMLElement} root */
export function knowOwnDrags(root) {
  /** @param {Event} event */
  const told = ({ type }) => void (own = type === "dragstart");
  // who is taken away while it is dragged is told of no end; a pointer moves again once there is one
  for (const kind of ["dragstart", "dragend", "pointermove", "pointerdown"]) root.addEventListener(kind, told, { capture: true });
}

/**
 * What a drag brings from elsewhere, null where that is no file. ComfyUI would load a dropped file as a workflow, and the views around would
 * take it for themselves: a drag with files ends where this is asked, one of our own pictures without anything.
 * @param {DragEvent} event
 */
export function brought(event) {
  const { dataTransfer } = event;
  if (!dataTransfer?.types.includes("Files")) return null;
  event.preventDefault();
  event.stopPropagation();
  if (!own) return dataTransfer;
  dataTransfer.dropEffect = "none";
  return null;
}

/** A chosen folder's files say where they lay. @param {Iterable<File | Found>} files @returns {Found[]} */
export const asFound = (files) => [...files].map((one) => ("file" in one ? one : { file: one, folder: (one.webkitRelativePath ?? "").split("/").slice(0, -1).join("/") }));

/**
 * Photos, texts that may be their captions, the names of what is neither, and whether that is all.
 * @param {Found[]} found
 */
export function sorted(found) {
  /** @type {Found[]} */
  const photos = [];
  /** @type {Map<string, File>} */
  const captions = new Map();
  /** @type {string[]} */
  const others = [];
  for (const one of found.filter(({ rest }) => !rest)) {
    const kind = kindOf(one);
    if (kind === "photo") photos.push(one);
    else if (kind === "caption") captions.set(pairOf(one), one.file);
    else others.push(one.file.name);
  }
  return { photos, captions, others, all: !found.some(({ rest }) => rest) };
}

/**
 * The people that folders which came together may be: each folder with photos of its own, where none lie beside them. One alone is nobody's choice.
 * @param {Found[]} found
 * @returns {{name: string, found: Found[]}[]}
 */
export function peopleIn(found) {
  const { photos } = sorted(found);
  const folders = [...new Set(photos.map(topOf))];
  if (folders.length < 2 || folders.includes("")) return [];
  return folders.map((name) => ({ name, found: found.filter((one) => topOf(one) === name) }));
}

/** @param {Found} one */
const topOf = ({ folder }) => folder.split("/")[0];

/** What a photo and its caption share: folder and name without the ending. @param {Found} one */
export const pairOf = ({ file, folder }) => `${folder}/${stemOf(file.name)}`;

/** @param {string} name */
export const stemOf = (name) => name.replace(/\.[^.]*$/, "").toLowerCase();

/** @param {Found} options */
function kindOf({ file, folder }) {
  const ending = /\.([^.]+)$/.exec(file.name)?.[1].toLowerCase() ?? "";
  if (HELPERS.test(file.name) || OTHERS.has(ending)) return "other";
  if (ending === "txt" || ending === "caption") return file.size <= MAX_CAPTION_BYTES ? "caption" : "other";
  // what is not known is for the server to judge, unless a whole folder came along
  return PHOTOS.has(ending) || file.type.startsWith("image/") || !folder ? "photo" : "other";
}

/** A text as its program wrote it: UTF-8, UTF-16 where it says so, else as Windows writes. @param {File} file */
export async function textOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = decoded(bytes);
  return text.replaceAll("\r\n", "\n").trim();
}

/** @param {Uint8Array} bytes */
function decoded(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/**
 * Whether the browser still gets at it: not deleted, moved or only in the cloud. Of a file that has gone Chromium reads a part
 * as nothing at all, without an error.
 * @param {Blob} file
 */
export async function readable(file) {
  try {
    return (await file.slice(0, 1).arrayBuffer()).byteLength > 0;
  } catch {
    return false;
  }
}
