import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "../../base/address.ts";
import { sentinelConfiguration, type SentinelHttp, serverConfiguration } from "./configuration.ts";
import { Daemon, type Exit } from "./daemon.ts";
import { LOOPBACK } from "../testing/loopback.ts";
import { freePorts } from "./ports.ts";
import type { Program } from "./programs.ts";

const SERVERS = 3;
const SENTINELS = 3;
/** Typed in by nobody: it is copied from the terminal. */
const TOKEN_BYTES = 8;

export interface ClusterOptions {
  readonly server: Program;
  readonly sentinel: Program;
  readonly downAfterMs: number;
  /** Sentinels of ours serve HTTP. */
  readonly withHttp: boolean;
  readonly onExit: (daemon: Daemon, exit: Exit) => void;
}

/** One master, two replicas, three sentinels: their folders, configuration files and processes. */
export interface Cluster {
  readonly folder: string;
  /** The first one starts as the master. */
  readonly servers: readonly Daemon[];
  readonly sentinels: readonly Daemon[];
  /** Undefined: there is none. */
  readonly http: DemoHttp | undefined;
}

/** Where the sentinels serve HTTP, and what changes need. */
export interface DemoHttp {
  /** By the sentinels' order. */
  readonly ports: readonly number[];
  readonly token: string;
  /** Where it is written for the sentinels. */
  readonly tokenFile: string;
}

/** Writes the configuration files into a new temporary folder; starts nothing. */
export async function layOut(options: ClusterOptions): Promise<Cluster> {
  // All at once: none of them is given out twice.
  const ports = await freePorts(SERVERS + 2 * SENTINELS);
  const httpPorts = ports.splice(SERVERS + SENTINELS);
  const addresses = ports.map((port): Address => ({ host: LOOPBACK, port }));
  const [master] = addresses;
  if (master === undefined) throw new Error("no port for the master");
  const folder = mkdtempSync(join(tmpdir(), "vedette-demo-"));
  const http =
    options.withHttp && options.sentinel.isOurs ? openHttp(folder, httpPorts) : undefined;
  const servers = addresses.slice(0, SERVERS).map((address, index) =>
    layOutServer({
      cluster: options,
      folder,
      address,
      number: index + 1,
      master: index === 0 ? undefined : master,
    }),
  );
  const sentinels = addresses.slice(SERVERS).map((address, index) =>
    layOutSentinel({
      cluster: options,
      folder,
      address,
      number: index + 1,
      master,
      http: http && { port: http.ports[index] ?? 0, tokenFile: http.tokenFile },
    }),
  );
  return { folder, servers, sentinels, http };
}

function openHttp(folder: string, ports: readonly number[]): DemoHttp {
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  const tokenFile = join(folder, "http-token");
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  return { ports, token, tokenFile };
}

interface Place {
  readonly cluster: ClusterOptions;
  readonly folder: string;
  readonly address: Address;
  readonly number: number;
}

function layOutServer(place: Place & { readonly master: Address | undefined }): Daemon {
  const folder = join(place.folder, `server-${place.number}`);
  const { address, master } = place;
  return layOutDaemon({
    place,
    folder,
    kind: "server",
    program: place.cluster.server,
    configuration: serverConfiguration({ address, folder, master }),
  });
}

function layOutSentinel(
  place: Place & { readonly master: Address; readonly http: SentinelHttp | undefined },
): Daemon {
  const folder = join(place.folder, `sentinel-${place.number}`);
  const { address, master, http } = place;
  const { downAfterMs } = place.cluster;
  return layOutDaemon({
    place,
    folder,
    kind: "sentinel",
    program: place.cluster.sentinel,
    configuration: sentinelConfiguration({ address, folder, master, downAfterMs, http }),
  });
}

function layOutDaemon(options: {
  readonly place: Place;
  readonly folder: string;
  readonly kind: Daemon["kind"];
  readonly program: Program;
  readonly configuration: string;
}): Daemon {
  const { place, folder, kind, program } = options;
  mkdirSync(folder);
  const configFile = join(folder, kind === "server" ? "redis.conf" : "sentinel.conf");
  writeFileSync(configFile, options.configuration);
  return new Daemon({
    kind,
    name: `${kind} ${place.number}`,
    address: place.address,
    program,
    configFile,
    logFile: join(folder, "log"),
    onExit: place.cluster.onExit,
  });
}

/** Ends all processes, the sentinels first, so that none sees its master die and acts on it. */
export async function stopAll(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.sentinels.map((daemon) => daemon.stop()));
  await Promise.all(cluster.servers.map((daemon) => daemon.stop()));
}

/** For the moment when the demo itself must go at once. */
export function crashAll(cluster: Cluster): void {
  for (const daemon of [...cluster.sentinels, ...cluster.servers]) daemon.crash();
}

export function removeFiles(cluster: Cluster): void {
  rmSync(cluster.folder, { recursive: true, force: true });
}
