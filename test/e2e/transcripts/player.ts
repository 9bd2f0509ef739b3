import { splitQuotedWords } from "../../../src/base/quoted-words.ts";
import { encodeCommand } from "../../../src/resp/encode-command.ts";
import { ReplyParser } from "../../../src/resp/reply-parser.ts";
import type { Lab } from "../harness/lab.ts";
import type { RawConnection } from "../harness/raw-connection.ts";
import { printed } from "./printed.ts";

/** The answers to one line of a script: none when the server stays silent by right. */
export interface Played {
  readonly line: string;
  readonly answers: readonly string[];
}

/** Commands of one connection, in order. */
export interface Script {
  readonly name: string;
  readonly protocol: 2 | 3;
  /** Words with quotes as in redis-cli; a line that begins with `>` is sent inline, as it stands. */
  readonly lines: readonly string[];
}

/**
 * Scripts in a text: a `## name` begins one, `#` a comment. Each is played in RESP2 and in RESP3.
 * `{port}`, `{master}` and the like are filled in from `values`.
 */
export function scriptsOf(text: string, values: Readonly<Record<string, string>>): Script[] {
  const scripts = text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [name = "", ...lines] = part.split("\n");
      const commands = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
      return { name: name.trim(), lines: commands.map((line) => filledIn(line, values)) };
    });
  return scripts.flatMap(({ name, lines }) =>
    ([2, 3] as const).map((protocol) => ({ name: `${name}, RESP${protocol}`, protocol, lines })),
  );
}

function filledIn(line: string, values: Readonly<Record<string, string>>): string {
  return line.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/**
 * Plays a script against one server. Behind each command goes one that no server knows, whose error
 * comes back in any state of the connection: whatever arrived before it is the command's answer.
 */
export async function play(
  lab: Lab,
  target: { readonly port: number },
  script: Script,
): Promise<Played[]> {
  const connection = await lab.rawConnection(target);
  let seen = 0;
  const answersTo = async (bytes: string): Promise<readonly string[]> => {
    const marker = `marker-${++markers}`;
    connection.send(bytes + latin1(encodeCommand([marker])));
    const end = await answerEnd(connection, seen, marker);
    const answers = repliesIn(connection.received.subarray(seen, end.at));
    seen = end.next;
    return connection.closed && end.at === end.next ? [...answers, "<closed>"] : answers;
  };
  if (script.protocol === 3) await answersTo(latin1(encodeCommand(["HELLO", "3"])));
  const played: Played[] = [];
  for (const line of script.lines) {
    const answers = await answersTo(bytesOf(line));
    played.push({ line, answers });
    if (answers.includes("<closed>")) break;
  }
  connection.close();
  return played;
}

let markers = 0;

function bytesOf(line: string): string {
  if (line.startsWith(">")) return `${line.slice(1)}\r\n`;
  const words = splitQuotedWords(line);
  if (words === undefined) throw new Error(`unbalanced quotes: ${line}`);
  return latin1(encodeCommand(words));
}

function latin1(bytes: Buffer): string {
  return bytes.toString("latin1");
}

async function answerEnd(
  connection: RawConnection,
  seen: number,
  marker: string,
): Promise<{ readonly at: number; readonly next: number }> {
  const error = `-ERR unknown command '${marker}', with args beginning with: \r\n`;
  await connection.untilReceived(
    `the answer before ${marker}`,
    () => connection.closed || connection.received.includes(error, seen),
  );
  const at = connection.received.indexOf(error, seen);
  const end = connection.received.length;
  return at < 0 ? { at: end, next: end } : { at, next: at + error.length };
}

function repliesIn(bytes: Buffer): readonly string[] {
  const parser = new ReplyParser();
  parser.feed(bytes);
  const replies: string[] = [];
  for (let next = parser.next(); next !== undefined; next = parser.next()) {
    replies.push(printed(next));
  }
  const rest = parser.takeRest();
  return rest.length === 0 ? replies : [...replies, `unfinished ${JSON.stringify(latin1(rest))}`];
}
