/** Which strings of an answer are a person's or a file's own words, and what a stranger might put there. */

/** What js/lib/said.js says in the panel's language. */
export const SENTENCES = new Set("label description message hint detail why_not warnings reason refused fault note about words pace_words good_at terms".split(" "));
const TEXTS = new Set([
  ..."caption prompt negative notes class_word trigger_word licence file folder hub source version comfyui host log lines data logs value text base_models elsewhere others gpu path".split(" "),
  ...SENTENCES,
]);
/** These have a name that is only shown; elsewhere a name is a key. */
const NAMED = /^(?:chr|pho|alb)_/;

/** Calls `change(text)` for every such string and puts its answer in its place; `but` those under these keys. */
export function eachText(body, change, but = new Set()) {
  if (Array.isArray(body)) for (const item of body) eachText(item, change, but);
  if (body === null || typeof body !== "object" || Array.isArray(body)) return body;
  for (const [key, value] of Object.entries(body)) {
    if (but.has(key) && (typeof value === "string" || key === "warnings")) continue;
    const own = TEXTS.has(key) || (key === "name" && (NAMED.test(body.id) || "total_bytes" in body || "share" in body));
    if (own && typeof value === "string") body[key] = change(value);
    else if (own && Array.isArray(value) && value.every((item) => typeof item === "string")) body[key] = value.map(change);
    else eachText(value, change, but);
  }
  return body;
}

/** Every such string that is not a sentence, also the last part of a path, longest first. */
export function textsOf(...bodies) {
  const found = new Set();
  for (const body of bodies) {
    eachText(structuredClone(body), (text) => {
      for (const part of [text, text.trim(), text.split("/").at(-1)]) if (/\p{L}/u.test(part)) found.add(part);
      return text;
    }, SENTENCES);
  }
  return [...found].sort((one, other) => other.length - one.length);
}

const RUN = "window.pwned=1";
export const PAYLOADS = [
  `<script>${RUN}</script>`, `<img src=x onerror=${RUN}>`, `<svg onload=${RUN}>`, `<svg><script>${RUN}</script></svg>`, `"><b data-pwned>x</b>`,
  `'><b data-pwned>x</b>`, `" data-pwned="1`, `' data-pwned='1`, `" onfocus="${RUN}" autofocus="`, "` data-pwned=`1", `</textarea><b data-pwned>`,
  `</title><script>${RUN}</script>`, `<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>`, `<a href="javascript:${RUN}">x</a>`, `javascript:${RUN}`,
  `<details open ontoggle=${RUN}><summary>x</summary></details>`, `<input autofocus onfocus=${RUN}>`, `<style>*{display:none}</style>`, `<base href="//evil.example/">`,
  `<!--><b data-pwned>-->`, `&lt;b data-pwned&gt;`, `\u003cb data-pwned\u003e`, `{{constructor.constructor("${RUN}")()}}`, "${alert(1)}{name}{trigger}", `<math><mtext></mtext><mglyph><style><img src onerror=${RUN}></style></mglyph></math>`,
];
