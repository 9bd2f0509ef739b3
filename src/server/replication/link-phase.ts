import type { LinkId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { ReplicationId } from "../../wire/psync.ts";
import type { Client } from "../client.ts";
import type { LinkLines } from "./link-lines.ts";
import type { LoadPace } from "./load-pace.ts";
import type { PayloadReceiver } from "./payload-receiver.ts";
import type { StreamApplier } from "./stream-applier.ts";

/** The requests of the handshake whose replies are read one by one. */
export type HandshakeRequest = "auth" | "port" | "ip" | "capa";

export type HandshakeStep =
  | { readonly await: "pong" }
  | { readonly await: "replies"; readonly left: readonly HandshakeRequest[] }
  | { readonly await: "psync" };

/** Where in which history the payload stands; undefined when the master could not tell. */
export interface PayloadHistory {
  readonly replid: ReplicationId;
  readonly offset: number;
}

/**
 * The link to our master (server spec §2.2):
 *
 *     waiting ─► connecting ─► handshake ─┬─► transfer ─► loading ─┬─► connected
 *        ▲                                └── (+CONTINUE) ─────────┘       │
 *        └────────────────────── any failure ─────────────────────────────┘
 */
export type LinkPhase =
  | { readonly at: "waiting"; readonly until: Millis }
  | { readonly at: "connecting"; readonly link: LinkId; readonly since: Millis }
  | {
      readonly at: "handshake";
      readonly link: LinkId;
      readonly lines: LinkLines;
      readonly step: HandshakeStep;
      /** Since when this line is awaited. */
      readonly since: Millis;
      /** When the attempt began. */
      readonly began: Millis;
    }
  | {
      readonly at: "transfer";
      readonly link: LinkId;
      readonly history: PayloadHistory | undefined;
      readonly receiver: PayloadReceiver;
      /** Known once the payload begins: to a file first, or straight into memory. */
      target: "file" | "memory" | undefined;
      readonly pace: LoadPace;
      lastByteAt: Millis;
    }
  /** The payload is complete and becomes the data set; what follows it waits. */
  | {
      readonly at: "loading";
      readonly link: LinkId;
      readonly history: PayloadHistory | undefined;
      /** The payload was ended by a marker: the master waits for an ACK. */
      readonly awaitsAck: boolean;
      /** Stream bytes that came behind a counted payload. */
      readonly rest: Buffer[];
    }
  | {
      readonly at: "connected";
      readonly link: LinkId;
      /** Who executes the master's commands; its database is the one the stream has selected. */
      readonly client: Client;
      readonly applier: StreamApplier;
      /** False for a master that knows SYNC only. */
      readonly sendsAcks: boolean;
      lastByteAt: Millis;
    };
