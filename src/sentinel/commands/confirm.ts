import { error } from "../../resp/reply.ts";
import { requestConfirmation } from "../confirmation.ts";
import type { Turn } from "../turn.ts";
import { NO_SUCH_MASTER } from "./errors.ts";
import { findNamed } from "./queries.ts";
import { type ClientRequest, reply } from "./request.ts";

/** SENTINEL CONFIRM name [ALL]: answered when the peers and the servers have been heard. */
export function confirm(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [name = "", scope] = words;
  if (words.length > 2 || (scope !== undefined && scope.toLowerCase() !== "all")) {
    return reply(turn, request, error("ERR syntax error, expected CONFIRM <master-name> [ALL]"));
  }
  const master = findNamed(turn.state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  requestConfirmation(turn, master, { request, scope: scope === undefined ? "master" : "all" });
}
