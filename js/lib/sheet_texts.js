/** The texts of the stylesheets, from the files beside this one. Where the server gives out all modules as one, the texts stand there instead. */

/** @param {string} name */
export async function sheetText(name) {
  const response = await fetch(new URL(`../styles/${name}.css`, import.meta.url));
  if (!response.ok) throw new Error(`${name}.css: ${response.status}`);
  return response.text();
}
