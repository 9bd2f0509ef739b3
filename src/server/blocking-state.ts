import type { Millis } from "../base/units.ts";
import type { Client } from "./client.ts";
import type { Command } from "./command.ts";
import type { ContainerKind } from "./containers.ts";
import type { Arguments } from "./environment.ts";

/**
 * Clients that wait for a key to hold something (BLPOP and its like). A key that is put while
 * somebody waits for it is noted; when the command or transaction that put it is over, those who wait
 * are served, oldest first: each runs its command again, as a unit of its own in the stream (server
 * spec §2.14, §5.5).
 */
export interface Blocking {
  /** By database number, since a client stays with the number (SWAPDB); each key's oldest first. */
  readonly waiting: Map<number, Map<string, Set<Client>>>;
  readonly clients: Set<Client>;
  ready: ReadyKey[];
  isServing: boolean;
  /** While a client is being served: until when it waits if there is nothing for it after all. */
  deadline: Millis | undefined;
}

interface ReadyKey {
  readonly db: number;
  readonly key: string;
}

export function newBlocking(): Blocking {
  return {
    waiting: new Map(),
    clients: new Set(),
    ready: [],
    isServing: false,
    deadline: undefined,
  };
}

/** What a blocking command waits for. */
export interface KeyWait {
  readonly command: Command;
  readonly args: Arguments;
  readonly keys: readonly string[];
  readonly holding: ContainerKind;
  /** 0: for ever. */
  readonly timeoutMs: number;
}
