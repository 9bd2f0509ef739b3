import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import { nextBelow, type Random } from "../../base/random.ts";
import type { HelloTexts, PublishedHello } from "../hello-texts.ts";
import type { Journal } from "../journal.ts";
import type { Network } from "../network.ts";
import type { Node } from "../node.ts";
import type { Watchers } from "../watch.ts";
import { ReferenceLink } from "./reference-link.ts";
import type { RefMaster, RefPeer, RefReplica, ReferenceFile } from "./reference-state.ts";
import { DESYNC_MS } from "./reference-timers.ts";

/** What a reference sentinel stands on. */
export interface ReferenceSurroundings {
  readonly node: Node;
  readonly network: Network;
  readonly journal: Journal;
  readonly random: Random;
  readonly hellos: HelloTexts;
  readonly watchers: Watchers;
  /** Writes the file; the reference does so at once, inside its loop. */
  readonly save: (file: ReferenceFile) => void;
}

/** One life of a reference sentinel: all it knows, and how it makes and forgets instances. */
export class ReferenceCore {
  readonly myId: string;
  readonly surroundings: ReferenceSurroundings;
  readonly masters = new Map<string, RefMaster>();
  currentEpoch: number;
  tiltUntil = 0;
  readonly #onHello: (hello: PublishedHello) => void;

  constructor(
    file: ReferenceFile,
    surroundings: ReferenceSurroundings,
    onHello: (core: ReferenceCore, hello: PublishedHello) => void,
  ) {
    this.surroundings = surroundings;
    this.myId = file.myId;
    this.currentEpoch = file.currentEpoch;
    this.#onHello = (hello) => onHello(this, hello);
    for (const saved of file.masters) {
      const master = this.#newMaster(saved);
      this.masters.set(saved.name, master);
      for (const address of saved.replicas) this.addReplica(master, address);
      for (const { id, address } of saved.peers) this.addPeer(master, id, address);
    }
  }

  /** The process' clock, which is never 0: 0 means never. */
  get now(): number {
    return this.surroundings.node.clock + 1;
  }

  get isTilted(): boolean {
    return this.now < this.tiltUntil;
  }

  /** Up to a second, so that two of them seldom do the same at once. */
  desyncMs(): number {
    return nextBelow(this.surroundings.random, DESYNC_MS);
  }

  event(name: string, payload: string): void {
    this.surroundings.journal.write(this.surroundings.node.name, `${name} ${payload}`);
  }

  /** The master's address as clients and hellos get it (sentinel spec §4.1). */
  announcedAddress(master: RefMaster): Address {
    const isPromoted = master.phase === "reconf_slaves" || master.phase === "update_config";
    return isPromoted && master.promoted !== undefined ? master.promoted.address : master.address;
  }

  save(): void {
    this.surroundings.save({
      myId: this.myId,
      currentEpoch: this.currentEpoch,
      masters: [...this.masters.values()].map((master) => this.#durableView(master)),
    });
  }

  #durableView(master: RefMaster): ReferenceFile["masters"][number] {
    const address = this.announcedAddress(master);
    const { name, configEpoch, leaderEpoch, quorum } = master;
    const { downAfterMs, failoverTimeoutMs, parallelSyncs } = master;
    return {
      name,
      address,
      configEpoch,
      leaderEpoch,
      quorum,
      downAfterMs,
      failoverTimeoutMs,
      parallelSyncs,
      // The promoted replica's line shows the old master (sentinel spec §9.3).
      replicas: [...master.replicas.values()].map((replica) =>
        sameAddress(replica.address, address) ? master.address : replica.address,
      ),
      peers: [...master.peers].map(([id, peer]) => ({ id, address: peer.address })),
    };
  }

  addReplica(master: RefMaster, address: Address): void {
    const name = formatAddress(address);
    if (master.replicas.has(name)) return;
    const replica: RefReplica = {
      ...this.#newInstance(name, address, { isData: true }),
      kind: "slave",
      infoAt: 0,
      role: "slave",
      roleAt: this.now,
      runId: "",
      priority: 100,
      offset: 0,
      masterAddress: undefined,
      isMasterLinkUp: false,
      masterLinkDownMs: 0,
      confChangedAt: this.now,
      reconf: "none",
      reconfAt: 0,
    };
    master.replicas.set(name, replica);
    this.event("+slave", `slave ${name} @ ${master.name}`);
  }

  addPeer(master: RefMaster, id: string, address: Address): RefPeer {
    const peer: RefPeer = {
      ...this.#newInstance(id, address, { isData: false }),
      kind: "sentinel",
      isMasterDown: false,
      answeredAt: this.now,
      leader: undefined,
      leaderEpoch: 0,
    };
    master.peers.set(id, peer);
    return peer;
  }

  /** Sentinel spec §4.5: a master under a new address, its peers kept, its replicas made anew. */
  changeAddress(master: RefMaster, address: Address): void {
    const old = master.address;
    const addresses = [...master.replicas.values()].map((replica) => replica.address);
    if (!sameAddress(old, address)) addresses.push(old);
    for (const replica of master.replicas.values()) replica.link.close();
    master.replicas.clear();
    master.link.close();
    Object.assign(master, this.#newInstance(master.name, address, { isData: true }), {
      isOdown: false,
      odownAt: 0,
      leader: undefined,
      phase: "none",
      phaseAt: this.now,
      failoverStartAt: 0,
      isForced: false,
      promoted: undefined,
      role: "master",
      roleAt: this.now,
    } satisfies Partial<RefMaster>);
    for (const each of addresses) if (!sameAddress(each, address)) this.addReplica(master, each);
    this.save();
  }

  #newMaster(saved: ReferenceFile["masters"][number]): RefMaster {
    return {
      ...saved,
      ...this.#newInstance(saved.name, saved.address, { isData: true }),
      kind: "master",
      infoAt: 0,
      role: "master",
      roleAt: this.now,
      replicas: new Map(),
      peers: new Map(),
      isOdown: false,
      odownAt: 0,
      leader: undefined,
      failoverEpoch: 0,
      failoverStartAt: 0,
      phase: "none",
      phaseAt: 0,
      isForced: false,
      promoted: undefined,
    };
  }

  #newInstance(name: string, address: Address, options: { readonly isData: boolean }) {
    const { node, network } = this.surroundings;
    return {
      name,
      address,
      link: new ReferenceLink({
        node,
        network,
        address,
        hasSubscription: options.isData,
        onHello: this.#onHello,
      }),
      isSdown: false,
      sdownAt: 0,
      lastHelloSentAt: this.now,
    };
  }
}
