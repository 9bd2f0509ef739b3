import type { RunId } from "../../base/ids.ts";
import { type Epoch, unixMillis } from "../../base/units.ts";
import { COOLDOWN, type MaintenanceOrder } from "../../wire/maintenance-order.ts";
import type { Master } from "../state.ts";
import type { Turn } from "../turn.ts";
import { wallTime } from "../wall-clock.ts";
import { cooldownOf, takeOrder } from "./maintenance.ts";

/**
 * After an automatic failover no other one follows for a while, unless somebody has looked at it. The stamp of a
 * cooldown comes from the configuration epoch of its failover, so that those who begin it and those who acknowledge it
 * mean the same one, and an acknowledgement is never undone by who hears of the failover late.
 */
function stampOf(configEpoch: Epoch, { isAcknowledged }: { readonly isAcknowledged: boolean }) {
  return 2 * configEpoch + (isAcknowledged ? 1 : 0);
}

/** An automatic failover has just been made, by this sentinel or by one that it voted for. */
export function beginCooldown(turn: Turn, master: Master, configEpoch: Epoch, leader: RunId): void {
  const seconds = master.settings.extensions["failover-cooldown-seconds"];
  if (seconds === 0) return;
  const until = unixMillis(wallTime(turn.state, turn.now) + 1000 * seconds);
  const order: MaintenanceOrder = {
    isOn: true,
    until,
    keepUntil: until,
    stamp: stampOf(configEpoch, { isAcknowledged: false }),
    by: leader,
    reason: `failover in epoch ${configEpoch}`,
  };
  takeOrder(turn, master, { subject: COOLDOWN, order });
}

/** Somebody has looked: failovers are free again. @returns false when there was nothing to acknowledge */
export function acknowledgeCooldown(turn: Turn, master: Master, reason: string): boolean {
  const running = cooldownOf(turn, master);
  if (running === undefined) return false;
  const order = { ...running, isOn: false, stamp: running.stamp + 1, by: turn.state.myId, reason };
  takeOrder(turn, master, { subject: COOLDOWN, order });
  return true;
}
