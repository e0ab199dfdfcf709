/** Choices (`{red|blue}`), comments and lines of a prompt, read as the server reads them (generation/prompt_text/choices.py). Pure. */

/** An address (https://…) holds no comment; one that is never closed is none. */
const COMMENT = /\/\*[^]*?\*\/|(?<!:)\/\/[^\n]*/g;
/** What an alternative begins with in Dynamic Prompts, and in JSON. */
const OF_OTHERS = /^\s*(?:\d+(?:\.\d+)?::|\d*(?:-\d*)?\$\$)/;
const OF_JSON = /^\s*"[^"\n]*"\s*:/;

/** @param {string} text */
export const uncommented = (text) => text.replace(COMMENT, "");

/** @param {string} text */
export const commentsIn = (text) => (text.match(COMMENT) ?? []).map((comment) => comment.trim());

/**
 * Where the braces of a text are: `choice` there is something to choose, `broken` one lacks its other half, so nothing is chosen;
 * `others` are beginnings of choices in another program's way, which are not made either.
 * @param {string} text
 */
export function choicesIn(text) {
  const plain = uncommented(text);
  /** @type {{bars: number, begins: number}[]} */
  const open = [];
  const found = { choice: false, broken: false, others: /** @type {string[]} */ ([]) };
  /** @param {number} end */
  const look = (end) => {
    const part = plain.slice(/** @type {{begins: number}} */ (open.at(-1)).begins, end);
    const [start] = OF_OTHERS.exec(part) ?? [];
    if (start) found.others.push(start.trim());
    else found.choice ||= !OF_JSON.test(part);
  };
  for (let at = 0; at < plain.length; at += 1) {
    const sign = plain[at];
    const last = open.at(-1);
    if (sign === "\\" && "{|}".includes(plain[at + 1] || " ")) at += 1;
    else if (sign === "{") open.push({ bars: 0, begins: at + 1 });
    else if (sign === "|" && last) (look(at), (last.bars += 1), (last.begins = at + 1));
    else if (sign === "}") {
      if (last?.bars) look(at);
      found.broken ||= !open.pop();
    }
  }
  return { ...found, broken: found.broken || open.length > 0 };
}

/**
 * A prompt for each line; what is inside braces or a comment stays together, and a line without words is none.
 * @param {string} text
 */
export function linesOf(text) {
  const whole = choicesIn(text).broken ? text.split("\n") : apart(text);
  return whole.map((line) => line.trim()).filter((line) => uncommented(line).trim());
}

/** @param {string} text */
function apart(text) {
  const plain = text.replace(COMMENT, (comment) => comment.replaceAll("\n", " "));
  const lines = [""];
  let depth = 0;
  for (let at = 0; at < plain.length; at += 1) {
    const sign = plain[at];
    if (sign === "\\" && "{|}".includes(plain[at + 1] || " ")) {
      lines[lines.length - 1] += sign + plain[(at += 1)];
      continue;
    }
    if (sign === "\n" && !depth) lines.push("");
    else lines[lines.length - 1] += sign;
    depth += Number(sign === "{") - Number(sign === "}");
  }
  return lines;
}
