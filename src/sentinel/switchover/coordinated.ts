import { error, OK, type Reply } from "../../resp/reply.ts";
import { SAVE_FAILED } from "../commands/errors.ts";
import { replyOr } from "../commands/request.ts";
import { setFailover, startElection } from "../election.ts";
import { aboutInstance, describeInstance } from "../events.ts";
import { type Failover, NO_FAILOVER } from "../failover-phase.ts";
import { noteOnReceipt } from "../receipts/record.ts";
import type { Master } from "../state.ts";
import { publish, type Turn } from "../turn.ts";
import { preparationDueAt } from "./limits.ts";
import {
  type Refusal,
  targetOf,
  whyMasterUnwell,
  whyNotCaughtUp,
  whyNotReady,
  whyTooShort,
} from "./pre-checks.ts";
import { beginPreparation, isPrepared } from "./preparation.ts";
import type { Switchover } from "./switchover.ts";

type Preparing = Extract<Failover, { readonly phase: "preparing" }>;

/** The answer to an order that is not followed; the reason says what would help. */
export function refusalReply(reason: Refusal): Reply {
  return error(`ERR Coordinated failover refused: ${reason}`);
}

/**
 * SENTINEL FAILOVER … COORDINATED: asks around. The answer follows when it is known whether it can be
 * done: nobody's epoch is taken and nobody's vote spent for what would only be given up.
 * @returns why not, where that is known at once
 */
export function beginCoordinated(
  turn: Turn,
  master: Master,
  given: Pick<Switchover, "target" | "timeoutMs" | "requestedBy" | "asker">,
): Refusal | undefined {
  const { state, now } = turn;
  const reason = whyTooShort(given.timeoutMs) ?? whyMasterUnwell(state, master);
  if (reason !== undefined) return reason;
  const target = targetOf(state, master, given, now);
  if ("refusal" in target) return target.refusal;
  const switchover = beginPreparation(turn, master, { ...given, order: "coordinated" });
  setFailover(turn, master, { phase: "preparing", since: now, switchover });
  return undefined;
}

export function tendPreparing(turn: Turn, master: Master, { switchover }: Preparing): void {
  const isOver = turn.now >= preparationDueAt(switchover);
  if (!isOver && !isPrepared(master, switchover)) return;
  const obstacle = whyNotSwitchable(turn, master, switchover);
  if (obstacle === undefined) {
    const reason = "ordered by SENTINEL FAILOVER COORDINATED";
    const { requestedBy } = switchover;
    startElection(turn, master, { forced: false, switchover, reason, requestedBy });
    answer(turn, switchover, OK);
    return;
  }
  setFailover(turn, master, NO_FAILOVER);
  tellRefusal(turn, master, obstacle);
  answer(turn, switchover, refusalReply(obstacle));
}

/** All checks, on what has been told since it was ordered. */
function whyNotSwitchable(turn: Turn, master: Master, switchover: Switchover): Refusal | undefined {
  const { state, now } = turn;
  const reason = whyMasterUnwell(state, master) ?? whyNotReady(state, master, switchover);
  if (reason !== undefined) return reason;
  const target = targetOf(state, master, switchover, now);
  return "refusal" in target ? target.refusal : whyNotCaughtUp(switchover, target.replica);
}

/** It is not begun, or SENTINEL FAILOVER goes on as Redis does. */
export function tellRefusal(turn: Turn, master: Master, reason: Refusal): void {
  noteOnReceipt(master, `Not without loss: ${reason}.`);
  publish(
    turn,
    "-vedette-switchover-refused",
    `${describeInstance(master)} #${reason}`,
    aboutInstance(master, { reason }),
  );
}

function answer(turn: Turn, switchover: Switchover, reply: Reply): void {
  const { asker } = switchover;
  if (asker === undefined) return;
  switchover.asker = undefined;
  replyOr(turn, asker, reply, reply.kind === "error" ? undefined : SAVE_FAILED);
}

/** The order ends before it was answered: RESET, REMOVE, a newer configuration. */
export function answerAbandoned(turn: Turn, { failover }: Master): void {
  if (failover.phase !== "preparing") return;
  answer(
    turn,
    failover.switchover,
    refusalReply("the configuration changed meanwhile; look again"),
  );
}
