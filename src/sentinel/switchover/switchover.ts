import type { Address } from "../../base/address.ts";
import type { ClientId, RunId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { AttachedReplica } from "../../wire/replication-details.ts";
import type { PeerView } from "../../wire/peer-view.ts";
import type { ServerRights } from "../../wire/server-order.ts";
import type { Requester } from "../receipts/receipt.ts";
import type { Replica } from "../state.ts";

/**
 * A planned change of master that loses nothing: the old master is closed for writes, the replica has
 * all of them, they change places, everybody is told, and then clients are let go.
 *
 *     preparing ──► wait-start ──► handing-over ──► (the configuration switches) ──► letting go
 *     what may be      elected      closing              announced? then clients
 *     done, and who                 catching-up          are cut from the old master
 *     is there                      server-hand-over
 *         │                │        | demoting, promoting
 *         ▼ refused        ▼           │ anything goes wrong
 *       no epoch taken   no majority   ▼
 *                                   withdrawing: the old master writes again
 *
 * There are two ways to change places. The server's own FAILOVER does it in one step, but waits for
 * the replica's next acknowledgement, which it asks for every 100 ms only. It is used where nothing
 * is to be waited for. Else the sentinel takes the steps: first the old master becomes a replica, so
 * that however late an order arrives no write is accepted any more; its offset then is its last one,
 * and the replica is promoted only if it has come as far.
 */
export interface Switchover {
  /**
   * `coordinated` is refused or given up rather than lose a write; `usual` is SENTINEL FAILOVER,
   * which goes on as Redis does where it cannot be done without loss.
   */
  readonly order: "coordinated" | "usual";
  /** TO: the replica that was asked for. */
  readonly target: Address | undefined;
  /** TIMEOUT: writes are held up for so long at most, in ms. */
  readonly timeoutMs: number | undefined;
  readonly startedAt: Millis;
  readonly preparation: Preparation;
  /** For the receipt. */
  readonly requestedBy: Requester | undefined;
  /** Who is told whether it begins, as long as nobody has been. */
  asker: { readonly client: ClientId; readonly request: number } | undefined;
}

/** What is asked before anything is done. Filled in as the answers come. */
export interface Preparation {
  /** What the master lets this sentinel do. */
  rights: ServerRights | undefined;
  /** What the master said last of itself. */
  master: Position | undefined;
  readonly replicas: Map<Replica, Position>;
  /** What the other sentinels hold for the master, by their run id. */
  readonly peers: Map<RunId, PeerView>;
  /** Who was asked and has not answered. */
  readonly awaited: Set<RunId>;
}

/** Where a server is in which history. */
export interface Position {
  readonly replid: string | undefined;
  readonly offset: number;
  readonly isLinkUp: boolean;
  readonly isHandingOver: boolean;
}

/** Where a hand-over is. Every step but the first rests on what a server has said. */
export type HandOverStep =
  /** Nothing was sent: what this failover rests on is not on disk. */
  | { readonly step: "waiting" }
  /** CLIENT PAUSE is on its way. */
  | { readonly step: "closing" }
  /** The old master takes no writes; undefined until it has said where it stands. */
  | {
      readonly step: "catching-up";
      readonly closedOffset: number | undefined;
      /** The replica as the old master then named it. */
      readonly seen: AttachedReplica | undefined;
    }
  | {
      readonly step: "server-hand-over";
      readonly isAccepted: boolean;
      /** The old master reports to be a replica, and the hand-over to be over. */
      readonly isFollowing: boolean;
    }
  /** REPLICAOF to the old master. Its last offset, once it has said that it is a replica. */
  | {
      readonly step: "demoting";
      readonly isAccepted: boolean;
      readonly lastOffset: number | undefined;
    }
  /** REPLICAOF NO ONE to the replica; not ordered again until its connection was lost. */
  | { readonly step: "promoting"; readonly lastOffset: number; readonly isOrdered: boolean }
  /** Given up: ends when the old master says that it is one, or when it can wait no longer. */
  | {
      readonly step: "withdrawing";
      readonly reason: string;
      /** Undo FAILOVER or REPLICAOF too, not the pause alone. */
      readonly undoes: "pause" | "hand-over" | "demotion";
      /** False until the orders have left. */
      readonly isOrdered: boolean;
      /** The last of them is done: what INFO says from now on was said behind it. */
      readonly isDone: boolean;
      readonly until: Millis;
    };

/** After the switch: the old master stays closed until everybody announces the new one. */
export type LettingGo =
  | { readonly phase: "none" }
  | {
      readonly phase: "announcing";
      readonly since: Millis;
      /** When writers wait no longer, whatever has been announced. */
      readonly until: Millis;
      readonly startedAt: Millis;
      readonly oldMaster: Address;
      readonly announced: Set<RunId>;
      /** Who was asked, and when it may be asked again. */
      readonly asked: Map<RunId, Millis>;
    }
  | {
      readonly phase: "cutting";
      readonly since: Millis;
      readonly until: Millis;
      readonly startedAt: Millis;
      readonly oldMaster: Address;
      /** Orders that left and are not answered yet; undefined before they left. */
      readonly unanswered: number | undefined;
    };

export const HOLDS_NOTHING: LettingGo = { phase: "none" };
