/** Our stylesheets, adopted by the document once: nothing is put into ComfyUI's head, nothing flashes when the panel moves. */

import { sheetText } from "./sheet_texts.js";

let adopted = null;

/** Resolves when the sheets are there; a failed try may be repeated. @param {string[]} names */
export function adoptStyles(names, { page = document, load = sheet } = {}) {
  adopted ??= Promise.all(names.map(load))
    .then((sheets) => {
      page.adoptedStyleSheets = [...page.adoptedStyleSheets, ...sheets];
    })
    .catch((error) => {
      adopted = null;
      throw error;
    });
  return adopted;
}

/** @param {string} name */
async function sheet(name) {
  return new CSSStyleSheet().replace(await sheetText(name));
}
