/** Correlation ids: one for each thing a person does, carried by every request that follows from it. */

export function newCorrelationId() {
  const random = crypto.getRandomValues(new Uint8Array(8));
  return `ui-${[...random].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
