import { unreachable } from "../../base/assert.ts";
import type { ServerState } from "../state.ts";
import { readLines } from "./handshake.ts";
import { applyStream } from "./master-stream.ts";
import type { ReplicaRole } from "./state.ts";
import { receivePayload } from "./transfer.ts";

/** Bytes of the link, in whichever phase it is. */
export function onLinkBytes(state: ServerState, role: ReplicaRole, bytes: Buffer): void {
  const phase = role.link;
  state.stats.replicationInputBytes += bytes.length;
  switch (phase.at) {
    case "handshake":
      phase.lines.feed(bytes);
      readLines(state, role);
      return;
    case "transfer":
      phase.lastByteAt = state.now;
      receivePayload(state, role, bytes);
      return;
    case "loading":
      phase.rest.push(bytes);
      return;
    case "connected":
      phase.lastByteAt = state.now;
      applyStream(state, role, bytes);
      return;
    case "waiting":
    case "connecting":
      return;
    default:
      unreachable(phase);
  }
}
