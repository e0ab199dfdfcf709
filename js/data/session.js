/** Isengard's link carries the token once; it is exchanged for a cookie and taken out of the address. */

const NAME = "isengard_token";

/** @param {import("./api.js").Api} api */
export async function exchangeLink(api, { page = globalThis.location, past = globalThis.history } = {}) {
  const address = new URL(page.href);
  const fragment = new URLSearchParams(address.hash.slice(1));
  const token = address.searchParams.get(NAME) ?? fragment.get(NAME);
  if (!token) return false;
  address.searchParams.delete(NAME);
  if (fragment.has(NAME)) {
    fragment.delete(NAME);
    address.hash = fragment.toString();
  }
  past.replaceState(past.state, "", address.pathname + address.search + address.hash);
  return exchange(api, token);
}

/** True when the server took the token. */
export async function exchange(api, token) {
  try {
    await api.system.openSession(token);
    api.opened?.();
    return true;
  } catch {
    return false;
  }
}
