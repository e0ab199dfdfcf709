/** The little of ComfyUI's frontend that js/comfy.js uses. */
declare module "*/scripts/app.js" {
  export const app: any;
}
declare module "*/scripts/api.js" {
  export const api: any;
}
