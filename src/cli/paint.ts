import type { WriteStream } from "node:tty";
/** What a text is about to tell: bad news, good news, or neither. */
export type Tone = "bad" | "good" | "plain";

/** Few colours, and none where no person looks: each gives the text back, coloured or not. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly tone: (tone: Tone, text: string) => string;
}

const RESET = "\x1b[0m";

export const PLAIN: Paint = {
  bold: (text) => text,
  faint: (text) => text,
  tone: (_tone, text) => text,
};

export const COLOURED: Paint = {
  bold: (text) => `\x1b[1m${text}${RESET}`,
  faint: (text) => `\x1b[2m${text}${RESET}`,
  tone: (tone, text) => {
    if (tone === "plain") return text;
    return `${tone === "bad" ? "\x1b[31m" : "\x1b[32m"}${text}${RESET}`;
  },
};

/** A terminal that can (`NO_COLOR`, `TERM=dumb` and the like say that it should not). */
export function paintFor(output: Pick<WriteStream, "isTTY" | "hasColors">): Paint {
  return output.isTTY && output.hasColors() ? COLOURED : PLAIN;
}
