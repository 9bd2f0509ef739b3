import type { ServerState } from "../state.ts";
import { clusterFields, cpuFields, errorFields, keyspaceFields } from "./counters.ts";
import { clientFields, memoryFields, serverFields } from "./process.ts";
import { commandFields, latencyFields } from "./commands.ts";
import { persistenceFields } from "./persistence.ts";
import { replicationFields } from "./replication.ts";
import { statsFields } from "./stats.ts";

/** One line `name:value`; numbers are printed as they are. */
export type Field = readonly [string, string | number];

interface Section {
  readonly title: string;
  readonly fields: (state: ServerState) => readonly Field[];
  /** Shown only where it is named, or `all`. */
  readonly notByDefault?: true;
}

/** In the order in which they are shown (server spec §4.1). */
const SECTIONS: readonly Section[] = [
  { title: "Server", fields: serverFields },
  { title: "Clients", fields: clientFields },
  { title: "Memory", fields: memoryFields },
  { title: "Persistence", fields: persistenceFields },
  { title: "Stats", fields: statsFields },
  { title: "Replication", fields: replicationFields },
  { title: "CPU", fields: cpuFields },
  { title: "Modules", fields: () => [] },
  { title: "Commandstats", fields: commandFields, notByDefault: true },
  { title: "Errorstats", fields: errorFields },
  { title: "Latencystats", fields: latencyFields, notByDefault: true },
  { title: "Cluster", fields: clusterFields },
  { title: "Keyspace", fields: keyspaceFields },
];

/** @param wanted names of sections in lower case; none for the default ones */
export function formatInfo(state: ServerState, wanted: readonly string[]): string {
  const isAll = wanted.includes("all") || wanted.includes("everything");
  const isDefault = wanted.length === 0 || wanted.includes("default");
  const shown = SECTIONS.filter(
    ({ title, notByDefault }) =>
      isAll || (isDefault && notByDefault !== true) || wanted.includes(title.toLowerCase()),
  );
  return shown.map((section) => formatSection(state, section)).join("\r\n");
}

function formatSection(state: ServerState, { title, fields }: Section): string {
  const lines = fields(state).map(([name, value]) => `${name}:${value}\r\n`);
  return `# ${title}\r\n${lines.join("")}`;
}
