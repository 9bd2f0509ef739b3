import { createServer, type Server, type Socket } from "node:net";
import { binaryText } from "./reply-value.ts";
import { HttpError } from "./http-error.ts";
import {
  askHealth,
  type HealthAnswer,
  HEALTH_KINDS,
  type HealthQuestion,
  parseLag,
} from "./load-balancer.ts";
import { parsePlaceText } from "./place-text.ts";
import type { HttpSource } from "./source.ts";

const LINE_BYTES_MAX = 1024;
const LINE_WITHIN_MS = 5000;
const CONNECTIONS_MAX = 1000;
const SYNTAX = "send: master|replica|read-only NAME [HOST:PORT] [lag=10MB]";

/**
 * HAProxy's agent-check: one line comes, one goes, and the connection ends. `agent-send "master
 * mymaster 10.0.0.1:6379\n"` says what is asked; the answer is `up`, `down` with the reason, or `maint` of
 * a replica in downtime.
 */
export function createAgentCheck(source: HttpSource): Server {
  const resting = new Resting();
  const server = createServer((socket) => serve(source, socket, resting));
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

function serve(source: HttpSource, socket: Socket, resting: Resting): void {
  let text = "";
  socket.setEncoding("latin1");
  socket.setTimeout(LINE_WITHIN_MS, () => socket.destroy());
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end === -1 && text.length > LINE_BYTES_MAX) socket.destroy();
    if (end === -1) return;
    socket.removeAllListeners("data");
    socket.resume();
    void answer(source, text.slice(0, end).trim(), resting).then((line) => socket.end(`${line}\n`));
  });
}

/** Never throws: whatever goes wrong, the server is not sent clients. */
async function answer(source: HttpSource, line: string, resting: Resting): Promise<string> {
  const question = parseQuestion(line);
  if (question === undefined) return down(SYNTAX);
  try {
    const health = await askHealth(source, question);
    return resting.answer(line, health);
  } catch (cause) {
    if (!(cause instanceof HttpError)) source.log.error("agent check failed", { err: cause });
    return down(cause instanceof HttpError ? cause.message : "the check itself failed");
  }
}

/** As many questions are remembered; beyond that all begin anew. */
const RESTING_MAX = 10_000;

/**
 * Servers in downtime. HAProxy leaves its maintenance by `ready` only, which would also end one that an
 * operator has ordered there: it is said once, after a maintenance that began here.
 */
class Resting {
  readonly #questions = new Set<string>();

  answer(line: string, { ok, reason, address, replicas }: HealthAnswer): string {
    const asked = replicas.find((replica) => replica.address === address);
    if (asked?.inDowntime === true) {
      if (this.#questions.size >= RESTING_MAX) this.#questions.clear();
      this.#questions.add(line);
      return "maint";
    }
    const isBack = this.#questions.delete(line);
    return `${isBack ? "ready " : ""}${ok ? "up" : down(reason ?? "")}`;
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
