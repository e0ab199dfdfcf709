"""What tests do on ComfyUI's canvas, as scripts for the page."""

#: A shipped workflow onto the canvas, as a graph, not as the app it opens as; answers with its API graph.
LOAD_TWIN = """async (name) => {
  const answer = await fetch(`api/workflow_templates/isengard/${name}.json`);
  const workflow = await answer.json();
  workflow.extra.linearMode = false;
  // the tiny model of the tests is none of those that the template offers: ComfyUI would ask for them, over the panel
  for (const node of workflow.nodes) delete node.properties?.models;
  const app = window.comfyAPI.app.app;
  await app.loadGraphData(workflow, true, true, name);
  return (await app.graphToPrompt()).output;
}"""

#: Names of the canvas tabs, which of them is looked at, and what is on it.
CANVAS = """() => {
  const { app } = window.comfyAPI.app;
  const { openWorkflows, activeWorkflow } = app.extensionManager.workflow;
  const names = openWorkflows.map((known) => known.filename);
  return { names, active: activeWorkflow.filename, kinds: app.graph.nodes.map((node) => node.type) };
}"""
#: The opened workflow as an API graph, and where on the page its first node begins.
OPENED = """async () => {
  const { app } = window.comfyAPI.app;
  const left = Math.min(...app.graph.nodes.map((node) => node.pos[0]));
  return { graph: (await app.graphToPrompt()).output, left: (left + app.canvas.ds.offset[0]) * app.canvas.ds.scale };
}"""
ADD_NOTE = """() => {
  const { app } = window.comfyAPI.app;
  app.graph.add(window.LiteGraph.createNode("Note"));
  app.extensionManager.workflow.activeWorkflow.changeTracker.checkState();
}"""
DROP = """async (address) => {
  const { app } = window.comfyAPI.app;
  const blob = await (await fetch(address)).blob();
  app.graph.clear();
  await app.handleFile(new File([blob], `dropped.${blob.type.split("/")[1]}`, { type: blob.type }));
}"""
