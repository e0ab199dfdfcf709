/** Another picture in the place of the one before: browsers leave that one in sight until the new one is here, under the new one's name and buttons. */

/** By then one that is kept, or comes over a quick line, is here: nothing flickers. */
const AFTER_MS = 150;
const COMING = "isen-coming";
/** @type {WeakMap<HTMLImageElement, ReturnType<typeof setTimeout>>} */
const looks = new WeakMap();

/** Show `src`; what was shown before is out of sight while that takes long. @param {HTMLImageElement} image @param {string} src */
export function putPicture(image, src) {
  if (image.getAttribute("src") === src) return;
  if (!looks.has(image)) for (const kind of ["load", "error"]) image.addEventListener(kind, () => image.classList.remove(COMING));
  clearTimeout(looks.get(image));
  image.setAttribute("src", src);
  looks.set(image, setTimeout(() => image.complete || image.classList.add(COMING), AFTER_MS));
}
