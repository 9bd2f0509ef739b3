import type { Bytes } from "../../../base/bytes.ts";
import type { CommandCatalog } from "../../../wire/acl/command-catalog.ts";
import type { KeyUse } from "../../../wire/acl/selector.ts";

/** What ACL must know of a daemon's commands. */
export interface DaemonCommands {
  readonly catalog: CommandCatalog;
  /** What a request calls: `get`, `config|get`; undefined for what does not exist. */
  find(args: readonly Bytes[]): FoundCommand | undefined;
  /** The keys in a request for the command of that name, in their order. */
  keysOf(name: string, args: readonly Bytes[]): readonly KeyUse[];
}

export interface FoundCommand {
  readonly name: string;
  /** Whether it may have so many words. */
  readonly fitsArity: boolean;
}
