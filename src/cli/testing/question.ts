import { connect, type Socket } from "node:net";
import { displayText } from "../../base/bytes.ts";
import { encodeCommand } from "../../resp/encode-command.ts";
import { ReplyParser } from "../../resp/reply-parser.ts";
import type { Reply } from "../../resp/reply.ts";
import { LOOPBACK } from "./loopback.ts";

/** A reply as plain JavaScript: texts, numbers, null, arrays. */
export type Answer = string | number | bigint | boolean | null | readonly Answer[];

/** The server answered with an error. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";
}

const ANSWER_WITHIN_MS = 2000;

export interface QuestionOptions {
  readonly withinMs?: number;
  /** Said before the question. */
  readonly password?: string | undefined;
}

/**
 * Asks a node on a connection of its own.
 * @throws {ReplyError} with the text of an error reply; {Error} when there is no answer
 */
export function ask(
  port: number,
  words: readonly string[],
  { withinMs = ANSWER_WITHIN_MS, password }: QuestionOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const parser = new ReplyParser();
    let greetings = password === undefined ? 0 : 1;
    const socket: Socket = connect({ host: LOOPBACK, port });
    const end = (finish: () => void): void => {
      clearTimeout(deadline);
      socket.destroy();
      finish();
    };
    const fail = (reason: string): void => end(() => reject(new Error(`port ${port}: ${reason}`)));
    const deadline = setTimeout(() => fail(`no answer within ${withinMs} ms`), withinMs);
    socket.on("error", (error) => fail(error.message));
    socket.on("close", () => fail("the connection ended without an answer"));
    socket.on("data", (chunk: Buffer) => {
      parser.feed(chunk);
      for (let reply = parser.next(); reply !== undefined; reply = parser.next()) {
        const answer = reply;
        if (answer.kind === "error") return end(() => reject(new ReplyError(answer.text)));
        if (greetings-- === 0) return end(() => resolve(plain(answer)));
      }
    });
    if (password !== undefined) socket.write(encodeCommand(["AUTH", Buffer.from(password)]));
    socket.write(encodeCommand(words.map((word) => Buffer.from(word))));
  });
}

function plain(reply: Reply): Answer {
  switch (reply.kind) {
    case "simple":
    case "error":
      return reply.text;
    case "integer":
    case "double":
    case "boolean":
      return reply.value;
    case "bulk":
    case "verbatim":
      return displayText(reply.bytes);
    case "big-number":
      return reply.digits;
    case "null":
    case "null-array":
      return null;
    case "array":
    case "set":
    case "push":
      return reply.items.map(plain);
    case "map":
      return reply.entries.map(([key, value]) => [plain(key), plain(value)]);
  }
}
