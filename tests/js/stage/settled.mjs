/** When the panel stands still: nothing is asked of the server, nothing is about to be, and some frames have passed. */

const FRAMES = 4;
/** A shorter pause is one before the panel asks the server; a longer one waits for a person. */
const SOON_MS = 500;
const soon = new Set();
let open = 0;

const [later, never] = [setTimeout, clearTimeout];
globalThis.setTimeout = (work, ms = 0, ...rest) => {
  const timer = later(() => {
    soon.delete(timer);
    work(...rest);
  }, ms);
  if (ms <= SOON_MS) soon.add(timer);
  return timer;
};
globalThis.clearTimeout = (timer) => {
  soon.delete(timer);
  never(timer);
};

/** Work that the panel waits for. */
export async function waiting(work) {
  open += 1;
  try {
    return await work();
  } finally {
    open -= 1;
  }
}

export async function settled() {
  for (let still = 0; still < FRAMES; still = open || soon.size ? 0 : still + 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
