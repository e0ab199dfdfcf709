/** Which face of ComfyUI's frontend this page has: its `app`, or the Custom Nodes SDK alone. */

import { AppFrontend } from "./comfy.js";
import { SdkFrontend } from "./comfy_sdk.js";

/**
 * `app` first, as long as there is one: the SDK opens no tab, tells no graph and has no badge on a tab.
 * @param {any} [page] @returns {Isengard.Frontend}
 */
export function frontendOf(page = globalThis) {
  if (page.comfyAPI?.app?.app) return new AppFrontend(page);
  if (page.comfy?.supports?.("ui.sidebarTab")) return new SdkFrontend(page);
  throw new Error("This page of ComfyUI has neither `app` nor the Custom Nodes SDK. Update ComfyUI, or report it.");
}
