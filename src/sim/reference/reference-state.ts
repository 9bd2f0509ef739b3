import type { Address } from "../../base/address.ts";
import type { ReferenceLink } from "./reference-link.ts";

/** The reference's failover states, in their order (sentinel spec §6.1). */
export type ReferencePhase =
  | "none"
  | "wait_start"
  | "select_slave"
  | "send_slaveof_noone"
  | "wait_promotion"
  | "reconf_slaves"
  | "update_config";

/** An instance as the reference keeps it: times in ms of its process, 0 for never. */
export interface RefInstance {
  readonly name: string;
  address: Address;
  link: ReferenceLink;
  isSdown: boolean;
  /** Outlives recovery. */
  sdownAt: number;
  lastHelloSentAt: number;
}

export interface RefDataInstance extends RefInstance {
  infoAt: number;
  role: "master" | "slave";
  roleAt: number;
}

export interface RefMaster extends RefDataInstance {
  readonly kind: "master";
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly parallelSyncs: number;
  readonly replicas: Map<string, RefReplica>;
  readonly peers: Map<string, RefPeer>;
  isOdown: boolean;
  odownAt: number;
  configEpoch: number;
  leader: string | undefined;
  leaderEpoch: number;
  failoverEpoch: number;
  /** May lie a second in the future; 0: free to start. */
  failoverStartAt: number;
  phase: ReferencePhase;
  phaseAt: number;
  isForced: boolean;
  promoted: RefReplica | undefined;
}

export interface RefReplica extends RefDataInstance {
  readonly kind: "slave";
  runId: string;
  priority: number;
  offset: number;
  masterAddress: Address | undefined;
  isMasterLinkUp: boolean;
  masterLinkDownMs: number;
  confChangedAt: number;
  reconf: "none" | "sent" | "inprog" | "done";
  reconfAt: number;
}

export interface RefPeer extends RefInstance {
  readonly kind: "sentinel";
  isMasterDown: boolean;
  answeredAt: number;
  leader: string | undefined;
  leaderEpoch: number;
}

/** What its file holds. */
export interface ReferenceFile {
  readonly myId: string;
  readonly currentEpoch: number;
  readonly masters: readonly {
    readonly name: string;
    readonly address: Address;
    readonly configEpoch: number;
    readonly leaderEpoch: number;
    readonly quorum: number;
    readonly downAfterMs: number;
    readonly failoverTimeoutMs: number;
    readonly parallelSyncs: number;
    readonly replicas: readonly Address[];
    readonly peers: readonly { readonly id: string; readonly address: Address }[];
  }[];
}
