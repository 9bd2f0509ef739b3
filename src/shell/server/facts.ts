import { existsSync, readFileSync } from "node:fs";
import { arch, release, totalmem, type } from "node:os";
import { memoryUsage } from "node:process";
import type { ConnectionFacts, ProcessFacts } from "../../server/environment.ts";
import type { Supervision } from "../supervision.ts";
import type { Listener } from "../listener/listener.ts";
import { EventLoop } from "./event-loop.ts";

const MICROSECONDS = 1e6;

/** What INFO tells of the process and its connections, measured when asked. */
export class Facts {
  readonly #version = readVersion();
  readonly #configFile: string;
  readonly #listeners: () => readonly string[];
  readonly #supervision: Supervision;
  readonly #connections: () => ConnectionFacts;
  readonly #eventLoop = new EventLoop();
  #peakMemoryBytes = 0;

  constructor(options: {
    readonly configFile: string;
    readonly listeners: () => readonly string[];
    readonly supervision: Supervision;
    readonly connections: () => ConnectionFacts;
  }) {
    this.#configFile = options.configFile;
    this.#listeners = options.listeners;
    this.#supervision = options.supervision;
    this.#connections = options.connections;
  }

  read(): ProcessFacts {
    const memory = memoryUsage();
    const cpu = process.cpuUsage();
    const usedMemoryBytes = memory.heapUsed + memory.external;
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, usedMemoryBytes);
    return {
      vedetteVersion: this.#version,
      processId: process.pid,
      executable: process.argv[1] ?? process.execPath,
      configFile: this.#configFile,
      os: `${type()} ${release()} ${arch()}`,
      nodeVersion: process.version,
      supervision: this.#supervision,
      listeners: this.#listeners(),
      usedMemoryBytes,
      residentMemoryBytes: memory.rss,
      peakMemoryBytes: this.#peakMemoryBytes,
      totalSystemMemoryBytes: totalmem(),
      cpuUserSeconds: cpu.user / MICROSECONDS,
      cpuSystemSeconds: cpu.system / MICROSECONDS,
      eventLoop: this.#eventLoop.read(),
      connections: this.#connections(),
    };
  }
}

/** Of the installed package: somewhere above this file; how far depends on how it was built. */
export function packageFolder(): URL | undefined {
  let folder = new URL(".", import.meta.url);
  while (!existsSync(new URL("package.json", folder))) {
    const above = new URL("..", folder);
    if (above.href === folder.href) return undefined;
    folder = above;
  }
  return folder;
}

function readPackage(): string {
  const folder = packageFolder();
  return folder === undefined ? "{}" : readFileSync(new URL("package.json", folder), "utf8");
}

export function readVersion(): string {
  const text = readPackage();
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== "object" || parsed === null || !("version" in parsed)) return "0.0.0";
  return String(parsed.version);
}

/** What waits in the buffers of all clients but replicas. */
export function bufferedBytes({ clients }: Listener): number {
  let bytes = 0;
  for (const client of clients.accepted()) {
    if (client.type !== "replica") bytes += client.bufferedBytes;
  }
  return bytes;
}
