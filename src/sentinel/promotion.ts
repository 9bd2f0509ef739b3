import type { Epoch } from "../base/units.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { switchMaster } from "./master-switch.ts";
import { beginReconfiguration } from "./reconfiguration.ts";
import { receiptSwitched } from "./receipts/record.ts";
import { hasLostData } from "./returned-master.ts";
import type { Replica } from "./state.ts";
import { publish, type Turn } from "./turn.ts";

/**
 * The promoted replica reports to be a master: this configuration is in force from now on. It is
 * announced as soon as it is durable; the other replicas follow meanwhile (design §4, W-02).
 * Source: sentinel spec §6.5.
 */
export function switchToPromoted(turn: Turn, replica: Replica, failoverEpoch: Epoch): void {
  const { master } = replica;
  const { address: oldAddress, place: oldPlace } = master;
  const oldMaster = describeInstance(master);
  const oldHasLostData = hasLostData(master);
  const promotedText = describeInstance(replica);
  switchMaster(turn, master, replica.place, {
    configEpoch: failoverEpoch,
    role: "leader",
    before: () => {
      publish(
        turn,
        "+promoted-slave",
        promotedText,
        aboutInstance(replica, { epoch: failoverEpoch }),
      );
      if (turn.state.failureSimulation.has("crash-after-promotion")) {
        turn.effects.push({ kind: "crash" });
      }
      publish(turn, "+failover-state-reconf-slaves", oldMaster, aboutInstance(master));
    },
  });
  beginReconfiguration(turn, master, { failoverEpoch, oldAddress, oldPlace, oldHasLostData });
  receiptSwitched(turn, master);
}
