import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import type { Effect } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

/**
 * At the moment when sentinel s orders server x to follow y (or nobody), for some master m of s:
 *   x is a replica of m in s' state, x != y, and y = m.address;
 *   for nobody: x is the replica that s is promoting.
 * And in TILT no order is given.
 */
export class OrdersToMembers implements Watcher {
  ordered(sentinel: SentinelNode, server: Address, master: Address | undefined): void {
    for (const each of sentinel.state.masters.values()) {
      const replica = [...each.replicas.values()].find((member) =>
        sameAddress(member.address, server),
      );
      if (replica === undefined) continue;
      if (master !== undefined) {
        mustHold(
          sameAddress(each.address, master),
          "orders follow the configuration in force",
          () =>
            `${sentinel.name} orders ${formatAddress(server)} to follow ${formatAddress(master)}, ` +
            `its master is ${formatAddress(each.address)}`,
        );
        return;
      }
      const isPromoted = "promoted" in each.failover && each.failover.promoted === replica;
      mustHold(
        isPromoted,
        "only the selected replica is promoted",
        () => `${sentinel.name} promotes ${formatAddress(server)} in phase ${each.failover.phase}`,
      );
      return;
    }
    mustHold(
      false,
      "an instance that left is never reconfigured",
      () => `${sentinel.name} orders ${formatAddress(server)}`,
    );
  }

  stepped(sentinel: SentinelNode, _input: Input, effects: readonly Effect[]): void {
    if (effects.length === 0 || sentinel.state.tilt.mode === "off") return;
    for (const effect of effects) {
      const isOrder = effect.kind === "send" && effect.command.name === "reconfigure";
      mustHold(!isOrder, "no order is given in TILT", () => sentinel.name);
    }
  }
}
