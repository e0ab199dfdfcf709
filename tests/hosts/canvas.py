"""What tests do on ComfyUI's canvas, as scripts for the page."""

#: A shipped workflow onto the canvas; answers with its API graph.
LOAD_TWIN = """async (name) => {
  const answer = await fetch(`api/workflow_templates/isengard/${name}.json`);
  const app = window.comfyAPI.app.app;
  await app.loadGraphData(await answer.json(), true, true, name);
  return (await app.graphToPrompt()).output;
}"""
