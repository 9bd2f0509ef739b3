import { createServer, type Server, type Socket } from "node:net";
import { binaryText } from "./reply-value.ts";
import { HttpError } from "./http-error.ts";
import { askHealth, HEALTH_KINDS, type HealthQuestion, parseLag } from "./load-balancer.ts";
import { parsePlaceText } from "./place-text.ts";
import { type HttpSource, tellAcceptFault } from "./source.ts";

const LINE_BYTES_MAX = 1024;
const LINE_WITHIN_MS = 5000;
const CONNECTIONS_MAX = 1000;
const SYNTAX = "send: master|replica|read-only NAME [HOST:PORT] [lag=10MB]";

/**
 * HAProxy's agent-check: one line comes, one goes, and the connection ends. `agent-send "master
 * mymaster 10.0.0.1:6379\n"` says what is asked; the answer is `up`, or `down` with the reason. Both undo each
 * other whoever is told; `maint` would need a `ready`, which would also end what an operator has ordered.
 */
export function createAgentCheck(source: HttpSource): Server {
  const server = createServer((socket) => serve(source, socket));
  server.maxConnections = CONNECTIONS_MAX;
  server.on("error", (cause) => tellAcceptFault(source, cause));
  return server;
}

function serve(source: HttpSource, socket: Socket): void {
  let text = "";
  socket.setEncoding("latin1");
  socket.setTimeout(LINE_WITHIN_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if ((end === -1 ? text.length : end) > LINE_BYTES_MAX) {
      socket.destroy();
      return;
    }
    if (end === -1) return;
    socket.removeAllListeners("data");
    socket.resume();
    void answer(source, text.slice(0, end).trim()).then((line) => socket.end(`${line}\n`));
  });
}

/** Never throws: whatever goes wrong, the server is not sent clients. */
async function answer(source: HttpSource, line: string): Promise<string> {
  const question = parseQuestion(line);
  if (question === undefined) return down(SYNTAX);
  try {
    const { ok, reason } = await askHealth(source, question);
    return ok ? "up" : down(reason ?? "");
  } catch (cause) {
    if (!(cause instanceof HttpError)) source.log.error("agent check failed", { err: cause });
    return down(cause instanceof HttpError ? cause.message : "the check itself failed");
  }
}

function down(reason: string): string {
  return `down #${reason.replaceAll(/[\r\n]/g, " ")}`;
}

function parseQuestion(line: string): HealthQuestion | undefined {
  const [kindWord, name, ...rest] = line.split(/\s+/);
  const kind = HEALTH_KINDS.find((known) => known === kindWord);
  if (kind === undefined || name === undefined) return undefined;
  const lagWord = rest.find((word) => word.startsWith("lag="));
  const placeWord = rest.find((word) => word !== lagWord);
  const address = placeWord === undefined ? undefined : parsePlaceText(placeWord);
  const lagBytesMax = lagWord === undefined ? undefined : parseLag(lagWord.slice("lag=".length));
  const isUnderstood =
    (placeWord === undefined || address !== undefined) &&
    (lagWord === undefined || lagBytesMax !== undefined) &&
    rest.length <= 2;
  return isUnderstood ? { kind, name: binaryText(name), address, lagBytesMax } : undefined;
}
