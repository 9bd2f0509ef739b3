import type { Address } from "../base/address.ts";
import type { ClientId, LinkId } from "../base/ids.ts";
import type { SnapshotId } from "./persistence.ts";
import type { Settings } from "./settings.ts";

/** What happens to the server, apart from clients' requests, which `execute` takes directly. */
export type Input =
  /** Every 100 ms at most, and whenever a deadline may have passed. */
  | { readonly kind: "tick" }
  /** Requests were executed in this turn: hand out what they left to be done. */
  | { readonly kind: "turn-ended" }
  | { readonly kind: "settings-changed"; readonly settings: Settings }
  /** What is added to monotonic time to get Unix time, in ms; sent when the wall clock moved. */
  | { readonly kind: "wall-clock"; readonly offsetMs: number }
  | { readonly kind: "client-closed"; readonly client: ClientId }

  /** The process begins: load the file, then serve. */
  | { readonly kind: "started"; readonly replicaOf: Address | undefined }
  /** The words of `shutdown-on-sigterm` or `shutdown-on-sigint`. */
  | { readonly kind: "shutdown-signal"; readonly words: readonly string[] }
  | { readonly kind: "link-opened"; readonly link: LinkId }
  | { readonly kind: "link-bytes"; readonly link: LinkId; readonly bytes: Buffer }
  /** Never opened, or open no more. */
  | { readonly kind: "link-closed"; readonly link: LinkId; readonly reason: string }
  /** CLIENT KILL TYPE master. */
  | { readonly kind: "kill-link" }
  | { readonly kind: "payload-stored" }
  | { readonly kind: "payload-failed"; readonly reason: string }
  | { readonly kind: "load-size"; readonly bytes: number }
  | { readonly kind: "load-bytes"; readonly bytes: Buffer }
  | { readonly kind: "load-ended" }
  /** `missing` is no failure at the start of the process. */
  | { readonly kind: "load-failed"; readonly reason: string; readonly missing: boolean }
  | { readonly kind: "snapshot-written"; readonly snapshot: SnapshotId; readonly bytes: number }
  | { readonly kind: "snapshot-failed"; readonly snapshot: SnapshotId; readonly reason: string }
  | { readonly kind: "snapshot-sent"; readonly client: ClientId };
