import { textOf } from "../../base/bytes.ts";
import { clientId } from "../../base/ids.ts";
import { after } from "../../base/units.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { pauseClients, resumePaused } from "../pause.ts";
import { replyError, replyOk } from "../reply.ts";
import { endWait, replicasAt } from "../replication/wait.ts";
import type { ServerState } from "../state.ts";

/** What of CLIENT concerns executing commands; the rest is the listener's. */
export function clientCommand(state: ServerState, sender: Client, args: Arguments): void {
  switch (textOf(args[1] ?? "").toLowerCase()) {
    case "pause":
      pause(state, sender, args);
      return;
    case "unpause":
      if (state.shutdown === undefined) resumePaused(state);
      replyOk(sender);
      return;
    case "unblock":
      unblock(state, sender, args);
      return;
    default:
      state.environment.session(sender, args);
  }
}

function pause(state: ServerState, sender: Client, args: Arguments): void {
  const ms = parseInteger(textOf(args[2] ?? ""));
  const mode = textOf(args[3] ?? "all").toLowerCase();
  if (mode !== "all" && mode !== "write") {
    replyError(sender, "ERR CLIENT PAUSE mode must be WRITE or ALL");
  } else if (ms === undefined || ms < 0) {
    replyError(sender, ms === undefined ? ERRORS.timeoutNotAnInteger : ERRORS.timeoutNegative);
  } else {
    pauseClients(state, { until: after(state.now, ms), scope: mode });
    replyOk(sender);
  }
}

function unblock(state: ServerState, sender: Client, args: Arguments): void {
  const id = parseInteger(textOf(args[2] ?? ""));
  const how = textOf(args[3] ?? "timeout").toLowerCase();
  if (id === undefined || args.length > 4) {
    replyError(sender, id === undefined ? ERRORS.notAnInteger : ERRORS.syntax);
    return;
  }
  if (how !== "timeout" && how !== "error") {
    replyError(sender, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    return;
  }
  const target = state.clients.get(clientId(id));
  if (target?.wait?.kind !== "replicas") {
    sender.reply.integer(0);
    return;
  }
  if (how === "error") replyError(target, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
  else target.reply.integer(replicasAt(state, target.wait.offset));
  endWait(state, target);
  sender.reply.integer(1);
}
