import type { Address } from "../base/address.ts";
import type { Epoch, Millis, SaveNumber } from "../base/units.ts";
import type { Replica } from "./state.ts";
import type { HandOverStep, Switchover } from "./switchover/switchover.ts";

/**
 * A failover of one master, as the sentinel that leads (or wants to lead) it sees it.
 *
 *              ODOWN, allowed         its turn          majority + quorum of votes
 *     none ───────────────► standing-by ────► wait-start ────────────────────► select-replica
 *      ▲  ▲                     │  voted for        │ not elected       fresh INFO, at most 100 ms
 *      │  └─────────────────────┴───another◄────────┴──────────── none eligible ◄─┤
 *      │                                                                          ▼ selected
 *      │ time-out                                              send-slaveof-noone ◄─┐ link lost
 *      ├──────────────────────────────────────────────────────────────┤             │
 *      │                                                              ▼ EXEC sent   │
 *      └──────────────────────────────────────────────────────── wait-promotion ────┘
 *                                                                     │ INFO says role:master
 *                                                                     ▼
 *                         none, and the configuration switched (master-switch.ts); the replicas
 *                         follow under `Reconfiguration`
 *
 * A planned switchover goes from `preparing` or `wait-start` to `handing-over`, drawn in
 * switchover/switchover.ts; what cannot be done so goes on from there as drawn here.
 * Source: sentinel spec §6.1; the earlier switch is design §4.
 */
export type Failover =
  | { readonly phase: "none" }
  /** Objectively down and free to try: the election starts at `startAt` unless another asks first. */
  | { readonly phase: "standing-by"; readonly startAt: Millis }
  | {
      readonly phase: "wait-start";
      readonly failoverEpoch: Epoch;
      readonly since: Millis;
      /** SENTINEL FAILOVER: goes on without a majority (spec §6.4). */
      readonly forced: boolean;
      /** An operator wants the best of those that nobody would promote by themselves. */
      readonly lastResort: boolean;
      /** The save that makes our own vote durable. */
      readonly save: SaveNumber;
      /** The master is well and may be switched from without loss. */
      readonly switchover: Switchover | undefined;
    }
  /** COORDINATED: whether it can be done is found out before an epoch is taken. */
  | { readonly phase: "preparing"; readonly since: Millis; readonly switchover: Switchover }
  | {
      readonly phase: "handing-over";
      readonly failoverEpoch: Epoch;
      readonly since: Millis;
      readonly forced: boolean;
      readonly promoted: Replica;
      readonly save: SaveNumber;
      readonly switchover: Switchover;
      /** When the old master is to write again at the latest. */
      readonly closedUntil: Millis;
      readonly step: HandOverStep;
    }
  /** Elected, or ordered to: the candidates' INFO is on its way (selection/refresh.ts). */
  | {
      readonly phase: "select-replica";
      readonly failoverEpoch: Epoch;
      /** When the election began: answers to older questions do not count. */
      readonly since: Millis;
      readonly forced: boolean;
      readonly lastResort: boolean;
      readonly save: SaveNumber;
      /** Then the choice is made with what is known. */
      readonly until: Millis;
    }
  | {
      readonly phase: "send-slaveof-noone" | "wait-promotion";
      readonly failoverEpoch: Epoch;
      readonly since: Millis;
      readonly forced: boolean;
      readonly promoted: Replica;
      /** How often SLAVEOF NO ONE was sent: again when the connection was lost under it. */
      readonly orders: number;
      readonly save: SaveNumber;
    };

export const NO_FAILOVER: Failover = { phase: "none" };

/** The leader's work after the promotion: the other replicas are pointed at the new master. */
export type Reconfiguration =
  | { readonly phase: "none" }
  | {
      readonly phase: "reconf-replicas";
      readonly failoverEpoch: Epoch;
      readonly since: Millis;
      /** The master before the switch: what the remaining events of this failover print. */
      readonly oldAddress: Address;
    };

export const NO_RECONFIGURATION: Reconfiguration = { phase: "none" };

/** The word SENTINEL MASTER shows as `failover-state` (spec §7.3). */
export function failoverStateWord(failover: Failover): string {
  switch (failover.phase) {
    case "none":
    case "standing-by":
      return "none";
    case "preparing":
      return "none";
    case "wait-start":
      return "wait_start";
    case "handing-over":
      return handOverWord(failover.step);
    case "select-replica":
      return "select_slave";
    case "send-slaveof-noone":
      return "send_slaveof_noone";
    case "wait-promotion":
      return "wait_promotion";
  }
}

/** A hand-over is no state of Redis: what it is about to do, or has done. */
function handOverWord({ step }: HandOverStep): string {
  switch (step) {
    case "waiting":
    case "closing":
    case "catching-up":
    case "withdrawing":
      return "send_slaveof_noone";
    case "server-hand-over":
    case "demoting":
    case "promoting":
      return "wait_promotion";
  }
}
