import type { Address } from "../base/address.ts";
import type { ClientId, MasterName, RunId } from "../base/ids.ts";
import type { Reply } from "../resp/reply.ts";
import type { Epoch } from "../base/units.ts";
import type { Effect } from "../sentinel/effect.ts";
import type { SentinelEvent } from "../sentinel/events.ts";
import type { Input } from "../sentinel/input.ts";
import type { HelloContent } from "../wire/hello.ts";
import type { Node } from "./node.ts";
import type { RedisServer } from "./redis-server.ts";
import type { SentinelNode } from "./sentinel-node.ts";

/** What a sentinel has just told somebody, at the moment when it leaves for the network. */
export type Told =
  | { readonly kind: "hello"; readonly hello: HelloContent }
  /** A question to a peer; with a candidate it is a request for its vote. */
  | {
      readonly kind: "ask";
      readonly master: MasterName;
      readonly epoch: Epoch;
      readonly candidate: RunId | undefined;
    }
  /** The answer to a candidate: whom this sentinel has voted for, and in which epoch. */
  | {
      readonly kind: "vote";
      readonly master: MasterName;
      readonly leader: RunId;
      readonly leaderEpoch: Epoch;
    };

/** What happens to clients' writes on the data servers. */
export type DataEvent =
  /** A client is told that its write is done; it is the last of the server's log. */
  | { readonly kind: "confirmed"; readonly server: RedisServer; readonly write: number }
  /** A replica's ACK has arrived. */
  | {
      readonly kind: "acknowledged";
      readonly master: RedisServer;
      readonly replica: RedisServer;
      readonly offset: number;
    }
  /** WAIT is answered: so many replicas have everything up to that offset. */
  | {
      readonly kind: "waited";
      readonly server: RedisServer;
      readonly offset: number;
      readonly replicas: number;
    }
  /** It carries out a sentinel's order to follow another, whatever it has done until now. */
  | {
      readonly kind: "re-pointed";
      readonly server: RedisServer;
      readonly by: Node | undefined;
    }
  /** A full copy has replaced what it had before. */
  | {
      readonly kind: "copied";
      readonly server: RedisServer;
      readonly from: RedisServer | undefined;
      readonly before: readonly number[];
    }
  /** It had all but the end of it, which it got. */
  | {
      readonly kind: "continued";
      readonly server: RedisServer;
      readonly from: RedisServer | undefined;
    }
  /** It is told to follow that address, or nobody. */
  | { readonly kind: "ordered"; readonly server: RedisServer; readonly master: Address | undefined }
  /** The next start finds less or nothing; it starts; it became a master. */
  | { readonly kind: "emptied" | "started" | "promoted"; readonly server: RedisServer };

/** Looks on while a world runs, and never changes it. */
export interface Watcher {
  /** The process has read its file; its state is there, nothing has happened yet. */
  started?(sentinel: SentinelNode): void;
  /** One step is over and none of its effects is performed. */
  stepped?(sentinel: SentinelNode, input: Input, effects: readonly Effect[]): void;
  /** What one step has decided to publish, once the step is over and before anything is performed. */
  decided?(sentinel: SentinelNode, event: SentinelEvent): void;
  /** An effect is about to be performed. */
  performing?(sentinel: SentinelNode, effect: Effect): void;
  /** @param to address of the instance; of a client it is of no matter */
  told?(sentinel: SentinelNode, told: Told, to: Address | undefined): void;
  published?(sentinel: SentinelNode, event: SentinelEvent): void;
  /** PING, or the connection attempt that carries it, leaves for that address. */
  pinged?(sentinel: SentinelNode, address: Address): void;
  /** The answer to a PING was accepted, or refused for want of credentials. */
  ponged?(sentinel: SentinelNode, address: Address): void;
  /** The transaction that makes a server a replica of `master`, or a master. */
  ordered?(sentinel: SentinelNode, server: Address, master: Address | undefined): void;
  /** The file is on disk. */
  saved?(sentinel: SentinelNode): void;
  /** An answer leaves for a client. */
  answered?(sentinel: SentinelNode, client: ClientId, request: number, reply: Reply): void;
  data?(event: DataEvent): void;
  crashed?(sentinel: SentinelNode): void;
  /** Its file was torn: the next start is from the last good copy, which may be older. */
  restored?(sentinel: SentinelNode): void;
  /** A model of redis-sentinel has answered a candidate. */
  referenceVoted?(vote: ReferenceVote): void;
  /** A model of redis-sentinel says its hello. */
  referenceTold?(hello: ReferenceHello): void;
  /** A model of redis-sentinel takes the lead; it may have been forced past the vote. */
  referenceLed?(lead: ReferenceLead): void;
}

export interface ReferenceVote {
  readonly master: string;
  readonly epoch: number;
  readonly voter: string;
  readonly leader: string;
}

export interface ReferenceHello {
  readonly from: string;
  readonly master: string;
  readonly address: Address;
  readonly configEpoch: number;
}

export interface ReferenceLead {
  readonly master: string;
  readonly epoch: number;
  readonly leader: string;
  readonly isForced: boolean;
}

type Hook = keyof Watcher;
type Call<Name extends Hook> = NonNullable<Watcher[Name]>;

/** All watchers of a world, by what they want to see. */
export class Watchers {
  readonly started: readonly Call<"started">[];
  readonly stepped: readonly Call<"stepped">[];
  readonly decided: readonly Call<"decided">[];
  readonly performing: readonly Call<"performing">[];
  readonly told: readonly Call<"told">[];
  readonly published: readonly Call<"published">[];
  readonly pinged: readonly Call<"pinged">[];
  readonly ponged: readonly Call<"ponged">[];
  readonly ordered: readonly Call<"ordered">[];
  readonly saved: readonly Call<"saved">[];
  readonly answered: readonly Call<"answered">[];
  readonly data: readonly Call<"data">[];
  readonly crashed: readonly Call<"crashed">[];
  readonly restored: readonly Call<"restored">[];
  readonly referenceVoted: readonly Call<"referenceVoted">[];
  readonly referenceTold: readonly Call<"referenceTold">[];
  readonly referenceLed: readonly Call<"referenceLed">[];

  constructor(watchers: readonly Watcher[]) {
    this.started = watchers.flatMap((each) => each.started?.bind(each) ?? []);
    this.stepped = watchers.flatMap((each) => each.stepped?.bind(each) ?? []);
    this.decided = watchers.flatMap((each) => each.decided?.bind(each) ?? []);
    this.performing = watchers.flatMap((each) => each.performing?.bind(each) ?? []);
    this.told = watchers.flatMap((each) => each.told?.bind(each) ?? []);
    this.published = watchers.flatMap((each) => each.published?.bind(each) ?? []);
    this.pinged = watchers.flatMap((each) => each.pinged?.bind(each) ?? []);
    this.ponged = watchers.flatMap((each) => each.ponged?.bind(each) ?? []);
    this.ordered = watchers.flatMap((each) => each.ordered?.bind(each) ?? []);
    this.saved = watchers.flatMap((each) => each.saved?.bind(each) ?? []);
    this.answered = watchers.flatMap((each) => each.answered?.bind(each) ?? []);
    this.data = watchers.flatMap((each) => each.data?.bind(each) ?? []);
    this.crashed = watchers.flatMap((each) => each.crashed?.bind(each) ?? []);
    this.restored = watchers.flatMap((each) => each.restored?.bind(each) ?? []);
    this.referenceVoted = watchers.flatMap((each) => each.referenceVoted?.bind(each) ?? []);
    this.referenceTold = watchers.flatMap((each) => each.referenceTold?.bind(each) ?? []);
    this.referenceLed = watchers.flatMap((each) => each.referenceLed?.bind(each) ?? []);
  }
}
