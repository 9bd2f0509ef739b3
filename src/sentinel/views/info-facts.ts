import type { DataInstance } from "../state.ts";

/** What a server told about itself in its last INFO and no decision hangs on: for people and graphs. */
export interface InfoFacts {
  readonly serverVersion: string | null;
  readonly clients: number | null;
  readonly usedMemoryBytes: number | null;
}

export function infoFacts({ reported }: DataInstance): InfoFacts {
  const text = reported.infoText ?? "";
  return {
    serverVersion: VERSION.exec(text)?.[1] ?? null,
    clients: numberIn(CLIENTS.exec(text)),
    usedMemoryBytes: numberIn(MEMORY.exec(text)),
  };
}

const VERSION = /^(?:vedette_version|valkey_version|redis_version):([^\r\n]{1,40})/m;
const CLIENTS = /^connected_clients:(\d+)/m;
const MEMORY = /^used_memory:(\d+)/m;

function numberIn(found: RegExpExecArray | null): number | null {
  return found?.[1] === undefined ? null : Number(found[1]);
}
