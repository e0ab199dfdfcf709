/** Own ways of making pictures: any API-format workflow with our nodes. Knows the store, no element. */

/** Where the graph is in the body of ComfyUI's /prompt, and in what its graphToPrompt gives. */
const AROUND = ["prompt", "output"];

/** What stands in a dropped file: a graph, or why it is none (`canvasFormat`, `notAGraph`). @param {string} text */
export function graphOf(text) {
  let content;
  try {
    content = unwrapped(JSON.parse(text));
  } catch {
    return { problem: "notAGraph" };
  }
  if (Array.isArray(content?.nodes)) return { problem: "canvasFormat" };
  const nodes = content && typeof content === "object" && !Array.isArray(content) ? Object.values(content) : [];
  const isGraph = nodes.length > 0 && nodes.every((node) => typeof node?.class_type === "string" && node.inputs && typeof node.inputs === "object");
  return isGraph ? { graph: content } : { problem: "notAGraph" };
}

/** A node may have the name of what is around a graph elsewhere. @param {Isengard.Graph | null} content @returns {Isengard.Graph | null} */
function unwrapped(content) {
  const inner = AROUND.map((name) => content?.[name]).find((part) => part && typeof part === "object" && typeof part.class_type !== "string");
  return /** @type {Isengard.Graph | null} */ (/** @type {unknown} */ (inner)) ?? content;
}

/** "My best (2).json" is called "My best (2)". @param {string} name */
export const nameOfFile = (name) => name.replace(/\.json$/i, "").slice(0, 80) || "recipe";

/**
 * Keeps it; the answer is the recipe with its findings, null where it was refused.
 * @param {Isengard.Store} store @param {string} name @param {Isengard.Graph} graph
 */
export async function addRecipe(store, name, graph) {
  return keep(store, await store.attempt((id) => store.api.recipes.add(name, graph, id)));
}

/** The person has read which nodes of other packs it runs. @param {Isengard.Store} store @param {Isengard.Recipe} recipe */
export async function confirmRecipe(store, { name, foreign }) {
  return keep(store, await store.attempt((id) => store.api.recipes.confirm(name, foreign, id)));
}

/** Into the trash; true when it is there. @param {Isengard.Store} store @param {string} name */
export async function removeRecipe(store, name) {
  if (!(await store.attempt((id) => store.api.recipes.remove(name, id)))) return false;
  store.keepOwn({ recipes: store.state.recipes.filter((known) => known.name !== name) });
  return true;
}

/** @param {Isengard.Store} store @param {string} name */
export async function restoreRecipe(store, name) {
  return keep(store, await store.attempt((id) => store.api.recipes.restore(name, id)));
}

/** @param {Isengard.Store} store @param {Isengard.Recipe | null} recipe */
function keep(store, recipe) {
  if (!recipe) return null;
  const others = store.state.recipes.filter((known) => known.name !== recipe.name);
  store.keepOwn({ recipes: [...others, recipe] });
  return recipe;
}
