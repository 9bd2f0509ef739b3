import type { Address } from "../base/address.ts";
import { error, OK, type Reply } from "../resp/reply.ts";
import type { Node } from "./node.ts";

/** FAILOVER asks for acknowledgements, and looks at the time, this often. */
const CRON_MS = 100;

export interface HandOverOwner {
  readonly node: Node;
  readonly isMaster: boolean;
  /** Undefined for an address that no replica has; else whether it gets the stream. */
  replicaAt(target: Address): { readonly isOnline: boolean; readonly hasAll: boolean } | undefined;
  /** Writes wait, or do not any more. */
  holdWrites(isOn: boolean): void;
  askForAcknowledgements(): void;
  /** Becomes a replica of the target by a PSYNC that promotes it. */
  joinTarget(target: Address): void;
  /** A master again, with a history of its own. */
  takeBack(): void;
}

type State =
  | { readonly phase: "none" }
  | { readonly phase: "waiting-for-sync"; readonly target: Address; readonly until: number }
  | { readonly phase: "in-progress" };

/** The server's own FAILOVER TO host port TIMEOUT ms. Source: server spec §4.5. */
export class ServerHandOver {
  readonly #owner: HandOverOwner;
  #state: State = { phase: "none" };

  constructor(owner: HandOverOwner) {
    this.#owner = owner;
  }

  get state(): "no-failover" | "waiting-for-sync" | "failover-in-progress" {
    switch (this.#state.phase) {
      case "none":
        return "no-failover";
      case "waiting-for-sync":
        return "waiting-for-sync";
      case "in-progress":
        return "failover-in-progress";
    }
  }

  begin(target: Address, timeoutMs: number): Reply {
    const owner = this.#owner;
    if (this.#state.phase !== "none") return error("ERR FAILOVER already in progress.");
    if (!owner.isMaster) return error("ERR FAILOVER is not valid when server is a replica.");
    const replica = owner.replicaAt(target);
    if (replica === undefined) {
      return error("ERR FAILOVER target HOST and PORT is not a replica.");
    }
    if (!replica.isOnline) return error("ERR FAILOVER target replica is not online.");
    const until = owner.node.agenda.now + timeoutMs;
    this.#state = { phase: "waiting-for-sync", target, until };
    owner.holdWrites(true);
    this.#look();
    this.#cron();
    return OK;
  }

  /** An acknowledgement may have come. */
  acknowledged(): void {
    this.#look();
  }

  #look(): void {
    if (this.#state.phase !== "waiting-for-sync") return;
    const { target } = this.#state;
    if (this.#owner.replicaAt(target)?.hasAll !== true) return;
    this.#state = { phase: "in-progress" };
    this.#owner.joinTarget(target);
  }

  #cron(): void {
    if (this.#state.phase !== "waiting-for-sync") return;
    if (this.#owner.node.agenda.now >= this.#state.until) {
      this.#end();
      return;
    }
    this.#owner.askForAcknowledgements();
    this.#owner.node.timer(CRON_MS, () => this.#cron());
  }

  abort(): Reply {
    const { phase } = this.#state;
    if (phase === "none") return error("ERR No failover in progress.");
    if (phase === "in-progress") this.#owner.takeBack();
    this.#end();
    return OK;
  }

  /** The target goes on as the master. */
  succeeded(): void {
    if (this.#state.phase === "in-progress") this.#end();
  }

  /** The target refused, or the connection to it was lost. */
  failed(): void {
    if (this.#state.phase !== "in-progress") return;
    this.#owner.takeBack();
    this.#end();
  }

  #end(): void {
    this.#state = { phase: "none" };
    this.#owner.holdWrites(false);
  }

  clear(): void {
    this.#state = { phase: "none" };
  }
}
