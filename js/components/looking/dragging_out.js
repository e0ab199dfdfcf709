/** A picture dragged out of the panel: onto the desktop it is its file with all that is in it, onto ComfyUI's canvas its workflow. */

/**
 * Chromium saves what `DownloadURL` says; ComfyUI's canvas, like other pages, fetches the address and reads the file.
 * @param {DragEvent} event @param {{url: string, name: string}} picture
 */
export function dragOut({ dataTransfer }, { url, name }) {
  if (!dataTransfer) return;
  const address = new URL(url, location.href).href;
  dataTransfer.effectAllowed = "copy";
  dataTransfer.setData("DownloadURL", `${typeOf(name)}:${name}:${address}`);
  dataTransfer.setData("text/uri-list", address);
}

/** @param {string} name */
function typeOf(name) {
  const end = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return `image/${end === "jpg" ? "jpeg" : end}`;
}
