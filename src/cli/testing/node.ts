import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LOOPBACK } from "./loopback.ts";
import type { Runner } from "./runner.ts";

/** One server or sentinel of the set, as a test sees it. */
export interface ClusterNode {
  readonly kind: "server" | "sentinel";
  /** `server 1`, `sentinel 2`: what messages call it, whatever role it has by now. */
  readonly name: string;
  readonly host: string;
  /** Where clients and the other nodes reach it. */
  readonly port: number;
  /** Runs, hangs, or is dead. */
  readonly state: "running" | "hung" | "dead";
  /** Its configuration, data and log. */
  readonly folder: string;
}

export interface NodePlace {
  readonly kind: "server" | "sentinel";
  readonly number: number;
  readonly name: string;
  /** The door, which can be cut. */
  readonly port: number;
  /** Where it listens itself: for the test's own questions, which no cut concerns. */
  readonly ownPort: number;
  readonly source: string | undefined;
  readonly folder: string;
}

/** A node and what runs it. */
export class PlacedNode implements ClusterNode {
  readonly kind: "server" | "sentinel";
  readonly name: string;
  readonly host = LOOPBACK;
  readonly port: number;
  readonly folder: string;
  readonly place: NodePlace;
  readonly runner: Runner;
  state: "running" | "hung" | "dead" = "dead";
  /** Cut off from everybody: it has no say in what all others agree on. */
  isCutOff = false;

  constructor(place: NodePlace, runner: Runner) {
    this.place = place;
    this.runner = runner;
    this.kind = place.kind;
    this.name = place.name;
    this.port = place.port;
    this.folder = place.folder;
  }

  start(): void {
    this.runner.start();
    this.state = "running";
  }
}

/** Writes a node's configuration into its folder. @returns the file */
export function writeConfiguration(folder: string, name: string, lines: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}
