import { formatAddress } from "../../base/address.ts";
import type { World } from "../world.ts";

const ADDRESS = /(\d+\.\d+\.\d+\.\d+|\w+\.test)[ :](\d+)/g;
const RUN_ID = /\b[0-9a-f]{40}\b/g;
/** `r1 r1` where a payload names an instance and then gives its address. */
const TWICE = /(?<= )(\w+) \1\b/g;

/** Reads addresses and ids as the names that the scenario uses. */
export function withNames(world: World, text: string): string {
  return text
    .replace(ADDRESS, (whole, host: string, port: string) => {
      if (host.endsWith(".test")) return host.slice(0, -".test".length);
      const node = world.network.nodeAt({ host, port: Number(port) });
      return node?.name ?? whole;
    })
    .replace(RUN_ID, (id) => nameOfSentinel(world, id) ?? id)
    .replace(TWICE, "$1");
}

function nameOfSentinel(world: World, id: string): string | undefined {
  return world.sentinels.find((sentinel) => sentinel.disk.text.includes(`myid ${id}`))?.name;
}

/** A server's role in the words of the transcript. */
export function describeServers(world: World): string[] {
  return world.groups.flatMap(({ servers }) =>
    servers.map((server) => {
      const { name, masterAddress } = server;
      if (!server.isAlive) return `${name} is down`;
      const state = server.isRunning ? "" : " (stopped)";
      if (masterAddress === undefined) return `${name} is a master${state}`;
      const link = server.isLinkUp ? "" : ", link down";
      return `${name} follows ${withNames(world, formatAddress(masterAddress))}${link}${state}`;
    }),
  );
}

/** Whom each sentinel takes for the master. */
export function describeViews(world: World): string[] {
  return world.sentinels.map((sentinel) => {
    if (!sentinel.isAlive) return `${sentinel.name} is down`;
    const { masters, currentEpoch } = sentinel.state;
    const views = [...masters.values()].map((master) => {
      const address = withNames(world, formatAddress(master.address));
      return `${address} in config epoch ${master.configEpoch}`;
    });
    return `${sentinel.name} has ${views.join(", ")}, current epoch ${currentEpoch}`;
  });
}
