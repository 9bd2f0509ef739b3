import {
  array,
  bulk,
  error,
  integer,
  NULL,
  NULL_ARRAY,
  type Reply,
  simple,
} from "../../resp/reply.ts";
import type { MasterName } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import { majority, voters } from "../election.ts";
import { driftCount } from "../config-drift.ts";
import { pauseOf } from "../maintenance/maintenance.ts";
import { isRunning } from "../script-queue.ts";
import type { DataInstance, Master, SentinelState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { NO_SUCH_MASTER } from "./errors.ts";
import { instanceMap } from "./instance-map.ts";

/** SENTINEL subcommands that only tell what is known (spec §7.2). */

export function findNamed(state: SentinelState, name: string): Master | undefined {
  return state.masters.get(name as MasterName);
}

export function masters(turn: Turn): Reply {
  return array([...turn.state.masters.values()].map((each) => instanceMap(turn, each)));
}

export function master(turn: Turn, name: string): Reply {
  const found = findNamed(turn.state, name);
  return found === undefined ? NO_SUCH_MASTER : instanceMap(turn, found);
}

/** Replicas that ask not to be announced are left out. */
export function replicas(turn: Turn, name: string): Reply {
  const found = findNamed(turn.state, name);
  if (found === undefined) return NO_SUCH_MASTER;
  const announced = [...found.replicas.values()].filter((replica) => replica.announced);
  return array(announced.map((replica) => instanceMap(turn, replica)));
}

export function sentinels(turn: Turn, name: string): Reply {
  const found = findNamed(turn.state, name);
  if (found === undefined) return NO_SUCH_MASTER;
  return array([...found.sentinels.values()].map((sentinel) => instanceMap(turn, sentinel)));
}

/** The configuration provider's answer: where the master is now. */
export function getMasterAddress({ state }: Turn, name: string): Reply {
  const found = findNamed(state, name);
  if (found === undefined) return NULL_ARRAY;
  return array([bulk(found.address.host), bulk(found.address.port)]);
}

/** What each named master and its replicas said last; names that are not known are skipped. */
export function infoCache({ state, now }: Turn, names: readonly string[]): Reply {
  const asked = new Set(names);
  const found = [...state.masters.values()].filter(({ name }) => asked.has(name));
  return array(
    found.flatMap((each) => [
      bulk(each.name),
      array([each, ...each.replicas.values()].map((instance) => lastInfo(instance, now))),
    ]),
  );
}

function lastInfo({ reported }: DataInstance, now: Millis): Reply {
  const { infoAt, infoText } = reported;
  if (infoAt === undefined || infoText === undefined) return array([integer(0), NULL]);
  return array([integer(Math.max(0, Math.round(now - infoAt))), bulk(infoText)]);
}

/** Could a failover of this master be agreed on and authorised now? (spec §7.7) */
export function checkQuorum({ state }: Turn, name: string): Reply {
  const found = findNamed(state, name);
  if (found === undefined) return NO_SUCH_MASTER;
  const usable = 1 + [...found.sentinels.values()].filter((peer) => !peer.sdown.down).length;
  const problems: string[] = [];
  if (usable < found.settings.quorum) {
    problems.push("Not enough available Sentinels to reach the specified quorum for this master");
  }
  if (usable < majority(found)) {
    problems.push("Not enough available Sentinels to reach the majority and authorize a failover");
  }
  if (problems.length > 0) {
    return error(`NOQUORUM ${usable} usable Sentinels. ${problems.join(". ")}`);
  }
  return simple(`OK ${usable} usable Sentinels. Quorum and failover authorization can be reached`);
}

/** Lines of INFO's sentinel section (spec §7.14). */
export function infoSection(turn: Turn): string {
  const { state, now } = turn;
  const { tilt } = state;
  const tiltSince = tilt.mode === "on" ? Math.floor((now - tilt.since) / 1000) : -1;
  let simulated = 0;
  if (state.failureSimulation.has("crash-after-election")) simulated += 1;
  if (state.failureSimulation.has("crash-after-promotion")) simulated += 2;
  const lines = [
    "# Sentinel",
    `sentinel_masters:${state.masters.size}`,
    `sentinel_tilt:${tilt.mode === "on" ? 1 : 0}`,
    `sentinel_tilt_since_seconds:${tiltSince}`,
    `sentinel_running_scripts:${state.scripts.jobs.filter(isRunning).length}`,
    `sentinel_scripts_queue_length:${state.scripts.jobs.length}`,
    `sentinel_simulate_failure_flags:${simulated}`,
  ];
  let index = 0;
  for (const each of state.masters.values()) lines.push(`master${index++}:${masterLine(each)}`);
  lines.push(...pausedLines(turn));
  const drifting = driftCount(state);
  if (drifting > 0) lines.push(`vedette_config_drift:${drifting}`);
  return lines.map((line) => `${line}\r\n`).join("");
}

/** Ours, only while there is a pause: exporters read the lines of Redis, and pass over others. */
function pausedLines(turn: Turn): string[] {
  const paused = [...turn.state.masters.values()].flatMap((each) => {
    const order = pauseOf(turn, each);
    return order === undefined ? [] : [`name=${each.name},until=${Math.ceil(order.until / 1000)}`];
  });
  if (paused.length === 0) return [];
  return [
    `vedette_paused_masters:${paused.length}`,
    ...paused.map((text, index) => `vedette_paused${index}:${text}`),
  ];
}

function masterLine(each: Master): string {
  const status = each.odown.down ? "odown" : each.sdown.down ? "sdown" : "ok";
  const { host, port } = each.address;
  return `name=${each.name},status=${status},address=${host}:${port},slaves=${each.replicas.size},sentinels=${voters(each)}`;
}
