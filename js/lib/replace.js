/** Finding and replacing in a caption. Pure. */

/** Every occurrence, whatever its case; spaces and commas that are left over go. */
export function replaced(caption, find, put) {
  const escaped = find.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const text = caption.replace(new RegExp(escaped, "gi"), () => put);
  return put ? text : text.replace(/\s+,/g, ",").replace(/,(\s*,)+/g, ",").replace(/\s{2,}/g, " ").replace(/^[\s,]+|[\s,]+$/g, "");
}
