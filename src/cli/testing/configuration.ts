import { bytesOfText } from "../../base/bytes.ts";
import { quote } from "../../base/quoted-words.ts";
import { LOOPBACK } from "./loopback.ts";
import type { NodePlace } from "./node.ts";
import type { CompleteOptions } from "./options.ts";

/** A server that saves nothing by itself, and is known by the address of its door. */
export function serverLines(
  place: NodePlace,
  options: CompleteOptions,
  masterPort: number | undefined,
): string[] {
  const { password } = options;
  return [
    `port ${place.ownPort}`,
    `bind ${LOOPBACK}`,
    `dir ${quoted(place.folder)}`,
    `replica-announce-ip ${LOOPBACK}`,
    `replica-announce-port ${place.port}`,
    'save ""',
    "appendonly no",
    // Redis waits 5 s for further replicas before a diskless transfer unless told otherwise.
    "repl-diskless-sync-delay 0",
    ...sourceLine(place),
    ...(password === undefined ? [] : [`requirepass ${quoted(password)}`]),
    ...(password === undefined ? [] : [`masterauth ${quoted(password)}`]),
    ...(masterPort === undefined ? [] : [`replicaof ${LOOPBACK} ${masterPort}`]),
    ...Object.entries(options.serverSettings).map(([name, value]) => `${name} ${value}`),
  ];
}

export function sentinelLines(
  place: NodePlace,
  options: CompleteOptions,
  masterPort: number,
): string[] {
  const { masterName, quorum, downAfterMs, failoverTimeoutMs, password } = options;
  return [
    `port ${place.ownPort}`,
    `bind ${LOOPBACK}`,
    `dir ${quoted(place.folder)}`,
    ...sourceLine(place),
    `sentinel announce-ip ${LOOPBACK}`,
    `sentinel announce-port ${place.port}`,
    `sentinel monitor ${masterName} ${LOOPBACK} ${masterPort} ${quorum}`,
    `sentinel down-after-milliseconds ${masterName} ${downAfterMs}`,
    `sentinel failover-timeout ${masterName} ${failoverTimeoutMs}`,
    ...(password === undefined ? [] : [`sentinel auth-pass ${masterName} ${quoted(password)}`]),
    ...options.sentinelLines,
  ];
}

function sourceLine({ source }: NodePlace): string[] {
  return source === undefined ? [] : [`bind-source-addr ${source}`];
}

/** As one word of a configuration line. */
export function quoted(text: string): string {
  return quote(bytesOfText(text));
}
