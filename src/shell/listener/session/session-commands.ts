import { ACL_SUBCOMMANDS } from "./acl-command.ts";
import { auth } from "./authenticate.ts";
import { CLIENT_SUBCOMMANDS, SENTINEL_CLIENT_SUBCOMMANDS } from "./client-command.ts";
import { ping, quit, reset } from "./connection-commands.ts";
import { hello } from "./hello.ts";
import { PUBSUB_SUBCOMMANDS } from "./pubsub-command.ts";
import type { SessionCommand } from "./session-command.ts";
import { container } from "./subcommands.ts";
import {
  psubscribe,
  punsubscribe,
  ssubscribe,
  subscribe,
  sunsubscribe,
  unsubscribe,
} from "./subscriptions.ts";

/** Commands about the connection that both daemons have, by lower-case name. */
const SHARED: readonly (readonly [string, SessionCommand])[] = [
  ["acl", container("acl", ACL_SUBCOMMANDS)],
  ["auth", auth],
  ["hello", hello],
  ["ping", ping],
  ["subscribe", subscribe],
  ["unsubscribe", unsubscribe],
  ["psubscribe", psubscribe],
  ["punsubscribe", punsubscribe],
];

export const SERVER_SESSION_COMMANDS: ReadonlyMap<string, SessionCommand> = new Map([
  ...SHARED,
  ["client", container("client", CLIENT_SUBCOMMANDS)],
  ["pubsub", container("pubsub", PUBSUB_SUBCOMMANDS)],
  ["ssubscribe", ssubscribe],
  ["sunsubscribe", sunsubscribe],
  ["quit", quit],
  ["reset", reset],
]);

/** The part that a sentinel has (sentinel spec §7.1). */
export const SENTINEL_SESSION_COMMANDS: ReadonlyMap<string, SessionCommand> = new Map([
  ...SHARED,
  ["client", container("client", SENTINEL_CLIENT_SUBCOMMANDS)],
]);
