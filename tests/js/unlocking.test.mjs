/** The form that asks for the link: what it says when the link is not taken. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { locked } from "../../js/components/panel/blocked_states.js";
import { Api } from "../../js/data/api.js";
import { Store } from "../../js/data/store.js";
import { installDocument } from "./fake_dom.mjs";

installDocument();

/** The form on a server that answers as `said` does, once the link of this very machine was shown. */
async function shown(said) {
  const posted = [];
  const fetch = async (path, { body }) => {
    if (path.endsWith("/session/link")) return { status: 200, ok: true, json: async () => ({ links: ["http://gpu/#isengard_token=here"], token: "here" }) };
    posted.push(body && JSON.parse(body));
    return said();
  };
  const store = new Store(new Api({ url: (path) => path, fetch }), { memory: null, later: () => {} });
  store.refresh = async () => {};
  const form = locked(store);
  await new Promise((resolve) => setTimeout(resolve));
  return { posted, form, token: found(form, "isen-token"), alert: found(form, "alert"), here: found(form, "isen-unlock-here") };
}

const found = (node, name) => ([node.dataset?.testid, node.getAttribute?.("role")].includes(name) ? node : (node.children ?? []).map((child) => found(child, name)).find(Boolean));
const refused = (status, code, message) => () => ({ status, ok: false, json: async () => ({ error: { code, message, hint: "Do this." } }) });
const submit = (form) => form.fire("submit", { preventDefault: () => {} });

test("a wrong token is told as one, a server that is away as itself", async () => {
  for (const [said, words] of [
    [refused(401, "token_wrong", "This link is not valid."), /doesn't match/],
    [refused(503, "starting", "Isengard is starting."), /Isengard is starting. Do this./],
    [() => Promise.reject(new TypeError("no network")), /didn't respond/],
  ]) {
    const { form, token, alert } = await shown(said);
    token.value = "s3cret";
    await submit(form);
    assert.equal(alert.hidden, false);
    assert.match(alert.textContent, words);
    if (!String(words).includes("match")) assert.doesNotMatch(alert.textContent, /doesn't match/);
  }
});

test("the button of this very machine says why it does not open", async () => {
  const { here, alert } = await shown(refused(503, "starting", "Isengard is starting."));
  await here.fire("click");
  assert.match(alert.textContent, /Isengard is starting/);
  assert.equal(alert.hidden, false);
});

test("a whole link may stand where the token is asked for", async () => {
  const { form, posted, token, alert } = await shown(() => ({ status: 204, ok: true }));
  token.value = " http://gpu:8188/#isengard_token=s3cret ";
  await submit(form);
  assert.deepEqual([posted, alert.hidden], [[{ token: "s3cret" }], true]);
});
