import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS } from "../command.ts";
import { ERRORS } from "../errors.ts";
import { replyError, replyOk } from "../reply.ts";
import { mayBlock } from "../blocking.ts";
import type { ServerState } from "../state.ts";

/** From here on the client is shown every command that is executed. */
function monitor(state: ServerState, client: Client): void {
  if (!mayBlock(state)) {
    replyError(client, ERRORS.monitorInTransaction);
    return;
  }
  // A replica is fed a stream already.
  if (client.kind !== "normal") return;
  state.observation.monitors.add(client);
  replyOk(client);
}

export const MONITOR_COMMANDS: readonly Command[] = [
  {
    name: "monitor",
    arity: 1,
    flags: flags("asLT"),
    keys: NO_KEYS,
    group: "server",
    run: monitor,
  },
];
