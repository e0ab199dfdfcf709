/** A store on an API whose answers the test gives. */

import { Api, ApiError } from "../../js/data/api.js";
import { Store } from "../../js/data/store.js";

/** An API whose answers are functions of the path; notes what was asked. */
export function fakeApi(answers = {}) {
  const asked = [];
  const call = (method) => async (path, body, id) => {
    asked.push([method, path, body, id]);
    const answer = answers[`${method} ${path.split("?")[0]}`];
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer(path, body) : (answer ?? { items: [], next_cursor: null });
  };
  const api = new Api({ fetch, url: (path) => path });
  return Object.assign(api, { asked, get: call("GET"), post: call("POST"), patch: call("PATCH"), delete: call("DELETE") });
}

export const memory = () => {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
};
export const make = (answers, more = {}) => {
  const api = fakeApi({ "GET /health": { mode: "production" }, ...answers });
  return { api, store: new Store(api, { memory: memory(), later: () => {}, ...more }) };
};
export const error = (code, status = 503) => new ApiError(status, { code, message: code, hint: "" });
