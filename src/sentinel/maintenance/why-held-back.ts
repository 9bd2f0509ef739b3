import type { Master, SentinelState } from "../state.ts";
import type { Turn } from "../turn.ts";
import { vetoOfWitnesses } from "../witnesses.ts";
import { cooldownOf, pauseOf } from "./maintenance.ts";

export function observesOnly({ settings }: SentinelState): boolean {
  return settings.extensions["observe-only"];
}

/** Why this sentinel starts no failover of its own; undefined when it may. */
export function whyHeldBack(turn: Pick<Turn, "state" | "now">, master: Master): string | undefined {
  if (observesOnly(turn.state)) return "this sentinel only observes";
  const pause = pauseOf(turn, master);
  if (pause !== undefined) {
    return `paused until ${seconds(pause.until)} by ${pause.by} ${pause.reason}`.trim();
  }
  const cooldown = cooldownOf(turn, master);
  if (cooldown !== undefined) {
    return `cooldown after the ${cooldown.reason} until ${seconds(cooldown.until)}, or SENTINEL ACKNOWLEDGE ${master.name}`;
  }
  return vetoOfWitnesses(turn, master);
}

function seconds(unixMs: number): number {
  return Math.ceil(unixMs / 1000);
}
