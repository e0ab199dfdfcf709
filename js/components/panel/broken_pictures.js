/** Pictures that could not be fetched while ComfyUI was away stay broken, whatever is drawn around them, until they are asked for once more. */

/** More than that is no view of ours. */
const MOST = 500;

/** Notes those of the panel; answers with what asks for them again. @param {HTMLElement} panel */
export function brokenPictures(panel) {
  /** @type {Set<HTMLImageElement>} */
  const broken = new Set();
  const note = (/** @type {Event} */ { target }) => void (target instanceof HTMLImageElement && broken.size < MOST && broken.add(target));
  panel.addEventListener("error", note, { capture: true }); // which no picture passes on
  return () => {
    const images = [...broken];
    broken.clear();
    for (const image of images) {
      const address = image.getAttribute("src");
      if (address && !image.naturalWidth) image.setAttribute("src", address);
    }
  };
}
