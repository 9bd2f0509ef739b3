import type { ServerTrouble } from "../redis-server.ts";
import { type FaultType, faultType } from "./fault.ts";

/** A data server that runs and does not do what it is asked to. */
function trouble(kind: ServerTrouble): FaultType {
  return faultType({
    lasts: true,
    draw: (dice) => ({ node: dice.server() }),
    read: (reader) => ({ node: reader.server("node") }),
    apply(scene, { node }) {
      const server = scene.server(node);
      scene.note(server.name);
      server.troubles.add(kind);
      return () => {
        server.troubles.delete(kind);
      };
    },
  });
}

export const SERVER_FAULTS = {
  "wrong-password": trouble("wrong-password"),
  "read-only-disk": trouble("read-only-disk"),
} as const satisfies Readonly<Record<string, FaultType>>;
