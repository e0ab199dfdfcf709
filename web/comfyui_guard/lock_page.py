"""The page that stands before ComfyUI's where Isengard guards it: it takes the link and then lets ComfyUI's page in."""

from __future__ import annotations

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer"><title>ComfyUI is locked</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;background:#202020;color:#eee;display:grid;place-items:center;min-height:100vh;margin:0}
main{max-width:30rem;padding:1rem}input,button{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;margin:.25rem 0}
[role=alert]{color:#ffb4a8}
</style></head><body><main>
<h1>This ComfyUI is locked</h1>
<p>Isengard guards it, because other computers can reach it. Open the link in <code>run/link.txt</code> of Isengard's data
folder (ComfyUI's console says where that is), or paste it or its token here.</p>
<form><label for="token">Token</label><input id="token" type="password" autocomplete="off" required>
<button>Unlock</button><p role="alert" id="wrong" hidden></p></form>
<button id="here" hidden>Unlock on this computer</button>
<script>
const wrong = document.getElementById("wrong");
const typed = document.getElementById("token");
const here = document.getElementById("here");
const headers = {"Content-Type": "application/json", "X-Isengard": "1"};
const tokenIn = (text) => new URLSearchParams(text.match(/\\bisengard_token=[^&#\\s]+/)?.[0]).get("isengard_token");
const comeIn = () => location.replace(location.pathname);
const away = (fault) => {
  console.error(fault);
  return {status: 0, ok: false, json: async () => null};
};
async function ask(method, path, body) {
  for (;;) {
    const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)}).catch(away);
    const content = await answer.json().catch(() => null);
    if (content?.error?.code !== "starting") return {status: answer.status, content};
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
async function unlock(token) {
  const {status, content} = await ask("POST", "isengard/session", {token});
  if (status === 204) return comeIn();
  wrong.textContent = content?.error?.message ?? "ComfyUI did not answer. Try again in a moment.";
  wrong.hidden = false;
}
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  unlock(tokenIn(typed.value) ?? typed.value.trim());
});
function takeLink() {
  const linked = tokenIn(location.href);
  if (!linked) return;
  typed.value = linked;
  history.replaceState(null, "", location.pathname);
  unlock(linked);
}
async function offerLink() {
  const {content} = await ask("POST", "isengard/session/link", {});
  if (!content?.token) return;
  here.hidden = false;
  here.addEventListener("click", () => unlock(content.token));
}
async function start() {
  // a browser keeps the cookie back from a page that another site's link opened
  const {status, content} = await ask("GET", "isengard/capabilities");
  if (status === 200 && content !== null) return comeIn();
  addEventListener("hashchange", takeLink);
  takeLink();
  offerLink();
}
start();
</script></main></body></html>
"""
