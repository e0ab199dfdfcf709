/** Each address of the API is built in one place: as the routes are written, with ids and names made fit for an address. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Api } from "../../js/data/api.js";

function made() {
  const asked = [];
  const note = (method) => async (path, body) => {
    asked.push(body === undefined ? `${method} ${path}` : `${method} ${path} ${JSON.stringify(body)}`);
    return { items: [{}] };
  };
  const api = new Api({ fetch, url: (path) => path });
  return { asked, api: Object.assign(api, { get: note("GET"), post: note("POST"), patch: note("PATCH"), delete: async (path) => asked.push(`DELETE ${path}`), comfy: note("COMFY"), send: note("SEND") }) };
}

test("lists say which page is wanted", async () => {
  const { api, asked } = made();
  await api.generations.list({ character: "", recipe: "", album: "", version: "", search: "", favourite: false, sort: "date" });
  await api.generations.list({ character: "chr_1", recipe: "my own", album: "alb_1", version: "a/b.safetensors", search: "rainy street", favourite: true, sort: "likeness" }, "2026-1/x");
  await api.generations.deleted();
  await api.generations.deleted("c");
  await api.generations.compared("bench", "");
  await api.generations.compared("grid", "chr_1");
  await api.jobs.trainings(null);
  await api.jobs.trainings("a b");
  await api.jobs.trainingsOf("chr_1");
  await api.characters.deleted();
  await api.photos.deleted("chr_1");
  await api.system.logs({ limit: 300, correlation_id: "", service: "worker" });
  assert.deepEqual(asked, [
    "GET /generations?limit=60", "GET /generations?limit=200&character_id=chr_1&recipe=my%20own&album_id=alb_1&version=a%2Fb.safetensors&search=rainy%20street&favourite=1&sort=likeness&cursor=2026-1%2Fx",
    "GET /generations?deleted=1&limit=200", "GET /generations?deleted=1&limit=200&cursor=c",
    "GET /generations?purpose=bench&limit=200", "GET /generations?purpose=grid&limit=200&character_id=chr_1",
    "GET /training/jobs?kind=training&limit=50", "GET /training/jobs?kind=training&limit=50&cursor=a%20b",
    "GET /training/jobs?kind=training&limit=200&character_id=chr_1", "GET /characters?deleted=1&limit=200", "GET /characters/chr_1/photos?deleted=1", "GET /logs?limit=300&service=worker",
  ]);
});

test("ids and names cannot lead elsewhere", async () => {
  const { api, asked } = made();
  await api.recipes.confirm("my/own ?", [], "ui-1");
  await api.characters.one("../settings");
  await api.training.setUp("a b", { action: "check" }, "ui-1");
  assert.deepEqual(asked, ['POST /recipes/my%2Fown%20%3F/confirm {"foreign":[]}', "GET /characters/..%2Fsettings", 'POST /training/backends/a%20b/setup {"action":"check"}']);
  assert.equal(api.jobs.sampleUrl("job_1", "samples/20 a.png"), "/isengard/training/jobs/job_1/samples/20%20a.png");
  assert.equal(api.photos.imageUrl("chr_1", "pho_1", "thumb"), "/isengard/characters/chr_1/photos/pho_1/image?size=thumb");
  assert.equal(api.photos.trashedUrl("chr_1", "pho_1"), "/isengard/characters/chr_1/photos/pho_1/image?deleted=1");
  assert.equal(api.generations.thumbUrl({ id: "gen_1" }, { n: 0 }), "/isengard/generations/gen_1/images/0?size=thumb");
  assert.equal(api.generations.trashedUrl("gen_1", 3), "/isengard/generations/gen_1/images/3?deleted=1");
  assert.equal(api.system.eventsUrl(""), "/isengard/events?many=1&greet=1");
  assert.equal(api.system.eventsUrl("a-1"), "/isengard/events?many=1&greet=1&since=a-1");
  assert.equal(api.system.eventsUrl("a-1", true), "/isengard/events?many=1&once=1&since=a-1");
});

test("what is ordered of a job goes to the job", async () => {
  const { api, asked } = made();
  await api.jobs.order("job_1", "retry", "ui-1", { smaller: true });
  await api.jobs.order("job_1", "save-now", "ui-1");
  await api.jobs.publish("job_1", 200, "ui-1");
  await api.jobs.move("job_1", 2, "ui-1");
  assert.deepEqual(asked, [
    'POST /training/jobs/job_1/retry {"smaller":true}', "POST /training/jobs/job_1/save-now {}", "POST /training/jobs/job_1/checkpoints/200/publish {}", 'PATCH /training/jobs/job_1 {"position":2}',
  ]);
});
