import { type Bytes, textOf } from "../base/bytes.ts";

/** Above this total the parts are joined as buffers, below it as one string. */
const LONG_COMMAND_BYTES = 16 * 1024;

/** A command as a multibulk request: for replication streams and links. */
export function encodeCommand(args: readonly Bytes[]): Buffer {
  const text = encodeCommandText(args);
  return typeof text === "string" ? Buffer.from(text, "latin1") : text;
}

/** The same bytes, as a latin1 string where that is the cheaper form to go on with. */
export function encodeCommandText(args: readonly Bytes[]): Bytes {
  let total = 0;
  for (const arg of args) total += arg.length;
  if (total > LONG_COMMAND_BYTES) return joinParts(args);
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${arg.length}\r\n${textOf(arg)}\r\n`;
  return text;
}

function joinParts(args: readonly Bytes[]): Buffer {
  const parts: Buffer[] = [];
  let text = `*${args.length}\r\n`;
  for (const arg of args) {
    text += `$${arg.length}\r\n`;
    if (typeof arg === "string") {
      text += arg;
    } else {
      parts.push(Buffer.from(text, "latin1"), arg);
      text = "";
    }
    text += "\r\n";
  }
  parts.push(Buffer.from(text, "latin1"));
  return Buffer.concat(parts);
}
