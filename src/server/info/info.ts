import type { ServerState } from "../state.ts";
import { clusterFields, cpuFields, errorFields, keyspaceFields } from "./counters.ts";
import { clientFields, memoryFields, serverFields } from "./process.ts";
import { persistenceFields } from "./persistence.ts";
import { replicationFields } from "./replication.ts";
import { statsFields } from "./stats.ts";

/** One line `name:value`; numbers are printed as they are. */
export type Field = readonly [string, string | number];

interface Section {
  readonly title: string;
  readonly fields: (state: ServerState) => readonly Field[];
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
  { title: "Errorstats", fields: errorFields },
  { title: "Cluster", fields: clusterFields },
  { title: "Keyspace", fields: keyspaceFields },
];

const ALL: ReadonlySet<string> = new Set(["default", "all", "everything"]);

/** @param wanted names of sections in lower case; none for the default ones */
export function formatInfo(state: ServerState, wanted: readonly string[]): string {
  const isAll = wanted.length === 0 || wanted.some((name) => ALL.has(name));
  const shown = SECTIONS.filter(({ title }) => isAll || wanted.includes(title.toLowerCase()));
  return shown.map((section) => formatSection(state, section)).join("\r\n");
}

function formatSection(state: ServerState, { title, fields }: Section): string {
  const lines = fields(state).map(([name, value]) => `${name}:${value}\r\n`);
  return `# ${title}\r\n${lines.join("")}`;
}
