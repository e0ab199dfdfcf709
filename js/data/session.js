/** Isengard's link carries the token once; it is exchanged for a cookie and taken out of the address. */

import { newCorrelationId } from "../lib/ids.js";
import { ApiError } from "./api.js";

const NAME = "isengard_token";
const CARRIED = new RegExp(`\\b${NAME}=[^&#\\s]+`);
/** Codes of a server that is not there yet: the same question gets its answer later. */
const LATER = new Set(["starting", "offline"]);
const AGAIN_MS = 1000;

/** The token in a link, in its fragment or its query; '' where there is none. @param {string} text */
export function tokenIn(text) {
  const [carried] = text.match(CARRIED) ?? [];
  return new URLSearchParams(carried).get(NAME) ?? "";
}

/**
 * True when the link in the page's address was taken, false where there is none or it was refused. While the server starts or
 * is away it is kept and tried again; `waits` is called then. `moved`: ComfyUI's page reads its address anew, without the token,
 * else it takes it for a subgraph's name: it writes what it does not find into the browser's console, and another address over it.
 * @param {import("./api.js").Api} api
 */
export async function exchangeLink(api, { page = globalThis.location, past = globalThis.history, waits = () => {}, moved = () => {}, later = (/** @type {() => void} */ work) => void setTimeout(work, AGAIN_MS) } = {}) {
  const link = page.href;
  const token = tokenIn(link);
  if (!token) return false;
  const put = (/** @type {string} */ address) => past.replaceState(past.state, "", address);
  put(withoutToken(link));
  moved();
  put(link);
  const refused = (/** @type {unknown} */ error) => {
    if (!(error instanceof ApiError)) throw error;
    return LATER.has(error.code) ? null : false;
  };
  for (;;) {
    const taken = await exchange(api, token).catch(refused);
    if (taken !== null) {
      if (page.href === link) put(withoutToken(link));
      return taken;
    }
    waits();
    await new Promise((resolve) => later(() => resolve(null)));
    if (page.href !== link && tokenIn(page.href)) return false;
  }
}

/** Path, query and fragment of the address, without the token. @param {string} link */
function withoutToken(link) {
  const address = new URL(link);
  address.searchParams.delete(NAME);
  const fragment = new URLSearchParams(address.hash.slice(1));
  if (fragment.has(NAME)) {
    fragment.delete(NAME);
    address.hash = fragment.toString();
  }
  return address.pathname + address.search + address.hash;
}

/**
 * True when the server took the token, false when it is not the right one. Throws ApiError for everything else.
 * @param {import("./api.js").Api} api
 * @param {string} token
 */
export async function exchange(api, token) {
  try {
    await api.system.openSession(token);
  } catch (error) {
    if (/** @type {{code?: string}} */ (error).code === "token_wrong") return false;
    throw error;
  }
  tellOpened(api);
  return true;
}

/** ComfyUI's own page refreshes what it knows; where it cannot, Isengard is open all the same. @param {import("./api.js").Api} api */
async function tellOpened(api) {
  try {
    await api.opened?.();
  } catch (error) {
    api.log?.line("WARNING", `ComfyUI's page could not be refreshed after unlocking: ${error}`, newCorrelationId());
  }
}
