import { type FileHandle, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { type Address, formatAddress } from "../../base/address.ts";
import { unreachable } from "../../base/assert.ts";
import type { ClientId, LinkId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { Effect } from "../../server/effect.ts";
import type { Input } from "../../server/input.ts";
import { heldBytes, takeStream } from "../../server/replication/feed.ts";
import { produceSnapshot } from "../../server/saving.ts";
import type { ServerState } from "../../server/state.ts";
import type { ServerConfigTable } from "../../wire/server-conf/server-config.ts";
import type { Listener } from "../listener/listener.ts";
import type { ReplicaStream } from "../listener/replica-stream.ts";
import { reasonOf } from "../system-reason.ts";
import type { TlsDialer } from "../tls/tls-dialer.ts";
import type { Logger } from "./log.ts";
import { masterClient } from "./master-client.ts";
import { PayloadFile } from "./payload-file.ts";
import { ReplicaFeed } from "./replica-feed.ts";
import { ReplicaLink } from "./replica-link.ts";
import type { RequestExecution } from "./request-execution.ts";
import { SnapshotReader } from "./snapshot-reader.ts";
import { SnapshotRunner } from "./snapshot-runner.ts";
import { SnapshotSender } from "./snapshot-sender.ts";

export interface EffectsOptions {
  readonly state: ServerState;
  readonly listener: Listener;
  readonly requests: () => RequestExecution;
  readonly table: () => ServerConfigTable;
  readonly now: () => Millis;
  readonly deliver: (input: Input) => void;
  readonly log: Logger;
  /** For the link to a master; undefined leaves it plain. */
  readonly tls: () => TlsDialer | undefined;
  readonly onReady: () => void;
  readonly onExit: (status: number) => void;
}

/** Does what the deciding floor wants done, and reports what came of it. */
export class Effects {
  readonly #options: EffectsOptions;
  readonly #streams = new Map<ClientId, ReplicaStream>();
  readonly #feed: ReplicaFeed;
  readonly #runner: SnapshotRunner;
  readonly #sender: SnapshotSender;
  #link: ReplicaLink | undefined;
  #payload: PayloadFile | undefined;
  /** The payload that was stored last, open for reading. */
  #stored: FileHandle | undefined;
  #reader: SnapshotReader | undefined;

  constructor(options: EffectsOptions) {
    const { state, table, now, deliver } = options;
    this.#options = options;
    this.#feed = new ReplicaFeed((client, maxBytes) => takeStream(state, client, maxBytes));
    const streamOf = (client: ClientId): ReplicaStream | undefined => this.#streams.get(client);
    const drop = (client: ClientId): void => {
      const connection = options.listener.clients.get(client);
      options.log(
        "warning",
        `Disconnecting timedout replica (full sync): ${connection?.remoteAddress ?? ""}`,
      );
      this.#closeClient(client, { reason: "it accepts no bytes", when: "at-once" });
    };
    const stallTimeoutMs = (): number => table()["repl-timeout"] * 1000;
    const place = (): { folder: string; name: string } => this.#place();
    this.#runner = new SnapshotRunner({
      produce: (id, bytes) => produceSnapshot(state, id, bytes),
      report: deliver,
      keyDelayMicros: () => table()["rdb-key-save-delay"],
      streamOf,
      drop,
      now,
      place,
      stallTimeoutMs,
    });
    const path = (): string => this.snapshotPath;
    this.#sender = new SnapshotSender({
      report: deliver,
      streamOf,
      drop,
      now,
      path,
      stallTimeoutMs,
    });
  }

  /** Of the snapshot file, in the folder that `dir` names. */
  get snapshotPath(): string {
    const { folder, name } = this.#place();
    return join(folder, name);
  }

  feedReplicas(): void {
    this.#feed.pump();
  }

  /** A replica that takes no bytes lags further behind with every write, whether it is fed or not. */
  checkReplicas(): void {
    for (const stream of this.#streams.values()) stream.checkLimits();
  }

  /** The connection is gone, and with it what it was a part of. */
  forgetClient(client: ClientId): void {
    this.#streams.delete(client);
    this.#feed.remove(client);
  }

  perform(effect: Effect): void {
    switch (effect.kind) {
      case "log":
        this.#options.log(effect.level, effect.text);
        return;
      case "open-link":
        this.#openLink(effect.link, effect.master);
        return;
      case "write-link":
        this.#linkOf(effect.link)?.write(effect.bytes);
        return;
      case "close-link":
        this.#closeLink(effect.link);
        return;
      case "pause-link":
        this.#linkOf(effect.link)?.pause();
        return;
      case "resume-link":
        this.#linkOf(effect.link)?.resume();
        return;
      case "open-payload":
        this.#openPayload();
        return;
      case "write-payload":
        this.#payload?.write(effect.bytes);
        return;
      case "store-payload":
        this.#payload?.store();
        return;
      case "discard-payload":
        this.#payload?.discard();
        this.#payload = undefined;
        return;
      case "read-snapshot-file":
        this.#readSnapshotFile();
        return;
      case "read-payload":
        this.#readPayload();
        return;
      case "stop-reading":
        this.#reader?.stop();
        return;
      case "delete-snapshot-file":
        this.#deleteSnapshotFile();
        return;
      case "run-snapshot":
        this.#runner.run(effect.snapshot, effect.target);
        return;
      case "cancel-snapshot":
        this.#runner.cancel(effect.snapshot);
        return;
      case "send-snapshot-file":
        this.#sender.send(effect.client);
        return;
      case "write-client":
        this.#streams.get(effect.client)?.write(effect.bytes);
        return;
      case "attach-replica":
        this.#attachReplica(effect.client);
        return;
      case "feed-replica":
        this.#feedReplica(effect.client);
        return;
      case "close-client":
        this.#closeClient(effect.client, effect);
        return;
      case "resume-client":
        this.#resumeClient(effect.client);
        return;
      case "ready":
        this.#options.onReady();
        return;
      case "exit":
        this.#options.onExit(effect.status);
        return;
      default:
        unreachable(effect);
    }
  }

  #place(): { readonly folder: string; readonly name: string } {
    return { folder: process.cwd(), name: this.#options.table().dbfilename };
  }

  #linkOf(id: LinkId): ReplicaLink | undefined {
    return this.#link?.id === id ? this.#link : undefined;
  }

  #openLink(id: LinkId, master: Address): void {
    const { deliver, table, listener, now } = this.#options;
    const { clients } = listener;
    const link = new ReplicaLink({
      id,
      master,
      localAddress: table()["bind-source-addr"] || undefined,
      noDelay: !table()["repl-disable-tcp-nodelay"],
      keepaliveMs: table()["tcp-keepalive"] * 1000,
      tls: this.#options.tls(),
      events: {
        onOpened: () => deliver({ kind: "link-opened", link: id }),
        onBytes: (_, bytes) => {
          deliver({ kind: "link-bytes", link: id, bytes });
          this.#options.requests().turnSoon();
        },
        onClosed: (_, reason) => {
          clients.removeOther(listed.id);
          deliver({ kind: "link-closed", link: id, reason });
        },
      },
    });
    const listed = masterClient({
      id: clients.newId(),
      remoteAddress: formatAddress(master),
      localAddress: () => link.localAddress,
      connectedAt: now(),
      kill: () => process.nextTick(() => deliver({ kind: "kill-link" })),
    });
    this.#forgetLink = () => clients.removeOther(listed.id);
    clients.addOther(listed);
    this.#link = link;
  }

  #forgetLink: () => void = () => undefined;

  #closeLink(id: LinkId): void {
    const link = this.#linkOf(id);
    if (link === undefined) return;
    this.#forgetLink();
    this.#link = undefined;
    link.close();
  }

  #openPayload(): void {
    const { deliver } = this.#options;
    const link = this.#link;
    this.#payload = new PayloadFile(this.#place(), {
      onStored: (file) => {
        this.#payload = undefined;
        this.#stored = file;
        deliver({ kind: "payload-stored" });
        // Where nobody reads it any more, nobody else would close it.
        this.#stored?.close().catch(() => undefined);
        this.#stored = undefined;
      },
      onFailed: (reason) => deliver({ kind: "payload-failed", reason }),
      onFull: () => link?.pause(),
      onRoom: () => link?.resume(),
    });
  }

  #readSnapshotFile(): void {
    this.#read(open(this.snapshotPath, "r"));
  }

  #readPayload(): void {
    const file = this.#stored;
    this.#stored = undefined;
    if (file !== undefined) this.#read(Promise.resolve(file));
  }

  #read(file: Promise<FileHandle>): void {
    const { deliver, table } = this.#options;
    this.#reader = new SnapshotReader(file, () => table()["key-load-delay"], {
      onSize: (bytes) => deliver({ kind: "load-size", bytes }),
      onBytes: (bytes) => deliver({ kind: "load-bytes", bytes }),
      onEnd: () => deliver({ kind: "load-ended" }),
      onFailed: (failure) => deliver({ kind: "load-failed", ...failure }),
    });
  }

  #deleteSnapshotFile(): void {
    unlink(this.snapshotPath).catch((error: unknown) => {
      this.#options.log(
        "warning",
        `Removing the RDB file used for replication: ${reasonOf(error)}`,
      );
    });
  }

  #attachReplica(client: ClientId): void {
    const connection = this.#options.listener.clients.get(client);
    if (connection === undefined) return;
    const stream = connection.becomeReplica({
      noDelay: !this.#options.table()["repl-disable-tcp-nodelay"],
    });
    stream.heldBytes = () => heldBytes(this.#options.state, client);
    this.#streams.set(client, stream);
  }

  #feedReplica(client: ClientId): void {
    const stream = this.#streams.get(client);
    if (stream !== undefined) this.#feed.add(client, stream);
  }

  #closeClient(
    client: ClientId,
    { reason, when }: { readonly reason: string; readonly when: "at-once" | "all-is-sent" },
  ): void {
    const connection = this.#options.listener.clients.get(client);
    if (connection === undefined) return;
    this.#options.log("verbose", `Closing client ${connection.remoteAddress}: ${reason}`);
    this.forgetClient(client);
    if (when === "all-is-sent") connection.closeAfterReply();
    else connection.kill();
  }

  #resumeClient(client: ClientId): void {
    const connection = this.#options.listener.clients.get(client);
    if (connection !== undefined) this.#options.requests().resume(connection, client);
  }
}
