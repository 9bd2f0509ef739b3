import { globMatch } from "../../base/glob.ts";
import { formatDouble } from "../../resp/double.ts";
import type { Bytes } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { readContainer, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { replyError } from "../reply.ts";
import { readCursor, readScanOptions, type ScanOptions, scanSome } from "./scan-options.ts";
import type { ServerState } from "../state.ts";
import type { Container } from "../values/value.ts";
import { keyAt } from "./strings.ts";

type Scanned = Exclude<Container, { readonly kind: "list" }>;

/** HSCAN, SSCAN and ZSCAN: a small container is told as a whole (server spec §5.3). */
function scanCommand(kind: Scanned["kind"]) {
  return (state: ServerState, client: Client, args: Arguments): void => {
    const cursor = readCursor(args[2] ?? "");
    if (cursor.error !== undefined) {
      replyError(client, cursor.error);
      return;
    }
    const container = readContainer(state, client, keyAt(args, 1), kind);
    if (container === WRONG_TYPE) return;
    if (container === undefined) {
      replyScanned(client, 0, []);
      return;
    }
    const options = readScanOptions(args, 3, { type: false });
    if (typeof options === "string") {
      replyError(client, options);
      return;
    }
    scan(client, container, cursor.at, options);
  };
}

function scan(client: Client, container: Scanned, from: number, options: ScanOptions): void {
  const { pattern } = options;
  const found: Bytes[] = [];
  const matches = (name: string): boolean => pattern === undefined || globMatch(pattern, name);
  const next = scanSome(from, options.count, (cursor) => {
    const before = found.length;
    const after = scanStep(container, cursor, (name, value) => {
      if (!matches(name)) return;
      found.push(name);
      if (value !== undefined) found.push(value);
    });
    return { cursor: after, found: found.length - before };
  });
  replyScanned(client, next, found);
}

function scanStep(
  container: Scanned,
  cursor: number,
  visit: (name: string, value: Bytes | undefined) => void,
): number {
  switch (container.kind) {
    case "set":
      return container.scan(cursor, (member) => visit(member, undefined));
    case "hash":
      return container.scan(cursor, visit);
    case "sorted-set":
      return container.scan(cursor, ({ member, score }) => visit(member, formatDouble(score)));
  }
}

function replyScanned(client: Client, cursor: number, found: readonly Bytes[]): void {
  client.reply.array(2);
  client.reply.bulk(String(cursor));
  client.reply.array(found.length);
  for (const bytes of found) client.reply.bulk(bytes);
}

const R = flags("r");

export const ELEMENT_SCAN_COMMANDS: readonly Command[] = [
  { name: "hscan", arity: -3, flags: R, keys: FIRST_KEY, group: "hash", run: scanCommand("hash") },
  { name: "sscan", arity: -3, flags: R, keys: FIRST_KEY, group: "set", run: scanCommand("set") },
  {
    name: "zscan",
    arity: -3,
    flags: R,
    keys: FIRST_KEY,
    group: "sorted-set",
    run: scanCommand("sorted-set"),
  },
];
