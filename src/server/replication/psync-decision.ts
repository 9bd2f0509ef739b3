import type { PsyncRequest } from "../../wire/psync.ts";
import type { Replication } from "./state.ts";

/** What a replica that asks gets; `from` is the first stream byte it lacks. */
export type PsyncDecision =
  | { readonly kind: "partial"; readonly from: number }
  | { readonly kind: "full"; readonly refused: boolean };

/**
 * A partial resynchronisation is granted when the asker's history is ours, or was up to where it
 * stands, and the backlog still has all it lacks. Nothing lacking is a valid request.
 * Source: server spec §2.6 rule 8.
 */
export function decidePsync(
  replication: Readonly<Pick<Replication, "replid" | "replid2" | "secondOffset" | "backlog">>,
  request: PsyncRequest,
): PsyncDecision {
  if (request.kind === "full") return { kind: "full", refused: false };
  if (request.kind === "foreign") return { kind: "full", refused: true };
  const { replid, offset } = request.resume;
  const isOurs =
    replid === replication.replid ||
    (replid === replication.replid2 && offset <= replication.secondOffset);
  const isHeld = replication.backlog?.holds(offset) ?? false;
  return isOurs && isHeld ? { kind: "partial", from: offset } : { kind: "full", refused: true };
}
