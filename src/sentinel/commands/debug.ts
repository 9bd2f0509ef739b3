import { array, bulk, error, map, OK, type Reply } from "../../resp/reply.ts";
import { parseIntegerUpTo } from "../../wire/integers.ts";
import { LARGEST_INT } from "../../wire/sentinel-conf/statement-form.ts";
import type { SimulatedFailure } from "../state.ts";
import { touchAll } from "../touch-all.ts";
import type { Tunables } from "../tunables.ts";
import type { Turn } from "../turn.ts";

/** SENTINEL DEBUG and SIMULATE-FAILURE: for tests; nothing of it is saved (spec §7.11, §7.12). */

/** Shown in this order. */
const NAMES: readonly (readonly [string, keyof Tunables])[] = [
  ["INFO-PERIOD", "infoPeriodMs"],
  ["PING-PERIOD", "pingPeriodMs"],
  ["ASK-PERIOD", "askPeriodMs"],
  ["PUBLISH-PERIOD", "publishPeriodMs"],
  ["DEFAULT-DOWN-AFTER", "defaultDownAfterMs"],
  ["DEFAULT-FAILOVER-TIMEOUT", "defaultFailoverTimeoutMs"],
  ["TILT-TRIGGER", "tiltTriggerMs"],
  ["TILT-PERIOD", "tiltPeriodMs"],
  ["SLAVE-RECONF-TIMEOUT", "replicaReconfTimeoutMs"],
  ["MIN-LINK-RECONNECT-PERIOD", "minLinkReconnectPeriodMs"],
  ["ELECTION-TIMEOUT", "electionTimeoutMs"],
  ["SCRIPT-MAX-RUNTIME", "scriptMaxRuntimeMs"],
  ["SCRIPT-RETRY-DELAY", "scriptRetryDelayMs"],
];

export function debug(turn: Turn, words: readonly string[]): Reply {
  const { tunables, masters } = turn.state;
  if (words.length === 0) {
    return map(NAMES.map(([name, key]) => [name, bulk(tunables[key])] as const));
  }
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at] ?? "";
    const value = words[at + 1];
    const key = NAMES.find(([known]) => known === name.toUpperCase())?.[1];
    if (key === undefined || value === undefined) {
      return error(`ERR Unknown option or number of arguments for SENTINEL DEBUG '${name}'`);
    }
    const number = parseIntegerUpTo(LARGEST_INT, value);
    if (number === undefined || number <= 0) {
      return error(`ERR Invalid argument '${value}' for SENTINEL DEBUG '${name}'`);
    }
    tunables[key] = number;
  }
  // Deadlines were computed with the old periods.
  for (const master of masters.values()) touchAll(turn, master);
  return OK;
}

const FAILURES: readonly SimulatedFailure[] = ["crash-after-election", "crash-after-promotion"];

export function simulateFailure({ state }: Turn, words: readonly string[]): Reply {
  state.failureSimulation.clear();
  for (const word of words) {
    const lower = word.toLowerCase();
    if (lower === "help") return array(FAILURES.map((failure) => bulk(failure)));
    const failure = FAILURES.find((known) => known === lower);
    if (failure === undefined) return error("ERR Unknown failure simulation specified");
    state.failureSimulation.add(failure);
  }
  return OK;
}
