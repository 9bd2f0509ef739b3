import type { InfoReport } from "../../wire/info.ts";
import type { DataInstance, Replica } from "../state.ts";
import type { Turn } from "../turn.ts";
import { wallTime } from "../wall-clock.ts";
import { isAt } from "../whereabouts.ts";
import { operations } from "./at-risk.ts";
import { findReceipt, record } from "./history.ts";
import type { Fork, Receipt, Returned } from "./receipt.ts";
import { forkOf, type StreamStanding } from "./stream-standing.ts";

/**
 * The old master is back and still calls itself a master: what it has more than its successor is written
 * on the receipt before it is overwritten. Once when it is first seen, and once more when it has become a
 * replica, with what its last INFO as a master said: what it took between that and the order is not in it.
 * Call before `instance.reported` takes the INFO. It delays nothing.
 */
export function noteReturn(turn: Turn, instance: DataInstance, info: InfoReport): void {
  if (instance.kind === "master") return;
  const { reported } = instance;
  if (info.role === "master" && reported.infoAt !== undefined) {
    const receipt = receiptOf(turn, instance);
    if (receipt?.returned === undefined && reported.stream !== undefined) {
      write(turn, instance, receipt, reported.stream);
    }
  } else if (
    info.role === "replica" &&
    reported.role === "master" &&
    reported.stream !== undefined
  ) {
    write(turn, instance, receiptOf(turn, instance), reported.stream);
  }
}

/** Of the failover that put the present master in the place of this one. */
function receiptOf({ state }: Turn, replica: Replica): Receipt | undefined {
  const { master } = replica;
  return findReceipt(
    state.history,
    ({ master: name, epoch, from, outcome }) =>
      name === master.masterName &&
      epoch === master.configEpoch &&
      outcome.result === "completed" &&
      isAt(state, replica, from),
  );
}

function write(
  turn: Turn,
  replica: Replica,
  receipt: Receipt | undefined,
  stream: StreamStanding,
): void {
  if (receipt === undefined || replica.reported.role !== "master") return;
  // What an observer knows of it: the new master says so itself.
  const fork = receipt.fork ?? forkOf(replica.master.reported);
  const returned = returnedOf(stream, fork, receipt.returned?.at ?? wallTime(turn.state, turn.now));
  if (receipt.returned?.offset === returned.offset) return;
  record(turn, { ...receipt, fork, returned });
}

function returnedOf(stream: StreamStanding, fork: Fork | undefined, at: number): Returned {
  const { offset, history, bytesPerCommand } = stream;
  const base = { at, offset, rescue: undefined };
  if (fork === undefined || offset === undefined) {
    const reason = "where the two histories parted is not known";
    return { ...base, extraBytes: undefined, extraOperations: undefined, reason };
  }
  if (history?.replid !== fork.replid && history?.before?.replid !== fork.replid) {
    const reason = "it was restarted and has a history of its own: what it had more cannot be told";
    return { ...base, extraBytes: undefined, extraOperations: undefined, reason };
  }
  const extraBytes = Math.max(0, offset - fork.offset);
  const extraOperations = operations(extraBytes, bytesPerCommand);
  const reason = `its offset is ${offset}, its successor left its history at ${fork.offset}`;
  return { ...base, extraBytes, extraOperations, reason };
}
