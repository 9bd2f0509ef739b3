import type { Address } from "../base/address.ts";
import type { ClientId, LinkId } from "../base/ids.ts";
import type { SnapshotId } from "./persistence.ts";

/** Redis' log levels, by the character that stands for each in a log line (server spec §2.19). */
export type LogLevel = "debug" | "verbose" | "notice" | "warning";

/** Where a snapshot goes: the file of the configuration, or straight to replicas. */
export type SnapshotTarget =
  | { readonly kind: "file" }
  | {
      readonly kind: "replicas";
      readonly clients: readonly ClientId[];
      /** 40 bytes that end the payload, as its header announced. */
      readonly marker: string;
    };

/** What the shell does for the deciding floor, in the order of the list. */
export type Effect =
  | { readonly kind: "log"; readonly level: LogLevel; readonly text: string }

  // The link to our master.
  | { readonly kind: "open-link"; readonly link: LinkId; readonly master: Address }
  | { readonly kind: "write-link"; readonly link: LinkId; readonly bytes: string }
  | { readonly kind: "close-link"; readonly link: LinkId }
  /** No more input from the link until it is resumed: there is no place for it now. */
  | { readonly kind: "pause-link"; readonly link: LinkId }
  | { readonly kind: "resume-link"; readonly link: LinkId }

  // The master's snapshot on its way to a file.
  | { readonly kind: "open-payload" }
  | { readonly kind: "write-payload"; readonly bytes: Buffer }
  /** Makes the file durable under the configured name; answered by `payload-stored`. */
  | { readonly kind: "store-payload" }
  | { readonly kind: "discard-payload" }
  /** Reads the configured file; answered by `load-bytes` and `load-ended`. */
  | { readonly kind: "read-snapshot-file" }
  /** The same for the payload stored last, whatever has taken the configured name since. */
  | { readonly kind: "read-payload" }
  | { readonly kind: "stop-reading" }
  | { readonly kind: "delete-snapshot-file" }

  // Our own snapshots.
  | {
      readonly kind: "run-snapshot";
      readonly snapshot: SnapshotId;
      readonly target: SnapshotTarget;
    }
  | { readonly kind: "cancel-snapshot"; readonly snapshot: SnapshotId }
  /** The newest snapshot file, counted, to a replica; answered by `snapshot-sent`. */
  | { readonly kind: "send-snapshot-file"; readonly client: ClientId }

  // Clients and replicas.
  | { readonly kind: "write-client"; readonly client: ClientId; readonly bytes: string }
  /** From here on the connection belongs to the replication feed: no replies, no limits of clients. */
  | { readonly kind: "attach-replica"; readonly client: ClientId }
  /** The stream may flow to this replica. */
  | { readonly kind: "feed-replica"; readonly client: ClientId }
  | {
      readonly kind: "close-client";
      readonly client: ClientId;
      readonly reason: string;
      /** Whether what was written before must still arrive. */
      readonly when: "at-once" | "all-is-sent";
    }
  /** The client's next requests may be executed again. */
  | { readonly kind: "resume-client"; readonly client: ClientId }

  /** The data is loaded: clients may come. */
  | { readonly kind: "ready" }
  | { readonly kind: "exit"; readonly status: number };
