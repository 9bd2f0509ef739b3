import type { Address } from "../../base/address.ts";
import type { RefReplica } from "./reference-state.ts";

/** The transaction of sentinel spec §6.8. @param master undefined: NO ONE */
export function order(replica: RefReplica, master: Address | undefined): void {
  const command = { name: "reconfigure", master } as const;
  replica.link.send({ kind: "server-command", command }, () => {});
}
