import { join } from "node:path";
import { sentinelLines, serverLines } from "./configuration.ts";
import { ClusterError } from "./errors.ts";
import type { Gates } from "./gates.ts";
import { freePort, hasSourceAddresses, sourceAddress } from "./loopback.ts";
import { type NodePlace, PlacedNode, writeConfiguration } from "./node.ts";
import type { CompleteOptions } from "./options.ts";
import type { Programs } from "./programs.ts";

export interface LayOut {
  readonly servers: readonly PlacedNode[];
  readonly sentinels: readonly PlacedNode[];
}

/** Opens the doors, writes the configuration files, makes what will run the nodes; starts none. */
export async function layOut(given: {
  readonly folder: string;
  readonly gates: Gates;
  readonly programs: Programs;
  readonly options: CompleteOptions;
}): Promise<LayOut> {
  const { folder, gates, programs, options } = given;
  const hasSources = await hasSourceAddresses();
  const kinds = [
    ...Array.from({ length: options.replicas + 1 }, () => "server" as const),
    ...Array.from({ length: options.sentinels }, () => "sentinel" as const),
  ];
  const places = await Promise.all(
    kinds.map(async (kind, number): Promise<NodePlace> => {
      const name = `${kind} ${kind === "server" ? number + 1 : number - options.replicas}`;
      const source = hasSources ? sourceAddress(number) : undefined;
      const ownPort = await freePort();
      const port = await gates.open({ node: number, port: 0, target: ownPort, source });
      return {
        kind,
        number,
        name,
        port,
        ownPort,
        source,
        folder: join(folder, name.replace(" ", "-")),
      };
    }),
  );
  const [master, ...others] = places;
  if (master === undefined) throw new ClusterError("a set has a master");
  return {
    servers: [master, ...others.filter(({ kind }) => kind === "server")].map((place) => {
      const lines = serverLines(place, options, place === master ? undefined : master.port);
      const file = writeConfiguration(place.folder, "redis.conf", lines);
      return new PlacedNode(place, programs.server(place.folder, file));
    }),
    sentinels: others
      .filter(({ kind }) => kind === "sentinel")
      .map((place) => {
        const lines = sentinelLines(place, options, master.port);
        const file = writeConfiguration(place.folder, "sentinel.conf", lines);
        return new PlacedNode(place, programs.sentinel(place.folder, file));
      }),
  };
}
