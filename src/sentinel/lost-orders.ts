import { orderAgain } from "./failover.ts";
import { answerLost } from "./fence-evidence.ts";
import { orderLost } from "./reconfiguration.ts";
import type { Instance, Link } from "./state.ts";
import { promotionLost, withdrawalLost } from "./switchover/hand-over.ts";
import { lastOrdersLost, questionsLost } from "./switchover/letting-go.ts";
import type { Turn } from "./turn.ts";

/**
 * What was ordered or asked over a connection that is gone may not have arrived, whoever ended it: the
 * other side, a time-out, or this sentinel, which wanted another connection.
 */
export function forgetLostOrders(turn: Turn, link: Link): void {
  if (!link.hasLostOrders) return;
  link.hasLostOrders = false;
  for (const owner of link.owners) forgetOrders(turn, owner);
}

function forgetOrders(turn: Turn, owner: Instance): void {
  switch (owner.kind) {
    case "master":
      return withdrawalLost(turn, owner);
    case "replica":
      orderAgain(turn, owner);
      orderLost(turn, owner);
      promotionLost(turn, owner);
      return lastOrdersLost(turn, owner);
    case "sentinel":
      answerLost(owner);
      return questionsLost(turn, owner);
  }
}
