/** A picture dragged out of the panel: onto the desktop it is its file with all that is in it, onto ComfyUI's canvas its workflow. */

/**
 * Chromium saves what `DownloadURL` says, the copy to give away (`file`); ComfyUI's canvas, like other pages, fetches the `address` and
 * reads what is in the picture. Other browsers give the address.
 * @param {DragEvent} event @param {{file: string, address: string, name: string}} picture
 */
export function dragOut({ dataTransfer }, { file, address, name }) {
  if (!dataTransfer) return;
  /** @param {string} url */
  const whole = (url) => new URL(url, location.href).href;
  dataTransfer.effectAllowed = "copy";
  dataTransfer.setData("DownloadURL", `image/png:${name.replaceAll(":", " ")}:${whole(file)}`);
  dataTransfer.setData("text/uri-list", whole(address));
}
