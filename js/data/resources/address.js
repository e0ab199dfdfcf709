/** How an address of Isengard's API is put together. `action` is a correlation id in all resources. */

/** A list's longest page. */
export const MOST = 200;

/** An address; the ids and names that stand in it are made fit for one. @param {TemplateStringsArray} texts @param {...(string | number)} parts */
export const path = (texts, ...parts) => String.raw({ raw: texts }, ...parts.map(encodeURIComponent));

/** What an address is asked for: nothing of what is '' or false. @param {Record<string, string | number | boolean>} asked */
export function query(asked) {
  const parts = Object.entries(asked).filter(([, value]) => value !== "" && value !== false);
  return parts.length ? `?${parts.map(([name, value]) => `${name}=${encodeURIComponent(value === true ? 1 : value)}`).join("&")}` : "";
}

/** What every resource is made of. */
export class Resource {
  /** @param {Isengard.Api} api */
  constructor(api) {
    this.api = api;
  }
}
