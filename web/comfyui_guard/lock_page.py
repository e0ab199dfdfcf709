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
folder (ComfyUI's console says where that is), or paste its token here.</p>
<form><label for="token">Token</label><input id="token" type="password" autocomplete="off" required>
<button>Unlock</button><p role="alert" id="wrong" hidden></p></form>
<button id="here" hidden>Unlock on this computer</button>
<script>
const wrong = document.getElementById("wrong");
const typed = document.getElementById("token");
const here = document.getElementById("here");
const headers = {"Content-Type": "application/json", "X-Isengard": "1"};
async function ask(path, body) {
  for (;;) {
    const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
    if (answer.status !== 503 || (await answer.clone().json()).error.code !== "starting") return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
async function unlock(token) {
  let said = "ComfyUI did not answer. Try again in a moment.";
  try {
    const answer = await ask("isengard/session", {token});
    if (answer.ok) return location.replace(location.pathname);
    said = (await answer.json()).error.message;
  } catch (fault) {
    console.error(fault);
  }
  wrong.textContent = said;
  wrong.hidden = false;
}
document.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  unlock(typed.value.trim());
});
const linked = new URLSearchParams(location.hash.slice(1)).get("isengard_token");
if (linked) {
  history.replaceState(null, "", location.pathname);
  unlock(linked);
}
ask("isengard/session/link", {}).then(async (answer) => {
  if (!answer.ok) return;
  const {token} = await answer.json();
  here.hidden = false;
  here.addEventListener("click", () => unlock(token));
});
</script></main></body></html>
"""
